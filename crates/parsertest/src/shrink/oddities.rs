//! What is odd about a stream: everything beyond `data: x` lines with LF, whole and complete.
//!
//! A stream that is shrunk must not become odd in another way: a parser that reads a CR wrongly and
//! a line without a colon too must not be blamed for the one with an example of the other.

use std::collections::HashSet;

use super::shape::Shape;
use crate::cuts;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Oddity {
    /// A cut that is guilty of this class if it matters.
    Cut(&'static str),
    Bom,
    BomInside,
    /// A line end that is not LF.
    End(&'static str),
    /// Line ends of these two kinds, one after the other.
    Ends(&'static str, &'static str),
    /// A CR is the last byte.
    CrAtEnd,
    /// A character or a byte that is no printable ASCII.
    Character(&'static str),
    /// Something about a field.
    Field(Name, Quirk),
    /// A block without data that has this field.
    Dataless(Name),
    /// A blank line after no line.
    BlankRun,
    /// A block with data and without this field, after one with it.
    Sticky(Name),
    PartialLine,
    /// No blank line after the last line.
    Incomplete,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Comment,
    Data,
    Event,
    Id,
    Retry,
    /// Nearly one of them.
    Near,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Quirk {
    /// It is there: odd for all but `data`.
    There,
    NoColon,
    NoSpace,
    Empty,
    LeadingSpace,
    TrailingSpace,
    Colon,
    /// More than one in a block.
    Again,
    AfterData,
    /// A `retry` value that is no number, by its beginning.
    Digits,
    Sign,
    Other,
    Huge,
}

/// All that is odd about a stream.
pub(super) fn of(shape: &Shape) -> HashSet<Oddity> {
    // A cut at a special place is a cut too.
    let cut = |&at: &usize| ["chunk.split", cuts::class_of(&shape.bytes, &[at])];
    let mut all: HashSet<Oddity> = shape.cuts.iter().flat_map(cut).map(Oddity::Cut).collect();
    if shape.cuts.windows(2).any(|pair| pair[0] == pair[1]) {
        all.insert(Oddity::Cut("eol.empty-chunk"));
    }
    let bytes = shape.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&shape.bytes);
    all.extend((bytes.len() < shape.bytes.len()).then_some(Oddity::Bom));
    all.extend(characters(bytes));
    all.extend((bytes.last() == Some(&b'\r')).then_some(Oddity::CrAtEnd));
    let mut blocks = Blocks { all, block: Vec::new(), earlier: HashSet::new() };
    let mut before = None;
    let mut rest = bytes;
    while let Some((text, end, after)) = next_line(rest) {
        blocks.end(before.replace(end), end);
        blocks.line(text);
        rest = after;
    }
    blocks.tail(rest)
}

/// The first line, the name of its end, and what follows.
fn next_line(bytes: &[u8]) -> Option<(&[u8], &'static str, &[u8])> {
    let at = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
    let (text, rest) = bytes.split_at(at);
    Some(match rest {
        [b'\r', b'\n', after @ ..] => (text, "CR LF", after),
        [b'\r', after @ ..] => (text, "CR", after),
        _ => (text, "LF", &rest[1..]),
    })
}

fn characters(bytes: &[u8]) -> Vec<Oddity> {
    let text = String::from_utf8_lossy(bytes);
    let ill_formed = matches!(text, std::borrow::Cow::Owned(_)).then_some("ill-formed");
    let inside = text.contains('\u{feff}').then_some(Oddity::BomInside);
    let kinds = text.chars().filter_map(|c| match c {
        '\n' | '\r' | ' '..='~' | '\u{feff}' | '\u{fffd}' => None,
        '\0' => Some("NUL"),
        '\t' => Some("tab"),
        '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' => {
            Some("separator")
        }
        _ => Some("other"),
    });
    kinds.chain(ill_formed).map(Oddity::Character).chain(inside).collect()
}

struct Blocks {
    all: HashSet<Oddity>,
    /// The lines of the block at hand.
    block: Vec<Name>,
    /// Fields of earlier blocks.
    earlier: HashSet<Name>,
}

impl Blocks {
    fn end(&mut self, before: Option<&'static str>, end: &'static str) {
        self.all.extend((end != "LF").then_some(Oddity::End(end)));
        let other = before.filter(|before| *before != end);
        self.all.extend(other.map(|before| Oddity::Ends(before, end)));
    }

    fn line(&mut self, text: &[u8]) {
        if text.is_empty() {
            return self.blank();
        }
        let colon = text.iter().position(|&byte| byte == b':');
        let (name, value) = text.split_at(colon.unwrap_or(text.len()));
        let name = name_of(name);
        let mut quirks = quirks(name, value);
        quirks.extend(self.block.contains(&name).then_some(Quirk::Again));
        let late = self.block.contains(&Name::Data) && name != Name::Data;
        quirks.extend(late.then_some(Quirk::AfterData));
        // One that is nearly a field is unknown too.
        let names = if name == Name::Near { vec![name, Name::Unknown] } else { vec![name] };
        let odd = |name| quirks.iter().map(move |quirk| Oddity::Field(name, *quirk));
        self.all.extend(names.into_iter().flat_map(odd));
        self.block.push(name);
    }

    fn blank(&mut self) {
        let block = std::mem::take(&mut self.block);
        if block.is_empty() {
            self.all.insert(Oddity::BlankRun);
        } else if !block.contains(&Name::Data) {
            self.all.extend(block.iter().map(|name| Oddity::Dataless(*name)));
        } else {
            let missing = self.earlier.iter().filter(|name| !block.contains(name));
            self.all.extend(missing.map(|name| Oddity::Sticky(*name)));
        }
        let sticky = |name: &Name| matches!(name, Name::Event | Name::Id);
        self.earlier.extend(block.into_iter().filter(sticky));
    }

    fn tail(mut self, rest: &[u8]) -> HashSet<Oddity> {
        if !rest.is_empty() {
            self.line(rest);
            self.all.insert(Oddity::PartialLine);
        } else if !self.block.is_empty() {
            self.all.insert(Oddity::Incomplete);
        }
        self.all
    }
}

fn name_of(name: &[u8]) -> Name {
    match name {
        b"" => Name::Comment,
        b"data" => Name::Data,
        b"event" => Name::Event,
        b"id" => Name::Id,
        b"retry" => Name::Retry,
        _ => {
            let plain = String::from_utf8_lossy(name).trim().to_lowercase();
            let is_field = ["data", "event", "id", "retry"].contains(&plain.as_str());
            if is_field { Name::Near } else { Name::Unknown }
        }
    }
}

/// What is odd about a field whose value this is, with its colon.
fn quirks(name: Name, value: &[u8]) -> Vec<Quirk> {
    let mut quirks = Vec::from_iter((name != Name::Data).then_some(Quirk::There));
    let Some(value) = value.strip_prefix(b":") else {
        return [quirks, vec![Quirk::NoColon, Quirk::Empty]].concat();
    };
    let stripped = value.strip_prefix(b" ").unwrap_or(value);
    if stripped.is_empty() {
        return [quirks, vec![Quirk::Empty]].concat();
    }
    quirks.extend((stripped.len() == value.len()).then_some(Quirk::NoSpace));
    let space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    quirks.extend(space(stripped.first()).then_some(Quirk::LeadingSpace));
    quirks.extend(space(stripped.last()).then_some(Quirk::TrailingSpace));
    quirks.extend(stripped.contains(&b':').then_some(Quirk::Colon));
    if name == Name::Retry {
        quirks.extend(number(stripped));
    }
    quirks
}

/// What is odd about a number.
fn number(value: &[u8]) -> Option<Quirk> {
    let digits = value.iter().all(u8::is_ascii_digit);
    match value[0] {
        _ if digits && value.len() > 9 => Some(Quirk::Huge),
        _ if digits => None,
        b'0'..=b'9' => Some(Quirk::Digits),
        b'+' | b'-' => Some(Quirk::Sign),
        _ => Some(Quirk::Other),
    }
}
