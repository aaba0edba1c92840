//! One chunk on its way through the parser.

use std::borrow::Cow;

use crate::block::{Block, Carry, Slot};
use crate::decode::{Decoder, text};
use crate::field::{self, Field};
use crate::oddity;
use crate::scan::{LF, line_end};
use crate::{Event, Item, LimitError, LimitKind, Parser, Profile, Sink, Span, work};

/// The parser, the chunk and the block, which may borrow from the chunk.
pub(crate) struct Run<'r, 'c, S> {
    parser: &'r mut Parser,
    sink: &'r mut S,
    chunk: &'c [u8],
    /// Stream offset of the chunk's first byte.
    base: u64,
    block: Block,
    decoder: Decoder<'c>,
}

/// What stops a run, and where.
type Stop = (LimitKind, u64);

impl<'r, 'c, S: Sink> Run<'r, 'c, S> {
    #[inline]
    pub(crate) fn new(parser: &'r mut Parser, chunk: &'c [u8], sink: &'r mut S) -> Self {
        let block = parser.carry.as_ref().map_or_else(Block::default, |carry| carry.block);
        let decoder = Decoder::new(chunk);
        Self { base: parser.offset, parser, sink, chunk, block, decoder }
    }

    /// Reads the whole chunk. If the parser holds an unfinished line, it ends at `open_end`.
    #[inline]
    pub(crate) fn run(mut self, open_end: Option<usize>) -> Result<(), LimitError> {
        match self.lines(open_end) {
            Ok(rest) => {
                self.parser.offset = self.base + rest as u64;
                let chunk = self.chunk;
                self.suspend(&chunk[rest..])
            }
            Err((kind, offset)) => Err(self.parser.fail(kind, offset)),
        }
    }

    /// Reads all finished lines and returns where the unfinished one starts.
    #[inline]
    fn lines(&mut self, open_end: Option<usize>) -> Result<usize, Stop> {
        let mut at = if self.parser.after_cr { self.settle_cr() } else { 0 };
        if let Some(end) = open_end {
            at = self.resume_line(end)?;
        }
        while let Some(end) = self.find_line_end(at) {
            self.line(at, end)?;
            at = self.line_end(end);
        }
        Ok(at)
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

    #[inline]
    fn find_line_end(&self, at: usize) -> Option<usize> {
        line_end(&self.chunk[at..]).map(|found| at + found)
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
            self.blank(at);
            return Ok(());
        }
        let field = self.open(line, start)?;
        match field {
            Field::Data(value) => {
                if self.block.data.is_set() {
                    return self.append_data(value, start);
                }
                self.check(value.len() <= self.parser.limits.data, LimitKind::Data, start)?;
                self.block.data = Slot::Chunk(end - value.len(), end);
            }
            Field::Event(value) => self.block.event_type = Slot::Chunk(end - value.len(), end),
            Field::Id(value) => {
                if self.id(value, line, start)? {
                    self.block.id = Slot::Chunk(end - value.len(), end);
                }
            }
            Field::Comment(value) => {
                let text = self.decoder.text(end - value.len()..end, end);
                self.comment(&text, line, start);
            }
            Field::Retry(value) => self.retry(value, line, start),
            Field::Unknown => {}
        }
        Ok(())
    }

    /// A line that began in an earlier chunk. Returns where the next one starts.
    fn resume_line(&mut self, end: usize) -> Result<usize, Stop> {
        let mut line = std::mem::take(&mut self.parser.carry().line);
        let start = self.base - line.len() as u64;
        work::count(end);
        line.extend_from_slice(&self.chunk[..end]);
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
            Field::Comment(value) => self.comment(&text(value), line, start),
            Field::Retry(value) => self.retry(value, line, start),
            Field::Unknown => {}
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

    fn comment(&mut self, text: &str, line: &[u8], start: u64) {
        let span = Span::new(start, start + line.len() as u64);
        self.sink.item(span, Item::Comment(text));
    }

    fn retry(&mut self, value: &[u8], line: &[u8], start: u64) {
        let Some(time) = field::retry(value) else { return };
        self.parser.retry = Some(time);
        self.block.retry = true;
        let span = Span::new(start, start + line.len() as u64);
        self.sink.item(span, Item::Retry(time));
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
        let (limit, chunk) = (self.parser.limits.data, self.chunk);
        let carry = self.parser.carry();
        if let Slot::Chunk(from, to) = self.block.data {
            carry.start_data(&chunk[from..to]);
            self.block.data = Slot::Kept;
        }
        let fits = carry.data().len().saturating_add(value.len()) < limit;
        if fits {
            carry.append_data(value);
        }
        self.check(fits, LimitKind::Data, start)
    }

    #[inline]
    fn check(&self, fits: bool, kind: LimitKind, offset: u64) -> Result<(), Stop> {
        if fits { Ok(()) } else { Err((kind, offset)) }
    }

    /// A blank line, whose line end is at this index of the chunk.
    #[inline]
    fn blank(&mut self, at: usize) {
        let Some(start) = self.block.start else { return };
        let span = Span::new(start, self.base + at as u64 + 1);
        if let Some(line) = self.block.id_line {
            self.commit_id(line, at);
        }
        if S::LINTS {
            self.lint_dataless(span);
        }
        if self.block.data.is_set() || self.is_visible_without_data() {
            self.dispatch(span, at);
        }
        self.block = Block::default();
    }

    fn commit_id(&mut self, line: Span, at: usize) {
        let carry = self.parser.carry.as_deref();
        let id = decode(&mut self.decoder, &self.block.id, at, carry, |carry| &carry.id);
        let last = &mut self.parser.last_event_id;
        last.clear();
        last.reserve_exact(id.len());
        last.push_str(&id);
        self.sink.item(line, Item::Id(last));
    }

    fn is_visible_without_data(&self) -> bool {
        let Block { event_type, id, retry, .. } = &self.block;
        self.parser.profile == Profile::Core && (event_type.is_set() || id.is_set() || *retry)
    }

    #[inline]
    fn dispatch(&mut self, span: Span, at: usize) {
        let (block, decoder) = (&self.block, &mut self.decoder);
        let carry = self.parser.carry.as_deref();
        let event_type = decode(decoder, &block.event_type, at, carry, |carry| &carry.event_type);
        let data = decode(decoder, &block.data, at, carry, Carry::data);
        let event = Event {
            event_type: if event_type.is_empty() { "message" } else { &event_type },
            data: &data,
            last_event_id: &self.parser.last_event_id,
            had_data: block.data.is_set(),
        };
        self.sink.item(span, Item::Event(event));
    }

    fn lint_dataless(&mut self, span: Span) {
        let empty = match self.block.event_type {
            Slot::Unset => true,
            Slot::Chunk(from, to) => from == to,
            Slot::Kept => self.parser.carry().event_type.is_empty(),
        };
        if !self.block.data.is_set() && !empty {
            oddity::dataless(span, self.sink);
        }
    }

    /// Keeps what the end of the chunk cuts off: the block and the unfinished line.
    #[inline]
    fn suspend(self, line: &[u8]) -> Result<(), LimitError> {
        let Self { parser, block, chunk, .. } = self;
        let idle = block.start.is_none() && line.is_empty();
        if idle && !parser.keep_buffers {
            parser.carry = None;
        } else if !idle || parser.carry.is_some() {
            parser.carry().suspend(block, chunk);
        }
        if line.is_empty() { Ok(()) } else { parser.extend_line(line) }
    }
}

/// The text of a field, wherever it is; empty if there is none.
#[inline]
fn decode<'a, 'c: 'a>(
    decoder: &mut Decoder<'c>,
    slot: &Slot,
    line_end: usize,
    carry: Option<&'a Carry>,
    kept: impl FnOnce(&'a Carry) -> &'a [u8],
) -> Cow<'a, str> {
    match *slot {
        Slot::Unset => Cow::Borrowed(""),
        Slot::Chunk(from, to) => decoder.text(from..to, line_end),
        Slot::Kept => carry.map_or(Cow::Borrowed(""), |carry| text(kept(carry))),
    }
}
