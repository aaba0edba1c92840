//! Attempts that come to nothing, each with its cause, and redirects.

use std::time::Duration;

use ssecheck_model::load::Load;
use ssecheck_transport::Limits;

use crate::drive::Drive;
use crate::hub::{Answer, Hub, Script, Seen};

const PLAN: &str = "subscribers: 3\nduration: 300ms\nsettle: 200ms\n";

async fn answered(answer: Answer) -> Load {
    let hub =
        Hub::start(Script { answer: Box::new(move |_, _| answer.clone()), ..Script::default() });
    let mut drive = Drive::watching(&hub, PLAN);
    drive.limits = Limits { head: Duration::from_millis(150), ..Limits::default() };
    drive.run().await
}

#[track_caller]
fn assert_failed(load: &Load, cause: &str) {
    let found = &load.connections;
    assert_eq!(found.failed_by.keys().collect::<Vec<_>>(), [cause], "{found:?}");
    assert_eq!((found.attempted, found.failed), (3, 3));
    assert_eq!((found.opened, found.peak, found.late), (0, 0, 3));
    assert_eq!(load.events.events, 0);
}

fn raw(text: &str) -> Answer {
    Answer::Raw(text.to_owned())
}

#[tokio::test]
async fn ends_before_the_head_are_told_apart() {
    assert_failed(&answered(Answer::Reset).await, "reset");
    assert_failed(&answered(Answer::Close).await, "closed");
    assert_failed(&answered(raw("HTTP/1.1 200 O")).await, "closed");
    assert_failed(&answered(Answer::Silence).await, "timeout-head");
}

#[tokio::test]
async fn answers_that_are_no_stream_are_told_apart() {
    for (answer, cause) in [
        ("HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n", "status-503"),
        ("HTTP/1.1 204 Done\r\n\r\n", "status-204"),
        ("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<p>", "wrong-type"),
        ("HTTP/1.1 200 OK\r\n\r\ndata: x\n\n", "wrong-type"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "not-http"),
        ("HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n", "wrong-redirect"),
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n\r\n",
            "content-encoding",
        ),
        ("HTTP/1.1 302 Found\r\nlocation: /events\r\n\r\n", "too-many-redirects"),
    ] {
        assert_failed(&answered(raw(answer)).await, cause);
    }
}

#[tokio::test]
async fn a_type_with_parameters_in_any_case_is_a_stream() {
    let hub = Hub::start(Script {
        answer: Box::new(|_, _| {
            raw("HTTP/1.1 200 OK\r\nContent-Type: TEXT/Event-Stream ;charset=utf-8\r\n\r\n: hi\n")
        }),
        ..Script::default()
    });
    let load = Drive::watching(&hub, PLAN).run().await;
    assert_eq!((load.connections.opened, load.connections.failed), (3, 0));
    assert_eq!(load.events.comments, 3);
    assert_eq!(load.connections.ended_by["end"], 3);
}

fn redirect(status: u16, to: &str) -> Answer {
    raw(&format!("HTTP/1.1 {status} Moved\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"))
}

#[tokio::test]
async fn redirects_are_followed_and_counted() {
    for status in [301, 302, 303, 307, 308] {
        let answer = move |_, seen: &Seen| match &seen.path[..] {
            "/events" => redirect(status, "there?x=1"),
            _ => Answer::Stream,
        };
        let hub = Hub::start(Script { answer: Box::new(answer), ..Script::default() });
        let plan =
            format!("{PLAN}publish: {{rate: 20/s}}\nrequest: {{headers: {{cookie: 'a=b'}}}}\n");
        let load = Drive::new(&hub, &plan).target("headers: {authorization: secret}\n").run().await;
        let found = &load.connections;
        assert_eq!((found.attempted, found.opened, found.redirected), (3, 3, 3));
        assert_eq!((load.events.expected, load.events.lost), (18, 0));
        for seen in hub.seen("/there?x=1") {
            let fields = [seen.field("authorization"), seen.field("cookie")];
            assert_eq!(fields, [Some("secret".to_owned()), Some("a=b".to_owned())]);
        }
    }
}

#[tokio::test]
async fn another_origin_gets_no_credentials() {
    let there = Hub::start(Script::default());
    let to = there.url();
    let answer = move |_, _: &Seen| redirect(307, &to);
    let here = Hub::start(Script { answer: Box::new(answer), ..Script::default() });
    let plan = format!("{PLAN}request: {{headers: {{cookie: 'a=b', x-other: kept}}}}\n");
    let target = "headers: {authorization: secret, x-api-key: secret}\n";
    let load = Drive::watching(&here, &plan).target(target).run().await;
    assert_eq!((load.connections.opened, load.connections.redirected), (3, 3));
    assert!(here.seen("/events")[0].head.contains("secret"));
    for seen in there.seen("/events") {
        assert!(!seen.head.contains("secret") && !seen.head.contains("a=b"), "{}", seen.head);
        assert_eq!(seen.field("x-other").as_deref(), Some("kept"));
        assert_eq!(seen.field("accept").as_deref(), Some("text/event-stream"));
    }
}

#[tokio::test]
async fn a_redirected_post_keeps_or_loses_its_body_as_fetch_has_it() {
    for (status, start, body) in
        [(302, "GET /there", 0), (303, "GET /there", 0), (307, "POST /there", 2)]
    {
        let answer = move |_, seen: &Seen| match &seen.path[..] {
            "/events" => redirect(status, "/there"),
            _ => Answer::Stream,
        };
        let hub = Hub::start(Script { answer: Box::new(answer), ..Script::default() });
        let plan = format!("{PLAN}request: {{method: POST, body: 'hi'}}\n");
        let load = Drive::watching(&hub, &plan).run().await;
        assert_eq!(load.connections.opened, 3);
        let seen = hub.seen("/there");
        assert!(seen.iter().all(|seen| seen.head.starts_with(start) && seen.body == body));
    }
}

#[tokio::test]
async fn a_wrong_status_is_not_asked_again_and_a_lost_connection_is() {
    let plan = "subscribers: 2\nduration: 1s\nsettle: 200ms\n";
    for (answer, attempts) in
        [(raw("HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n"), 2), (Answer::Close, 4)]
    {
        // The first stream of each ends after `retry`; what comes then is the answer under test.
        let script = Script {
            answer: Box::new(move |n, _| if n < 2 { Answer::Stream } else { answer.clone() }),
            greeting: "retry: 50\n\n".to_owned(),
            ..Script::default()
        };
        let hub = Hub::start(script);
        let ender = async {
            hub.until_open(2).await;
            hub.end_all(crate::hub::End::Clean);
            std::future::pending::<()>().await;
        };
        let load = Drive::watching(&hub, plan).run_until(ender).await.load;
        let found = &load.connections;
        assert_eq!((found.opened, found.ended_early), (2, 2));
        let again = found.attempted - 2;
        assert!(if attempts == 2 { again == 2 } else { again >= 4 }, "{found:?}");
    }
}
