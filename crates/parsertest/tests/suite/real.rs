//! The vectors find what is known of two parsers in wide use, and nothing else.

use std::collections::BTreeSet;
use std::convert::Infallible;

use eventsource_stream::Eventsource as _;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use sse_stream::SseByteStream;
use ssecheck_model::parser::Aspect;
use ssecheck_model::vector::{SaidEvent, Vector};
use ssecheck_parsertest::class;

use crate::heard::{Heard, shipped, wrong};

/// The classes that a parser has wrong, by the vectors in their own cuts, in events, ids and errors.
fn red(read: impl Fn(&Vector, &[Vec<u8>]) -> Heard) -> BTreeSet<&'static str> {
    let vectors = shipped();
    let is_red = |vector: &&Vector| {
        let chunks = vector.bytes().expect("each character is a byte");
        let mut heard = read(vector, &chunks);
        heard.comments.clone_from(&vector.expect.comments); // not asked for here
        heard.retries.clone_from(&vector.expect.retries);
        heard.last_event_id.clone_from(&vector.expect.last_event_id);
        let shows = class::find(&vector.class).map_or(&[][..], |class| class.shows);
        let wrong = wrong(vector, &chunks, &heard);
        wrong.contains(&Aspect::Error) || wrong.iter().any(|aspect| shows.contains(aspect))
    };
    let seeded = |vector: &&Vector| vector.seed.is_some();
    let red = vectors.iter().filter(|vector| !seeded(vector)).filter(is_red);
    red.map(|vector| class::find(&vector.class).map_or("", |class| class.code)).collect()
}

fn body(chunks: &[Vec<u8>]) -> impl stream::Stream<Item = Result<&[u8], Infallible>> {
    stream::iter(chunks.iter().map(|chunk| Ok(chunk.as_slice())))
}

fn eventsource_stream(chunks: &[Vec<u8>]) -> Heard {
    let mut heard = Heard::default();
    let mut events = body(chunks).eventsource();
    while let Some(Some(item)) = events.next().now_or_never() {
        let Ok(event) = item else {
            heard.failed = true;
            break;
        };
        let (event, data, last_event_id) = (event.event, event.data, event.id);
        heard.events.push((0, SaidEvent { event, data, last_event_id, own_id: false }));
    }
    heard
}

#[test]
fn eventsource_stream_panics_at_a_byte_order_mark_and_more() {
    let red = red(|_, chunks| {
        let read = std::panic::catch_unwind(|| eventsource_stream(chunks));
        read.unwrap_or(Heard { failed: true, ..Heard::default() })
    });
    let marked = vec![b"\xEF\xBB\xBFdata: a\n\n".to_vec()];
    assert!(std::panic::catch_unwind(|| eventsource_stream(&marked)).is_err());
    let cr = ["eol.cr-at-end"];
    let bom = ["bom.strip", "bom.split", "bom.double"];
    let utf8 = ["bom.utf16", "utf8.invalid", "utf8.counts", "utf8.comment"];
    let known = cr.into_iter().chain(bom).chain(utf8);
    assert_eq!(red, known.collect());
}

/// It gives an id with the event of its own block only, and blocks without data as such.
fn sse_stream(vector: &Vector, chunks: &[Vec<u8>]) -> Heard {
    let mut heard = Heard::default();
    let mut events = SseByteStream::new(body(chunks));
    while let Some(Some(item)) = events.next().now_or_never() {
        let Ok(block) = item else {
            heard.failed = true;
            break;
        };
        let Some(data) = block.data else { continue };
        let due = vector.expect.events.get(heard.events.len()).filter(|due| !due.own_id);
        let inherited = due.map(|due| due.last_event_id.clone());
        heard.events.push((
            0,
            SaidEvent {
                event: block.event.unwrap_or_else(|| "message".to_owned()),
                data,
                last_event_id: block.id.or(inherited).unwrap_or_default(),
                own_id: false,
            },
        ));
    }
    heard
}

#[test]
fn sse_stream_is_wrong_in_empty_types_and_at_bytes_that_are_not_utf8() {
    let types = ["event.empty-is-message", "event.reset-by-empty"];
    let utf8 = ["utf8.invalid", "utf8.counts"];
    assert_eq!(red(sse_stream), types.into_iter().chain(utf8).collect());
}
