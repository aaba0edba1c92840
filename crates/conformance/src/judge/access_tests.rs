use ssecheck_transport::{Error, Phase, Url};

use super::*;
use crate::stream::Hop;
use crate::testing::{STREAM, answer, judged_on};

const NOT_FOUND: &str = "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n\r\n";
const UNAUTHORIZED: &str = "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/plain\r\n\r\n";
const STOP: &str = "HTTP/1.1 204 No Content\r\n\r\n";
const JSON: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";

fn one(expect: &str, head: &str, body: &str) -> &'static str {
    judged_on(expect, vec![("main", answer(head, body))])
}

fn unanswered(kind: Kind) -> Stream {
    let mut stream = answer(STREAM, "");
    stream.head = None;
    stream.error = Some(Error { phase: Phase::Head, kind });
    stream
}

#[test]
fn a_refusal_is_a_status_and_no_stream() {
    let table = [
        (NOT_FOUND, "pass"),
        (UNAUTHORIZED, "pass"),
        (STOP, "pass"),
        (JSON, "not-refused"),
        (STREAM, "refused-inside-stream"),
    ];
    for (head, wanted) in table {
        assert_eq!(one("{ refused: { of: main } }", head, ""), wanted, "{head}");
    }
    let closed = unanswered(Kind::Closed { received: 0 });
    assert_eq!(judged_on("{ refused: { of: main } }", vec![("main", closed)]), "nothing-seen");
}

#[test]
fn who_is_refused_is_judged_beside_who_is_served() {
    let expect = "{ refused: { of: main, unless_refused: other } }";
    let both =
        |main: Stream, other| judged_on(expect, vec![("main", main), ("other", answer(other, ""))]);
    assert_eq!(both(answer(NOT_FOUND, ""), STREAM), "pass");
    assert_eq!(both(answer(STREAM, ""), STREAM), "refused-inside-stream");
    assert_eq!(both(answer(STREAM, ""), NOT_FOUND), "nothing-seen");
    assert_eq!(both(unanswered(Kind::Reset), STREAM), "pass");
    assert_eq!(both(unanswered(Kind::TimedOut(Default::default())), STREAM), "broken");
}

#[test]
fn who_is_served_is_judged_beside_who_is_refused() {
    let expect = "{ refused: { of: main, only_if_refused: other } }";
    let both = |main, other| {
        judged_on(expect, vec![("main", answer(main, "")), ("other", answer(other, ""))])
    };
    assert_eq!(both(UNAUTHORIZED, UNAUTHORIZED), "pass");
    assert_eq!(both(STREAM, UNAUTHORIZED), "refused-inside-stream");
    assert_eq!(both(STREAM, STREAM), "nothing-seen");
}

#[test]
fn only_a_stream_is_a_stream_unasked() {
    let expect = "{ not_stream: { of: main } }";
    assert_eq!(one(expect, JSON, "{}"), "pass");
    assert_eq!(one(expect, NOT_FOUND, ""), "pass");
    assert_eq!(one(expect, STREAM, ""), "stream-unasked");
}

fn redirected(asked: &str, reached: &str) -> &'static str {
    let mut stream = answer(STREAM, "");
    stream.asked = Url::parse(asked).unwrap();
    stream.plan.url = Url::parse(reached).unwrap();
    stream.hops.push(Hop { status: 307, location: None });
    judged_on("{ keeps_query: { of: main } }", vec![("main", stream)])
}

#[test]
fn a_redirect_keeps_every_part_of_the_query_in_any_order() {
    let asked = "http://a.test/old?a=1&b=2";
    assert_eq!(redirected(asked, "http://a.test/new?a=1&b=2"), "pass");
    assert_eq!(redirected(asked, "http://a.test/new?x=0&b=2&a=1"), "pass");
    assert_eq!(redirected(asked, "http://a.test/new?a=1"), "query-lost");
    assert_eq!(redirected(asked, "http://a.test/new"), "query-lost");
    assert_eq!(one("{ keeps_query: { of: main } }", STREAM, ""), "nothing-seen");
}

#[test]
fn an_endpoint_is_of_the_same_origin_in_any_form() {
    let table = [
        ("/messages?session=1", "pass"),
        ("messages", "pass"),
        ("http://127.0.0.1:1/messages", "pass"),
        ("//127.0.0.1:1/messages", "pass"),
        ("http://127.0.0.1:2/messages", "endpoint-foreign"),
        ("https://127.0.0.1:1/messages", "endpoint-foreign"),
        ("//evil.example/messages", "endpoint-foreign"),
        ("data:,x", "nothing-seen"),
    ];
    for (data, wanted) in table {
        let body = format!("event: endpoint\ndata: {data}\n\n");
        assert_eq!(one("{ endpoint_origin: { of: main } }", STREAM, &body), wanted, "{data}");
    }
    let later = "data: x\n\nevent: endpoint\ndata: //evil.example/\n\n";
    assert_eq!(one("{ endpoint_origin: { of: main } }", STREAM, later), "nothing-seen");
}

#[test]
fn a_line_of_the_head_is_split_only_behind_a_break() {
    let head = |value: &str| {
        format!("HTTP/1.1 200 OK\r\nX-Id: {value}\r\nContent-Type: text/event-stream\r\n\r\n")
    };
    let table = [
        ("a", "pass"),
        ("a%0d%0ax-ssecheck-split: yes", "pass"),
        ("a x-ssecheck-split: yes", "pass"),
        ("a\r\nX-SSEcheck-Split: yes", "header-split"),
        ("a\nx-ssecheck-split: yes", "header-split"),
        ("a\rx-ssecheck-split: yes", "header-split"),
        ("a\0x-ssecheck-split: yes", "header-split"),
    ];
    for (value, wanted) in table {
        assert_eq!(one("{ unsplit: { of: main } }", &head(value), ""), wanted, "{value:?}");
    }
}

#[test]
fn without_tls_only_a_stream_and_a_challenge_are_wrong() {
    let expect = "{ not_in_clear: { of: main } }";
    let moved = "HTTP/1.1 301 Moved Permanently\r\nLocation: https://a.test/\r\n\r\n";
    let table = [
        (moved, "pass"),
        (NOT_FOUND, "pass"),
        ("HTTP/1.1 426 Upgrade Required\r\n\r\n", "pass"),
        (JSON, "pass"),
        (STREAM, "served-in-clear"),
        (UNAUTHORIZED, "challenged-in-clear"),
    ];
    for (head, wanted) in table {
        assert_eq!(one(expect, head, ""), wanted, "{head}");
    }
    let of = |kind| judged_on(expect, vec![("main", unanswered(kind))]);
    assert_eq!(of(Kind::Refused), "pass");
    assert_eq!(of(Kind::TimedOut(Default::default())), "nothing-seen");
}
