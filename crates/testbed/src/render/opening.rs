//! What a stream of the hub begins with.

use bytes::Bytes;
use ssecheck_parser::encode;

use super::{Fields, comment, event, line_ends};
use crate::Switches;
use crate::edge::BAD_CHUNK;

/// Bytes of padding, enough for the buffers of old browsers.
const PADDING: usize = 2048;

/// The pieces before the first event: the reconnection time, and whatever a switch adds.
pub(crate) fn opening(switches: &Switches, retry_ms: u64) -> Vec<Bytes> {
    let mut pieces = Vec::new();
    if switches.has("bom-at-start") {
        pieces.push(Bytes::from_static(b"\xef\xbb\xbf"));
    }
    if switches.has("leading-blank-line") {
        pieces.push(line_ends(switches, b"\n".to_vec()));
    }
    if switches.has("padding-comment") {
        pieces.push(comment(switches, &"-".repeat(PADDING)));
    }
    pieces.extend(retry(switches, retry_ms));
    if switches.has("chunk-size-bad") {
        // No client should have to wait for that chunk.
        pieces.extend((2..=BAD_CHUNK).map(|n| comment(switches, &format!("chunk {n}"))));
    }
    if switches.has("empty-on-open") {
        pieces.push(Bytes::from_static(b"data:\n\n"));
    }
    if switches.has("event-without-data") {
        pieces.push(Bytes::from_static(b"event: ping\n\n"));
    }
    pieces
}

/// An event with the id and empty data, so that a client has a cursor before the first event.
pub(crate) fn priming(switches: &Switches, id: &str) -> Option<Bytes> {
    event(switches, Fields { id: Some(id), ..Fields::default() }).ok()
}

fn retry(switches: &Switches, retry_ms: u64) -> Option<Bytes> {
    const TABLE: &[(&str, &str)] = &[
        ("retry-unit", "retry: 3s\n\n"),
        ("retry-tiny", "retry: 1\n\n"),
        ("retry-huge", "retry: 99999999999\n\n"),
        ("no-retry", ""),
    ];
    let mut text = String::new();
    encode::retry(&mut text, retry_ms);
    if let Some(faulty) = switches.pick(TABLE) {
        faulty.clone_into(&mut text);
    }
    if switches.has("retry-leading-zeros") {
        text = format!("retry: 000{retry_ms}\n\n");
    }
    if switches.has("retry-glued") {
        text.truncate(text.len() - 1);
    }
    (!text.is_empty()).then(|| line_ends(switches, text.into_bytes()))
}
