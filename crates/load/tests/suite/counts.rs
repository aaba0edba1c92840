//! Counts are what the server did, in every framing.

use std::time::Duration;

use ssecheck_model::load::Load;

use crate::drive::Drive;
use crate::hub::{Ack, Deliver, Framing, Hub, Script};

const PLAN: &str = "subscribers: 8\nramp: 100/s\nduration: 1s\npublish: {rate: 40/s}\n";
/// One event after the other, so that the hub counts as we do: of two that are published at the same
/// time no order is owed, and a machine that stalls makes any two so.
const IN_TURN: &str =
    "subscribers: 8\nramp: 100/s\nduration: 1s\npublish: {rate: 40/s, connections: 1}\n";
const EVENTS: u64 = 40;
const SUBSCRIBERS: u64 = 8;

async fn run(script: Script) -> (Load, Hub) {
    planned(script, PLAN).await
}

async fn planned(script: Script, plan: &str) -> (Load, Hub) {
    let hub = Hub::start(script);
    let load = Drive::new(&hub, plan).run().await;
    (load, hub)
}

/// Expected, lost, duplicated, reordered.
fn counts(load: &Load) -> (u64, u64, u64, u64) {
    let events = &load.events;
    (events.expected, events.lost, events.duplicated, events.reordered)
}

fn assert_all_came(load: &Load, hub: &Hub) {
    assert_eq!(counts(load), (EVENTS * SUBSCRIBERS, 0, 0, 0), "{:?}", load.publishing);
    let events = &load.events;
    assert_eq!(events.sequence, "publish");
    assert_eq!((events.events, events.bytes), (hub.tally().events, hub.tally().bytes));
    assert_eq!((events.foreign, events.replayed, events.missed_away), (0, 0, 0));
    assert!(events.wire_bytes > events.bytes);
    assert_eq!((load.connections.opened, load.connections.peak), (SUBSCRIBERS, SUBSCRIBERS));
    assert_eq!((load.connections.failed, load.connections.ended_early), (0, 0));
    let publishing = load.publishing.as_ref().unwrap();
    assert_eq!((publishing.scheduled, publishing.sent), (EVENTS, EVENTS));
    assert_eq!((publishing.acknowledged, publishing.failed, publishing.waited), (EVENTS, 0, 0));
    assert!(load.worst.is_empty());
}

const FRAMINGS: [Framing; 3] = [Framing::Chunked, Framing::Close, Framing::Length(1 << 40)];

#[tokio::test]
async fn a_correct_server_loses_nothing_in_any_framing() {
    for framing in FRAMINGS {
        let (load, hub) = run(Script { framing, ..Script::default() }).await;
        assert_all_came(&load, &hub);
        let timed = load.latency_us["fanout"].count;
        assert_eq!(timed + load.events.untimed, EVENTS * SUBSCRIBERS);
    }
}

#[tokio::test]
async fn a_stream_that_comes_byte_by_byte_counts_the_same() {
    for framing in FRAMINGS {
        let (load, hub) = run(Script { framing, bytewise: true, ..Script::default() }).await;
        assert_all_came(&load, &hub);
    }
}

#[tokio::test]
async fn events_that_come_in_one_write_count_the_same() {
    let (load, hub) = run(Script { batch: 4, ..Script::default() }).await;
    assert_all_came(&load, &hub);
    let timed = load.latency_us["fanout"].count;
    assert_eq!(timed + load.events.untimed, EVENTS * SUBSCRIBERS);
}

#[tokio::test]
async fn line_endings_and_comments_and_a_byte_order_mark_change_nothing() {
    for (ending, greeting) in [("\r\n", "\u{feff}"), ("\r", ":\r\r"), ("\n", "\u{feff}: hi\n\n")] {
        let script = Script {
            event: Box::new(move |n, data| {
                format!(": {n}{ending}event: x{ending}data: {data}{ending}{ending}")
            }),
            greeting: greeting.to_owned(),
            ..Script::default()
        };
        let (load, hub) = run(script).await;
        assert_all_came(&load, &hub);
        let greeted = u64::from(greeting.contains(':'));
        assert_eq!(load.events.comments, (EVENTS + greeted) * SUBSCRIBERS);
    }
}

#[tokio::test]
async fn blocks_without_data_are_counted_apart() {
    let script = Script {
        event: Box::new(|n, data| match n % 2 {
            0 => format!("event: ping\n\ndata: {data}\n\n"),
            _ => format!("id: {n}\n\n: c\n\ndata: {data}\n\n"),
        }),
        ..Script::default()
    };
    let (load, hub) = run(script).await;
    assert_all_came(&load, &hub);
    assert_eq!(load.events.dataless_blocks, EVENTS * SUBSCRIBERS);
    assert_eq!(load.events.comments, EVENTS / 2 * SUBSCRIBERS);
}

#[tokio::test]
async fn every_fifth_event_lost_is_told_exactly_in_every_framing() {
    for framing in FRAMINGS {
        let deliver = |_, n| if n % 5 == 2 { Deliver::Never } else { Deliver::Once };
        let script = Script { framing, deliver: Box::new(deliver), ..Script::default() };
        let (load, _) = planned(script, IN_TURN).await;
        let lost = EVENTS / 5 * SUBSCRIBERS;
        assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, lost, 0, 0));
        assert_eq!(load.worst[0].missing[..3], ["2", "7", "12"]);
    }
}

#[tokio::test]
async fn doubles_are_told_exactly() {
    for batch in [1, 5] {
        let deliver = |_, n| if n % 4 == 1 { Deliver::Twice } else { Deliver::Once };
        let (load, hub) =
            run(Script { batch, deliver: Box::new(deliver), ..Script::default() }).await;
        assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, 0, EVENTS / 4 * SUBSCRIBERS, 0));
        assert_eq!(load.events.events, hub.tally().events);
    }
}

#[tokio::test]
async fn swapped_neighbours_are_told_exactly() {
    for batch in [1, 4] {
        let deliver = |_, n| if n % 4 == 1 { Deliver::Late } else { Deliver::Once };
        let (load, _) =
            planned(Script { batch, deliver: Box::new(deliver), ..Script::default() }, IN_TURN)
                .await;
        assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, 0, 0, EVENTS / 4 * SUBSCRIBERS));
    }
}

/// The server may take the second of two before the first, and we would not know.
#[tokio::test]
async fn no_order_is_owed_to_what_is_published_at_the_same_time() {
    for (plan, answered_after, reordered) in
        [(PLAN, 1_000, 0), (IN_TURN, 30, EVENTS / 4 * SUBSCRIBERS)]
    {
        let deliver = |_, n| if n % 4 == 1 { Deliver::Late } else { Deliver::Once };
        let slow = Ack::Slow(Duration::from_millis(answered_after));
        let ack = move |n| if n % 4 == 1 { slow } else { Ack::Ok };
        let script = Script { deliver: Box::new(deliver), ack: Box::new(ack), ..Script::default() };
        let (load, _) = planned(script, plan).await;
        assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, 0, 0, reordered), "{plan}");
    }
}

#[tokio::test]
async fn the_last_events_are_missed_too() {
    let deliver = |_, n| if n >= EVENTS - 3 { Deliver::Never } else { Deliver::Once };
    let (load, _) =
        planned(Script { deliver: Box::new(deliver), ..Script::default() }, IN_TURN).await;
    assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, 3 * SUBSCRIBERS, 0, 0));
    assert_eq!(load.worst[0].missing, ["37-39"]);
}

#[tokio::test]
async fn who_gets_nothing_at_all_lost_everything() {
    let deliver = |stream, _| if stream == 0 { Deliver::Never } else { Deliver::Once };
    let (load, _) = run(Script { deliver: Box::new(deliver), ..Script::default() }).await;
    // An account without any event begins `settle` after its head, which can be the second event.
    let (expected, lost, ..) = counts(&load);
    assert_eq!(expected - lost, EVENTS * (SUBSCRIBERS - 1));
    assert!((EVENTS - 2..=EVENTS).contains(&lost), "{lost}");
    assert_eq!(load.worst.len(), 1);
    assert!(load.worst[0].missing[0].ends_with("-39"));
}

#[tokio::test]
async fn the_worst_subscribers_are_named_with_what_they_miss() {
    // Stream s of 8 loses s events from number 10 on.
    let deliver = |stream, n| match (10..10 + stream).contains(&n) {
        true => Deliver::Never,
        false => Deliver::Once,
    };
    let script = Script { deliver: Box::new(deliver), ..Script::default() };
    let (load, _) = planned(script, IN_TURN).await;
    assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, 28, 0, 0));
    let found: Vec<_> = load.worst.iter().map(|w| (w.lost, w.missing.join(","))).collect();
    assert_eq!(found[0], (7, "10-16".to_owned()));
    assert_eq!(found[6], (1, "10".to_owned()));
    assert_eq!(found.len(), 7);
}

#[tokio::test]
async fn events_of_another_run_are_counted_apart() {
    let script = Script {
        event: Box::new(|n, data| match n % 2 {
            0 => format!("data: {data}\n\ndata: hello\n\n"),
            _ => {
                let other = format!("{{\"ssecheck\":\"{:08x}{}", 0xdead_beef_u32, &data[21..]);
                format!("data: {data}\n\ndata: {other}\n\n")
            }
        }),
        ..Script::default()
    };
    let (load, _) = run(script).await;
    assert_eq!(counts(&load), (EVENTS * SUBSCRIBERS, 0, 0, 0));
    assert_eq!(load.events.foreign, EVENTS * SUBSCRIBERS);
    assert_eq!(load.events.events, 2 * EVENTS * SUBSCRIBERS);
}
