//! Resumption on the correct server.

use std::sync::Arc;

use ssecheck_testbed::{Config, Testbed};

use crate::client::{Client, correct, post, publish};

#[tokio::test]
async fn a_cursor_gets_what_came_after_it_once_and_in_order() {
    let testbed = correct();
    for n in 1..=5 {
        publish(&testbed, &format!("e{n}")).await;
    }
    let mut client = Client::subscribe(&testbed, "Last-Event-ID: 2\r\n").await;
    publish(&testbed, "e6").await;
    client.until_events(4).await;
    assert_eq!(client.data(), ["e3", "e4", "e5", "e6"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_newest_cursor_and_none_get_live_events_only() {
    let testbed = correct();
    publish(&testbed, "old").await;
    let mut clients = [
        Client::subscribe(&testbed, "").await,
        Client::subscribe(&testbed, "Last-Event-ID: 1\r\n").await,
        Client::subscribe(&testbed, "Last-Event-ID: \r\n").await,
    ];
    publish(&testbed, "new").await;
    for client in &mut clients {
        client.until_events(1).await;
        assert_eq!(client.data(), ["new"]);
        assert!(!client.text().contains("unknown"));
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_unknown_cursor_is_told_and_gets_live_events() {
    let testbed = correct();
    publish(&testbed, "old").await;
    let long = "x".repeat(60_000);
    for cursor in ["nowhere", "-1", "9e99", "日本", &long] {
        let header = format!("Last-Event-ID: {cursor}\r\n");
        let mut client = Client::subscribe(&testbed, &header).await;
        client.until("event: reset\ndata: the last event id is unknown").await;
        let id = publish(&testbed, "new").await;
        client.until(&format!("id: {id}\n")).await;
        client.until_events(2).await;
        assert_eq!(client.data()[1..], ["new"]);
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_id_beyond_ascii_is_a_cursor_like_any() {
    let testbed = correct();
    post(&testbed, r#"{"id":"é日","data":"first"}"#).await;
    publish(&testbed, "second").await;
    let mut client = Client::subscribe(&testbed, "last-event-id: é日\r\n").await;
    client.until_events(1).await;
    assert_eq!(client.data(), ["second"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_cursor_that_fell_out_of_the_history_is_unknown() {
    let testbed = Testbed::start(Config { history: 3, ..Config::default() }).unwrap();
    for n in 1..=5 {
        publish(&testbed, &format!("e{n}")).await;
    }
    let mut gone = Client::subscribe(&testbed, "Last-Event-ID: 2\r\n").await;
    gone.until("unknown").await;
    let mut kept = Client::subscribe(&testbed, "Last-Event-ID: 3\r\n").await;
    kept.until_events(2).await;
    assert_eq!(kept.data(), ["e4", "e5"]);
    testbed.shutdown().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resuming_while_others_publish_loses_and_repeats_nothing() {
    const EVENTS: usize = 300;
    let testbed = Arc::new(correct());
    publish(&testbed, "0").await;
    let publisher = tokio::spawn({
        let testbed = Arc::clone(&testbed);
        async move {
            for n in 1..EVENTS {
                publish(&testbed, &n.to_string()).await;
            }
        }
    });
    let mut data = vec!["0".to_owned()];
    let mut cursor = "1".to_owned();
    let mut connections = 0;
    while data.len() < EVENTS {
        let mut client = Client::subscribe(&testbed, &format!("Last-Event-ID: {cursor}\r\n")).await;
        client.until_events(1).await;
        data.extend(client.data());
        cursor = client.ids().pop().unwrap();
        connections += 1;
    }
    publisher.await.unwrap();
    assert_eq!(data, (0..EVENTS).map(|n| n.to_string()).collect::<Vec<_>>());
    assert!(connections > 1, "nothing was resumed");
    Arc::into_inner(testbed).unwrap().shutdown().await;
}
