//! An answer that was recorded, read again by the same readers.

use bytes::{Bytes, BytesMut};

use crate::body::{BodyPart, BodyReader, End, WireFacts};
use crate::error::{Error, Kind, Phase};
use crate::framing::Framing;
use crate::head::{Head, HeadParser, HeadProgress};
use crate::record::Record;
use crate::request::Version;
use crate::stamp::Stamp;

/// Reads the bytes of one answer as [`crate::Connection`] reads them from the wire. Does no I/O.
///
/// The order of use: [`push`](Self::push) a piece, then [`head`](Self::head) until it gives one,
/// then [`part`](Self::part); whenever they give nothing, the next piece is due.
#[derive(Debug)]
pub struct Replay {
    buffer: BytesMut,
    record: Record,
    last: Stamp,
    parser: HeadParser,
    body: Option<BodyReader>,
}

impl Replay {
    /// A reader for the answer to a request with this method and version.
    #[must_use]
    pub fn new(method: &str, version: Version) -> Self {
        Self {
            buffer: BytesMut::new(),
            record: Record::new(usize::MAX),
            last: Stamp::now(),
            parser: HeadParser::new(method, version, 0),
            body: None,
        }
    }

    /// Adds the bytes of one read and its time.
    pub fn push(&mut self, bytes: &[u8], stamp: Stamp) {
        self.record.received.push(bytes, stamp);
        self.buffer.extend_from_slice(bytes);
        self.last = stamp;
    }

    /// The final head, once its last byte was pushed.
    ///
    /// # Errors
    /// In [`Phase::Head`], when the bytes are no head.
    pub fn head(&mut self) -> Result<Option<Head>, Error> {
        let progress = self.parser.advance(&mut self.buffer, self.last);
        match progress.map_err(|kind| Error::new(Phase::Head, kind))? {
            HeadProgress::NeedMore => Ok(None),
            HeadProgress::Done(head) => {
                self.body = Some(BodyReader::new(head.framing, self.used()));
                Ok(Some(*head))
            }
        }
    }

    /// Reads the rest as a body that only the close delimits, whatever the head says: of a dump
    /// from which the transfer coding has been taken off.
    pub fn body_is_bare(&mut self) {
        self.body = Some(BodyReader::new(Framing::Close, self.used()));
    }

    /// The next part of the body, if the bytes so far hold one.
    ///
    /// # Errors
    /// In [`Phase::Body`], when the chunked framing is broken.
    pub fn part(&mut self) -> Result<Option<BodyPart>, Error> {
        let Some(body) = &mut self.body else { return Ok(None) };
        let broken = |error| Error::new(Phase::Body, Kind::Chunk(error));
        body.next(&mut self.buffer, self.last).map_err(broken)
    }

    /// How the body ends when the connection is closed now.
    #[must_use]
    pub fn at_fin(&self) -> End {
        self.body.as_ref().map_or(End::Closed, BodyReader::at_fin)
    }

    /// Bytes pushed and used.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.record.received.total() - self.buffer.len() as u64
    }

    /// What was pushed and not used.
    #[must_use]
    pub fn rest(&self) -> Bytes {
        Bytes::copy_from_slice(&self.buffer)
    }

    /// What was seen of the body; `None` before the head.
    #[must_use]
    pub fn facts(&self) -> Option<WireFacts> {
        self.body.as_ref().map(BodyReader::facts)
    }

    /// Everything that was pushed, as the record of a connection.
    #[must_use]
    pub fn into_record(self) -> Record {
        self.record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] =
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nmore";

    /// All data and the end, with the answer in pieces of this size.
    fn read(size: usize) -> (Vec<u8>, Option<End>, u64) {
        let mut replay = Replay::new("GET", Version::Http11);
        let (mut data, mut end, mut head) = (Vec::new(), None, false);
        for piece in ANSWER.chunks(size) {
            replay.push(piece, Stamp::now());
            head = head || replay.head().unwrap().is_some();
            while let (true, None, Some(part)) = (head, &end, replay.part().unwrap()) {
                match part {
                    BodyPart::Data(chunk) => data.extend_from_slice(&chunk.bytes),
                    BodyPart::End(found) => end = Some(found),
                }
            }
        }
        (data, end, replay.facts().map_or(0, |facts| facts.body_bytes))
    }

    #[test]
    fn an_answer_is_read_the_same_in_pieces_of_any_size() {
        let whole = (b"abc".to_vec(), Some(End::LastChunk { trailers: Vec::new() }), 3);
        for size in 1..=ANSWER.len() {
            assert_eq!(read(size), whole, "pieces of {size}");
        }
    }

    #[test]
    fn what_follows_the_end_is_left_over() {
        let mut replay = Replay::new("GET", Version::Http11);
        replay.push(ANSWER, Stamp::now());
        assert!(replay.head().unwrap().is_some());
        while !matches!(replay.part().unwrap(), Some(BodyPart::End(_)) | None) {}
        assert_eq!(&replay.rest()[..], b"more");
        assert_eq!(replay.used(), ANSWER.len() as u64 - 4);
        assert_eq!(replay.into_record().received.bytes(), ANSWER);
    }

    #[test]
    fn a_body_without_its_coding_is_read_as_it_is() {
        let mut replay = Replay::new("GET", Version::Http11);
        replay.push(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ndata: a\n\n",
            Stamp::now(),
        );
        assert!(replay.head().unwrap().is_some());
        replay.body_is_bare();
        let Some(BodyPart::Data(chunk)) = replay.part().unwrap() else { panic!("no data") };
        assert_eq!(&chunk.bytes[..], b"data: a\n\n");
        assert_eq!(replay.at_fin(), End::Closed);
    }
}
