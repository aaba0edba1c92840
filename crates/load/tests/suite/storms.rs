//! All streams are cut at once, and what becomes of their subscribers.

use ssecheck_model::load::{Load, StormResult};

use crate::drive::Drive;
use crate::hub::{Hub, Script};

/// A server with ids, whose time to wait is 300 ms.
fn script(resumes: bool) -> Script {
    Script {
        event: Box::new(|n, data| format!("id: {n}\ndata: {data}\n\n")),
        greeting: "retry: 300\n\n".to_owned(),
        resumes,
        ..Script::default()
    }
}

const N: u64 = 10;

async fn run(resumes: bool, storm: &str) -> (Load, Hub) {
    let hub = Hub::start(script(resumes));
    let plan = format!(
        "subscribers: {N}\nduration: 1500ms\npublish: {{rate: 100/s}}\nstorm: {{at: 500ms{storm}}}\n"
    );
    let drive = Drive::new(&hub, &plan);
    let load = match resumes {
        true => {
            let target = drive.target.replace("[publish]", "[publish, resume]");
            Drive { target, ..drive }.run().await
        }
        false => drive.run().await,
    };
    (load, hub)
}

fn storm(load: &Load) -> &StormResult {
    let found = load.storm.as_ref().unwrap();
    assert_eq!((found.cut, found.back, found.failed_attempts), (N, N, 0), "{found:?}");
    assert_eq!((load.connections.opened, load.connections.reconnected), (2 * N, N));
    assert_eq!(load.connections.ended_early, 0, "we cut them, not the server");
    found
}

/// The ids with which subscribers came back.
fn ids(hub: &Hub) -> Vec<u64> {
    let ids = hub.seen("/events").into_iter().filter_map(|seen| seen.field("last-event-id"));
    ids.map(|id| id.parse().unwrap()).collect()
}

#[tokio::test]
async fn a_server_that_resumes_loses_nothing_in_a_storm() {
    let (load, hub) = run(true, "").await;
    let found = storm(&load);
    assert_eq!((load.events.expected, load.events.lost), (150 * N, 0), "{:?}", load.events);
    assert_eq!((load.events.missed_away, load.events.duplicated), (0, 0));
    assert_eq!((found.retry_ms, found.lost), (Some(300), 0));
    assert!(found.back_50_ms.unwrap() >= 300 && found.back_100_ms >= found.back_50_ms);
    let ids = ids(&hub);
    assert_eq!(ids.len() as u64, N);
    assert!(ids.iter().all(|id| (40..70).contains(id)), "{ids:?}");
    // About 30 of the time away for each; those of the margin after it are no replay.
    let replayed = found.replayed / N;
    assert!((25..=45).contains(&replayed), "{found:?}");
    let timed = load.latency_us["fanout"].count + load.events.untimed;
    assert_eq!(timed + load.events.replayed, load.events.received);
}

#[tokio::test]
async fn a_server_that_does_not_resume_owes_nothing_for_the_time_away() {
    let (load, _) = run(false, "").await;
    let found = storm(&load);
    assert_eq!(load.events.lost, 0, "{:?}", load.events);
    let away = load.events.missed_away;
    assert!((25 * N..=60 * N).contains(&away), "{away}");
    assert_eq!(load.events.expected + away, 150 * N);
    assert_eq!(found.lost, away);
}

#[tokio::test]
async fn a_server_that_breaks_its_promise_to_resume_loses_the_time_away() {
    let hub = Hub::start(script(false));
    let plan = format!(
        "subscribers: {N}\nduration: 1500ms\npublish: {{rate: 100/s}}\nstorm: {{at: 500ms}}\n"
    );
    let drive = Drive::new(&hub, &plan);
    let target = drive.target.replace("[publish]", "[publish, resume]");
    let load = Drive { target, ..drive }.run().await;
    assert_eq!(load.events.expected, 150 * N);
    assert!((25 * N..=60 * N).contains(&load.events.lost), "{:?}", load.events);
    assert_eq!(load.events.lost, load.events.missed_away);
}

#[tokio::test]
async fn every_way_to_cut_and_to_wait_comes_back_and_loses_nothing() {
    for (options, least, most, fin) in [
        (", how: close", 300, 1000, true),
        (", how: reset, wait: nothing", 0, 300, false),
        (", wait: jitter", 300, 1000, false),
        (", how: close, wait: {fixed: 100ms}", 100, 300, true),
    ] {
        let (load, hub) = run(true, options).await;
        let found = storm(&load);
        assert_eq!((load.events.expected, load.events.lost), (150 * N, 0), "{options}");
        let back = (found.back_50_ms.unwrap(), found.back_100_ms.unwrap());
        assert!(back.0 >= least && back.0 < most, "{options}: {back:?}");
        let left = hub.state.left.lock().unwrap().clone();
        assert!(left.iter().take(N as usize).all(|(_, by_fin)| *by_fin == fin), "{left:?}");
    }
}

#[tokio::test]
async fn who_never_comes_back_is_told() {
    let hub = Hub::start(Script { greeting: "retry: 60000\n\n".to_owned(), ..Script::default() });
    let plan = format!(
        "subscribers: {N}\nduration: 800ms\npublish: {{rate: 50/s}}\nstorm: {{at: 300ms}}\n"
    );
    let load = Drive::new(&hub, &plan).run().await;
    let found = load.storm.as_ref().unwrap();
    assert_eq!((found.cut, found.back, found.back_50_ms), (N, 0, None));
    assert_eq!(load.events.lost, 0);
}
