//! The features. The plainer stand first: what they show is not charged to the later ones.

use super::Feature;

/// What is added to a plain stream. LF stands between the lines of one text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Dose {
    /// Nothing.
    Plain,
    /// Nothing, to blocks of types and several `data` lines.
    Mixed,
    /// Lines, inside of some blocks.
    Some(&'static [&'static [u8]]),
    /// Lines at the start of some blocks.
    SomeFirst(&'static [&'static [u8]]),
    /// The same lines at the start of each block.
    First(&'static [&'static [u8]]),
    /// The same lines at the end of each block.
    Last(&'static [&'static [u8]]),
    /// Lines in the place of `data` lines.
    Data(&'static [&'static [u8]]),
    /// Whole blocks; LF after the last line is the blank line.
    Blocks(&'static [&'static [u8]]),
    /// One of these blocks, once.
    OneBlock(&'static [&'static [u8]]),
    /// Bytes at the start of the stream.
    Head(&'static [&'static [u8]]),
    /// Bytes at the end of the stream.
    Tail(&'static [&'static [u8]]),
    /// Other line ends.
    Ends(Ends),
    /// The stream ends anywhere.
    Truncated,
    /// Anything.
    Hostile,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Ends {
    CrLf,
    Cr,
    /// The last one only.
    CrAtEnd,
    /// The blank line ends otherwise than the line before it.
    Blank,
    /// Lines of a block end differently.
    Mixed,
}

const fn feature(name: &'static str, classes: &'static [&'static str], dose: Dose) -> Feature {
    Feature { name, classes, dose, mixed: true }
}

/// One that stands on blocks of one `data` line only: what mixed blocks show is not known yet, or
/// would not mix with it.
const fn early(name: &'static str, classes: &'static [&'static str], dose: Dose) -> Feature {
    Feature { name, classes, dose, mixed: false }
}

use Dose::{Blocks, Data, First, Head, Last, OneBlock, Plain, Some, SomeFirst, Tail};

/// All features, the plainer ones first.
pub const ALL: &[Feature] = &[
    early("plain", &[], Plain),
    early("data lines", &["data.join"], Some(&[b"data: b", b"data: b\ndata: c"])),
    early("types", &["event.text"], First(&[b"event: e", b"event: add"])),
    early("types twice", &["event.last-wins"], First(&[b"event: e\nevent: f"])),
    early("types in some blocks", &["event.resets"], SomeFirst(&[b"event: e", b"event: f"])),
    feature("mixed blocks", &["data.join", "event.text", "event.resets"], Dose::Mixed),
    feature(
        "odd types",
        &["event.text"],
        First(&[
            b"event: a b",
            b"event: a:b",
            b"event: \0",
            b"event: \xC3\xA9",
            b"event: message",
            b"event: id",
        ]),
    ),
    early("empty types", &["event.empty-is-message"], Some(&[b"event:", b"event: "])),
    feature(
        "types taken back",
        &["event.reset-by-empty"],
        SomeFirst(&[b"event: e\nevent:", b"event: e\nevent: "]),
    ),
    feature(
        "types without data",
        &["event.dataless-resets", "event.dataless-none"],
        Blocks(&[b"event: e\n"]),
    ),
    feature("ids", &["id.text"], First(&[b"id: 1", b"id: abc"])),
    feature("ids twice", &["id.last-wins"], First(&[b"id: 1\nid: 2", b"id: b\nid: a"])),
    feature("ids in some blocks", &["id.persist"], SomeFirst(&[b"id: 1", b"id: 2"])),
    feature(
        "odd ids",
        &["id.text"],
        First(&[
            b"id: 007",
            b"id: a b",
            b"id: \xC3\xA9",
            b"id: a:b",
            b"id: -1",
            b"id: 1.0",
            b"id: null",
        ]),
    ),
    feature(
        "ids without data",
        &["id.dataless-block", "event.dataless-none"],
        Blocks(&[b"id: 7\n", b"id: 8\n"]),
    ),
    feature("comments alone", &["comment.no-event"], Blocks(&[b": c\n", b":\n", b":\n: c\n"])),
    feature("blank runs", &["eol.blank-run"], Blocks(&[b"", b"\n"])),
    feature(
        "blank lines after ids",
        &["id.no-phantom"],
        Blocks(&[b"id: 1\ndata: a\n\n", b"id: 1\ndata: a\n\n: c\n"]),
    ),
    feature(
        "ids emptied",
        &["id.empty-resets"],
        Blocks(&[b"id: 1\ndata: a\n\nid:\ndata: b\n", b"id: 1\ndata: a\n\nid: \ndata: b\n"]),
    ),
    feature(
        "nul in ids",
        &["id.nul"],
        First(&[b"id: 1\nid: 2\0", b"id: \0", b"id: 1\nid: \0x", b"id: x\0y"]),
    ),
    feature(
        "ids at the end",
        &["id.commit-at-blank"],
        Tail(&[b"id: 1\n", b"id: 1", b"id: 1\ndata: a\n"]),
    ),
    feature(
        "order",
        &["field.order"],
        Last(&[b"event: e", b"id: 1", b"id: 1\nevent: e", b"event: e\nid: 1"]),
    ),
    feature(
        "colons",
        &["data.colons"],
        Data(&[b"data: a: b", b"data: :", b"data: id: 1", b"data: data: a", b"data: http://x/"]),
    ),
    feature("no space", &["field.space-optional"], Data(&[b"data:a", b"data:abc"])),
    feature(
        "leading spaces",
        &["field.one-space"],
        Data(&[b"data:  a", b"data: \ta", b"data:\ta", b"data:   a"]),
    ),
    feature("spaces around ids and types", &["field.one-space"], First(&[b"id:  1", b"event:  e"])),
    feature(
        "trailing spaces",
        &["field.trailing-space"],
        Data(&[b"data: a ", b"data: a\t", b"data: a  ", b"data:a "]),
    ),
    feature("empty data", &["data.empty-event"], Blocks(&[b"data:\n", b"data: \n"])),
    feature("empty data lines", &["data.empty-lines"], Some(&[b"data:", b"data: "])),
    early(
        "unknown fields",
        &["field.unknown"],
        Some(&[b"foo: bar", b"x:", b"foo", b"{\"a\":1}", b"<html>", b"1"]),
    ),
    feature(
        "near names",
        &["field.name-exact"],
        Some(&[
            b"Data: x",
            b"data : x",
            b" data: x",
            b"DATA: x",
            b"datax: x",
            b"dat: x",
            b"\tdata: x",
            b"data\0: x",
            b"data\t: x",
            b"da-ta: x",
            b"dAta: x",
        ]),
    ),
    feature(
        "near names of ids and types",
        &["field.name-exact"],
        Some(&[b"ID: 1", b"Event: e", b"id : 1", b" event: e", b"events: e", b"ids: 1"]),
    ),
    feature("no colon", &["field.no-colon"], Some(&[b"data"])),
    feature("lines of spaces", &["field.space-line"], Some(&[b" ", b"  ", b"\t"])),
    feature("unknown blocks", &["field.unknown-block"], Blocks(&[b"x: 1\n", b"foo\n", b"ping:\n"])),
    feature("nul in data", &["data.nul"], Data(&[b"data: a\0b", b"data: \0", b"data: a\0"])),
    feature(
        "json",
        &["data.json"],
        Data(&[
            b"data: {\"a\":1}",
            b"data: {",
            b"data: [1,",
            b"data: 1",
            b"data: null",
            b"data: \"a\"",
        ]),
    ),
    feature("sentinel", &["data.sentinel"], Data(&[b"data: [DONE]"])),
    feature("comments inside", &["comment.inside"], Some(&[b": c", b":", b": c c"])),
    feature(
        "comments like fields",
        &["comment.fieldlike"],
        Some(&[b":data: x", b":event: e", b"::x", b":id: 7", b":data", b": data: x"]),
    ),
    feature("CR LF", &["eol.crlf"], Dose::Ends(Ends::CrLf)),
    feature("CR", &["eol.cr"], Dose::Ends(Ends::Cr)),
    feature("CR at the end", &["eol.cr-at-end"], Dose::Ends(Ends::CrAtEnd)),
    feature("mixed line ends", &["eol.cr-then-lf"], Dose::Ends(Ends::Mixed)),
    feature("mixed blank lines", &["eol.mixed-blank"], Dose::Ends(Ends::Blank)),
    feature(
        "separators",
        &["eol.unicode"],
        Data(&[
            b"data: a\xE2\x80\xA8b",
            b"data: a\xE2\x80\xA9b",
            b"data: a\xC2\x85b",
            b"data: a\x0Bb",
            b"data: a\x0Cb",
            b"data: a\x1Cb",
            b"data: a\x1Db",
            b"data: a\x1Eb",
        ]),
    ),
    feature("byte order mark", &["bom.strip"], Head(&[b"\xEF\xBB\xBF"])),
    feature("two byte order marks", &["bom.double"], Head(&[b"\xEF\xBB\xBF\xEF\xBB\xBF"])),
    feature(
        "byte order mark inside",
        &["bom.mid"],
        Blocks(&[
            b"data: a\n\n\xEF\xBB\xBFdata: b\n",
            b"data: a\xEF\xBB\xBFb\n",
            b"data: \xEF\xBB\xBF\n",
        ]),
    ),
    feature(
        "characters",
        &["utf8.split"],
        Data(&[
            b"data: \xC3\xA9",
            b"data: \xE2\x82\xAC",
            b"data: \xF0\x9F\x98\x80",
            b"data: a\xC3\xA9b",
        ]),
    ),
    feature(
        "ill-formed bytes",
        &["utf8.invalid"],
        Data(&[b"data: \xFF", b"data: a\xFFb", b"data: \x80", b"data: \xC3", b"data: a\xE2"]),
    ),
    feature(
        "cut characters",
        &["utf8.counts"],
        Data(&[
            b"data: \xE2\x80c",
            b"data: \xF0\x9F\x98d",
            b"data: \xED\xA0\x80e",
            b"data: \xC0\xAF",
            b"data: \xF4\x90\x80\x80",
        ]),
    ),
    feature("ill-formed comments", &["utf8.comment"], Some(&[b": \xFF", b":\xC3", b": a\x80b"])),
    feature(
        "retry",
        &["retry.digits"],
        OneBlock(&[
            b"retry: 3000\ndata: a\n",
            b"retry: 7\ndata: a\n",
            b"retry: 007\ndata: a\n",
            b"data: a\nretry: 0\n",
        ]),
    ),
    feature("no space before others", &["field.space-optional"], First(&[b"event:e", b"id:1"])),
    feature(
        "huge retry",
        &["retry.huge-survives"],
        OneBlock(&[b"retry: 99999999999999999999999\ndata: a\n"]),
    ),
    feature(
        "retry and more",
        &["retry.suffix"],
        OneBlock(&[
            b"retry: 5x\ndata: a\n",
            b"retry: 5.5\ndata: a\n",
            b"retry: 1e3\ndata: a\n",
            b"retry: 5s\ndata: a\n",
        ]),
    ),
    feature(
        "retry with sign",
        &["retry.sign"],
        OneBlock(&[b"retry: +5\ndata: a\n", b"retry: -5\ndata: a\n"]),
    ),
    feature(
        "retry with spaces",
        &["retry.spaces"],
        OneBlock(&[
            b"retry:  5\ndata: a\n",
            b"retry: 5 \ndata: a\n",
            b"retry:\t5\ndata: a\n",
            b"retry: 5 0\ndata: a\n",
        ]),
    ),
    feature(
        "retry in other digits",
        &["retry.unicode"],
        OneBlock(&[b"retry: \xD9\xA1\ndata: a\n", b"retry: \xC2\xB2\ndata: a\n"]),
    ),
    feature(
        "empty retry",
        &["retry.empty"],
        OneBlock(&[b"retry: 7\nretry:\ndata: a\n", b"retry: 7\nretry\ndata: a\n"]),
    ),
    feature(
        "retry without data",
        &["retry.dataless", "event.dataless-none"],
        OneBlock(&[b"retry: 500\n"]),
    ),
    feature("retry at the end", &["retry.at-once"], Tail(&[b"retry: 500\n"])),
    feature(
        "retry twice",
        &["retry.last-wins"],
        OneBlock(&[b"retry: 1\nretry: 2\ndata: a\n", b"retry: 2\nretry: 1\ndata: a\n"]),
    ),
    feature("no blank line", &["eof.incomplete"], Tail(&[b"data: a\n", b"event: e\ndata: a\n"])),
    feature(
        "no line end",
        &["eof.partial-line"],
        Tail(&[b"data: a", b"data: a\ndata: b", b"data"]),
    ),
    feature("truncation", &["eof.partial-line", "eof.incomplete"], Dose::Truncated),
    feature("anything", &[], Dose::Hostile),
];
