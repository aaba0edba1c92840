//! Codings of the body that switches put between the events and HTTP.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::Switches;

/// What is flushed through a compressor as soon as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flush {
    /// Every piece.
    All,
    /// Events, not heartbeats.
    Events,
    /// Nothing.
    Nothing,
}
/// How many bytes of a piece are written one by one, beside its first: few enough for the cases that
/// move megabytes.
const BYTEWISE: usize = 512;

/// How pieces become data of the body.
#[derive(Debug)]
pub(crate) enum Coding {
    /// As they are.
    Identity,
    /// One byte at a time, but for the middle of long pieces; the rest of the piece.
    Bytewise(Bytes),
    /// gzip; none once finished.
    Gzip(Option<GzEncoder<Vec<u8>>>, Flush),
    /// Chunked, beside what HTTP does; true once the last chunk is written.
    Chunked(bool),
    /// As they are, once there are so many bytes of them.
    Held(BytesMut, usize),
}

impl Coding {
    /// What a client gets; `asked` says whether it accepts gzip.
    pub(crate) fn of(switches: &Switches, asked: bool) -> Self {
        if switches.has("chunked-twice") {
            return Self::Chunked(false);
        }
        if switches.has("byte-chunks") {
            return Self::Bytewise(Bytes::new());
        }
        if !asked && !switches.has("gzip-unasked") {
            return Self::Identity;
        }
        let unflushed =
            [("gzip-unflushed", Flush::Nothing), ("heartbeat-unflushed", Flush::Events)];
        let flush = switches.pick(&unflushed).unwrap_or(Flush::All);
        Self::Gzip(Some(GzEncoder::new(Vec::new(), Compression::fast())), flush)
    }

    /// Whether the body needs a `Content-Encoding`.
    pub(crate) fn is_gzip(&self) -> bool {
        matches!(self, Self::Gzip(..))
    }

    pub(crate) fn held(block: usize) -> Self {
        Self::Held(BytesMut::new(), block)
    }

    /// What is left of the piece before.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        let Self::Bytewise(rest) = self else { return None };
        let long = rest.len().saturating_sub(BYTEWISE);
        (!rest.is_empty()).then(|| rest.split_to(long.max(1)))
    }

    pub(crate) fn encode(&mut self, mut piece: Bytes, heartbeat: bool) -> Bytes {
        match self {
            Self::Bytewise(rest) => {
                let first = piece.split_to(piece.len().min(1));
                *rest = piece;
                first
            }
            Self::Gzip(Some(encoder), flush) => {
                let flushed = *flush == Flush::All || (*flush == Flush::Events && !heartbeat);
                deflate(encoder, &piece, flushed).unwrap_or(piece)
            }
            Self::Chunked(_) => chunk(&piece),
            Self::Held(held, block) => {
                held.extend_from_slice(&piece);
                if held.len() < *block { Bytes::new() } else { held.split().freeze() }
            }
            Self::Identity | Self::Gzip(None, _) => piece,
        }
    }

    /// What ends the coding.
    pub(crate) fn finish(&mut self) -> Option<Bytes> {
        match self {
            Self::Gzip(encoder, _) => encoder.take()?.finish().ok().map(Bytes::from),
            Self::Chunked(ended @ false) => {
                *ended = true;
                Some(Bytes::from_static(b"0\r\n\r\n"))
            }
            Self::Held(held, _) => (!held.is_empty()).then(|| held.split().freeze()),
            Self::Identity | Self::Bytewise(_) | Self::Chunked(true) => None,
        }
    }
}

fn deflate(encoder: &mut GzEncoder<Vec<u8>>, piece: &[u8], flushed: bool) -> io::Result<Bytes> {
    encoder.write_all(piece)?;
    if flushed {
        encoder.flush()?;
    }
    Ok(Bytes::from(std::mem::take(encoder.get_mut())))
}

/// One chunk of RFC 9112 7.1.
pub(crate) fn chunk(piece: &[u8]) -> Bytes {
    let size = format!("{:x}\r\n", piece.len());
    Bytes::from([size.as_bytes(), piece, b"\r\n"].concat())
}
