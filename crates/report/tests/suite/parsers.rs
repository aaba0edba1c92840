//! The parser part of a report, in every format.

use ssecheck_model::parser::{
    Aspect, ClassLevel, ClassResult, ClassVerdict, Deviation, Example, FeatureResult, Mode,
    ParserInfo, ParserReport, PropertyCounts, Timing, VectorCounts,
};
use ssecheck_model::report::{BaselineFlaw, BaselineProblem, BaselineResult, Place, Report};
use ssecheck_model::report::{TargetInfo, Tool};
use ssecheck_report::{Style, github, json, junit, markdown, text};

fn class(code: &str, verdict: ClassVerdict, red: bool) -> ClassResult {
    let deviating = usize::from(verdict.deviates()) * 3;
    let shows = if red { vec![Aspect::Events, Aspect::Id] } else { Vec::new() };
    ClassResult {
        class: code.into(),
        verdict,
        red,
        vectors: 7,
        deviating,
        shows,
        ..Default::default()
    }
}

fn deviation(code: &str, verdict: ClassVerdict, chunks: &[&str], actual: &str) -> Deviation {
    Deviation {
        class: code.to_owned(),
        verdict,
        rule: "One byte order mark at the start of the stream is dropped.".to_owned(),
        source: "HTML 9.2.6".to_owned(),
        vectors: vec!["bom/one".to_owned()],
        catalogue: vec!["P01".to_owned()],
        example: Example {
            chunks: chunks.iter().map(|chunk| (*chunk).to_owned()).collect(),
            printf: r"printf '\357\273\277data: a\n\n'".to_owned(),
            expected: "\"a\"".to_owned(),
            actual: actual.to_owned(),
        },
    }
}

fn classes() -> Vec<ClassResult> {
    let advisory = ClassLevel::Advisory;
    let late = class("eol.cr-prompt", ClassVerdict::Late, false);
    let known = class("event.dataless-none", ClassVerdict::Fail, false);
    vec![
        class("eol.cr", ClassVerdict::Pass, false),
        ClassResult { level: advisory, ..late },
        class("eol.crlf-split", ClassVerdict::Fail, true),
        class("bom.strip", ClassVerdict::Crash, true),
        ClassResult {
            level: ClassLevel::Browser,
            note: Some("an interface of ours".into()),
            ..known
        },
        class("retry.digits", ClassVerdict::Unobservable, false),
        class("time.linear", ClassVerdict::NotRun, false),
    ]
}

pub(crate) fn deviating() -> Report {
    let mut parser = ParserReport {
        subject: ParserInfo {
            name: "a-parser".into(),
            version: "1.2.3".into(),
            runtime: "node 20".into(),
            command: vec!["node".into(), "adapter.mjs".into()],
            mode: Mode::Batch,
            hidden: vec!["comments".into()],
        },
        seed: 7,
        vectors: VectorCounts {
            total: 270,
            passed: 250,
            failed: 14,
            crashed: 3,
            unobservable: 3,
            late: 6,
            varying: 2,
            executions: 11_700,
            ..Default::default()
        },
        properties: PropertyCounts {
            streams: 4_050,
            failing: 320,
            features: vec![FeatureResult {
                feature: "bom".into(),
                skipped: true,
                ..Default::default()
            }],
        },
        timing: vec![
            Timing { shape: "T1".into(), verdict: ClassVerdict::Pass, ..Default::default() },
            Timing { shape: "T2".into(), verdict: ClassVerdict::Slow, ..Default::default() },
        ],
        classes: classes(),
        deviations: vec![
            deviation(
                "eol.crlf-split",
                ClassVerdict::Fail,
                &["data: a\r", "\ndata: b\r\n\r\n"],
                "\"a\", \"b\"",
            ),
            deviation(
                "bom.strip",
                ClassVerdict::Crash,
                &["\u{ef}\u{bb}\u{bf}data: a\n\n"],
                "exit status 101",
            ),
            deviation(
                "eol.cr-prompt",
                ClassVerdict::Late,
                &["data: a\n\r", "\n"],
                "only after chunk 2",
            ),
        ],
        baseline: Some(BaselineResult {
            file: "known.yaml".into(),
            entries: 2,
            problems: vec![BaselineProblem {
                kind: BaselineFlaw::Stale,
                check: "id.*".into(),
                message: "id.nul is not violated any more: remove the entry".into(),
                place: Place {
                    file: "known.yaml".into(),
                    line: 4,
                    column: 12,
                    text: "  - check: id.*".into(),
                    entry: None,
                },
            }],
        }),
        ..Default::default()
    };
    parser.set_verdict();
    report(parser)
}

fn report(parser: ParserReport) -> Report {
    let tool = Tool { name: "ssecheck".into(), version: "0.1.0".into() };
    let url = "node adapter.mjs".to_owned();
    let target = TargetInfo { url, provides: Vec::new(), seen: Vec::new(), testbed: false };
    Report { duration_ms: 4_200, parser: Some(parser), ..Report::new(tool, target) }
}

#[test]
fn the_text_shows_what_deviates_with_an_example_to_try() {
    insta::assert_snapshot!(text::render(&deviating(), Style::PLAIN));
}

#[test]
fn junit_has_a_case_for_each_class() {
    insta::assert_snapshot!(junit::render(&deviating()));
}

#[test]
fn github_gets_an_error_for_each_red_class_and_each_stale_entry() {
    insta::assert_snapshot!(github::render(&deviating()));
}

#[test]
fn markdown_has_the_counts_and_the_examples() {
    insta::assert_snapshot!(markdown::render(&deviating()));
}

#[test]
fn json_comes_back_as_it_was() {
    let report = deviating();
    assert_eq!(json::read(&json::render(&report)), Ok(report));
}

#[test]
fn a_run_in_which_nothing_was_run_is_no_success() {
    let report = report(ParserReport::default());
    assert!(junit::render(&report).contains("nothing-executed"));
    assert!(text::render(&report, Style::PLAIN).contains("incomplete"));
}
