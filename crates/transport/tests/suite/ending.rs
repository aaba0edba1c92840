//! What the server sees when we leave.

use ssecheck_transport::{AfterEnd, BodyPart, Connection, DialOptions, Dialer, Request, Url};
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;

use crate::server::{LONG, fetch, get, limits, serve, wait_closed};

/// A server that streams one event and tells whether the client left by FIN (true) or RST.
async fn watcher() -> (Url, mpsc::UnboundedReceiver<bool>) {
    let (left, seen) = mpsc::unbounded_channel();
    let url = serve(move |mut stream| {
        let left = left.clone();
        async move {
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\ndata: x\n\n").await.unwrap();
            left.send(wait_closed(&mut stream).await).unwrap();
        }
    })
    .await;
    (url, seen)
}

/// A connection in the middle of a body, with nothing unread.
async fn in_body(url: &Url) -> Connection {
    let mut connection = get(url).await;
    connection.head().await.unwrap();
    let mut got = 0;
    while got < 9 {
        let BodyPart::Data(chunk) = connection.read().await.unwrap() else { panic!("ended") };
        got += chunk.bytes.len();
    }
    connection
}

#[tokio::test]
async fn close_sends_fin() {
    let (url, mut seen) = watcher().await;
    let record = in_body(&url).await.close().await;
    assert!(record.received.bytes().ends_with(b"data: x\n\n"));
    assert_eq!(seen.recv().await, Some(true));
}

#[tokio::test]
async fn close_sends_fin_even_with_bytes_unread() {
    let (url, mut seen) = watcher().await;
    let connection = get(&url).await;
    connection.wire().tap().tcp().readable().await.unwrap();
    connection.close().await;
    assert_eq!(seen.recv().await, Some(true));
}

#[tokio::test]
async fn reset_sends_rst() {
    let (url, mut seen) = watcher().await;
    in_body(&url).await.reset().unwrap();
    assert_eq!(seen.recv().await, Some(false));
}

#[tokio::test]
async fn abort_with_nothing_unread_sends_fin() {
    let (url, mut seen) = watcher().await;
    let _ = in_body(&url).await.abort();
    assert_eq!(seen.recv().await, Some(true));
}

#[tokio::test]
async fn abort_is_possible_before_the_answer() {
    let (url, mut seen) = watcher().await;
    let _ = get(&url).await.abort();
    assert!(seen.recv().await.is_some());
}

#[tokio::test]
async fn our_side_stays_open_while_the_answer_comes() {
    let url = serve(|mut stream| async move {
        let mut scratch = [0];
        // A half-closed client would be readable (end of input) here.
        let quiet = stream.try_read(&mut scratch).is_err();
        let status = if quiet { 200 } else { 500 };
        let text = format!("HTTP/1.1 {status} x\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(text.as_bytes()).await.unwrap();
        wait_closed(&mut stream).await;
    })
    .await;
    let (head, _, _, _) = fetch(&url).await.unwrap();
    assert_eq!(head.status, 200);
}

#[tokio::test]
async fn a_server_that_closes_after_the_answer_is_seen() {
    let url = crate::server::answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    let (_, _, _, mut connection) = fetch(&url).await.unwrap();
    assert_eq!(connection.after_end(LONG).await.unwrap().then, AfterEnd::Closed);
}

#[tokio::test]
async fn a_reader_that_stalls_holds_the_server_back() {
    let (blocked, mut seen) = mpsc::unbounded_channel();
    let url = serve(move |stream| {
        let blocked = blocked.clone();
        async move {
            let bytes = vec![b'x'; 64 * 1024];
            let mut sent = 0;
            while let Ok(len) = stream.try_write(&bytes) {
                sent += len;
            }
            blocked.send(sent).unwrap();
            std::future::pending::<()>().await;
        }
    })
    .await;
    let options = DialOptions { recv_buffer: Some(4096), ..DialOptions::default() };
    let mut connection = Dialer::new(options).unwrap().dial(&url, &limits()).await.unwrap();
    connection.send(&Request::get(&url)).await.unwrap();
    let small = seen.recv().await.unwrap();
    let _large_connection = get(&url).await;
    let large = seen.recv().await.unwrap();
    assert!(small < large, "{small} {large}");
}
