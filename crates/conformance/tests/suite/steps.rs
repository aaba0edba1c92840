//! Single steps of cases that users write.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ssecheck_model::verdict::Outcome;

use crate::runs::{SCALE, case, judge, subject, suite, verdict};
use crate::server::{STREAM, Server};

/// A server that says `opening` on each stream and then nothing.
async fn opening(opening: &'static str) -> Server {
    Server::start(move |mut asked| async move {
        asked.say(STREAM).await;
        asked.say(opening).await;
        asked.gone().await;
    })
    .await
}

#[tokio::test]
async fn quiet_is_disturbed_by_any_byte() {
    let steps = "  - connect: { as: main }
  - quiet: { from: main, for: 1s }";
    let quiet = case("t/quiet", steps, "{ quiet: { of: main } }");
    let silent = opening("").await;
    let finished = judge(subject(&silent.url(), ""), suite(&[&quiet])).await;
    assert_eq!(verdict(&finished, "t/quiet"), (Outcome::Pass, ""));
    let talking = opening(":\n").await;
    let finished = judge(subject(&talking.url(), ""), suite(&[&quiet])).await;
    assert_eq!(verdict(&finished, "t/quiet"), (Outcome::Fail, "not-quiet"));
}

#[tokio::test]
async fn events_are_held_against_what_the_user_wrote() {
    let server = opening("data: a\n\ndata: b\ndata: c\n\n: end\n\n").await;
    let steps = "  - connect: { as: main }
  - read: { from: main, events: 2 }";
    let events = |id: &str, expect: &str| {
        case(id, steps, &format!("{{ events: {{ of: main, {expect} }} }}"))
    };
    let cases = [
        events("t/right", r#"data: [a, "b\nc"]"#),
        events("t/wrong", "data: [a, b]"),
        events("t/enough", "at_least: 2"),
        events("t/few", "at_least: 3"),
    ];
    let finished =
        judge(subject(&server.url(), ""), suite(&cases.each_ref().map(|c| c.as_str()))).await;
    assert_eq!(verdict(&finished, "t/right"), (Outcome::Pass, ""));
    assert_eq!(verdict(&finished, "t/wrong"), (Outcome::Fail, "events-differ"));
    assert_eq!(verdict(&finished, "t/enough"), (Outcome::Pass, ""));
    assert_eq!(verdict(&finished, "t/few"), (Outcome::Fail, "too-few-events"));
}

#[tokio::test]
async fn a_wait_without_subscribers_waits_its_time_and_is_satisfied() {
    let server = opening("").await;
    let waited = case(
        "t/waited",
        "  - connect: { as: main }
  - wait: { as: pause, within: 2s }",
        "{ waited: { of: pause } }",
    );
    let started = Instant::now();
    let finished = judge(subject(&server.url(), ""), suite(&[&waited])).await;
    assert_eq!(verdict(&finished, "t/waited"), (Outcome::Pass, ""));
    // A timer never ends early, on the slowest machine neither.
    assert!(started.elapsed() >= Duration::from_secs(2).mul_f64(SCALE));
}

#[tokio::test]
async fn a_read_within_a_case_stops_at_the_event_that_was_asked_for() {
    let again = Arc::new(Mutex::new(None));
    let steps = "  - connect: { as: first }
  - read: { from: first, events: 2 }
  - cut: { connection: first }
  - connect: { as: second, url: '/again?{{first.last_id}}' }";
    let seen = Arc::clone(&again);
    let server = Server::start(move |mut asked| {
        let seen = Arc::clone(&seen);
        async move {
            if let Some(id) = asked.target.strip_prefix("/again?") {
                *seen.lock().unwrap() = Some(id.to_owned());
            }
            asked.say(STREAM).await;
            asked.say("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n").await;
            asked.gone().await;
        }
    })
    .await;
    let case = case("t/last", steps, "{ answered: { of: second } }");
    let finished = judge(subject(&server.url(), ""), suite(&[&case])).await;
    assert_eq!(verdict(&finished, "t/last"), (Outcome::Pass, ""));
    assert_eq!(again.lock().unwrap().as_deref(), Some("2"));
}

/// The time between the end of the first connection and the request of the second, and the
/// `Last-Event-ID` that it carried.
async fn reconnected(retry: &str, step: &str) -> (Duration, Option<String>) {
    let left: Arc<Mutex<Option<Instant>>> = Arc::default();
    let back = Arc::new(Mutex::new(None));
    let opening = format!("{retry}id: é7\ndata: a\n\n");
    let server = {
        let (left, back) = (Arc::clone(&left), Arc::clone(&back));
        Server::start(move |mut asked| {
            let (left, back, opening) = (Arc::clone(&left), Arc::clone(&back), opening.clone());
            async move {
                if let Some(left) = *left.lock().unwrap() {
                    let id = asked.fields.get("last-event-id").cloned();
                    *back.lock().unwrap() = Some((left.elapsed(), id));
                }
                asked.say(STREAM).await;
                asked.say(&opening).await;
                let first = asked.target == "/first";
                asked.gone().await;
                if first {
                    *left.lock().unwrap() = Some(Instant::now());
                }
            }
        })
        .await
    };
    let steps = format!(
        "  - connect: {{ as: first, url: /first }}
  - read: {{ from: first, events: 1 }}
  - reconnect: {step}"
    );
    let case = case("t/again", &steps, "{ answered: { of: second } }");
    let finished = judge(subject(&server.url(), ""), suite(&[&case])).await;
    assert_eq!(verdict(&finished, "t/again"), (Outcome::Pass, ""));
    let back = back.lock().unwrap().take();
    back.expect("it came back after the first connection had ended")
}

#[tokio::test]
async fn a_reconnect_sends_the_last_id_and_waits_for_retry_when_told_to() {
    let (waited, id) =
        reconnected("retry: 1500\n", "{ from: first, as: second, obey_retry: true }").await;
    assert_eq!(id.as_deref(), Some("é7"));
    // Some microseconds may pass between the end of the connection and its notice by the server.
    let wanted = Duration::from_millis(1500).mul_f64(SCALE);
    assert!(waited >= wanted / 2, "{waited:?} of {wanted:?}");
}

#[tokio::test]
async fn a_retry_of_a_day_is_not_obeyed_to_the_end() {
    // The run itself has a limit of a minute; the day would be 2.4 hours even when scaled.
    let step = "{ from: first, as: second, obey_retry: true }";
    let (_, id) = reconnected("retry: 86400000\n", step).await;
    assert_eq!(id.as_deref(), Some("é7"));
}

/// How much of an endless stream one connection takes while a case goes on, in bytes.
async fn taken_while(steps: &str) -> usize {
    let piece = format!(":{}\n", "x".repeat(PIECE - 2));
    let written = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&written);
    let server = Server::start(move |mut asked| {
        let (written, piece) = (Arc::clone(&counter), piece.clone());
        async move {
            asked.say(STREAM).await;
            // What the sanity run at the start takes does not count.
            let counts = !asked.fields.contains_key("origin");
            while written.load(Ordering::Relaxed) < MUCH && counts {
                if !asked.say(&piece).await {
                    break;
                }
                written.fetch_add(PIECE, Ordering::Relaxed);
            }
        }
    })
    .await;
    let case = case("t/slow", steps, "{ answered: { of: slow } }");
    let finished = judge(subject(&server.url(), ""), suite(&[&case])).await;
    assert_eq!(verdict(&finished, "t/slow"), (Outcome::Pass, ""));
    written.load(Ordering::Relaxed)
}

/// More than the buffers of both sides hold, and less than a case reads of one stream.
const MUCH: usize = 24 * 1024 * 1024;
/// What the server writes at once, in bytes.
const PIECE: usize = 16 * 1024;

#[tokio::test]
async fn a_stalled_stream_is_really_not_read() {
    let stalled =
        taken_while("  - stall: { as: slow }\n  - wait: { as: pause, within: 10s }").await;
    assert!(stalled < MUCH / 2, "{stalled} bytes were taken");
}

#[tokio::test]
async fn a_stream_that_is_read_takes_all() {
    let read = taken_while("  - connect: { as: slow }\n  - read: { from: slow, within: 5m }").await;
    assert_eq!(read, MUCH);
}
