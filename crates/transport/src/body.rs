//! Bodies: what delimits them, what comes out, and how they end.

use bytes::{Bytes, BytesMut};

use crate::dechunk::{ChunkError, ChunkFacts, Dechunker, Step};
use crate::field::Field;
use crate::framing::Framing;
use crate::oddity::Oddities;
use crate::stamp::Stamp;

/// What one read of a body gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyPart {
    /// Data, as soon as it came.
    Data(Chunk),
    /// The end; every later read gives it again.
    End(End),
}

/// Bytes of a body after transfer decoding. Its borders mean nothing: they depend on segments and
/// chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// The bytes; never empty.
    pub bytes: Bytes,
    /// Bytes of the decoded body before them.
    pub offset: u64,
    /// Bytes received on the connection before them.
    pub raw_offset: u64,
    /// When they came.
    pub stamp: Stamp,
}

/// How a body ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// There was none.
    NoBody,
    /// The last chunk and the trailer section came.
    LastChunk {
        /// The trailer fields.
        trailers: Vec<Field>,
    },
    /// All bytes that `Content-Length` promised came.
    LengthReached,
    /// The connection was closed (FIN), which delimits this body.
    Closed,
    /// HTTP/2: END_STREAM.
    StreamEnd,
    /// The connection was closed (FIN) before the body was complete.
    Truncated {
        /// How many bytes are known to be missing, of the length or of the chunk.
        missing: Option<u64>,
        /// Where the body broke off.
        place: Place,
    },
    /// The connection was reset (RST), or the stream of HTTP/2 (RST_STREAM).
    Reset,
}

impl End {
    /// Whether the body is known to be whole.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !matches!(self, Self::Truncated { .. } | Self::Reset)
    }
}

/// Where a body broke off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before the promised length.
    Length,
    /// After a whole chunk, before the next chunk line: the usual way in which a killed stream
    /// ends.
    BetweenChunks,
    /// In a chunk line.
    ChunkSize,
    /// In a chunk's data.
    ChunkData,
    /// In the line end after a chunk's data.
    ChunkEnd,
    /// After the last chunk, before the end of the trailer section.
    Trailers,
    /// HTTP/2: before END_STREAM.
    Stream,
}

/// What the wire showed of one answer's body, for the judge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFacts {
    /// How the body was delimited.
    pub framing: Framing,
    /// What was seen of the chunked coding; `None` without it.
    pub chunks: Option<ChunkFacts>,
    /// Bytes of the body after transfer decoding.
    pub body_bytes: u64,
    /// Bytes of the body as sent, chunk lines and trailers included.
    pub raw_bytes: u64,
    /// Bytes seen after the end of the answer.
    pub surplus_bytes: u64,
    /// What is wrong or rare in the body. The head has its own.
    pub oddities: Oddities,
}

/// Takes a body out of a buffer. Does no I/O.
#[derive(Debug)]
pub(crate) struct BodyReader {
    framing: Framing,
    state: State,
    /// Bytes received on the connection before the buffer.
    raw_offset: u64,
    start: u64,
    offset: u64,
}

#[derive(Debug)]
enum State {
    Chunked(Box<Dechunker>),
    Length(u64),
    Close,
    None,
}

impl BodyReader {
    pub(crate) fn new(framing: Framing, raw_offset: u64) -> Self {
        let state = match framing {
            Framing::None => State::None,
            Framing::Chunked => State::Chunked(Box::new(Dechunker::new(raw_offset))),
            Framing::Length(length) => State::Length(length),
            // What HTTP/2 carries does not come here.
            Framing::Close | Framing::Stream => State::Close,
        };
        Self { framing, state, raw_offset, start: raw_offset, offset: 0 }
    }

    /// The next part in the buffer, or `None` when more bytes are needed.
    pub(crate) fn next(
        &mut self,
        buffer: &mut BytesMut,
        stamp: Stamp,
    ) -> Result<Option<BodyPart>, ChunkError> {
        match &mut self.state {
            State::None => Ok(Some(BodyPart::End(End::NoBody))),
            State::Length(0) => Ok(Some(BodyPart::End(End::LengthReached))),
            State::Length(left) => {
                let take = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
                *left -= take as u64;
                Ok(self.data(buffer, 0, take, stamp))
            }
            State::Close => Ok(self.data(buffer, 0, buffer.len(), stamp)),
            State::Chunked(dechunker) => {
                let (used, step) = dechunker.step(buffer)?;
                match step {
                    Step::Data(range) => Ok(self.data(buffer, range.start, range.end, stamp)),
                    Step::NeedMore => Ok(self.data(buffer, used, used, stamp)),
                    Step::End => {
                        let trailers = dechunker.facts().trailers.clone();
                        self.data(buffer, used, used, stamp);
                        Ok(Some(BodyPart::End(End::LastChunk { trailers })))
                    }
                }
            }
        }
    }

    /// Takes `end` bytes out of the buffer; those from `start` are data.
    fn data(
        &mut self,
        buffer: &mut BytesMut,
        start: usize,
        end: usize,
        stamp: Stamp,
    ) -> Option<BodyPart> {
        let mut taken = buffer.split_to(end);
        let bytes = taken.split_off(start).freeze();
        let raw_offset = self.raw_offset + start as u64;
        self.raw_offset += end as u64;
        if bytes.is_empty() {
            return None;
        }
        let offset = self.offset;
        self.offset += bytes.len() as u64;
        Some(BodyPart::Data(Chunk { bytes, offset, raw_offset, stamp }))
    }

    /// How the body ended if the connection was closed now, with the buffer used up.
    pub(crate) fn at_fin(&self) -> End {
        match &self.state {
            State::None => End::NoBody,
            State::Close => End::Closed,
            State::Length(0) => End::LengthReached,
            State::Length(left) => End::Truncated { missing: Some(*left), place: Place::Length },
            State::Chunked(dechunker) => {
                let (place, missing) = dechunker.place();
                End::Truncated { missing, place }
            }
        }
    }

    pub(crate) fn facts(&self) -> WireFacts {
        let dechunker = match &self.state {
            State::Chunked(dechunker) => Some(dechunker),
            State::Length(_) | State::Close | State::None => None,
        };
        WireFacts {
            framing: self.framing,
            chunks: dechunker.map(|dechunker| dechunker.facts().clone()),
            body_bytes: self.offset,
            raw_bytes: self.raw_offset - self.start,
            surplus_bytes: 0,
            oddities: dechunker.map(|d| d.oddities().clone()).unwrap_or_default(),
        }
    }
}
