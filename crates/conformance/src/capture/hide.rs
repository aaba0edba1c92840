//! Takes secrets out of what is kept, so that offsets and verdicts stay: a star for each byte.

use ssecheck_model::secrets::{Mask, Secrets};
use ssecheck_model::step::HttpVersion;
use ssecheck_transport::{BodyPart, Coding, DecodeLimits, Decoder, Replay, Stamp, Version};

use super::document::{PublishedDoc, StreamDoc, TryDoc};
use crate::request::is_secret;
use crate::stream::is_coding;

/// Cookies that were set, and tokens in redirects: secrets that only the answers show.
pub(crate) fn found<'s>(streams: impl Iterator<Item = &'s crate::stream::Stream>) -> Secrets {
    let mut secrets = Secrets::default();
    for stream in streams {
        for field in stream.head.iter().flat_map(|head| &head.fields) {
            let name = String::from_utf8_lossy(&field.name);
            let value = String::from_utf8_lossy(&field.value);
            match name.to_ascii_lowercase().as_str() {
                "set-cookie" => secrets.add_field(&name, &value),
                "location" => secrets.add_url(&value),
                _ => {}
            }
        }
        stream.hops.iter().flat_map(|hop| &hop.location).for_each(|url| secrets.add_url(url));
    }
    secrets
}

/// Takes them out of one try.
pub(super) fn hide(kept: &mut TryDoc, mask: &Mask) {
    let streams = kept.streams.values_mut().chain(kept.chains.values_mut().flatten());
    streams.for_each(|stream| hide_stream(stream, mask));
    let publications = kept.publications.values_mut().flatten();
    publications.for_each(|one| hide_published(one, mask));
    let texts = kept.waits.values_mut().map(|waited| &mut waited.seen);
    let broken = kept.broken.iter_mut().map(|broken| &mut broken.message);
    texts.chain(broken).for_each(|text| *text = mask.same_length(text));
}

fn hide_published(one: &mut PublishedDoc, mask: &Mask) {
    let parts = [&mut one.data, &mut one.event, &mut one.id, &mut one.comment, &mut one.command];
    parts.into_iter().flatten().for_each(|text| *text = mask.same_length(text));
    one.stream.iter_mut().for_each(|stream| hide_stream(stream, mask));
    if let Some(super::document::HookErrorDoc::Failed(text)) = &mut one.failed {
        *text = mask.same_length(text);
    }
}

fn hide_stream(stream: &mut StreamDoc, mask: &Mask) {
    let request = &mut stream.request;
    request.url = mask.same_length(&request.url);
    mask.bytes(&mut request.body.0);
    for (name, value) in &mut request.fields {
        *value = match is_secret(name) {
            true => "*".repeat(value.len()),
            false => mask.same_length(value),
        };
    }
    stream.asked.iter_mut().for_each(|text| *text = mask.same_length(text));
    let locations = stream.hops.iter_mut().flat_map(|hop| &mut hop.location);
    locations.for_each(|text| *text = mask.same_length(text));
    if stream.request.version == HttpVersion::Http2 {
        // Header compression hides a secret from us, and not from others.
        stream.received.0.clear();
    }
    hide_cookies(&mut stream.received.0);
    hide_body(stream, mask);
    mask.bytes(&mut stream.received.0);
}

/// The values of cookies, however short.
fn hide_cookies(received: &mut [u8]) {
    let mut at = 0;
    while let Some(lf) = received[at..].iter().position(|byte| *byte == b'\n') {
        let line = &mut received[at..at + lf];
        at += lf + 1;
        if line.trim_ascii().is_empty() {
            return;
        }
        let is_cookie = line
            .split_at_checked(11)
            .is_some_and(|(name, _)| name.eq_ignore_ascii_case(b"set-cookie:"));
        if let (true, Some(equals)) = (is_cookie, line.iter().position(|byte| *byte == b'=')) {
            let value = &mut line[equals + 1..];
            let end = value.iter().position(|byte| matches!(byte, b';' | b'\r'));
            let end = end.unwrap_or(value.len());
            value[..end].fill(b'*');
        }
    }
}

/// Whether a coded body holds a secret, or could hold one in a coding that we cannot undo.
fn may_hide(coding: &[u8], body: &[u8], mask: &Mask) -> bool {
    match Coding::from_field(coding) {
        Ok(Coding::Identity) => false,
        Ok(coding) => {
            let decoded = Decoder::new(coding, DecodeLimits::default()).feed(body);
            decoded.is_ok_and(|decoded| !mask.found(&decoded).is_empty())
        }
        Err(_) => !mask.is_empty() && is_coding(&String::from_utf8_lossy(coding)),
    }
}

/// Secrets in the body, also when a chunk line stands in the middle of one. A body with a content
/// coding cannot be altered in place, so one with a secret in it is left out.
fn hide_body(stream: &mut StreamDoc, mask: &Mask) {
    let mut replay = Replay::new(&stream.request.method, Version::Http11);
    replay.push(&stream.received.0, Stamp::now());
    let Ok(Some(head)) = replay.head() else { return };
    let (mut body, mut places) = (Vec::new(), Vec::new());
    while let Ok(Some(BodyPart::Data(chunk))) = replay.part() {
        places.push((body.len(), chunk.raw_offset));
        body.extend_from_slice(&chunk.bytes);
    }
    if head.field("content-encoding").is_some_and(|coding| may_hide(coding, &body, mask)) {
        let kept = head.offset + head.raw.len() as u64;
        stream.received.0.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        return;
    }
    let raw_place = |at: usize| {
        let chunk = places.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let (start, raw) = places[chunk];
        usize::try_from(raw).unwrap_or(usize::MAX).saturating_add(at - start)
    };
    for at in mask.found(&body).into_iter().flatten() {
        if let Some(byte) = stream.received.0.get_mut(raw_place(at)) {
            *byte = b'*';
        }
    }
}
