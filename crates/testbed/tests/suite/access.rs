//! Resources beside the hub: what they answer, and what their faults make of it.

use ssecheck_testbed::{Config, Switches, Testbed};

use crate::client::{Client, correct, fetch, publish, until_subscribers, with};

/// A fault, the path and header lines that show it, and how the answer differs.
type Row = (&'static str, &'static str, &'static str, fn(&Client) -> bool);

const CONDITION: &str = "If-None-Match: \"x\"\r\n";
const DATED: &str = "If-Modified-Since: Wed, 01 Jan 2025 00:00:00 GMT\r\n";
const STREAM: &str = "Accept: text/event-stream\r\n";
const FOREIGN: &str = "Origin: https://foreign.example\r\n";

pub(crate) const ROWS: &[Row] = &[
    ("accept-refused", "/events", STREAM, |c| c.status() == 406),
    ("streams-without-accept", "/neighbour", "", is_stream),
    ("always-200", "/events?topic=forbidden", STREAM, is_stream),
    ("error-page-200", "/events?topic=forbidden", STREAM, |c| c.status() == 200 && !is_stream(c)),
    ("aged", "/events", "", |c| c.fields("age") == ["30"]),
    ("conditional-304", "/events", CONDITION, |c| c.status() == 304),
    ("conditional-date-304", "/events", DATED, |c| c.status() == 304),
    ("vary-no-accept", "/events", "Accept: application/json\r\n", |c| {
        c.fields("content-type") == ["application/json"] && c.fields("vary") == ["Origin"]
    }),
    ("vary-no-accept-encoding", "/events", "Accept-Encoding: gzip\r\n", |c| {
        is_gzip(c) && c.fields("vary") == ["Origin"]
    }),
    ("redirect-drops-query", "/moved?a=b", "", |c| c.fields("location") == ["/events"]),
    ("redirect-astray", "/moved?a=b", "", |c| c.fields("location") == ["/gone?a=b"]),
    ("redirect-loses-cursor", "/moved?a=b", "", |c| c.fields("location") == ["/events?live=1&a=b"]),
    ("proxy-exact-type", "/via/events", "", |c| c.status() == 502),
    ("proxy-retypes", "/via/events", "", |c| c.fields("content-type") == ["text/plain"]),
    ("proxy-recodes", "/via/events", "Accept-Encoding: gzip\r\n", |c| !is_gzip(c)),
    ("origin-unchecked", "/checked/events", FOREIGN, |c| c.status() == 200),
    ("header-splitting", "/events?last-event-id=a%0d%0ax-split:%201", "", |c| {
        c.fields("x-split") == ["1"]
    }),
    ("plain-served", "/plain/events", "", is_stream),
    ("plain-challenged", "/plain/events", "", |c| c.status() == 401),
    ("endpoint-foreign", "/events", "", |c| endpoint(c).starts_with("http://127.0.0.2:1/")),
    ("endpoint-relative", "/events", "", |c| endpoint(c) == "/messages?session=1"),
];

/// Faults with a test of their own.
pub(crate) const OTHERS: &[&str] = &[
    "head-leaks",
    "ignores-close",
    "proxy-holds",
    "proxy-holds-all",
    "proxy-head-withheld",
    "host-unchecked",
    "query-token",
    "limit-hangs",
    "no-retry-after",
];

fn is_stream(client: &Client) -> bool {
    client.status() == 200 && client.fields("content-type") == ["text/event-stream"]
}

fn is_gzip(client: &Client) -> bool {
    client.fields("content-encoding") == ["gzip"]
}

fn endpoint(client: &Client) -> String {
    let events = client.events();
    let found = events.iter().find(|event| event.event_type == "endpoint");
    found.map(|event| event.data.clone()).unwrap_or_default()
}

/// An address of its own in `Host`, as a client without tricks has it.
async fn ask(testbed: &Testbed, path: &str, headers: &str) -> Client {
    let host = testbed.address();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n");
    let mut client = Client::send(testbed, &request).await;
    client.until("\r\n\r\n").await;
    client
}

#[tokio::test]
async fn each_fault_answers_as_it_says_and_the_correct_server_does_not() {
    let reference = correct();
    for (id, path, headers, differs) in ROWS {
        let faulty = with(&[id]);
        let mut seen = ask(&faulty, path, headers).await;
        while !differs(&seen) {
            assert!(seen.read_once().await, "{id}: {}", seen.text());
        }
        let clean = ask(&reference, path, headers).await;
        assert!(!differs(&clean), "{id} on the correct server: {}", clean.text());
        drop((seen, clean));
        faulty.shutdown().await;
    }
    reference.shutdown().await;
}

#[tokio::test]
async fn the_hub_is_on_each_of_its_paths() {
    let testbed = correct();
    let mut clients = Vec::new();
    for path in ["/events", "/via/events", "/limited/events", "/checked/events"] {
        let mut client = ask(&testbed, path, "").await;
        client.until("retry: 1000\n").await;
        clients.push(client);
    }
    publish(&testbed, "to all").await;
    for client in &mut clients {
        client.until("data: to all\n").await;
    }
    drop(clients);
    testbed.shutdown().await;
}

#[tokio::test]
async fn what_is_not_served_says_so() {
    let testbed = correct();
    let table = [
        ("/events?topic=forbidden", "", 404),
        ("/plain/events", "", 403),
        ("/moved", "", 307),
        ("/neighbour", STREAM, 200),
        ("/checked/events", FOREIGN, 403),
        ("/checked/events", "Origin: null\r\n", 403),
    ];
    for (path, headers, status) in table {
        let client = ask(&testbed, path, headers).await;
        assert_eq!(client.status(), status, "{path} {headers}");
        assert!(!is_stream(&client), "{path} {headers}");
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_name_that_is_not_local_is_refused_unless_nobody_looks() {
    for (testbed, status) in [(correct(), 403), (with(&["host-unchecked"]), 200)] {
        let request = "GET /checked/events HTTP/1.1\r\nHost: rebound.example\r\n\r\n";
        let mut client = Client::send(&testbed, request).await;
        client.until("\r\n\r\n").await;
        assert_eq!(client.status(), status);
        drop(client);
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn a_page_of_its_own_origin_is_served() {
    let testbed = correct();
    let own = format!("Origin: http://{}\r\n", testbed.address());
    assert_eq!(ask(&testbed, "/checked/events", &own).await.status(), 200);
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_token_counts_in_its_field_only() {
    for (names, status) in [(&[][..], 401), (&["query-token"], 200)] {
        let switches = Switches::parse(names).unwrap();
        let token = Some("s3cret".to_owned());
        let testbed = Testbed::start(Config { switches, token, ..Config::default() }).unwrap();
        assert_eq!(ask(&testbed, "/events?access_token=s3cret", "").await.status(), status);
        assert_eq!(ask(&testbed, "/events?access_token=other", "").await.status(), 401);
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn the_fourth_stream_is_refused_with_a_time_to_come_back() {
    for (testbed, after) in [(correct(), Some("1")), (with(&["no-retry-after"]), None)] {
        let mut crowd = Vec::new();
        for _ in 0..3 {
            crowd.push(ask(&testbed, "/limited/events", "").await);
        }
        assert!(crowd.iter().all(is_stream));
        let fourth = ask(&testbed, "/limited/events", "").await;
        assert_eq!((fourth.status(), fourth.field("retry-after").as_deref()), (429, after));
        drop(crowd);
        // A place is free once the server has noticed.
        while !is_stream(&ask(&testbed, "/limited/events", "").await) {}
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn the_fourth_stream_may_have_to_wait_in_silence() {
    let testbed = with(&["limit-hangs"]);
    let mut crowd = Vec::new();
    for _ in 0..3 {
        crowd.push(ask(&testbed, "/limited/events", "").await);
    }
    let mut fourth = Client::get(&testbed, "/limited/events", "").await;
    assert!(fourth.is_quiet().await);
    drop(crowd);
    fourth.until("\r\n\r\n").await;
    assert!(is_stream(&fourth));
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_head_request_may_be_counted_for_ever() {
    let testbed = with(&["head-leaks"]);
    let request = "HEAD /events HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    Client::send(&testbed, request).await.until_end().await;
    until_subscribers(&testbed, 1).await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_wish_to_close_may_be_ignored() {
    let testbed = with(&["ignores-close"]);
    let mut client = Client::get(&testbed, "/no", "Connection: close\r\n").await;
    client.until("no such resource").await;
    while !client.is_quiet().await {}
    assert_eq!(fetch(&correct(), "/no", "").await.status(), 404);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_proxy_may_wait_for_a_block() {
    let testbed = with(&["proxy-holds"]);
    let mut direct = Client::subscribe(&testbed, "").await;
    let mut through = ask(&testbed, "/via/events", "").await;
    publish(&testbed, "small").await;
    direct.until("data: small\n").await;
    assert!(through.is_quiet().await);
    publish(&testbed, &"x".repeat(4096)).await;
    through.until("data: small\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_proxy_may_wait_for_the_end() {
    let testbed = with(&["proxy-holds-all"]);
    let mut direct = Client::subscribe(&testbed, "").await;
    let mut through = ask(&testbed, "/via/events", "").await;
    publish(&testbed, &"x".repeat(8192)).await;
    direct.until(&"x".repeat(8192)).await;
    assert!(through.is_quiet().await);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_proxy_may_wait_for_the_first_event_with_the_head() {
    let testbed = with(&["proxy-head-withheld"]);
    let mut through = Client::get(&testbed, "/via/events", "").await;
    assert!(through.is_quiet().await);
    until_subscribers(&testbed, 1).await;
    publish(&testbed, "first").await;
    through.until("data: first\n").await;
    testbed.shutdown().await;
}
