//! Load switches: counts and order are exact.

use std::time::{Duration, Instant};

use ssecheck_testbed::{FindError, Testbed, find};

use crate::client::{Client, correct, fetch, publish, with};

/// The data of the n-th event.
pub(crate) fn payload(n: u64) -> String {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_micros();
    format!(r#"{{"ssecheck":"test","p":0,"n":{n},"t":{now},"s":{now},"pad":"xx"}}"#)
}

pub(crate) async fn publish_numbers(testbed: &Testbed, numbers: std::ops::Range<u64>) {
    for n in numbers {
        publish(testbed, &payload(n)).await;
    }
}

/// The sequence numbers that have come, in order.
pub(crate) fn numbers(client: &Client) -> Vec<u64> {
    let number = |data: &String| {
        let value: serde_json::Value = serde_json::from_str(data).unwrap();
        value["n"].as_u64().unwrap()
    };
    client.data().iter().map(number).collect()
}

async fn subscribers(testbed: &Testbed, count: usize) -> Vec<Client> {
    let mut clients = Vec::new();
    for n in 0..count {
        clients.push(Client::subscribe_or_refused(testbed).await);
        crate::client::until_subscribers(testbed, n + 1).await;
    }
    clients
}

/// What each of so many subscribers gets of so many events.
async fn received(switches: &[&str], clients: usize, wants: &[Vec<u64>]) -> Vec<Vec<u64>> {
    let testbed = with(switches);
    let mut clients = subscribers(&testbed, clients).await;
    publish_numbers(&testbed, 0..30).await;
    for (client, want) in clients.iter_mut().zip(wants) {
        client.until_events(want.len()).await;
    }
    testbed.shutdown().await;
    for client in &mut clients {
        client.until_end().await;
    }
    clients.iter().map(numbers).collect()
}

/// The numbers from 0 to 29 for which this holds.
fn those(keep: impl Fn(u64) -> bool) -> Vec<u64> {
    (0..30).filter(|n| keep(*n)).collect()
}

fn doubled(n: u64, k: u64) -> Vec<u64> {
    vec![n; if n % k == k - 1 { 2 } else { 1 }]
}

#[tokio::test]
async fn every_seventh_event_goes_to_nobody() {
    let want = vec![those(|n| n % 7 != 6); 3];
    assert_eq!(received(&["load-drop=7"], 3, &want).await, want);
}

#[tokio::test]
async fn a_dropped_event_is_not_replayed_either() {
    let testbed = with(&["load-drop=7"]);
    publish_numbers(&testbed, 0..30).await;
    let mut client = Client::subscribe(&testbed, "Last-Event-ID: 0\r\n").await;
    client.until_events(26).await;
    assert_eq!(numbers(&client), those(|n| n % 7 != 6));
    testbed.shutdown().await;
}

#[tokio::test]
async fn each_subscriber_can_lose_other_events() {
    let want: Vec<_> = (0..4).map(|j| those(|n| (n + j) % 3 != 0)).collect();
    assert_eq!(received(&["load-drop-one=3"], 4, &want).await, want);
}

#[tokio::test]
async fn every_fifth_event_comes_twice_in_a_row() {
    let want: Vec<u64> = (0..30).flat_map(|n| doubled(n, 5)).collect();
    let want = vec![want; 2];
    assert_eq!(received(&["load-double=5"], 2, &want).await, want);
}

#[tokio::test]
async fn every_fourth_event_comes_after_its_successor() {
    let mut want = those(|_| true);
    for n in (3..29).step_by(4) {
        want.swap(n, n + 1);
    }
    let want = vec![want; 2];
    assert_eq!(received(&["load-swap=4"], 2, &want).await, want);
}

#[tokio::test]
async fn an_event_that_no_other_overtakes_still_comes() {
    let testbed = with(&["load-swap=2"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish_numbers(&testbed, 0..2).await;
    client.until_events(2).await;
    assert_eq!(numbers(&client), [0, 1]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn events_without_a_payload_go_by_their_place() {
    let testbed = with(&["load-drop=3"]);
    let mut client = Client::subscribe(&testbed, "").await;
    for n in 0..7 {
        publish(&testbed, &format!("plain {n}")).await;
    }
    client.until_events(5).await;
    assert_eq!(client.data(), ["plain 0", "plain 1", "plain 3", "plain 4", "plain 6"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_hub_stalls_after_the_tenth_event_and_loses_nothing() {
    let testbed = with(&["load-stall=300ms"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish_numbers(&testbed, 0..9).await;
    let before_the_tenth = Instant::now();
    publish_numbers(&testbed, 9..11).await;
    assert!(before_the_tenth.elapsed() >= Duration::from_millis(300));
    publish_numbers(&testbed, 11..30).await;
    client.until_events(30).await;
    assert_eq!(numbers(&client), those(|_| true));
    testbed.shutdown().await;
}

#[tokio::test]
async fn connections_are_accepted_at_a_rate() {
    let testbed = with(&["load-slow-accept=20"]);
    let start = Instant::now();
    subscribers(&testbed, 6).await;
    assert!(start.elapsed() >= Duration::from_millis(5 * 50));
    testbed.shutdown().await;
}

#[tokio::test]
async fn streams_close_after_their_events_by_fin_and_by_rst_in_turn() {
    let testbed = with(&["load-close=3"]);
    let mut clients = subscribers(&testbed, 4).await;
    publish_numbers(&testbed, 0..5).await;
    for (j, client) in clients.iter_mut().enumerate() {
        let clean = client.until_end().await;
        assert_eq!(clean, j % 2 == 0, "subscriber {j}");
        assert_eq!(client.raw_body().ends_with(b"\r\n0\r\n\r\n"), clean);
        assert_eq!(numbers(client), [0, 1, 2]);
    }
    let mut resumed = Client::subscribe(&testbed, "Last-Event-ID: 3\r\n").await;
    publish_numbers(&testbed, 5..7).await;
    assert!(resumed.until_end().await);
    assert_eq!(numbers(&resumed), [3, 4, 5]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn streams_close_in_the_same_way_in_every_framing() {
    for framing in FRAMINGS {
        let testbed = with(&[&["load-close=2"], *framing].concat());
        let mut clients = subscribers(&testbed, 2).await;
        publish_numbers(&testbed, 0..3).await;
        let ends = [clients[0].until_end().await, clients[1].until_end().await];
        assert_eq!(ends, [true, false], "{framing:?}");
        assert_eq!([numbers(&clients[0]), numbers(&clients[1])], [[0, 1], [0, 1]], "{framing:?}");
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn a_closed_stream_is_no_subscriber_any_more() {
    let testbed = with(&["load-close=1"]);
    let mut clients = subscribers(&testbed, 2).await;
    publish_numbers(&testbed, 0..1).await;
    for client in &mut clients {
        client.until_end().await;
    }
    crate::client::until_subscribers(&testbed, 0).await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_slow_publication_is_delivered_before_it_is_answered() {
    let testbed = with(&["load-slow-publish=20s"]);
    let mut client = Client::subscribe(&testbed, "").await;
    let body = r#"{"data":"x"}"#;
    let head = format!("POST /publish HTTP/1.1\r\nHost: t\r\nContent-Length: {}\r\n", body.len());
    let mut publisher = Client::send(&testbed, &format!("{head}\r\n{body}")).await;
    tokio::select! {
        biased;
        () = publisher.until("HTTP/1.1") => panic!("answered first"),
        () = client.until_events(1) => {}
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_slow_publication_is_answered_in_the_end() {
    let testbed = with(&["load-slow-publish=100ms"]);
    let start = Instant::now();
    assert_eq!(publish(&testbed, "x").await, "1");
    assert!(start.elapsed() >= Duration::from_millis(100));
    testbed.shutdown().await;
}

#[tokio::test]
async fn coalesced_events_share_chunks() {
    let testbed = with(&["load-coalesce=500ms", "load-delay=fixed:50ms"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish_numbers(&testbed, 0..30).await;
    client.until_events(30).await;
    assert_eq!(numbers(&client), those(|_| true));
    let chunks = client.text().matches("\r\n").count() / 2;
    assert!(chunks < 30, "{chunks} chunks for 30 events");
    testbed.shutdown().await;
}

#[tokio::test]
async fn small_writes_go_on_as_long_as_the_connection() {
    let testbed = with(&["load-split=1"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish(&testbed, &"x".repeat(10_000)).await;
    client.until_events(1).await;
    publish(&testbed, &"y".repeat(2_000)).await;
    let mut reads = 0;
    while client.events().len() < 2 {
        client.until_more().await;
        reads += 1;
    }
    assert!(reads > 1, "one read");
    testbed.shutdown().await;
}

/// Framings that are legal, and all of them at once.
pub(crate) const FRAMINGS: &[&[&str]] = &[
    &[],
    &["close-delimited"],
    &["http10-answer"],
    &["byte-chunks"],
    &["chunk-extensions"],
    &["split-everywhere"],
    &["interim-103"],
    &["crlf-line-ends"],
    &["cr-line-ends"],
    &["load-split=3"],
    &["load-coalesce=20ms"],
    &["byte-chunks", "load-coalesce=20ms", "load-split=2"],
    &["close-delimited", "split-everywhere", "load-coalesce=20ms", "load-split=2"],
    &["close-delimited", "byte-chunks", "load-coalesce=20ms", "load-split=5", "crlf-line-ends"],
];

#[tokio::test]
async fn faults_are_the_same_in_every_framing() {
    let faults = ["load-drop=7", "load-double=5", "load-swap=4", "load-delay=uniform:0ms..5ms"];
    let mut want = Vec::new();
    let mut held = None;
    for n in those(|n| n % 7 != 6) {
        match held.take() {
            Some(first) => want.extend([doubled(n, 5), doubled(first, 5)].concat()),
            None if n % 4 == 3 => held = Some(n),
            None => want.extend(doubled(n, 5)),
        }
    }
    let want = vec![want; 2];
    for framing in FRAMINGS {
        let switches = [&faults[..], framing].concat();
        assert_eq!(received(&switches, 2, &want).await, want, "{framing:?}");
    }
}

#[tokio::test]
async fn delays_keep_order_and_hold_every_event_back() {
    let testbed = with(&["load-truth", "load-delay=uniform:100ms..200ms"]);
    let mut clients = subscribers(&testbed, 3).await;
    publish_numbers(&testbed, 0..20).await;
    for client in &mut clients {
        client.until_events(20).await;
        assert_eq!(numbers(client), (0..20).collect::<Vec<_>>());
    }
    let (_, from_actual) = crate::truth::told(&testbed).await;
    assert_eq!(from_actual.len(), 60);
    assert!(from_actual.iter().all(|latency| *latency >= 100_000), "{from_actual:?}");
    testbed.shutdown().await;
}

#[test]
fn load_switches_are_no_rows_of_the_kill_matrix() {
    let name = "load-drop=7".to_owned();
    assert_eq!(find(&name), Err(FindError::Load { name }));
}

#[tokio::test]
async fn truth_is_told_only_where_it_is_asked_for() {
    let testbed = correct();
    assert_eq!(fetch(&testbed, "/truth", "").await.status(), 404);
    testbed.shutdown().await;
}
