use ssecheck_model::step::CutPoint;
use ssecheck_transport::{End, Stamp};

use super::super::Stream;
use crate::testing::{STREAM, answer, stream};

fn data(stream: &Stream) -> Vec<&str> {
    stream.taken_events().map(|seen| seen.event.data.as_str()).collect()
}

#[test]
fn a_torn_event_counts_neither_as_event_nor_for_the_id() {
    for at in [CutPoint::MidEvent, CutPoint::MidCharacter] {
        for last in ["plain text", "é日本 🚀"] {
            let mut torn = stream(&[("1", "a"), ("2", "b"), ("3", last)]);
            torn.tear(at);
            assert_eq!(data(&torn), ["a", "b"], "{at:?} {last}");
            assert_eq!(torn.last_id(), Some("2"), "{at:?} {last}");
            assert_eq!(torn.events().count(), 2);
        }
    }
}

#[test]
fn a_cut_at_an_event_changes_nothing() {
    let mut whole = stream(&[("1", "a"), ("2", "b")]);
    whole.tear(CutPoint::Event);
    assert_eq!((data(&whole), whole.last_id()), (vec!["a", "b"], Some("2")));
}

#[test]
fn the_tear_is_in_the_last_event_that_was_taken_and_what_came_behind_it_is_lost() {
    let mut torn = stream(&[("1", "a"), ("2", "b"), ("3", "c")]);
    torn.taken = 4; // two events, each behind its id
    torn.tear(CutPoint::MidEvent);
    assert_eq!((data(&torn), torn.last_id()), (vec!["a"], Some("1")));
    assert!(!String::from_utf8_lossy(&torn.bytes).contains("id: 3"));
}

#[test]
fn a_character_is_torn_inside() {
    let mut torn = answer(STREAM, "id: 1\ndata: 日本\n\n");
    torn.tear(CutPoint::MidCharacter);
    assert!(torn.bytes.ends_with(
        "日".as_bytes().iter().copied().chain([0xE6, 0x9C]).collect::<Vec<_>>().as_slice()
    ));
}

#[test]
fn wherever_the_pieces_ended_the_torn_stream_is_the_same() {
    let body =
        ": hello\r\n\r\nid: 1\r\ndata: a\r\n\r\nid: 2\r\ndata: \u{1f680}é\r\n\r\n".as_bytes();
    for cut in 1..body.len() {
        let mut torn = answer(STREAM, "");
        torn.take(&body[..cut], Stamp::now());
        torn.take(&body[cut..], Stamp::now());
        torn.taken = torn.items.len();
        torn.ended(End::Closed);
        torn.tear(CutPoint::MidCharacter);
        assert_eq!((data(&torn), torn.last_id()), (vec!["a"], Some("1")), "{cut}");
        assert!(torn.end.is_none(), "the client never saw the end");
    }
}

#[test]
fn without_an_event_there_is_nothing_to_tear() {
    let mut empty = answer(STREAM, ": hello\n\n");
    empty.tear(CutPoint::MidEvent);
    assert_eq!(empty.bytes, b": hello\n\n");
}
