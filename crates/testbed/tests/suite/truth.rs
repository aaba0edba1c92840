//! `GET /truth`: when deliveries were written, against a reader's clock.

use std::time::UNIX_EPOCH;

use ssecheck_testbed::Testbed;

use crate::client::{Client, fetch, with};
use crate::load::{FRAMINGS, numbers, publish_numbers};

/// The latencies from the intended and from the actual publication, in microseconds.
pub(crate) async fn told(testbed: &Testbed) -> (Vec<i64>, Vec<i64>) {
    let truth: serde_json::Value =
        serde_json::from_slice(&fetch(testbed, "/truth", "").await.body()).unwrap();
    let list = |key: &str| -> Vec<i64> {
        truth[key].as_array().unwrap().iter().map(|value| value.as_i64().unwrap()).collect()
    };
    let lists = (list("latency_us"), list("from_actual_us"));
    assert_eq!(truth["overflow"], false);
    assert_eq!(truth["records"], lists.0.len());
    assert_eq!(lists.0.len(), lists.1.len());
    lists
}

/// Reads until there are this many events; for each its latency at the end of the read that
/// completed it, in microseconds.
async fn read_latencies(client: &mut Client, count: usize) -> Vec<i64> {
    let mut latencies = Vec::new();
    while latencies.len() < count {
        client.until_more().await;
        let now = i64::try_from(UNIX_EPOCH.elapsed().unwrap().as_micros()).unwrap();
        for data in client.data().iter().skip(latencies.len()) {
            let value: serde_json::Value = serde_json::from_str(data).unwrap();
            latencies.push(now - value["t"].as_i64().unwrap());
        }
    }
    latencies
}

#[tokio::test]
async fn truth_comes_before_the_reader_and_after_the_publisher_in_every_framing() {
    for framing in FRAMINGS {
        let testbed = with(&[&["load-truth"], *framing].concat());
        let mut client = Client::subscribe_or_refused(&testbed).await;
        crate::client::until_subscribers(&testbed, 1).await;
        let (read, ()) =
            tokio::join!(read_latencies(&mut client, 20), publish_numbers(&testbed, 0..20));
        let (latency, from_actual) = told(&testbed).await;
        assert_eq!(latency, from_actual, "{framing:?}: t and s were the same");
        assert_eq!(latency.len(), 20, "{framing:?}");
        for (told, read) in latency.iter().zip(&read) {
            assert!((0..=*read).contains(told), "{framing:?}: {latency:?} but {read:?}");
        }
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn each_delivery_to_each_subscriber_is_a_record() {
    let testbed = with(&["load-truth", "load-drop=5", "load-double=4"]);
    let mut clients = Vec::new();
    for _ in 0..3 {
        clients.push(Client::subscribe(&testbed, "").await);
    }
    publish_numbers(&testbed, 0..12).await;
    crate::client::publish(&testbed, "no payload").await;
    for client in &mut clients {
        client.until("data: no payload\n\n").await;
        assert_eq!(client.events().len(), 10 + 3 + 1);
    }
    assert_eq!(told(&testbed).await.0.len(), 3 * (10 + 3));
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_actual_publication_is_told_apart_from_the_intended() {
    let testbed = with(&["load-truth"]);
    let mut client = Client::subscribe(&testbed, "").await;
    let data = r#"{"ssecheck":"test","p":0,"n":0,"t":1000000,"s":1250000,"pad":""}"#;
    crate::client::publish(&testbed, data).await;
    client.until_events(1).await;
    let (latency, from_actual) = told(&testbed).await;
    assert_eq!(latency[0] - from_actual[0], 250_000);
    assert_eq!(numbers(&client), [0]);
    testbed.shutdown().await;
}
