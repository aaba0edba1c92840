//! Legal variations: other bytes, the same events. And that no switch goes untested.

use std::collections::BTreeSet;

use ssecheck_parser::owned::OwnedEvent;
use ssecheck_testbed::{Kind, all};

use crate::client::{Client, contains, correct, events, fetch, with};
use crate::framing::stream;
use crate::{access, cors, delivery, framing, http, http2, lifetime, rights, state};

/// A variation, and how its answer differs from the correct server's.
type Row = (&'static str, fn(&Client) -> bool);

/// Variations of all streams, seen on the replay.
const ROWS: &[Row] = &[
    ("crlf-line-ends", |c| contains(c.raw_body(), b"data: line one\r\ndata: line two\r\n")),
    ("cr-line-ends", |c| contains(c.raw_body(), b"data: line one\rdata: line two\r")),
    ("no-space-after-colon", |c| contains(c.raw_body(), b"data:line one\ndata:line two\n")),
    ("comment-blocks", |c| contains(c.raw_body(), b": glued\nid: 2\n")),
    ("retry-own-block", |c| contains(c.raw_body(), b"retry: 1000\n\nid: 2\n")),
    ("fields-reordered", |c| contains(c.raw_body(), b"data: hello\nevent: greeting\nid: 1\n")),
    ("event-message-spelled-out", |c| contains(c.raw_body(), b"id: 2\nevent: message\n")),
    ("id-repeated-in-block", |c| contains(c.raw_body(), b"id: 2\nid: 2\n")),
    ("unknown-field", |c| contains(c.raw_body(), b"\ntrace: 7\n\n")),
    ("close-delimited", |c| {
        c.field("transfer-encoding").is_none() && c.raw_body().ends_with(b"bye\n\n")
    }),
    ("http10-answer", |c| {
        c.head().starts_with("HTTP/1.0 200 ") && c.raw_body().ends_with(b"bye\n\n")
    }),
    ("empty-reason", |c| c.head().starts_with("HTTP/1.1 200 \r\n")),
    ("chunk-extensions", |c| contains(c.raw_body(), b";note=\"a b\"\r\nid: 1\n")),
    ("trailers", |c| c.raw_body().ends_with(b"\r\n0\r\nx-events: 3\r\n\r\n")),
    ("interim-103", |c| c.text().starts_with("HTTP/1.1 103 Early Hints\r\n")),
];

/// Variations of the hub's stream, seen on its opening.
const OPENINGS: &[Row] = &[
    ("padding-comment", |c| c.body().starts_with(format!(": {}\n\n", "-".repeat(2048)).as_bytes())),
    ("leading-blank-line", |c| c.body().starts_with(b"\nretry")),
    ("retry-glued", |c| c.body() == b"retry: 1000\n"),
    ("content-type-charset", |c| c.fields("content-type") == ["text/event-stream;charset=UTF-8"]),
    ("byte-chunks", |c| c.raw_body().starts_with(b"1\r\nr\r\n1\r\ne\r\n1\r\nt\r\n")),
    ("connection-keep-alive", |c| c.fields("connection") == ["keep-alive"]),
    ("cache-control-list", |c| c.fields("cache-control")[0].starts_with("private, no-cache, no-")),
    ("bom-at-start", |c| c.body().starts_with(b"\xef\xbb\xbfretry")),
    ("retry-leading-zeros", |c| c.body() == b"retry: 0001000\n\n"),
];

/// Variations with a test of their own.
const OTHERS: &[&str] = &[
    "priming-event",
    "split-everywhere",
    "uuid-ids",
    "head-405",
    "heartbeat-events",
    "slow-start",
];

#[tokio::test]
async fn each_variation_of_all_streams_shows_on_the_replay() {
    let reference = correct();
    let want = fetch(&reference, "/replay", "").await;
    for (id, differs) in ROWS {
        let testbed = with(&[id]);
        let seen = fetch(&testbed, "/replay", "").await;
        assert!(differs(&seen), "{id}: {}", seen.text());
        assert!(!differs(&want), "{id} on the correct server");
        assert_eq!(seen.events(), want.events(), "{id}");
        testbed.shutdown().await;
    }
    reference.shutdown().await;
}

#[tokio::test]
async fn each_variation_of_the_hub_shows_in_its_opening() {
    let reference = correct();
    for (id, differs) in OPENINGS {
        let testbed = with(&[id]);
        let mut seen = Client::get(&testbed, "/events", "").await;
        while !contains(&seen.body(), b"1000\n") {
            seen.until_more().await;
        }
        assert!(differs(&seen), "{id}: {}", seen.text());
        assert!(!differs(&Client::subscribe(&reference, "").await), "{id}");
        testbed.shutdown().await;
    }
    reference.shutdown().await;
}

/// What was published, without what a variation adds: it has no data to speak of.
fn published(stream: &[u8], id: &str) -> Vec<OwnedEvent> {
    let added = |event: &OwnedEvent| match id {
        "priming-event" => event.last_event_id == "0",
        "endpoint-relative" => event.event_type == "endpoint",
        _ => false,
    };
    let mut list: Vec<_> = events(stream).into_iter().filter(|event| !added(event)).collect();
    if id == "uuid-ids" {
        for (n, event) in (1..).zip(&mut list) {
            event.last_event_id = n.to_string();
        }
    }
    list
}

#[tokio::test]
async fn every_variation_carries_the_same_events() {
    let want = events(&stream(&[]).await);
    assert_eq!(want.len(), framing::PUBLICATIONS.len() - 3);
    for switch in all().iter().filter(|switch| switch.kind == Kind::Variation) {
        let wire = stream(&[switch.id]).await;
        assert_eq!(published(&wire, switch.id), want, "{}", switch.id);
    }
}

#[tokio::test]
async fn a_priming_event_gives_a_cursor_that_resumes() {
    let testbed = with(&["priming-event"]);
    let mut client = Client::subscribe(&testbed, "").await;
    client.until_events(1).await;
    assert_eq!((client.ids(), client.data()), (vec!["0".to_owned()], vec![String::new()]));
    crate::client::publish(&testbed, "missed").await;
    let mut again = Client::subscribe(&testbed, "Last-Event-ID: 0\r\n").await;
    again.until_events(1).await;
    assert_eq!(again.data(), ["missed"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn opaque_ids_are_unique_and_resume() {
    let testbed = with(&["uuid-ids"]);
    let mut ids = Vec::new();
    for n in 0..20 {
        ids.push(crate::client::publish(&testbed, &n.to_string()).await);
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 20);
    assert!(ids.iter().all(|id| id.len() == 36 && id.parse::<u64>().is_err()), "{ids:?}");
    let mut client = Client::subscribe(&testbed, &format!("Last-Event-ID: {}\r\n", ids[17])).await;
    client.until_events(2).await;
    assert_eq!(client.data(), ["18", "19"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn head_may_be_refused_with_allow() {
    let testbed = with(&["head-405"]);
    let request = "HEAD /events HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    let mut client = Client::send(&testbed, request).await;
    client.until_end().await;
    assert_eq!((client.status(), client.raw_body()), (405, &b""[..]));
    assert_eq!(client.field("allow").as_deref(), Some("GET, OPTIONS"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn heartbeats_may_be_events() {
    use ssecheck_testbed::{Config, Switches, Testbed};
    let switches = Switches::parse(["heartbeat-events"]).unwrap();
    let heartbeat = std::time::Duration::from_millis(20);
    let testbed = Testbed::start(Config { switches, heartbeat, ..Config::default() }).unwrap();
    let mut client = Client::subscribe(&testbed, "").await;
    client.until("event: ping\ndata: {}\n\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_slow_start_has_its_head_before_its_first_byte() {
    let testbed = with(&["slow-start"]);
    let mut client = Client::get(&testbed, "/events", "").await;
    client.until("\r\n\r\n").await;
    assert_eq!(client.raw_body(), b"");
    client.until("retry: 1000\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn split_everywhere_comes_in_many_reads() {
    let testbed = with(&["split-everywhere"]);
    let mut client = Client::get(&testbed, "/replay", "Connection: close\r\n").await;
    let mut reads = 0;
    while client.read_once().await {
        reads += 1;
    }
    assert_eq!(client.ids().len(), 6);
    assert!(reads > 20, "{} bytes in {reads} reads", client.bytes().len());
    testbed.shutdown().await;
}

#[test]
fn no_switch_goes_untested() {
    let others = ["reset-at-end", "gzip-unasked", "head-streams", "head-hangs", "no-challenge"];
    let order = ["tail-unterminated", "swapped", "lost-in-burst", "doubled", "one-late"];
    let tested: BTreeSet<&str> = (http::ROWS.iter().map(|row| row.0))
        .chain(framing::ROWS.iter().map(|row| row.0))
        .chain(cors::ROWS.iter().map(|row| row.0))
        .chain(access::ROWS.iter().map(|row| row.0))
        .chain(ROWS.iter().map(|row| row.0))
        .chain(OPENINGS.iter().map(|row| row.0))
        .chain(state::IDS.iter().chain(rights::SWITCHES).chain(lifetime::LIFETIME).copied())
        .chain([access::OTHERS, OTHERS, delivery::SWITCHES, http2::HTTP2, &others, &order].concat())
        .collect();
    let known: BTreeSet<&str> = all().iter().map(|switch| switch.id).collect();
    assert_eq!(tested, known);
}
