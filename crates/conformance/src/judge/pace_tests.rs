use ssecheck_transport::End;

use super::*;
use crate::judge::judge;
use crate::perform::Stage;
use crate::testing::{STREAM, answer, case, hub, published, stream, taken, timed, word};

/// The judgement of 26 events, published each 45 ms, which came at these times.
fn paced(received: impl Fn(u64) -> u64) -> &'static str {
    let (subject, case) = (hub(), case("{ paced: { publication: some, on: main } }"));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    let begun = Instant::now();
    let texts: Vec<String> = (0..26).map(|n| format!("data: tok-{n}\n\n")).collect();
    let pieces: Vec<(u64, &[u8])> =
        (0..26).zip(&texts).map(|(n, text)| (received(n * 45), text.as_bytes())).collect();
    stage.streams.insert("main".to_owned(), timed(begun, STREAM, &pieces));
    let sent = (0..26).map(|n| {
        let started = begun + Duration::from_millis(n * 45);
        Published { started, ..published(&format!("tok-{n}"), Ok(())) }
    });
    stage.publications.insert("some".to_owned(), sent.collect());
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn batches_are_told_from_a_steady_stream() {
    assert_eq!(paced(|sent| sent + 1), "pass");
    assert_eq!(paced(|sent| sent + 700), "pass", "late, but steady");
    assert_eq!(paced(|sent| (sent / 500 + 1) * 500), "batched", "a timer of 500 ms");
    assert_eq!(paced(|sent| (sent / 200 + 1) * 200), "batched", "a timer of 200 ms");
}

#[test]
fn a_server_that_was_stopped_once_or_twice_does_not_batch() {
    let stopped = |from: u64, to: u64| {
        move |sent: u64| if (from..to).contains(&sent) { to } else { sent + 1 }
    };
    assert_eq!(paced(stopped(300, 800)), "pass");
    assert_eq!(paced(stopped(0, 1_200)), "pass", "one batch is no habit");
    let twice = |sent: u64| stopped(100, 400)(stopped(700, 1_000)(sent));
    assert_eq!(paced(twice), "pass");
}

#[test]
fn too_few_events_say_nothing_of_pace() {
    let (subject, case) = (hub(), case("{ paced: { publication: some, on: main } }"));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    stage.streams.insert("main".to_owned(), stream(&[("", "a"), ("", "b")]));
    stage.publications.insert("some".to_owned(), taken(&["a", "b"]));
    assert_eq!(word(&judge(&stage, &case.checks[0]).0), "nothing-seen");
}

fn intact(body: &str, result: Result<(), HookError>) -> &'static str {
    let expect = "{ intact: { publication: some, on: main, alone: other } }";
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    stage.streams.insert("main".to_owned(), answer(STREAM, body));
    stage.publications.insert("other".to_owned(), taken(&["tok-alone\nx"]));
    let many = vec![published("tok-1\nx", Ok(())), published("tok-2\nx", result)];
    stage.publications.insert("some".to_owned(), many);
    word(&judge(&stage, &case.checks[0]).0)
}

const ALONE: &str = "data: tok-alone\ndata: x\n\n";

#[test]
fn an_event_that_mixes_publications_is_interleaved() {
    let of = |rest: &str| intact(&format!("{ALONE}{rest}"), Ok(()));
    assert_eq!(of("data: tok-1\ndata: x\n\ndata: tok-2\ndata: x\n\n"), "pass");
    assert_eq!(of("data: tok-2\ndata: x\n\n"), "pass", "loss is judged elsewhere");
    assert_eq!(of("data: tok-fence-main-0-0\n\n: note\n\ndata: foreign\n\n"), "pass");
    assert_eq!(of("data: tok-1\ndata: tok-2\ndata: x\n\ndata: x\n\n"), "interleaved");
    assert_eq!(of("data: todata: tok-2\ndata: x\n\nk-1\ndata: x\n\n"), "interleaved");
}

#[test]
fn a_server_that_alters_events_anyway_does_not_interleave() {
    assert_eq!(intact("data: tok-alone x\n\ndata: tok-1 x\n\n", Ok(())), "nothing-seen");
    assert_eq!(intact(ALONE, Err(HookError::Refused(429))), "nothing-seen");
    assert_eq!(intact(ALONE, Err(HookError::Refused(500))), "broken");
}

/// The judgement of two streams of six events: wait before the first, time until the end.
fn streamed(times: [(u64, u64); 2], ended: bool) -> &'static str {
    let (subject, case) = (hub(), case("{ streamed: { of: [main, other] } }"));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    for (name, (wait, rest)) in ["main", "other"].into_iter().zip(times) {
        let begun = Instant::now();
        let pieces: Vec<(u64, &[u8])> =
            (0..6).map(|n| (wait + n * rest / 6, b"data: x\n\n".as_slice())).collect();
        let mut stream = timed(begun, STREAM, &pieces);
        let at = begun + Duration::from_millis(wait + rest);
        stream.end = ended.then_some((End::Closed, at));
        stage.streams.insert(name.to_owned(), stream);
    }
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn a_stream_that_waits_and_then_ends_at_once_was_collected() {
    assert_eq!(streamed([(800, 5), (800, 5)], true), "one-burst");
    assert_eq!(streamed([(800, 5), (800, 400)], true), "pass", "stopped for a moment once");
    assert_eq!(streamed([(800, 700), (800, 5)], true), "pass");
    assert_eq!(streamed([(3, 1), (3, 1)], true), "nothing-seen", "all of it was there");
    assert_eq!(streamed([(800, 5), (800, 5)], false), "nothing-seen", "it goes on");
}

fn early(bodies: &[&str], unfenced: bool) -> &'static str {
    let (subject, case) = (hub(), case("{ early: { of: main } }"));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    let stream = |body: &&str| {
        let mut stream = answer(STREAM, body);
        stream.unfenced = unfenced;
        stream
    };
    stage.chains.insert("main".to_owned(), bodies.iter().map(stream).collect());
    let sent = (0..bodies.len()).map(|n| published(&format!("tok-early-{n}."), Ok(())));
    stage.publications.insert("main".to_owned(), sent.collect());
    word(&judge(&stage, &case.checks[0]).0)
}

#[test]
fn an_early_event_is_lost_when_a_later_one_came_without_it() {
    let came = "data: tok-early-0.\n\n";
    assert_eq!(early(&[came], false), "pass");
    assert_eq!(early(&[came, "data: tok-fence-a-0\n\n"], false), "early-event-lost");
    assert_eq!(early(&[came, "data: tok-fence-a-0\n\n"], true), "broken");
    assert_eq!(early(&[": nothing\n\n"], false), "nothing-seen");
    assert_eq!(early(&[], false), "nothing-seen");
}
