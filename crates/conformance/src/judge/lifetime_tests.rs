use ssecheck_transport::Place;

use super::*;
use crate::judge::judge;
use crate::testing::{STREAM, answer, case, head, hub, published, stream, taken, word};

const DROP_TOLD: &str = "{ drop_told: { publication: some, on: main, witness: other } }";
const SLOW_READER: &str = "{ slow_reader: { publication: some, on: main } }";

fn judged(expect: &str, seen: Stream, published: Vec<Published>) -> &'static str {
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    stage.streams.insert("main".to_owned(), seen);
    stage.streams.insert("other".to_owned(), stream(&EVENTS));
    stage.publications.insert("some".to_owned(), published);
    word(&judge(&stage, &case.checks[0]).0)
}

const EVENTS: [(&str, &str); 4] = [("", "a"), ("", "b"), ("", "c"), ("", "d")];

fn four() -> Vec<Published> {
    taken(&["a", "b", "c", "d"])
}

const MARKER: (&str, &str) = ("", "token-fence-main-0-0");

#[test]
fn a_hole_in_an_open_stream_is_a_silent_drop() {
    let seen = |events: &[(&str, &str)]| judged(DROP_TOLD, stream(events), four());
    let [a, b, c, d] = EVENTS;
    assert_eq!(seen(&[a, b, c, d, MARKER]), "pass");
    assert_eq!(seen(&[a, d, MARKER]), "dropped-silently");
    assert_eq!(seen(&[a, b, c, MARKER]), "dropped-silently");
    // Nothing comes any more although markers were published.
    assert_eq!(seen(&[a, b]), "dropped-silently");
    // Before the first event the subscription may not have been live.
    assert_eq!(seen(&[c, d, MARKER]), "pass");
    assert_eq!(seen(&[("", "token-fence-other-0-0"), a, b, c, d]), "pass");
    // Another order is no loss.
    assert_eq!(seen(&[a, c, b, d, MARKER]), "pass");
}

#[test]
fn what_nobody_got_was_not_lost_by_slowness() {
    let mut five = four();
    five.insert(2, published("nobody's", Ok(())));
    assert_eq!(
        judged(DROP_TOLD, stream(&[EVENTS[0], EVENTS[1], EVENTS[2], EVENTS[3]]), five),
        "pass"
    );
}

#[test]
fn a_hole_that_something_tells_of_is_right() {
    let body = |gap: &str| answer(STREAM, &format!("data: a\n\n{gap}data: d\n\n"));
    let seen = |gap: &str| judged(DROP_TOLD, body(gap), four());
    assert_eq!(seen(""), "dropped-silently");
    assert_eq!(seen("id: 7\n\n"), "dropped-silently");
    assert_eq!(seen("event: lost\ndata: 2\n\n"), "pass");
    assert_eq!(seen(": two events were dropped\n\n"), "pass");
    assert_eq!(seen("data: token-fence-other-0-0\n\n"), "dropped-silently");
}

#[test]
fn a_reader_that_was_cut_off_has_been_told() {
    let mut cut = stream(&[("", "a")]);
    cut.ended(End::Reset);
    assert_eq!(judged(DROP_TOLD, cut, four()), "pass");
    let mut cut = stream(&[("", "a")]);
    cut.ended(End::Truncated { missing: None, place: Place::BetweenChunks });
    assert_eq!(judged(SLOW_READER, cut, four()), "slow-reader-cut");
}

#[test]
fn what_is_still_flowing_proves_no_drop() {
    let mut late = stream(&[("", "a")]);
    late.unfenced = true;
    assert_eq!(judged(DROP_TOLD, late, four()), "nothing-seen");
}

#[test]
fn an_event_that_the_hook_did_not_take_is_not_missed() {
    let refused = vec![published("a", Ok(())), published("b", Err(HookError::Refused(500)))];
    assert_eq!(judged(DROP_TOLD, stream(&[("", "a"), MARKER]), refused), "pass");
}

#[test]
fn the_fate_of_a_slow_reader_has_a_name() {
    let [a, d] = [("", "a"), ("", "d")];
    assert_eq!(judged(SLOW_READER, stream(&[a, d]), four()), "slow-reader-skipped");
    let late = vec![published("a", Err(HookError::TimedOut(Duration::ZERO)))];
    assert_eq!(judged(SLOW_READER, stream(&[a]), late), "slow-reader-blocks");
    assert_eq!(judged(SLOW_READER, stream(&[a]), taken(&["a"])), "pass");
}

fn restarted_stage(
    expect: &str,
    result: Result<(), HookError>,
    fill: impl FnOnce(&mut Stage<'_>),
) -> &'static str {
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "token".to_owned());
    let now = Instant::now();
    let restart = Restarted { started: now, answered: now, result };
    stage.restarts.insert("main".to_owned(), restart);
    fill(&mut stage);
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn a_restart_that_is_not_answered_hangs() {
    let seen = |result| restarted_stage("{ restarted: { of: main } }", result, |_| {});
    assert_eq!(seen(Ok(())), "pass");
    assert_eq!(seen(Err(HookError::TimedOut(Duration::ZERO))), "restart-hangs");
    assert_eq!(seen(Err(HookError::Refused(404))), "untestable");
}

fn client(status: u16) -> Stream {
    let mut client = stream(&[]);
    client.head = Some(head(&format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n")));
    client
}

#[test]
fn nobody_who_comes_back_may_be_sent_away_by_a_status() {
    let seen = |before: &[u16], last: Option<u16>| {
        restarted_stage("{ welcomed: { of: main } }", Ok(()), |stage| {
            let before = before.iter().map(|status| client(*status)).collect();
            stage.chains.insert("main".to_owned(), before);
            stage.streams.extend(last.map(|status| ("main".to_owned(), client(status))));
        })
    };
    assert_eq!(seen(&[], Some(200)), "pass");
    assert_eq!(seen(&[], Some(204)), "pass");
    assert_eq!(seen(&[], None), "pass");
    assert_eq!(seen(&[503, 503], Some(200)), "refused-after-restart");
    assert_eq!(seen(&[], Some(502)), "refused-after-restart");
    let as_before = restarted_stage("{ welcomed: { of: main } }", Ok(()), |stage| {
        let mut other = client(503);
        other.started = stage.started;
        stage.streams.insert("other".to_owned(), other);
        stage.restarts.values_mut().for_each(|restart| restart.started = Instant::now());
        stage.streams.insert("main".to_owned(), client(503));
    });
    assert_eq!(as_before, "pass");
}

/// Two streams of one server that was restarted.
fn ends(expect: &str, result: Result<(), HookError>, streams: [Stream; 2]) -> &'static str {
    restarted_stage(expect, result, |stage| {
        let names = ["main".to_owned(), "other".to_owned()];
        stage.streams.extend(names.into_iter().zip(streams));
    })
}

fn ended_by(retry: &str, end: Option<End>) -> Stream {
    let mut stream = answer(STREAM, retry);
    end.into_iter().for_each(|end| stream.ended(end));
    stream
}

#[test]
fn every_stream_must_end_in_order() {
    let seen = |end| {
        let streams = [ended_by("", Some(End::Closed)), ended_by("", end)];
        ends("{ ended: { of: [main, other] } }", Ok(()), streams)
    };
    assert_eq!(seen(Some(End::LastChunk { trailers: Vec::new() })), "pass");
    assert_eq!(seen(Some(End::Reset)), "reset");
    let broken_off = End::Truncated { missing: None, place: Place::BetweenChunks };
    assert_eq!(seen(Some(broken_off)), "truncated");
    assert_eq!(seen(None), "still-open");
    let open = || [ended_by("", None), ended_by("", None)];
    let ended = "{ ended: { of: [main, other] } }";
    assert_eq!(ends(ended, Err(HookError::Refused(500)), open()), "untestable");
    assert_eq!(ends(ended, Err(HookError::TimedOut(Duration::ZERO)), open()), "still-open");
}

#[test]
fn clients_are_not_told_to_come_back_together() {
    let seen = |one: &str, two: &str, end: Option<End>| {
        let streams = [ended_by(one, Some(End::Closed)), ended_by(two, end)];
        ends("{ retry_varies: { of: [main, other] } }", Ok(()), streams)
    };
    let closed = || Some(End::Closed);
    assert_eq!(seen("retry: 1000\n\n", "retry: 1000\n\n", closed()), "retry-identical");
    assert_eq!(seen("retry: 1000\n\n", "retry: 1\n\nretry: 1400\n\n", closed()), "pass");
    assert_eq!(seen("retry: 1000\n\n", "", closed()), "nothing-seen");
    assert_eq!(seen("retry: 1000\n\n", "retry: 1000\n\n", None), "nothing-seen");
}

#[test]
fn ends_that_are_spread_need_no_jitter() {
    let mut late = ended_by("retry: 1000\n\n", Some(End::Closed));
    late.end = Some((End::Closed, Instant::now() + SPREAD * 2));
    let streams = [ended_by("retry: 1000\n\n", Some(End::Closed)), late];
    assert_eq!(ends("{ retry_varies: { of: [main, other] } }", Ok(()), streams), "pass");
}
