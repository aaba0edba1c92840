use ssecheck_model::case::Case;
use ssecheck_transport::End;

use super::*;
use crate::judge::judge;
use crate::perform::Timings;
use crate::testing::{STREAM, answer, case, hub, stream, taken, word};

fn signals() -> Case {
    let text = "id: test/case
title: a case
steps:
  - connect: { as: before }
  - connect: { as: unknown }
  - connect: { as: after }
checks:
  - id: test/check
    level: practice
    source: a source
    requirement: a requirement
    expect: { signalled: { of: unknown, known: [before, after] } }
";
    Case::load("case.yaml", text).unwrap()
}

fn judged(before: Stream, unknown: Stream, after: Stream) -> Judgement {
    let (subject, case) = (hub(), signals());
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    for (name, mut stream) in [("before", before), ("unknown", unknown), ("after", after)] {
        stream.plan.set("last-event-id", name);
        stage.streams.insert(name.to_owned(), stream);
    }
    judge(&stage, &case.checks[0]).0
}

fn live() -> Stream {
    stream(&[("8", "live"), ("9", "fence")])
}

#[test]
fn the_same_answer_says_nothing_and_a_comment_does_not_reach_the_page() {
    assert_eq!(word(&judged(live(), live(), live())), "unknown-id-silent");
    let comment = answer(STREAM, ": unknown\n\nid: 8\ndata: live\n\nid: 9\ndata: fence\n\n");
    assert_eq!(word(&judged(live(), comment, live())), "unknown-id-silent");
    // What was published between the two is no sign: the known client has it too.
    assert_eq!(word(&judged(live(), stream(&[("9", "fence")]), live())), "unknown-id-silent");
}

#[test]
fn a_greeting_of_its_own_on_each_stream_is_no_sign() {
    let greeted = |n: u8| answer(STREAM, &format!("event: hello\ndata: client {n}\n\n"));
    assert_eq!(word(&judged(greeted(1), greeted(2), greeted(3))), "unknown-id-silent");
    let markers = |list: &[&str]| stream(&list.iter().map(|data| ("7", *data)).collect::<Vec<_>>());
    let unknown = markers(&["token-fence-unknown-0-0", "token-fence-unknown-0-1"]);
    assert_eq!(word(&judged(markers(&[]), unknown, markers(&[]))), "unknown-id-silent");
}

#[test]
fn what_the_case_had_published_before_is_a_replay() {
    let (subject, case) = (hub(), signals());
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.publications.insert("some".to_owned(), taken(&["token-known-1"]));
    let replay = stream(&[("1", "token-known-1")]);
    for (name, mut stream) in [("before", live()), ("unknown", replay), ("after", live())] {
        stream.plan.set("last-event-id", name);
        stage.streams.insert(name.to_owned(), stream);
    }
    assert_eq!(word(&judge(&stage, &case.checks[0]).0), "pass");
}

#[test]
fn a_status_a_replay_an_event_or_the_end_says_it() {
    assert_eq!(word(&judged(live(), answer("HTTP/1.1 404 Not Found\r\n\r\n", ""), live())), "pass");
    assert_eq!(
        word(&judged(live(), answer("HTTP/1.1 204 No Content\r\n\r\n", ""), live())),
        "pass"
    );
    let replay = stream(&[("1", "old"), ("8", "live"), ("9", "fence")]);
    assert_eq!(word(&judged(live(), replay, live())), "pass");
    let told = answer(STREAM, "event: reset\ndata: x\n\nid: 9\ndata: fence\n\n");
    assert_eq!(word(&judged(live(), told, live())), "pass");
    let mut ended = stream(&[]);
    ended.ended(End::Closed);
    assert_eq!(word(&judged(live(), ended, live())), "pass");
}

#[test]
fn a_header_field_counts_when_the_known_ones_agree_about_it() {
    let with =
        |field: &str| answer(&STREAM.replace("\r\n\r\n", &format!("\r\n{field}\r\n\r\n")), "");
    let told = with("Last-Event-ID: earliest");
    assert_eq!(word(&judged(with("X: 1"), told, with("X: 1"))), "pass");
    assert_eq!(word(&judged(with("X: 1"), with("X: 2"), with("X: 3"))), "unknown-id-silent");
    assert_eq!(word(&judged(with("X: 1"), with("X: 2"), with("X: 1"))), "pass");
    let date = |second: u8| with(&format!("Date: Thu, 01 Jan 1970 00:00:0{second} GMT"));
    assert_eq!(word(&judged(date(1), date(2), date(1))), "unknown-id-silent");
}

#[test]
fn without_a_known_id_there_is_nothing_to_compare() {
    let (subject, case) = (hub(), signals());
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    for name in ["before", "unknown", "after"] {
        stage.streams.insert(name.to_owned(), live());
    }
    assert_eq!(word(&judge(&stage, &case.checks[0]).0), "nothing-seen");
}

fn cost_of(unknown: &[u64], known: &[u64]) -> Judgement {
    let times = |all: &[u64]| {
        all.iter().map(|ms| (*ms > 0).then(|| Duration::from_millis(*ms))).collect::<Vec<_>>()
    };
    let (subject, case) = (hub(), case("{ cost: { of: other } }"));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    let timings = Timings { of: times(unknown), against: times(known), command: "curl".to_owned() };
    stage.timings.insert("other".to_owned(), timings);
    judge(&stage, &case.checks[0]).0
}

#[test]
fn only_a_median_that_is_many_times_longer_and_long_is_too_much() {
    assert_eq!(word(&cost_of(&[300, 310, 290], &[5, 6, 7])), "unknown-id-slow");
    assert_eq!(word(&cost_of(&[60, 70, 80], &[5, 6, 7])), "pass", "not long");
    assert_eq!(word(&cost_of(&[600, 700, 800], &[100, 90, 80])), "pass", "not many times");
    assert_eq!(word(&cost_of(&[5, 900, 6], &[5, 6, 7])), "pass", "one stall");
    assert_eq!(word(&cost_of(&[0, 5, 6], &[5, 6, 7])), "pass", "one lost answer");
    assert_eq!(word(&cost_of(&[0, 0, 6], &[5, 6, 7])), "broken");
    assert_eq!(word(&cost_of(&[], &[])), "nothing-seen");
}
