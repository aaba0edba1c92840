//! Agreement with two other implementations: the plain reference and the crate sse-core (I15).

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sse_core::{SseDecoder, SseEvent};
use ssecheck_parser::owned::OwnedItem;

use crate::{outcome, reference};
use ssecheck_parsertest::cuts;
use ssecheck_parsertest::strategy::{self, Stream};

fn agrees_with_reference(stream: &[u8], places: &[usize]) -> Result<(), TestCaseError> {
    let ours = outcome::chunked(cuts::at(stream, places));
    let theirs = reference::parse(stream);
    prop_assert_eq!(ours.said(), theirs.items);
    prop_assert_eq!(ours.state.last_event_id, theirs.last_event_id);
    prop_assert_eq!(ours.state.retry, theirs.retry);
    Ok(())
}

/// Events as `type|data|id` and retries, as sse-core gives them: it has no comments, tells ids
/// with events only, and ignores a retry above 2^32-1 ms.
fn sse_core(chunks: &[&[u8]]) -> Vec<String> {
    let mut decoder = SseDecoder::new();
    let mut out = Vec::new();
    for chunk in chunks {
        let mut rest = *chunk;
        while let Some(item) = decoder.next(&mut rest) {
            out.push(match item.expect("small payloads") {
                SseEvent::Retry(time) => format!("retry {time}"),
                SseEvent::Message(event) => {
                    let id = event.last_event_id.as_deref().unwrap_or_default();
                    format!("{}|{}|{id}", event.event, event.data)
                }
            });
        }
    }
    out
}

fn in_terms_of_sse_core(items: &[OwnedItem]) -> Vec<String> {
    let line = |item: &OwnedItem| match item {
        OwnedItem::Event(e) => Some(format!("{}|{}|{}", e.event_type, e.data, e.last_event_id)),
        OwnedItem::Retry(time) if *time <= u64::from(u32::MAX) => Some(format!("retry {time}")),
        OwnedItem::Retry(_) | OwnedItem::Comment(_) | OwnedItem::Id(_) => None,
    };
    items.iter().filter_map(line).collect()
}

fn agrees_with_sse_core(stream: &[u8], places: &[usize]) -> Result<(), TestCaseError> {
    let chunks = cuts::at(stream, places);
    let theirs = sse_core(&chunks);
    prop_assert_eq!(in_terms_of_sse_core(&outcome::chunked(chunks).said()), theirs);
    Ok(())
}

fn agrees(stream: &[u8], places: &[usize]) -> Result<(), TestCaseError> {
    agrees_with_reference(stream, places)?;
    agrees_with_sse_core(stream, places)
}

/// Runs one feature on many plain streams.
fn feature(name: &str, add: impl Fn(&mut Stream, &strategy::Doses)) {
    let mut runner = TestRunner::new(Config { cases: 200, ..Config::default() });
    let inputs = (strategy::plain(), strategy::doses(), cuts::places());
    let result = runner.run(&inputs, |(mut stream, doses, places)| {
        add(&mut stream, &doses);
        agrees(&stream.bytes(), &places)
    });
    if let Err(error) = result {
        panic!("feature {name}: {error}");
    }
}

#[test]
fn i15_every_feature_of_lines_alone_is_read_alike() {
    for (name, lines) in strategy::LINE_FEATURES {
        feature(name, |stream, doses| strategy::dose_lines(stream, lines, doses));
    }
}

#[test]
fn i15_every_feature_of_lines_is_read_alike_with_mixed_line_ends() {
    for (name, lines) in strategy::LINE_FEATURES {
        feature(name, |stream, doses| {
            strategy::dose_lines(stream, lines, doses);
            let kinds = doses.places.iter().chain(&doses.variants);
            for (line, kind) in stream.lines.iter_mut().zip(kinds.cycle()) {
                line.end = strategy::LINE_ENDS[kind % 3];
            }
        });
    }
}

#[test]
fn i15_heads_are_read_alike() {
    let heads: [&[u8]; 6] = [
        b"\xEF\xBB\xBF",
        b"\xEF\xBB\xBF\xEF\xBB\xBF",
        b"\xEF\xBB",
        b"\xEF",
        b"\xFF\xFE",
        b"\r\n\n",
    ];
    feature("heads", |stream, doses| stream.head = heads[doses.variants[0] % 6].to_vec());
}

#[test]
fn i15_tails_are_read_alike() {
    let tails: [&[u8]; 6] = [b"data: x", b"id: 9", b"id: 9\n", b"retry: 5", b"retry: 5\n", b":"];
    feature("tails", |stream, doses| stream.tail = tails[doses.variants[0] % 6].to_vec());
}

#[test]
fn i15_truncated_streams_are_read_alike() {
    feature("truncation", |stream, doses| {
        let bytes = stream.bytes();
        stream.lines.clear();
        stream.tail = bytes[..doses.places[0] % (bytes.len() + 1)].to_vec();
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn i15_any_soup_is_read_alike(stream in strategy::soup(), places in cuts::places()) {
        agrees(&stream, &places)?;
    }

    #[test]
    fn i15_any_bytes_are_read_alike(
        stream in prop::collection::vec(any::<u8>(), 0..200),
        places in cuts::places(),
    ) {
        agrees(&stream, &places)?;
    }
}
