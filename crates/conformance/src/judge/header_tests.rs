use super::*;
use crate::judge::judge;
use crate::testing::{answer, case, hub, word};

#[test]
fn members_of_a_list_are_split_at_commas_outside_of_quotes() {
    let table: [(&str, &[&str]); 7] = [
        ("no-store", &["no-store"]),
        ("no-cache, no-store", &["no-cache", "no-store"]),
        ("no-cache=\"a, b\", no-store", &["no-cache=\"a, b\"", "no-store"]),
        (" a ,, b,", &["a", "b"]),
        ("\"a,b\"", &["\"a,b\""]),
        ("", &[]),
        (" , ", &[]),
    ];
    for (value, wanted) in table {
        assert_eq!(members(value), wanted, "{value:?}");
    }
}

#[test]
fn the_charset_is_found_in_any_form() {
    let table = [
        ("text/event-stream", None),
        ("text/event-stream;charset=UTF-8", Some("UTF-8")),
        ("text/event-stream ; Charset=\"utf-8\"", Some("utf-8")),
        ("text/event-stream; x=1; CHARSET = iso-8859-1 ", Some("iso-8859-1")),
        ("text/event-stream;", None),
        ("text/event-stream; charset", None),
        ("text/event-stream; xcharset=latin1", None),
    ];
    for (value, wanted) in table {
        assert_eq!(charset_of(value).as_deref(), wanted, "{value:?}");
    }
}

fn judged(expect: &str, fields: &str) -> &'static str {
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    stage
        .streams
        .insert("main".to_owned(), answer(&format!("HTTP/1.1 200 OK\r\n{fields}\r\n"), ""));
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn t1_every_legal_form_of_the_media_type_passes() {
    let right = [
        "text/event-stream",
        "text/event-stream;charset=UTF-8",
        "text/event-stream; charset=utf-8",
        "TEXT/Event-Stream",
        "text/event-stream;",
        "  text/event-stream  ",
        "text/event-stream ; x=\"y\"",
    ];
    for value in right {
        let field = format!("Content-Type: {value}\r\n");
        assert_eq!(judged("{ content_type: { of: main } }", &field), "pass", "{value:?}");
    }
}

#[test]
fn another_media_type_is_wrong_and_none_is_missing() {
    for value in ["text/event-streams", "text/event-stream-x", "text/html", "event-stream"] {
        let field = format!("Content-Type: {value}\r\n");
        let reason = judged("{ content_type: { of: main } }", &field);
        assert_eq!(reason, "content-type-wrong", "{value:?}");
    }
    assert_eq!(judged("{ content_type: { of: main } }", ""), "content-type-missing");
    let empty = judged("{ content_type: { of: main } }", "Content-Type:\r\n");
    assert_eq!(empty, "content-type-missing");
}

#[test]
fn a_charset_must_be_utf_8_in_any_case_if_there_is_one() {
    let of = |value: &str| {
        let field = format!("Content-Type: text/event-stream{value}\r\n");
        judged("{ charset: { of: main } }", &field)
    };
    assert_eq!(of(""), "pass");
    assert_eq!(of(";charset=UTF-8"), "pass");
    assert_eq!(of("; charset=\"utf-8\""), "pass");
    assert_eq!(of("; charset=iso-8859-1"), "charset-not-utf-8");
}

#[test]
fn a_directive_counts_as_a_whole_word_in_any_case() {
    let expect = "{ header: { of: main, name: cache-control, present: true, any_of: [no-store] } }";
    let of = |value: &str| judged(expect, &format!("Cache-Control: {value}\r\n"));
    assert_eq!(of("no-store"), "pass");
    assert_eq!(of("private, NO-STORE"), "pass");
    assert_eq!(of("x=\"no-store\""), "header-value");
    assert_eq!(of("no-stored"), "header-value");
    assert_eq!(of("max-age=60"), "header-value");
    assert_eq!(judged(expect, ""), "header-missing");
    assert_eq!(judged(expect, "Cache-Control: private\r\ncache-control: no-store\r\n"), "pass");
}

#[test]
fn a_single_field_has_one_line_and_one_value() {
    let expect = "{ header: { of: main, name: content-type, single: true } }";
    let of = |fields: &str| judged(expect, fields);
    assert_eq!(of("Content-Type: a/b\r\n"), "pass");
    assert_eq!(of("Content-Type: a/b;x=\"c,d\"\r\n"), "pass");
    assert_eq!(of("Content-Type: a/b\r\ncontent-type: a/b\r\n"), "header-repeated");
    assert_eq!(of("Content-Type: a/b, a/b\r\n"), "header-repeated");
    assert_eq!(of(""), "pass");
}

#[test]
fn a_field_that_must_not_be_there_is_found() {
    let expect = "{ header: { of: main, name: x-odd, present: false } }";
    assert_eq!(judged(expect, ""), "pass");
    assert_eq!(judged(expect, "X-Odd: 1\r\n"), "header-present");
}

#[test]
fn a_header_check_for_another_status_does_not_apply() {
    let expect = "{ header: { of: main, name: allow, present: true, when_status: [405] } }";
    assert_eq!(judged(expect, ""), "nothing-seen");
}
