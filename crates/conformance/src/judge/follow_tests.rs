use ssecheck_model::case::Case;
use ssecheck_model::target::Payload;

use super::*;
use crate::hook::HookError;
use crate::judge::judge;
use crate::testing::{STREAM, answer, case, hub, published, stream, taken, word};

/// A case that follows the publication `some`.
fn following(without: &str) -> Case {
    let text = format!(
        "id: test/case
title: a case
steps:
  - connect: {{ as: main }}
  - publish: {{ as: some, data: x }}
  - follow: {{ as: chain, publication: some, from: main, cuts: 2 }}
checks:
  - id: test/check
    level: must
    source: a source
    requirement: a requirement
    expect: {{ followed: {{ of: chain, without: {without} }} }}
"
    );
    Case::load("case.yaml", &text).unwrap()
}

/// The events `token-1` to `token-4`, of which each connection brought these.
fn judged(connections: &[&[u8]]) -> Judgement {
    let chain = connections.iter().map(|numbers| {
        let data: Vec<(String, String)> =
            numbers.iter().map(|n| (n.to_string(), format!("token-{n}"))).collect();
        let pairs: Vec<_> = data.iter().map(|(id, data)| (id.as_str(), data.as_str())).collect();
        stream(&pairs)
    });
    judged_chain(chain.collect(), four())
}

fn four() -> Vec<Published> {
    taken(&["token-1", "token-2", "token-3", "token-4"])
}

fn judged_chain(chain: Vec<Stream>, published: Vec<Published>) -> Judgement {
    let (subject, case) = (hub(), following("[loss, duplicate, reorder]"));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.publications.insert("some".to_owned(), published);
    stage.chains.insert("chain".to_owned(), chain);
    judge(&stage, &case.checks[0]).0
}

#[test]
fn what_the_connections_brought_together_must_be_the_publication() {
    assert_eq!(word(&judged(&[&[1], &[2, 3], &[4]])), "pass");
    assert_eq!(word(&judged(&[&[1], &[], &[2, 3, 4]])), "pass");
    assert_eq!(word(&judged(&[&[1], &[3], &[4]])), "lost");
    assert_eq!(word(&judged(&[&[], &[]])), "lost");
    assert_eq!(word(&judged(&[&[1, 2], &[2, 3], &[4]])), "duplicated");
    assert_eq!(word(&judged(&[&[1, 3], &[2, 4]])), "reordered");
}

#[test]
fn an_event_is_known_by_its_marker_and_never_by_half_of_one() {
    let altered = || vec![stream(&[("1", "token-1 caf\u{fffd}"), ("2", "\"token-2\"")])];
    let of = |data: &[&str]| judged_chain(altered(), taken(data));
    assert_eq!(word(&of(&["token-1 café", "token-2"])), "pass");
    assert_eq!(word(&of(&["token-11", "token-2"])), "lost");
}

#[test]
fn what_was_read_behind_the_cut_is_not_the_clients() {
    let mut first = stream(&[("1", "token-1"), ("2", "token-2")]);
    first.taken = 2; // the id and the event of the first
    let rest = stream(&[("2", "token-2"), ("3", "token-3"), ("4", "token-4")]);
    assert_eq!(word(&judged_chain(vec![first, rest], four())), "pass");
}

#[test]
fn a_refusal_on_the_way_is_judged_elsewhere_and_no_answer_is_no_verdict() {
    let busy = || answer("HTTP/1.1 429 Too Many Requests\r\n\r\n", "");
    let some = || stream(&[("1", "token-1")]);
    assert_eq!(word(&judged_chain(vec![some(), busy()], four())), "nothing-seen");
    let all = stream(&[("1", "token-1"), ("2", "token-2"), ("3", "token-3"), ("4", "token-4")]);
    assert_eq!(word(&judged_chain(vec![all, busy()], four())), "pass");
    let mut silent = busy();
    silent.head = None;
    assert_eq!(word(&judged_chain(vec![some(), silent], four())), "broken");
}

#[test]
fn what_no_fence_has_proved_missing_and_what_was_not_published_is_not_called_lost() {
    let mut unfenced = stream(&[("1", "token-1")]);
    unfenced.unfenced = true;
    assert_eq!(word(&judged_chain(vec![unfenced], four())), "broken");
    let refused = vec![published("token-1", Err(HookError::Refused(500)))];
    assert_eq!(word(&judged_chain(vec![stream(&[])], refused)), "broken");
    assert_eq!(word(&judged_chain(Vec::new(), four())), "nothing-seen");
}

/// Judges what came on `other`, while `main` got everything.
fn private_of(other: Stream) -> Judgement {
    let (subject, case) = (hub(), case("{ private: { publication: some, on: other } }"));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.publications.insert("some".to_owned(), four());
    stage.streams.insert("main".to_owned(), stream(&[("1", "token-1"), ("2", "token-2")]));
    stage.streams.insert("other".to_owned(), other);
    judge(&stage, &case.checks[0]).0
}

#[test]
fn nothing_of_the_publication_may_come_to_a_stranger() {
    assert_eq!(word(&private_of(stream(&[]))), "pass");
    assert_eq!(word(&private_of(stream(&[("9", "another")]))), "pass");
    assert_eq!(word(&private_of(answer("HTTP/1.1 403 Forbidden\r\n\r\n", "no"))), "pass");
    assert_eq!(word(&private_of(stream(&[("3", "token-3")]))), "leaked");
    assert_eq!(word(&private_of(answer(STREAM, ": token-2\n\n"))), "leaked");
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\n\r\n";
    assert_eq!(word(&private_of(answer(refusal, "token-4 is not for you"))), "leaked");
}

#[test]
fn a_publication_that_came_to_nobody_proves_nothing() {
    let (subject, case) = (hub(), case("{ private: { publication: some, on: other } }"));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.publications.insert("some".to_owned(), four());
    stage.streams.insert("other".to_owned(), stream(&[]));
    assert_eq!(stage.subject.payload, Payload::Text);
    assert_eq!(word(&judge(&stage, &case.checks[0]).0), "nothing-seen");
}
