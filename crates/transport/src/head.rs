//! Answer heads, read leniently.

use bytes::{Buf, Bytes, BytesMut};

use crate::error::Kind;
use crate::field::{Field, Line, SkippedLine, parse_line, strip_line_end};
use crate::framing::Framing;
use crate::limits::{MAX_FIELDS, MAX_HEAD_BYTES, MAX_INTERIM};
use crate::oddity::{Oddities, OddityCode};
use crate::request::Version;
use crate::stamp::Stamp;

/// How many first bytes [`Kind::NotHttp`] keeps.
const FIRST_BYTES: usize = 64;

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// All bytes, from the status line (or empty lines before it) to the empty line.
    pub raw: Bytes,
    /// Bytes received on the connection before it.
    pub offset: u64,
    /// The version that the server gave.
    pub version: Version,
    /// The status code. [`OddityCode::OddStatus`] tells if it was not three digits.
    pub status: u16,
    /// The reason phrase; legally empty.
    pub reason: Bytes,
    /// The field lines in order.
    pub fields: Vec<Field>,
    /// Lines that are no field lines.
    pub skipped: Vec<SkippedLine>,
    /// The 1xx heads that came before, except 101, which is final. Empty in these themselves.
    pub interim: Vec<Head>,
    /// When the first byte came.
    pub first: Stamp,
    /// When the last byte came.
    pub complete: Stamp,
    /// How the body is delimited.
    pub framing: Framing,
    /// What is wrong or rare, framing included.
    pub oddities: Oddities,
}

impl Head {
    /// The values of all field lines with this name, in order, whatever the name's case.
    pub fn fields<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Bytes> {
        self.fields.iter().filter(move |field| field.is(name)).map(|field| &field.value)
    }

    /// The value of the first field line with this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Bytes> {
        self.fields.iter().find(|field| field.is(name)).map(|field| &field.value)
    }

    fn is_interim(&self) -> bool {
        (100..200).contains(&self.status) && self.status != 101
    }
}

/// What [`HeadParser::advance`] came to.
#[derive(Debug)]
pub enum HeadProgress {
    /// The head is not complete.
    NeedMore,
    /// The final head; what follows in the buffer is the body.
    Done(Box<Head>),
}

/// Finds the final head of an answer in bytes that come in any pieces. Does no I/O.
#[derive(Debug)]
pub struct HeadParser {
    method: String,
    version: Version,
    offset: u64,
    /// Bytes of the buffer that have been searched for the empty line.
    scanned: usize,
    /// Where in the buffer the line being searched begins.
    line_start: usize,
    lines: usize,
    started: bool,
    first: Option<Stamp>,
    interim: Vec<Head>,
}

impl HeadParser {
    /// A parser for the answer to a request with this method and version; `offset` is the number of
    /// bytes received on the connection before.
    pub fn new(method: impl Into<String>, version: Version, offset: u64) -> Self {
        Self {
            method: method.into(),
            version,
            offset,
            scanned: 0,
            line_start: 0,
            lines: 0,
            started: false,
            first: None,
            interim: Vec::new(),
        }
    }

    /// The interim heads seen so far.
    #[must_use]
    pub fn interim(&self) -> &[Head] {
        &self.interim
    }

    /// Looks at the bytes got so far; `stamp` is the time of the newest. Complete heads are taken
    /// out of `buffer`.
    ///
    /// # Errors
    /// [`Kind::NotHttp`], [`Kind::HeadTooLong`], [`Kind::TooManyFields`], [`Kind::TooManyInterim`].
    pub fn advance(&mut self, buffer: &mut BytesMut, stamp: Stamp) -> Result<HeadProgress, Kind> {
        loop {
            if self.first.is_none() && !buffer.is_empty() {
                self.first = Some(stamp);
            }
            let Some(len) = self.find_end(buffer)? else {
                return Ok(HeadProgress::NeedMore);
            };
            let raw = buffer.split_to(len).freeze();
            let head = self.parse(raw, stamp)?;
            if !head.is_interim() {
                return Ok(HeadProgress::Done(Box::new(head)));
            }
            if self.interim.len() == MAX_INTERIM {
                return Err(Kind::TooManyInterim { limit: MAX_INTERIM });
            }
            self.interim.push(head);
        }
    }

    /// The length of the head including its empty line. Looks at each byte once, however they come.
    fn find_end(&mut self, buffer: &[u8]) -> Result<Option<usize>, Kind> {
        if !self.started {
            check_start(buffer)?;
        }
        let window = &buffer[..buffer.len().min(MAX_HEAD_BYTES)];
        while let Some(lf) = window[self.scanned..].iter().position(|&byte| byte == b'\n') {
            let end = self.scanned + lf + 1;
            let (line, _) = strip_line_end(&window[self.line_start..end]);
            (self.scanned, self.line_start) = (end, end);
            if !line.is_empty() {
                self.started = true;
                self.lines += 1;
            } else if self.started {
                return Ok(Some(end));
            }
            // The status line is one more.
            if self.lines > MAX_FIELDS + 1 {
                return Err(Kind::TooManyFields { limit: MAX_FIELDS });
            }
        }
        self.scanned = window.len();
        if buffer.len() >= MAX_HEAD_BYTES {
            return Err(Kind::HeadTooLong { limit: MAX_HEAD_BYTES });
        }
        Ok(None)
    }

    fn parse(&mut self, raw: Bytes, stamp: Stamp) -> Result<Head, Kind> {
        let offset = self.offset;
        self.offset += raw.len() as u64;
        (self.scanned, self.line_start, self.lines, self.started) = (0, 0, 0, false);
        let mut oddities = Oddities::default();
        let mut rest = raw.clone();
        let status_line = next_status_line(&mut rest, &raw, offset, &mut oddities);
        let status_offset = offset_of(&status_line, &raw, offset);
        let Some(status) = parse_status_line(&status_line, status_offset, &mut oddities) else {
            return Err(not_http(&raw));
        };
        let mut head = Head {
            version: status.version,
            status: status.code,
            reason: status.reason,
            offset,
            fields: Vec::new(),
            skipped: Vec::new(),
            interim: Vec::new(),
            first: self.first.take().unwrap_or(stamp),
            complete: stamp,
            framing: Framing::None,
            oddities,
            raw,
        };
        read_fields(&mut head, rest);
        head.framing = Framing::decide(&self.method, self.version, &mut head);
        if !head.is_interim() {
            head.interim = std::mem::take(&mut self.interim);
        }
        Ok(head)
    }
}

/// Refuses at the first byte that no status line can have there.
fn check_start(buffer: &[u8]) -> Result<(), Kind> {
    let text = skip_empty_lines(&buffer[..buffer.len().min(FIRST_BYTES)]);
    if text.is_empty() && buffer.len() >= FIRST_BYTES {
        return Err(not_http(buffer));
    }
    let same = text.iter().zip(b"HTTP/").all(|(a, b)| a.eq_ignore_ascii_case(b));
    if same { Ok(()) } else { Err(not_http(buffer)) }
}

fn skip_empty_lines(buffer: &[u8]) -> &[u8] {
    let start = buffer.iter().position(|byte| !matches!(byte, b'\r' | b'\n'));
    &buffer[start.unwrap_or(buffer.len())..]
}

fn not_http(buffer: &[u8]) -> Kind {
    Kind::NotHttp { first: buffer[..buffer.len().min(FIRST_BYTES)].to_vec() }
}

fn offset_of(part: &[u8], whole: &[u8], offset: u64) -> u64 {
    offset + (part.as_ptr().addr() - whole.as_ptr().addr()) as u64
}

/// Takes the next line out of `rest`, without its line end.
fn next_line(rest: &mut Bytes, whole: &[u8], offset: u64, oddities: &mut Oddities) -> Bytes {
    let end = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |lf| lf + 1);
    let full = rest.split_to(end);
    let (line, bare_lf) = strip_line_end(&full);
    if bare_lf {
        oddities.note(OddityCode::BareLf, offset_of(&full[line.len()..], whole, offset));
    }
    full.slice_ref(line)
}

fn next_status_line(rest: &mut Bytes, raw: &[u8], offset: u64, oddities: &mut Oddities) -> Bytes {
    let skipped = rest.len() - skip_empty_lines(rest).len();
    if skipped > 0 {
        oddities.note(OddityCode::LeadingEmptyLine, offset);
        rest.advance(skipped);
    }
    next_line(rest, raw, offset, oddities)
}

struct StatusLine {
    version: Version,
    code: u16,
    reason: Bytes,
}

/// `HTTP-version SP status-code SP [reason-phrase]` (RFC 9112 4), leniently; `None` without version
/// or code.
fn parse_status_line(line: &Bytes, offset: u64, oddities: &mut Oddities) -> Option<StatusLine> {
    let (version, after) = parse_version(line)?;
    let exact = matches!(version, Version::Http10 | Version::Http11)
        && line.starts_with(version.to_string().as_bytes())
        && line.len() - after.len() == 8;
    if !exact {
        oddities.note(OddityCode::OddVersion, offset);
    }
    let code_text = after.trim_ascii_start();
    let digits = code_text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let code: u16 = std::str::from_utf8(&code_text[..digits]).ok()?.parse().ok()?;
    let code_offset = offset_of(code_text, line, offset);
    if digits != 3 || !(100..600).contains(&code) {
        oddities.note(OddityCode::OddStatus, code_offset);
    }
    let reason = &code_text[digits..];
    let one_space = after.len() == code_text.len() + 1 && after.starts_with(b" ");
    if !one_space || !reason.starts_with(b" ") {
        oddities.note(OddityCode::StatusLineSpacing, offset_of(after, line, offset));
    }
    let reason = reason.strip_prefix(b" ").unwrap_or(reason);
    if reason.iter().any(|&byte| byte.is_ascii_control() && byte != b'\t') {
        oddities.note(OddityCode::ControlInReason, offset_of(reason, line, offset));
    }
    Some(StatusLine { version, code, reason: line.slice_ref(reason) })
}

/// `HTTP/` in any case, digits, and optionally a dot and digits; and what follows.
fn parse_version(line: &[u8]) -> Option<(Version, &[u8])> {
    let (prefix, rest) = line.split_at_checked(5)?;
    if !prefix.eq_ignore_ascii_case(b"HTTP/") {
        return None;
    }
    let (major, rest) = parse_number(rest)?;
    let (minor, rest) = match rest.strip_prefix(b".") {
        Some(rest) => parse_number(rest)?,
        None => (0, rest),
    };
    Some((Version::from_numbers(major, minor), rest))
}

fn parse_number(text: &[u8]) -> Option<(u8, &[u8])> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((number, &text[digits..]))
}

fn read_fields(head: &mut Head, mut rest: Bytes) {
    while !rest.is_empty() {
        let line = next_line(&mut rest, &head.raw, head.offset, &mut head.oddities);
        if line.is_empty() {
            return;
        }
        let offset = offset_of(&line, &head.raw, head.offset);
        match parse_line(&line, offset, &mut head.oddities) {
            Line::Field(field) => head.fields.push(field),
            Line::NoColon(line) => {
                head.oddities.note(OddityCode::NoColon, offset);
                head.skipped.push(line);
            }
            Line::Fold(more) => fold(head, &line, &more, offset),
        }
    }
}

fn fold(head: &mut Head, line: &Bytes, more: &[u8], offset: u64) {
    let Some(field) = head.fields.last_mut() else {
        head.oddities.note(OddityCode::SpaceBeforeFields, offset);
        head.skipped.push(SkippedLine { line: line.clone(), offset });
        return;
    };
    head.oddities.note(OddityCode::FoldedField, offset);
    if !more.is_empty() {
        let mut joined = field.value.to_vec();
        if !joined.is_empty() {
            joined.push(b' ');
        }
        joined.extend_from_slice(more);
        field.value = joined.into();
    }
}

#[cfg(test)]
#[path = "head_tests.rs"]
mod tests;
