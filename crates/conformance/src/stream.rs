//! One answer under observation: head, bytes, items and lints, each with its time.

mod tear;

use std::time::{Duration, Instant};

use ssecheck_model::step::Destination;
use ssecheck_parser::owned::{OwnedEvent, OwnedItem};
use ssecheck_parser::{Item, LimitError, Lint, Parser, Sink, Span};
use ssecheck_transport::{
    BodyPart, Coding, Connection, DecodeLimits, Decoder, Dialed, End, Error, Head, Record, Stamp,
    Surplus, Url, WireFacts,
};
use tokio::time::Instant as Deadline;

use crate::request::Plan;

/// The most decoded bytes that one stream may bring within a case. More end the reading.
pub(crate) const MAX_STREAM_BYTES: usize = 32 * 1024 * 1024;

/// The most that [`Stream::drain`] takes at once, in bytes.
const MAX_DRAIN: usize = 4 * 1024 * 1024;

/// The receive buffer of a reader that was stalled and reads on, in bytes.
const USUAL_BUFFER: usize = 512 * 1024;

/// A redirect on the way to the answer.
#[derive(Debug, Clone)]
pub(crate) struct Hop {
    pub status: u16,
    pub location: Option<String>,
}

/// An item of the stream and when its last byte was received.
#[derive(Debug, Clone)]
pub(crate) struct SeenItem {
    pub span: Span,
    pub item: OwnedItem,
    pub at: Instant,
}

impl SeenItem {
    /// Whether it is an event whose data hold `text`, as text or as JSON.
    pub(crate) fn holds(&self, text: &str) -> bool {
        matches!(&self.item, OwnedItem::Event(event) if event.data.contains(text))
    }
}

/// An event, and whether it brought an id of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SeenEvent<'a> {
    pub event: &'a OwnedEvent,
    pub own_id: bool,
    pub span: Span,
    pub at: Instant,
}

/// Why reading stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// What was asked for is in.
    Satisfied,
    /// The stream has ended, or cannot be read on.
    Ended,
    /// Time is up.
    TimedOut,
}

/// One answer under observation.
pub(crate) struct Stream {
    /// The request, or the one that followed the last redirect.
    pub plan: Plan,
    /// The URL of the first request.
    pub asked: Url,
    /// What the target file calls its URL, for answers of `request` and `connect` steps.
    pub destination: Option<Destination>,
    pub started: Instant,
    pub hops: Vec<Hop>,
    /// Why redirects led nowhere: too many, or without `Location`.
    pub redirect_problem: Option<&'static str>,
    pub dialed: Option<Dialed>,
    /// Whether the head came only after an event had been published.
    pub head_withheld: bool,
    pub head: Option<Head>,
    /// The first error of dialling, sending, or reading.
    pub error: Option<Error>,
    pub end: Option<(End, Instant)>,
    pub content_error: Option<String>,
    pub limit: Option<LimitError>,
    pub surplus: Option<Surplus>,
    /// Everything received as an event stream, after transfer and content decoding.
    pub bytes: Vec<u8>,
    /// Offset one past each arrival, and its time.
    pub arrivals: Vec<(u64, Stamp)>,
    pub items: Vec<SeenItem>,
    pub lints: Vec<Lint>,
    /// Index one past the last item that a `read` step has taken.
    pub taken: usize,
    /// Whether a fence did not come while other bytes did: what is missing may still be on its way.
    pub unfenced: bool,
    /// Whether nobody reads it, on purpose.
    pub stalled: bool,
    /// Whether we ended it.
    pub cut: bool,
    /// Whether bytes came during a `quiet` step.
    pub disturbed: Option<u64>,
    /// What the wire showed of the body; known once the stream is finished.
    pub facts: Option<WireFacts>,
    pub record: Option<Record>,
    connection: Option<Connection>,
    decoder: Option<Decoder>,
    parser: Parser,
}

struct Collect<'a> {
    items: &'a mut Vec<SeenItem>,
    lints: &'a mut Vec<Lint>,
    at: Instant,
}

impl Sink for Collect<'_> {
    const LINTS: bool = true;

    fn item(&mut self, span: Span, item: Item<'_>) {
        self.items.push(SeenItem { span, item: item.into(), at: self.at });
    }

    fn lint(&mut self, lint: Lint) {
        self.lints.push(lint);
    }
}

impl Stream {
    /// A stream that has not been dialled yet.
    pub(crate) fn new(plan: Plan) -> Self {
        Self {
            asked: plan.url.clone(),
            plan,
            destination: None,
            started: Instant::now(),
            hops: Vec::new(),
            redirect_problem: None,
            dialed: None,
            head_withheld: false,
            head: None,
            error: None,
            end: None,
            content_error: None,
            limit: None,
            surplus: None,
            bytes: Vec::new(),
            arrivals: Vec::new(),
            items: Vec::new(),
            lints: Vec::new(),
            taken: 0,
            unfenced: false,
            stalled: false,
            cut: false,
            disturbed: None,
            facts: None,
            record: None,
            connection: None,
            decoder: None,
            parser: Parser::new(),
        }
    }

    /// Takes over a connection whose head is in.
    pub(crate) fn opened(&mut self, connection: Connection, head: Head) {
        self.dialed = Some(connection.dialed().clone());
        self.connection = Some(connection);
        self.answered(head);
    }

    /// Takes the head, and with it how the body is coded.
    pub(crate) fn answered(&mut self, head: Head) {
        self.decoder = decoder(&head).unwrap_or_else(|message| {
            self.content_error = Some(message);
            None
        });
        self.head = Some(head);
    }

    /// Takes over a connection on which no head came.
    pub(crate) fn failed(&mut self, connection: Option<Connection>, error: Error) {
        self.dialed = connection.as_ref().map(|connection| connection.dialed().clone());
        self.record = connection.map(Connection::abort);
        self.error = Some(error);
    }

    /// Whether the answer can be read as an event stream: a 2xx with a body whose media type is
    /// not plainly something else. Framing checks of an error page would be noise.
    pub(crate) fn is_stream(&self) -> bool {
        let Some(head) = &self.head else { return false };
        let media = media_type(head);
        (200..300).contains(&head.status)
            && head.status != 204
            && self.content_error.is_none()
            && matches!(media.as_deref(), None | Some("text/event-stream" | "text/plain"))
    }

    /// The bound of ours at which reading stopped, if it did.
    pub(crate) fn bound(&self) -> Option<String> {
        match &self.limit {
            Some(limit) => Some(limit.to_string()),
            None if self.bytes.len() > MAX_STREAM_BYTES => {
                Some(format!("more than {MAX_STREAM_BYTES} bytes in one case"))
            }
            None => None,
        }
    }

    /// Whether somebody who asks gets events: a success with the media type of a stream.
    pub(crate) fn is_served(&self) -> bool {
        let media = self.head.as_ref().and_then(media_type);
        self.is_stream() && media.as_deref() == Some("text/event-stream")
    }

    /// Whether neither side has ended it.
    pub(crate) fn is_open(&self) -> bool {
        self.connection.is_some() && self.end.is_none() && self.error.is_none() && !self.cut
    }

    /// Reads until `found` accepts an item, the stream ends, or `deadline` passes. Each item from
    /// index `from` on is shown to `found` once, so that the cost is linear however small the
    /// pieces are in which the stream comes.
    pub(crate) async fn read_until(
        &mut self,
        deadline: Deadline,
        from: usize,
        mut found: impl FnMut(&SeenItem) -> bool,
    ) -> Stop {
        let mut shown = from;
        loop {
            while let Some(item) = self.items.get(shown) {
                shown += 1;
                if found(item) {
                    return Stop::Satisfied;
                }
            }
            match self.read_part(deadline).await {
                Some(stop) => return stop,
                // A server that always has more to say must not outrun the clock.
                None if Deadline::now() >= deadline && self.end.is_none() => return Stop::TimedOut,
                None => {}
            }
        }
    }

    /// Reads until the stream ends or `deadline` passes.
    pub(crate) async fn read_all(&mut self, deadline: Deadline) -> Stop {
        self.read_until(deadline, self.items.len(), |_| false).await
    }

    /// Reads until anything comes, the stream ends, or `deadline` passes.
    pub(crate) async fn read_any(&mut self, deadline: Deadline) -> Stop {
        let before = self.bytes.len();
        while self.bytes.len() == before {
            if let Some(stop) = self.read_part(deadline).await {
                return stop;
            }
        }
        Stop::Satisfied
    }

    /// Reads on after a stall: with the smallest of windows, megabytes would take as many round
    /// trips as they have segments.
    pub(crate) fn unstall(&mut self) {
        self.stalled = false;
        if let Some(connection) = &self.connection {
            // Without it, reading is only slower.
            let _ = connection.set_recv_buffer(USUAL_BUFFER);
        }
    }

    /// Takes what has come already, [`MAX_DRAIN`] bytes at most, and waits for nothing.
    pub(crate) async fn drain(&mut self) {
        let most = self.bytes.len() + MAX_DRAIN;
        while self.bytes.len() < most && self.read_part(Deadline::now()).await.is_none() {}
    }

    /// Takes the next piece of the stream; tells why there is none.
    async fn read_part(&mut self, deadline: Deadline) -> Option<Stop> {
        if self.end.is_some() || self.error.is_some() || self.bound().is_some() {
            return Some(Stop::Ended);
        }
        let Some(connection) = self.connection.as_mut() else { return Some(Stop::Ended) };
        match connection.read_until(deadline).await {
            Ok(BodyPart::Data(chunk)) => self.take(&chunk.bytes, chunk.stamp),
            Ok(BodyPart::End(end)) => self.ended(end),
            Err(error) if error.is_timeout() => return Some(Stop::TimedOut),
            Err(error) => self.error = Some(error),
        }
        None
    }

    pub(crate) fn take(&mut self, body: &[u8], stamp: Stamp) {
        let decoded = match &mut self.decoder {
            None => body.to_vec(),
            Some(decoder) => match decoder.feed(body) {
                Ok(decoded) => decoded,
                Err(error) => {
                    self.content_error.get_or_insert(error.to_string());
                    return;
                }
            },
        };
        self.parse(&decoded, stamp);
    }

    fn parse(&mut self, decoded: &[u8], stamp: Stamp) {
        self.bytes.extend_from_slice(decoded);
        self.arrived(stamp);
        // The first reads of a process may lack kernel time, so two clocks can meet here; an item
        // is never earlier than the one before it.
        let received = stamp.received();
        let at = self.items.last().map_or(received, |last| last.at.max(received));
        let mut sink = Collect { items: &mut self.items, lints: &mut self.lints, at };
        if let Err(limit) = self.parser.feed(decoded, &mut sink) {
            self.limit = Some(limit);
        }
    }

    /// Notes when the bytes so far had come; chunks of one read share its time.
    fn arrived(&mut self, stamp: Stamp) {
        let offset = self.bytes.len() as u64;
        match self.arrivals.last_mut() {
            Some((end, last)) if *last == stamp => *end = offset,
            _ => self.arrivals.push((offset, stamp)),
        }
    }

    /// Takes the body as it comes, whatever coding the head names.
    pub(crate) fn uncoded(&mut self) {
        (self.decoder, self.content_error) = (None, None);
    }

    pub(crate) fn ended(&mut self, end: End) {
        self.ended_at(end, Instant::now());
    }

    pub(crate) fn ended_at(&mut self, end: End, at: Instant) {
        self.end = Some((end, at));
        let mut sink = Collect { items: &mut self.items, lints: &mut self.lints, at };
        self.parser.finish(&mut sink);
    }

    /// Reads what comes after the end of the answer, for a while.
    pub(crate) async fn read_surplus(&mut self, budget: Duration) {
        if self.end.is_none() {
            return;
        }
        if let Some(connection) = &mut self.connection {
            self.surplus = connection.after_end(budget).await.ok();
        }
    }

    /// Ends the connection from our side and keeps what it recorded.
    pub(crate) async fn finish(&mut self, reset: bool) {
        let Some(connection) = self.connection.take() else { return };
        self.facts = connection.facts();
        self.record = match reset {
            true => connection.reset().ok(),
            false => Some(connection.close().await),
        };
    }

    /// All events so far.
    pub(crate) fn events(&self) -> impl Iterator<Item = SeenEvent<'_>> {
        events(&self.items)
    }

    /// The events that `read` steps have taken.
    pub(crate) fn taken_events(&self) -> impl Iterator<Item = SeenEvent<'_>> {
        events(&self.items[..self.taken])
    }

    /// The last event id of a client that stopped after the taken events.
    pub(crate) fn last_id(&self) -> Option<&str> {
        self.items[..self.taken].iter().rev().find_map(|seen| match &seen.item {
            OwnedItem::Id(id) => Some(id.as_str()),
            _ => None,
        })
    }

    /// The first event id of the taken events.
    pub(crate) fn first_id(&self) -> Option<&str> {
        self.items[..self.taken].iter().find_map(|seen| match &seen.item {
            OwnedItem::Id(id) => Some(id.as_str()),
            _ => None,
        })
    }

    /// The `retry` time in force, in milliseconds.
    pub(crate) fn retry(&self) -> Option<u64> {
        self.items.iter().rev().find_map(|seen| match seen.item {
            OwnedItem::Retry(ms) => Some(ms),
            _ => None,
        })
    }

    /// When bytes of the stream came, from `begun` on.
    pub(crate) fn since(&self, begun: Instant) -> impl Iterator<Item = Instant> {
        let mut last = 0;
        self.arrivals.iter().filter_map(move |(end, stamp)| {
            // A coding may take bytes in without giving any out.
            let grown = std::mem::replace(&mut last, *end) < *end;
            (grown && stamp.received() >= begun).then(|| stamp.received())
        })
    }

    /// When the byte before `offset` of the stream was received.
    pub(crate) fn received_at(&self, offset: u64) -> Option<Instant> {
        let index = self.arrivals.partition_point(|(end, _)| *end < offset);
        self.arrivals.get(index).map(|(_, stamp)| stamp.received())
    }
}

fn events(items: &[SeenItem]) -> impl Iterator<Item = SeenEvent<'_>> {
    items.iter().enumerate().filter_map(|(index, seen)| match &seen.item {
        OwnedItem::Event(event) => {
            let before = index.checked_sub(1).map(|index| &items[index].item);
            let own_id = matches!(before, Some(OwnedItem::Id(_)));
            Some(SeenEvent { event, own_id, span: seen.span, at: seen.at })
        }
        _ => None,
    })
}

fn decoder(head: &Head) -> Result<Option<Decoder>, String> {
    let Some(value) = head.field("content-encoding") else { return Ok(None) };
    match Coding::from_field(value) {
        Ok(Coding::Identity) => Ok(None),
        Ok(coding) => Ok(Some(Decoder::new(coding, DecodeLimits::default()))),
        // A word that names no coding (`none`) changes nothing about the bytes.
        Err(_) if !is_coding(&String::from_utf8_lossy(value)) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Content codings of the IANA registry, without `identity`, which SHOULD NOT be sent.
const CODINGS: [&str; 12] = [
    "gzip",
    "x-gzip",
    "deflate",
    "br",
    "zstd",
    "compress",
    "x-compress",
    "dcb",
    "dcz",
    "aes128gcm",
    "exi",
    "pack200-gzip",
];

/// Whether every member of a `Content-Encoding` list is a registered coding.
pub(crate) fn is_coding(value: &str) -> bool {
    value.split(',').all(|word| CODINGS.contains(&word.trim().to_ascii_lowercase().as_str()))
}

/// The essence of the media type in lower case, if there is one.
pub(crate) fn media_type(head: &Head) -> Option<String> {
    let value = head.field("content-type")?;
    let text = String::from_utf8_lossy(value);
    let essence = text.split([';', ',']).next().unwrap_or_default().trim();
    (!essence.is_empty()).then(|| essence.to_ascii_lowercase())
}
