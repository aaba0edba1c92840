use super::*;
use crate::judge::judge;
use crate::testing::{answer, case, hub, word};

fn head(fields: &str) -> String {
    format!("HTTP/1.1 200 OK\r\n{fields}\r\n")
}

fn judged(expect: &str, one: &str, other: &str) -> &'static str {
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    stage.streams.insert("main".to_owned(), answer(one, ""));
    stage.streams.insert("other".to_owned(), answer(other, ""));
    word(&judge(&stage, &case.checks[0]).0)
}

const PLAIN: &str = "Content-Type: text/event-stream\r\n";

#[test]
fn vary_is_needed_where_the_coding_differs_and_a_cache_may_keep_it() {
    let expect = "{ vary: { of: [main, other], field: Accept-Encoding } }";
    let gzip = |more: &str| head(&format!("{PLAIN}Content-Encoding: gzip\r\n{more}"));
    let of = |one: &str, other: &str| judged(expect, &head(&format!("{PLAIN}{one}")), other);
    assert_eq!(of("", &head(PLAIN)), "nothing-seen");
    assert_eq!(of("Content-Encoding: identity\r\n", &head(PLAIN)), "nothing-seen");
    assert_eq!(of("", "HTTP/1.1 406 No\r\n\r\n"), "nothing-seen");
    assert_eq!(of("", &gzip("")), "vary-missing");
    assert_eq!(of("Vary: Accept-Encoding\r\n", &gzip("")), "vary-missing");
    let vary = "Vary: Origin\r\nVary: accept-encoding\r\n";
    assert_eq!(of(vary, &gzip(vary)), "pass");
    assert_eq!(of("Vary: *\r\n", &gzip("Vary: *\r\n")), "pass");
    let unkept = "Cache-Control: private, No-Store\r\n";
    assert_eq!(of(unkept, &gzip(unkept)), "nothing-seen");
    assert_eq!(of(unkept, &gzip(vary)), "pass");
}

#[test]
fn vary_is_needed_where_the_media_type_differs() {
    let expect = "{ vary: { of: [main, other], field: accept } }";
    let json = head("Content-Type: application/json\r\n");
    assert_eq!(judged(expect, &head(PLAIN), &json), "vary-missing");
    let charset = head("Content-Type: text/event-stream;charset=utf-8\r\n");
    assert_eq!(judged(expect, &head(PLAIN), &charset), "nothing-seen");
}

#[test]
fn another_coding_is_recoded_in_both_directions() {
    let expect = "{ same_coding: { of: [main, other] } }";
    let gzip = head("Content-Encoding: gzip\r\n");
    let none = head("");
    assert_eq!(judged(expect, &none, &none), "pass");
    assert_eq!(judged(expect, &gzip, &gzip), "pass");
    assert_eq!(judged(expect, &head("Content-Encoding: identity\r\n"), &none), "pass");
    assert_eq!(judged(expect, &none, &gzip), "recoded");
    assert_eq!(judged(expect, &gzip, &none), "recoded");
    assert_eq!(judged(expect, &none, "HTTP/1.1 502 No\r\n\r\n"), "nothing-seen");
}

#[test]
fn parameters_and_case_are_no_other_media_type() {
    let expect = "{ same_type: { of: [main, other] } }";
    let of = |fields: &str| judged(expect, &head(PLAIN), &head(fields));
    assert_eq!(of("Content-Type: Text/Event-Stream; charset=utf-8\r\n"), "pass");
    assert_eq!(of("Content-Type: text/plain\r\n"), "media-type-changed");
    assert_eq!(of(""), "media-type-changed");
}
