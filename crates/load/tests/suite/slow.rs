//! Subscribers that stop reading.

use ssecheck_model::load::{Load, SlowReaders};

use crate::drive::Drive;
use crate::hub::{Backlog, Hub, Script};

const PLAN: &str = "subscribers: 8\nduration: 2s\ndrain: 3s\n\
    publish: {rate: 100/s, size: {fixed: 8000}}\nslow: {share: 25%, at: 300ms, for: 1s}\n";

async fn run(backlog: Backlog) -> (Load, Hub) {
    let script = Script {
        backlog,
        send_buffer: Some(8192),
        greeting: "retry: 60000\n\n".to_owned(),
        ..Script::default()
    };
    let hub = Hub::start(script);
    let load = Drive::new(&hub, PLAN).run().await;
    (load, hub)
}

fn slow(load: &Load) -> &SlowReaders {
    let found = load.slow_readers.as_ref().unwrap();
    assert_eq!(found.subscribers, 2);
    assert_eq!(found.cut + found.dropped + found.buffered, 2, "{found:?}");
    assert_eq!((found.others_lost, load.events.lost), (0, 0));
    assert_eq!(load.events.expected, 6 * 200, "of the others");
    assert!(found.others_p99_during_us.is_some());
    assert_eq!(found.until_ms - found.from_ms, 1000);
    found
}

#[tokio::test]
async fn a_server_that_cuts_slow_readers_is_told() {
    let (load, _) = run(Backlog::Cut(20)).await;
    let found = slow(&load);
    assert_eq!((found.cut, found.dropped, found.buffered), (2, 0, 0));
    assert_eq!(load.connections.ended_early, 2);
}

#[tokio::test]
async fn a_server_that_drops_for_slow_readers_is_told() {
    let (load, _) = run(Backlog::Drop(20)).await;
    let found = slow(&load);
    assert_eq!((found.cut, found.dropped, found.buffered), (0, 2, 0));
    assert!(found.lost > 20, "{found:?}");
    assert_eq!(load.connections.ended_early, 0);
}

#[tokio::test]
async fn a_server_that_keeps_everything_for_slow_readers_is_told() {
    let (load, hub) = run(Backlog::Unbounded).await;
    let found = slow(&load);
    assert_eq!((found.cut, found.dropped, found.buffered), (0, 0, 2), "{found:?}");
    assert_eq!(found.lost, 0);
    assert_eq!(load.events.events, hub.tally().events);
}

#[tokio::test]
async fn a_slow_reader_of_several_publishers_counts_once() {
    let script =
        Script { backlog: Backlog::Drop(20), send_buffer: Some(8192), ..Script::default() };
    let hub = Hub::start(script);
    let plan = PLAN.replace("rate: 100/s", "rate: 100/s, publishers: 4");
    let load = Drive::new(&hub, &plan).run().await;
    assert_eq!(slow(&load).dropped, 2);
}
