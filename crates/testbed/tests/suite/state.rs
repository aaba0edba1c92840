//! Faults that need more than one connection, or the history.

use crate::client::{Client, fetch, post, publish, until_subscribers, with};
use ssecheck_testbed::Testbed;

/// The faults that are tested here.
pub(crate) const IDS: &[&str] = &[
    "once-only",
    "dies-on-reset",
    "dies-on-abort",
    "one-at-a-time",
    "destructive-queue",
    "siblings-closed",
    "head-withheld",
    "subscriber-leak",
    "slow-reader-blocks",
    "refuses-after-retry",
    "cursor-parsed",
    "cursor-ascii-only",
    "cursor-empty-refused",
    "cursor-long-crash",
    "ids-per-connection",
    "newest-refused",
    "cursor-ignored",
    "resume-skips",
    "replay-skips",
    "resume-repeats",
    "full-replay",
    "live-before-backlog",
    "resume-consumes",
    "cursors-mixed",
    "header-case-sensitive",
];

async fn resumed(testbed: &Testbed, cursor: &str, events: usize) -> Client {
    let mut client = Client::subscribe(testbed, &format!("Last-Event-ID: {cursor}\r\n")).await;
    client.until_events(events).await;
    client
}

/// A server with five events, e1 to e5.
async fn filled(names: &[&str]) -> Testbed {
    let testbed = with(names);
    for n in 1..=5 {
        publish(&testbed, &format!("e{n}")).await;
    }
    testbed
}

async fn leave(testbed: &Testbed, reset: bool) {
    let client = Client::subscribe(testbed, "").await;
    if reset {
        client.reset();
    } else {
        drop(client);
    }
    until_subscribers(testbed, 0).await;
}

#[tokio::test]
async fn from_the_second_departure_on_the_next_client_is_refused_once() {
    for (id, reset) in [("once-only", false), ("dies-on-reset", true)] {
        let testbed = with(&[id]);
        leave(&testbed, reset).await;
        leave(&testbed, !reset).await;
        leave(&testbed, reset).await;
        drop(Client::subscribe(&testbed, "Last-Event-ID: 0\r\n").await);
        assert_eq!(fetch(&testbed, "/events", "").await.status(), 503, "{id}");
        Client::subscribe(&testbed, "").await.reset();
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn who_waits_after_a_close_is_refused() {
    let testbed = with(&["refuses-after-retry"]);
    leave(&testbed, false).await;
    let mut status = 200;
    while status == 200 {
        let client = Client::subscribe_or_refused(&testbed).await;
        status = client.status();
        drop(client);
        tokio::time::sleep(std::time::Duration::from_millis(1000)).await;
    }
    assert_eq!(status, 503);
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_abort_deafens_the_server_and_a_served_client_does_not() {
    let testbed = with(&["dies-on-abort"]);
    assert_eq!(fetch(&testbed, "/stats", "").await.status(), 200);
    drop(Client::subscribe(&testbed, "").await);
    Client::get(&testbed, "/events", "").await.reset();
    // The abort may be noticed later than the next connection.
    let mut deaf = Client::get(&testbed, "/stats", "").await;
    while !deaf.is_quiet().await {
        deaf = Client::get(&testbed, "/stats", "").await;
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn one_at_a_time_serves_the_second_once_the_first_has_left() {
    let testbed = with(&["one-at-a-time"]);
    let first = Client::subscribe(&testbed, "").await;
    let mut second = Client::get(&testbed, "/events", "").await;
    assert!(second.is_quiet().await);
    assert_eq!(second.text(), "");
    drop(first);
    second.until("retry: 1000\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_destructive_queue_splits_the_events_among_subscribers() {
    let testbed = with(&["destructive-queue"]);
    let mut clients =
        [Client::subscribe(&testbed, "").await, Client::subscribe(&testbed, "").await];
    for n in 1..=4 {
        publish(&testbed, &n.to_string()).await;
    }
    for client in &mut clients {
        client.until_events(2).await;
    }
    let mut all: Vec<_> = clients.iter().flat_map(Client::data).collect();
    all.sort();
    assert_eq!(all, ["1", "2", "3", "4"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_closed_stream_takes_its_siblings_along() {
    let testbed = with(&["siblings-closed"]);
    let first = Client::subscribe(&testbed, "").await;
    let mut second = Client::subscribe(&testbed, "").await;
    for n in 0..5 {
        publish(&testbed, &n.to_string()).await;
    }
    drop(first);
    second.until("\r\n0\r\n\r\n").await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_withheld_head_comes_together_with_the_first_event() {
    let testbed = with(&["head-withheld"]);
    let request = "GET /events HTTP/1.1\r\nHost: testbed\r\n\r\n";
    let mut client = Client::send(&testbed, request).await;
    until_subscribers(&testbed, 1).await;
    assert_eq!(client.text(), "");
    publish(&testbed, "first").await;
    client.until("data: first\n\n").await;
    assert!(client.text().starts_with("HTTP/1.1 200"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn leaked_subscribers_are_counted_for_ever() {
    let testbed = with(&["subscriber-leak"]);
    drop(Client::subscribe(&testbed, "").await);
    let second = Client::subscribe(&testbed, "").await;
    drop(second);
    let third = Client::subscribe(&testbed, "").await;
    until_subscribers(&testbed, 3).await;
    drop(third);
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_slow_reader_blocks_the_publisher_and_so_everybody() {
    let testbed = with(&["slow-reader-blocks"]);
    let slow = Client::subscribe(&testbed, "").await;
    let mut quick = Client::subscribe(&testbed, "").await;
    let json = format!("{{\"data\":\"{}\"}}", "x".repeat(900_000));
    let publishing = async {
        for _ in 0..100 {
            post(&testbed, &json).await;
        }
    };
    let reading = async { while !quick.is_quiet().await {} };
    tokio::select! {
        () = publishing => panic!("90 MB went to a reader that reads nothing"),
        () = reading => {}
    }
    drop(slow);
    quick.until_more().await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn cursors_are_refused_where_a_fault_says_so() {
    let long = "7".repeat(1025);
    for (id, cursor, status) in [
        ("cursor-parsed", "abc", 500),
        ("cursor-parsed", "-1", 500),
        ("cursor-parsed", "3", 200),
        ("cursor-parsed", "", 200),
        ("cursor-ascii-only", "é", 400),
        ("cursor-ascii-only", "e", 200),
        ("cursor-empty-refused", "", 400),
        ("cursor-empty-refused", "x", 200),
        ("cursor-long-crash", &long, 0),
        ("cursor-long-crash", &long[1..], 200),
        ("newest-refused", "5", 500),
        ("newest-refused", "4", 200),
    ] {
        let testbed = filled(&[id]).await;
        let headers = format!("Last-Event-ID: {cursor}\r\nConnection: close\r\n");
        let mut client = Client::get(&testbed, "/events", &headers).await;
        client.opening().await;
        assert_eq!(client.status(), status, "{id} {cursor}");
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn ids_per_connection_differ_and_still_resume() {
    let testbed = filled(&["ids-per-connection"]).await;
    let first = resumed(&testbed, "3", 2).await;
    let second = resumed(&testbed, "3", 2).await;
    assert_eq!((first.ids(), second.ids()), (ids("s1.4 s1.5"), ids("s2.4 s2.5")));
    let third = resumed(&testbed, "s1.4", 1).await;
    assert_eq!(third.data(), ["e5"]);
    testbed.shutdown().await;
}

fn ids(list: &str) -> Vec<String> {
    list.split(' ').map(str::to_owned).collect()
}

#[tokio::test]
async fn resumption_fails_as_each_fault_says() {
    for (id, hub, replay) in [
        ("cursor-ignored", "live", "1 2 3 4 5 6"),
        ("resume-skips", "e5 live", "5 6"),
        ("replay-skips", "e4 e5 live", "5 6"),
        ("resume-repeats", "e3 e4 e5 live", "3 4 5 6"),
        ("full-replay", "e1 e2 e3 e4 e5 live", "1 2 3 4 5 6"),
        ("live-before-backlog", "e5 e4 live", "6 4 5"),
    ] {
        let testbed = filled(&[id]).await;
        let mut client = Client::subscribe(&testbed, "Last-Event-ID: 3\r\n").await;
        publish(&testbed, "live").await;
        client.until("live\n\n").await;
        assert_eq!(client.data(), ids(hub), "{id}");
        let finite = fetch(&testbed, "/replay", "Last-Event-ID: 3\r\n").await;
        assert_eq!(finite.ids(), ids(replay), "{id}");
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn replayed_events_are_consumed() {
    let testbed = filled(&["resume-consumes"]).await;
    assert_eq!(resumed(&testbed, "3", 2).await.data(), ["e4", "e5"]);
    let mut again = resumed(&testbed, "3", 0).await;
    publish(&testbed, "live").await;
    again.until_events(1).await;
    assert_eq!(again.data(), ["live"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn the_cursor_of_an_open_stream_counts_for_the_next() {
    let testbed = filled(&["cursors-mixed"]).await;
    let first = resumed(&testbed, "2", 3).await;
    let second = resumed(&testbed, "4", 3).await;
    assert_eq!(second.data(), ["e3", "e4", "e5"]);
    drop((first, second));
    until_subscribers(&testbed, 0).await;
    assert_eq!(resumed(&testbed, "4", 1).await.data(), ["e5"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn an_unusual_spelling_of_the_header_is_not_seen() {
    let testbed = filled(&["header-case-sensitive"]).await;
    assert_eq!(resumed(&testbed, "3", 2).await.data(), ["e4", "e5"]);
    let mut other = Client::subscribe(&testbed, "LAST-Event-Id: 3\r\n").await;
    publish(&testbed, "live").await;
    other.until_events(1).await;
    assert_eq!(other.data(), ["live"]);
    testbed.shutdown().await;
}
