//! Each resource of the correct server.

use crate::client::{Client, correct, fetch, post, publish};
use ssecheck_testbed::{Config, Testbed};

#[tokio::test]
async fn the_stream_has_its_head_and_retry_before_any_event() {
    let testbed = correct();
    let client = Client::subscribe(&testbed, "").await;
    assert!(client.head().starts_with("HTTP/1.1 200 OK\r\n"), "{}", client.head());
    assert_eq!(client.fields("content-type"), ["text/event-stream"]);
    assert_eq!(client.fields("cache-control"), ["no-store"]);
    assert_eq!(client.fields("x-accel-buffering"), ["no"]);
    assert_eq!(client.fields("transfer-encoding"), ["chunked"]);
    assert_eq!(client.fields("date").len(), 1);
    assert_eq!(client.body(), b"retry: 1000\n\n");
    testbed.shutdown().await;
}

#[tokio::test]
async fn publish_answers_with_the_id_that_subscribers_see() {
    let testbed = correct();
    let mut client = Client::subscribe(&testbed, "").await;
    let answer = post(&testbed, r#"{"event":"note","id":"x-1","data":"a\r\nb"}"#).await;
    assert_eq!((answer.status(), answer.body()), (200, b"{\"id\":\"x-1\"}\n".to_vec()));
    client.until("x-1").await;
    client.until_events(1).await;
    let event = &client.events()[0];
    assert_eq!((&*event.event_type, &*event.data, &*event.last_event_id), ("note", "a\nb", "x-1"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn publish_takes_null_and_missing_fields() {
    let testbed = correct();
    let mut client = Client::subscribe(&testbed, "").await;
    assert_eq!(post(&testbed, r#"{"event":null,"id":null,"data":null}"#).await.status(), 200);
    assert_eq!(post(&testbed, "{}").await.status(), 200);
    client.until_events(2).await;
    assert_eq!(client.data(), ["", ""]);
    assert_eq!(client.ids(), ["1", "2"]);
    testbed.shutdown().await;
}

#[tokio::test]
async fn ids_of_the_server_avoid_those_that_publishers_took() {
    let testbed = correct();
    post(&testbed, r#"{"id":"2"}"#).await;
    assert_eq!(publish(&testbed, "x").await, "2-2");
    assert_eq!(publish(&testbed, "x").await, "3");
    testbed.shutdown().await;
}

#[tokio::test]
async fn publications_that_cannot_be_written_are_refused_with_a_reason() {
    let testbed = correct();
    for (json, reason) in [
        (r#"{"event":"a\nb"}"#, "line end in event type at byte 1"),
        (r#"{"event":"\r"}"#, "line end in event type at byte 0"),
        (r#"{"id":"ab\r"}"#, "line end in id at byte 2"),
        (r#"{"id":"\u0000"}"#, "nul in id at byte 0"),
        (r#"{"date":1}"#, "unknown field `date`"),
        (r#"{"data":"#, "EOF while parsing"),
    ] {
        let answer = post(&testbed, json).await;
        assert_eq!(answer.status(), 400, "{json}");
        assert_eq!(answer.field("content-type").as_deref(), Some("application/json"));
        assert!(answer.text().contains(reason), "{json}: {}", answer.text());
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_publication_over_the_bound_is_refused() {
    let testbed = correct();
    let json = format!("{{\"data\":\"{}\"}}", "x".repeat(1 << 20));
    assert_eq!(post(&testbed, &json).await.status(), 413);
    testbed.shutdown().await;
}

#[tokio::test]
async fn echo_is_one_event_and_the_end() {
    let testbed = correct();
    let path = "/echo?data=a%0Ab&event=t&id=%C3%A9&comment=note%0Amore";
    let client = fetch(&testbed, path, "").await;
    let want = ": note\n: more\n\nid: \u{e9}\nevent: t\ndata: a\ndata: b\n\n";
    assert_eq!(String::from_utf8_lossy(&client.body()), want);
    assert!(client.raw_body().ends_with(b"\r\n0\r\n\r\n"), "{}", client.text());
    testbed.shutdown().await;
}

#[tokio::test]
async fn echo_without_parameters_is_an_event_of_empty_data() {
    let testbed = correct();
    assert_eq!(fetch(&testbed, "/echo?id=&event=", "").await.body(), b"data: \n\n");
    testbed.shutdown().await;
}

#[tokio::test]
async fn echo_refuses_what_cannot_be_decoded_or_written() {
    let testbed = correct();
    for query in ["data=%zz", "data=%ff", "id=%00", "event=a%0Ab", "id=%0D", "x=1", "id=1&id=2"] {
        let client = fetch(&testbed, &format!("/echo?{query}"), "").await;
        assert_eq!(client.status(), 400, "{query}");
        assert!(client.text().contains("{\"error\":"), "{query}");
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn replay_is_six_events_and_resumes() {
    let testbed = correct();
    let all = fetch(&testbed, "/replay", "").await;
    assert_eq!(all.ids(), ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(all.data()[1], "line one\nline two\nline three");
    assert_eq!(all.data()[4], "");
    assert!(all.raw_body().ends_with(b"\r\n0\r\n\r\n"));
    let rest = fetch(&testbed, "/replay", "Last-Event-ID: 4\r\n").await;
    assert_eq!(rest.ids(), ["5", "6"]);
    let none = fetch(&testbed, "/replay", "Last-Event-ID: 6\r\n").await;
    assert_eq!((none.status(), none.raw_body()), (200, &b"0\r\n\r\n"[..]));
    testbed.shutdown().await;
}

#[tokio::test]
async fn finished_is_204_without_a_body() {
    let testbed = correct();
    let client = fetch(&testbed, "/finished", "").await;
    assert_eq!((client.status(), client.raw_body()), (204, &b""[..]));
    assert_eq!(client.field("transfer-encoding"), None);
    testbed.shutdown().await;
}

#[tokio::test]
async fn head_is_the_head_of_get_and_nothing_else() {
    let testbed = correct();
    for path in ["/events", "/replay", "/echo?data=x"] {
        let request = format!("HEAD {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        let mut client = Client::send(&testbed, &request).await;
        client.until_end().await;
        assert_eq!((client.status(), client.raw_body()), (200, &b""[..]), "{path}");
        assert_eq!(client.fields("content-type"), ["text/event-stream"]);
        assert_eq!(client.field("content-length"), None);
    }
    assert_eq!(crate::client::stat(&testbed, "subscribers").await, 0);
    testbed.shutdown().await;
}

#[tokio::test]
async fn other_methods_are_answered_405_with_allow() {
    let testbed = correct();
    for (method, path, allow) in [
        ("DELETE", "/events", "GET, HEAD, OPTIONS"),
        ("POST", "/echo", "GET, HEAD, OPTIONS"),
        ("GET", "/publish", "POST, OPTIONS"),
    ] {
        let request = format!("{method} {path} HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
        let mut client = Client::send(&testbed, &request).await;
        client.until_end().await;
        assert_eq!(client.status(), 405, "{method} {path}");
        assert_eq!(client.field("allow").as_deref(), Some(allow));
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_path_that_is_not_there_is_404_in_json() {
    let testbed = correct();
    let client = fetch(&testbed, "/nothing", "").await;
    assert_eq!(client.status(), 404);
    assert_eq!(client.field("content-type").as_deref(), Some("application/json"));
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_token_guards_the_streams_and_nothing_else() {
    let config = Config { token: Some("s3cret".to_owned()), ..Config::default() };
    let testbed = Testbed::start(config).unwrap();
    for path in ["/events", "/replay"] {
        for header in ["", "Authorization: Bearer wrong\r\n", "Authorization: s3cret\r\n"] {
            let client = fetch(&testbed, path, header).await;
            assert_eq!(client.status(), 401, "{path} {header}");
            assert!(client.field("www-authenticate").unwrap().starts_with("Bearer"));
        }
    }
    let open = fetch(&testbed, "/replay", "Authorization: bearer s3cret\r\n").await;
    assert_eq!(open.status(), 200);
    assert_eq!(fetch(&testbed, "/stats", "").await.status(), 200);
    testbed.shutdown().await;
}

#[tokio::test]
async fn http10_gets_a_body_that_ends_with_the_connection() {
    let testbed = correct();
    for keep_alive in ["", "Connection: keep-alive\r\n"] {
        let request = format!("GET /replay HTTP/1.0\r\n{keep_alive}\r\n");
        let mut client = Client::send(&testbed, &request).await;
        assert!(client.until_end().await);
        assert_eq!(client.field("transfer-encoding"), None);
        assert_eq!(client.ids().len(), 6);
    }
    testbed.shutdown().await;
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let testbed = correct();
    let request = "GET /finished HTTP/1.1\r\nHost: t\r\n\r\n";
    let last = "GET /replay HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    let mut client = Client::send(&testbed, &format!("{request}{last}")).await;
    client.until_end().await;
    assert!(client.text().contains("204 No Content") && client.text().contains("data: bye"));
    testbed.shutdown().await;
}
