//! Whole answers by one call.

use std::time::Duration;

use ssecheck_transport::{Dialer, End, Kind, Limits, Phase, Request, exchange};
use tokio::io::AsyncWriteExt;

use crate::server::{answer, answer_open, limits, serve};

#[tokio::test]
async fn an_exchange_gives_the_whole_answer() {
    let url = answer_open("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await;
    let answer =
        exchange(&Dialer::default(), &url, &Request::get(&url), &limits(), 10).await.unwrap();
    assert_eq!((answer.head.status, &answer.body[..]), (200, &b"ok"[..]));
    assert_eq!(answer.end, Some(End::LengthReached));
    assert!(answer.record.sent.bytes().starts_with(b"GET / HTTP/1.1\r\nHost: 127.0.0.1:"));
}

#[tokio::test]
async fn a_body_is_cut_at_the_size_asked_for() {
    let url = answer_open("HTTP/1.1 200 OK\r\n\r\nendless").await;
    let answer =
        exchange(&Dialer::default(), &url, &Request::get(&url), &limits(), 3).await.unwrap();
    assert_eq!((&answer.body[..], answer.end), (&b"end"[..], None));
}

#[tokio::test]
async fn a_body_of_exactly_that_size_is_not_cut() {
    let url = answer("HTTP/1.1 200 OK\r\n\r\nend").await;
    let answer =
        exchange(&Dialer::default(), &url, &Request::get(&url), &limits(), 3).await.unwrap();
    assert_eq!((&answer.body[..], answer.end), (&b"end"[..], Some(End::Closed)));
}

#[tokio::test]
async fn a_body_that_drips_ends_at_the_body_limit() {
    let url = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        while stream.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    })
    .await;
    let brief = Limits { body: Duration::from_millis(150), ..limits() };
    let error = exchange(&Dialer::default(), &url, &Request::get(&url), &brief, usize::MAX)
        .await
        .unwrap_err();
    assert_eq!(
        (error.phase, error.kind),
        (Phase::Body, Kind::TimedOut(Duration::from_millis(150)))
    );
}

#[tokio::test]
async fn an_early_refusal_of_a_long_request_is_read() {
    let url = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 413 Too Long\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        crate::server::wait_closed(&mut stream).await;
    })
    .await;
    let request = Request::for_url("POST", &url).body(vec![b'x'; 1 << 20]);
    let answer = exchange(&Dialer::default(), &url, &request, &limits(), 10).await.unwrap();
    assert_eq!(answer.head.status, 413);
    assert_eq!(answer.record.sent.total(), request.to_bytes().unwrap().len() as u64);
}
