//! One answer, cut, reset or split at every byte.

use std::time::Duration;

use socket2::SockRef;
use ssecheck_transport::{BodyPart, End, Error, Kind, Phase, Place};
use tokio::io::AsyncWriteExt;

use crate::server::{answer, fetch, get, read_all, serve};

const HEAD: &[u8] =
    b"HTTP/1.1 103 H\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n";
const BODY: &[u8] = b"5;e\r\ndata:\r\n2\r\n x\r\n1\nz\n0\r\nT: 1\r\n\r\n";

fn whole() -> Vec<u8> {
    [HEAD, BODY].concat()
}

/// Where `BODY` is after so many of its bytes, and how many are then known to be missing.
fn place(sent: usize) -> (Place, Option<u64>) {
    match sent {
        0 | 12 | 19 | 23 => (Place::BetweenChunks, None),
        1..=4 | 13..=14 | 20 | 24..=25 => (Place::ChunkSize, None),
        5..=9 => (Place::ChunkData, Some(10 - sent as u64)),
        15..=16 => (Place::ChunkData, Some(17 - sent as u64)),
        21 => (Place::ChunkData, Some(1)),
        10..=11 | 17..=18 | 22 => (Place::ChunkEnd, None),
        _ => (Place::Trailers, None),
    }
}

#[tokio::test]
async fn a_close_at_any_byte_is_told_exactly() {
    let whole = whole();
    for sent in 0..whole.len() {
        let result = fetch(&answer(&whole[..sent]).await).await;
        if sent < HEAD.len() {
            let expected =
                Error { phase: Phase::Head, kind: Kind::Closed { received: sent as u64 } };
            assert_eq!(result.unwrap_err(), expected);
        } else {
            let (place, missing) = place(sent - HEAD.len());
            let (_, _, end, _) = result.unwrap();
            assert_eq!(end, End::Truncated { missing, place }, "after {sent} bytes");
        }
    }
}

#[tokio::test]
async fn a_length_cut_at_any_byte_is_told_exactly() {
    for sent in 0..5 {
        let text = format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}", &"abcde"[..sent]);
        let (_, body, end, _) = fetch(&answer(text).await).await.unwrap();
        let missing = Some(5 - sent as u64);
        assert_eq!((body.len(), end), (sent, End::Truncated { missing, place: Place::Length }));
    }
}

#[tokio::test]
async fn a_reset_at_any_byte_is_told_from_a_close() {
    let whole = whole();
    for sent in (0..whole.len()).step_by(3) {
        let bytes = whole[..sent].to_vec();
        let url = serve(move |mut stream| {
            let bytes = bytes.clone();
            async move {
                stream.write_all(&bytes).await.unwrap();
                SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
            }
        })
        .await;
        match fetch(&url).await {
            Err(error) => assert_eq!(error, Error { phase: Phase::Head, kind: Kind::Reset }),
            Ok((_, _, end, _)) => assert_eq!(end, End::Reset, "after {sent} bytes"),
        }
    }
}

#[tokio::test]
async fn a_split_at_any_byte_changes_nothing() {
    let whole = whole();
    let (head, body, end, connection) = fetch(&answer(&whole).await).await.unwrap();
    let facts = connection.facts();
    assert_eq!(&body, b"data: xz");
    assert_eq!(head.interim.len(), 1);
    for at in 1..whole.len() {
        let (first, second) = (whole[..at].to_vec(), whole[at..].to_vec());
        let url = serve(move |mut stream| {
            let (first, second) = (first.clone(), second.clone());
            async move {
                stream.write_all(&first).await.unwrap();
                // Gives the client its turn; whether it reads between the two must not matter.
                for _ in 0..50 {
                    tokio::task::yield_now().await;
                }
                stream.write_all(&second).await.unwrap();
            }
        })
        .await;
        let (split_head, split_body, split_end, connection) = fetch(&url).await.unwrap();
        assert_eq!((&split_head.raw, &split_head.fields), (&head.raw, &head.fields));
        assert_eq!(split_head.oddities, head.oddities);
        assert_eq!((&split_body, &split_end, &connection.facts()), (&body, &end, &facts));
        assert_eq!(connection.record().received.bytes(), whole);
    }
}

#[tokio::test]
async fn one_byte_at_a_time_changes_nothing() {
    let whole = whole();
    let bytes = whole.clone();
    let url = serve(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            for byte in bytes {
                stream.write_all(&[byte]).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
    })
    .await;
    let (_, body, end, _) = fetch(&url).await.unwrap();
    assert_eq!(&body, b"data: xz");
    assert!(matches!(end, End::LastChunk { .. }));
}

#[tokio::test]
async fn bytes_before_a_reset_are_not_lost() {
    let url = serve(|mut stream| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nabc").await.unwrap();
        let mut go = [0];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut go).await.unwrap();
        SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
    })
    .await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    let mut got = 0;
    while got < 3 {
        let BodyPart::Data(chunk) = connection.read().await.unwrap() else { panic!("ended") };
        got += chunk.bytes.len();
    }
    // A byte to the server is the sign that all was read.
    connection.wire().tap().tcp().try_write(b"x").unwrap();
    assert_eq!(read_all(&mut connection).await.unwrap().1, End::Reset);
}
