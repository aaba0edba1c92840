//! Codings of the body that switches put between the events and HTTP.

use std::io::{self, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::Switches;

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
    /// gzip, flushed per piece; none once finished.
    Gzip(Option<GzEncoder<Vec<u8>>>),
    /// Chunked, beside what HTTP does; true once the last chunk is written.
    Chunked(bool),
}

impl Coding {
    pub(crate) fn of(switches: &Switches) -> Self {
        if switches.has("gzip-unasked") {
            let encoder = GzEncoder::new(Vec::new(), Compression::fast());
            return Self::Gzip(Some(encoder));
        }
        if switches.has("chunked-twice") {
            return Self::Chunked(false);
        }
        if switches.has("byte-chunks") { Self::Bytewise(Bytes::new()) } else { Self::Identity }
    }

    /// What is left of the piece before.
    pub(crate) fn rest(&mut self) -> Option<Bytes> {
        let Self::Bytewise(rest) = self else { return None };
        let long = rest.len().saturating_sub(BYTEWISE);
        (!rest.is_empty()).then(|| rest.split_to(long.max(1)))
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
