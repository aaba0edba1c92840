use ssecheck_transport::Surplus;

use super::*;
use crate::testing::{STREAM, answer, judged_on};

fn ended(end: End, then: Option<AfterEnd>) -> &'static str {
    let mut stream = answer("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "");
    stream.ended(end);
    stream.surplus =
        then.map(|then| Surplus { bytes: Vec::new(), total: 0, offset: 0, first: None, then });
    judged_on("{ closed: { of: main } }", vec![("main", stream)])
}

#[test]
fn a_connection_that_is_open_behind_an_answer_is_not_closed() {
    assert_eq!(ended(End::LengthReached, Some(AfterEnd::Closed)), "pass");
    assert_eq!(ended(End::LengthReached, Some(AfterEnd::Reset)), "pass");
    assert_eq!(ended(End::Closed, None), "pass");
    assert_eq!(ended(End::LengthReached, Some(AfterEnd::Open)), "not-closed");
    assert_eq!(ended(End::LengthReached, None), "nothing-seen");
    let endless = answer(STREAM, "");
    assert_eq!(judged_on("{ closed: { of: main } }", vec![("main", endless)]), "nothing-seen");
}

#[test]
fn a_head_is_withheld_by_a_proxy_only_if_it_came_at_once_without_it() {
    let expect = "{ head_at_once: { of: main, unless_withheld_on: other } }";
    let stream = |withheld| {
        let mut stream = answer(STREAM, "");
        stream.head_withheld = withheld;
        stream
    };
    let of =
        |main, other| judged_on(expect, vec![("main", stream(main)), ("other", stream(other))]);
    assert_eq!(of(false, false), "pass");
    assert_eq!(of(true, false), "head-withheld");
    assert_eq!(of(true, true), "nothing-seen");
    let mut silent = stream(false);
    silent.head = None;
    let streams = vec![("main", silent), ("other", stream(false))];
    assert_eq!(judged_on(expect, streams), "nothing-seen", "that is judged by its status");
}
