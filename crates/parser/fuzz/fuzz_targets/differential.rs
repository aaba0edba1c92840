//! Any bytes, cut anywhere: this parser says what three others say that share no code with it: the
//! plain reference of the tests, and the crates sse-core and sse-parse, these chunk by chunk.
//! The first byte of the input is the number of cuts, the next ones are their places.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sse_core::{SseDecoder, SseEvent};
use sse_parse::SseParser;
use ssecheck_parser::owned::{OwnedEvent, OwnedItem};
use ssecheck_parser::{Parser, Span};

#[path = "../../tests/suite/reference.rs"]
mod reference;

/// Type, data and last event ID, or a reconnection time.
#[derive(Debug, PartialEq)]
enum Said {
    Event(String, String, String),
    Retry(u64),
}

fn cut<'a>(stream: &'a [u8], places: &[u8]) -> Vec<&'a [u8]> {
    let place = |place: &u8| usize::from(*place) % (stream.len() + 1);
    let mut places: Vec<usize> = places.iter().map(place).collect();
    places.sort_unstable();
    places.push(stream.len());
    let mut from = 0;
    places.into_iter().map(|to| &stream[std::mem::replace(&mut from, to)..to]).collect()
}

/// Ours, one list of items for each chunk.
fn ours(parser: &mut Parser, chunks: &[&[u8]]) -> Vec<Vec<OwnedItem>> {
    let feed = |chunk: &&[u8]| {
        let mut items = Vec::new();
        let fed = parser.feed_with(chunk, |_: Span, item| items.push(item.into()));
        assert_eq!(fed, Ok(()), "far below the limits");
        items
    };
    chunks.iter().map(feed).collect()
}

fn event(event: &OwnedEvent) -> Said {
    let OwnedEvent { event_type, data, last_event_id, .. } = event.clone();
    Said::Event(event_type.into_owned(), data, last_event_id)
}

/// What sse-core can show: no comments, no ids alone, no retry above 2^32-1 ms.
fn like_sse_core(items: &[OwnedItem]) -> Vec<Said> {
    let said = |item: &OwnedItem| match item {
        OwnedItem::Event(item) => Some(event(item)),
        OwnedItem::Retry(time) => u32::try_from(*time).ok().map(|time| Said::Retry(time.into())),
        OwnedItem::Comment(_) | OwnedItem::Id(_) => None,
    };
    items.iter().filter_map(said).collect()
}

fn sse_core(decoder: &mut SseDecoder, mut chunk: &[u8]) -> Vec<Said> {
    let mut out = Vec::new();
    while let Some(item) = decoder.next(&mut chunk) {
        out.push(match item.expect("small payloads") {
            SseEvent::Retry(time) => Said::Retry(time.into()),
            SseEvent::Message(event) => {
                let id = event.last_event_id.as_deref().unwrap_or_default().to_owned();
                Said::Event(event.event.into_owned(), event.data, id)
            }
        });
    }
    out
}

/// What sse-parse can show one by one: events only.
fn like_sse_parse(items: &[OwnedItem]) -> Vec<Said> {
    let said = |item: &OwnedItem| match item {
        OwnedItem::Event(item) => Some(event(item)),
        _ => None,
    };
    items.iter().filter_map(said).collect()
}

fn sse_parse(parser: &mut SseParser, chunk: &[u8]) -> Vec<Said> {
    parser.feed(chunk);
    let events = std::iter::from_fn(|| parser.next_event());
    events.map(|event| Said::Event(event.event, event.data, event.id)).collect()
}

fuzz_target!(|input: &[u8]| {
    let [count, rest @ ..] = input else { return };
    let Some((places, stream)) = rest.split_at_checked(usize::from(count % 8)) else { return };
    let chunks = cut(stream, places);
    let mut parser = Parser::new();
    let items = ours(&mut parser, &chunks);

    let (mut core, mut parse) = (SseDecoder::new(), SseParser::new());
    for (chunk, items) in chunks.iter().zip(&items) {
        assert_eq!(like_sse_core(items), sse_core(&mut core, chunk), "sse-core");
        assert_eq!(like_sse_parse(items), sse_parse(&mut parse, chunk), "sse-parse");
    }
    assert_eq!(parser.last_event_id(), parse.last_event_id(), "sse-parse");

    let reference = reference::parse(stream);
    assert_eq!(items.concat(), reference.items, "the reference");
    assert_eq!(parser.last_event_id(), reference.last_event_id, "the reference");
    assert_eq!(parser.retry(), reference.retry, "the reference");
    // sse-parse ignores times of 2^64 ms and more, where this parser saturates
    if !items.concat().contains(&OwnedItem::Retry(u64::MAX)) {
        let theirs = parse.retry().map(|time| time.as_millis());
        assert_eq!(parser.retry().map(u128::from), theirs, "sse-parse");
    }
});
