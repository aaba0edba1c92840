//! `sse-codec`: `decode_stream` on an `AsyncRead`, which cannot carry an empty chunk: that is its end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use futures_io::AsyncRead;
use serde_json::json;
use sse_codec::{Error, Event};

use crate::feed::{Feed, Next, drive};
use crate::protocol::{Adapter, Case, More, Seen, millis};

pub const SSE_CODEC: Adapter = Adapter {
    name: "sse-codec",
    version: "0.3.3",
    caps: || {
        json!({
            "id": "last", "retry": "list", "chunks": "exact", "empty_chunks": false,
            "dataless": "hidden", "window": 64,
        })
    },
    read,
};

struct Reader {
    feed: Feed,
    rest: Bytes,
}

impl AsyncRead for Reader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        room: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        while self.rest.is_empty() {
            match self.feed.poll_chunk() {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(Ok(0)),
                Poll::Ready(Some(chunk)) => self.rest = chunk,
            }
        }
        let length = room.len().min(self.rest.len());
        self.rest.copy_to_slice(&mut room[..length]);
        Poll::Ready(Ok(length))
    }
}

fn read(case: &Case, seen: &mut Seen) {
    let parser = |feed| sse_codec::decode_stream(Reader { feed, rest: Bytes::new() });
    drive(Feed::new(case), parser, seen, each, |_, _| ());
}

fn each(seen: &mut Seen, item: Result<Event, Error>) -> Next {
    match item {
        Ok(Event::Retry { retry }) => seen.retry(millis(retry.into())),
        Ok(Event::Message { id, event, data }) => {
            seen.event(Some(&event), Some(&data), id.as_deref(), More::default());
        }
        Err(error) => {
            let kind = if matches!(error, Error::Utf8Error(_)) { "utf8" } else { "other" };
            seen.fail(kind, &error.to_string());
            return Next::Stop;
        }
    }
    Next::More
}
