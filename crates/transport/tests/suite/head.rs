//! Heads over the wire.

use std::time::Duration;

use ssecheck_transport::{
    Dialer, Kind, Limits, MAX_FIELDS, MAX_HEAD_BYTES, Phase, Request, Version,
};
use tokio::io::AsyncWriteExt;

use crate::server::{answer, answer_open, codes, fetch, get, limits, serve};

#[tokio::test]
async fn a_head_comes_before_the_first_body_byte() {
    let url = answer_open("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").await;
    let mut connection = get(&url).await;
    let head = connection.head().await.unwrap();
    assert_eq!((head.status, codes(&head.oddities)), (200, vec![]));
    assert!(head.first.at <= head.complete.at);
}

#[tokio::test]
async fn interim_answers_are_seen_while_the_final_one_is_awaited() {
    let url = answer_open("HTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 100 Go\r\n\r\n").await;
    let mut connection = get(&url).await;
    while connection.interim().len() < 2 {
        let soon = tokio::time::Instant::now() + Duration::from_millis(20);
        assert!(connection.head_until(soon).await.unwrap_err().is_timeout());
    }
    assert_eq!(connection.interim()[1].status, 100);
}

#[tokio::test]
async fn what_is_no_http_is_told_with_its_first_bytes() {
    let url = answer_open("SSH-2.0-OpenSSH_9\r\n").await;
    let mut connection = get(&url).await;
    let error = connection.head().await.unwrap_err();
    assert_eq!(connection.head().await.unwrap_err(), error);
    assert_eq!(
        error.to_string(),
        r#"head: not an HTTP answer: it begins with "SSH-2.0-OpenSSH_9\r\n""#
    );
}

#[tokio::test]
async fn a_server_that_closes_at_once_is_told_from_a_silent_one() {
    let error = fetch(&answer("").await).await.unwrap_err();
    assert_eq!((error.phase, error.kind), (Phase::Head, Kind::Closed { received: 0 }));
}

#[tokio::test]
async fn a_silent_server_times_out_in_phase_head() {
    let url = answer_open("").await;
    let brief = Limits { head: Duration::from_secs(3), ..limits() };
    let mut connection = Dialer::default().dial(&url, &brief).await.unwrap();
    connection.send(&Request::get(&url)).await.unwrap();
    // Not before: a paused clock jumps ahead while the system still connects.
    tokio::time::pause();
    let error = connection.head().await.unwrap_err();
    assert_eq!(error.to_string(), "head: timed out after 3 s");
}

#[tokio::test]
async fn a_slow_drip_does_not_extend_the_head_limit() {
    let url = serve(|mut stream| async move {
        let mut head = b"HTTP/1.1 200 OK\r\nX: ".to_vec();
        head.resize(10_000, b'x');
        for byte in head {
            if stream.write_all(&[byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    })
    .await;
    let brief = Limits { head: Duration::from_secs(30), ..limits() };
    let mut connection = Dialer::default().dial(&url, &brief).await.unwrap();
    connection.send(&Request::get(&url)).await.unwrap();
    // Not before: a paused clock jumps ahead while the system still connects.
    tokio::time::pause();
    let error = connection.head().await.unwrap_err();
    assert_eq!((error.phase, error.kind), (Phase::Head, Kind::TimedOut(Duration::from_secs(30))));
    assert!(connection.record().received.total() <= 31);
}

#[tokio::test]
async fn an_endless_head_ends_at_a_bound() {
    let endless = |first: &'static [u8], more: &'static [u8]| {
        serve(move |mut stream| async move {
            let mut bytes = first.to_vec();
            while stream.write_all(&bytes).await.is_ok() {
                bytes = more.repeat(100);
            }
        })
    };
    let error = fetch(&endless(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n").await).await.unwrap_err();
    assert_eq!(error.kind, Kind::TooManyFields { limit: MAX_FIELDS });
    let error = fetch(&endless(b"HTTP/1.1 200 OK\r\n", b"endless line").await).await.unwrap_err();
    assert_eq!(error.kind, Kind::HeadTooLong { limit: MAX_HEAD_BYTES });
    let error = fetch(&endless(b"", b"HTTP/1.1 100 Go\r\n\r\n").await).await.unwrap_err();
    assert!(matches!(error.kind, Kind::TooManyInterim { .. }));
}

#[tokio::test]
async fn wire_faults_are_told_and_the_answer_still_read() {
    let url =
        answer("HTTP/1.1 200\nServer : x\nfolded: a\n b\nno colon\nContent-Length: 2\n\nok").await;
    let (head, body, _, _) = fetch(&url).await.unwrap();
    assert_eq!(
        codes(&head.oddities),
        ["bare-lf", "status-line-spacing", "space-before-colon", "folded-field", "no-colon"]
    );
    assert_eq!((head.field("folded").unwrap(), &body[..]), (&"a b".into(), &b"ok"[..]));
}

#[tokio::test]
async fn the_request_goes_out_byte_for_byte() {
    let url = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.unwrap();
    })
    .await;
    let mut connection = Dialer::default().dial(&url, &limits()).await.unwrap();
    let request =
        Request::raw("GET", Version::Http10, "get  / HTTP/1.0\nlast-event-id: \u{e9}\r\n\r\n");
    connection.send(&request).await.unwrap();
    assert_eq!(connection.head().await.unwrap().status, 204);
    assert_eq!(connection.record().sent.bytes(), request.to_bytes().unwrap());
}

#[tokio::test]
async fn a_request_that_would_break_is_not_sent() {
    let url = answer("").await;
    let mut connection = Dialer::default().dial(&url, &limits()).await.unwrap();
    let error = connection.send(&Request::get(&url).header("a", "b\r\nc: d")).await.unwrap_err();
    assert_eq!(error.to_string(), "send: value of header \"a\" holds CR, LF or NUL");
    assert_eq!(connection.record().sent.total(), 0);
}
