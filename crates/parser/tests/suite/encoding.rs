//! The encoder (I8).

use proptest::prelude::*;
use ssecheck_parser::encode::{self, EncodeError, Event};
use ssecheck_parser::owned::OwnedItem;

use crate::outcome;

fn written(event: Event<'_>) -> String {
    let mut out = String::new();
    encode::event(&mut out, event).expect("a writable event");
    out
}

fn refused(event: Event<'_>) -> EncodeError {
    let mut out = "before".to_owned();
    let error = encode::event(&mut out, event).expect_err("an unwritable event");
    assert_eq!(out, "before");
    error
}

fn data(data: &str) -> Event<'_> {
    Event { data, ..Event::default() }
}

#[test]
fn fields_are_written_in_canonical_form() {
    let event = Event { event_type: Some("e"), id: Some("1"), data: "a" };
    assert_eq!(written(event), "id: 1\nevent: e\ndata: a\n\n");
    assert_eq!(written(data(" a")), "data:  a\n\n");
}

#[test]
fn empty_data_is_written_so_that_it_is_delivered() {
    assert_eq!(written(data("")), "data: \n\n");
    assert_eq!(outcome::whole(b"data: \n\n").events(), ["message||"]);
}

#[test]
fn data_splits_at_every_kind_of_line_end() {
    let text = "a\nb\rc\r\nd\n\re\r\r\n";
    let lines = ["a", "b", "c", "d", "", "e", "", ""].map(|line| format!("data: {line}\n"));
    assert_eq!(written(data(text)), lines.concat() + "\n");
}

#[test]
fn a_comment_splits_at_every_kind_of_line_end() {
    let mut out = String::new();
    encode::comment(&mut out, "a\rb\r\nc\n");
    assert_eq!(out, ": a\n: b\n: c\n: \n");
}

#[test]
fn a_retry_is_a_block_of_its_own() {
    let mut out = String::new();
    encode::retry(&mut out, u64::MAX);
    assert_eq!(out, format!("retry: {}\n\n", u64::MAX));
    assert_eq!(outcome::whole(out.as_bytes()).state.retry, Some(u64::MAX));
}

#[test]
fn line_ends_in_type_and_id_are_refused() {
    for text in ["a\nb", "a\rb", "a\r\nb"] {
        let event_type = Event { event_type: Some(text), ..Event::default() };
        assert_eq!(refused(event_type), EncodeError::LineEndInEventType(1));
        let id = Event { id: Some(text), ..Event::default() };
        assert_eq!(refused(id), EncodeError::LineEndInId(1));
    }
}

#[test]
fn nul_in_an_id_is_refused_and_elsewhere_written() {
    let id = Event { id: Some("ab\0"), ..Event::default() };
    assert_eq!(refused(id), EncodeError::NulInId(2));
    let other = Event { event_type: Some("\0"), id: None, data: "\0" };
    assert_eq!(outcome::whole(written(other).as_bytes()).events(), ["\0|\0|"]);
}

fn normal(data: &str) -> String {
    data.replace("\r\n", "\n").replace('\r', "\n")
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        " ",
        ":",
        "\t",
        "data: x",
        "\u{FEFF}",
        "\u{2028}",
        "\u{85}",
        "\u{1F600}",
        "[DONE]",
        "\0",
    ]);
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn lines() -> impl Strategy<Value = String> {
    let end = prop::sample::select(vec!["\n", "\r", "\r\n", ""]);
    let pieces = prop::collection::vec((text(), end), 0..6);
    pieces.prop_map(|pieces| pieces.into_iter().map(|(text, end)| text + end).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn i8_what_is_written_is_read(
        event_type in prop::option::of(text()),
        id in prop::option::of(text()),
        data in lines(),
    ) {
        let id = id.map(|id| id.replace('\0', ""));
        let event = Event { event_type: event_type.as_deref(), id: id.as_deref(), data: &data };
        let read = outcome::whole(written(event).as_bytes());
        let kind = event_type.filter(|kind| !kind.is_empty()).unwrap_or("message".to_owned());
        let expected = format!("{kind}|{}|{}", normal(&data), id.clone().unwrap_or_default());
        prop_assert_eq!(read.events(), [expected]);
        prop_assert_eq!(read.items.len(), 1 + usize::from(id.is_some()));
        prop_assert_eq!(read.state.pending, None);
    }

    #[test]
    fn i8_a_comment_is_read_line_by_line(comment in lines()) {
        let mut out = String::new();
        encode::comment(&mut out, &comment);
        let lines = normal(&comment);
        let expected = lines.split('\n').map(|line| OwnedItem::Comment(format!(" {line}")));
        prop_assert_eq!(outcome::whole(out.as_bytes()).said(), expected.collect::<Vec<_>>());
    }
}
