//! One exchange of HTTP/2 (RFC 9113), read frame by frame. Does no I/O.
//!
//! Client libraries reset a stream whose fields are forbidden and hide an end by RST_STREAM; a
//! judge must see both. Nothing is refused here that can be read at all, and all is bounded.

mod hpack;
mod tables;

use bytes::{Buf, Bytes, BytesMut};

use crate::body::{BodyPart, Chunk, End, Place};
use crate::error::Kind;
use crate::field::Field;
use crate::framing::Framing;
use crate::head::Head;
use crate::limits::{MAX_FIELDS, MAX_HEAD_BYTES, MAX_INTERIM};
use crate::oddity::Oddities;
use crate::request::{Request, Version};
use crate::stamp::Stamp;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Bytes of a frame's head.
const FRAME_HEAD: usize = 9;
/// The longest frame that a peer may send before a setting allows more.
const FRAME_BYTES: usize = 16_384;
/// Our only stream.
const STREAM: u32 = 1;
/// How much a peer may send ahead of what we have read, in bytes.
const WINDOW: u32 = 1 << 20;
/// The window before any setting.
const FIRST_WINDOW: u32 = 65_535;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PUSH_PROMISE: u8 = 5;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;

/// END_STREAM, and ACK of settings and pings.
const FLAG_END: u8 = 1;
const FLAG_END_HEADERS: u8 = 4;
const FLAG_PADDED: u8 = 8;
const FLAG_PRIORITY: u8 = 32;

/// What became of the bytes so far.
#[derive(Debug)]
pub(crate) enum Progress {
    NeedMore,
    Head(Box<Head>),
    Part(BodyPart),
}

/// One request and its answer.
#[derive(Debug)]
pub(crate) struct Exchange {
    decoder: hpack::Decoder,
    /// What is to be written: acknowledgements and windows.
    pub(crate) out: BytesMut,
    /// A field section that is not complete, and whether it ends the stream.
    section: Option<(BytesMut, bool, Stamp)>,
    head_only: bool,
    has_head: bool,
    interim: Vec<Head>,
    /// Bytes of the connection before the buffer, and of the body so far.
    raw_offset: u64,
    offset: u64,
    first: Option<Stamp>,
    ended: bool,
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    payload: Bytes,
    at: u64,
}

fn frame(out: &mut Vec<u8>, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_be_bytes();
    out.extend_from_slice(&length[1..]);
    out.extend_from_slice(&[kind, flags]);
    out.extend_from_slice(&stream.to_be_bytes());
    out.extend_from_slice(payload);
}

/// The bytes of a request: preface, settings, the head in one section, the body.
pub(crate) fn request(request: &Request, scheme: &str) -> Vec<u8> {
    let mut out = PREFACE.to_vec();
    let mut settings = Vec::new();
    for (id, value) in [(2_u16, 0_u32), (4, WINDOW)] {
        settings.extend_from_slice(&id.to_be_bytes());
        settings.extend_from_slice(&value.to_be_bytes());
    }
    frame(&mut out, SETTINGS, 0, 0, &settings);
    frame(&mut out, WINDOW_UPDATE, 0, 0, &(WINDOW - FIRST_WINDOW).to_be_bytes());
    let host = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
    let mut section = Vec::new();
    hpack::encode(&mut section, b":method", request.method.as_bytes());
    hpack::encode(&mut section, b":scheme", scheme.as_bytes());
    hpack::encode(&mut section, b":authority", host.map_or(b"", |(_, value)| value));
    hpack::encode(&mut section, b":path", &request.target);
    let rest = request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host"));
    for (name, value) in rest {
        hpack::encode(&mut section, name.to_ascii_lowercase().as_bytes(), value);
    }
    let end = if request.body.is_empty() { FLAG_END } else { 0 };
    let mut parts = section.chunks(FRAME_BYTES).peekable();
    let (mut kind, mut flags) = (HEADERS, end);
    while let Some(part) = parts.next() {
        flags |= if parts.peek().is_none() { FLAG_END_HEADERS } else { 0 };
        frame(&mut out, kind, flags, STREAM, part);
        (kind, flags) = (CONTINUATION, 0);
    }
    // Longer bodies would need the server's window; requests of ours are short.
    let mut parts = request.body.chunks(FRAME_BYTES).peekable();
    while let Some(part) = parts.next() {
        let flags = if parts.peek().is_none() { FLAG_END } else { 0 };
        frame(&mut out, DATA, flags, STREAM, part);
    }
    out
}

fn broken(what: &'static str) -> Kind {
    Kind::Http2(what)
}

impl Exchange {
    pub(crate) fn new(method: &str, raw_offset: u64) -> Self {
        Self {
            decoder: hpack::Decoder::default(),
            out: BytesMut::new(),
            section: None,
            head_only: method == "HEAD",
            has_head: false,
            interim: Vec::new(),
            raw_offset,
            offset: 0,
            first: None,
            ended: false,
        }
    }

    pub(crate) fn interim(&self) -> &[Head] {
        &self.interim
    }

    /// How the body ends when the connection does.
    pub(crate) fn at_fin(&self) -> End {
        End::Truncated { missing: None, place: Place::Stream }
    }

    /// Takes whole frames out of the buffer until one has something to tell.
    pub(crate) fn advance(
        &mut self,
        buffer: &mut BytesMut,
        stamp: Stamp,
    ) -> Result<Progress, Kind> {
        if self.ended {
            return Ok(Progress::Part(BodyPart::End(End::StreamEnd)));
        }
        while let Some(frame) = self.next_frame(buffer, stamp)? {
            if let Some(progress) = self.take(frame, stamp)? {
                return Ok(progress);
            }
        }
        Ok(Progress::NeedMore)
    }

    fn next_frame(&mut self, buffer: &mut BytesMut, stamp: Stamp) -> Result<Option<Frame>, Kind> {
        if buffer.is_empty() {
            return Ok(None);
        }
        self.first.get_or_insert(stamp);
        if !self.has_head && buffer.starts_with(b"HTTP/1") {
            return Err(broken("the server answers in HTTP/1"));
        }
        let Some(head) = buffer.get(..FRAME_HEAD) else { return Ok(None) };
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        if length > FRAME_BYTES {
            return Err(broken("a frame is longer than 16,384 bytes"));
        }
        if buffer.len() < FRAME_HEAD + length {
            return Ok(None);
        }
        let (kind, flags) = (head[3], head[4]);
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff;
        buffer.advance(FRAME_HEAD);
        let payload = buffer.split_to(length).freeze();
        let at = self.raw_offset;
        self.raw_offset += (FRAME_HEAD + length) as u64;
        Ok(Some(Frame { kind, flags, stream, payload, at }))
    }

    fn take(&mut self, mut frame: Frame, stamp: Stamp) -> Result<Option<Progress>, Kind> {
        let ends = frame.flags & FLAG_END != 0;
        match (frame.kind, frame.stream) {
            (SETTINGS, _) if !ends => self.reply(SETTINGS, FLAG_END, 0, &[]),
            (PING, _) if !ends => self.reply(PING, FLAG_END, 0, &frame.payload),
            (GOAWAY, _) if frame.payload.get(..4).is_some_and(|last| last == [0; 4]) => {
                return Err(broken("GOAWAY before the request was taken"));
            }
            (RST_STREAM, STREAM) if self.has_head => {
                return Ok(Some(Progress::Part(BodyPart::End(End::Reset))));
            }
            (RST_STREAM, STREAM) => return Err(Kind::Reset),
            (PUSH_PROMISE, _) => return Err(broken("a push, which we do not allow")),
            (HEADERS, STREAM) => {
                unpad(&mut frame)?;
                if frame.flags & FLAG_PRIORITY != 0 {
                    frame.payload = cut_front(&frame.payload, 5)?;
                }
                self.section = Some((BytesMut::new(), ends, stamp));
                return self.section_part(&frame, stamp);
            }
            (CONTINUATION, STREAM) => return self.section_part(&frame, stamp),
            (DATA, STREAM) => return self.data(frame, stamp, ends),
            _ => {}
        }
        Ok(None)
    }

    fn reply(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let mut bytes = Vec::new();
        frame(&mut bytes, kind, flags, stream, payload);
        self.out.extend_from_slice(&bytes);
    }

    fn data(
        &mut self,
        mut frame: Frame,
        stamp: Stamp,
        ends: bool,
    ) -> Result<Option<Progress>, Kind> {
        if !self.has_head {
            return Err(broken("DATA before a head"));
        }
        let taken = u32::try_from(frame.payload.len()).unwrap_or(u32::MAX);
        if taken > 0 {
            self.reply(WINDOW_UPDATE, 0, 0, &taken.to_be_bytes());
            self.reply(WINDOW_UPDATE, 0, STREAM, &taken.to_be_bytes());
        }
        unpad(&mut frame)?;
        self.ended |= ends;
        if frame.payload.is_empty() {
            return Ok(ends.then_some(Progress::Part(BodyPart::End(End::StreamEnd))));
        }
        let (offset, raw_offset) = (self.offset, frame.at + FRAME_HEAD as u64);
        self.offset += frame.payload.len() as u64;
        let chunk = Chunk { bytes: frame.payload, offset, raw_offset, stamp };
        Ok(Some(Progress::Part(BodyPart::Data(chunk))))
    }

    /// A part of a field section; the last one gives a head or, after a head, the end.
    fn section_part(&mut self, frame: &Frame, stamp: Stamp) -> Result<Option<Progress>, Kind> {
        let Some((section, ends, first)) = &mut self.section else {
            return Err(broken("CONTINUATION without HEADERS"));
        };
        section.extend_from_slice(&frame.payload);
        if section.len() > MAX_HEAD_BYTES {
            return Err(Kind::HeadTooLong { limit: MAX_HEAD_BYTES });
        }
        if frame.flags & FLAG_END_HEADERS == 0 {
            return Ok(None);
        }
        let (block, ends, first) = (section.split().freeze(), *ends, *first);
        self.section = None;
        let fields = self.decoder.decode(&block, MAX_FIELDS);
        let fields = fields.ok_or(broken("a field section cannot be decoded"))?;
        if self.has_head {
            self.ended |= ends;
            return Ok(ends.then_some(Progress::Part(BodyPart::End(End::StreamEnd))));
        }
        let head = self.head(&fields, frame.at, (self.first.unwrap_or(first), stamp), ends)?;
        if (100..200).contains(&head.status) {
            if self.interim.len() == MAX_INTERIM {
                return Err(Kind::TooManyInterim { limit: MAX_INTERIM });
            }
            self.interim.push(head);
            return Ok(None);
        }
        self.has_head = true;
        self.ended = ends;
        Ok(Some(Progress::Head(Box::new(head))))
    }

    /// A head whose raw bytes are the decoded fields, a line each.
    fn head(
        &mut self,
        fields: &[hpack::Pair],
        offset: u64,
        (first, complete): (Stamp, Stamp),
        ends: bool,
    ) -> Result<Head, Kind> {
        let mut raw = BytesMut::new();
        let mut head = Head {
            raw: Bytes::new(),
            offset,
            version: Version::Http2,
            status: 0,
            reason: Bytes::new(),
            fields: Vec::new(),
            skipped: Vec::new(),
            interim: Vec::new(),
            first,
            complete,
            framing: if ends || self.head_only { Framing::None } else { Framing::Stream },
            oddities: Oddities::default(),
        };
        for (name, value) in fields {
            if name == b":status" {
                let digits = std::str::from_utf8(value).ok();
                head.status = digits.and_then(|text| text.parse().ok()).unwrap_or(0);
            } else {
                let (name, value) = (Bytes::copy_from_slice(name), Bytes::copy_from_slice(value));
                head.fields.push(Field { name, value, offset: offset + raw.len() as u64 });
            }
            for part in [name.as_slice(), b": ", value, b"\n"] {
                raw.extend_from_slice(part);
            }
        }
        if head.status == 0 {
            return Err(broken("the answer has no status"));
        }
        head.raw = raw.freeze();
        if !(100..200).contains(&head.status) {
            head.interim = std::mem::take(&mut self.interim);
        }
        Ok(head)
    }
}

fn cut_front(payload: &Bytes, bytes: usize) -> Result<Bytes, Kind> {
    (payload.len() >= bytes).then(|| payload.slice(bytes..)).ok_or(broken("a frame is too short"))
}

fn unpad(frame: &mut Frame) -> Result<(), Kind> {
    if frame.flags & FLAG_PADDED == 0 {
        return Ok(());
    }
    let padding = usize::from(*frame.payload.first().ok_or(broken("a frame is too short"))?);
    let padded = cut_front(&frame.payload, 1)?;
    let left = padded.len().checked_sub(padding).ok_or(broken("more padding than frame"))?;
    frame.payload = padded.slice(..left);
    Ok(())
}

#[cfg(test)]
#[path = "http2_tests.rs"]
mod tests;
