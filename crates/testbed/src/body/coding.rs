//! Codings of the body that switches put between the events and HTTP.

use std::io::{self, Write};

use bytes::{Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::Switches;

/// The bytes that a proxy waits for: a page, as many do.
const BLOCK: usize = 4096;

/// How pieces become data of the body.
#[derive(Debug)]
pub(crate) enum Coding {
    /// As they are.
    Identity,
    /// One byte at a time; the rest of the piece.
    Bytewise(Bytes),
    /// gzip, flushed per piece; none once finished.
    Gzip(Option<GzEncoder<Vec<u8>>>),
    /// Chunked, beside what HTTP does; true once the last chunk is written.
    Chunked(bool),
    /// As they are, once there are [`BLOCK`] bytes of them.
    Held(BytesMut),
}

impl Coding {
    pub(crate) fn of(switches: &Switches) -> Self {
        if switches.has("gzip-unasked") {
            return Self::gzip();
        }
        if switches.has("chunked-twice") {
            return Self::Chunked(false);
        }
        if switches.has("byte-chunks") { Self::Bytewise(Bytes::new()) } else { Self::Identity }
    }

    pub(crate) fn gzip() -> Self {
        Self::Gzip(Some(GzEncoder::new(Vec::new(), Compression::fast())))
    }

    pub(crate) fn held() -> Self {
        Self::Held(BytesMut::new())
    }

    /// What is left of the piece before.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        let Self::Bytewise(rest) = self else { return None };
        (!rest.is_empty()).then(|| rest.split_to(1))
    }

    pub(crate) fn encode(&mut self, mut piece: Bytes) -> Bytes {
        match self {
            Self::Bytewise(rest) => {
                let first = piece.split_to(piece.len().min(1));
                *rest = piece;
                first
            }
            Self::Gzip(Some(encoder)) => deflate(encoder, &piece).unwrap_or(piece),
            Self::Chunked(_) => chunk(&piece),
            Self::Held(held) => {
                held.extend_from_slice(&piece);
                if held.len() < BLOCK { Bytes::new() } else { held.split().freeze() }
            }
            Self::Identity | Self::Gzip(None) => piece,
        }
    }

    /// What ends the coding.
    pub(crate) fn finish(&mut self) -> Option<Bytes> {
        match self {
            Self::Gzip(encoder) => encoder.take()?.finish().ok().map(Bytes::from),
            Self::Chunked(ended @ false) => {
                *ended = true;
                Some(Bytes::from_static(b"0\r\n\r\n"))
            }
            Self::Held(held) => (!held.is_empty()).then(|| held.split().freeze()),
            Self::Identity | Self::Bytewise(_) | Self::Chunked(true) => None,
        }
    }
}

fn deflate(encoder: &mut GzEncoder<Vec<u8>>, piece: &[u8]) -> io::Result<Bytes> {
    encoder.write_all(piece)?;
    encoder.flush()?;
    Ok(Bytes::from(std::mem::take(encoder.get_mut())))
}

/// One chunk of RFC 9112 7.1.
pub(crate) fn chunk(piece: &[u8]) -> Bytes {
    let size = format!("{:x}\r\n", piece.len());
    Bytes::from([size.as_bytes(), piece, b"\r\n"].concat())
}
