//! Lines of all kinds, one kind at a time.

/// A kind of lines: its name and the lines to choose from.
pub type LineFeature = (&'static str, &'static [&'static [u8]]);

/// Lines that a parser should survive, by kind.
pub const LINE_FEATURES: &[LineFeature] = &[
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
