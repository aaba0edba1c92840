//! The end of a stream and the next one (P49).

use ssecheck_parser::{FinalState, Parser, Profile, Span};

use crate::outcome;

fn state(stream: &[u8]) -> FinalState {
    outcome::whole(stream).state
}

#[test]
fn p49_a_reset_drops_the_half_event_and_expects_a_mark_again() {
    let mut parser = Parser::new();
    parser.feed_with(b"id: 1\ndata: a\n\nid: 2\nevent: e\ndata: half\nda", |_, _| {}).expect("ok");
    parser.reset();
    let next = outcome::feed(&mut parser, [&b"\xEF\xBB\xBFdata: b\n\n"[..]]);
    assert_eq!(next.events(), ["message|b|1"]);
    assert_eq!(next.items[0].0, Span::new(3, 12));
}

#[test]
fn p49_a_reset_forgets_a_carriage_return() {
    let mut parser = Parser::new();
    parser.feed_with(b"data: a\r", |_, _| {}).expect("ok");
    parser.reset();
    let next = outcome::feed(&mut parser, [&b"\ndata: b\n\n"[..]]);
    assert_eq!(next.events(), ["message|b|"]);
    assert_eq!(next.lints, [], "the first LF is a line end of its own, not half of a CRLF");
}

#[test]
fn p49_a_reset_forgets_half_a_byte_order_mark() {
    let mut parser = Parser::new();
    parser.feed_with(b"\xEF\xBB", |_, _| {}).expect("ok");
    parser.reset();
    let next = outcome::feed(&mut parser, [&b"\xBFdata: a\ndata: b\n\n"[..]]);
    assert_eq!(next.events(), ["message|b|"]);
}

#[test]
fn p49_finish_is_a_reset_that_reports() {
    let mut parser = Parser::new();
    let first = outcome::feed(&mut parser, [&b"id: 1\nretry: 9\n\ndata: half"[..]]);
    assert_eq!(first.state.retry, Some(9));
    let second = outcome::feed(&mut parser, [&b": nothing\n"[..]]);
    let expected = FinalState {
        last_event_id: "1".to_owned(),
        retry: Some(9),
        bytes: 10,
        pending: None,
        pending_data: false,
    };
    assert_eq!(second.state, expected);
}

#[test]
fn a_seeded_last_event_id_is_that_of_events_without_id() {
    let mut parser = Parser::new().with_last_event_id("seed");
    let all = outcome::feed(&mut parser, [&b"data: a\n\nid\ndata: b\n\n"[..]]);
    assert_eq!(all.events(), ["message|a|seed", "message|b|"]);
}

#[test]
fn the_pending_tail_begins_with_its_block() {
    let tails: [(&[u8], Option<Span>, bool); 16] = [
        (b"", None, false),
        (b"data: a\n\n", None, false),
        (b"data: a\n\n: ping\n", None, false),
        (b"data: a\r\n\r", None, false),
        (b"data: a\n\ndata: b", Some(Span::new(9, 16)), true),
        (b"data: a\n\ndata: b\n", Some(Span::new(9, 17)), true),
        (b"data: a\n\ndata", Some(Span::new(9, 13)), true),
        (b"data: a\n\ndat", Some(Span::new(9, 12)), false),
        (b"data: a\n\nid: 1\n", Some(Span::new(9, 15)), false),
        (b": c\ndata: b\n", Some(Span::new(0, 12)), true),
        (b": c", Some(Span::new(0, 3)), false),
        (b": c\n: d", Some(Span::new(0, 7)), false),
        (b"foo\n", Some(Span::new(0, 4)), false),
        (b"\xEF\xBB", Some(Span::new(0, 2)), false),
        (b"\xEF\xBB\xBF", None, false),
        (b"\xEF\xBB\xBFda", Some(Span::new(3, 5)), false),
    ];
    for (stream, pending, pending_data) in tails {
        let end = state(stream);
        assert_eq!((end.pending, end.pending_data), (pending, pending_data), "{stream:?}");
        assert_eq!(end.bytes, stream.len() as u64);
    }
}

/// Events as `type|data|id` with a mark for those without data.
fn core(stream: &[u8]) -> Vec<String> {
    let mut parser = Parser::new().with_profile(Profile::Core);
    let all = outcome::feed(&mut parser, stream.chunks(1));
    let had_data =
        |item: &_| matches!(item, ssecheck_parser::owned::OwnedItem::Event(e) if e.had_data);
    let marks = all
        .items
        .iter()
        .filter(|(_, item)| matches!(item, ssecheck_parser::owned::OwnedItem::Event(_)));
    let marks = marks.map(|(_, item)| if had_data(item) { "" } else { " (no data)" });
    all.events().into_iter().zip(marks).map(|(event, mark)| event + mark).collect()
}

#[test]
fn the_core_profile_shows_blocks_without_data() {
    assert_eq!(core(b"event: ping\n\ndata: x\n\n"), ["ping|| (no data)", "message|x|"]);
    assert_eq!(core(b"id: 7\n\ndata\n\n"), ["message||7 (no data)", "message||7"]);
    assert_eq!(core(b"retry: 7\n\n"), ["message|| (no data)"]);
    assert_eq!(core(b"event:\n\n"), ["message|| (no data)"]);
}

#[test]
fn the_core_profile_ignores_what_has_no_valid_field() {
    assert_eq!(core(b"\n\n: c\n\nfoo: bar\n\nid: \0\n\nretry: x\n\nData: x\n\n"), [""; 0]);
}

#[test]
fn the_browser_profile_hides_blocks_without_data() {
    let all = outcome::whole(b"event: ping\n\nid: 7\n\nretry: 7\n\nevent:\n\n");
    assert_eq!(all.events(), [""; 0]);
    assert_eq!(all.items.len(), 2, "the id and the retry are told");
}

#[test]
fn a_parser_tells_its_state_at_any_time() {
    let mut parser = Parser::new();
    let state =
        |parser: &Parser| (parser.last_event_id().to_owned(), parser.retry(), parser.offset());
    assert_eq!(state(&parser), (String::new(), None, 0));
    parser.feed_with(b"retry: 7\nid: a\nda", |_, _| {}).expect("ok");
    assert_eq!(state(&parser), (String::new(), Some(7), 17), "the block is not over");
    parser.feed_with(b"ta\n\n", |_, _| {}).expect("ok");
    assert_eq!(state(&parser), ("a".to_owned(), Some(7), 21));
    parser.reset();
    assert_eq!(state(&parser), ("a".to_owned(), Some(7), 0));
}
