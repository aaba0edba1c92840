//! Runs that end before their time.

use std::future::pending;
use std::time::{Duration, Instant};

use crate::drive::Drive;
use crate::hub::{Ack, Deliver, Hub, Script};

const LONG: &str = "subscribers: 6\nduration: 60s\npublish: {rate: 100/s}\n";

#[tokio::test]
async fn a_stop_ends_the_run_and_keeps_what_was_measured() {
    let hub = Hub::start(Script::default());
    let finished = Drive::new(&hub, LONG).run_until(hub.until_published(50)).await;
    assert!(finished.interrupted && finished.aborted.is_none());
    let load = finished.load;
    let publishing = load.publishing.as_ref().unwrap();
    assert!((50..3000).contains(&publishing.sent));
    assert_eq!(publishing.acknowledged, publishing.sent);
    assert_eq!(publishing.sent, hub.published());
    assert_eq!((load.events.expected, load.events.lost), (publishing.sent * 6, 0));
    assert_eq!(load.events.events, hub.tally().events);
}

#[tokio::test]
async fn a_stop_with_answers_and_waiting_events_outstanding_loses_nothing() {
    let ack = |_| Ack::Slow(Duration::from_millis(100));
    let hub = Hub::start(Script { ack: Box::new(ack), ..Script::default() });
    let plan = "subscribers: 4\nduration: 60s\npublish: {rate: 200/s, connections: 3, size: {fixed: 100000}}\n";
    let load = Drive::new(&hub, plan).run_until(hub.until_published(20)).await.load;
    let publishing = load.publishing.as_ref().unwrap();
    assert!(publishing.waited > 0);
    assert_eq!((publishing.sent, publishing.acknowledged), (hub.published(), hub.published()));
    assert_eq!((load.events.expected, load.events.lost), (hub.published() * 4, 0));
}

#[tokio::test]
async fn a_stop_while_connecting_reports_what_there_is() {
    let hub = Hub::start(Script::default());
    let plan = "subscribers: 1000\nramp: 20/s\nduration: 60s\npublish: {rate: 100/s}\n";
    let finished = Drive::new(&hub, plan).run_until(hub.until_open(5)).await;
    assert!(finished.interrupted);
    let found = &finished.load.connections;
    assert!((5..500).contains(&found.opened), "{found:?}");
    assert_eq!(finished.load.events.expected, 0);
}

#[tokio::test]
async fn a_threshold_that_stays_crossed_ends_the_run() {
    let deliver = |_, n| if n % 2 == 1 { Deliver::Never } else { Deliver::Once };
    let hub = Hub::start(Script { deliver: Box::new(deliver), ..Script::default() });
    let plan =
        format!("{LONG}interval: 100ms\nthresholds: ['fanout.p50 < 1us']\nabort_after: 300ms\n");
    let finished = Drive::new(&hub, &plan).run_until(pending()).await;
    assert!(!finished.interrupted);
    assert!(finished.aborted.unwrap().starts_with("fanout.p50 < 1us ("));
    assert!(hub.published() < 3000);
    assert!(!finished.load.thresholds[0].held);
}

#[tokio::test]
async fn a_target_that_dies_in_the_middle_is_told() {
    let mut hub = Hub::start(Script { greeting: "retry: 200\n\n".to_owned(), ..Script::default() });
    let plan = "subscribers: 6\nduration: 1500ms\ndrain: 500ms\npublish: {rate: 100/s}\n";
    let drive = Drive::new(&hub, plan);
    let state = std::sync::Arc::clone(&hub.state);
    let begun = std::thread::spawn(move || {
        let published = || state.published.load(std::sync::atomic::Ordering::SeqCst);
        while published() < 50 {
            std::thread::sleep(Duration::from_millis(2));
        }
        hub.stop();
    });
    let load = drive.run().await;
    begun.join().unwrap();
    let found = &load.connections;
    assert_eq!((found.opened, found.ended_early), (6, 6));
    assert!(found.failed_by["refused"] >= 6, "{found:?}");
    let publishing = load.publishing.as_ref().unwrap();
    assert!(publishing.failed_by["refused"] > 50, "{publishing:?}");
    assert_eq!(load.events.lost, 0, "{:?}", load.events);
}

#[tokio::test]
async fn a_hook_that_refuses_everything_does_not_make_the_drain_wait() {
    let hub = Hub::start(Script { ack: Box::new(|_| Ack::Status(500)), ..Script::default() });
    let plan = "subscribers: 3\nduration: 300ms\ndrain: 50s\npublish: {rate: 50/s}\n";
    let start = Instant::now();
    let load = Drive::new(&hub, plan).run().await;
    assert_eq!(load.events.lost, 0);
    assert!(start.elapsed() < Duration::from_secs(25), "half of the drain");
}
