//! The streams whose time is measured.
//!
//! Each has a twin: as many bytes in as many chunks, of which a parser has nothing to remember. What
//! the twin takes is the price of the way there and back (JSON, base64, the pipe, one call for each
//! chunk), and is taken off.

/// A kind of stream that some parsers read in quadratic time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One long line in chunks of 64 bytes: parsers that search the whole line again for each.
    LongLine,
    /// Many small events in one chunk: parsers that move the rest of the buffer after each.
    ManyEvents,
    /// One event of many data lines: parsers that copy the data for each line.
    ManyLines,
}

/// Their lengths in bytes: each is four times the one before.
pub(super) const SIZES: [usize; 3] = [64 << 10, 256 << 10, 1 << 20];

const CHUNK: usize = 64;
const EVENT: &str = "data: x\n\n";
const LINE: &str = "data: x\n";

impl Shape {
    pub(super) const ALL: [Self; 3] = [Self::LongLine, Self::ManyEvents, Self::ManyLines];

    pub(super) fn code(self) -> &'static str {
        match self {
            Self::LongLine => "T1",
            Self::ManyEvents => "T2",
            Self::ManyLines => "T3",
        }
    }

    pub(super) fn what(self) -> &'static str {
        match self {
            Self::LongLine => "one line, in chunks of 64 bytes",
            Self::ManyEvents => "small events, in one chunk",
            Self::ManyLines => "one event of many data lines, in one chunk",
        }
    }

    /// A stream of about so many bytes.
    pub(super) fn chunks(self, bytes: usize) -> Vec<Vec<u8>> {
        match self {
            Self::LongLine => in_chunks(&format!("data: {}\n\n", "0".repeat(bytes - 8))),
            Self::ManyEvents => vec![EVENT.repeat(bytes / EVENT.len()).into_bytes()],
            Self::ManyLines => vec![format!("{}\n", LINE.repeat(bytes / LINE.len())).into_bytes()],
        }
    }

    /// As many bytes in as many chunks, with nothing to remember: comments of one chunk each, or of
    /// 64 bytes.
    pub(super) fn twin(self, bytes: usize) -> Vec<Vec<u8>> {
        let line = format!(":{}\n", "0".repeat(CHUNK - 2));
        let stream = line.repeat(bytes / CHUNK);
        match self {
            Self::LongLine => in_chunks(&stream),
            Self::ManyEvents | Self::ManyLines => vec![stream.into_bytes()],
        }
    }

    /// A shell command that prints the stream.
    pub(super) fn printf(self, bytes: usize) -> String {
        match self {
            Self::LongLine => format!(r"printf 'data: %0{}d\n\n' 0", bytes - 8),
            Self::ManyEvents => {
                format!(r"printf 'data: x\n\n%.0s' $(seq {})", bytes / EVENT.len())
            }
            Self::ManyLines => {
                format!(r"printf 'data: x\n%.0s' $(seq {}); echo", bytes / LINE.len())
            }
        }
    }
}

fn in_chunks(stream: &str) -> Vec<Vec<u8>> {
    stream.as_bytes().chunks(CHUNK).map(<[u8]>::to_vec).collect()
}
