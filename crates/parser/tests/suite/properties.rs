//! The invariants I1 to I12 and I14 on generated streams. I8 is in `encoding`, I13 in `endless`,
//! I15 in `differential`.

use proptest::prelude::*;
use ssecheck_parser::Parser;
use ssecheck_parser::owned::{Collector, OwnedItem};
use ssecheck_parsertest::cuts;
use ssecheck_parsertest::strategy::{self, Stream};

use crate::outcome::{self, Outcome};

fn said(stream: &Stream) -> Vec<OwnedItem> {
    outcome::whole(&stream.bytes()).said()
}

fn without_comments(items: Vec<OwnedItem>) -> Vec<OwnedItem> {
    items.into_iter().filter(|item| !matches!(item, OwnedItem::Comment(_))).collect()
}

/// What a parser has said after each byte, and at the end.
fn step_by_step(stream: &[u8]) -> (Vec<usize>, Outcome) {
    let mut parser = Parser::new();
    let mut all = Collector::<true>::default();
    let mut counts = Vec::new();
    for byte in stream.chunks(1) {
        parser.feed(byte, &mut all).expect("within the limits");
        counts.push(all.items.len());
    }
    let state = parser.finish(&mut all);
    (counts, Outcome { items: all.items, lints: all.lints, state })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn i1_chunks_carry_no_meaning(stream in strategy::soup(), places in cuts::places()) {
        let whole = outcome::whole(&stream);
        prop_assert_eq!(&outcome::chunked(cuts::at(&stream, &places)), &whole);
        prop_assert_eq!(&outcome::chunked(cuts::bytewise(&stream)), &whole);
    }

    #[test]
    fn i2_i10_a_prefix_says_a_prefix(stream in strategy::soup(), cut in any::<usize>()) {
        let whole = outcome::whole(&stream).items;
        let prefix = outcome::whole(&stream[..cut % (stream.len() + 1)]).items;
        prop_assert!(whole.starts_with(&prefix), "{prefix:?} of {whole:?}");
    }

    #[test]
    fn i3_line_ends_are_equivalent(
        stream in strategy::rich(),
        kinds in prop::collection::vec(any::<usize>(), 1..9),
    ) {
        let mut other = stream.clone();
        other.end_lines(&kinds);
        prop_assert_eq!(said(&other), said(&stream));
    }

    #[test]
    fn i4_comments_change_nothing_else(stream in strategy::rich(), at in any::<usize>()) {
        let mut other = stream.clone();
        other.insert(at, b": data: x");
        prop_assert_eq!(without_comments(said(&other)), without_comments(said(&stream)));
        prop_assert_eq!(said(&other).len(), said(&stream).len() + 1);
    }

    #[test]
    fn i5_unknown_fields_change_nothing(
        stream in strategy::rich(),
        at in any::<usize>(),
        text in prop::sample::select(vec!["foo: bar", "Data: x", "data : x", " id: 3", "{", "retrY:1"]),
    ) {
        let mut other = stream.clone();
        other.insert(at, text.as_bytes());
        prop_assert_eq!(said(&other), said(&stream));
    }

    #[test]
    fn i6_one_byte_order_mark_changes_nothing(stream in strategy::plain()) {
        let mut other = stream.clone();
        other.head = b"\xEF\xBB\xBF".to_vec();
        prop_assert_eq!(said(&other), said(&stream));
    }

    #[test]
    fn i6_a_second_byte_order_mark_hides_the_first_field(mut stream in strategy::plain()) {
        stream.lines.insert(0, strategy::Line::new("data: first"));
        let mut other = stream.clone();
        other.head = b"\xEF\xBB\xBF\xEF\xBB\xBF".to_vec();
        let mut without = stream.clone();
        without.lines.remove(0);
        prop_assert_eq!(said(&other), said(&without));
        prop_assert!(stream.lines.len() == 1 || said(&other) != said(&stream));
    }

    #[test]
    fn i7_more_blank_lines_change_nothing(stream in strategy::plain(), at in any::<usize>()) {
        let mut other = stream.clone();
        other.insert_blank(at);
        prop_assert_eq!(said(&other), said(&stream));
    }

    #[test]
    fn i9_streams_add_up(first in strategy::rich(), second in strategy::plain()) {
        let mut first = first;
        first.insert(first.lines.len(), b"");
        let before = outcome::whole(&first.bytes());
        let mut parser = Parser::new().with_last_event_id(before.state.last_event_id.clone());
        let after = outcome::feed(&mut parser, [&second.bytes()[..]]);
        let both = outcome::whole(&[first.bytes(), second.bytes()].concat());
        prop_assert_eq!(both.said(), [before.said(), after.said()].concat());
        prop_assert_eq!(both.state.last_event_id, after.state.last_event_id);
    }

    #[test]
    fn i11_an_item_is_out_with_the_last_byte_of_its_line_end(stream in strategy::soup()) {
        let (counts, outcome) = step_by_step(&stream);
        for (at, &count) in counts.iter().enumerate() {
            let fed = &stream[..=at];
            prop_assert_eq!(count, outcome::whole(fed).items.len());
            prop_assert_eq!(outcome.items.get(count).is_some_and(|(span, item)| {
                matches!(item, OwnedItem::Event(_)) && span.end <= fed.len() as u64
            }), false, "an event is late");
        }
    }

    #[test]
    fn i12_fields_of_a_block_have_no_order(
        fields in Just(vec!["id: 1", "event: e", "data: a"]).prop_shuffle(),
    ) {
        let stream = format!("{}\n\n", fields.join("\n"));
        prop_assert_eq!(outcome::whole(stream.as_bytes()).events(), ["e|a|1"]);
    }

    #[test]
    fn i14_any_bytes_end_well(stream in prop::collection::vec(any::<u8>(), 0..300)) {
        let outcome = outcome::whole(&stream);
        prop_assert_eq!(outcome.state.bytes, stream.len() as u64);
        for (span, _) in &outcome.items {
            prop_assert!(span.start < span.end && span.end <= stream.len() as u64);
        }
        for lint in &outcome.lints {
            prop_assert!(!lint.span.is_empty() && lint.span.end <= stream.len() as u64);
        }
    }

    #[test]
    fn lints_do_not_change_the_parse(stream in strategy::soup()) {
        let mut without = Collector::<false>::default();
        Parser::new().feed(&stream, &mut without).expect("within the limits");
        prop_assert_eq!(without.items, outcome::whole(&stream).items);
        prop_assert!(without.lints.is_empty());
    }
}
