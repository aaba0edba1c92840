//! Lints: for every stream those expected, with their spans, under all cuts.

use ssecheck_parser::{LintCode, Parser, WithLints};
use ssecheck_parsertest::cuts;

use crate::outcome;

/// Lints as `code start..end`, comma-separated.
#[track_caller]
fn check(stream: &[u8], expected: &str) {
    let whole = outcome::whole(stream);
    let line =
        |l: &ssecheck_parser::Lint| format!("{} {}..{}", l.code.as_str(), l.span.start, l.span.end);
    let lints: Vec<String> = whole.lints.iter().map(line).collect();
    assert_eq!(lints.join(", "), expected, "{}", stream.escape_ascii());
    for chunks in cuts::all(stream) {
        assert_eq!(outcome::chunked(chunks.iter().copied()).lints, whole.lints, "{chunks:?}");
    }
}

#[test]
fn a_clean_stream_has_none() {
    check(b": hi\n\nid: 7\nevent: e\nretry: 3000\ndata: a\ndata:\ndata\n\n", "");
    check(b"data: a\r\n\r\n", "");
    check(b"", "");
}

#[test]
fn ill_formed_parts_are_shown_one_by_one() {
    check(b"data: a\xFFb\xE2\x80c\n\n", "ill-formed-utf8 7..8, ill-formed-utf8 9..11");
    check(b": \xED\xA0\n", "ill-formed-utf8 2..3, ill-formed-utf8 3..4");
    check(b"d\xFF: x\n\n", "ill-formed-utf8 1..2, stray-text 0..5");
}

#[test]
fn byte_order_marks_are_told_apart() {
    check(b"\xEF\xBB\xBFdata: a\n\n", "bom-at-start 0..3");
    check(b"\xEF\xBB\xBF\xEF\xBB\xBFdata: a\n\n", "bom-at-start 0..3, bom-inside 3..6");
    check(b"data: a\n\n\xEF\xBB\xBFdata: b\n\n", "bom-inside 9..12");
    check(b"\n\xEF\xBB\xBF\n\n", "bom-inside 1..4");
    check(b"data: \xEF\xBB\xBF\n\n", "");
    check(b"\n\xEF\xBB\xBFData: b\n\n", "bom-inside 1..4, near-miss-field 4..8");
}

#[test]
fn near_misses_are_names_that_only_case_and_blanks_tell_apart() {
    check(b"Data: x\n\n", "near-miss-field 0..4");
    check(b" data: x\n\n", "near-miss-field 0..5");
    check(b"data : x\n\n", "near-miss-field 0..5");
    check(b"ID\n\n", "near-miss-field 0..2");
    check(b"\tretry\t:9\n\n", "near-miss-field 0..7");
}

#[test]
fn text_without_a_word_as_name_is_stray() {
    check(b"{\"a\": 1}\n\n", "stray-text 0..8");
    check(b"<html>\n\n", "stray-text 0..6");
    check(b"\nError in handler: x\n\n", "stray-text 1..20");
    check(b" \n\n", "stray-text 0..1");
}

#[test]
fn unknown_words_are_fields_and_json_in_them_is_a_payload() {
    check(b"foo: bar\n\n", "unknown-field 0..3");
    check(b"foo\n\n", "unknown-field 0..3");
    check(b"error: {\"code\": 500}\n\n", "json-like-unknown-field 0..20");
    check(b"x-y_1:[1]\n\n", "json-like-unknown-field 0..9");
}

#[test]
fn ids_are_checked_for_nul_length_and_safety() {
    check(b"id: a\0b\n\n", "nul-in-id 4..7");
    check(b"id: a{b}\n\n", "unsafe-id 5..6");
    check(b"id: a b\n\n", "unsafe-id 5..6");
    check("id: \u{E9}\n\n".as_bytes(), "unsafe-id 4..5");
    check(b"id: a\x7F\n\n", "unsafe-id 5..6");
    check(format!("id: {}\n\n", "i".repeat(128)).as_bytes(), "");
    check(format!("id: {}\n\n", "i".repeat(129)).as_bytes(), "long-id 4..133");
}

#[test]
fn retries_are_checked_for_form_and_size() {
    check(b"retry: 3s\n\n", "retry-not-digits 7..9");
    check(b"retry:\n\n", "retry-empty 0..6");
    check(b"retry\n\n", "retry-empty 0..5");
    check(b"retry:0\n\n", "retry-too-small 6..7");
    check(b"retry: 5\n\n", "retry-too-small 7..8, retry-looks-like-seconds 7..8");
    check(b"retry: 61\n\n", "retry-too-small 7..9");
    check(b"retry: 100\n\n", "");
    check(b"retry: 300000\n\n", "");
    check(b"retry: 300001\n\n", "retry-long 7..13");
    check(b"retry: 2147483647\n\n", "retry-long 7..17");
    check(b"retry: 2147483648\n\n", "retry-too-large 7..17");
}

#[test]
fn a_type_without_data_is_never_delivered() {
    check(b"data: a\n\nevent: ping\n\n", "event-without-data 9..22");
    check(b"event: ping\n\ndata: a\n\n", "event-without-data 0..13");
    check(b"event:\n\n", "");
    check(b"event: a\ndata\n\n", "");
}

#[test]
fn the_first_line_end_of_a_second_kind_is_shown() {
    check(b"data: a\r\n\n\r\n", "line-ends-mixed 9..10");
    check(b"data: a\n\r\n", "line-ends-mixed 8..10");
    check(b"data: a\r\r", "bare-cr 7..8");
    check(b"data: a\n\ndata: b\rdata: c\r\n\r\n", "line-ends-mixed 16..17, bare-cr 16..17");
    check(b"\r\n\r", "line-ends-mixed 2..3, bare-cr 2..3");
}

#[test]
fn a_discarded_tail_is_shown() {
    check(b"data: a\n\ndata: b\n", "truncated-tail 9..17");
    check(b"data: a\n\n: b", "truncated-tail 9..12");
    check(b"data: a\n\n: b\n", "");
    check(b"\xEF\xBB", "truncated-tail 0..2");
}

#[test]
fn doubled_and_repeated_fields_are_shown() {
    check(b"data: data: {}\n\n", "data-prefix-doubled 6..14");
    check(b"event: a\nevent: b\ndata: x\n\n", "repeated-event-field 9..17");
    check(b"id: 1\nid: 2\n\nid: 3\n\n", "repeated-id-field 6..11");
    check(b"id: 1\nid: \0\n\n", "nul-in-id 10..11");
}

#[test]
fn a_second_line_after_a_cut_is_still_a_repetition() {
    let mut lints = Vec::new();
    let mut sink = WithLints::new(|_, _: ssecheck_parser::Item<'_>| {}, |lint| lints.push(lint));
    let mut parser = Parser::new();
    for chunk in [&b"event: a\n"[..], b"event", b": b\n"] {
        parser.feed(chunk, &mut sink).expect("within the limits");
    }
    assert_eq!(lints.iter().map(|l| l.code).collect::<Vec<_>>(), [LintCode::RepeatedEventField]);
}

#[test]
fn codes_are_distinct_and_have_catalogue_ids() {
    let mut codes: Vec<&str> = LintCode::ALL.iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), LintCode::ALL.len());
    for code in LintCode::ALL {
        let ids = code.catalogue_ids();
        assert!(ids.iter().all(|id| id.starts_with(['R', 'D'])) && !ids.is_empty(), "{code:?}");
        assert!(
            code.as_str().chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        );
    }
}
