//! The publishers: what fails is counted, and nothing makes them wait.

use std::time::Duration;

use ssecheck_load::table::Table;
use ssecheck_model::load::{Load, Publishing};

use crate::drive::Drive;
use crate::hub::{Ack, Hub, Script};

fn publishing(load: &Load) -> &Publishing {
    load.publishing.as_ref().unwrap()
}

async fn run(ack: impl Fn(u64) -> Ack + Send + Sync + 'static, plan: &str) -> (Load, Hub) {
    let hub = Hub::start(Script { ack: Box::new(ack), ..Script::default() });
    let load = Drive::new(&hub, plan).run().await;
    (load, hub)
}

const PLAN: &str = "subscribers: 5\nduration: 1s\ndrain: 400ms\npublish: {rate: 50/s}\n";

#[tokio::test]
async fn a_refused_publish_is_counted_and_its_event_is_not_owed() {
    let (load, _) = run(|n| if n % 5 == 1 { Ack::Status(500) } else { Ack::Ok }, PLAN).await;
    let found = publishing(&load);
    assert_eq!((found.sent, found.acknowledged, found.failed), (50, 40, 10));
    assert_eq!(found.failed_by["status-500"], 10);
    assert_eq!((load.events.expected, load.events.lost), (40 * 5, 0));
}

#[tokio::test]
async fn more_refusals_than_can_be_remembered_one_by_one_are_no_loss() {
    let plan = "subscribers: 3\nduration: 1s\ndrain: 1s\npublish: {rate: 4000/s}\n";
    for every in [1, 2] {
        let ack = move |n| if n % every == 0 { Ack::Status(503) } else { Ack::Ok };
        let (load, _) = run(ack, plan).await;
        let found = publishing(&load);
        assert_eq!(found.failed + found.acknowledged, found.sent);
        assert!(found.failed > 1000);
        assert_eq!(load.events.lost, 0, "{:?}", load.events);
    }
}

#[tokio::test]
async fn a_publish_that_is_reset_is_counted_and_its_event_is_not_owed() {
    let (load, _) = run(|n| if n % 10 == 3 { Ack::Reset } else { Ack::Ok }, PLAN).await;
    let found = publishing(&load);
    assert_eq!((found.sent, found.acknowledged, found.failed), (50, 45, 5));
    assert_eq!((load.events.expected, load.events.lost), (45 * 5, 0));
}

#[tokio::test]
async fn a_slow_answer_delays_no_event() {
    let (load, hub) = run(|_| Ack::Slow(Duration::from_millis(300)), PLAN).await;
    let found = publishing(&load);
    assert_eq!((found.scheduled, found.acknowledged, found.waited), (50, 50, 0));
    assert!(found.most_in_flight >= 10, "{}", found.most_in_flight);
    assert!(load.latency_us["ack"].min >= 300_000);
    // Each would be 300 ms later than the one before it; the whole schedule takes 1 s.
    let seen = hub.seen("/publish");
    assert!(seen[49].at - seen[0].at < Duration::from_secs(5));
    assert_eq!((load.events.expected, load.events.lost), (250, 0));
}

#[tokio::test]
async fn events_that_had_to_wait_for_a_connection_are_counted() {
    let plan = "subscribers: 2\nduration: 1s\npublish: {rate: 50/s, connections: 2}\n";
    let (load, _) = run(|_| Ack::Slow(Duration::from_millis(60)), plan).await;
    let found = publishing(&load);
    assert_eq!((found.scheduled, found.sent, found.acknowledged), (50, 50, 50));
    assert!(found.waited >= 40, "{}", found.waited);
    assert_eq!(found.most_in_flight, 2);
    assert_eq!((load.events.expected, load.events.lost), (100, 0));
    assert!(load.latency_us["slip"].max >= 60_000, "the wait is the publisher's lateness");
}

#[tokio::test]
async fn a_hook_that_closes_after_each_answer_gets_every_event() {
    let (load, hub) = run(|_| Ack::OkClose, PLAN).await;
    let found = publishing(&load);
    assert_eq!(hub.published(), 50);
    assert_eq!((found.scheduled, found.sent, found.failed), (50, 50, 0), "{found:?}");
    assert_eq!((load.events.expected, load.events.lost), (250, 0));
}

#[tokio::test]
async fn a_hook_that_nobody_listens_to_fails_each_event_and_none_is_lost() {
    let hub = Hub::start(Script::default());
    let dead = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hook = format!("publish: {{url: 'http://{dead}/', body: '{{{{data}}}}'}}");
    let load = Drive::at(&hub.url(), &hook, PLAN).run().await;
    let found = publishing(&load);
    assert_eq!((found.scheduled, found.acknowledged, found.failed), (50, 0, 50), "{found:?}");
    assert_eq!(found.failed_by["refused"], 50);
    assert_eq!((load.events.expected, load.events.lost), (0, 0));
}

#[tokio::test]
async fn who_leaves_is_not_owed_what_could_not_be_published() {
    let plan = "subscribers: 10\nduration: 1s\ndrain: 400ms\nchurn: 100%\npublish: {rate: 100/s}\n";
    let (load, _) = run(|n| if n % 3 == 1 { Ack::Status(500) } else { Ack::Ok }, plan).await;
    assert!(load.connections.opened > 12);
    assert_eq!(load.events.lost, 0, "{:?} {:?}", load.events, load.worst);
}

#[tokio::test]
async fn publishers_and_topics_keep_apart() {
    let hub = Hub::start(Script::default());
    let plan = "subscribers: 9\nduration: 1s\n\
        request: {url: '/events?topic={{topic}}'}\n\
        publish: {rate: 60/s, publishers: 6, topics: 3, \
        hook: {url: '/publish?topic={{topic}}', body: '{{data}}'}}\n";
    let load = Drive::watching(&hub, plan).run().await;
    assert_eq!(publishing(&load).acknowledged, 60);
    // Each topic has 2 publishers, so 20 of the events, and 3 subscribers.
    assert_eq!((load.events.expected, load.events.lost), (3 * 20 * 3, 0));
    assert_eq!((load.events.foreign, load.events.duplicated), (0, 0));
    for topic in 0..3 {
        assert_eq!(hub.seen(&format!("/events?topic={topic}")).len(), 3);
        assert_eq!(hub.seen(&format!("/publish?topic={topic}")).len(), 20);
    }
}

#[tokio::test]
async fn events_of_another_topic_are_foreign() {
    let hub = Hub::start(Script::default());
    let plan = "subscribers: 4\nduration: 1s\nrequest: {url: '/events?t={{topic}}'}\n\
        publish: {rate: 40/s, publishers: 2, topics: 2, \
        hook: {url: '/publish', headers: {x-topic: 't{{topic}}'}, body: '{{data}}'}}\n";
    let load = Drive::watching(&hub, plan).run().await;
    assert_eq!((load.events.expected, load.events.lost), (80, 0));
    assert_eq!(load.events.foreign, 80);
}

#[tokio::test]
async fn each_subscriber_has_its_own_url_and_fields() {
    let hub = Hub::start(Script::default());
    let plan = "subscribers: 5\nduration: 200ms\nvariables: users.csv\nrequest:\n  \
        url: '/events?user={{user}}&n={{subscriber}}'\n  \
        headers: {authorization: 'Bearer {{token}}', x-n: 'n{{subscriber}}'}\n\
        publish: {rate: 10/s}\n";
    let mut drive = Drive::new(&hub, plan);
    drive.variables = Some(Table::read("user,token\nann,s1\nbob,s2\n").unwrap());
    let load = drive.run().await;
    assert_eq!(load.connections.opened, 5);
    let mut seen: Vec<_> = hub
        .seen("/events")
        .iter()
        .map(|s| (s.path.clone(), s.field("authorization").unwrap(), s.field("x-n").unwrap()))
        .collect();
    seen.sort_by_key(|(.., n)| n.clone());
    for (n, found) in seen.iter().enumerate() {
        let (user, token) = [("ann", "s1"), ("bob", "s2")][n % 2];
        let path = format!("/events?user={user}&n={n}");
        assert_eq!(*found, (path, format!("Bearer {token}"), format!("n{n}")));
    }
}

#[tokio::test]
async fn sizes_arrive_as_drawn() {
    let hub = Hub::start(Script::default());
    let plan = "subscribers: 2\nduration: 1s\n\
        publish: {rate: 100/s, size: {choices: [{bytes: 200, weight: 3}, {bytes: 3000, weight: 1}]}}\n";
    let load = Drive::new(&hub, plan).run().await;
    let sizes: Vec<usize> = hub.seen("/publish").iter().map(|s| s.body).collect();
    let large = sizes.iter().filter(|size| **size == 3000).count();
    assert_eq!(large + sizes.iter().filter(|size| **size == 200).count(), 100);
    assert!((10..45).contains(&large), "{large} of 100 where 25 are due");
    // `data: ` and two line feeds around each.
    let bytes: usize = sizes.iter().map(|size| size + 8).sum();
    assert_eq!(load.events.bytes, 2 * bytes as u64);
    assert_eq!(load.events.lost, 0);
}

#[tokio::test]
async fn history_has_no_latency() {
    let hub = Hub::start(Script { replays_all: true, ..Script::default() });
    let plan = "subscribers: 2\nduration: 1s\ninterval: 100ms\n\
        steps: {add: 3, every: 500ms, times: 1}\npublish: {rate: 40/s}\n";
    let load = Drive::new(&hub, plan).run().await;
    // The account of who comes late begins with the history.
    assert_eq!((load.events.expected, load.events.lost), (5 * 40, 0));
    let replayed = load.events.replayed;
    assert!((3 * 15..=3 * 25).contains(&replayed), "{replayed}");
    let timed = load.latency_us["fanout"].count + load.events.untimed;
    assert_eq!(timed + replayed, 5 * 40);
}
