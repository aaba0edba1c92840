//! Faults of slow readers, of clients that leave, and of a restart.

use ssecheck_testbed::Testbed;

use crate::client::{Client, publish, stat, until_subscribers, with};

/// The faults that are tested here.
pub(crate) const LIFETIME: &[&str] = &[
    "late-cleanup",
    "work-detached",
    "silent-drop",
    "unbounded-queue",
    "restart-hangs",
    "restart-keeps-streams",
    "restart-resets",
    "restart-503",
    "restart-dead",
    "restart-forgets",
    "restart-same-retry",
];

async fn restart(testbed: &Testbed) {
    let request = "POST /restart HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    let mut answer = Client::send(testbed, request).await;
    answer.until_end().await;
    assert_eq!(answer.status(), 204);
}

#[tokio::test]
async fn a_client_that_leaves_before_its_backlog_is_counted_for_ever() {
    let testbed = with(&["late-cleanup"]);
    publish(&testbed, "a").await;
    publish(&testbed, "b").await;
    for (cursor, count) in [("", 0), ("Last-Event-ID: 1\r\n", 1)] {
        let mut client = Client::get(&testbed, "/events", cursor).await;
        client.until("\r\n\r\n").await;
        until_subscribers(&testbed, 1).await;
        drop(client);
        until_subscribers(&testbed, count).await;
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn detached_work_goes_on() {
    let testbed = with(&["work-detached"]);
    drop(Client::subscribe(&testbed, "").await);
    until_subscribers(&testbed, 0).await;
    assert_eq!(stat(&testbed, "running").await, 1);
    testbed.shutdown().await;
}

/// A reader that does not read, and 20 MiB for it.
async fn neglected(testbed: &Testbed) -> Client {
    let slow = Client::subscribe(testbed, "").await;
    let filler = "x".repeat(512 * 1024);
    for n in 1..=40 {
        publish(testbed, &format!("{filler} {n}")).await;
    }
    slow
}

#[tokio::test]
async fn a_queue_without_a_bound_holds_more_than_the_bound() {
    let testbed = with(&["unbounded-queue"]);
    let slow = neglected(&testbed).await;
    assert!(stat(&testbed, "queued_bytes").await > 8 << 20);
    drop(slow);
    until_subscribers(&testbed, 0).await;
    assert_eq!(stat(&testbed, "queued_bytes").await, 0);
    testbed.shutdown().await;
}

#[tokio::test]
async fn what_does_not_fit_is_dropped_in_silence() {
    let testbed = with(&["silent-drop"]);
    let mut slow = neglected(&testbed).await;
    // Until the queue has room again, a publication is dropped too.
    while !slow.text().contains("data: late") {
        publish(&testbed, "late").await;
        slow.read_once().await;
    }
    slow.until("late\n\n").await;
    let ids: Vec<u64> = slow.ids().iter().map(|id| id.parse().unwrap()).collect();
    assert!(ids.windows(2).any(|pair| pair[1] > pair[0] + 1), "{ids:?}");
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_restart_waits_for_its_clients() {
    let testbed = with(&["restart-hangs"]);
    let client = Client::subscribe(&testbed, "").await;
    let leave = async {
        let answered = restart(&testbed);
        tokio::pin!(answered);
        let early = tokio::time::timeout(std::time::Duration::from_millis(60), &mut answered).await;
        assert!(early.is_err());
        drop(client);
        answered.await;
    };
    leave.await;
    testbed.shutdown().await;
}

#[tokio::test]
async fn streams_stay_or_are_reset() {
    let testbed = with(&["restart-keeps-streams"]);
    let mut client = Client::subscribe(&testbed, "").await;
    restart(&testbed).await;
    publish(&testbed, "still here").await;
    client.until_events(1).await;
    testbed.shutdown().await;
    let testbed = with(&["restart-resets"]);
    let mut client = Client::subscribe(&testbed, "").await;
    restart(&testbed).await;
    assert!(!client.until_end().await, "an end in order");
    testbed.shutdown().await;
}

#[tokio::test]
async fn nobody_is_served_for_a_while_or_ever() {
    for (id, later) in [("restart-503", 200), ("restart-dead", 503)] {
        let testbed = with(&[id]);
        let status = || async {
            let mut client = Client::get(&testbed, "/events", "").await;
            client.until("\r\n\r\n").await;
            client.status()
        };
        assert_eq!(status().await, 200, "{id}");
        restart(&testbed).await;
        assert_eq!(status().await, 503, "{id}");
        tokio::time::sleep(std::time::Duration::from_millis(550)).await;
        assert_eq!(status().await, later, "{id}");
        testbed.shutdown().await;
    }
}

#[tokio::test]
async fn the_history_is_lost() {
    let testbed = with(&["restart-forgets"]);
    publish(&testbed, "a").await;
    publish(&testbed, "b").await;
    restart(&testbed).await;
    let mut back = Client::subscribe(&testbed, "Last-Event-ID: 1\r\n").await;
    publish(&testbed, "c").await;
    back.until_events(2).await;
    assert_eq!(back.data(), ["the last event id is unknown, this stream is live only", "c"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn everybody_is_told_the_same_time() {
    let testbed = with(&["restart-same-retry"]);
    let mut clients =
        [Client::subscribe(&testbed, "").await, Client::subscribe(&testbed, "").await];
    restart(&testbed).await;
    for client in &mut clients {
        client.until("\r\n0\r\n\r\n").await;
        assert!(client.body().ends_with(b"retry: 1000\n\n"), "{}", client.text());
    }
    testbed.shutdown().await;
}
