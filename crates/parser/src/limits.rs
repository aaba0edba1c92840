//! Bounds on what a parser stores, and the error for what exceeds them.

use std::fmt;

/// Bounds on what one parser stores, in bytes. The standard sets none.
///
/// A parser holds at most one unfinished line, the data, event type and id of one unfinished
/// block, and the last event ID, so its heap stays below a small multiple of
/// `2 * line + data + 2 * id`. Ignored lines (comments, unknown fields) count as lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Longest line, its line end not counted. Default [`Limits::LINE`].
    pub line: usize,
    /// Longest data of one event: its lines joined with LF. Default [`Limits::DATA`].
    pub data: usize,
    /// Longest value of an `id` field. Default [`Limits::ID`].
    pub id: usize,
}

impl Limits {
    /// Default bound of a line: 16 MiB.
    pub const LINE: usize = 16 << 20;
    /// Default bound of an event's data: 16 MiB.
    pub const DATA: usize = 16 << 20;
    /// Default bound of an id: 64 KiB.
    pub const ID: usize = 64 << 10;
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: Self::LINE, data: Self::DATA, id: Self::ID }
    }
}

/// Which of the [`Limits`] was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// [`Limits::line`].
    Line,
    /// [`Limits::data`].
    Data,
    /// [`Limits::id`].
    Id,
}

impl LimitKind {
    /// The name of the field in [`Limits`].
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Data => "data",
            Self::Id => "id",
        }
    }
}

/// The stream exceeds one of the [`Limits`]. Fatal: the parser yields nothing more until
/// [`Parser::reset`](crate::Parser::reset). Neither kind nor offset depends on chunking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitError {
    /// Which limit.
    pub kind: LimitKind,
    /// The limit itself, in bytes.
    pub limit: usize,
    /// Where: for a line the first byte too many, else the first byte of the line whose value no
    /// longer fits.
    pub offset: u64,
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, limit, offset } = self;
        write!(f, "{} longer than {limit} bytes at byte {offset}", kind.as_str())
    }
}

impl std::error::Error for LimitError {}
