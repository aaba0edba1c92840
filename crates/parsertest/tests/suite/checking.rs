//! `Check` finds what is wrong, names it rightly, shows it in a minimal stream, and finds nothing
//! else.

use ssecheck_parsertest::protocol::{IdCap, RetryCap};
use ssecheck_parsertest::{Check, CheckReport};

use crate::wrong::{self, Bug};

fn check() -> Check {
    Check::new().retries(RetryCap::List).last_event_id()
}

fn report(bug: Bug) -> CheckReport {
    check().report(|chunks| wrong::parse(bug, chunks))
}

/// Class and example of each finding, chunks apart.
fn found(report: &CheckReport) -> Vec<(&'static str, String)> {
    let text = |chunks: &Vec<Vec<u8>>| {
        let chunks: Vec<String> = chunks.iter().map(|c| c.escape_ascii().to_string()).collect();
        chunks.join("|")
    };
    report.findings.iter().map(|found| (found.class, text(&found.chunks))).collect()
}

/// A mistake, and all that must be found: class and example.
type Expected = (Bug, &'static [(&'static str, &'static str)]);

const EXPECTED: &[Expected] = &[
    (Bug::None, &[]),
    (
        Bug::OnlyLf,
        &[
            ("eol.crlf", "data: x\\r\\n\\r\\n"),
            ("eol.cr", "data: x\\r\\rdata: x\\n\\n"),
            ("eol.cr-at-end", "data: x\\n\\r"),
            ("eol.cr-then-lf", "data: x\\r\\n\\n"),
            ("eol.mixed-blank", "data: x\\n\\rdata: x\\n\\n"),
        ],
    ),
    (Bug::CrLfSplit, &[("eol.crlf-split", "event: x\\r|\\ndata: x\\r\\n\\r\\n")]),
    (Bug::EmptyChunk, &[("eol.empty-chunk", "data: x\\r||\\ndata: x\\r\\n\\r\\n")]),
    (Bug::CrWaits, &[("eol.cr-at-end", "data: x\\n\\r")]),
    (Bug::UnicodeLines, &[("eol.unicode", "data: \\x1d\\n\\n")]),
    (
        Bug::DecodesChunks,
        &[
            ("utf8.split", "event: \\xc3|\\xa9\\ndata: x\\n\\n"),
            ("bom.split", "\\xef|\\xbb\\xbfdata: x\\n\\n"),
        ],
    ),
    (
        Bug::TrimsStart,
        &[("field.one-space", "data: \\tx\\n\\n"), ("retry.spaces", "retry:  1\\ndata: x\\n\\n")],
    ),
    (
        Bug::TrimsEnd,
        &[
            ("field.trailing-space", "data: x\\t\\n\\n"),
            ("field.space-line", "data: x\\n \\ndata: x\\n\\n"),
            ("retry.spaces", "retry: 1 \\ndata: x\\n\\n"),
        ],
    ),
    (Bug::IgnoresNoColon, &[("field.no-colon", "data\\n\\n")]),
    (
        Bug::TrimsName,
        &[
            ("field.name-exact", "\\tdata: x\\ndata: x\\n\\n"),
            ("field.space-line", "data: x\\n \\ndata: x\\n\\n"),
        ],
    ),
    (Bug::NeedsSpace, &[("field.space-optional", "data:x\\n\\n")]),
    (Bug::TakesNul, &[("id.nul", "id: \\x00\\ndata: x\\n\\n")]),
    (Bug::NulEmptiesId, &[("id.nul", "id: x\\nid: \\x00\\ndata: x\\n\\n")]),
    (Bug::IgnoresIdOnly, &[("id.dataless-block", "id: x\\n\\ndata: x\\n\\n")]),
    (Bug::ForgetsId, &[("id.persist", "id: x\\ndata: x\\n\\ndata: x\\n\\n")]),
    (Bug::IgnoresEmptyId, &[("id.empty-resets", "id: x\\ndata: x\\n\\nid:\\ndata: x\\n\\n")]),
    (Bug::IdAtOnce, &[("id.commit-at-blank", "id: x\\n")]),
    (
        Bug::RetryPrefix,
        &[
            ("retry.suffix", "retry: 1x\\ndata: x\\n\\n"),
            ("retry.spaces", "retry:  1\\ndata: x\\n\\n"),
        ],
    ),
    (Bug::RetrySigned, &[("retry.sign", "retry: +1\\ndata: x\\n\\n")]),
    (Bug::KeepsBom, &[("bom.strip", "\\xef\\xbb\\xbfdata: x\\n\\n")]),
    (Bug::PanicsAtBom, &[("bom.strip", "\\xef\\xbb\\xbfdata: x\\n\\n")]),
    (Bug::DropsEveryBom, &[("bom.mid", "data: x\\n\\n\\xef\\xbb\\xbfdata: x\\ndata: x\\n\\n")]),
    (Bug::BomNeedsOneChunk, &[("bom.split", "\\xef|\\xbb\\xbfdata: x\\n\\n")]),
    (Bug::IgnoresCase, &[("field.name-exact", "Data: x\\ndata: x\\n\\n")]),
    (Bug::ForgetsChunk, &[("chunk.split", "d|ata: x\\n\\n")]),
    (
        Bug::DispatchesAtEnd,
        &[
            ("id.commit-at-blank", "id: x"),
            ("eof.incomplete", "data: x\\n"),
            ("eof.partial-line", "data: x"),
        ],
    ),
    (Bug::Phantoms, &[("event.dataless-none", "event: x\\n\\n")]),
    (
        Bug::IdPhantoms,
        &[("event.dataless-none", "id: x\\n\\n"), ("id.no-phantom", "id: x\\ndata: x\\n\\n\\n")],
    ),
    (Bug::DropsEmptyData, &[("data.empty-event", "data:\\n\\n")]),
    (Bug::TrimsNewlines, &[("data.empty-lines", "data:\\ndata:\\n\\n")]),
    (Bug::LastDataOnly, &[("data.join", "data: x\\ndata: x\\n\\n")]),
    (Bug::KeepsType, &[("event.reset-by-empty", "event: x\\nevent:\\ndata: x\\n\\n")]),
    (Bug::TypeOverBlocks, &[("event.resets", "event: x\\ndata: x\\n\\ndata: x\\n\\n")]),
    (Bug::EmptyType, &[("plain", "data: x\\n\\n")]),
    (Bug::FirstType, &[("event.last-wins", "event: x\\nevent: 1\\ndata: x\\n\\n")]),
    (Bug::CommentIsEvent, &[("comment.no-event", ": x\\n\\n")]),
    (Bug::CommentIsField, &[("comment.fieldlike", ":id:x\\ndata: x\\n\\n")]),
    (Bug::SpacesAreBlank, &[("field.space-line", "data: x\\n \\ndata: x\\n\\n")]),
    (Bug::FailsAtUnknown, &[("field.unknown", "x: x\\ndata: x\\n\\n")]),
    (
        Bug::FailsAtIllFormed,
        &[("utf8.invalid", "data: \\x80\\n\\n"), ("utf8.comment", ": \\xc3\\ndata: x\\n\\n")],
    ),
    (Bug::DropsIllFormed, &[("utf8.invalid", "data: \\x80\\n\\n")]),
    (Bug::NamesByPrefix, &[("field.name-exact", "data: x\\ndatax: x\\n\\n")]),
    (
        Bug::CutsAtLastColon,
        &[
            ("event.text", "event: :\\ndata: x\\n\\n"),
            ("id.text", "id: :\\ndata: x\\n\\n"),
            ("data.colons", "data: :\\n\\n"),
        ],
    ),
    (Bug::ParsesDone, &[("data.sentinel", "data: [DONE]\\n\\n")]),
    (Bug::IdIsNumber, &[("id.text", "id: 0\\ndata: x\\n\\n")]),
    (Bug::ClampsRetry, &[("retry.digits", "retry: 1\\ndata: x\\n\\n")]),
];

#[test]
fn each_mistake_is_found_and_named_and_nothing_else() {
    let wrong: Vec<String> = EXPECTED
        .iter()
        .map(|(bug, expected)| (bug, expected, found(&report(*bug))))
        .filter(|(_, expected, found)| {
            !found.iter().map(|(class, text)| (*class, text.as_str())).eq(expected.iter().copied())
        })
        .map(|(bug, expected, found)| format!("{bug:?}: expected {expected:?}, found {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
