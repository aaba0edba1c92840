//! Crates that make a stream of events of a stream of bytes.

use eventsource_stream::{EventStreamError, Eventsource as _};
use serde_json::json;
use sse_stream::SseByteStream;

use crate::feed::{Feed, Next, drive};
use crate::protocol::{Adapter, Case, More, Seen, millis, with_retry};

/// `.eventsource()` on the body, and `last_event_id()` at the end.
pub const EVENTSOURCE_STREAM: Adapter = Adapter {
    name: "eventsource-stream",
    version: "0.2.3",
    caps: || {
        json!({
            "id": "last", "retry": "event", "final": ["last_event_id"], "chunks": "exact",
            "empty_chunks": true, "dataless": "hidden", "window": 64,
        })
    },
    read: eventsource_stream,
};

fn eventsource_stream(case: &Case, seen: &mut Seen) {
    let each = |seen: &mut Seen, item: Result<eventsource_stream::Event, EventStreamError<_>>| {
        match item {
            Ok(event) => {
                let more = with_retry(event.retry);
                seen.event(Some(&event.event), Some(&event.data), Some(&event.id), more);
                Next::More
            }
            Err(error) => {
                let kind =
                    if matches!(error, EventStreamError::Utf8(_)) { "utf8" } else { "parse" };
                seen.fail(kind, &error.to_string());
                Next::Stop
            }
        }
    };
    drive(
        Feed::new(case),
        |feed| feed.eventsource(),
        seen,
        each,
        |seen, stream| {
            seen.finally("last_event_id", json!(stream.last_event_id()));
        },
    );
}

/// `.eventsource()` on the body, and `last_event_id()` at the end.
pub const EVENTSOURCE_STREAM2: Adapter = Adapter {
    name: "eventsource-stream2",
    version: "0.4.0",
    read: eventsource_stream2,
    ..EVENTSOURCE_STREAM
};

fn eventsource_stream2(case: &Case, seen: &mut Seen) {
    let feed = |feed| eventsource_stream2::EventStream::new(feed);
    let each = |seen: &mut Seen, item: Result<eventsource_stream2::Event, _>| match item {
        Ok(event) => {
            let more = with_retry(event.retry);
            seen.event(Some(&event.event), Some(&event.data), Some(&event.id), more);
            Next::More
        }
        Err(error) => fail(seen, &error),
    };
    drive(Feed::new(case), feed, seen, each, |seen, stream| {
        seen.finally("last_event_id", json!(stream.last_event_id()));
    });
}

fn fail<E: std::fmt::Debug>(
    seen: &mut Seen,
    error: &eventsource_stream2::EventStreamError<E>,
) -> Next {
    let kind = if error.is_utf8() { "utf8" } else { "other" };
    seen.fail(kind, &format!("{error:?}"));
    Next::Stop
}

/// `SseByteStream`, which gives blocks as they are: no data is `None`.
pub const SSE_STREAM: Adapter = Adapter {
    name: "sse-stream",
    version: "0.3.0",
    caps: || {
        json!({
            "id": "own", "retry": "event", "chunks": "exact", "empty_chunks": true,
            "dataless": "flagged", "window": 64,
        })
    },
    read: sse_stream,
};

fn sse_stream(case: &Case, seen: &mut Seen) {
    let each = |seen: &mut Seen, item: Result<sse_stream::Sse, sse_stream::Error>| match item {
        Ok(sse) => {
            let retry = sse.retry.map(|time| millis(time.into()));
            let more = More { retry, dataless: sse.data.is_none() };
            seen.event(sse.event.as_deref(), sse.data.as_deref(), sse.id.as_deref(), more);
            Next::More
        }
        Err(error) => {
            let kind =
                if matches!(error, sse_stream::Error::Utf8Parse(_)) { "utf8" } else { "other" };
            seen.fail(kind, &error.to_string());
            Next::Stop
        }
    };
    drive(Feed::new(case), SseByteStream::new, seen, each, |_, _| ());
}

/// `EventStream`. Its `last_event_id()` is that of the last event given out, so it says nothing new.
pub const SSEER: Adapter = Adapter {
    name: "sseer",
    version: "0.3.1",
    caps: || {
        json!({
            "id": "last", "retry": "event", "chunks": "exact", "empty_chunks": true,
            "dataless": "hidden", "window": 64,
        })
    },
    read: sseer,
};

fn sseer(case: &Case, seen: &mut Seen) {
    use sseer::errors::EventStreamError;
    let each = |seen: &mut Seen, item: Result<sseer::event::Event, EventStreamError<_>>| match item
    {
        Ok(event) => {
            let more = with_retry(event.retry);
            seen.event(Some(&event.event), Some(&event.data), Some(&event.id), more);
            Next::More
        }
        Err(error) => {
            let kind =
                if matches!(error, EventStreamError::Utf8Error(_)) { "utf8" } else { "other" };
            seen.fail(kind, &error.to_string());
            Next::Stop
        }
    };
    drive(Feed::new(case), sseer::EventStream::new, seen, each, |_, _| ());
}
