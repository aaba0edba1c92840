//! Servers that send given bytes.

use std::future::Future;
use std::time::Duration;

use ssecheck_transport::{BodyPart, Connection, Dialer, End, Error, Head, Limits, Request, Url};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Long enough never to be reached on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Serves every connection with `script`, which begins after the request's head was read.
pub(crate) async fn serve<F, S>(script: S) -> Url
where
    S: Fn(TcpStream) -> F + Send + Sync + Clone + 'static,
    F: Future<Output = ()> + Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let script = script.clone();
            tokio::spawn(async move {
                stream.set_nodelay(true).unwrap();
                if read_request(&mut stream).await {
                    script(stream).await;
                }
            });
        }
    });
    Url::parse(&format!("http://{address}/")).unwrap()
}

/// Answers with `bytes`, then FIN.
pub(crate) async fn answer(bytes: impl AsRef<[u8]>) -> Url {
    let bytes = bytes.as_ref().to_vec();
    serve(move |mut stream| {
        let bytes = bytes.clone();
        // The client may have seen enough before all is written.
        async move { drop(stream.write_all(&bytes).await) }
    })
    .await
}

/// Answers with `bytes`, then keeps the connection open until the client leaves.
pub(crate) async fn answer_open(bytes: impl AsRef<[u8]>) -> Url {
    let bytes = bytes.as_ref().to_vec();
    serve(move |mut stream| {
        let bytes = bytes.clone();
        async move {
            if stream.write_all(&bytes).await.is_ok() {
                wait_closed(&mut stream).await;
            }
        }
    })
    .await
}

/// Reads until the client has closed or reset the connection; true for a FIN.
pub(crate) async fn wait_closed(stream: &mut TcpStream) -> bool {
    let mut scratch = [0; 1024];
    loop {
        match stream.read(&mut scratch).await {
            Ok(0) => return true,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// Reads one head; false if the client left before.
pub(crate) async fn read_request(stream: &mut TcpStream) -> bool {
    let mut got = Vec::new();
    while !got.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => got.push(byte),
            Err(_) => return false,
        }
    }
    true
}

pub(crate) fn limits() -> Limits {
    Limits::all(LONG)
}

/// Connects and sends a plain GET.
pub(crate) async fn get(url: &Url) -> Connection {
    let mut connection = Dialer::default().dial(url, &limits()).await.unwrap();
    connection.send(&Request::get(url)).await.unwrap();
    connection
}

/// Reads to the end of the body.
pub(crate) async fn read_all(connection: &mut Connection) -> Result<(Vec<u8>, End), Error> {
    let mut body = Vec::new();
    loop {
        match connection.read().await? {
            BodyPart::End(end) => return Ok((body, end)),
            BodyPart::Data(chunk) => {
                assert_eq!(chunk.offset, body.len() as u64);
                body.extend_from_slice(&chunk.bytes);
            }
        }
    }
}

/// A GET and its whole answer.
pub(crate) async fn fetch(url: &Url) -> Result<(Head, Vec<u8>, End, Connection), Error> {
    let mut connection = get(url).await;
    let head = connection.head().await?;
    let (body, end) = read_all(&mut connection).await?;
    Ok((head, body, end, connection))
}

pub(crate) fn codes(oddities: &ssecheck_transport::Oddities) -> Vec<&'static str> {
    oddities.iter().map(|oddity| oddity.code.as_str()).collect()
}
