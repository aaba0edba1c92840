//! What a stream of the hub begins with.

use bytes::Bytes;
use ssecheck_parser::encode;

use super::{Fields, comment, event, line_ends};
use crate::Switches;
use crate::edge::BAD_CHUNK;

/// Bytes of padding, enough for the buffers of old browsers.
const PADDING: usize = 2048;

/// Clients come back within so many milliseconds more than the usual time.
const JITTER_MS: u64 = 1000;
/// Prime to it, so that the next streams are far apart.
const JITTER_STEP: u64 = 377;

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

/// An event with the newest id, so that a client has a cursor before the first event: with empty
/// data, or with where a client is to send its messages, as the older MCP has it.
pub(crate) fn priming(switches: &Switches, id: &str, stream: usize) -> Option<Bytes> {
    const TABLE: &[(&str, &str)] =
        &[("endpoint-foreign", "http://127.0.0.2:1/messages"), ("endpoint-relative", "/messages")];
    let fields = Fields { id: Some(id), ..Fields::default() };
    if let Some(path) = switches.pick(TABLE) {
        let data = format!("{path}?session={stream}");
        let endpoint = Fields { event_type: Some("endpoint"), data: &data, ..Fields::default() };
        return event(switches, endpoint).ok();
    }
    switches.has("priming-event").then(|| event(switches, fields).ok()).flatten()
}

/// The last piece of a stream that the server ends: when to come back, and not all at once (R59).
pub(crate) fn farewell(switches: &Switches, retry_ms: u64, stream: usize) -> Option<Bytes> {
    if switches.has("no-retry") {
        return None;
    }
    let jitter = (stream as u64).wrapping_mul(JITTER_STEP) % JITTER_MS;
    let jitter = if switches.has("restart-same-retry") { 0 } else { jitter };
    let mut text = String::new();
    encode::retry(&mut text, retry_ms + jitter);
    Some(line_ends(switches, text.into_bytes()))
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
