//! Subscribers of the correct server.

use std::time::Duration;

use ssecheck_testbed::{Config, Testbed};

use crate::client::{Client, correct, post, publish, stat, until_subscribers};

#[tokio::test]
async fn every_subscriber_gets_every_event_in_order() {
    let testbed = correct();
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(Client::subscribe(&testbed, "").await);
    }
    let want: Vec<String> = (0..50).map(|n| format!("event {n}")).collect();
    for data in &want {
        publish(&testbed, data).await;
    }
    for client in &mut clients {
        client.until_events(50).await;
        assert_eq!(client.data(), want);
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn subscribers_are_counted_until_they_leave() {
    let testbed = correct();
    until_subscribers(&testbed, 0).await;
    let first = Client::subscribe(&testbed, "").await;
    let second = Client::subscribe(&testbed, "").await;
    until_subscribers(&testbed, 2).await;
    drop(first);
    until_subscribers(&testbed, 1).await;
    second.reset();
    until_subscribers(&testbed, 0).await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn silence_is_broken_by_comments() {
    let heartbeat = Duration::from_millis(20);
    let testbed = Testbed::start(Config { heartbeat, ..Config::default() }).unwrap();
    let mut client = Client::subscribe(&testbed, "").await;
    client.until(": heartbeat\n\n").await;
    publish(&testbed, "x").await;
    client.until_events(1).await;
    assert_eq!(client.data(), ["x"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn shutdown_ends_streams_with_the_last_chunk() {
    let testbed = correct();
    let mut client = Client::subscribe(&testbed, "").await;
    let (clean, ()) = tokio::join!(client.until_end(), testbed.shutdown());
    assert!(clean);
    assert!(client.raw_body().ends_with(b"\r\n0\r\n\r\n"), "{}", client.text());
}

#[tokio::test]
async fn a_slow_reader_is_cut_and_others_lose_nothing() {
    let testbed = correct();
    let mut slow = Client::subscribe(&testbed, "").await;
    let mut quick = Client::subscribe(&testbed, "").await;
    let filler = "x".repeat(512 * 1024);
    let mut published = 0;
    // 20 MiB of queue, pipe and kernel buffers at the most.
    while published < 80 && subscribers(&testbed).await == 2 {
        published += 1;
        publish(&testbed, &format!("{filler} {published}")).await;
        quick.until_ends_with(&format!(" {published}\n\n\r\n")).await;
    }
    assert_eq!(subscribers(&testbed).await, 1, "the slow reader is still there");
    assert_eq!(quick.ids(), (1..=published).map(|n| n.to_string()).collect::<Vec<_>>());
    slow.until_end().await;
    assert!(!slow.raw_body().ends_with(b"\r\n0\r\n\r\n"));
    let ids: Vec<usize> = slow.ids().iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids, (1..=ids.len()).collect::<Vec<_>>(), "no gap before the cut");
    assert!(ids.len() < published);
    testbed.shutdown().await;
}

async fn subscribers(testbed: &Testbed) -> u64 {
    stat(testbed, "subscribers").await
}

#[tokio::test]
async fn a_restart_ends_every_stream_with_a_time_of_its_own_and_keeps_the_history() {
    let testbed = correct();
    publish(&testbed, "a").await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(Client::subscribe(&testbed, "").await);
    }
    publish(&testbed, "b").await;
    let restart = "POST /restart HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    let mut answer = Client::send(&testbed, restart).await;
    answer.until_end().await;
    assert_eq!(answer.status(), 204);
    let mut farewells = std::collections::BTreeSet::new();
    for client in &mut clients {
        client.until("\r\n0\r\n\r\n").await;
        assert_eq!(client.data(), ["b"]);
        let body = String::from_utf8(client.body()).unwrap();
        farewells.insert(body.rsplit("retry: ").next().unwrap().to_owned());
    }
    assert_eq!(farewells.len(), 3, "{farewells:?}");
    until_subscribers(&testbed, 0).await;
    let mut back = Client::subscribe(&testbed, "Last-Event-ID: 1\r\n").await;
    back.until_events(1).await;
    assert_eq!(back.data(), ["b"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn work_is_counted_as_long_as_its_stream_is_open() {
    let testbed = correct();
    assert_eq!(stat(&testbed, "running").await, 0);
    let client = Client::subscribe(&testbed, "").await;
    assert_eq!(stat(&testbed, "running").await, 1);
    drop(client);
    until_subscribers(&testbed, 0).await;
    assert_eq!((stat(&testbed, "running").await, stat(&testbed, "queued_bytes").await), (0, 0));
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_event_of_the_largest_size_gets_through() {
    let testbed = correct();
    let mut client = Client::subscribe(&testbed, "").await;
    let data = "y".repeat((1 << 20) - 20);
    assert_eq!(post(&testbed, &format!("{{\"data\":\"{data}\"}}")).await.status(), 200);
    client.until("y\n\n").await;
    assert_eq!(client.data(), [data]);
    testbed.shutdown().await;
}
