//! One open stream: bytes to events, each booked with its time, nothing stored.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ssecheck_parser::{Event, Item, Parser, Profile, Span};
use ssecheck_transport::{Dechunker, Framing, Stamp, Step, Wire};
use tokio::io::{AsyncRead, ReadBuf};

use crate::books::{Books, Delivery, Receipt};
use crate::clock::Nanos;
use crate::connect::Opened;
use crate::worker::Worker;

/// A stream and what has to be remembered of it.
pub(crate) struct Stream {
    wire: Wire,
    body: Body,
    parser: Parser,
    pub(crate) place: Place,
    /// It was over with what came together with the head.
    over: Option<Ending>,
}

/// What the books must know of a stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The subscriber's number in the worker.
    pub(crate) local: u32,
    /// When the request was sent.
    pub(crate) requested: Nanos,
    /// When the head was complete.
    pub(crate) ready: Nanos,
    /// When anything came last.
    pub(crate) heard: Nanos,
    /// When the last event came; 0 when there was none, or its time is not known.
    pub(crate) event: Nanos,
    /// When the last comment came; 0 for none.
    pub(crate) comment: Nanos,
    /// Numbers of the server's own events before this one came to others before this stream began.
    pub(crate) known: u32,
    /// Whether there was an event.
    pub(crate) begun: bool,
    /// Whether times count: not those of readers that were told to be slow.
    pub(crate) timed: bool,
}

/// How the body is delimited.
enum Body {
    Chunked(Box<Dechunker>),
    Length(u64),
    Close,
}

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As its framing says.
    Complete,
    /// FIN before that.
    Truncated,
    /// RST.
    Reset,
    /// Broken chunked framing.
    ChunkError,
    /// A line, or an event's data, over the parser's limit.
    TooLong,
    /// Another error of the connection.
    Broken,
}

impl Ending {
    /// Its stable code.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "end",
            Self::Truncated => "truncated",
            Self::Reset => "reset",
            Self::ChunkError => "chunk-error",
            Self::TooLong => "too-long",
            Self::Broken => "broken",
        }
    }
}

impl Stream {
    /// Begins with what came together with the head.
    pub(crate) fn begin(
        worker: &Worker,
        local: u32,
        opened: Opened,
        last_event_id: String,
    ) -> Self {
        let body = match opened.framing {
            Framing::Chunked => Body::Chunked(Box::new(Dechunker::forgetful(opened.offset))),
            Framing::Length(length) => Body::Length(length),
            // Load is made over HTTP/1.1.
            Framing::Close | Framing::Stream => Body::Close,
            Framing::None => Body::Length(0),
        };
        let parser = Parser::new().with_profile(Profile::Core).with_last_event_id(last_event_id);
        let place = Place {
            local,
            requested: opened.requested,
            ready: opened.ready,
            heard: opened.ready,
            event: 0,
            comment: 0,
            known: worker.books.borrow().telling.seen(),
            begun: false,
            timed: !worker.is_slow(local),
        };
        let mut stream = Self { wire: opened.wire, body, parser, place, over: None };
        let mut books = worker.books.borrow_mut();
        books.counters.wire_bytes += opened.offset;
        let stamp = stream.wire.last_read();
        stream.over = stream.take(&mut books, &opened.rest, stamp);
        if matches!(stream.body, Body::Length(0)) {
            stream.over = stream.over.or(Some(Ending::Complete));
        }
        stream
    }

    /// The last event ID, to come back with.
    pub(crate) fn last_event_id(&self) -> &str {
        self.parser.last_event_id()
    }

    /// The reconnection time that the server asked for, in milliseconds.
    pub(crate) fn retry(&self) -> Option<u64> {
        self.parser.retry()
    }

    /// Sends FIN, as a client does that leaves in peace.
    pub(crate) fn close_in_peace(&self) {
        let socket = socket2::SockRef::from(self.wire.tap().tcp());
        // Where the system refuses it the connection is reset, which frees it just as well.
        let _ = socket.set_linger(None);
        let _ = socket.shutdown(std::net::Shutdown::Write);
        // A socket that is dropped with unread bytes sends RST.
        let mut unread = [0; 4096];
        let mut left = ssecheck_transport::DRAIN_BYTES;
        while let Ok(len) = std::io::Read::read(&mut &*socket, &mut unread) {
            left = left.saturating_sub(len);
            if len == 0 || left == 0 {
                return;
            }
        }
    }

    /// Reads until the stream ends. The buffer is the worker's: it is used in between two awaits.
    pub(crate) fn poll_end(&mut self, worker: &Worker, cx: &mut Context<'_>) -> Poll<Ending> {
        if let Some(ending) = self.over {
            return Poll::Ready(ending);
        }
        loop {
            let mut buffer = worker.buffer.borrow_mut();
            let mut buf = ReadBuf::new(&mut buffer[..]);
            if let Err(error) = ready!(Pin::new(&mut self.wire).poll_read(cx, &mut buf)) {
                return Poll::Ready(ending_of(&error));
            }
            let bytes = buf.filled();
            if bytes.is_empty() {
                return Poll::Ready(self.at_fin());
            }
            if bytes.len() >= CROWDED {
                worker.books.borrow_mut().crowded(bytes.len(), window(&self.wire));
            }
            let stamp = self.wire.last_read();
            if let Some(ending) = self.take(&mut worker.books.borrow_mut(), bytes, stamp) {
                return Poll::Ready(ending);
            }
        }
    }

    fn at_fin(&self) -> Ending {
        match self.body {
            Body::Close | Body::Length(0) => Ending::Complete,
            Body::Chunked(_) | Body::Length(_) => Ending::Truncated,
        }
    }

    /// Books what one read gave.
    fn take(&mut self, books: &mut Books, bytes: &[u8], stamp: Stamp) -> Option<Ending> {
        if bytes.is_empty() {
            return None;
        }
        let mut receipt = books.receive(&mut self.place, bytes.len(), stamp);
        let result = self.decode(books, &mut receipt, bytes);
        let clean = receipt.last_end.is_none_or(|end| self.parser.offset() <= end + 1);
        books.settle(&mut self.place, &receipt, clean);
        self.place.heard = receipt.at;
        result.err()
    }

    fn decode(
        &mut self,
        books: &mut Books,
        receipt: &mut Receipt,
        mut bytes: &[u8],
    ) -> Result<(), Ending> {
        match &mut self.body {
            Body::Close => feed(&mut self.parser, &mut self.place, books, receipt, bytes),
            Body::Length(left) => {
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= take as u64;
                let done = *left == 0;
                feed(&mut self.parser, &mut self.place, books, receipt, &bytes[..take])?;
                if done { Err(Ending::Complete) } else { Ok(()) }
            }
            Body::Chunked(chunks) => loop {
                let (used, step) = chunks.step(bytes).map_err(|_| Ending::ChunkError)?;
                match step {
                    Step::NeedMore => return Ok(()),
                    Step::End => return Err(Ending::Complete),
                    Step::Data(range) => {
                        let data = &bytes[range];
                        feed(&mut self.parser, &mut self.place, books, receipt, data)?;
                    }
                }
                bytes = &bytes[used..];
            },
        }
    }
}

/// Bytes in one read from which on the receive window is looked at.
const CROWDED: usize = 16 * 1024;

/// How many bytes a socket takes before its window closes: half of its buffer, the other half is
/// for the kernel's own use (`tcp_adv_win_scale`).
fn window(wire: &Wire) -> usize {
    let size = socket2::SockRef::from(wire.tap().tcp()).recv_buffer_size();
    size.unwrap_or(usize::MAX) / 2
}

fn feed(
    parser: &mut Parser,
    place: &mut Place,
    books: &mut Books,
    receipt: &mut Receipt,
    bytes: &[u8],
) -> Result<(), Ending> {
    books.counters.bytes += bytes.len() as u64;
    let mut own_id = false;
    let fed = parser.feed_with(bytes, |span: Span, item| match item {
        Item::Event(event) => {
            let own_id = std::mem::take(&mut own_id);
            take_event(place, books, receipt, span, &event, own_id);
        }
        Item::Comment(_) => books.comment(place, receipt.at),
        Item::Id(_) => own_id = true,
        Item::Retry(_) => {}
    });
    fed.map_err(|_| Ending::TooLong)
}

fn take_event(
    place: &mut Place,
    books: &mut Books,
    receipt: &mut Receipt,
    span: Span,
    event: &Event<'_>,
    own_id: bool,
) {
    if !event.had_data {
        books.counters.dataless_blocks += 1;
        return;
    }
    // What came before the newest event of a read came at its time or earlier.
    if let Some(earlier) = receipt.newest.take() {
        books.time(place, receipt, earlier, false);
    }
    let delivery: Delivery = books.event(place, receipt, event, own_id);
    receipt.newest = Some(delivery);
    receipt.last_end = Some(span.end);
}

fn ending_of(error: &std::io::Error) -> Ending {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe | ErrorKind::ConnectionAborted => {
            Ending::Reset
        }
        ErrorKind::UnexpectedEof => Ending::Truncated,
        _ => Ending::Broken,
    }
}
