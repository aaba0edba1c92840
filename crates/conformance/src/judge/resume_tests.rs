use ssecheck_transport::End;

use super::*;
use crate::hook::HookError;
use crate::judge::judge;
use crate::testing::{STREAM, answer, case, hub, published, stream, taken, word};

/// Six events; the client has two of them, and two are published after the reconnect.
fn flaws_of(seen: &[usize]) -> Vec<Resumption> {
    resumed(2, 4, seen).flaws()
}

fn resumed(next: usize, live: usize, seen: &[usize]) -> Resumed {
    let sequence = (0..6).map(|index| format!("e{index}")).collect();
    Resumed { sequence, next, live, seen: seen.to_vec() }
}

#[test]
fn each_way_to_resume_has_its_flaws() {
    use Resumption::*;
    let table: [(&[usize], &[Resumption]); 17] = [
        (&[2, 3, 4, 5], &[]),
        (&[1, 2, 3, 4, 5], &[AtLeastOnce]),
        (&[2, 3, 3, 4, 5], &[AtLeastOnce]),
        (&[2, 3, 2, 3, 4, 5], &[AtLeastOnce]),
        (&[2, 3, 4, 5, 2, 3], &[AtLeastOnce]),
        (&[2, 4, 5], &[Gap]),
        (&[3, 4, 5], &[Gap]),
        (&[2, 3], &[Gap]),
        (&[5], &[Gap]),
        (&[1, 2, 4, 5], &[Gap, AtLeastOnce]),
        (&[4, 5], &[LiveOnly]),
        (&[], &[Nothing]),
        (&[0, 1, 2, 3, 4, 5], &[Restart]),
        (&[0, 1, 2, 4, 5], &[Restart, Gap]),
        (&[2, 4, 3, 5], &[Reordered]),
        (&[4, 5, 2, 3], &[Reordered]),
        (&[2, 4, 4, 3], &[Gap, Reordered, AtLeastOnce]),
    ];
    for (seen, flaws) in table {
        assert_eq!(flaws_of(seen), flaws, "{seen:?}");
    }
}

#[test]
fn a_client_that_has_everything_gets_nothing_and_that_is_right() {
    assert_eq!(resumed(6, 6, &[]).flaws(), []);
}

#[test]
fn the_only_event_before_the_cut_sent_again_is_a_duplicate_and_no_restart() {
    assert_eq!(resumed(1, 6, &[0, 1, 2, 3, 4, 5]).flaws(), [Resumption::AtLeastOnce]);
}

/// Judges a resumption of which `a` and `b` were read before the cut, with ids 1 and 2.
fn judged(to: Stream, published: Vec<Published>) -> Judgement {
    judged_from(stream(&[("1", "a"), ("2", "b")]), to, published)
}

fn judged_from(from: Stream, to: Stream, published: Vec<Published>) -> Judgement {
    let subject = hub();
    let case = case("{ resumption: { from: main, to: other, is: [exactly-once] } }");
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.streams.insert("main".to_owned(), from);
    stage.streams.insert("other".to_owned(), to);
    stage.publications.insert("some".to_owned(), published);
    judge(&stage, &case.checks[0]).0
}

fn resuming(mut stream: Stream, id: &str) -> Stream {
    stream.plan.set("last-event-id", id);
    stream
}

#[test]
fn the_id_that_was_sent_decides_what_is_still_to_come() {
    let all = || taken(&["a", "b", "c", "d"]);
    let to = |events: &[(&str, &str)], id: &str| resuming(stream(events), id);
    let rest = [("3", "c"), ("4", "d")];
    assert_eq!(word(&judged(to(&rest, "2"), all())), "pass");
    assert_eq!(word(&judged(to(&rest, "1"), all())), "resume-gap");
    let with_b = [("2", "b"), ("3", "c"), ("4", "d")];
    assert_eq!(word(&judged(to(&with_b, "1"), all())), "pass");
    assert_eq!(word(&judged(to(&with_b, "2"), all())), "resume-duplicate");
}

#[test]
fn events_of_other_cases_are_not_counted() {
    let to = resuming(stream(&[("8", "foreign"), ("3", "c"), ("9", "strange")]), "2");
    assert_eq!(word(&judged(to, taken(&["a", "b", "c"]))), "pass");
}

#[test]
fn an_answer_that_is_no_stream_brings_nothing() {
    let to = resuming(answer("HTTP/1.1 204 No Content\r\n\r\n", ""), "2");
    assert_eq!(word(&judged(to, taken(&["a", "b", "c"]))), "resume-nothing");
}

#[test]
fn without_an_id_there_is_nothing_to_resume_from() {
    let plain = stream(&[("", "a")]);
    assert_eq!(word(&judged_from(plain, stream(&[]), taken(&["a"]))), "untestable");
    assert_eq!(word(&judged_from(stream(&[]), stream(&[]), taken(&["a"]))), "nothing-seen");
}

#[test]
fn what_no_fence_has_proved_missing_is_not_called_missing() {
    let unfenced = |events: &[(&str, &str)]| {
        let mut to = resuming(stream(events), "2");
        to.unfenced = true;
        to
    };
    let all = || taken(&["a", "b", "c", "d"]);
    assert_eq!(word(&judged(unfenced(&[("3", "c")]), all())), "broken");
    assert_eq!(word(&judged(unfenced(&[("3", "c"), ("4", "d")]), all())), "pass");
}

#[test]
fn a_hook_that_failed_makes_the_resumption_unknown() {
    let mut all = taken(&["a", "b"]);
    all.push(published("c", Err(HookError::Refused(500))));
    assert_eq!(word(&judged(resuming(stream(&[]), "2"), all)), "broken");
}

#[test]
fn an_ended_stream_is_still_judged_by_what_it_brought() {
    let mut to = resuming(answer(STREAM, "id: 3\ndata: c\n\n"), "2");
    to.ended(End::Closed);
    assert_eq!(word(&judged(to, taken(&["a", "b", "c", "d"]))), "resume-gap");
}

#[test]
fn the_message_tells_how_many() {
    let message =
        |class, next, live, seen: &[usize]| resumed(next, live, seen).message(class, &stream(&[]));
    let gap = message(Resumption::Gap, 2, 4, &[2, 5]);
    assert_eq!(gap, "gap of 2: of 4 events after the id, 2 never came");
    let again = message(Resumption::AtLeastOnce, 2, 4, &[1, 2, 3, 3, 4, 5]);
    assert_eq!(again, "2 events came again that the client already had");
    let restart = message(Resumption::Restart, 2, 4, &[0, 1, 2, 3, 4, 5]);
    assert_eq!(restart, "the stream started over from the oldest event: 2 events came again");
    let late = message(Resumption::Reordered, 2, 4, &[5, 2, 3, 4]);
    assert_eq!(late, "3 of 4 events came behind later ones");
}
