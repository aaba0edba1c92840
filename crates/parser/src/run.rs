//! One chunk on its way through the parser.

use std::borrow::Cow;

use crate::block::{Block, Slot};
use crate::field::{self, Field};
use crate::oddity;
use crate::scan::{LF, line_end};
use crate::{Event, Item, LimitError, LimitKind, Parser, Profile, Sink, Span};

/// The parser, the chunk and the block, which may borrow from the chunk.
pub(crate) struct Run<'r, 'c, S> {
    parser: &'r mut Parser,
    sink: &'r mut S,
    chunk: &'c [u8],
    /// Stream offset of the chunk's first byte.
    base: u64,
    block: Block<'c>,
}

/// What stops a run, and where.
type Stop = (LimitKind, u64);

impl<'r, 'c, S: Sink> Run<'r, 'c, S> {
    #[inline]
    pub(crate) fn new(parser: &'r mut Parser, chunk: &'c [u8], sink: &'r mut S) -> Self {
        let block = parser.carry.as_ref().map_or_else(Block::default, |carry| carry.block);
        Self { base: parser.offset, parser, sink, chunk, block }
    }

    #[inline]
    pub(crate) fn run(mut self) -> Result<(), LimitError> {
        match self.lines() {
            Ok(()) => {
                self.parser.offset = self.base + self.chunk.len() as u64;
                Ok(())
            }
            Err((kind, offset)) => {
                self.parser.carry = None;
                self.parser.offset = offset;
                self.parser.failed = Some(kind);
                Err(self.parser.error(kind))
            }
        }
    }

    #[inline]
    fn lines(&mut self) -> Result<(), Stop> {
        let mut at = if self.parser.after_cr { self.settle_cr() } else { 0 };
        if self.parser.carry.as_ref().is_some_and(|carry| !carry.line.is_empty()) {
            match line_end(self.chunk, at) {
                Some(end) => at = self.resume_line(at, end)?,
                None => return self.suspend(at),
            }
        }
        while let Some(end) = line_end(self.chunk, at) {
            self.line(at, end)?;
            at = self.line_end(end);
        }
        self.suspend(at)
    }

    /// A CR ended the chunk before: an LF at the start of this one belongs to it.
    fn settle_cr(&mut self) -> usize {
        self.parser.after_cr = false;
        let crlf = self.chunk.first() == Some(&LF);
        if S::LINTS {
            let kind = if crlf { oddity::CRLF } else { oddity::CR_ONLY };
            self.parser.lint_line_end(kind, self.base - 1, self.sink);
        }
        usize::from(crlf)
    }

    /// Steps over the line end at `end`.
    #[inline]
    fn line_end(&mut self, end: usize) -> usize {
        let next = end + 1;
        if self.chunk[end] == LF {
            self.lint_line_end(oddity::LF_ONLY, end);
            return next;
        }
        match self.chunk.get(next) {
            Some(&LF) => {
                self.lint_line_end(oddity::CRLF, end);
                next + 1
            }
            Some(_) => {
                self.lint_line_end(oddity::CR_ONLY, end);
                next
            }
            None => {
                self.parser.after_cr = true;
                next
            }
        }
    }

    #[inline]
    fn lint_line_end(&mut self, kind: u8, end: usize) {
        if S::LINTS {
            self.parser.lint_line_end(kind, self.base + end as u64, self.sink);
        }
    }

    /// A line that lies in the chunk.
    #[inline]
    fn line(&mut self, at: usize, end: usize) -> Result<(), Stop> {
        let line = &self.chunk[at..end];
        let start = self.base + at as u64;
        if line.is_empty() {
            self.blank(start + 1);
            return Ok(());
        }
        let field = self.open(line, start)?;
        match field {
            Field::Data(value) => {
                if self.block.data.is_set() {
                    return self.append_data(value, start);
                }
                self.check(value.len() <= self.parser.limits.data, LimitKind::Data, start)?;
                self.block.data = Slot::Chunk(value);
            }
            Field::Event(value) => self.block.event_type = Slot::Chunk(value),
            Field::Id(value) => {
                if self.id(value, line, start)? {
                    self.block.id = Slot::Chunk(value);
                }
            }
            other => self.effect(other, line, start),
        }
        Ok(())
    }

    /// A line that began in an earlier chunk. Returns where the next one starts.
    fn resume_line(&mut self, at: usize, end: usize) -> Result<usize, Stop> {
        let mut line = std::mem::take(&mut self.parser.carry().line);
        let start = self.base - line.len() as u64;
        line.extend_from_slice(&self.chunk[at..end]);
        self.kept_line(&mut line, start)?;
        line.clear();
        self.parser.carry().line = line;
        Ok(self.line_end(end))
    }

    /// As [`line`](Self::line) for a line in a buffer, whose values must be kept.
    fn kept_line(&mut self, line: &mut Vec<u8>, start: u64) -> Result<(), Stop> {
        match self.open(line, start)? {
            Field::Data(value) => {
                if self.block.data.is_set() {
                    return self.append_data(value, start);
                }
                let len = value.len();
                self.check(len <= self.parser.limits.data, LimitKind::Data, start)?;
                self.parser.carry().take_line_as_data(line, len);
                self.block.data = Slot::Kept;
            }
            Field::Event(value) => {
                self.parser.carry().keep_event_type(value);
                self.block.event_type = Slot::Kept;
            }
            Field::Id(value) => {
                if self.id(value, line, start)? {
                    self.parser.carry().keep_id(value);
                    self.block.id = Slot::Kept;
                }
            }
            other => self.effect(other, line, start),
        }
        Ok(())
    }

    /// What is common to all lines that are not blank.
    #[inline]
    fn open<'l>(&mut self, line: &'l [u8], start: u64) -> Result<Field<'l>, Stop> {
        let limit = self.parser.limits.line;
        self.check(line.len() <= limit, LimitKind::Line, start + limit as u64)?;
        if S::LINTS {
            oddity::line(line, start, &self.block, self.sink);
        }
        let field = field::read(line);
        self.block.start.get_or_insert(start);
        self.block.fields |= !matches!(field, Field::Comment(_));
        Ok(field)
    }

    /// Fields that act at once.
    fn effect(&mut self, field: Field<'_>, line: &[u8], start: u64) {
        let span = Span::new(start, start + line.len() as u64);
        match field {
            Field::Comment(value) => self.sink.item(span, Item::Comment(&text(value))),
            Field::Retry(value) => {
                if let Some(time) = field::retry(value) {
                    self.parser.retry = Some(time);
                    self.block.retry = true;
                    self.sink.item(span, Item::Retry(time));
                }
            }
            _ => {}
        }
    }

    /// Whether this id counts: one with NUL does not.
    #[inline]
    fn id(&mut self, value: &[u8], line: &[u8], start: u64) -> Result<bool, Stop> {
        self.check(value.len() <= self.parser.limits.id, LimitKind::Id, start)?;
        if value.contains(&0) {
            return Ok(false);
        }
        self.block.id_line = Some(Span::new(start, start + line.len() as u64));
        Ok(true)
    }

    fn append_data(&mut self, value: &[u8], start: u64) -> Result<(), Stop> {
        let limit = self.parser.limits.data;
        let carry = self.parser.carry();
        let before = self.block.data.bytes(|| carry.data()).len();
        let fits = before.saturating_add(value.len()) < limit;
        if fits {
            carry.append_data(self.block.data, value);
            self.block.data = Slot::Kept;
        }
        self.check(fits, LimitKind::Data, start)
    }

    #[inline]
    fn check(&self, fits: bool, kind: LimitKind, offset: u64) -> Result<(), Stop> {
        if fits { Ok(()) } else { Err((kind, offset)) }
    }

    /// A blank line, whose first byte is right before the stream offset `end`.
    #[inline]
    fn blank(&mut self, end: u64) {
        let Some(start) = self.block.start else { return };
        let span = Span::new(start, end);
        if let Some(line) = self.block.id_line {
            self.commit_id(line);
        }
        if S::LINTS {
            self.lint_dataless(span);
        }
        if self.block.data.is_set() || self.is_visible_without_data() {
            self.dispatch(span);
        }
        self.block = Block::default();
    }

    fn commit_id(&mut self, line: Span) {
        let carry = self.parser.carry.as_deref();
        let id = text(self.block.id.bytes(|| carry.map_or(&[], |carry| &carry.id)));
        let last = &mut self.parser.last_event_id;
        last.clear();
        last.reserve_exact(id.len());
        last.push_str(&id);
        self.sink.item(line, Item::Id(last));
    }

    fn is_visible_without_data(&self) -> bool {
        let Block { event_type, id, retry, .. } = self.block;
        self.parser.profile == Profile::Core && (event_type.is_set() || id.is_set() || retry)
    }

    #[inline]
    fn dispatch(&mut self, span: Span) {
        let carry = self.parser.carry.as_deref();
        let data = text(self.block.data.bytes(|| carry.map_or(&[], |carry| carry.data())));
        let event_type = text(self.block.event_type.bytes(|| carry.map_or(&[], |c| &c.event_type)));
        let event = Event {
            event_type: if event_type.is_empty() { "message" } else { &event_type },
            data: &data,
            last_event_id: &self.parser.last_event_id,
            had_data: self.block.data.is_set(),
        };
        self.sink.item(span, Item::Event(event));
    }

    fn lint_dataless(&mut self, span: Span) {
        let carry = self.parser.carry.as_deref();
        let event_type = self.block.event_type.bytes(|| carry.map_or(&[], |c| &c.event_type));
        if !self.block.data.is_set() && !event_type.is_empty() {
            oddity::dataless(span, self.sink);
        }
    }

    /// Keeps what the end of the chunk cuts off: a line from `at` on, and the block.
    #[inline]
    fn suspend(&mut self, at: usize) -> Result<(), Stop> {
        let tail = &self.chunk[at..];
        if self.block.start.is_none() && tail.is_empty() {
            if !self.parser.keep_buffers {
                self.parser.carry = None;
            } else if let Some(carry) = &mut self.parser.carry {
                carry.suspend(self.block);
            }
            return Ok(());
        }
        let limit = self.parser.limits.line;
        let carry = self.parser.carry();
        let len = carry.line.len().saturating_add(tail.len());
        if len > limit {
            let start = self.base + at as u64 - carry.line.len() as u64;
            return Err((LimitKind::Line, start + limit as u64));
        }
        carry.line.extend_from_slice(tail);
        carry.suspend(self.block);
        Ok(())
    }
}

/// Decodes as HTML says: ill-formed bytes become U+FFFD, one for each maximal subpart.
#[inline]
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}
