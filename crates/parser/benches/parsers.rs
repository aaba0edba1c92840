//! The parsers that are compared, each as a function from a stream and a chunk size to the number
//! of events. Every event is handed to `black_box` in the form in which the parser gives it.

use std::convert::Infallible;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use futures_util::{Stream, stream};
use sse_core::{SseDecoder, SseEvent};
use sse_stream::SseByteStream;
use ssecheck_parser::owned::OwnedEvent;
use ssecheck_parser::{Item, Parser};

/// A parser to measure.
pub(crate) type Measured = fn(&[u8], usize) -> usize;

/// All of them by name. `borrowed` and `owned` are ours.
pub(crate) const ALL: [(&str, Measured); 4] =
    [("borrowed", borrowed), ("owned", owned), ("sse-core", sse_core), ("sse-stream", sse_stream)];

/// Ours: events that borrow.
pub(crate) fn borrowed(stream: &[u8], chunk: usize) -> usize {
    let mut parser = Parser::new();
    let mut events = 0;
    for chunk in stream.chunks(chunk) {
        let fed = parser.feed_with(chunk, |_, item| {
            if let Item::Event(event) = item {
                black_box(event);
                events += 1;
            }
        });
        assert!(fed.is_ok());
    }
    events
}

/// Ours: events that own their text, as the other parsers give them.
pub(crate) fn owned(stream: &[u8], chunk: usize) -> usize {
    let mut parser = Parser::new();
    let mut events = 0;
    for chunk in stream.chunks(chunk) {
        let fed = parser.feed_with(chunk, |_, item| {
            if let Item::Event(event) = item {
                black_box(OwnedEvent::from(event));
                events += 1;
            }
        });
        assert!(fed.is_ok());
    }
    events
}

/// sse-core: owned data and type, shared id.
pub(crate) fn sse_core(stream: &[u8], chunk: usize) -> usize {
    let mut decoder = SseDecoder::new();
    let mut events = 0;
    for mut chunk in stream.chunks(chunk) {
        while let Some(Ok(item)) = decoder.next(&mut chunk) {
            if let SseEvent::Message(event) = item {
                black_box(event);
                events += 1;
            }
        }
    }
    events
}

/// sse-stream: owned data, type and id. It knows streams only, so it is polled.
pub(crate) fn sse_stream(stream: &[u8], chunk: usize) -> usize {
    let chunks = stream::iter(stream.chunks(chunk).map(Ok::<&[u8], Infallible>));
    let mut parser = pin!(SseByteStream::new(chunks));
    let mut context = Context::from_waker(Waker::noop());
    let mut events = 0;
    while let Poll::Ready(Some(Ok(event))) = parser.as_mut().poll_next(&mut context) {
        events += usize::from(event.data.is_some());
        black_box(event);
    }
    events
}
