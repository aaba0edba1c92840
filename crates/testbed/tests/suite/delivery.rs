//! Faults of delivery, of heartbeats and of age, and the coding that a client may ask for.

use std::io::Read;
use std::time::Duration;

use ssecheck_testbed::{Config, Switches, Testbed};
use tokio::time::Instant;

use crate::client::{Client, contains, correct, fetch, post, publish, with};

/// Every switch that is tested here.
pub(crate) const SWITCHES: &[&str] = &[
    "etag-digest",
    "gzip-unflushed",
    "heartbeat-unflushed",
    "threshold-buffer",
    "timer-batched",
    "late-registration",
    "fake-streaming",
    "interleaved-writes",
    "inject-comment",
    "nul-truncates",
    "blank-data-skipped",
    "data-truncated",
    "type-sanitised",
    "id-sanitised",
    "no-heartbeat",
    "heartbeat-after-first-event",
    "heartbeat-as-message",
    "empty-on-open",
    "cut-after",
    "deaf-after",
];

/// A heartbeat that a test can await.
const BEAT: Duration = Duration::from_millis(40);

fn beating(names: &[&str]) -> Testbed {
    let switches = Switches::parse(names).unwrap();
    Testbed::start(Config { switches, heartbeat: BEAT, ..Config::default() }).unwrap()
}

/// The stream after one publication, up to the event behind it.
async fn published(switch: &[&str], json: &str) -> Vec<u8> {
    let testbed = with(switch);
    let mut client = Client::subscribe(&testbed, "").await;
    assert_eq!(post(&testbed, json).await.status(), 200);
    publish(&testbed, "the end").await;
    client.until("data: the end\n\n").await;
    testbed.shutdown().await;
    client.body()
}

#[tokio::test]
async fn faults_of_content_change_what_they_say() {
    let long = format!(r#"{{"data":"{}"}}"#, "x".repeat(70_000));
    let table: [(&str, &str, &[u8], &[u8]); 6] = [
        ("nul-truncates", r#"{"data":"a\u0000b"}"#, b"data: a\n\n", b"data: a\0b\n\n"),
        (
            "blank-data-skipped",
            r#"{"data":" \n"}"#,
            b"1000\n\nid: 1\ndata: the",
            b"data:  \ndata: \n\n",
        ),
        ("type-sanitised", r#"{"event":"a é"}"#, b"event: a__\n", "event: a é\n".as_bytes()),
        ("id-sanitised", r#"{"id":"a é"}"#, b"id: a__\n", "id: a é\n".as_bytes()),
        (
            "inject-comment",
            r#"{"comment":"a\ndata: b"}"#,
            b": a\ndata: b\n\n",
            b": a\n: data: b\n\n",
        ),
        ("data-truncated", &long, b"xxx\n\n", b"xxx\n\n"),
    ];
    for (switch, json, faulty, right) in table {
        let wire = published(&[switch], json).await;
        assert!(contains(&wire, faulty), "{switch}: {}", wire.escape_ascii());
        let wire = published(&[], json).await;
        assert!(contains(&wire, right), "{switch}: {}", wire.escape_ascii());
    }
    assert!(published(&["data-truncated"], &long).await.len() < 66_000);
    assert!(published(&[], &long).await.len() > 70_000);
}

#[tokio::test]
async fn an_empty_event_opens_the_stream_only_by_its_fault() {
    let testbed = with(&["empty-on-open"]);
    let mut client = Client::subscribe(&testbed, "").await;
    client.until("\ndata:\n\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn heartbeats_come_as_the_switch_says() {
    let testbed = beating(&[]);
    Client::subscribe(&testbed, "").await.until(": heartbeat\n\n").await;
    testbed.shutdown().await;
    let testbed = beating(&["heartbeat-as-message"]);
    Client::subscribe(&testbed, "").await.until("data: {\"type\": \"heartbeat\"}\n\n").await;
    testbed.shutdown().await;
    let testbed = beating(&["no-heartbeat"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish(&testbed, "x").await;
    client.until("data: x\n\n").await;
    assert!(client.is_quiet().await);
    testbed.shutdown().await;
    let testbed = beating(&["heartbeat-after-first-event"]);
    let mut client = Client::subscribe(&testbed, "").await;
    assert!(client.is_quiet().await);
    publish(&testbed, "x").await;
    client.until(": heartbeat\n\n").await;
    testbed.shutdown().await;
}

/// What can be decoded of the body so far.
fn decoded(client: &Client) -> Vec<u8> {
    let mut out = Vec::new();
    // The stream is not complete, so the decoder complains at its end.
    let _ = flate2::read::GzDecoder::new(client.body().as_slice()).read_to_end(&mut out);
    out
}

async fn until_decoded(client: &mut Client, part: &[u8]) {
    while !contains(&decoded(client), part) {
        client.until_more().await;
    }
}

async fn coded(testbed: &Testbed) -> Client {
    let mut client = Client::get(testbed, "/events", "Accept-Encoding: br, gzip;q=0.5\r\n").await;
    client.until("\r\n\r\n").await;
    client
}

#[tokio::test]
async fn a_client_that_accepts_gzip_gets_it_flushed() {
    let testbed = beating(&[]);
    let mut client = coded(&testbed).await;
    assert_eq!(client.fields("content-encoding"), ["gzip"]);
    assert_eq!(client.fields("vary"), ["Accept-Encoding", "Origin"]);
    until_decoded(&mut client, b": heartbeat\n\n").await;
    publish(&testbed, "x").await;
    until_decoded(&mut client, b"data: x\n\n").await;
    for refusal in ["", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: identity\r\n"] {
        let client = Client::subscribe(&testbed, refusal).await;
        assert_eq!(client.field("content-encoding"), None, "{refusal}");
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn unflushed_is_what_the_switch_says() {
    let testbed = beating(&["gzip-unflushed"]);
    let mut client = coded(&testbed).await;
    publish(&testbed, "x").await;
    while !client.is_quiet().await {}
    assert_eq!(decoded(&client), b"");
    testbed.shutdown().await;
    let testbed = beating(&["heartbeat-unflushed"]);
    let mut client = coded(&testbed).await;
    until_decoded(&mut client, b"retry: 1000\n\n").await;
    client.until_bytes(b"\xff\xff\r\n").await; // the rest of the flush
    assert!(client.is_quiet().await);
    publish(&testbed, "x").await;
    until_decoded(&mut client, b"data: x\n\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn buffers_hold_events_back_for_a_while() {
    let testbed = with(&["threshold-buffer"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish(&testbed, "small").await;
    assert!(client.is_quiet().await);
    publish(&testbed, &"x".repeat(5_000)).await;
    client.until("data: small\n\n").await;
    testbed.shutdown().await;
    let testbed = with(&["timer-batched"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish(&testbed, "one").await;
    publish(&testbed, "two").await;
    assert!(client.is_quiet().await);
    client.until("data: two\n\n").await;
    assert_eq!(client.data(), ["one", "two"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_late_subscriber_misses_what_comes_first() {
    let testbed = with(&["late-registration"]);
    let mut client = Client::subscribe(&testbed, "").await;
    publish(&testbed, "first").await;
    while !contains(client.bytes(), b"data: later") {
        publish(&testbed, "later").await;
        client.is_quiet().await;
    }
    assert!(!contains(client.bytes(), b"data: first"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_collected_stream_comes_in_one_piece_after_its_head() {
    let testbed = with(&["fake-streaming"]);
    let mut client = Client::get(&testbed, "/replay", "Connection: close\r\n").await;
    client.until("\r\n\r\n").await;
    let begun = Instant::now();
    assert_eq!(client.body(), b"");
    client.until_end().await;
    assert_eq!(client.ids().len(), 6);
    assert!(begun.elapsed() >= Duration::from_millis(500), "{:?}", begun.elapsed());
    testbed.shutdown().await;
}

#[tokio::test]
async fn parallel_events_are_torn_without_a_lock() {
    for (names, torn) in [(&["interleaved-writes"][..], true), (&[], false)] {
        let testbed = with(names);
        let mut client = Client::subscribe(&testbed, "").await;
        let data: Vec<String> = (0..4).map(|n| n.to_string().repeat(60)).collect();
        let [a, b, c, d] = [0, 1, 2, 3].map(|n| publish(&testbed, &data[n]));
        tokio::join!(a, b, c, d);
        publish(&testbed, "the end").await;
        while !contains(&client.body(), b"data: the end\n\n") {
            client.until_more().await;
        }
        let whole = client.data().iter().filter(|one| data.contains(one)).count();
        assert_eq!(whole < 4, torn, "{:?}", client.text());
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn the_digest_of_a_stream_is_in_its_head() {
    let testbed = with(&["etag-digest"]);
    assert!(Client::subscribe(&testbed, "").await.field("etag").is_some());
    testbed.shutdown().await;
    let testbed = correct();
    assert!(fetch(&testbed, "/replay", "").await.field("etag").is_none());
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_old_stream_is_cut() {
    let testbed = beating(&["cut-after"]);
    let mut client = Client::subscribe(&testbed, "").await;
    client.until_end().await;
    assert!(!client.raw_body().ends_with(b"\r\n0\r\n\r\n"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_old_stream_goes_deaf() {
    let testbed = beating(&["deaf-after"]);
    let mut client = Client::subscribe(&testbed, "").await;
    while !client.is_quiet().await {}
    publish(&testbed, "x").await;
    assert!(client.is_quiet().await);
    assert!(!contains(client.bytes(), b"data: x"));
    testbed.shutdown().await;
}
