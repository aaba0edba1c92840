//! Servers that send without end: memory and time stay bounded.

use std::time::Duration;

use ssecheck_transport::{
    AfterEnd, BodyPart, ChunkFault, DialOptions, Dialer, End, Kind, MAX_SURPLUS, Request,
};
use tokio::io::AsyncWriteExt;

use crate::server::{fetch, limits, serve};
use ssecheck_transport::Url;

/// Sends `start`, then `more` for ever.
async fn endless(start: &'static str, more: &'static [u8]) -> Url {
    serve(move |mut stream| async move {
        let more = more.repeat(1000);
        let mut bytes = start.as_bytes();
        while stream.write_all(bytes).await.is_ok() {
            bytes = &more;
        }
    })
    .await
}

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn an_endless_chunk_line_ends_at_a_bound() {
    for (more, expected) in [
        (&b"0"[..], ChunkFault::LineTooLong),
        (b"1;", ChunkFault::LineTooLong),
        (b" ", ChunkFault::LineTooLong),
        (b"0\r\nx:", ChunkFault::TrailersTooLong),
    ] {
        let error = fetch(&endless(CHUNKED, more).await).await.unwrap_err();
        let Kind::Chunk(chunk) = error.kind else { panic!("{error}") };
        assert_eq!(chunk.fault, expected);
    }
}

#[tokio::test]
async fn endless_trailers_end_at_a_bound() {
    let url =
        endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a:b\r\n").await;
    let error = fetch(&url).await.unwrap_err();
    assert!(matches!(error.kind, Kind::Chunk(chunk) if chunk.fault == ChunkFault::TrailersTooLong));
}

#[tokio::test]
async fn endless_surplus_is_counted_and_not_kept() {
    let url = endless("HTTP/1.1 204 No\r\n\r\n", b"surplus").await;
    let (_, _, end, mut connection) = fetch(&url).await.unwrap();
    assert_eq!(end, End::NoBody);
    let mut kept = 0;
    while kept < MAX_SURPLUS {
        let after = connection.after_end(Duration::from_millis(50)).await.unwrap();
        assert_eq!(after.then, AfterEnd::Open);
        assert!(after.bytes.len() <= MAX_SURPLUS);
        kept += after.bytes.len();
    }
    assert!(connection.facts().unwrap().surplus_bytes >= MAX_SURPLUS as u64);
}

#[tokio::test]
async fn the_record_of_an_endless_body_is_bounded() {
    let url = endless("HTTP/1.1 200 OK\r\n\r\n", b"data: x\n\n").await;
    let options = DialOptions { max_recorded: 1000, ..DialOptions::default() };
    let mut connection = Dialer::new(options).unwrap().dial(&url, &limits()).await.unwrap();
    connection.send(&Request::get(&url)).await.unwrap();
    connection.head().await.unwrap();
    let mut total = 0;
    while total < 5_000_000 {
        let BodyPart::Data(chunk) = connection.read().await.unwrap() else { panic!("ended") };
        total += chunk.bytes.len();
    }
    let side = &connection.record().received;
    assert_eq!((side.bytes().len(), side.cut()), (1000, true));
    assert!(side.total() > 5_000_000);
}
