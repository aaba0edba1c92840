//! The connections of a [`crate::hub::Hub`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::hub::{Ack, Answer, End, Framing, Piece, Script, Seen, State};

trait Io: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;

    /// Makes the drop send RST.
    fn reset(&self) {
        let linger = Some(std::time::Duration::ZERO);
        socket2::SockRef::from(self.tcp()).set_linger(linger).unwrap();
    }
}

impl Io for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Io for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

pub(crate) async fn serve(listener: std::net::TcpListener, state: Arc<State>, script: Arc<Script>) {
    let listener = TcpListener::from_std(listener).unwrap();
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((tcp, _)) = listener.accept().await {
        tcp.set_nodelay(true).unwrap();
        state.accepted.fetch_add(1, Ordering::SeqCst);
        if let Some(bytes) = script.send_buffer {
            socket2::SockRef::from(&tcp).set_send_buffer_size(bytes).unwrap();
        }
        let (state, script) = (Arc::clone(&state), Arc::clone(&script));
        connections.spawn(async move {
            match script.tls.clone() {
                None => answer(tcp, &state, &script).await,
                Some(config) => {
                    if let Ok(tls) = TlsAcceptor::from(config).accept(tcp).await {
                        answer(tls, &state, &script).await;
                    }
                }
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Answers requests until one makes a stream of the connection, or an end.
async fn answer(mut io: impl Io, state: &State, script: &Script) {
    while let Some((seen, body)) = request(&mut io).await {
        state.seen.lock().unwrap().push(seen.clone());
        let goes_on = match seen.path.starts_with("/publish") {
            true => publish(&mut io, state, script, &seen, &body).await,
            false => return stream(io, state, script, &seen).await,
        };
        if !goes_on {
            return;
        }
    }
}

async fn request(io: &mut impl Io) -> Option<(Seen, String)> {
    let mut bytes = Vec::new();
    let head_len = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if io.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let at = Instant::now();
    let head = String::from_utf8(bytes[..head_len].to_vec()).unwrap();
    let path = head.split(' ').nth(1)?.to_owned();
    let mut seen = Seen { path, head, at, body: 0 };
    seen.body = seen.field("content-length").map_or(0, |len| len.parse().unwrap());
    while bytes.len() < head_len + seen.body {
        if io.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[head_len..].to_vec()).unwrap();
    Some((seen, body))
}

/// `7` of `/events?topic=7`.
fn topic(path: &str) -> &str {
    path.split_once("topic=").map_or("", |(_, topic)| topic)
}

async fn publish(
    io: &mut impl Io,
    state: &State,
    script: &Script,
    seen: &Seen,
    body: &str,
) -> bool {
    let ack = (script.ack)(state.published.fetch_add(1, Ordering::SeqCst));
    match ack {
        Ack::Ok | Ack::OkClose | Ack::Slow(_) => state.emit(script, topic(&seen.path), body),
        Ack::Status(_) => {}
        Ack::Reset => {
            io.reset();
            return false;
        }
    }
    if let Ack::Slow(time) = ack {
        tokio::time::sleep(time).await;
    }
    let status = if let Ack::Status(status) = ack { status } else { 200 };
    let answer = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 2\r\n\r\nok");
    io.write_all(answer.as_bytes()).await.is_ok() && ack != Ack::OkClose
}

async fn stream(mut io: impl Io, state: &State, script: &Script, seen: &Seen) {
    let number = state.streams.fetch_add(1, Ordering::SeqCst);
    let first = match (script.answer)(number, seen) {
        Answer::Stream => String::new(),
        Answer::Begin(text) => text,
        Answer::Raw(text) => {
            let _ = io.write_all(text.as_bytes()).await;
            let _ = io.shutdown().await;
            return wait_closed(&mut io).await;
        }
        Answer::Close => return,
        Answer::Reset => return io.reset(),
        Answer::Silence => return wait_closed(&mut io).await,
    };
    let last_event_id = seen.field("last-event-id").and_then(|id| id.parse().ok());
    let topic = topic(&seen.path);
    let (pieces, waiting) = state.enter(script, number, topic, last_event_id);
    let begin = format!("{}{first}", script.greeting);
    let by_fin = flow(&mut io, state, script, begin, pieces, &waiting).await.unwrap_or(false);
    state.leave(number, by_fin);
}

/// Reads what is there until the other side ends.
async fn wait_closed(io: &mut impl Io) {
    let mut bytes = [0; 1024];
    while io.read(&mut bytes).await.is_ok_and(|len| len > 0) {}
}

fn head(framing: Framing) -> String {
    let field = match framing {
        Framing::Chunked => "transfer-encoding: chunked\r\n".to_owned(),
        Framing::Close => "connection: close\r\n".to_owned(),
        Framing::Length(length) => format!("content-length: {length}\r\n"),
    };
    format!("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n{field}\r\n")
}

/// Writes a stream until it ends; whether the other side ended it by FIN.
async fn flow(
    io: &mut impl Io,
    state: &State,
    script: &Script,
    begin: String,
    mut pieces: mpsc::UnboundedReceiver<Piece>,
    waiting: &AtomicUsize,
) -> std::io::Result<bool> {
    let mut first = head(script.framing);
    first.push_str(&framed(script, state, &begin, 0));
    write(io, script, &first).await?;
    let (mut batch, mut count) = (String::new(), 0);
    let mut byte = [0; 1];
    loop {
        let piece = tokio::select! {
            piece = pieces.recv() => piece,
            read = io.read(&mut byte) => return read.map(|len| len == 0),
        };
        match piece {
            Some(Piece::Text(text)) => {
                batch.push_str(&text);
                count += 1;
                if count >= script.batch {
                    write(io, script, &framed(script, state, &batch, count)).await?;
                    waiting.fetch_sub(count, Ordering::SeqCst);
                    (batch, count) = (String::new(), 0);
                }
            }
            Some(Piece::Raw(bytes)) => write(io, script, bytes).await?,
            Some(Piece::End(end)) => {
                write(io, script, &framed(script, state, &batch, count)).await?;
                return finish(io, script, end).await;
            }
            None => return Ok(false),
        }
    }
}

async fn finish(io: &mut impl Io, script: &Script, end: End) -> std::io::Result<bool> {
    match end {
        End::Reset => io.reset(),
        End::Fin => io.shutdown().await?,
        End::Clean => {
            if script.framing == Framing::Chunked {
                io.write_all(b"0\r\n\r\n").await?;
            }
            io.shutdown().await?;
        }
    }
    if end != End::Reset {
        wait_closed(io).await;
    }
    Ok(false)
}

/// The text in the framing of the script, entered in the tally.
fn framed(script: &Script, state: &State, text: &str, events: usize) -> String {
    let mut tally = state.tally.lock().unwrap();
    tally.events += events as u64;
    tally.bytes += text.len() as u64;
    match script.framing {
        Framing::Chunked if !text.is_empty() => format!("{:x}\r\n{text}\r\n", text.len()),
        _ => text.to_owned(),
    }
}

async fn write(io: &mut impl Io, script: &Script, text: &str) -> std::io::Result<()> {
    if !script.bytewise {
        io.write_all(text.as_bytes()).await?;
        return io.flush().await;
    }
    for byte in text.as_bytes() {
        io.write_all(&[*byte]).await?;
    }
    io.flush().await
}
