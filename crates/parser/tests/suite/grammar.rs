//! Streams for the properties: a small safe grammar, and one feature at a time on top of it, so
//! that a common mistake cannot hide a rare one.

use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) lines: Vec<Line>,
    /// Bytes before the first line, such as a byte order mark.
    pub(crate) head: Vec<u8>,
    /// Bytes after the last line, an unfinished line.
    pub(crate) tail: Vec<u8>,
}

#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) text: Vec<u8>,
    pub(crate) end: &'static [u8],
}

pub(crate) const LINE_ENDS: [&[u8]; 3] = [b"\n", b"\r", b"\r\n"];

impl Line {
    pub(crate) fn new(text: impl Into<Vec<u8>>) -> Self {
        Self { text: text.into(), end: b"\n" }
    }
}

impl Stream {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let lines = self.lines.iter().flat_map(|line| [&line.text[..], line.end]);
        let parts = [&self.head[..]].into_iter().chain(lines).chain([&self.tail[..]]);
        parts.collect::<Vec<_>>().concat()
    }

    /// Sets the line ends by number. A CR before an empty line that ends in LF would merge with
    /// it, so such a line ends in CR too.
    pub(crate) fn end_lines(&mut self, kinds: &[usize]) {
        let mut after_cr = false;
        for (line, kind) in self.lines.iter_mut().zip(kinds.iter().cycle()) {
            line.end = LINE_ENDS[kind % LINE_ENDS.len()];
            if after_cr && line.text.is_empty() && line.end == b"\n" {
                line.end = b"\r";
            }
            after_cr = line.end == b"\r";
        }
    }

    /// Inserts a line before the line with this number, modulo their count.
    pub(crate) fn insert(&mut self, at: usize, text: &[u8]) {
        let at = at % (self.lines.len() + 1);
        self.lines.insert(at, Line::new(text));
    }

    /// Inserts a blank line where one is already.
    pub(crate) fn insert_blank(&mut self, at: usize) {
        let blank = |line: &Line| line.text.is_empty();
        let blanks: Vec<usize> = (0..self.lines.len()).filter(|&i| blank(&self.lines[i])).collect();
        if !blanks.is_empty() {
            self.lines.insert(blanks[at % blanks.len()], Line::new(""));
        }
    }
}

/// Blocks of the plainest kind: optional `id` and `event`, one to three `data` lines, LF.
pub(crate) fn plain() -> impl Strategy<Value = Stream> {
    let block = (
        prop::option::of("[0-9a-z]{1,4}"),
        prop::option::of("[a-z]{1,5}"),
        prop::collection::vec("[a-z0-9]{1,40}", 1..4),
    );
    prop::collection::vec(block, 0..6).prop_map(|blocks| {
        let mut texts = Vec::new();
        for (id, event, data) in blocks {
            texts.extend(id.map(|id| format!("id: {id}")));
            texts.extend(event.map(|event| format!("event: {event}")));
            texts.extend(data.iter().map(|data| format!("data: {data}")));
            texts.push(String::new());
        }
        let lines = texts.into_iter().map(Line::new).collect();
        Stream { lines, head: Vec::new(), tail: Vec::new() }
    })
}

/// One feature on top of the plain grammar: how often and where, and which of its variants.
#[derive(Debug, Clone)]
pub(crate) struct Doses {
    pub(crate) places: Vec<usize>,
    pub(crate) variants: Vec<usize>,
}

pub(crate) fn doses() -> impl Strategy<Value = Doses> {
    prop::collection::vec((any::<usize>(), any::<usize>()), 1..5).prop_map(|pairs| {
        let (places, variants) = pairs.into_iter().unzip();
        Doses { places, variants }
    })
}

/// A feature that inserts lines: its name and the lines to choose from.
type Lines = (&'static str, &'static [&'static [u8]]);

pub(crate) const LINE_FEATURES: &[Lines] = &[
    ("blank lines", &[b""]),
    ("comments", &[b":", b": hi", b"::x", b":data: x", b": \0", b":  two"]),
    ("unknown fields", &[b"foo", b"foo: bar", b"x:", b"dat: a", b"datax: a", b"ide: 3", b"r"]),
    ("near names", &[b"Data: a", b"data : a", b" data: a", b"ID: 4", b"eventt: x", b"\tid: 5"]),
    ("stray text", &[b"{\"a\":1}", b"<html>", b" ", b"Error at x.rs:3", b"1"]),
    ("no colon", &[b"data", b"event", b"id", b"retry"]),
    ("empty values", &[b"data:", b"event:", b"id:", b"retry:", b"data: ", b"id: "]),
    ("no space", &[b"data:a", b"event:e", b"id:9", b"retry:9", b"data::"]),
    ("spaces", &[b"data:  a", b"data: a ", b"data:\ta", b"event:  e", b"id:  9", b"id: 9 "]),
    ("nul", &[b"id: \0", b"id: 1\0", b"data: \0", b"event: \0", b"\0", b"data\0: x"]),
    ("retry", &[b"retry: 1", b"retry: 007", b"retry: 4294967295", b"retry:0"]),
    ("bad retry", &[b"retry: 5x", b"retry: +5", b"retry:  5", b"retry: -5", b"retry: \xD9\xA1"]),
    ("separators", &[b"data: a\xE2\x80\xA8b", b"data: \xC2\x85", b"data: \x0B\x0C\x1C\x1D\x1E"]),
    ("characters", &[b"data: \xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", b"id: \xC3\xA9"]),
    ("ill-formed", &[b"data: \xFF", b"event: \xC3", b"id: \xE2\x80", b": \x80", b"\xF0\x9F: a"]),
    ("marks inside", &[b"\xEF\xBB\xBFdata: a", b"data: \xEF\xBB\xBF", b"\xEF\xBB\xBF", b"\xEF"]),
    ("types", &[b"event: a", b"event: b", b"event: message"]),
    ("ids", &[b"id: a", b"id: b"]),
    ("doubled", &[b"data: data: x", b"id: id: x", b"event: event: e"]),
];

/// Inserts lines of one feature.
pub(crate) fn dose_lines(stream: &mut Stream, lines: &[&[u8]], doses: &Doses) {
    for (&place, &variant) in doses.places.iter().zip(&doses.variants) {
        stream.insert(place, lines[variant % lines.len()]);
    }
}

/// Bytes that are readable in a failure.
#[derive(Clone)]
pub(crate) struct Soup(Vec<u8>);

impl std::fmt::Debug for Soup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "b\"{}\"", self.0.escape_ascii())
    }
}

impl std::ops::Deref for Soup {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Bytes that matter to the parser, in any order.
pub(crate) fn soup() -> impl Strategy<Value = Soup> {
    let pieces: &[&[u8]] = &[
        b"data",
        b"event",
        b"id",
        b"retry",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"\0",
        b"\xEF\xBB\xBF",
        b"\xEF",
        b"\xBB",
        b"\xFF",
        b"\x80",
        b"\xC3",
        b"\xC3\xA9",
        b"a",
        b"7",
        b"data: x\n\n",
        b"0123456789abcdefghijklmnopqrstuvwxyz",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..60)
        .prop_map(|pieces| Soup(pieces.concat()))
}
