use ssecheck_transport::End;

use super::*;
use crate::judge::judge;
use crate::testing::{STREAM, answer, case, hub, published, stream, taken, timed, word};

fn names(count: usize) -> Vec<String> {
    (0..count).map(|index| format!("e{index}")).collect()
}

#[test]
fn loss_duplicate_and_reorder_are_told_apart() {
    let reasons = |seen: &[usize]| -> Vec<&'static str> {
        let (stream, sequence) = (stream(&[]), names(4));
        let all =
            [loss(&stream, &sequence, seen), duplicate(&sequence, seen), reorder(&sequence, seen)];
        all.into_iter().flatten().map(|violation| violation.reason).collect()
    };
    let table: [(&[usize], &[&str]); 7] = [
        (&[0, 1, 2, 3], &[]),
        (&[0, 1, 3], &["lost"]),
        (&[], &["lost"]),
        (&[0, 1, 1, 2, 3], &["duplicated"]),
        (&[0, 2, 1, 3], &["reordered"]),
        (&[0, 1, 2, 3, 0], &["duplicated", "reordered"]),
        (&[3, 2, 2], &["lost", "duplicated", "reordered"]),
    ];
    for (seen, wanted) in table {
        assert_eq!(reasons(seen), wanted, "{seen:?}");
    }
}

#[test]
fn loss_says_how_many_and_which_first() {
    let violation = loss(&stream(&[]), &names(4), &[0, 3]).unwrap();
    assert!(violation.message.starts_with("2 of 4 events"), "{}", violation.message);
    assert_eq!(violation.expected.as_deref(), Some("\"e1\""));
}

const RECEIPT: &str =
    "{ receipt: { publication: some, on: main, without: [loss, duplicate, reorder] } }";

fn judged(stream: Stream, published: Vec<Published>) -> Judgement {
    let (subject, case) = (hub(), case(RECEIPT));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.streams.insert("main".to_owned(), stream);
    stage.publications.insert("some".to_owned(), published);
    judge(&stage, &case.checks[0]).0
}

#[test]
fn a_missing_event_is_lost_only_when_a_fence_or_the_end_proves_it() {
    let came = || stream(&[("", "a")]);
    assert_eq!(word(&judged(came(), taken(&["a", "b"]))), "lost");
    let mut unfenced = came();
    unfenced.unfenced = true;
    assert_eq!(word(&judged(unfenced, taken(&["a", "b"]))), "broken");
    let mut ended = came();
    ended.ended(End::Closed);
    assert_eq!(word(&judged(ended, taken(&["a", "b"]))), "lost");
}

#[test]
fn a_stream_without_a_fence_passes_when_all_is_there() {
    let mut unfenced = stream(&[("", "a"), ("", "b")]);
    unfenced.unfenced = true;
    assert_eq!(word(&judged(unfenced, taken(&["a", "b"]))), "pass");
}

#[test]
fn line_breaks_of_the_data_are_compared_as_a_client_gets_them() {
    let crlf = answer(STREAM, "data: a\ndata: b\n\n");
    assert_eq!(word(&judged(crlf, taken(&["a\r\nb"]))), "pass");
}

#[test]
fn a_publication_without_answer_is_blocked_and_a_refused_one_is_a_broken_run() {
    let blocked = Err(HookError::TimedOut(std::time::Duration::from_secs(1)));
    let refused = Err(HookError::Refused(503));
    let came = || stream(&[("", "a")]);
    assert_eq!(word(&judged(came(), vec![published("a", blocked)])), "publish-blocked");
    assert_eq!(word(&judged(came(), vec![published("a", refused)])), "broken");
}

#[test]
fn an_error_page_is_judged_by_its_status_and_not_by_what_it_lacks() {
    let page = answer("HTTP/1.1 500 Oops\r\nContent-Type: text/html\r\n\r\n", "<p>");
    assert_eq!(word(&judged(page, taken(&["a"]))), "nothing-seen");
}

#[test]
fn an_ended_stream_says_nothing_where_only_an_open_one_is_judged() {
    let expect = "{ receipt: { publication: some, on: main, without: [loss], while_open: true } }";
    let (subject, case) = (hub(), case(expect));
    let judged = |ended: bool| {
        let mut stage = Stage::new(&subject, &case, "token".to_owned());
        let mut main = stream(&[]);
        if ended {
            main.ended(End::Reset);
        }
        stage.streams.insert("main".to_owned(), main);
        stage.publications.insert("some".to_owned(), taken(&["a"]));
        word(&judge(&stage, &case.checks[0]).0)
    };
    assert_eq!(judged(false), "lost");
    assert_eq!(judged(true), "nothing-seen");
}

/// The judgement of an event that came so many milliseconds after its publication on `main` and on
/// `other`; the next one was published after 100 ms.
fn prompt(coded: bool, late: u64, late_on_other: u64) -> &'static str {
    use std::time::{Duration, Instant};
    let expect = "{ prompt: { publication: some, on: main, coded: true, unless_late_on: other } }";
    let (subject, case, begun) = (hub(), case(expect), Instant::now());
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    for (name, ms) in [("main", late), ("other", late_on_other)] {
        let mut stream = timed(begun, STREAM, &[(ms, b"data: a\n\n")]);
        if coded && name == "main" {
            let coded = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
            stream.head = Some(crate::testing::head(coded));
        }
        stage.streams.insert(name.to_owned(), stream);
    }
    let at = |ms| begun + Duration::from_millis(ms);
    let publish =
        |data, ms| Published { started: at(ms), answered: at(ms + 1), ..published(data, Ok(())) };
    stage.publications.insert("some".to_owned(), vec![publish("a", 0)]);
    stage.publications.insert("next".to_owned(), vec![publish("b", 100)]);
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn a_coding_is_to_blame_only_when_it_is_there_and_the_event_was_prompt_without_it() {
    assert_eq!(prompt(true, 5, 5), "pass");
    assert_eq!(prompt(true, 150, 5), "held-back");
    assert_eq!(prompt(true, 150, 150), "nothing-seen");
    assert_eq!(prompt(false, 150, 5), "nothing-seen");
}

/// The judgement on an event that came on the one connection, on the other, on both or on none.
fn beside(direct: bool, through: bool) -> &'static str {
    let expect = "{ prompt: { publication: some, on: main, unless_late_on: other } }";
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    let single = taken(&["single"]);
    let seen = |came| if came { stream(&[("", "single")]) } else { stream(&[]) };
    stage.streams.insert("main".to_owned(), seen(through));
    stage.streams.insert("other".to_owned(), seen(direct));
    let mut next = taken(&["next"]);
    next[0].started += std::time::Duration::from_secs(60);
    stage.publications.insert("some".to_owned(), single);
    stage.publications.insert("next".to_owned(), next);
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn a_proxy_is_blamed_only_for_what_is_prompt_without_it() {
    assert_eq!(beside(true, true), "pass");
    assert_eq!(beside(true, false), "held-back");
    assert_eq!(beside(false, true), "nothing-seen");
    assert_eq!(beside(false, false), "nothing-seen");
}
