//! Content codings, undone as a stream.

use std::fmt;

use flate2::{Crc, Decompress, FlushDecompress, Status};

/// Output asked for in one call of the inflater, in bytes.
const STEP_BYTES: usize = 16 * 1024;
/// Most bytes of a gzip member's header.
const MAX_GZIP_HEADER: usize = 4 * 1024;

/// A content coding (RFC 9110 8.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// None.
    Identity,
    /// `gzip` or `x-gzip` (RFC 1952).
    Gzip,
    /// `deflate`: zlib (RFC 1950), or raw deflate (RFC 1951) as some servers send by mistake.
    Deflate,
}

impl Coding {
    /// Reads the value of a `Content-Encoding` field. `identity` and an empty value are
    /// [`Coding::Identity`].
    ///
    /// # Errors
    /// [`ContentError::Unsupported`] for any other coding, as `br` and `zstd`, and for lists of
    /// codings.
    pub fn from_field(value: &[u8]) -> Result<Self, ContentError> {
        match &value.trim_ascii().to_ascii_lowercase()[..] {
            b"" | b"identity" => Ok(Self::Identity),
            b"gzip" | b"x-gzip" => Ok(Self::Gzip),
            b"deflate" => Ok(Self::Deflate),
            _ => Err(ContentError::Unsupported(value.escape_ascii().to_string())),
        }
    }
}

impl fmt::Display for Coding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        })
    }
}

/// Why a body cannot be decoded. Offsets count coded body bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// A coding that this crate does not undo.
    #[error("unsupported content coding {0:?}")]
    Unsupported(String),
    /// The bytes are not in the coding.
    #[error("{coding} body is broken near offset {offset}: {message}")]
    Broken {
        /// The coding.
        coding: Coding,
        /// Coded bytes before.
        offset: u64,
        /// What is broken.
        message: &'static str,
    },
    /// The body ended before the coding did.
    #[error("{coding} body ends early after {offset} bytes")]
    Truncated {
        /// The coding.
        coding: Coding,
        /// Coded bytes in all.
        offset: u64,
    },
    /// More output than [`DecodeLimits`] allow.
    #[error("{coding} body grows from {input} to more than {output} bytes")]
    Bomb {
        /// The coding.
        coding: Coding,
        /// Coded bytes so far.
        input: u64,
        /// Bytes decoded so far.
        output: u64,
    },
}

/// Bounds on what a coded body may grow to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeLimits {
    /// Most bytes of output.
    pub max_output: u64,
    /// Most bytes of output for one of input, once there is more output than `slack`.
    pub max_ratio: u64,
    /// Output that is allowed whatever the ratio.
    pub slack: u64,
}

impl Default for DecodeLimits {
    /// 1 GiB; 200 for 1 beyond 1 MiB. Deflate itself ends at 1032 for 1; text stays below 20.
    fn default() -> Self {
        Self { max_output: 1 << 30, max_ratio: 200, slack: 1 << 20 }
    }
}

/// Undoes a content coding as the bytes come. Does no I/O.
#[derive(Debug)]
pub struct Decoder {
    coding: Coding,
    limits: DecodeLimits,
    state: State,
    input: u64,
    output: u64,
    failed: Option<ContentError>,
}

#[derive(Debug)]
enum State {
    Identity,
    /// The first bytes, until the kind is known: zlib or raw.
    Deflate(Vec<u8>),
    /// The header of a gzip member.
    GzipHeader(Vec<u8>),
    Inflate(Box<Inflate>),
    GzipTrailer(Vec<u8>, Crc),
    Done,
}

#[derive(Debug)]
struct Inflate {
    inflater: Decompress,
    /// The checksum, for gzip.
    crc: Option<Crc>,
}

impl Inflate {
    /// Fills the room in `out`: bytes used, and the status unless the data is invalid.
    fn step(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> (usize, Option<Status>) {
        let before = self.inflater.total_in();
        let status = self.inflater.decompress_vec(bytes, out, FlushDecompress::Sync);
        if let Some(crc) = &mut self.crc {
            crc.update(out);
        }
        let used = usize::try_from(self.inflater.total_in() - before).unwrap_or(bytes.len());
        (used, status.ok())
    }
}

impl Decoder {
    /// A decoder for one body.
    #[must_use]
    pub fn new(coding: Coding, limits: DecodeLimits) -> Self {
        let state = match coding {
            Coding::Identity => State::Identity,
            Coding::Gzip => State::GzipHeader(Vec::new()),
            Coding::Deflate => State::Deflate(Vec::new()),
        };
        Self { coding, limits, state, input: 0, output: 0, failed: None }
    }

    /// Takes coded bytes and gives all that can be decoded by now, perhaps nothing.
    ///
    /// # Errors
    /// [`ContentError::Broken`] or [`ContentError::Bomb`], and the same from then on. What could be
    /// decoded before the fault is given first: the error then comes with the next call.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Vec<u8>, ContentError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let mut out = Vec::new();
        match self.feed_all(bytes, &mut out) {
            Err(error) => {
                self.failed = Some(error.clone());
                if out.is_empty() { Err(error) } else { Ok(out) }
            }
            Ok(()) => Ok(out),
        }
    }

    /// Says that the body has ended.
    ///
    /// # Errors
    /// [`ContentError::Truncated`] if the coding has not; or the error of before.
    pub fn finish(&self) -> Result<(), ContentError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        match &self.state {
            State::Identity | State::Done => Ok(()),
            // An empty body is a legal body of no members; so is the end between two members.
            State::GzipHeader(bytes) if bytes.is_empty() => Ok(()),
            State::Deflate(bytes) if bytes.is_empty() => Ok(()),
            _ => Err(ContentError::Truncated { coding: self.coding, offset: self.input }),
        }
    }

    fn broken<T>(&self, message: &'static str) -> Result<T, ContentError> {
        Err(ContentError::Broken { coding: self.coding, offset: self.input, message })
    }

    fn feed_all(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), ContentError> {
        while !bytes.is_empty() {
            let used = self.feed_some(bytes, out)?;
            self.input += used as u64;
            bytes = &bytes[used..];
        }
        Ok(())
    }

    /// Uses at least one byte.
    fn feed_some(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, ContentError> {
        match &mut self.state {
            State::Identity => {
                out.extend_from_slice(bytes);
                self.output += bytes.len() as u64;
                Ok(bytes.len())
            }
            State::Deflate(start) => {
                start.push(bytes[0]);
                if start.len() == 2 {
                    let start = std::mem::take(start);
                    self.begin_deflate(&start, out)?;
                }
                Ok(1)
            }
            State::GzipHeader(header) => {
                header.push(bytes[0]);
                self.read_gzip_header()?;
                Ok(1)
            }
            State::Inflate(_) => self.inflate(bytes, out),
            State::GzipTrailer(trailer, _) => {
                trailer.push(bytes[0]);
                self.read_gzip_trailer()?;
                Ok(1)
            }
            State::Done => self.broken("bytes after its end"),
        }
    }

    /// Tells zlib from raw deflate by the two bytes of the zlib header (RFC 1950 2.2).
    fn begin_deflate(&mut self, start: &[u8], out: &mut Vec<u8>) -> Result<(), ContentError> {
        let check = u16::from_be_bytes([start[0], start[1]]);
        let is_zlib = start[0] & 0x0f == 8 && check.is_multiple_of(31);
        let inflate = Inflate { inflater: Decompress::new(is_zlib), crc: None };
        self.state = State::Inflate(Box::new(inflate));
        let mut rest = start;
        while !rest.is_empty() {
            let used = self.feed_some(rest, out)?;
            rest = &rest[used..];
        }
        Ok(())
    }

    fn read_gzip_header(&mut self) -> Result<(), ContentError> {
        let State::GzipHeader(header) = &self.state else { return Ok(()) };
        match gzip_header(header) {
            Header::Incomplete if header.len() >= MAX_GZIP_HEADER => self.broken("header too long"),
            Header::Incomplete => Ok(()),
            Header::Broken => self.broken("no gzip header"),
            Header::Complete => {
                let crc = Some(Crc::new());
                let inflate = Inflate { inflater: Decompress::new(false), crc };
                self.state = State::Inflate(Box::new(inflate));
                Ok(())
            }
        }
    }

    fn inflate(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<usize, ContentError> {
        // Not straight into `out`: the inflater fills all its capacity, and that doubles beyond the
        // limits.
        let mut step = Vec::with_capacity(STEP_BYTES);
        let mut used = 0;
        loop {
            step.clear();
            let State::Inflate(inflate) = &mut self.state else { return Ok(used) };
            let (taken, status) = inflate.step(&bytes[used..], &mut step);
            used += taken;
            self.output += step.len() as u64;
            out.extend_from_slice(&step);
            self.check_growth(used as u64)?;
            match status {
                None => return self.broken("invalid deflate data"),
                Some(Status::StreamEnd) => {
                    self.end_member();
                    return Ok(used);
                }
                // With input used up and room left in the output, nothing more can come out by now.
                Some(_) if used == bytes.len() && step.len() < STEP_BYTES => return Ok(used),
                Some(_) if taken == 0 && step.is_empty() => {
                    return self.broken("deflate data that cannot be read on");
                }
                Some(_) => {}
            }
        }
    }

    fn check_growth(&self, used: u64) -> Result<(), ContentError> {
        let (input, output) = (self.input + used, self.output);
        let allowed = input.saturating_mul(self.limits.max_ratio).max(self.limits.slack);
        if output > allowed.min(self.limits.max_output) {
            return Err(ContentError::Bomb { coding: self.coding, input, output });
        }
        Ok(())
    }

    fn end_member(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Done);
        if let State::Inflate(inflate) = state
            && let Some(crc) = inflate.crc
        {
            self.state = State::GzipTrailer(Vec::new(), crc);
        }
    }

    /// CRC32 and length modulo 2^32, little-endian (RFC 1952 2.3.1). Another member may follow.
    fn read_gzip_trailer(&mut self) -> Result<(), ContentError> {
        let State::GzipTrailer(trailer, crc) = &self.state else { return Ok(()) };
        if trailer.len() < 8 {
            return Ok(());
        }
        let same =
            trailer[..4] == crc.sum().to_le_bytes() && trailer[4..] == crc.amount().to_le_bytes();
        self.state = State::GzipHeader(Vec::new());
        if same { Ok(()) } else { self.broken("wrong checksum") }
    }
}

enum Header {
    Incomplete,
    Complete,
    Broken,
}

/// Judges the bytes of a gzip header so far (RFC 1952 2.3).
fn gzip_header(bytes: &[u8]) -> Header {
    let magic = [0x1f, 0x8b, 8];
    if bytes.iter().zip(magic).any(|(&byte, wanted)| byte != wanted) {
        return Header::Broken;
    }
    let Some((fixed, rest)) = bytes.split_at_checked(10) else { return Header::Incomplete };
    let flags = fixed[3];
    if flags & 0xe0 != 0 {
        return Header::Broken;
    }
    match skip_gzip_options(rest, flags) {
        Some(_) => Header::Complete,
        None => Header::Incomplete,
    }
}

/// Skips the extra field, file name, comment and header checksum that the flags announce.
fn skip_gzip_options(mut rest: &[u8], flags: u8) -> Option<&[u8]> {
    if flags & 4 != 0 {
        let (len, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_le_bytes(*len))..)?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let nul = rest.iter().position(|&byte| byte == 0)?;
            rest = &rest[nul + 1..];
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    Some(rest)
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
