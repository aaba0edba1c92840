//! Every vector is read alike by our parser, by two plain readings of the standard and by two exact
//! parsers of others, under all cuts.

use std::sync::atomic::{AtomicUsize, Ordering};

use ssecheck_model::vector::{SaidEvent, Vector};
use ssecheck_parser::owned::OwnedItem;

use crate::heard::{HUGE, Heard, cuts, ours, shipped};
use crate::mutants::Bug;
use crate::{naive, reference};

/// Shows to `agrees` every vector under every cut, and collects what it objects to.
fn each(agrees: impl Fn(&Vector, &[Vec<u8>], &str) -> bool) {
    let vectors = shipped();
    let mut wrong = Vec::new();
    for vector in &vectors {
        let seed = vector.seed.as_deref().unwrap_or_default();
        wrong.extend(cuts(vector).into_iter().filter(|cut| !agrees(vector, cut, seed)).map(
            |cut| {
                let cut: Vec<String> = cut.iter().map(|c| c.escape_ascii().to_string()).collect();
                format!("{} {cut:?}", vector.id)
            },
        ));
    }
    assert!(wrong.is_empty(), "{} disagree:\n{}", wrong.len(), wrong.join("\n"));
    assert!(vectors.len() >= 250);
}

#[test]
fn our_parser_says_what_every_vector_expects() {
    each(|vector, cut, seed| ours(cut, seed).said() == vector.expect);
}

#[test]
fn a_plain_reading_byte_by_byte_says_the_same() {
    each(|vector, cut, seed| naive::read(Bug::None, cut, seed).said() == vector.expect);
}

#[test]
fn a_plain_reading_has_every_event_at_the_same_chunk() {
    each(|_, cut, seed| naive::read(Bug::None, cut, seed) == ours(cut, seed));
}

/// Pieces of streams that meet at their worst.
const PIECES: [&[u8]; 30] = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b": ",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\r\r",
    b"data: a\n",
    b"data: b\n\n",
    b"data:c\r\r",
    b"id: 1\ndata",
    b"event: e\rdata",
    b"retry: 9\r\n",
    b"\xEF\xBB\xBF",
    b"\xEF",
    b"\xBB",
    b"\xBF",
    b"\xFF",
    b"\xE2\x82",
    b"\xAC",
    b"7",
    b"\0",
    b"x",
    b"\r\n\r\n",
    b"",
];

#[test]
fn a_plain_reading_of_random_streams_says_the_same_at_the_same_chunk() {
    use proptest::prelude::*;
    let chunk = prop::collection::vec(prop::sample::select(&PIECES[..]), 0..9);
    let stream = prop::collection::vec(chunk.prop_map(|pieces| pieces.concat()), 0..12);
    let config =
        ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() };
    let events = AtomicUsize::new(0);
    proptest!(config, |(chunks in stream, seed in "[0-9]?")| {
        let heard = ours(&chunks, &seed);
        events.fetch_add(heard.events.len(), Ordering::Relaxed);
        prop_assert_eq!(naive::read(Bug::None, &chunks, &seed), heard);
    });
    assert!(events.into_inner() > 5_000, "the streams say too little");
}

#[test]
fn a_plain_reading_of_the_whole_text_says_the_same() {
    each(|vector, cut, seed| {
        if !seed.is_empty() {
            return true; // it knows no stream before this one
        }
        let read = reference::parse(&cut.concat());
        let mut heard = Heard { last_event_id: read.last_event_id, ..Heard::default() };
        for item in read.items {
            match item {
                OwnedItem::Id(_) => {} // the plain reading tells of ids apart from events
                OwnedItem::Retry(time) => heard.retries.push(time),
                OwnedItem::Comment(text) => heard.comments.push(text),
                OwnedItem::Event(event) => {
                    heard
                        .events
                        .push((0, said(&event.event_type, event.data, &event.last_event_id)));
                }
            }
        }
        assert_eq!(read.retry, heard.retries.last().copied());
        heard.said() == without_own(vector)
    });
}

/// What is expected, for an interface that does not tell in which block an id stands.
fn without_own(vector: &Vector) -> ssecheck_model::vector::Said {
    let mut said = vector.expect.clone();
    said.events.iter_mut().for_each(|event| event.own_id = false);
    said
}

#[test]
fn sse_core_says_the_same() {
    use sse_core::{SseDecoder, SseEvent};
    each(|vector, cut, seed| {
        let mut decoder = SseDecoder::new();
        decoder.reconnect_with_id(Some(seed.into()).filter(|_| !seed.is_empty()));
        let mut heard = Heard::default();
        for (chunk, bytes) in cut.iter().enumerate() {
            let mut rest = bytes.as_slice();
            while let Some(item) = decoder.next(&mut rest) {
                match item.unwrap() {
                    SseEvent::Retry(time) => heard.retries.push(time.into()),
                    SseEvent::Message(event) => {
                        let id = event.last_event_id.as_deref().unwrap_or_default();
                        heard.events.push((chunk, said(&event.event, event.data, id)));
                    }
                }
            }
        }
        heard.last_event_id = decoder.last_event_id().map(|id| id.to_string()).unwrap_or_default();
        let mut due = without_own(vector);
        due.comments.clear(); // it shows none
        due.retries.retain(|time| *time < HUGE); // it ignores larger ones
        heard.said() == due
    });
}

#[test]
fn sse_parse_says_the_same() {
    each(|vector, cut, seed| {
        let mut parser = sse_parse::SseParser::with_last_event_id(seed);
        let mut heard = Heard::default();
        for (chunk, bytes) in cut.iter().enumerate() {
            parser.feed(bytes);
            while let Some(event) = parser.next_event() {
                heard.events.push((chunk, said(&event.event, event.data, &event.id)));
            }
        }
        parser.finish();
        assert!(parser.next_event().is_none(), "{}", vector.id);
        heard.last_event_id = parser.last_event_id().to_owned();
        let mut due = without_own(vector);
        due.comments.clear(); // it shows none
        let last = due.retries.pop(); // it shows the last one only
        due.retries.clear();
        let time = parser.retry().map(|time| u64::try_from(time.as_millis()).unwrap());
        heard.said() == due && (last == Some(HUGE) || time == last)
    });
}

fn said(event: &str, data: String, id: &str) -> SaidEvent {
    SaidEvent { event: event.to_owned(), data, last_event_id: id.to_owned(), own_id: false }
}
