//! What a run's outcomes add up to: counts, verdict, exit code, and the JSON that keeps them.

use ssecheck_model::exit;
use ssecheck_model::report::{
    Arrivals, CheckResult, Conformance, Entry, Evidence, Excerpt, Layer, Moment, Place, Report,
    SCHEMA, Summary, TargetInfo, Tool,
};
use ssecheck_model::verdict::{Level, Outcome, Verdict};

fn check(outcome: Outcome) -> CheckResult {
    CheckResult {
        id: "demo/check".to_owned(),
        case: "demo/case".to_owned(),
        level: Level::Must,
        outcome,
        reason: (outcome != Outcome::Pass).then(|| "not-quiet".to_owned()),
        requirements: vec!["R31".to_owned()],
        source: "HTML 9.2.5".to_owned(),
        requirement: "The stream is fine.".to_owned(),
        message: "it is not".to_owned(),
        note: None,
        fix: None,
        case_ms: 12,
        evidence: Evidence::default(),
    }
}

fn conformance(outcomes: &[Outcome]) -> Conformance {
    Conformance::new(outcomes.iter().copied().map(check).collect(), None)
}

#[test]
fn a_summary_counts_each_outcome_once() {
    let checks: Vec<CheckResult> = Outcome::ALL.into_iter().map(check).collect();
    let summary = Summary::of(&checks);
    assert!(Outcome::ALL.into_iter().all(|outcome| summary.count(outcome) == 1));
    assert_eq!(summary.executed(), 4);
}

#[test]
fn verdict_and_exit_code_follow_from_the_outcomes() {
    use Outcome::{Error, Fail, NotApplicable, Pass, Untestable, Warn};
    let (conformant, nonconformant, incomplete) =
        (Verdict::Conformant, Verdict::Nonconformant, Verdict::Incomplete);
    let table: [(&[Outcome], Verdict, u8); 13] = [
        (&[], incomplete, exit::INCOMPLETE),
        (&[NotApplicable], incomplete, exit::INCOMPLETE),
        (&[Pass], conformant, exit::OK),
        (&[Warn], conformant, exit::OK),
        (&[Pass, Warn, NotApplicable], conformant, exit::OK),
        (&[Fail], nonconformant, exit::FAILED),
        (&[Pass, Fail], nonconformant, exit::FAILED),
        (&[Untestable], incomplete, exit::FAILED),
        (&[Pass, Untestable], incomplete, exit::FAILED),
        (&[Error], incomplete, exit::INCOMPLETE),
        (&[Pass, Error], incomplete, exit::INCOMPLETE),
        (&[Error, Untestable], incomplete, exit::INCOMPLETE),
        (&[Fail, Error, Untestable], nonconformant, exit::FAILED),
    ];
    for (outcomes, verdict, code) in table {
        let result = conformance(outcomes);
        assert_eq!((result.verdict, result.exit_code()), (verdict, code), "{outcomes:?}");
    }
}

#[test]
fn a_run_that_stopped_early_is_never_a_success() {
    let passed = Conformance::new(vec![check(Outcome::Pass)], Some("server is dead".to_owned()));
    assert_eq!((passed.verdict, passed.exit_code()), (Verdict::Incomplete, exit::INCOMPLETE));
    let failed = Conformance::new(vec![check(Outcome::Fail)], Some("server is dead".to_owned()));
    assert_eq!((failed.verdict, failed.exit_code()), (Verdict::Nonconformant, exit::FAILED));
}

#[test]
fn every_word_of_a_verdict_is_the_word_in_json() {
    let json = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    for outcome in Outcome::ALL {
        assert_eq!(json(serde_json::to_value(outcome).unwrap()), outcome.as_str());
    }
    for level in [Level::Must, Level::Profile, Level::Should, Level::Practice, Level::Survey] {
        assert_eq!(json(serde_json::to_value(level).unwrap()), level.as_str());
    }
    for verdict in [Verdict::Conformant, Verdict::Nonconformant, Verdict::Incomplete] {
        assert_eq!(json(serde_json::to_value(verdict).unwrap()), verdict.as_str());
    }
}

/// A report in which every optional part is there.
pub(crate) fn full() -> Report {
    let evidence = Evidence {
        expected: Some("a blank line".to_owned()),
        actual: Some("none".to_owned()),
        bytes: Some(Excerpt {
            connection: "main".to_owned(),
            layer: Layer::Stream,
            offset: 16,
            hex: "646174".to_owned(),
            mark_start: 17,
            mark_end: 18,
        }),
        timeline: vec![Moment {
            at_ms: 1.5,
            connection: "main".to_owned(),
            what: "dialled".to_owned(),
        }],
        arrivals: vec![Arrivals {
            connection: "main".to_owned(),
            at_ms: vec![1.5, 2.0],
            bytes: vec![16, 3],
            more: 1,
            cut: true,
        }],
        place: Some(Place {
            file: "a.yaml".to_owned(),
            line: 3,
            column: 5,
            text: "    x".to_owned(),
            entry: Some(Entry { line: 2, lines: vec!["  - a: b".to_owned(), "    x".to_owned()] }),
        }),
        reproduce: Some("curl -N http://127.0.0.1/".to_owned()),
    };
    let failed = CheckResult { evidence, fix: Some("Flush.".to_owned()), ..check(Outcome::Fail) };
    Report {
        conformance: Some(Conformance::new(
            vec![failed, check(Outcome::Pass)],
            Some("interrupted".to_owned()),
        )),
        ..bare()
    }
}

/// A report without any part.
pub(crate) fn bare() -> Report {
    serde_json::from_value(serde_json::json!({
        "schema": SCHEMA,
        "tool": Tool { name: "ssecheck".to_owned(), version: "0.1.0".to_owned() },
        "started_at": "2026-01-02T03:04:05Z",
        "target": TargetInfo {
            url: "http://127.0.0.1:3000/events".to_owned(),
            provides: vec!["ids".to_owned()],
            seen: vec!["retry".to_owned()],
            testbed: true,
        },
    }))
    .unwrap()
}

#[test]
fn a_report_is_the_same_after_json() {
    for report in [bare(), full()] {
        let json = serde_json::to_string_pretty(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
        assert!(!json.contains("null"), "{json}");
    }
}
