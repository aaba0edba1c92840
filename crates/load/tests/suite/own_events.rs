//! The server's own events: told apart by ids, by a number, or not at all.

use std::time::{Duration, SystemTime};

use ssecheck_model::load::Load;

use crate::drive::Drive;
use crate::hub::{Deliver, End, Hub, Script};

const EVERY: Duration = Duration::from_millis(20);
const N: u64 = 6;

fn json(n: u64) -> String {
    format!("{{\"seq\":{}}}", n + 1000)
}

async fn run(script: Script, server: &str, data: fn(u64) -> String) -> (Load, Hub) {
    let hub = Hub::start(script);
    let ticks = hub.ticks(EVERY, data);
    let plan = format!("subscribers: {N}\nduration: 1s\n{server}");
    let load = Drive::watching(&hub, &plan).run().await;
    drop(ticks);
    (load, hub)
}

fn with_ids() -> Script {
    Script { event: Box::new(|n, data| format!("id: e{n}\ndata: {data}\n\n")), ..Script::default() }
}

const BY_ID: &str = "server: {sequence: id}\n";
const BY_NUMBER: &str = "server: {sequence: {pointer: /seq}}\n";

#[tokio::test]
async fn a_correct_server_loses_nothing_and_each_event_has_a_spread() {
    for (script, server, name) in [
        (with_ids(), BY_ID, "id"),
        (with_ids(), "", "id"),
        (Script::default(), BY_NUMBER, "pointer"),
    ] {
        let (load, _) = run(script, server, json).await;
        let events = &load.events;
        assert_eq!(events.sequence, name);
        assert_eq!((events.lost, events.duplicated, events.reordered), (0, 0, 0), "{events:?}");
        assert_eq!((events.replayed, events.missed_away), (0, 0));
        assert_eq!(events.received, events.events);
        let spread = load.latency_us["spread"].count;
        assert!(spread.abs_diff(events.events / N) <= 8, "{spread} of {}", events.events / N);
        assert!(load.latency_us["gap"].count > 0);
    }
}

#[tokio::test]
async fn without_a_sequence_nothing_is_claimed() {
    for server in ["", "server: {sequence: none}\n"] {
        let (load, _) = run(Script::default(), server, json).await;
        assert_eq!(load.events.sequence, "none");
        let events = &load.events;
        assert_eq!((events.expected, events.lost, events.duplicated), (events.events, 0, 0));
        assert!(events.events > 100);
        assert!(load.latency_us["gap"].count > 0);
    }
}

#[tokio::test]
async fn what_one_subscriber_does_not_get_is_lost() {
    let deliver = |stream, n| match (stream, n % 5) {
        (2, 1) => Deliver::Never,
        (4, 3) => Deliver::Twice,
        _ => Deliver::Once,
    };
    for (mut script, server) in [(with_ids(), BY_ID), (Script::default(), BY_NUMBER)] {
        script.deliver = Box::new(deliver);
        let (load, _) = run(script, server, json).await;
        let events = &load.events;
        let fifth = events.events / N / 5;
        assert!(events.lost.abs_diff(fifth) <= 2, "{events:?}");
        assert!(events.duplicated.abs_diff(fifth) <= 2, "{events:?}");
        let named: Vec<u64> = load.worst.iter().map(|worst| worst.subscriber).collect();
        assert_eq!(named.len(), 2);
    }
}

#[tokio::test]
async fn the_time_away_is_not_lost() {
    for (mut script, server) in [(with_ids(), BY_ID), (Script::default(), BY_NUMBER)] {
        script.greeting = "retry: 150\n\n".to_owned();
        let hub = Hub::start(script);
        let ticks = hub.ticks(Duration::from_millis(2), json);
        let plan = format!("subscribers: {N}\nduration: 1500ms\n{server}");
        let ending = async {
            for _ in 0..6 {
                hub.until_open(N as usize).await;
                tokio::time::sleep(Duration::from_millis(100)).await;
                hub.end_all(End::Clean);
                hub.until(|hub| hub.open() == 0).await;
            }
            std::future::pending::<()>().await;
        };
        let load = Drive::watching(&hub, &plan).run_until(ending).await.load;
        drop(ticks);
        assert!(load.connections.reconnected >= 3 * N, "{:?}", load.connections);
        assert_eq!((load.events.lost, load.events.duplicated), (0, 0), "{:?}", load.events);
    }
}

#[tokio::test]
async fn history_is_neither_spread_nor_late() {
    let script = Script { replays_all: true, ..with_ids() };
    let server = "server: {sequence: id, timestamp: {pointer: /at}}\n\
        steps: {add: 4, every: 600ms, times: 1}\n";
    let (load, _) = run(script, server, stamp_ms).await;
    assert_eq!((load.events.lost, load.events.duplicated), (0, 0));
    assert!(load.events.replayed >= 4 * 25, "{}", load.events.replayed);
    // History is 600 ms old at least; the first subscribers have none of that age.
    let late = load.latency_us["fanout_from_stamp"].max.max(load.latency_us["spread"].max);
    assert!(late < 500_000, "{late}");
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap()
}

fn stamp_ms(_: u64) -> String {
    format!("{{\"at\":{}}}", since_epoch().as_millis())
}

fn stamp_text(_: u64) -> String {
    let now = jiff::Timestamp::now();
    format!("{{\"at\":\"{now:.6}\"}}")
}

fn stamp_before(_: u64) -> String {
    format!("{{\"at\":{}}}", since_epoch().as_secs_f64() - 1.0)
}

#[tokio::test]
async fn a_time_stamp_gives_a_latency() {
    for (data, unit, least) in [
        (stamp_ms as fn(u64) -> String, "ms", 0),
        (stamp_text, "rfc3339", 0),
        (stamp_before, "s", 990_000),
    ] {
        let server = format!("server: {{timestamp: {{pointer: /at, unit: {unit}}}}}\n");
        let (load, _) = run(with_ids(), &server, data).await;
        let found = &load.latency_us["fanout_from_stamp"];
        assert!(found.count + load.events.untimed + load.events.replayed >= load.events.events);
        assert!(found.count > 0 && found.min >= least && found.p50 < least + 900_000, "{found:?}");
        assert!(load.generator.stamp_clock.as_ref().unwrap().contains("one clock"));
    }
}
