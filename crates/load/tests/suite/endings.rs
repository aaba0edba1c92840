//! How streams end, and what a subscriber does then.

use std::future::pending;
use std::time::Duration;

use ssecheck_model::load::Load;

use crate::drive::Drive;
use crate::hub::{Answer, End, Framing, Hub, Script};

const PLAN: &str = "subscribers: 4\nduration: 800ms\nsettle: 200ms\n";

/// A run in which `act` is done to the first four streams as soon as they are open.
async fn run(script: Script, plan: &str, act: impl Fn(&Hub)) -> (Load, Hub) {
    let hub = Hub::start(script);
    let acting = async {
        hub.until_open(4).await;
        act(&hub);
        pending::<()>().await;
    };
    let load = Drive::watching(&hub, plan).run_until(acting).await.load;
    (load, hub)
}

fn script(framing: Framing) -> Script {
    Script { framing, greeting: "retry: 5000\n\n".to_owned(), ..Script::default() }
}

#[track_caller]
fn assert_ended(load: &Load, cause: &str) {
    let found = &load.connections;
    assert_eq!(found.ended_by.keys().collect::<Vec<_>>(), [cause], "{found:?}");
    assert_eq!((found.opened, found.ended_early, found.completed), (4, 4, 0));
    assert_eq!((found.failed, found.reconnected), (0, 0), "the retry is longer than the run");
}

#[tokio::test]
async fn ends_are_told_apart() {
    for (framing, end, cause) in [
        (Framing::Chunked, End::Clean, "end"),
        (Framing::Chunked, End::Fin, "truncated"),
        (Framing::Chunked, End::Reset, "reset"),
        (Framing::Close, End::Clean, "end"),
        (Framing::Close, End::Reset, "reset"),
        (Framing::Length(13), End::Clean, "end"),
        (Framing::Length(1000), End::Clean, "truncated"),
    ] {
        let (load, _) = run(script(framing), PLAN, |hub| hub.end_all(end)).await;
        assert_ended(&load, cause);
    }
}

#[tokio::test]
async fn broken_chunks_and_endless_lines_are_told() {
    let (load, _) = run(script(Framing::Chunked), PLAN, |hub| hub.push_raw("xyz\r\n")).await;
    assert_ended(&load, "chunk-error");
    let long: &'static str = Box::leak("x".repeat(40 << 20).into_boxed_str());
    let (load, _) = run(script(Framing::Close), PLAN, |hub| hub.push_raw(long)).await;
    assert_ended(&load, "too-long");
}

#[tokio::test]
async fn an_empty_body_of_known_length_is_over_at_once() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n";
    let hub = Hub::start(Script {
        answer: Box::new(|n, _| match n {
            0 => Answer::Raw(answer.to_owned()),
            _ => Answer::Silence,
        }),
        ..Script::default()
    });
    let plan = "subscribers: 1\nduration: 300ms\nsettle: 200ms\n";
    let load = Drive::watching(&hub, plan).run().await;
    assert_eq!(load.connections.ended_by["end"], 1);
}

/// The ids that were asked with, in the order of the requests.
fn ids(hub: &Hub) -> Vec<Option<String>> {
    hub.seen("/events").iter().map(|seen| seen.field("last-event-id")).collect()
}

#[tokio::test]
async fn a_get_comes_back_after_the_time_that_the_server_asks_with_the_last_id() {
    let script = Script {
        answer: Box::new(|n, _| match n {
            0..4 => Answer::Begin("retry: 300\nid: 7\ndata: x\n\n".to_owned()),
            _ => Answer::Stream,
        }),
        ..Script::default()
    };
    let (load, hub) = run(script, PLAN, |hub| hub.end_all(End::Clean)).await;
    let found = &load.connections;
    assert_eq!((found.opened, found.ended_early, found.reconnected), (8, 4, 4), "{found:?}");
    assert_eq!(found.ended_by["end"], 4);
    let ids = ids(&hub);
    assert!(ids[..4].iter().all(Option::is_none));
    assert!(ids[4..].iter().all(|id| id.as_deref() == Some("7")));
    assert_eq!(load.latency_us["reconnect"].count, 4);
    assert!(load.latency_us["reconnect"].min >= 300_000);
}

#[tokio::test]
async fn a_stream_that_is_over_in_one_segment_is_remembered_all_the_same() {
    // Head, event and end come together, so that the first read has all of it.
    let whole = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 27\r\n\r\n\
        retry: 100\nid: 9\ndata: x\n\n\n";
    let hub = Hub::start(Script {
        answer: Box::new(|n, _| match n {
            0..3 => Answer::Raw(whole.to_owned()),
            _ => Answer::Stream,
        }),
        ..Script::default()
    });
    let plan = "subscribers: 3\nduration: 800ms\nsettle: 200ms\n";
    let load = Drive::watching(&hub, plan).run().await;
    let found = &load.connections;
    assert_eq!((found.opened, found.ended_early, found.reconnected), (6, 3, 3), "{found:?}");
    assert_eq!(load.events.events, 3);
    assert!(ids(&hub)[3..].iter().all(|id| id.as_deref() == Some("9")));
}

const POST: &str = "subscribers: 4\nduration: 600ms\nsettle: 200ms\n";

fn completion() -> Script {
    completion_of("data: a\n\ndata: b\n\ndata: [DONE]\n\n")
}

fn completion_of(body: &str) -> Script {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
        {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    Script { answer: Box::new(move |_, _| Answer::Raw(answer.clone())), ..Script::default() }
}

#[tokio::test]
async fn a_post_comes_to_its_end_once() {
    let hub = Hub::start(completion());
    let plan = format!("{POST}request: {{method: POST, body: '{{}}'}}\n");
    let load = Drive::watching(&hub, &plan).run().await;
    let found = &load.connections;
    assert_eq!((found.opened, found.completed, found.ended_early), (4, 4, 0));
    assert_eq!((load.events.events, load.events.sequence.as_str()), (12, "none"));
    assert_eq!(load.events.lost, 0);
}

#[tokio::test]
async fn a_post_that_repeats_asks_again_as_soon_as_it_is_over() {
    let hub = Hub::start(completion());
    let plan = format!("{POST}request: {{method: POST, body: '{{}}', repeat: true}}\n");
    let load = Drive::watching(&hub, &plan).run().await;
    let found = &load.connections;
    assert!(found.completed > 8, "{found:?}");
    assert!(found.opened - found.completed <= 4);
    assert!(load.events.events.abs_diff(found.completed * 3) <= 12);
    assert_eq!(found.ended_early, 0);
    assert!(ids(&hub).iter().all(Option::is_none));
}

#[tokio::test]
async fn streams_of_ones_own_are_numbered_each_for_itself() {
    let numbers = [1, 2, 4].map(|n| format!("data: {{\"i\":{n}}}\n\n")).concat();
    let hub = Hub::start(completion_of(&numbers));
    let plan = format!(
        "{POST}request: {{method: POST, body: '{{}}', repeat: true}}\n\
        server: {{sequence: {{pointer: /i}}}}\n"
    );
    let load = Drive::watching(&hub, &plan).run().await;
    let (streams, found) = (load.connections.completed, &load.events);
    assert!(streams > 8, "{streams}");
    assert!(found.lost.abs_diff(streams) <= 4, "one of each: {found:?}");
    assert_eq!((found.replayed, found.duplicated, found.reordered), (0, 0, 0), "{found:?}");
    assert_eq!(load.connections.reconnected, 0, "another request continues nothing");
    assert!(!load.latency_us.contains_key("spread"), "nobody else has these events");
}

#[tokio::test]
async fn a_post_that_breaks_off_is_not_complete() {
    let plan = format!("{POST}request: {{method: POST, body: '{{}}'}}\n");
    let (load, _) = run(Script::default(), &plan, |hub| hub.end_all(End::Fin)).await;
    assert_ended(&load, "truncated");
}

#[tokio::test]
async fn a_run_without_streams_is_over_before_its_time() {
    let hub = Hub::start(Script {
        answer: Box::new(|_, _| {
            Answer::Raw("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n".to_owned())
        }),
        ..Script::default()
    });
    let plan = "subscribers: 4\nduration: 60s\ndrain: 60s\nsettle: 200ms\npublish: {rate: 10/s}\n";
    let start = std::time::Instant::now();
    let load = Drive::new(&hub, plan).run().await;
    assert_eq!(load.connections.failed_by["status-403"], 4);
    assert!(start.elapsed() < Duration::from_secs(30), "a part of its length");
    assert!(hub.published() < 300);
}
