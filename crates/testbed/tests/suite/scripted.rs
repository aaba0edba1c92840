//! Scripted streams stand on the wire as they are told, part by part.

use std::time::Duration;

use bytes::Bytes;
use ssecheck_testbed::{Config, ScriptedAnswer, Scripts, Testbed};

use crate::client::Client;

fn answer(chunks: &[&'static [u8]]) -> ScriptedAnswer {
    let chunks = chunks.iter().copied().map(Bytes::from_static).collect();
    ScriptedAnswer { chunks, content_type: None }
}

fn serve(scripts: Vec<Vec<ScriptedAnswer>>) -> (Testbed, Scripts) {
    let scripts = Scripts::new(scripts, Duration::from_millis(1));
    let config = Config { scripts: scripts.clone(), ..Config::default() };
    (Testbed::start(config).unwrap(), scripts)
}

/// All of the answer: head and coded body.
async fn get(testbed: &Testbed, path: &str, headers: &str, end: &str) -> String {
    let mut client = Client::get(testbed, path, headers).await;
    client.until(end).await;
    client.text()
}

#[tokio::test]
async fn each_part_is_a_chunk_of_its_own_and_an_empty_one_is_left_out() {
    let (testbed, _) = serve(vec![vec![answer(&[b"da", b"", b"ta: \xFF\n", b"\n"])]]);
    let mut client = Client::get(&testbed, "/scripted/0", "").await;
    client.until_bytes(b"\r\n\r\n2\r\nda\r\n6\r\nta: \xFF\n\r\n1\r\n\n\r\n0\r\n\r\n").await;
    assert!(client.text().contains("content-type: text/event-stream\r\n"));
    assert!(client.text().contains("access-control-allow-origin: *\r\n"));
}

#[tokio::test]
async fn each_request_gets_the_next_answer_and_then_204() {
    let (testbed, scripts) = serve(vec![vec![], vec![answer(&[b"1"]), answer(&[b"2"])]]);
    assert!(get(&testbed, "/scripted/1", "", "0\r\n\r\n").await.contains("\r\n\r\n1\r\n1\r\n"));
    let cursor = "Last-Event-ID: 7\r\n";
    assert!(get(&testbed, "/scripted/1", cursor, "0\r\n\r\n").await.contains("\r\n\r\n1\r\n2\r\n"));
    assert!(get(&testbed, "/scripted/1", "", "\r\n\r\n").await.contains(" 204 "));
    let requests = scripts.requests(1);
    let ids: Vec<_> = requests.iter().map(|request| request.last_event_id.as_deref()).collect();
    assert_eq!(ids, [None, Some(&b"7"[..]), None]);
    assert!(requests[0].ended.is_some_and(|ended| ended >= requests[0].asked));
    assert!(requests[2].ended.is_none());
    assert!(get(&testbed, "/scripted/0", "", "\r\n\r\n").await.contains(" 204 "));
}

#[tokio::test]
async fn a_preflight_takes_no_answer() {
    let (testbed, scripts) = serve(vec![vec![answer(&[b"1"])]]);
    let request = "OPTIONS /scripted/0 HTTP/1.1\r\nHost: testbed\r\n\r\n";
    let mut client = Client::send(&testbed, request).await;
    client.until("access-control-allow-headers: last-event-id\r\n").await;
    assert!(get(&testbed, "/scripted/0", "", "0\r\n\r\n").await.contains("\r\n\r\n1\r\n1\r\n"));
    let preflights: Vec<_> = scripts.requests(0).iter().map(|request| request.preflight).collect();
    assert_eq!(preflights, [true, false]);
}

#[tokio::test]
async fn what_no_script_stands_for_is_not_there() {
    let (testbed, scripts) = serve(vec![]);
    assert!(get(&testbed, "/scripted/0", "", "\r\n\r\n").await.contains(" 404 "));
    assert!(get(&testbed, "/scripted/x", "", "\r\n\r\n").await.contains(" 404 "));
    assert!(scripts.requests(0).is_empty());
}
