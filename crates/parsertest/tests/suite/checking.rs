//! `Check` finds what is wrong, and nothing else.

use ssecheck_parsertest::protocol::RetryCap;
use ssecheck_parsertest::{Check, CheckReport};

use crate::wrong::{self, Bug};

fn check() -> Check {
    Check::new().retries(RetryCap::List).last_event_id()
}

fn report(bug: Bug) -> CheckReport {
    check().report(|chunks| wrong::parse(bug, chunks))
}

#[test]
fn show() {
    for bug in [
        Bug::None,
        Bug::OnlyLf,
        Bug::CrLfSplit,
        Bug::EmptyChunk,
        Bug::CrWaits,
        Bug::UnicodeLines,
        Bug::DecodesChunks,
        Bug::TrimsStart,
        Bug::TrimsEnd,
        Bug::IgnoresNoColon,
        Bug::TrimsName,
        Bug::NeedsSpace,
        Bug::TakesNul,
        Bug::NulEmptiesId,
        Bug::IgnoresIdOnly,
        Bug::ForgetsId,
        Bug::IgnoresEmptyId,
        Bug::IdAtOnce,
        Bug::RetryPrefix,
        Bug::RetrySigned,
        Bug::KeepsBom,
        Bug::PanicsAtBom,
        Bug::DropsEveryBom,
        Bug::BomNeedsOneChunk,
        Bug::IgnoresCase,
        Bug::ForgetsChunk,
        Bug::DispatchesAtEnd,
        Bug::Phantoms,
        Bug::IdPhantoms,
        Bug::DropsEmptyData,
        Bug::TrimsNewlines,
        Bug::LastDataOnly,
        Bug::KeepsType,
        Bug::TypeOverBlocks,
        Bug::EmptyType,
        Bug::FirstType,
        Bug::CommentIsEvent,
        Bug::CommentIsField,
        Bug::SpacesAreBlank,
        Bug::FailsAtUnknown,
        Bug::FailsAtIllFormed,
        Bug::DropsIllFormed,
        Bug::NamesByPrefix,
        Bug::CutsAtLastColon,
        Bug::ParsesDone,
        Bug::IdIsNumber,
        Bug::ClampsRetry,
    ] {
        let start = std::time::Instant::now();
        let report = report(bug);
        println!("== {bug:?} {} executions {:?}", report.executions, start.elapsed());
        for f in &report.findings {
            let c: Vec<String> = f.chunks.iter().map(|c| c.escape_ascii().to_string()).collect();
            println!(
                "   {:24} {:60} {} => {}   [{}]",
                f.class,
                c.join(" | "),
                f.expected,
                f.actual,
                f.source
            );
        }
    }
}
