//! The chunked transfer coding, decoded and witnessed (RFC 9112 7.1).

use std::fmt;
use std::ops::Range;

use bytes::Bytes;

use crate::field::{Field, Line, parse_line, strip_line_end, trim_ows};
use crate::limits::{
    MAX_CHUNK_LINE, MAX_FIELDS, MAX_TRAILER_BYTES, RECORDED_CHUNKS, RECORDED_EXTENSIONS,
};
use crate::oddity::{Oddities, OddityCode};

/// Decodes chunked bytes that come in any pieces. Does no I/O, holds one line at most.
#[derive(Clone, Debug)]
pub struct Dechunker {
    state: State,
    /// Bytes received on the connection before the next input byte.
    offset: u64,
    line: Vec<u8>,
    line_offset: u64,
    trailer_bytes: usize,
    /// How many chunk sizes are kept.
    recorded: usize,
    facts: ChunkFacts,
    oddities: Oddities,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size,
    Data(u64),
    /// Before the line end after the data; true once its CR was seen.
    DataEnd(bool),
    Trailer,
    Done,
    Failed(ChunkError),
}

/// What was seen of the chunked coding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChunkFacts {
    /// Number of chunks begun, the last (zero) chunk not counted.
    pub count: u64,
    /// Sizes of the first [`RECORDED_CHUNKS`] of them, in bytes.
    pub sizes: Vec<u64>,
    /// Number of chunk lines with an extension.
    pub extension_count: u64,
    /// Text after the semicolon of the first [`RECORDED_EXTENSIONS`] of them.
    pub extensions: Vec<Vec<u8>>,
    /// The trailer fields.
    pub trailers: Vec<Field>,
    /// Whether the last (zero) chunk was seen.
    pub last_chunk: bool,
}

/// What [`Dechunker::step`] came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// All input was used and no data is left in it.
    NeedMore,
    /// This range of the input is data.
    Data(Range<usize>),
    /// The body is complete; input after the number of bytes used is surplus.
    End,
}

/// Broken chunked framing. After it nothing can be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault} at offset {offset}")]
pub struct ChunkError {
    /// What is broken.
    pub fault: ChunkFault,
    /// Bytes received on the connection before the fault.
    pub offset: u64,
}

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkFault {
    /// A chunk line does not begin with hexadecimal digits, or something else follows them.
    InvalidSize,
    /// A size of 2^64 or more.
    SizeOverflow,
    /// A chunk line is longer than [`MAX_CHUNK_LINE`].
    LineTooLong,
    /// No line end after a chunk's data: its size is wrong.
    NoLineEndAfterData,
    /// The trailer section has more than [`MAX_TRAILER_BYTES`] bytes or [`MAX_FIELDS`] lines.
    TrailersTooLong,
}

impl ChunkFault {
    /// A stable kebab-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidSize => "invalid-chunk-size",
            Self::SizeOverflow => "chunk-size-overflow",
            Self::LineTooLong => "chunk-line-too-long",
            Self::NoLineEndAfterData => "no-line-end-after-chunk",
            Self::TrailersTooLong => "trailers-too-long",
        }
    }
}

impl fmt::Display for ChunkFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Dechunker {
    /// A decoder for a body that begins after `offset` received bytes.
    #[must_use]
    pub fn new(offset: u64) -> Self {
        Self {
            state: State::Size,
            offset,
            line: Vec::new(),
            line_offset: offset,
            trailer_bytes: 0,
            recorded: RECORDED_CHUNKS,
            facts: ChunkFacts::default(),
            oddities: Oddities::default(),
        }
    }

    /// As [`Dechunker::new`], but keeps no chunk sizes: for readers of thousands of streams.
    #[must_use]
    pub fn forgetful(offset: u64) -> Self {
        Self { recorded: 0, ..Self::new(offset) }
    }

    /// What was seen so far.
    #[must_use]
    pub fn facts(&self) -> &ChunkFacts {
        &self.facts
    }

    /// What was odd so far.
    #[must_use]
    pub fn oddities(&self) -> &Oddities {
        &self.oddities
    }

    /// Where the decoder stands, for telling where a body broke off.
    pub(crate) fn place(&self) -> (crate::Place, Option<u64>) {
        use crate::Place;
        match self.state {
            State::Data(left) => (Place::ChunkData, Some(left)),
            State::DataEnd(_) => (Place::ChunkEnd, None),
            State::Trailer => (Place::Trailers, None),
            State::Size if self.line.is_empty() => (Place::BetweenChunks, None),
            State::Size | State::Done | State::Failed(_) => (Place::ChunkSize, None),
        }
    }

    /// Reads on until there is data, the input is used up or the body ends. Returns the number of
    /// input bytes used, which includes a data range.
    ///
    /// # Errors
    /// When the framing is broken; from then on always the same error.
    pub fn step(&mut self, input: &[u8]) -> Result<(usize, Step), ChunkError> {
        let mut used = 0;
        loop {
            let rest = &input[used..];
            match self.state {
                State::Failed(error) => return Err(error),
                State::Done => return Ok((used, Step::End)),
                _ if rest.is_empty() => return Ok((used, Step::NeedMore)),
                State::Data(left) => {
                    let take = usize::try_from(left).unwrap_or(usize::MAX).min(rest.len());
                    self.take_data(left, take);
                    return Ok((used + take, Step::Data(used..used + take)));
                }
                State::DataEnd(after_cr) => {
                    self.data_end(rest[0], after_cr)?;
                    used += 1;
                }
                State::Size | State::Trailer => used += self.take_line(rest)?,
            }
        }
    }

    fn fail<T>(&mut self, fault: ChunkFault, offset: u64) -> Result<T, ChunkError> {
        let error = ChunkError { fault, offset };
        self.state = State::Failed(error);
        Err(error)
    }

    fn take_data(&mut self, left: u64, take: usize) {
        let left = left - take as u64;
        self.offset += take as u64;
        self.state = if left == 0 { State::DataEnd(false) } else { State::Data(left) };
    }

    fn data_end(&mut self, byte: u8, after_cr: bool) -> Result<(), ChunkError> {
        let offset = self.offset;
        self.offset += 1;
        match (byte, after_cr) {
            (b'\r', false) => self.state = State::DataEnd(true),
            (b'\n', _) => {
                if !after_cr {
                    self.oddities.note(OddityCode::ChunkBareLf, offset);
                }
                self.begin_line(State::Size);
            }
            _ => return self.fail(ChunkFault::NoLineEndAfterData, offset),
        }
        Ok(())
    }

    fn begin_line(&mut self, state: State) {
        self.state = state;
        self.line.clear();
        self.line_offset = self.offset;
    }

    /// Adds input to the line in hand, up to its LF; then reads the line. Returns the bytes used.
    fn take_line(&mut self, input: &[u8]) -> Result<usize, ChunkError> {
        self.check_size_early(input)?;
        let lf = input.iter().position(|&byte| byte == b'\n');
        let take = lf.map_or(input.len(), |lf| lf + 1);
        let (room, fault) = match self.state {
            State::Trailer => (MAX_TRAILER_BYTES - self.trailer_bytes, ChunkFault::TrailersTooLong),
            _ => (MAX_CHUNK_LINE, ChunkFault::LineTooLong),
        };
        if self.line.len() + take > room {
            return self.fail(fault, self.line_offset + room as u64);
        }
        self.line.extend_from_slice(&input[..take]);
        self.offset += take as u64;
        if lf.is_some() {
            self.read_line()?;
        }
        Ok(take)
    }

    /// A line that cannot begin with a size is refused at its first byte: a body that was never
    /// chunked has perhaps no LF for a long time.
    fn check_size_early(&mut self, input: &[u8]) -> Result<(), ChunkError> {
        let first = self.line.first().or(input.first()).copied();
        if self.state == State::Size
            && first.is_some_and(|byte| !byte.is_ascii_hexdigit() && !matches!(byte, b' ' | b'\t'))
        {
            return self.fail(ChunkFault::InvalidSize, self.line_offset);
        }
        Ok(())
    }

    fn read_line(&mut self) -> Result<(), ChunkError> {
        let full = std::mem::take(&mut self.line);
        let (line, bare_lf) = strip_line_end(&full);
        if bare_lf {
            self.oddities.note(OddityCode::ChunkBareLf, self.line_offset + line.len() as u64);
        }
        match self.state {
            State::Trailer => self.read_trailer(line, full.len())?,
            _ => self.read_size(line)?,
        }
        self.line = full;
        self.begin_line(self.state);
        Ok(())
    }

    fn read_size(&mut self, line: &[u8]) -> Result<(), ChunkError> {
        if let Some(cr) = line.iter().position(|&byte| byte == b'\r') {
            self.oddities.note(OddityCode::ChunkBareCr, self.line_offset + cr as u64);
        }
        let semicolon = line.iter().position(|&byte| byte == b';');
        let text = &line[..semicolon.unwrap_or(line.len())];
        let size = match parse_size(trim_ows(text)) {
            Ok(size) => size,
            Err(fault) => return self.fail(fault, self.line_offset),
        };
        self.note_extension(line, semicolon, text);
        if size == 0 {
            self.facts.last_chunk = true;
            self.state = State::Trailer;
            return Ok(());
        }
        self.facts.count += 1;
        if self.facts.sizes.len() < self.recorded {
            self.facts.sizes.push(size);
        }
        self.state = State::Data(size);
        Ok(())
    }

    /// White space before a semicolon is the grammar's BWS; without one, or before the size, it is
    /// a fault.
    fn note_extension(&mut self, line: &[u8], semicolon: Option<usize>, text: &[u8]) {
        let leading = matches!(text.first(), Some(b' ' | b'\t'));
        if leading || (semicolon.is_none() && trim_ows(text).len() < text.len()) {
            self.oddities.note(OddityCode::ChunkSizeSpace, self.line_offset);
        }
        if let Some(at) = semicolon {
            self.oddities.note(OddityCode::ChunkExtension, self.line_offset + at as u64);
            self.facts.extension_count += 1;
            if self.facts.extensions.len() < RECORDED_EXTENSIONS {
                self.facts.extensions.push(trim_ows(&line[at + 1..]).to_vec());
            }
        }
    }

    fn read_trailer(&mut self, line: &[u8], len: usize) -> Result<(), ChunkError> {
        if line.is_empty() {
            self.state = State::Done;
            return Ok(());
        }
        self.trailer_bytes += len;
        if self.facts.trailers.len() == MAX_FIELDS {
            return self.fail(ChunkFault::TrailersTooLong, self.line_offset);
        }
        self.oddities.note(OddityCode::Trailers, self.line_offset);
        let mut found = Oddities::default();
        let line = Bytes::copy_from_slice(line);
        match parse_line(&line, self.line_offset, &mut found) {
            Line::Field(field) => self.facts.trailers.push(field),
            Line::Fold(_) | Line::NoColon(_) => {
                found.note(OddityCode::InvalidTrailer, self.line_offset);
            }
        }
        self.oddities.extend(&found);
        Ok(())
    }
}

/// Hexadecimal digits only: Rust's own parser would take a plus sign.
fn parse_size(text: &[u8]) -> Result<u64, ChunkFault> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_hexdigit) {
        return Err(ChunkFault::InvalidSize);
    }
    let text = std::str::from_utf8(text).map_err(|_| ChunkFault::InvalidSize)?;
    u64::from_str_radix(text, 16).map_err(|_| ChunkFault::SizeOverflow)
}

#[cfg(test)]
#[path = "dechunk_tests.rs"]
mod tests;
