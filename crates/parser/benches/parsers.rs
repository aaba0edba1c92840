//! The parsers that are compared, each as a function from a stream and a chunk size to the number
//! of events. Every event is handed to `black_box` in the form in which the parser gives it.

use std::convert::Infallible;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use eventsource_stream::EventStream;
use futures_util::{Stream, stream};
use sse_core::{SseDecoder, SseEvent};
use sse_parse::SseParser;
use sse_stream::SseByteStream;
use ssecheck_parser::owned::OwnedEvent;
use ssecheck_parser::{Item, Parser};

/// A parser to measure.
pub(crate) type Measured = fn(&[u8], usize) -> usize;

/// All of them by name. `borrowed` and `owned` are ours; `sse-core` and `sse-parse` are exact too,
/// the others are not.
pub(crate) const ALL: [(&str, Measured); 6] = [
    ("borrowed", borrowed),
    ("owned", owned),
    ("sse-core", sse_core),
    ("sse-parse", sse_parse),
    ("sse-stream", sse_stream),
    ("eventsource-stream", eventsource_stream),
];

/// What no parser can beat, on the same chunks: to find every line end, and to copy every byte. The
/// number returned says nothing about events.
pub(crate) const FLOORS: [(&str, Measured); 2] = [("memchr2", line_ends), ("memcpy", copy)];

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

/// sse-parse: owned data, type and id.
pub(crate) fn sse_parse(stream: &[u8], chunk: usize) -> usize {
    let mut parser = SseParser::new();
    let mut events = 0;
    for chunk in stream.chunks(chunk) {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            black_box(event);
            events += 1;
        }
    }
    events
}

/// sse-stream: owned data, type and id. It knows streams only, so it is polled.
pub(crate) fn sse_stream(stream: &[u8], chunk: usize) -> usize {
    let parser = SseByteStream::new(chunks(stream, chunk));
    polled(parser, |event| event.data.is_some())
}

/// eventsource-stream: owned data, type and id. It knows streams only, so it is polled.
pub(crate) fn eventsource_stream(stream: &[u8], chunk: usize) -> usize {
    polled(EventStream::new(chunks(stream, chunk)), |_| true)
}

fn chunks(stream: &[u8], chunk: usize) -> impl Stream<Item = Result<&[u8], Infallible>> {
    stream::iter(stream.chunks(chunk).map(Ok))
}

fn polled<T, E>(parser: impl Stream<Item = Result<T, E>>, counts: impl Fn(&T) -> bool) -> usize {
    let mut parser = pin!(parser);
    let mut context = Context::from_waker(Waker::noop());
    let mut events = 0;
    while let Poll::Ready(Some(Ok(event))) = parser.as_mut().poll_next(&mut context) {
        events += usize::from(counts(&event));
        black_box(event);
    }
    events
}

fn line_ends(stream: &[u8], chunk: usize) -> usize {
    let count = |chunk| memchr::memchr2_iter(b'\r', b'\n', chunk).map(black_box).count();
    stream.chunks(chunk).map(count).sum()
}

fn copy(stream: &[u8], chunk: usize) -> usize {
    let mut to = vec![0; chunk];
    for chunk in stream.chunks(chunk) {
        black_box(&mut to[..chunk.len()]).copy_from_slice(chunk);
        black_box(&to);
    }
    stream.len()
}
