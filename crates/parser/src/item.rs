//! What a parser yields.

/// A range of byte offsets in the stream, counted from its first byte (a byte order mark counts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset one past the last byte.
    pub end: u64,
}

impl Span {
    /// The span from `start` up to, but without, `end`.
    #[must_use]
    pub const fn new(start: u64, end: u64) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether the span holds no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// One thing that the stream said. Text is borrowed and valid during the call only;
/// [`OwnedItem`](crate::owned::OwnedItem) keeps it.
///
/// The [`Span`] that comes with each item:
///
/// | item | span |
/// |---|---|
/// | event | from the first byte of its block (the lines since the last blank line, comments too) to one past the byte that dispatched it; the LF of a blank line CRLF is not in it, because CR dispatches |
/// | comment, retry | its line, without the line end |
/// | id | the line of the `id` field that counted, without the line end |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item<'a> {
    /// A block was dispatched.
    Event(Event<'a>),
    /// A comment line: everything after the colon, a leading space too.
    Comment(&'a str),
    /// A valid `retry` field: the reconnection time in milliseconds, `u64::MAX` if it is larger
    /// than that. Yielded when its line ends, also in a block that is never dispatched.
    Retry(u64),
    /// A block with a valid `id` field ended: the last event ID from here on, which may be empty
    /// or the same as before. Yielded right before the block's event, also if there is none.
    Id(&'a str),
}

/// A dispatched block (HTML 9.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// Value of the last `event` field of the block, `message` if there is none or it is empty.
    pub event_type: &'a str,
    /// Values of the `data` fields, joined with LF.
    pub data: &'a str,
    /// The last event ID as of this event: that of this block or of an earlier one, empty if none.
    pub last_event_id: &'a str,
    /// Whether the block has a `data` field. False only under
    /// [`Profile::Core`](crate::Profile::Core), because browsers dispatch no such block.
    pub had_data: bool,
}
