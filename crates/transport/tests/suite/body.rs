//! Bodies over the wire, by framing.

use ssecheck_transport::{
    AfterEnd, BodyPart, ChunkError, ChunkFault, Dialer, End, Error, Framing, Kind, Phase, Place,
    Request, Version,
};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

use crate::server::{LONG, answer, answer_open, codes, fetch, get, limits, read_all, serve};

const CHUNKED: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn a_chunked_body_ends_without_waiting_for_fin() {
    let chunks = "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n";
    let sent = chunks.len() as u64;
    let url = answer_open(format!("{CHUNKED}{chunks}")).await;
    let (head, body, end, mut connection) = fetch(&url).await.unwrap();
    assert_eq!((head.framing, &body[..]), (Framing::Chunked, &b"abcde"[..]));
    let End::LastChunk { trailers } = end else { panic!("{end:?}") };
    assert_eq!((&trailers[0].name[..], &trailers[0].value[..]), (&b"T"[..], &b"1"[..]));
    let facts = connection.facts().unwrap();
    assert_eq!((facts.body_bytes, facts.raw_bytes, facts.surplus_bytes), (5, sent, 0));
    assert_eq!(codes(&facts.oddities), ["chunk-extension", "trailers"]);
    let chunks = facts.chunks.unwrap();
    assert_eq!(
        (chunks.count, chunks.sizes, chunks.extensions),
        (2, vec![3, 2], vec![b"x=y".to_vec()])
    );
    let after = connection.after_end(Duration::from_millis(20)).await.unwrap();
    assert_eq!((after.then, after.total), (AfterEnd::Open, 0));
}

#[tokio::test]
async fn a_length_ends_without_waiting_for_fin() {
    let url = answer_open("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").await;
    let (_, body, end, mut connection) = fetch(&url).await.unwrap();
    assert_eq!((&body[..], end.clone()), (&b"abc"[..], End::LengthReached));
    assert_eq!(connection.read().await.unwrap(), BodyPart::End(end));
}

#[tokio::test]
async fn a_body_without_length_ends_with_fin() {
    for version in ["1.0", "1.1"] {
        let url = answer(format!("HTTP/{version} 200 OK\r\n\r\nabc")).await;
        let (head, body, end, _) = fetch(&url).await.unwrap();
        assert_eq!((head.framing, &body[..], end), (Framing::Close, &b"abc"[..], End::Closed));
        assert!(head.oddities.is_empty());
    }
}

#[tokio::test]
async fn r07_bytes_after_a_204_are_surplus() {
    let url = answer("HTTP/1.1 204 No Content\r\n\r\nsurplus").await;
    let (_, body, end, mut connection) = fetch(&url).await.unwrap();
    assert_eq!((body.len(), end), (0, End::NoBody));
    let after = connection.after_end(LONG).await.unwrap();
    assert_eq!(
        (&after.bytes[..], after.offset, after.then),
        (&b"surplus"[..], 27, AfterEnd::Closed)
    );
    let facts = connection.facts().unwrap();
    assert_eq!((facts.surplus_bytes, codes(&facts.oddities)), (7, vec!["surplus"]));
}

#[tokio::test]
async fn r08_a_body_after_head_is_surplus() {
    let url = answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc").await;
    let mut connection = Dialer::default().dial(&url, &limits()).await.unwrap();
    connection.send(&Request::for_url("HEAD", &url)).await.unwrap();
    assert_eq!(connection.head().await.unwrap().framing, Framing::None);
    assert_eq!(connection.read().await.unwrap(), BodyPart::End(End::NoBody));
    assert_eq!(connection.after_end(LONG).await.unwrap().total, 3);
}

#[tokio::test]
async fn bytes_after_the_last_chunk_are_surplus() {
    let url = answer(format!("{CHUNKED}0\r\n\r\nmore")).await;
    let (_, _, _, mut connection) = fetch(&url).await.unwrap();
    assert_eq!(connection.after_end(LONG).await.unwrap().bytes, b"more");
}

#[tokio::test]
async fn after_end_wants_an_ended_body() {
    let url = answer_open(CHUNKED).await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    let error = connection.after_end(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error.kind, Kind::Misuse(_)));
}

#[tokio::test]
async fn r18_chunks_to_an_http10_client_are_told_and_decoded() {
    let url = answer(format!("{CHUNKED}1\r\nx\r\n0\r\n\r\n")).await;
    let mut connection = Dialer::default().dial(&url, &limits()).await.unwrap();
    connection.send(&Request::get(&url).version(Version::Http10)).await.unwrap();
    let head = connection.head().await.unwrap();
    assert_eq!(codes(&head.oddities), ["chunked-to-http10"]);
    assert_eq!(read_all(&mut connection).await.unwrap().0, b"x");
}

#[tokio::test]
async fn broken_chunking_is_an_error_that_stays() {
    let offset = CHUNKED.len() as u64;
    for (bytes, fault, at) in [
        ("zz\r\n", ChunkFault::InvalidSize, 0),
        ("data: x\n\n", ChunkFault::InvalidSize, 0),
        ("10000000000000000\r\n", ChunkFault::SizeOverflow, 0),
        ("1\r\nxx\r\n", ChunkFault::NoLineEndAfterData, 4),
    ] {
        let url = answer_open(format!("{CHUNKED}{bytes}")).await;
        let mut connection = get(&url).await;
        connection.head().await.unwrap();
        let error = read_all(&mut connection).await.unwrap_err();
        let chunk = ChunkError { fault, offset: offset + at };
        assert_eq!(error, Error { phase: Phase::Body, kind: Kind::Chunk(chunk) });
        assert_eq!(connection.read().await.unwrap_err(), error);
    }
}

#[tokio::test]
async fn a_gigantic_chunk_costs_only_what_comes() {
    for (size, missing) in [("40000000", (1 << 30) - 1), ("ffffffffffffffff", u64::MAX - 1)] {
        let url = answer(format!("{CHUNKED}{size}\r\nx")).await;
        let (_, body, end, _) = fetch(&url).await.unwrap();
        assert_eq!(body, b"x");
        assert_eq!(end, End::Truncated { missing: Some(missing), place: Place::ChunkData });
    }
}

#[tokio::test]
async fn double_and_conflicting_lengths_are_told() {
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n\
                1\r\nx\r\n0\r\n\r\n";
    let (head, body, _, _) = fetch(&answer(both).await).await.unwrap();
    assert_eq!((codes(&head.oddities), &body[..]), (vec!["length-and-chunked"], &b"x"[..]));
    let conflict = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nabc";
    let (head, body, end, _) = fetch(&answer(conflict).await).await.unwrap();
    assert_eq!((codes(&head.oddities), &body[..]), (vec!["length-conflict"], &b"abc"[..]));
    assert_eq!(end, End::Closed);
}

#[tokio::test]
async fn data_is_given_before_its_chunk_is_complete() {
    let url = answer_open(format!("{CHUNKED}ff\r\nearly")).await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    let mut got = Vec::new();
    while got.len() < 5 {
        let BodyPart::Data(chunk) = connection.read().await.unwrap() else { panic!("ended") };
        got.extend_from_slice(&chunk.bytes);
    }
    assert_eq!(got, b"early");
}

#[tokio::test]
async fn raw_offsets_point_into_the_record() {
    let url = answer(format!("{CHUNKED}3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")).await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    while let BodyPart::Data(chunk) = connection.read().await.unwrap() {
        let at = usize::try_from(chunk.raw_offset).unwrap();
        let recorded = &connection.record().received.bytes()[at..];
        assert!(recorded.starts_with(&chunk.bytes));
    }
}

#[tokio::test]
async fn a_connection_can_be_used_again_after_an_answer() {
    let url = serve(|mut stream| async move {
        for body in ["first", "other"] {
            let text = format!("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).await.unwrap();
            if !crate::server::read_request(&mut stream).await {
                return;
            }
        }
    })
    .await;
    let mut connection = get(&url).await;
    connection.head().await.unwrap();
    assert_eq!(read_all(&mut connection).await.unwrap().0, b"first");
    connection.send(&Request::get(&url)).await.unwrap();
    let head = connection.head().await.unwrap();
    assert_eq!(head.offset, head.raw.len() as u64 + 5);
    assert_eq!(read_all(&mut connection).await.unwrap().0, b"other");
}

#[tokio::test]
async fn methods_called_out_of_order_are_errors() {
    let url = answer_open(CHUNKED).await;
    let mut connection = Dialer::default().dial(&url, &limits()).await.unwrap();
    assert!(matches!(connection.head().await.unwrap_err().kind, Kind::Misuse(_)));
    assert!(matches!(connection.read().await.unwrap_err().kind, Kind::Misuse(_)));
    assert_eq!(connection.facts(), None);
}
