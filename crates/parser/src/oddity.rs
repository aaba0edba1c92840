//! The search for oddities. Runs only for sinks that ask, beside the parse and without effect
//! on it.

use crate::block::Block;
use crate::field::{self, Field};
use crate::{Lint, LintCode, Parser, Sink, Span};

pub(crate) const LF_ONLY: u8 = 1;
pub(crate) const CRLF: u8 = 2;
pub(crate) const CR_ONLY: u8 = 4;

const BOM: &[u8] = b"\xEF\xBB\xBF";
const NAMES: [&[u8]; 4] = [b"event", b"data", b"id", b"retry"];
/// Shorter waits hammer the server (R46).
const SMALL_RETRY: u64 = 100;
/// Longest time that, as a number, is more likely seconds than milliseconds.
const SECONDS: u64 = 60;
/// Longer waits lose the user: 5 minutes (R46).
const LONG_RETRY: u64 = 300_000;
/// Timers of browsers are signed 32-bit milliseconds.
const LARGEST_RETRY: u64 = i32::MAX as u64;
/// Longest value that Fetch lets through without a preflight (R44).
const LONG_ID: usize = 128;
/// Bytes that Fetch does not let through in such a value (R44).
const CORS_UNSAFE: &[u8] = b"\"():<>?@[\\]{}\x7F";

/// A line and the sink for its oddities.
struct Line<'a, S> {
    bytes: &'a [u8],
    start: u64,
    sink: &'a mut S,
}

/// Looks at one line that is not blank, given the block so far.
pub(crate) fn line<S: Sink>(bytes: &[u8], start: u64, block: &Block, sink: &mut S) {
    let mut line = Line { bytes, start, sink };
    line.encoding();
    match field::read(bytes) {
        Field::Comment(_) => {}
        Field::Data(value) => line.data(value),
        Field::Event(_) => {
            if block.event_type.is_set() {
                line.whole(LintCode::RepeatedEventField);
            }
        }
        Field::Id(value) => line.id(value, block.id.is_set()),
        Field::Retry(value) => line.retry(value),
        Field::Unknown => line.unknown(),
    }
}

/// A block with an event type and without data has ended.
pub(crate) fn dataless<S: Sink>(block: Span, sink: &mut S) {
    sink.lint(Lint { code: LintCode::EventWithoutData, span: block });
}

impl<S: Sink> Line<'_, S> {
    fn report(&mut self, code: LintCode, from: usize, to: usize) {
        let span = Span::new(self.start + from as u64, self.start + to as u64);
        self.sink.lint(Lint { code, span });
    }

    fn whole(&mut self, code: LintCode) {
        self.report(code, 0, self.bytes.len());
    }

    /// A value is the tail of its line.
    fn value(&mut self, code: LintCode, value: &[u8]) {
        self.report(code, self.bytes.len() - value.len(), self.bytes.len());
    }

    fn encoding(&mut self) {
        let mut at = 0;
        for part in self.bytes.utf8_chunks() {
            at += part.valid().len();
            let end = at + part.invalid().len();
            if end > at {
                self.report(LintCode::IllFormedUtf8, at, end);
            }
            at = end;
        }
    }

    fn data(&mut self, value: &[u8]) {
        if value.starts_with(b"data:") {
            self.value(LintCode::DataPrefixDoubled, value);
        }
    }

    fn id(&mut self, value: &[u8], repeated: bool) {
        if value.contains(&0) {
            self.value(LintCode::NulInId, value);
            return;
        }
        if repeated {
            self.whole(LintCode::RepeatedIdField);
        }
        if value.len() > LONG_ID {
            self.value(LintCode::LongId, value);
        }
        let is_unsafe = |byte: &u8| !byte.is_ascii_graphic() || CORS_UNSAFE.contains(byte);
        if let Some(first) = value.iter().position(is_unsafe) {
            let at = self.bytes.len() - value.len() + first;
            self.report(LintCode::UnsafeId, at, at + 1);
        }
    }

    fn retry(&mut self, value: &[u8]) {
        if value.is_empty() {
            self.whole(LintCode::RetryEmpty);
            return;
        }
        let Some(time) = field::retry(value) else {
            self.value(LintCode::RetryNotDigits, value);
            return;
        };
        if time < SMALL_RETRY {
            self.value(LintCode::RetryTooSmall, value);
        }
        if (1..=SECONDS).contains(&time) {
            self.value(LintCode::RetryLooksLikeSeconds, value);
        }
        if time > LARGEST_RETRY {
            self.value(LintCode::RetryTooLarge, value);
        } else if time > LONG_RETRY {
            self.value(LintCode::RetryLong, value);
        }
    }

    /// A byte order mark makes any name unknown; what follows it is judged without it.
    fn unknown(&mut self) {
        let rest = self.bytes.strip_prefix(BOM);
        if rest.is_some() {
            self.report(LintCode::BomInside, 0, BOM.len());
        }
        let rest = rest.unwrap_or(self.bytes);
        if rest.is_empty() || !matches!(field::read(rest), Field::Unknown) {
            return;
        }
        let colon = rest.iter().position(|&byte| byte == b':');
        let (name, value) = rest.split_at(colon.unwrap_or(rest.len()));
        let from = self.bytes.len() - rest.len();
        match name_code(name, value) {
            code @ (LintCode::NearMissField | LintCode::UnknownField) => {
                self.report(code, from, from + name.len());
            }
            code => self.whole(code),
        }
    }
}

/// `value` starts with its colon, if there is one.
fn name_code(name: &[u8], value: &[u8]) -> LintCode {
    let trimmed = name.trim_ascii();
    if NAMES.iter().any(|known| known.eq_ignore_ascii_case(trimmed)) {
        return LintCode::NearMissField;
    }
    if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)) {
        return LintCode::StrayText;
    }
    match value.get(1..).map(<[u8]>::trim_ascii_start) {
        Some([b'{' | b'[', ..]) => LintCode::JsonLikeUnknownField,
        _ => LintCode::UnknownField,
    }
}

impl Parser {
    /// Notes the kind of the line end whose first byte is at `offset`.
    pub(crate) fn lint_line_end<S: Sink>(&mut self, kind: u8, offset: u64, sink: &mut S) {
        if self.line_ends & kind != 0 {
            return;
        }
        let span = Span::new(offset, offset + if kind == CRLF { 2 } else { 1 });
        if self.line_ends.is_power_of_two() {
            sink.lint(Lint { code: LintCode::LineEndsMixed, span });
        }
        if kind == CR_ONLY {
            sink.lint(Lint { code: LintCode::BareCr, span });
        }
        self.line_ends |= kind;
    }

    /// The lints that only the end of the stream can settle.
    /// A failed parser has nothing unfinished, so there is none of these.
    pub(crate) fn lint_end<S: Sink>(&mut self, pending: Option<Span>, sink: &mut S) {
        if self.after_cr {
            self.lint_line_end(CR_ONLY, self.offset - 1, sink);
        }
        if let Some(span) = pending {
            sink.lint(Lint { code: LintCode::TruncatedTail, span });
        }
    }
}
