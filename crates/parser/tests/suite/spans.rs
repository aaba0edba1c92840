//! Where items are.

use proptest::prelude::*;
use ssecheck_parser::Span;
use ssecheck_parser::owned::{OwnedItem, parse_all};
use ssecheck_parsertest::strategy;

use crate::outcome;

fn slices(stream: &[u8]) -> Vec<&[u8]> {
    let items = parse_all(stream).expect("within the limits");
    items.iter().map(|(span, _)| slice(stream, *span)).collect()
}

fn slice(stream: &[u8], span: Span) -> &[u8] {
    &stream[usize::try_from(span.start).expect("small")..usize::try_from(span.end).expect("small")]
}

#[test]
fn an_event_spans_its_block_to_the_byte_that_dispatched_it() {
    let stream = b"\n\n: c\nid: 1\nfoo\ndata: a\n\ndata: b\r\n\r\ndata: c\r\r";
    let expected: [&[u8]; 5] =
        [b": c", b"id: 1", b": c\nid: 1\nfoo\ndata: a\n\n", b"data: b\r\n\r", b"data: c\r\r"];
    assert_eq!(slices(stream), expected);
}

#[test]
fn lines_span_themselves_without_their_line_ends() {
    let stream = b"\xEF\xBB\xBF: a\r\nretry: 5\rid: 1\nid: 22\nid: \0\n\n:\n";
    let expected: [&[u8]; 4] = [b": a", b"retry: 5", b"id: 22", b":"];
    assert_eq!(slices(stream), expected);
}

#[test]
fn a_false_byte_order_mark_belongs_to_the_first_line() {
    let stream = b"\xEF\xBB\ndata: a\n\n";
    assert_eq!(slices(stream), [&stream[..]]);
}

proptest! {
    #[test]
    fn a_block_alone_is_the_same_event(stream in strategy::soup()) {
        for (span, item) in outcome::whole(&stream).items {
            let OwnedItem::Event(event) = item else { continue };
            // the blank line keeps a byte order mark from being the first bytes
            let alone = [b"\n", slice(&stream, span)].concat();
            let alone = parse_all(&alone).expect("within the limits");
            let Some((_, OwnedItem::Event(again))) = alone.last() else {
                return Err(TestCaseError::fail("no event"));
            };
            prop_assert_eq!((&again.data, &again.event_type), (&event.data, &event.event_type));
        }
    }
}
