//! Many runs against correct servers: none of them may tell of a loss. By hand only: they take
//! minutes (`cargo test -p ssecheck-load --test suite -- --ignored patience`).

use std::time::Duration;

use ssecheck_model::load::Load;

use crate::drive::Drive;
use crate::hub::{Ack, End, Framing, Hub, Script};

const RUNS: usize = 100;

#[track_caller]
fn assert_correct(load: &Load) {
    let events = &load.events;
    let found = (events.lost, events.duplicated, events.reordered, events.foreign);
    assert_eq!(found, (0, 0, 0, 0), "{events:?} {:?} {:?}", load.worst, load.publishing);
    assert_eq!(load.connections.ended_early, 0);
}

async fn many(script: impl Fn(usize) -> Script, plan: &str) {
    for round in 0..RUNS {
        let hub = Hub::start(script(round));
        let load = Drive::new(&hub, &format!("seed: {round}\n{plan}")).run().await;
        assert_correct(&load);
    }
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn a_constant_run_tells_of_no_loss() {
    let framings = [Framing::Chunked, Framing::Close, Framing::Length(1 << 40)];
    let script =
        |n: usize| Script { framing: framings[n % 3], batch: 1 + n % 2, ..Script::default() };
    many(script, "subscribers: 20\nduration: 400ms\npublish: {rate: 500/s}\n").await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn a_churning_run_tells_of_no_loss() {
    let plan =
        "subscribers: 40\nduration: 600ms\nchurn: 100%\npublish: {rate: 500/s, publishers: 2}\n";
    many(|_| Script::default(), plan).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn a_churning_run_with_a_short_drain_and_a_slow_hook_tells_of_no_loss() {
    let plan = "subscribers: 40\nduration: 600ms\ndrain: 300ms\nchurn: 100%\n\
        publish: {rate: 300/s, arrival: poisson}\n";
    let ack = |n| if n % 7 == 0 { Ack::Slow(Duration::from_millis(40)) } else { Ack::OkClose };
    many(move |_| Script { ack: Box::new(ack), ..Script::default() }, plan).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn a_churning_run_with_a_failing_hook_tells_of_no_loss() {
    let plan =
        "subscribers: 40\nduration: 600ms\ndrain: 300ms\nchurn: 100%\npublish: {rate: 300/s}\n";
    let ack = |n| if n % 7 == 0 { Ack::Status(500) } else { Ack::Ok };
    many(move |_| Script { ack: Box::new(ack), ..Script::default() }, plan).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn storms_tell_of_no_loss() {
    let plan = "subscribers: 30\nduration: 700ms\npublish: {rate: 300/s}\n\
        storm: {at: 200ms, wait: {fixed: 50ms}}\nchurn: 30%\n";
    many(|_| Script::default(), plan).await;
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn a_stop_at_any_moment_tells_of_no_loss() {
    for round in 0..RUNS {
        let hub = Hub::start(Script::default());
        let plan = "subscribers: 20\nduration: 30s\nchurn: 50%\npublish: {rate: 500/s}\n";
        let after = 3 * round as u64;
        let load = Drive::new(&hub, plan).run_until(hub.until_published(after)).await.load;
        assert_correct(&load);
    }
}

#[tokio::test]
#[ignore = "takes minutes"]
async fn own_events_of_a_server_that_ends_streams_tell_of_no_loss() {
    for round in 0..RUNS {
        let by_id = round % 2 == 0;
        let hub = Hub::start(Script {
            event: Box::new(|n, data| format!("id: {n}\ndata: {data}\n\n")),
            greeting: "retry: 20\n\n".to_owned(),
            ..Script::default()
        });
        let ticks = hub.ticks(Duration::from_millis(1), |n| format!("{{\"n\":{n}}}"));
        let sequence = if by_id { "id" } else { "{pointer: /n}" };
        let plan = format!(
            "subscribers: 20\nduration: 600ms\nchurn: 100%\nserver: {{sequence: {sequence}}}\n"
        );
        let ending = async {
            loop {
                tokio::time::sleep(Duration::from_millis(70)).await;
                hub.end_all(End::Clean);
            }
        };
        let load = Drive::watching(&hub, &plan).run_until(ending).await.load;
        drop(ticks);
        assert_eq!(
            (load.events.lost, load.events.duplicated),
            (0, 0),
            "{:?} {:?}",
            load.events,
            load.worst
        );
    }
}
