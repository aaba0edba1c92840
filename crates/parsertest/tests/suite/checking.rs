//! `Check` finds what is wrong, names it rightly, shows it in a minimal stream, and finds nothing
//! else.

use ssecheck_model::parser::ParserProfile;
use ssecheck_parsertest::protocol::{IdCap, RetryCap};
use ssecheck_parsertest::{Check, CheckReport, Seen, check_parser};

use crate::heard::Heard;
use crate::mutants::{self, Bug};
use crate::naive;

/// Few streams: these parsers are wrong always, not now and then.
fn check() -> Check {
    Check::new().streams(8).retries(RetryCap::List).last_event_id()
}

fn parse(bug: Bug, chunks: &[&[u8]]) -> Result<Vec<Seen>, &'static str> {
    let chunks: Vec<Vec<u8>> = chunks.iter().map(|chunk| chunk.to_vec()).collect();
    let heard = naive::read(bug, &chunks, "");
    if heard.failed { Err("failed") } else { Ok(seen(heard)) }
}

fn seen(heard: Heard) -> Vec<Seen> {
    let events = heard.events.into_iter().map(|(_, event)| Seen::Event {
        event_type: Some(event.event),
        data: event.data,
        id: Some(event.last_event_id),
    });
    let retries = heard.retries.into_iter().map(Seen::Retry);
    events.chain(retries).chain([Seen::LastEventId(heard.last_event_id)]).collect()
}

fn report(bug: Bug) -> CheckReport {
    check().report(|chunks| parse(bug, chunks))
}

/// Class and example of each finding, chunks apart.
fn found(report: &CheckReport) -> Vec<(&'static str, String)> {
    let text = |chunks: &Vec<Vec<u8>>| {
        let chunks: Vec<String> = chunks.iter().map(|c| c.escape_ascii().to_string()).collect();
        chunks.join("|")
    };
    report.findings.iter().map(|found| (found.class, text(&found.chunks))).collect()
}

/// Classes that cannot be seen here: lateness, comments that are not shown, seeds, limits.
const UNSEEN: &[&str] =
    &["comment.text", "event.prompt", "eol.cr-prompt", "lifecycle.seed", "limit.line"];

/// What a mistake breaks beside the class that it stands for.
fn also(bug: Bug) -> &'static [&'static str] {
    match bug {
        Bug::ChunkLosesLine | Bug::DecodesPerChunk => &["bom.split"],
        Bug::LfOnly => &["eol.cr", "eol.cr-at-end", "eol.cr-then-lf", "eol.mixed-blank"],
        Bug::CrIsText => &["eol.cr-at-end", "eol.cr-then-lf", "eol.mixed-blank"],
        Bug::BlankNeedsSameEnds => &["eol.crlf-split", "eol.cr-at-end"],
        Bug::FirstEndForAll => &["eol.crlf-split", "eol.cr-at-end", "eol.mixed-blank"],
        Bug::MarkOnEveryLine | Bug::DropsMarksEverywhere => &["bom.double"],
        Bug::TrimsValue => &["retry.spaces", "id.text"],
        Bug::TrimsValueEnd => &["retry.spaces", "field.one-space", "id.text"],
        Bug::ColonNeedsSpace => {
            &["event.reset-by-empty", "id.empty-resets", "data.empty-event", "field.one-space"]
        }
        Bug::TrimsLineStart => &["field.space-line"],
        Bug::DropsNoColon => &["id.empty-resets"],
        Bug::SplitsAtLastColon => &["event.text", "id.text"],
        // Everything fails that is no JSON.
        Bug::ReadsJson => &["plain"],
        Bug::CommentHidesNothing => &["comment.inside"],
        Bug::DatalessIsEvent => &["id.no-phantom"],
        Bug::NumberId | Bug::WordId => &["field.one-space"],
        Bug::RememberedIdIsEvent => &["id.dataless-block", "event.dataless-none"],
        Bug::RetrySuffix => &["retry.spaces"],
        Bug::RetryWithData => &["retry.at-once", "retry.last-wins"],
        Bug::RetryAtBlank => &["retry.last-wins"],
        Bug::EndDispatches => &["id.commit-at-blank", "eof.partial-line"],
        Bug::EndReadsPartialLine => &["id.commit-at-blank"],
        Bug::FailsOnBadUtf8 => &["bom.utf16"],
        Bug::ReformatsJson => &["event.last-wins", "field.no-colon"],
        // What is no word stands in the streams of many features.
        Bug::WordType => &[
            "field.one-space",
            "field.trailing-space",
            "eol.unicode",
            "bom.mid",
            "utf8.invalid",
            "utf8.split",
        ],
        Bug::BadRetryIsZero => &["retry.sign", "retry.spaces", "retry.unicode"],
        Bug::ShortLineLimit => &["id.text"],
        _ => &[],
    }
}

fn objections(mutants: &[mutants::Mutant]) -> Vec<String> {
    let mut objections = Vec::new();
    for mutant in mutants {
        let found = found(&report(mutant.bug));
        let named = found.iter().any(|(class, _)| *class == mutant.class);
        if !named && mutant.bug != Bug::ReadsJson && !UNSEEN.contains(&mutant.class) {
            objections.push(format!("{:?}: {} is missing", mutant.bug, mutant.class));
        }
        for (class, example) in found {
            if class != mutant.class && !also(mutant.bug).contains(&class) {
                objections.push(format!("{:?}: {class} has no part in it: {example}", mutant.bug));
            }
            // Escaped: BOM and LF are longer than their bytes. A limit takes a long line.
            if example.len() > 56 && mutant.bug != Bug::ShortLineLimit {
                objections.push(format!("{:?}: not minimal: {example}", mutant.bug));
            }
        }
    }
    objections
}

// In two halves, so that they run side by side.
#[test]
fn each_mistake_is_found_and_named_and_nothing_else() {
    let objections = objections(&mutants::ALL[..mutants::ALL.len() / 2]);
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

#[test]
fn each_other_mistake_is_found_and_named_and_nothing_else() {
    let objections = objections(&mutants::ALL[mutants::ALL.len() / 2..]);
    assert!(objections.is_empty(), "{}", objections.join("\n"));
}

#[test]
fn examples_are_minimal_and_readable() {
    let examples = [
        (Bug::LfOnly, "eol.crlf", r"data: x\r\n\r\n"),
        (Bug::ChunkLosesLine, "chunk.split", r"d|ata: x\n\n"),
        (Bug::EmptyChunkForgetsCr, "eol.empty-chunk", r"data: x\r||\ndata: x\r\n\r\n"),
        (Bug::KeepsMark, "bom.strip", r"\xef\xbb\xbfdata: x\n\n"),
        (Bug::MarkInFirstChunkOnly, "bom.split", r"\xef|\xbb\xbfdata: x\n\n"),
        (Bug::SplitsUnicode, "eol.unicode", r"data: \x1d\n\n"),
        (Bug::NulIdEmpties, "id.nul", r"id: x\nid: \x00\ndata: x\n\n"),
        (Bug::NoIdEmpties, "id.persist", r"id: x\ndata: x\n\ndata: x\n\n"),
        (Bug::DatalessIsEvent, "event.dataless-none", r"event: x\n\n"),
        (Bug::EndDispatches, "eof.incomplete", r"data: x\n"),
        (Bug::RetrySign, "retry.sign", r"retry: +1\ndata: x\n\n"),
    ];
    for (bug, class, example) in examples {
        let found = found(&report(bug));
        assert!(found.contains(&(class, example.to_owned())), "{bug:?}: {found:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_report() {
    let [first, again] = [report(Bug::ChunkForgetsCr), report(Bug::ChunkForgetsCr)];
    assert_eq!(first, again);
    assert_eq!(first.to_string(), again.to_string());
    let other = check().seed(2).report(|chunks| parse(Bug::ChunkForgetsCr, chunks));
    assert_ne!(first.executions, other.executions, "other streams");
    assert_eq!(found(&other).len(), 1);
}

#[test]
fn a_report_says_all_that_is_needed() {
    let text = report(Bug::KeepsMark).to_string();
    let expected = [
        "bom.strip (core): fail",
        "rule      One byte order mark",
        r"stream    printf '\357\273\277data: x\n\n'",
        r#"chunks    &[&b"\xef\xbb\xbfdata: x\n\n"[..]]"#,
        r#"expected  "x""#,
        "actual    no event",
        r#"Check::new().seed(1).streams(8).classes(["bom.strip"]), by byte order mark"#,
    ];
    for line in expected {
        assert!(text.contains(line), "{line}\nis missing in\n{text}");
    }
}

#[test]
fn what_is_left_to_other_agents_is_no_deviation_in_the_core_profile() {
    for bug in [Bug::DatalessIsEvent, Bug::NoIdEmpties, Bug::IdNeedsData] {
        let core = Check::new().streams(8).profile(ParserProfile::Core);
        let report = core.report(|chunks| parse(bug, chunks));
        assert!(report.is_clean(), "{bug:?}:\n{report}");
    }
    let core = check().profile(ParserProfile::Core);
    // Empty events are left open, an empty line of data among others is not.
    let empty = core.report(|chunks| parse(Bug::DropsEmptyEvent, chunks));
    assert_eq!(found(&empty), [("data.empty-lines", r"data:\ndata:\n\n".to_owned())]);
    assert!(core.report(|chunks| parse(Bug::NulIdTaken, chunks)).find("id.nul").is_some());
}

#[test]
fn ids_that_are_not_shown_are_not_judged() {
    let blind = Check::new().streams(8).ids(IdCap::None);
    let report = blind.report(|chunks| parse(Bug::NulIdTaken, chunks));
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_deviation_that_is_skipped_is_silent_until_it_is_gone() {
    let skip = check().skip("bom.*");
    assert!(skip.report(|chunks| parse(Bug::KeepsMark, chunks)).is_clean());
    let stale = skip.report(|chunks| parse(Bug::None, chunks));
    assert_eq!((stale.is_clean(), &stale.stale[..]), (false, &["bom.*".to_owned()][..]));
    assert!(stale.to_string().contains("nothing deviates there"), "{stale}");
}

#[test]
fn only_the_classes_asked_for_are_reported() {
    let cr = check().classes(["eol.cr"]).report(|chunks| parse(Bug::LfOnly, chunks));
    assert_eq!(found(&cr), [("eol.cr", r"data: x\r\rdata: x\n\n".to_owned())]);
}

#[test]
#[should_panic(expected = "there is no class `bom.stripp`")]
fn a_class_that_does_not_exist_is_an_error() {
    check().skip("bom.stripp").run(|chunks| parse(Bug::None, chunks));
}

#[test]
#[should_panic(expected = "stream    printf 'data: x\\r\\n\\r\\n'")]
fn a_deviation_fails_the_test_with_its_example() {
    check_parser(|chunks| parse(Bug::LfOnly, chunks));
}
