//! The parser itself: its state between chunks.

use std::mem::size_of;

use crate::block::Carry;
use crate::field::{self, Field};
use crate::run::Run;
use crate::scan::line_end;
use crate::{Item, LimitError, LimitKind, Limits, Lint, LintCode, Sink, Span, work};

const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Which user agent the parser plays at a blank line. The standard has one set of dispatch steps
/// for web browsers and leaves dispatch to all other user agents (HTML 9.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Profile {
    /// The dispatch steps for web browsers: a block without a `data` field is no event.
    #[default]
    Browser,
    /// The freedom of other user agents: a block with an `event` field, a valid `id` or a valid
    /// `retry` but without `data` is an event too, with [`had_data`](crate::Event::had_data)
    /// false. Everything else is as in [`Browser`](Self::Browser).
    Core,
}

/// How a stream ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalState {
    /// The last event ID, empty if none: what a reconnect has to send.
    pub last_event_id: String,
    /// The reconnection time in milliseconds, if the stream ever set it.
    pub retry: Option<u64>,
    /// Length of the stream in bytes.
    pub bytes: u64,
    /// The unfinished block that was discarded, from its first byte to the end of the stream, if
    /// it has a field or an unfinished line.
    pub pending: Option<Span>,
    /// Whether what was discarded has a `data` field, be its line finished or not.
    pub pending_data: bool,
}

/// Turns the bytes of an event stream into [`Item`]s, chunk by chunk.
///
/// - An item is out as soon as the last byte that it needs is in. A CR ends a line at once; an LF
///   right after it is skipped, in whatever chunk it comes.
/// - Items, spans, lints and errors do not depend on how the stream is cut into chunks.
/// - Time is linear in the bytes fed, plus a constant for each call.
/// - Between two chunks with no block unfinished the parser holds nothing on the heap but the last
///   event ID; see [`keep_buffers`](Self::keep_buffers) for the price of that.
#[derive(Debug, Clone)]
pub struct Parser {
    pub(crate) last_event_id: String,
    pub(crate) carry: Option<Box<Carry>>,
    /// Stream offset of the next byte; of the error once failed.
    pub(crate) offset: u64,
    pub(crate) retry: Option<u64>,
    pub(crate) limits: Limits,
    pub(crate) profile: Profile,
    pub(crate) keep_buffers: bool,
    /// Whether the last byte was a CR: an LF now belongs to it.
    pub(crate) after_cr: bool,
    /// Kinds of line ends seen, for lints only.
    pub(crate) line_ends: u8,
    /// How many bytes of a byte order mark have matched; 3 once that is settled.
    bom: u8,
    pub(crate) failed: Option<LimitKind>,
}

const _: () = assert!(size_of::<Parser>() <= 128, "a parser at rest is to stay small");

impl Default for Parser {
    fn default() -> Self {
        Self::new()
    }
}

impl Parser {
    /// A parser with [`Profile::Browser`], default [`Limits`] and an empty last event ID.
    #[must_use]
    pub fn new() -> Self {
        Self {
            last_event_id: String::new(),
            carry: None,
            offset: 0,
            retry: None,
            limits: Limits::default(),
            profile: Profile::default(),
            keep_buffers: false,
            after_cr: false,
            line_ends: 0,
            bom: 0,
            failed: None,
        }
    }

    /// Replaces the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Replaces the profile.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Starts with this last event ID, as a user agent does that reconnects. Read to the letter,
    /// the standard starts every stream with an empty one; clients keep theirs (catalogue T7).
    #[must_use]
    pub fn with_last_event_id(mut self, id: impl Into<String>) -> Self {
        self.last_event_id = id.into();
        self
    }

    /// Keeps the buffers when a chunk ends with no block unfinished.
    ///
    /// By default they are freed then, so that an idle parser costs its own size and the last
    /// event ID only. The price is at most five allocations in a chunk that needs buffers: one
    /// that ends inside a block or that has an event with several `data` lines. Events that lie
    /// in one chunk and have one `data` line never need any, and while chunks keep ending inside
    /// blocks the buffers are kept anyway.
    #[must_use]
    pub fn keep_buffers(mut self) -> Self {
        self.keep_buffers = true;
        self
    }

    /// The last event ID so far.
    #[must_use]
    pub fn last_event_id(&self) -> &str {
        &self.last_event_id
    }

    /// The reconnection time so far, in milliseconds.
    #[must_use]
    pub fn retry(&self) -> Option<u64> {
        self.retry
    }

    /// How many bytes of this stream were fed; once failed, the offset of the error.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Bytes on the heap, by capacity.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let carry = self.carry.as_deref().map_or(0, |carry| size_of::<Carry>() + carry.capacity());
        carry + self.last_event_id.capacity()
    }

    /// Feeds the next bytes of the stream. `chunk` may be cut anywhere and may be empty.
    ///
    /// # Errors
    ///
    /// [`LimitError`] if the stream exceeds the [`Limits`]; what came before it was yielded. All
    /// calls after that return the same error.
    #[inline]
    pub fn feed<S: Sink>(&mut self, chunk: &[u8], sink: &mut S) -> Result<(), LimitError> {
        if let Some(kind) = self.failed {
            return Err(self.error(kind));
        }
        let chunk = if self.bom < 3 { self.skip_bom(chunk, sink) } else { chunk };
        if chunk.is_empty() {
            return Ok(());
        }
        let line_is_open = self.carry.as_ref().is_some_and(|carry| !carry.line.is_empty());
        if !line_is_open {
            return Run::new(self, chunk, sink).run(None);
        }
        match line_end(chunk) {
            Some(end) => Run::new(self, chunk, sink).run(Some(end)),
            None => self.extend_line(chunk),
        }
    }

    /// [`feed`](Self::feed) with a closure, whose argument types need not be written.
    ///
    /// # Errors
    ///
    /// As [`feed`](Self::feed).
    #[inline]
    pub fn feed_with(
        &mut self,
        chunk: &[u8],
        mut sink: impl FnMut(Span, Item<'_>),
    ) -> Result<(), LimitError> {
        self.feed(chunk, &mut sink)
    }

    /// Ends the stream: discards the unfinished block, yields the last lints, and makes the parser
    /// ready for the next stream as [`reset`](Self::reset) does.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> FinalState {
        let (pending, pending_data) = self.pending();
        let state = FinalState {
            last_event_id: self.last_event_id.clone(),
            retry: self.retry,
            bytes: self.offset,
            pending,
            pending_data,
        };
        if S::LINTS {
            self.lint_end(pending, sink);
        }
        self.reset();
        state
    }

    /// Makes the parser ready for the next stream, after a reconnect: discards an unfinished
    /// block, an error and the memory of a CR, expects a byte order mark again and counts offsets
    /// from 0. Keeps the last event ID and the reconnection time.
    pub fn reset(&mut self) {
        self.carry = None;
        self.offset = 0;
        self.after_cr = false;
        self.line_ends = 0;
        self.bom = 0;
        self.failed = None;
    }

    /// Adds to the unfinished line a chunk that does not finish it.
    pub(crate) fn extend_line(&mut self, chunk: &[u8]) -> Result<(), LimitError> {
        let (limit, offset) = (self.limits.line, self.offset);
        let line = &mut self.carry().line;
        let open = line.len();
        if open.saturating_add(chunk.len()) > limit {
            return Err(self.fail(LimitKind::Line, offset - open as u64 + limit as u64));
        }
        work::count(chunk.len());
        line.extend_from_slice(chunk);
        self.offset += chunk.len() as u64;
        Ok(())
    }

    /// Stops for good, until a reset.
    pub(crate) fn fail(&mut self, kind: LimitKind, offset: u64) -> LimitError {
        self.carry = None;
        self.offset = offset;
        self.failed = Some(kind);
        self.error(kind)
    }

    fn error(&self, kind: LimitKind) -> LimitError {
        let Limits { line, data, id } = self.limits;
        let limit = match kind {
            LimitKind::Line => line,
            LimitKind::Data => data,
            LimitKind::Id => id,
        };
        LimitError { kind, limit, offset: self.offset }
    }

    pub(crate) fn carry(&mut self) -> &mut Carry {
        self.carry.get_or_insert_with(Box::default)
    }

    /// Takes the byte order mark off the stream, which may come in pieces. A false start becomes
    /// the beginning of the first line.
    fn skip_bom<'c, S: Sink>(&mut self, mut chunk: &'c [u8], sink: &mut S) -> &'c [u8] {
        while let (Some(&expected), [first, rest @ ..]) = (BOM.get(usize::from(self.bom)), chunk) {
            if *first != expected {
                self.keep_false_bom();
                return chunk;
            }
            self.bom += 1;
            self.offset += 1;
            chunk = rest;
        }
        if S::LINTS && self.bom == 3 {
            sink.lint(Lint { code: LintCode::BomAtStart, span: Span::new(0, 3) });
        }
        chunk
    }

    fn keep_false_bom(&mut self) {
        let seen = usize::from(self.bom);
        if seen > 0 {
            self.carry().line.extend_from_slice(&BOM[..seen]);
        }
        self.bom = 3;
    }

    /// What the end of the stream discards, and whether there is data in it.
    fn pending(&self) -> (Option<Span>, bool) {
        if self.bom == 1 || self.bom == 2 {
            return (Some(Span::new(0, self.offset)), false);
        }
        let Some(carry) = self.carry.as_deref() else { return (None, false) };
        let line_start = self.offset - carry.line.len() as u64;
        if !carry.block.fields && carry.line.is_empty() {
            return (None, false);
        }
        let start = carry.block.start.unwrap_or(line_start);
        let data = carry.block.data.is_set() || matches!(field::read(&carry.line), Field::Data(_));
        (Some(Span::new(start, self.offset)), data)
    }
}
