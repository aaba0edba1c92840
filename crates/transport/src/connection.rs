//! One connection: requests out, answers in.

use bytes::{Buf, BufMut, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant as Deadline, timeout_at};

use crate::body::{BodyPart, BodyReader, End, WireFacts};
use crate::dial::Dialed;
use crate::error::{Error, Kind, Phase};
use crate::head::{Head, HeadParser, HeadProgress};
use crate::http2::{self, Exchange as Http2, Progress};
use crate::limits::{Limits, MIN_ROOM, READ_BYTES, deadline_after, deadline_in};
use crate::oddity::{Oddities, OddityCode};
use crate::record::Record;
use crate::request::{Request, Version};
use crate::stamp::Stamp;
use crate::wire::Wire;

/// A connection to a server.
///
/// The order of use: [`send`](Self::send), [`head`](Self::head), [`read`](Self::read) until
/// [`BodyPart::End`], perhaps [`after_end`](Self::after_end), then again `send`, or one of the
/// endings. Our side is never half-closed after a request: most servers take that for a client that
/// left. Dropping a connection at any time is an abrupt end: FIN, or RST if bytes were unread.
///
/// `head`, `head_until`, `read`, `read_until` and `after_end` are cancel-safe: a future of theirs
/// that is dropped before it is ready has lost nothing, the next call goes on where it stood.
/// `send` is not.
#[derive(Debug)]
pub struct Connection {
    pub(crate) wire: Wire,
    pub(crate) limits: Limits,
    pub(crate) buffer: BytesMut,
    pub(crate) record: Record,
    /// The time of the last read. All bytes in the buffer came with it or before.
    pub(crate) last: Stamp,
    dialed: Dialed,
    stage: Stage,
    pub(crate) end: Option<Result<End, Error>>,
    /// How the peer ended the connection, once it did.
    over: Option<Filled>,
    pub(crate) surplus_bytes: u64,
    pub(crate) oddities: Oddities,
}

#[derive(Debug)]
enum Stage {
    Idle,
    Head { parser: Box<HeadParser>, sent: Deadline, before: u64 },
    Body(BodyReader),
    Http2 { exchange: Box<Http2>, sent: Deadline, before: u64 },
}

/// What a read of the wire gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filled {
    Bytes,
    Fin,
    Reset,
}

impl Connection {
    pub(crate) fn new(wire: Wire, dialed: Dialed, limits: Limits, max_recorded: usize) -> Self {
        Self {
            wire,
            limits,
            buffer: BytesMut::new(),
            record: Record::new(max_recorded),
            last: Stamp::now(),
            dialed,
            stage: Stage::Idle,
            end: None,
            over: None,
            surplus_bytes: 0,
            oddities: Oddities::default(),
        }
    }

    /// How the connection came about.
    #[must_use]
    pub fn dialed(&self) -> &Dialed {
        &self.dialed
    }

    /// What was sent and received so far.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The byte stream below.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Sets the kernel's receive buffer anew, for a reader that was slow and is not any more.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn set_recv_buffer(&self, bytes: usize) -> std::io::Result<()> {
        socket2::SockRef::from(self.wire.tap().tcp()).set_recv_buffer_size(bytes)
    }

    /// The byte stream, and bytes that were read from it but not yet used: for readers that bring
    /// their own buffers. What is read from it is not recorded.
    #[must_use]
    pub fn into_wire(self) -> (Wire, BytesMut) {
        (self.wire, self.buffer)
    }

    /// Writes a request and makes ready for its answer. Bytes left over from the answer before are
    /// taken as the beginning of this one. When writing fails, an early answer may still be there
    /// for [`Connection::head`].
    ///
    /// # Errors
    /// In [`Phase::Send`]: [`Kind::Request`], the time limit, or the connection was lost.
    pub async fn send(&mut self, request: &Request) -> Result<(), Error> {
        let refused = |error| Error::new(Phase::Send, Kind::Request(error));
        let mut bytes = request.to_bytes().map_err(refused)?;
        if request.version == Version::Http2 {
            let scheme = if matches!(self.wire, Wire::Tls(_)) { "https" } else { "http" };
            bytes = http2::request(request, scheme);
        }
        self.expect_answer(request);
        let deadline = deadline_in(self.limits.write);
        let written = timeout_at(deadline, self.write(&bytes)).await;
        self.restart_head_limit();
        match written {
            Err(_) => Err(Error::timed_out(Phase::Send, self.limits.write)),
            Ok(result) => result.map_err(|error| Error::io(Phase::Send, &error)),
        }
    }

    async fn write(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        while !bytes.is_empty() {
            let len = self.wire.write(bytes).await?;
            if len == 0 {
                return Err(std::io::ErrorKind::WriteZero.into());
            }
            self.record.sent.push(&bytes[..len], Stamp::now());
            bytes = &bytes[len..];
        }
        self.wire.flush().await
    }

    fn expect_answer(&mut self, request: &Request) {
        let before = self.used();
        let sent = Deadline::now();
        self.stage = if request.version == Version::Http2 {
            let exchange = Box::new(Http2::new(&request.method, before));
            Stage::Http2 { exchange, sent, before }
        } else {
            let parser = Box::new(HeadParser::new(&request.method, request.version, before));
            Stage::Head { parser, sent, before }
        };
        self.end = None;
        self.surplus_bytes = 0;
        self.oddities = Oddities::default();
    }

    pub(crate) fn is_http2(&self) -> bool {
        matches!(self.stage, Stage::Http2 { .. })
    }

    fn restart_head_limit(&mut self) {
        if let Stage::Head { sent, .. } | Stage::Http2 { sent, .. } = &mut self.stage {
            *sent = Deadline::now();
        }
    }

    /// Bytes received and used.
    pub(crate) fn used(&self) -> u64 {
        self.record.received.total() - self.buffer.len() as u64
    }

    /// Reads the answer's head, interim answers included, within [`Limits::head`] from the end of
    /// the request.
    ///
    /// # Errors
    /// In [`Phase::Head`]. After [`Kind::TimedOut`] it may be called again with another deadline;
    /// after what cannot be read as a head it gives the same error again.
    pub async fn head(&mut self) -> Result<Head, Error> {
        match &self.stage {
            Stage::Head { sent, .. } | Stage::Http2 { sent, .. } => {
                self.head_until(deadline_after(*sent, self.limits.head)).await
            }
            Stage::Idle | Stage::Body(_) => Err(misuse(Phase::Head, "no request awaits a head")),
        }
    }

    /// As [`Connection::head`] with another deadline.
    ///
    /// # Errors
    /// In [`Phase::Head`].
    pub async fn head_until(&mut self, deadline: Deadline) -> Result<Head, Error> {
        match timeout_at(deadline, self.read_head()).await {
            Ok(result) => result,
            Err(_) => Err(Error::timed_out(Phase::Head, self.waited(deadline))),
        }
    }

    fn waited(&self, deadline: Deadline) -> std::time::Duration {
        match &self.stage {
            Stage::Head { sent, .. } | Stage::Http2 { sent, .. } => {
                deadline.saturating_duration_since(*sent)
            }
            Stage::Idle | Stage::Body(_) => std::time::Duration::ZERO,
        }
    }

    async fn read_head(&mut self) -> Result<Head, Error> {
        loop {
            if let Some(head) = self.parse_head()? {
                return Ok(head);
            }
            let kind = match self.fill(Phase::Head).await? {
                Filled::Bytes => continue,
                Filled::Fin => Kind::Closed { received: self.received_of_answer() },
                Filled::Reset => Kind::Reset,
            };
            return Err(Error::new(Phase::Head, kind));
        }
    }

    fn parse_head(&mut self) -> Result<Option<Head>, Error> {
        if let Some(Err(error)) = &self.end {
            return Err(error.clone());
        }
        if let Stage::Http2 { exchange, .. } = &mut self.stage {
            return match exchange.advance(&mut self.buffer, self.last) {
                Ok(Progress::Head(head)) => Ok(Some(*head)),
                Ok(Progress::NeedMore) => Ok(None),
                Ok(Progress::Part(_)) => Err(misuse(Phase::Head, "the head was read already")),
                Err(kind) => Err(self.unreadable(Phase::Head, kind)),
            };
        }
        let Stage::Head { parser, .. } = &mut self.stage else {
            return Err(misuse(Phase::Head, "no request awaits a head"));
        };
        let head = match parser.advance(&mut self.buffer, self.last) {
            Ok(HeadProgress::NeedMore) => return Ok(None),
            Ok(HeadProgress::Done(head)) => head,
            Err(kind) => return Err(self.unreadable(Phase::Head, kind)),
        };
        self.stage = Stage::Body(BodyReader::new(head.framing, self.used()));
        Ok(Some(*head))
    }

    /// What cannot be read on gives the same error for ever.
    fn unreadable(&mut self, phase: Phase, kind: Kind) -> Error {
        let error = Error::new(phase, kind);
        self.end = Some(Err(error.clone()));
        error
    }

    fn received_of_answer(&self) -> u64 {
        match &self.stage {
            Stage::Head { before, .. } | Stage::Http2 { before, .. } => {
                self.record.received.total() - before
            }
            Stage::Idle | Stage::Body(_) => 0,
        }
    }

    /// The interim (1xx) heads that came so far, while the final one is awaited.
    #[must_use]
    pub fn interim(&self) -> &[Head] {
        match &self.stage {
            Stage::Head { parser, .. } => parser.interim(),
            Stage::Http2 { exchange, .. } => exchange.interim(),
            Stage::Idle | Stage::Body(_) => &[],
        }
    }

    /// Reads the next part of the body, however small, as soon as it is there. Sets no time limit.
    ///
    /// # Errors
    /// In [`Phase::Body`]: [`Kind::Chunk`] (then always), or an error of the system. A FIN or RST
    /// is no error but an [`End`].
    pub async fn read(&mut self) -> Result<BodyPart, Error> {
        loop {
            if let Some(part) = self.next_part()? {
                return Ok(part);
            }
            match self.fill(Phase::Body).await? {
                Filled::Bytes => {}
                Filled::Reset => self.end = Some(Ok(End::Reset)),
                Filled::Fin => match &self.stage {
                    Stage::Body(body) => self.end = Some(Ok(body.at_fin())),
                    Stage::Http2 { exchange, .. } => self.end = Some(Ok(exchange.at_fin())),
                    Stage::Idle | Stage::Head { .. } => {}
                },
            }
        }
    }

    /// As [`Connection::read`], until a deadline.
    ///
    /// # Errors
    /// As [`Connection::read`], and [`Kind::TimedOut`], after which reading may go on.
    pub async fn read_until(&mut self, deadline: Deadline) -> Result<BodyPart, Error> {
        let limit = deadline.saturating_duration_since(Deadline::now());
        match timeout_at(deadline, self.read()).await {
            Ok(result) => result,
            Err(_) => Err(Error::timed_out(Phase::Body, limit)),
        }
    }

    /// The next part that needs no more bytes.
    fn next_part(&mut self) -> Result<Option<BodyPart>, Error> {
        if let Some(end) = &self.end {
            return end.clone().map(BodyPart::End).map(Some);
        }
        if let Stage::Http2 { exchange, .. } = &mut self.stage {
            return match exchange.advance(&mut self.buffer, self.last) {
                Ok(Progress::Part(BodyPart::End(end))) => {
                    self.end = Some(Ok(end.clone()));
                    Ok(Some(BodyPart::End(end)))
                }
                Ok(Progress::Part(part)) => Ok(Some(part)),
                Ok(Progress::NeedMore) => Ok(None),
                Ok(Progress::Head(_)) => Err(misuse(Phase::Body, "no head was read")),
                Err(Kind::Reset) => Ok(Some(BodyPart::End(End::Reset))),
                Err(kind) => Err(self.unreadable(Phase::Body, kind)),
            };
        }
        let Stage::Body(body) = &mut self.stage else {
            return Err(misuse(Phase::Body, "no head was read"));
        };
        match body.next(&mut self.buffer, self.last) {
            Ok(Some(BodyPart::End(end))) => {
                self.end = Some(Ok(end.clone()));
                Ok(Some(BodyPart::End(end)))
            }
            Ok(part) => Ok(part),
            Err(error) => {
                let error = Error::new(Phase::Body, Kind::Chunk(error));
                self.end = Some(Err(error.clone()));
                Err(error)
            }
        }
    }

    /// What the wire showed of the body so far; `None` before a head was read.
    #[must_use]
    pub fn facts(&self) -> Option<WireFacts> {
        let Stage::Body(body) = &self.stage else { return None };
        let mut facts = body.facts();
        facts.surplus_bytes = self.surplus_bytes;
        facts.oddities.extend(&self.oddities);
        Some(facts)
    }

    /// One read of the wire into the buffer. Cancel-safe: there is no await between the read and
    /// its record.
    pub(crate) async fn fill(&mut self, phase: Phase) -> Result<Filled, Error> {
        if let Some(over) = self.over {
            return Ok(over);
        }
        self.reply(phase).await?;
        self.make_room();
        let before = self.buffer.len();
        let room = (self.buffer.capacity() - before).min(READ_BYTES);
        let result = self.wire.read_buf(&mut (&mut self.buffer).limit(room)).await;
        let filled = match result {
            Ok(0) => Filled::Fin,
            Ok(_) => {
                self.last = self.wire.last_read();
                self.record.received.push(&self.buffer[before..], self.last);
                return Ok(Filled::Bytes);
            }
            Err(error) => self.classify(phase, &error)?,
        };
        self.over = Some(filled);
        Ok(filled)
    }

    /// Writes what HTTP/2 owes the peer. Cancel-safe: there is no await between a write and its
    /// record.
    async fn reply(&mut self, phase: Phase) -> Result<(), Error> {
        let Stage::Http2 { exchange, .. } = &mut self.stage else { return Ok(()) };
        while !exchange.out.is_empty() {
            // A peer that is gone is found by the read that follows.
            let Ok(len @ 1..) = self.wire.write(&exchange.out).await else {
                exchange.out.clear();
                return Ok(());
            };
            self.record.sent.push(&exchange.out[..len], Stamp::now());
            exchange.out.advance(len);
        }
        self.wire.flush().await.map_err(|error| Error::io(phase, &error))
    }

    /// Parts that the caller keeps share the buffer's memory. It is used up before a new one is
    /// made, or each byte of a slow drip could hold a whole buffer.
    fn make_room(&mut self) {
        if self.buffer.capacity() - self.buffer.len() < MIN_ROOM {
            self.buffer.reserve(READ_BYTES);
        }
    }

    fn classify(&mut self, phase: Phase, error: &std::io::Error) -> Result<Filled, Error> {
        match Kind::from_io(error) {
            Kind::Reset => Ok(Filled::Reset),
            // rustls says so when FIN came without its farewell.
            Kind::Closed { .. } => {
                self.oddities.note(OddityCode::NoCloseNotify, self.record.received.total());
                Ok(Filled::Fin)
            }
            kind => Err(Error::new(phase, kind)),
        }
    }
}

pub(crate) fn misuse(phase: Phase, text: &'static str) -> Error {
    Error::new(phase, Kind::Misuse(text))
}
