//! One attempt to open a stream: dial, ask, read the head, follow redirects.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use bytes::BytesMut;
use ssecheck_model::load::Metric;
use ssecheck_transport::{Connection, Dialer, Error, Framing, Head, Kind, Url, Wire};

use crate::clock::Nanos;
use crate::message::{Message, Variables};
use crate::settings::MAX_REDIRECTS;
use crate::worker::Worker;

/// A stream whose head was read.
pub(crate) struct Opened {
    pub(crate) wire: Wire,
    /// Bytes of the body that came with the head.
    pub(crate) rest: BytesMut,
    pub(crate) framing: Framing,
    /// Bytes received before the body.
    pub(crate) offset: u64,
    /// When the request was sent.
    pub(crate) requested: Nanos,
    /// When the head was complete.
    pub(crate) ready: Nanos,
}

/// Why an attempt came to no stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Stable code.
    pub(crate) cause: String,
    /// Whether `EventSource` would try again (HTML 9.2.3: after network errors, not after a wrong
    /// status or type).
    pub(crate) again: bool,
}

/// Opens a stream for the subscriber with this number in the worker.
pub(crate) async fn connect(
    worker: &Worker,
    local: u32,
    last_event_id: &str,
) -> Result<Opened, Failure> {
    worker.books.borrow_mut().counters.attempted += 1;
    let mut message = message(worker, local)?;
    if !last_event_id.is_empty() {
        message.set("last-event-id", last_event_id);
    }
    for _ in 0..=MAX_REDIRECTS {
        match ask(worker, local, &message).await? {
            Answer::Stream(opened) => return Ok(opened),
            Answer::Redirect(url, status) => {
                worker.books.borrow_mut().counters.redirected += 1;
                message = message.redirected(url, status);
            }
        }
    }
    Err(fatal("too-many-redirects"))
}

enum Answer {
    Stream(Opened),
    Redirect(Url, u16),
}

fn message(worker: &Worker, local: u32) -> Result<Message, Failure> {
    let subscriber = worker.global(local);
    let topic = subscriber % u64::from(worker.settings.topics());
    let template = &worker.settings.request;
    let variables = Variables { subscriber, topic, template };
    Message::stream(&variables).map_err(|_| fatal("wrong-url"))
}

async fn ask(worker: &Worker, local: u32, message: &Message) -> Result<Answer, Failure> {
    let settings = &worker.settings;
    let dialer = if worker.is_slow(local) { &settings.slow_dialer } else { &settings.dialer };
    // Held until the request is out, not until the head: some servers keep it until the first event,
    // and all others would wait for that. The semaphore is never closed.
    let permit = worker.connecting.acquire().await;
    let mut connection = dial(worker, dialer, local, &message.url).await.map_err(network)?;
    // A run leaves no address in TIME_WAIT: the next one would find fewer ports.
    let _ = connection.wire().reset_on_drop();
    // An answer can come before the writing returns.
    let requested = worker.clock.now();
    connection.send(&message.to_request()).await.map_err(network)?;
    drop(permit);
    let head = connection.head().await.map_err(network)?;
    if let Some(redirect) = redirect(&message.url, &head) {
        return Ok(Answer::Redirect(redirect?, head.status));
    }
    check(&head)?;
    let ready = worker.clock.at(head.complete.received());
    record(worker, &connection, requested, ready);
    let offset = head.offset + head.raw.len() as u64;
    let framing = head.framing;
    let (wire, rest) = connection.into_wire();
    Ok(Answer::Stream(Opened { wire, rest, framing, offset, requested, ready }))
}

async fn dial(
    worker: &Worker,
    dialer: &Dialer,
    local: u32,
    url: &Url,
) -> Result<Connection, Error> {
    let limits = &worker.settings.limits;
    if url.origin() == worker.settings.request.base.origin() {
        return dialer.dial_from(url, &worker.addresses, source(worker, local), limits).await;
    }
    let addresses: Vec<SocketAddr> = dialer.resolve(url, limits).await?;
    dialer.dial_from(url, &addresses, None, limits).await
}

/// The own address of a subscriber: a pure function of its number.
fn source(worker: &Worker, local: u32) -> Option<IpAddr> {
    let sources = &worker.sources;
    let at = usize::try_from(worker.global(local)).ok()?.checked_rem(sources.len())?;
    Some(sources[at])
}

fn record(worker: &Worker, connection: &Connection, requested: Nanos, ready: Nanos) {
    let dialed = connection.dialed();
    let at = |instant: Instant| worker.clock.at(instant);
    let connected = at(dialed.connected);
    let metrics = &mut worker.books.borrow_mut().metrics;
    metrics.record(Metric::ConnectTcp, connected.saturating_sub(at(dialed.resolved)));
    if let Some(secured) = dialed.secured {
        metrics.record(Metric::ConnectTls, at(secured).saturating_sub(connected));
    }
    metrics.record(Metric::Head, ready.saturating_sub(requested));
    metrics.record(Metric::Connect, ready.saturating_sub(at(dialed.started)));
}

fn redirect(from: &Url, head: &Head) -> Option<Result<Url, Failure>> {
    matches!(head.status, 301 | 302 | 303 | 307 | 308).then(|| {
        let location = head.field("location").and_then(|value| std::str::from_utf8(value).ok());
        let url = location.and_then(|location| from.join(location).ok());
        url.ok_or_else(|| fatal("wrong-redirect"))
    })
}

/// What makes an answer a stream (HTML 9.2.3): status 200 and the type.
fn check(head: &Head) -> Result<(), Failure> {
    if head.status != 200 {
        return Err(fatal(&format!("status-{}", head.status)));
    }
    let value = head.field("content-type").map(|value| value.to_ascii_lowercase());
    let essence = value.as_deref().and_then(|value| value.split(|b| *b == b';').next());
    if essence.is_none_or(|essence| essence.trim_ascii() != b"text/event-stream") {
        return Err(fatal("wrong-type"));
    }
    // No coding was offered; a stream that has one all the same cannot be measured here.
    let coding = head.field("content-encoding").map(|value| value.trim_ascii());
    match coding {
        None | Some(b"" | b"identity") => Ok(()),
        Some(_) => Err(fatal("content-encoding")),
    }
}

fn fatal(cause: &str) -> Failure {
    Failure { cause: cause.to_owned(), again: false }
}

#[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
fn network(error: Error) -> Failure {
    let again = !matches!(&error.kind, Kind::Request(_) | Kind::Misuse(_));
    Failure { cause: cause(&error), again }
}

/// The stable code of a failure.
pub(crate) fn cause(error: &Error) -> String {
    match &error.kind {
        Kind::TimedOut(_) => format!("timeout-{}", error.phase),
        Kind::NoAddress { .. } => "no-address".to_owned(),
        Kind::Refused => "refused".to_owned(),
        Kind::Unreachable(_) => "unreachable".to_owned(),
        Kind::Reset => "reset".to_owned(),
        Kind::Closed { .. } => "closed".to_owned(),
        Kind::Certificate(_) => "certificate".to_owned(),
        Kind::Tls(_) => "tls".to_owned(),
        Kind::NotHttp { .. } => "not-http".to_owned(),
        Kind::Io { kind: std::io::ErrorKind::AddrNotAvailable, .. } => "ports".to_owned(),
        // EMFILE and ENFILE have no kind of their own.
        Kind::Io { message, .. } if message.contains("open files") => "descriptors".to_owned(),
        Kind::Request(_) => "wrong-request".to_owned(),
        _ => format!("broken-{}", error.phase),
    }
}
