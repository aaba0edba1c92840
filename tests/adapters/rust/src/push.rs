//! Crates whose parser is fed by its caller.

use std::sync::Arc;

use serde_json::json;
use sse_core::{SseDecoder, SseEvent};
use sse_parse::SseParser;

use crate::protocol::{Adapter, Case, More, Seen, millis, with_retry};

/// `SseDecoder::next` on each chunk. No id yet is `None`, in the protocol the empty one.
pub const SSE_CORE: Adapter = Adapter {
    name: "sse-core",
    version: "0.2.3",
    caps: || {
        json!({
            "id": "last", "retry": "list", "final": ["last_event_id"], "chunks": "exact",
            "empty_chunks": true, "dataless": "hidden", "seed": true, "window": 64,
        })
    },
    read: sse_core,
};

fn sse_core(case: &Case, seen: &mut Seen) {
    let mut decoder = SseDecoder::new();
    if let Some(seed) = &case.seed {
        decoder.reconnect_with_id(Some(Arc::from(seed.as_str())));
    }
    for (k, chunk) in case.chunks.iter().enumerate() {
        seen.k = k;
        let mut bytes = chunk.as_slice();
        while let Some(item) = decoder.next(&mut bytes) {
            match item {
                Ok(SseEvent::Message(event)) => {
                    let id = event.last_event_id.as_deref();
                    seen.event(Some(&event.event), Some(&event.data), id, More::default());
                }
                Ok(SseEvent::Retry(time)) => seen.retry(json!(time)),
                Err(error) => return seen.fail("limit", &error.to_string()),
            }
        }
    }
    seen.k = case.chunks.len();
    seen.finally("last_event_id", json!(decoder.last_event_id().map(|id| id.as_ref())));
}

/// `SseParser`, which says nothing of a `retry` but the last one.
pub const SSE_PARSE: Adapter = Adapter {
    name: "sse-parse",
    version: "0.1.0",
    caps: || {
        json!({
            "id": "last", "retry": "final", "final": ["last_event_id", "retry"], "chunks": "exact",
            "empty_chunks": true, "dataless": "hidden", "seed": true, "window": 64,
        })
    },
    read: sse_parse,
};

fn sse_parse(case: &Case, seen: &mut Seen) {
    let mut parser = match &case.seed {
        Some(seed) => SseParser::with_last_event_id(seed),
        None => SseParser::new(),
    };
    for (k, chunk) in case.chunks.iter().enumerate() {
        seen.k = k;
        parser.feed(chunk);
        take(&mut parser, seen);
    }
    seen.k = case.chunks.len();
    parser.finish();
    take(&mut parser, seen);
    seen.finally("last_event_id", json!(parser.last_event_id()));
    if let Some(time) = parser.retry() {
        seen.finally("retry", millis(time.as_millis()));
    }
}

fn take(parser: &mut SseParser, seen: &mut Seen) {
    while let Some(event) = parser.next_event() {
        // The time that it holds is the last one so far, not that of its own block.
        let more = with_retry(None);
        seen.event(Some(&event.event), Some(&event.data), Some(&event.id), more);
    }
}
