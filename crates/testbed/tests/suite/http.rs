//! Faults of status, head and message framing, by the bytes that they write.

use ssecheck_testbed::{Config, Switches, Testbed};

use crate::client::{Client, contains, correct, fetch, publish, with};

/// A fault, the request that shows it, and how the answer differs from the correct server's.
pub(crate) type Row = (&'static str, &'static str, fn(&Client) -> bool);

const GET: &str = "GET /events HTTP/1.1\r\nHost: t\r\nAccept: text/event-stream\r\n\
    Connection: close\r\n\r\n";
const ANY: &str = "GET /events HTTP/1.1\r\nHost: t\r\nAccept: */*\r\nConnection: close\r\n\r\n";
const NONE: &str = "GET /events HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
const HTTP10: &str = "GET /events HTTP/1.0\r\n\r\n";
const DELETE: &str = "DELETE /events HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
const FINISHED: &str = "GET /finished HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";

pub(crate) const ROWS: &[Row] = &[
    ("status-201", GET, |c| c.status() == 201),
    ("media-type-wrong", GET, |c| c.fields("content-type") == ["text/plain"]),
    ("media-type-missing", GET, |c| c.fields("content-type").is_empty()),
    ("html-page", GET, |c| {
        c.fields("content-type") == ["text/html"] && c.raw_body().starts_with(b"<!doctype")
    }),
    ("media-type-twice", GET, |c| c.fields("content-type") == ["text/event-stream"; 2]),
    ("charset-latin1", GET, |c| c.fields("content-type")[0].ends_with("; charset=iso-8859-1")),
    ("no-date", GET, |c| c.fields("date").is_empty()),
    ("head-bare-lf", GET, |c| {
        c.text().starts_with("HTTP/1.1 200 OK\n") && c.text().contains("\n\nd\r\nretry: 1000")
    }),
    ("head-space-before-colon", GET, |c| c.head().contains("\r\nX-Padded : 1\r\n")),
    ("cacheable", GET, |c| c.fields("cache-control") == ["max-age=60"]),
    ("no-cache-control", GET, |c| c.fields("cache-control").is_empty()),
    ("content-encoding-none", GET, |c| c.fields("content-encoding") == ["none"]),
    ("no-accel-buffering", GET, |c| c.fields("x-accel-buffering").is_empty()),
    ("redirect-loop", GET, |c| c.status() == 307 && c.fields("location") == ["/events"]),
    ("redirect-without-location", GET, |c| c.status() == 307 && c.fields("location").is_empty()),
    ("length-and-chunked", GET, |c| {
        c.fields("content-length") == ["1000000"] && c.fields("transfer-encoding") == ["chunked"]
    }),
    ("length-wrong", GET, |c| {
        c.fields("content-length") == ["4096"]
            && c.fields("transfer-encoding").is_empty()
            && c.data().len() == 3
    }),
    ("length-present", GET, |c| {
        c.fields("content-length") == [c.raw_body().len().to_string()] && c.data().len() == 3
    }),
    ("chunk-size-bad", GET, |c| contains(c.raw_body(), b"\r\nsize\r\n: chunk 6\n\n\r\n")),
    ("chunked-twice", GET, |c| contains(&c.body(), b"d\r\nretry: 1000\n\n\r\n")),
    ("no-last-chunk", GET, |c| c.raw_body().ends_with(b"sample 3\n\n\r\n")),
    ("accept-required", ANY, |c| c.status() == 406),
    ("accept-field-required", NONE, |c| c.status() == 406),
    ("chunked-to-http10", HTTP10, |c| {
        c.fields("transfer-encoding") == ["chunked"] && c.raw_body().starts_with(b"d\r\nretry")
    }),
    ("no-allow", DELETE, |c| c.status() == 405 && c.fields("allow").is_empty()),
    ("stop-200", FINISHED, |c| {
        c.status() == 200 && c.fields("content-type").len() == 1 && c.raw_body() == b"0\r\n\r\n"
    }),
    ("stop-body", FINISHED, |c| c.status() == 204 && c.raw_body() == b": no content\n\n"),
];

#[tokio::test]
async fn each_fault_answers_as_it_says_and_the_correct_server_does_not() {
    let reference = correct();
    for (id, request, differs) in ROWS {
        let faulty = with(&[id]);
        let mut seen = Client::send(&faulty, request).await;
        seen.opening().await;
        while !differs(&seen) {
            assert!(seen.read_once().await, "{id}: {}", seen.text());
        }
        let mut clean = Client::send(&reference, request).await;
        clean.opening().await;
        assert!(!differs(&clean), "{id} on the correct server: {}", clean.text());
        drop((seen, clean));
        faulty.shutdown().await;
    }
    reference.shutdown().await;
}

#[tokio::test]
async fn faults_of_the_head_leave_other_resources_alone() {
    for id in ["status-201", "media-type-wrong", "head-bare-lf", "gzip-unasked", "redirect-loop"] {
        let testbed = with(&[id]);
        let replay = fetch(&testbed, "/replay", "").await;
        assert_eq!(replay.status(), 200, "{id}");
        assert_eq!(replay.fields("content-type"), ["text/event-stream"], "{id}");
        assert_eq!(replay.ids().len(), 6, "{id}");
        assert_eq!(publish(&testbed, "x").await, "1", "{id}");
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn accept_faults_serve_those_who_ask_right() {
    let stream = "Accept: text/html, Text/Event-Stream;q=0.9\r\n";
    for (id, header) in [("accept-required", stream), ("accept-field-required", "Accept: */*\r\n")]
    {
        let testbed = with(&[id]);
        let client = Client::subscribe(&testbed, header).await;
        assert_eq!(client.status(), 200, "{id}");
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn a_reset_at_the_end_comes_after_all_bytes() {
    let testbed = with(&["reset-at-end"]);
    for (path, last) in [("/events", "sample 3"), ("/replay", "data: bye"), ("/echo?data=z", "z")] {
        let mut client = Client::get(&testbed, path, "").await;
        assert!(!client.until_end().await, "{path}");
        assert!(client.text().ends_with(&format!("{last}\n\n\r\n")), "{path}");
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn finite_streams_lack_the_last_chunk_too() {
    let testbed = with(&["no-last-chunk"]);
    for (path, last) in [("/replay", "data: bye"), ("/echo?data=z", "data: z")] {
        let mut client = Client::get(&testbed, path, "").await;
        assert!(client.until_end().await, "{path}");
        assert!(client.text().ends_with(&format!("{last}\n\n\r\n")), "{path}");
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn faults_of_the_end_act_on_the_replay_too() {
    let replay = async |id| {
        let testbed = with(&[id]);
        let client = fetch(&testbed, "/replay", "").await;
        testbed.shutdown().await;
        client
    };
    let wrong = replay("length-wrong").await;
    assert_eq!((wrong.fields("content-length"), wrong.ids().len()), (vec!["4096".to_owned()], 6));
    let present = replay("length-present").await;
    assert_eq!(present.fields("content-length"), [present.raw_body().len().to_string()]);
    let tail = replay("tail-unterminated").await;
    assert!(tail.body().ends_with(b"data: bye\n"));
    assert!(tail.raw_body().ends_with(b"\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn unasked_gzip_can_be_decoded_event_by_event() {
    use std::io::Read;
    let testbed = with(&["gzip-unasked"]);
    let mut client = Client::get(&testbed, "/events", "Accept-Encoding: identity\r\n").await;
    client.until("\r\n\r\n").await;
    crate::client::until_subscribers(&testbed, 1).await;
    assert_eq!(client.fields("content-encoding"), ["gzip"]);
    publish(&testbed, "packed").await;
    let decoded = |client: &Client| {
        let mut text = Vec::new();
        // The stream goes on, so that the decoder complains at what is its end so far.
        let _ = flate2::read::GzDecoder::new(&*client.body()).read_to_end(&mut text);
        text
    };
    while !contains(&decoded(&client), b"retry: 1000\n\nid: 1\ndata: packed\n\n") {
        client.until_more().await;
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn head_of_the_stream_fails_in_two_ways() {
    let request = "HEAD /events HTTP/1.1\r\nHost: t\r\n\r\n";
    let testbed = with(&["head-streams"]);
    let mut client = Client::send(&testbed, request).await;
    client.until(": still here\n\n").await;
    assert_eq!(client.status(), 200);
    drop(client);
    testbed.shutdown().await;

    let testbed = with(&["head-hangs"]);
    let mut client = Client::send(&testbed, request).await;
    assert!(client.is_quiet().await);
    assert_eq!(fetch(&testbed, "/stats", "").await.status(), 200);
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_missing_challenge_is_still_401() {
    let switches = Switches::parse(["no-challenge"]).unwrap();
    let token = Some("s3cret".to_owned());
    let testbed = Testbed::start(Config { switches, token, ..Config::default() }).unwrap();
    let client = fetch(&testbed, "/events", "").await;
    assert_eq!((client.status(), client.field("www-authenticate")), (401, None));
    testbed.shutdown().await;
}
