//! Reads that are dropped before they are ready.

use std::time::Duration;

use ssecheck_transport::{BodyPart, End};
use tokio::io::AsyncWriteExt;
use tokio::time::Instant;

use crate::server::{LONG, get, serve};

#[tokio::test]
async fn reads_that_are_cancelled_lose_nothing() {
    let url = serve(|mut stream| async move {
        let head = b"HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let body = b"5\r\nabcde\r\n".repeat(30);
        for byte in [&head[..], &body, b"0\r\n\r\n"].concat() {
            stream.write_all(&[byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut connection = get(&url).await;
    let mut cancelled = 0;
    let head = loop {
        tokio::select! {
            biased;
            head = connection.head() => break head.unwrap(),
            () = tokio::task::yield_now() => cancelled += 1,
        }
    };
    assert_eq!((head.status, head.interim.len()), (200, 1));
    let mut body = Vec::new();
    let end = loop {
        let part = tokio::select! {
            biased;
            part = connection.read() => part.unwrap(),
            () = tokio::task::yield_now() => { cancelled += 1; continue }
        };
        match part {
            BodyPart::Data(chunk) => body.extend_from_slice(&chunk.bytes),
            BodyPart::End(end) => break end,
        }
    };
    assert_eq!(body, b"abcde".repeat(30));
    assert!(matches!(end, End::LastChunk { .. }));
    assert!(cancelled > 0);
}

#[tokio::test]
async fn a_read_past_its_deadline_may_be_taken_up_again() {
    let url = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n").await.unwrap();
        let mut go = [0];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut go).await.unwrap();
        stream.write_all(b"x").await.unwrap();
    })
    .await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    let error = connection.read_until(Instant::now() + Duration::from_millis(5)).await.unwrap_err();
    assert!(error.is_timeout());
    connection.wire().tap().tcp().try_write(b"x").unwrap();
    let part = connection.read_until(Instant::now() + LONG).await.unwrap();
    assert!(matches!(part, BodyPart::Data(chunk) if chunk.bytes == "x"));
}
