//! Who comes and goes when.

use std::time::{Duration, Instant};

use ssecheck_model::load::Load;

use crate::drive::Drive;
use crate::hub::{Hub, Script};

async fn run(plan: &str) -> (Load, Hub) {
    let hub = Hub::start(Script::default());
    let load = Drive::new(&hub, plan).run().await;
    (load, hub)
}

/// When the streams were asked for, as parts of the time from the first to the last.
fn parts(hub: &Hub) -> Vec<f64> {
    let at: Vec<Instant> = hub.seen("/events").iter().map(|seen| seen.at).collect();
    let (first, whole) = (at[0], at[at.len() - 1] - at[0]);
    at.into_iter().map(|at| (at - first).div_duration_f64(whole)).collect()
}

#[tokio::test]
async fn subscribers_join_evenly_and_in_the_order_of_their_numbers() {
    let plan = "subscribers: 20\nramp: 20/s\nduration: 200ms\npublish: {rate: 10/s}\n\
        request: {headers: {x-n: '{{subscriber}}'}}\n";
    let (load, hub) = run(plan).await;
    assert_eq!((load.connections.opened, load.connections.late), (20, 0));
    let numbers: Vec<u32> =
        hub.seen("/events").iter().map(|s| s.field("x-n").unwrap().parse().unwrap()).collect();
    assert!(numbers.is_sorted());
    for (n, part) in parts(&hub).iter().enumerate() {
        assert!((part - n as f64 / 19.0).abs() < 0.2, "{n}: {part}");
    }
    assert_eq!((load.events.expected, load.events.lost), (40, 0));
}

#[tokio::test]
async fn steps_add_subscribers_that_are_owed_what_comes_after() {
    let plan = "subscribers: 4\nduration: 1200ms\npublish: {rate: 50/s}\n\
        steps: {add: 6, every: 400ms, times: 2}\n";
    let (load, hub) = run(plan).await;
    assert_eq!((load.connections.opened, load.connections.peak), (16, 16));
    assert_eq!((load.events.lost, load.events.duplicated), (0, 0));
    // 60 for those of the start, 40 and 20 for those of the steps, less a margin of 100 ms each.
    let all = 4 * 60 + 6 * 40 + 6 * 20;
    assert!((all - 12 * 6..=all).contains(&load.events.expected), "{}", load.events.expected);
    assert_eq!(load.events.received + load.events.foreign, hub.tally().events);
    let parts = parts(&hub);
    assert!(parts[3] < 0.3 && parts[4] > 0.4 && parts[9] < 0.8 && parts[10] > 0.9, "{parts:?}");
}

#[tokio::test]
async fn a_crowd_comes_and_leaves_again_in_peace() {
    let plan = "subscribers: 4\nduration: 1200ms\npublish: {rate: 50/s}\n\
        spike: {at: 300ms, add: 10, for: 400ms}\n";
    let (load, hub) = run(plan).await;
    let found = &load.connections;
    assert_eq!((found.opened, found.peak, found.ended_early), (14, 14, 0));
    assert_eq!((load.events.lost, load.events.duplicated), (0, 0));
    // The crowd leaves by FIN; the run's end resets the others.
    let left = hub.state.left.lock().unwrap().clone();
    assert_eq!(left.iter().filter(|(number, fin)| *number >= 4 && *fin).count(), 10);
    assert!(load.series.iter().any(|interval| interval.open == 14));
    assert_eq!(load.series.last().unwrap().open, 4);
}

#[tokio::test]
async fn who_leaves_and_comes_again_loses_nothing_and_is_no_reconnect() {
    let plan = "subscribers: 20\nduration: 1500ms\nchurn: 100%\npublish: {rate: 200/s}\n";
    let (load, hub) = run(plan).await;
    let found = &load.connections;
    // 20 leave per second, give or take what chance makes of it.
    assert!((30..90).contains(&found.opened), "{found:?}");
    assert_eq!((found.ended_early, found.reconnected, found.failed), (0, 0, 0));
    assert_eq!((load.events.lost, load.events.duplicated, load.events.reordered), (0, 0, 0));
    assert!(load.events.received > 20 * 200, "{:?}", load.events);
    let left = hub.state.left.lock().unwrap().iter().filter(|(_, fin)| *fin).count() as u64;
    assert_eq!(left, found.opened - 20);
    assert!(hub.seen("/events").iter().all(|seen| seen.field("last-event-id").is_none()));
}

#[tokio::test]
async fn churn_hides_no_loss() {
    let deliver = |_, n| match n % 10 {
        3 => crate::hub::Deliver::Never,
        _ => crate::hub::Deliver::Once,
    };
    let hub = Hub::start(Script { deliver: Box::new(deliver), ..Script::default() });
    let plan = "subscribers: 20\nduration: 1500ms\nchurn: 100%\npublish: {rate: 200/s}\n";
    let load = Drive::new(&hub, plan).run().await;
    let share = load.events.lost as f64 / load.events.expected as f64;
    assert!((0.08..0.11).contains(&share), "{:?}", load.events);
}

#[tokio::test]
async fn the_worst_of_late_comers_is_told() {
    // The head comes only when publishing has begun.
    let hub = Hub::start(Script::default());
    let plan =
        "subscribers: 3\nsettle: 0ms\nramp: 100000/s\nduration: 300ms\npublish: {rate: 50/s}\n";
    let load = Drive::new(&hub, plan).run().await;
    assert!(load.connections.late > 0);
    assert_eq!(load.events.lost, 0);
    assert!(Duration::from_millis(load.plan.duration_ms) == Duration::from_millis(300));
}
