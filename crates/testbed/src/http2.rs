//! HTTP/2 with prior knowledge (RFC 9113 3.3). Hyper serves it; for what hyper rightly refuses to
//! write, its frames are changed on their way out.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, duplex, split};
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::Switches;
use crate::connection::Connection;
use crate::server::is_over;
use crate::service::{App, answer};

/// Bytes that the pipe holds.
const PIPE: usize = 64 * 1024;
/// Bytes of a frame's head.
const FRAME_HEAD: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
/// INTERNAL_ERROR.
const INTERNAL_ERROR: [u8; 4] = [0, 0, 0, 2];

/// Whether the first bytes are the preface of HTTP/2.
pub(crate) async fn is_spoken(socket: &TcpStream) -> bool {
    let mut first = [0; 4];
    matches!(socket.peek(&mut first).await, Ok(4) if first == *b"PRI ")
}

/// Serves HTTP/2 on the socket until it ends.
pub(crate) async fn serve(
    socket: &mut TcpStream,
    app: &Arc<App>,
    connection: &Arc<Connection>,
    ending: watch::Receiver<bool>,
) {
    if !app.switches.any(&["h2-connection-field", "h2-transfer-encoding", "h2-reset-at-end"]) {
        return speak(socket, app, connection, ending).await;
    }
    let (inner, outer) = duplex(PIPE);
    let (mut from_client, mut to_client) = socket.split();
    let (mut from_http, mut to_http) = split(outer);
    let inward = async {
        let _ = tokio::io::copy(&mut from_client, &mut to_http).await;
        // A pipe whose other end is gone is closed already.
        let _ = to_http.shutdown().await;
    };
    let outward = pump(&mut from_http, &mut to_client, &app.switches);
    tokio::join!(speak(inner, app, connection, ending), inward, async {
        // Who cannot be written to has left.
        let _ = outward.await;
    });
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(
    socket: S,
    app: &Arc<App>,
    connection: &Arc<Connection>,
    mut ending: watch::Receiver<bool>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let (app, connection) = (Arc::clone(app), Arc::clone(connection));
        async move { Ok::<_, Infallible>(answer(&app, &connection, request).await) }
    });
    let builder = http2::Builder::new(TokioExecutor::new());
    let mut http = pin!(builder.serve_connection(TokioIo::new(socket), service));
    // What went wrong on a connection is the client's business, who sees it.
    let _ = tokio::select! {
        result = http.as_mut() => result,
        () = is_over(&mut ending) => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
}

/// Carries hyper's frames to the client, changed.
async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    switches: &Switches,
) -> io::Result<()> {
    let mut head = [0; FRAME_HEAD];
    while from.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize;
        let mut payload = vec![0; length];
        from.read_exact(&mut payload).await?;
        to.write_all(&changed(head, payload, switches)).await?;
    }
    to.shutdown().await
}

fn changed(mut head: [u8; FRAME_HEAD], mut payload: Vec<u8>, switches: &Switches) -> Vec<u8> {
    let field = switches.pick(&[
        ("h2-connection-field", ("connection", "keep-alive")),
        ("h2-transfer-encoding", ("transfer-encoding", "chunked")),
    ]);
    if let Some((name, value)) = field.filter(|_| head[3] == HEADERS && head[4] & END_HEADERS != 0)
    {
        // A literal that no table holds (RFC 7541 6.2.2); both lengths are below 127.
        payload.push(0);
        for text in [name, value] {
            payload.push(text.len() as u8);
            payload.extend_from_slice(text.as_bytes());
        }
        let length = (payload.len() as u32).to_be_bytes();
        head[..3].copy_from_slice(&length[1..]);
    }
    let ends = head[3] == DATA && head[4] & END_STREAM != 0;
    let resets = ends && switches.has("h2-reset-at-end");
    if resets {
        head[4] &= !END_STREAM;
    }
    let mut out = [&head, payload.as_slice()].concat();
    if resets {
        out.extend_from_slice(&[0, 0, 4, RST_STREAM, 0]);
        out.extend_from_slice(&head[5..]);
        out.extend_from_slice(&INTERNAL_ERROR);
    }
    out
}
