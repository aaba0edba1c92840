//! Long and endless streams: limits and memory (P45, P46, I13). That cost is linear (P47) is shown
//! inside the crate, by counting.

use ssecheck_parser::owned::Collector;
use ssecheck_parser::{LimitError, LimitKind, Limits, Parser};
use ssecheck_parsertest::cuts;

use crate::outcome;

const SMALL: Limits = Limits { line: 64, data: 40, id: 8 };

/// Items and error under small limits, which must be the same for all cuts.
#[track_caller]
fn under_small_limits(stream: &[u8]) -> (usize, Result<(), LimitError>) {
    let run = |chunks: &[&[u8]]| {
        let mut all = Collector::<true>::default();
        let mut parser = Parser::new().with_limits(SMALL);
        let result = chunks.iter().try_for_each(|chunk| parser.feed(chunk, &mut all));
        (all, result)
    };
    let whole = run(&[stream]);
    for chunks in cuts::all(stream) {
        assert_eq!(run(&chunks), whole, "{} as {chunks:?}", stream.escape_ascii());
    }
    (whole.0.items.len(), whole.1)
}

fn limit(kind: LimitKind, limit: usize, offset: u64) -> Result<(), LimitError> {
    Err(LimitError { kind, limit, offset })
}

#[test]
fn p45_a_line_as_long_as_the_limit_is_read() {
    let stream = format!(":{}\ndata: x\n\n", "c".repeat(63));
    assert_eq!(under_small_limits(stream.as_bytes()), (2, Ok(())));
}

#[test]
fn p45_a_longer_line_is_an_error_at_its_first_byte_too_many() {
    for name in [":", "unknown: ", "data: ", "event: ", "id: ", "\u{FEFF}"] {
        let long = format!("data: a\n\n{name}{}\n\ndata: b\n\n", "x".repeat(64));
        let expected = (1, limit(LimitKind::Line, 64, 9 + 64));
        assert_eq!(under_small_limits(long.as_bytes()), expected, "{name}");
    }
}

#[test]
fn p45_data_as_long_as_the_limit_is_read() {
    let stream = format!("data: {}\ndata: {}\n\n", "x".repeat(20), "y".repeat(19));
    assert_eq!(under_small_limits(stream.as_bytes()), (1, Ok(())));
}

#[test]
fn p45_longer_data_is_an_error_at_the_line_that_does_not_fit() {
    let stream = format!("data: {}\ndata: {}\n\n", "x".repeat(20), "y".repeat(20));
    assert_eq!(under_small_limits(stream.as_bytes()), (0, limit(LimitKind::Data, 40, 27)));
    let stream = format!("data: {}\n\n", "x".repeat(41));
    assert_eq!(under_small_limits(stream.as_bytes()), (0, limit(LimitKind::Data, 40, 0)));
    let stream = format!("{}\n", "data\n".repeat(42));
    assert_eq!(under_small_limits(stream.as_bytes()), (0, limit(LimitKind::Data, 40, 41 * 5)));
}

#[test]
fn p45_a_longer_id_is_an_error() {
    assert_eq!(under_small_limits(b"id: 12345678\n\n"), (1, Ok(())));
    assert_eq!(under_small_limits(b"\nid: 123456789\n\n"), (0, limit(LimitKind::Id, 8, 1)));
}

#[test]
fn an_exceeded_limit_is_final_until_a_reset() {
    let mut parser = Parser::new().with_limits(SMALL);
    let mut all = Collector::<true>::default();
    let first = parser.feed(&[b'x'; 100], &mut all);
    assert_eq!(first, limit(LimitKind::Line, 64, 64));
    assert_eq!(parser.feed(b"\n\ndata: a\n\n", &mut all), first);
    assert_eq!(parser.feed(b"", &mut all), first);
    assert!(all.items.is_empty());
    parser.reset();
    assert_eq!(parser.feed(b"data: a\n\n", &mut all), Ok(()));
    assert_eq!(all.items.len(), 1);
}

#[test]
fn p45_a_megabyte_in_one_value_is_read() {
    let value = "v".repeat(1 << 20);
    let stream = format!("data: {value}\nevent: {value}\n\n");
    assert_eq!(outcome::whole(stream.as_bytes()).events(), [format!("{value}|{value}|")]);
    let pieces = outcome::chunked(stream.as_bytes().chunks(64));
    assert_eq!(pieces.events(), [format!("{value}|{value}|")]);
}

#[test]
fn p45_a_hundred_thousand_tiny_lines_are_one_event() {
    let stream = format!("{}\n", "data\n".repeat(100_000));
    let events = outcome::chunked(stream.as_bytes().chunks(1460)).events();
    assert_eq!(events, [format!("message|{}|", "\n".repeat(99_999))]);
}

/// Feeds `piece` for ever, until the limit stops it, and returns the most heap ever held.
fn heap_of_endless(piece: &[u8]) -> usize {
    let limits = Limits { line: 10_000, data: 20_000, id: 1_000 };
    let mut parser = Parser::new().with_limits(limits);
    let mut most = 0;
    for _ in 0..20_000 {
        if parser.feed_with(piece, |_, _| {}).is_err() {
            return most;
        }
        most = most.max(parser.heap_bytes());
    }
    panic!("never stopped");
}

#[test]
fn p46_endless_streams_stop_in_bounded_memory() {
    // twice the limits for growth by doubling, and the fixed part
    let bound = 2 * (10_000 + 20_000) + 1_000;
    for piece in
        [&b"x"[..], b": comment", b"data: endless", b"data: line\n", b"\xEF\xBB\xBF", b"id: 1"]
    {
        let most = heap_of_endless(piece);
        assert!(most < bound, "{} took {most} bytes", piece.escape_ascii());
    }
}

#[test]
fn p46_an_endless_stream_of_ignored_lines_takes_no_memory() {
    let mut parser = Parser::new();
    for _ in 0..10_000 {
        parser
            .feed_with(b": comment\nunknown: field\nid: \0\n\xFF\n", |_, _| {})
            .expect("no limit");
        assert!(parser.heap_bytes() < 512, "{}", parser.heap_bytes());
    }
}

#[test]
fn a_parser_at_rest_holds_no_heap_but_the_id() {
    let mut parser = Parser::new();
    for cut in [0, 1, 40, 3000, 3499] {
        let stream = format!("id: 12345678\nevent: e\ndata: {}\ndata: y\n\n", "x".repeat(3500));
        parser.feed_with(&stream.as_bytes()[..cut], |_, _| {}).expect("within the limits");
        parser.feed_with(&stream.as_bytes()[cut..], |_, _| {}).expect("within the limits");
        assert_eq!(parser.heap_bytes(), 8, "cut at {cut}");
    }
}

#[test]
fn a_parser_told_to_keep_its_buffers_keeps_them() {
    let mut parser = Parser::new().keep_buffers();
    let mut after = Vec::new();
    for _ in 0..3 {
        for chunk in [&b"id: 1\ndata: a\nda"[..], b"ta: b\nevent: x\n", b"\n"] {
            parser.feed_with(chunk, |_, _| {}).expect("within the limits");
        }
        after.push(parser.heap_bytes());
    }
    let id = 8;
    assert!(after[0] > id && after.iter().all(|bytes| *bytes == after[0]), "{after:?}");
}

#[test]
fn one_huge_event_does_not_cost_its_size_for_ever() {
    let mut parser = Parser::new();
    let huge = format!("data: {}\n\ndata: next", "x".repeat(1 << 20));
    for chunk in huge.as_bytes().chunks(1000) {
        parser.feed_with(chunk, |_, _| {}).expect("within the limits");
    }
    assert!(parser.heap_bytes() < 4096, "{}", parser.heap_bytes());
}

#[test]
fn the_data_after_a_huge_event_keeps_twice_its_size() {
    let mut parser = Parser::new();
    let huge = format!("data: {}\n\ndata: {}\n", "x".repeat(1 << 20), "y".repeat(2000));
    parser.feed_with(&huge.as_bytes()[..1 << 20], |_, _| {}).expect("within the limits");
    parser.feed_with(&huge.as_bytes()[1 << 20..], |_, _| {}).expect("within the limits");
    let heap = parser.heap_bytes();
    assert!((4000..4500).contains(&heap), "{heap}");
}

#[test]
fn buffers_of_usual_size_stay_while_chunks_end_inside_blocks() {
    let mut parser = Parser::new();
    parser.feed_with(&[b'x'; 8000], |_, _| {}).expect("within the limits");
    parser.feed_with(b"\n\ndata: y", |_, _| {}).expect("within the limits");
    assert!(parser.heap_bytes() >= 8000, "{}", parser.heap_bytes());
}

#[test]
fn a_parser_told_to_keep_its_buffers_has_none_before_it_needs_one() {
    let mut parser = Parser::new().keep_buffers();
    parser.feed_with(b": c\n\ndata: a\n\n", |_, _| {}).expect("within the limits");
    assert_eq!(parser.heap_bytes(), 0);
}

#[test]
fn control_characters_hide_no_line_end() {
    for length in 0..400 {
        let tabs = "\t".repeat(length);
        let stream = format!("data: {tabs}\ndata: x\r\n\n");
        let events = outcome::whole(stream.as_bytes()).events();
        assert_eq!(events, [format!("message|{tabs}\nx|")], "{length} tabs");
    }
}
