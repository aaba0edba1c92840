use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus};
use ssecheck_report::junit;

use crate::reports::{HOSTILE, aborted, everything, filled_with, green, hostile, keep};

#[test]
fn the_document_has_one_suite_for_each_family() {
    insta::assert_snapshot!(junit::render(&everything()));
}

#[test]
fn every_test_case_has_name_and_classname() {
    for case in cases(&hostile()) {
        let family = case.name.split('/').next().unwrap_or_default();
        let classname = case.classname.as_ref().map(|name| name.as_str().to_owned());
        assert!(!case.name.is_empty());
        assert_eq!(classname, Some(format!("ssecheck.{family}")));
    }
}

#[test]
fn outcomes_map_to_failure_error_skipped_and_success() {
    let kinds: Vec<_> =
        cases(&everything()).iter().map(|c| (c.name.to_string(), kind(c))).collect();
    let kinds: Vec<_> = kinds.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    assert_eq!(
        kinds,
        [
            ("head/status", "success"),
            ("head/cache-control", "success"),
            ("framing/utf8", "failure"),
            ("framing/line-ends", "success"),
            ("cors/preflight", "skipped"),
            ("resume/no-gap", "error"),
            ("resume/no-duplicate", "error"),
            ("stop/204", "error"),
        ]
    );
}

#[test]
fn a_failure_carries_reason_message_and_evidence() {
    let cases = cases(&everything());
    let utf8 = cases.iter().find(|case| case.name.as_str() == "framing/utf8").unwrap();
    let TestCaseStatus::NonSuccess { message, ty, description, .. } = &utf8.status else {
        panic!("{:?}", utf8.status)
    };
    assert_eq!(ty.as_deref(), Some("ill-formed-utf8"));
    assert_eq!(message.as_deref(), Some("2 bytes at offset 70 of the stream are not UTF-8"));
    let body = description.as_deref().unwrap();
    for part in ["HTML 9.2.5", "^^ ^^", "curl -N", "encoding.yaml:12:5", "dialled"] {
        assert!(body.contains(part), "{part}: {body}");
    }
}

#[test]
fn a_warning_passes_with_a_text() {
    let cases = cases(&everything());
    let warned = cases.iter().find(|case| case.name.as_str() == "head/cache-control").unwrap();
    let text = warned.system_out.as_ref().unwrap().as_str();
    assert!(text.starts_with("WARN missing: the answer has no cache-control field"), "{text}");
}

#[test]
fn the_time_of_a_case_is_counted_once() {
    let report = parse(&everything());
    let framing = report.test_suites.iter().find(|s| s.name.as_str() == "framing").unwrap();
    let times: Vec<_> = framing.test_cases.iter().map(|c| c.time.unwrap().as_millis()).collect();
    assert_eq!(times, [120, 0]);
    assert_eq!(framing.time.unwrap().as_millis(), 120);
}

#[test]
fn hostile_text_neither_breaks_nor_hides_in_the_document() {
    let document = junit::render(&hostile());
    let parsed = Report::deserialize_from_str(&document).unwrap();
    assert_eq!((parsed.failures, parsed.errors, parsed.tests), (2, 3, 9));
    assert!(!document.contains("<script"), "{document}");
    let harmful = |c: &char| *c != '\n' && ssecheck_report::sanitize::is_harmful(*c);
    assert_eq!(document.chars().find(harmful), None);
    let case = cases(&hostile()).into_iter().find(|c| c.name.as_str() == "framing/hostile");
    let TestCaseStatus::NonSuccess { message, .. } = case.unwrap().status else { panic!() };
    let shown = ssecheck_report::sanitize::line(HOSTILE, 480).replace("##", "#\\#");
    assert_eq!(message.unwrap().as_str(), shown);
}

#[test]
fn characters_that_xml_forbids_are_escaped() {
    let document = junit::render(&filled_with("\u{b}\u{fffe}\u{ffff}"));
    assert!(document.contains(r"\x0b\u{fffe}\u{ffff}"), "{document}");
}

#[test]
fn a_run_cut_short_is_an_error_although_nothing_failed() {
    for report in [aborted(green()), keep(green(), |_| false)] {
        let cases = cases(&report);
        assert_eq!((cases[0].name.as_str(), kind(&cases[0])), ("run/complete", "error"));
    }
    assert!(cases(&green()).iter().all(|case| case.name.as_str() != "run/complete"));
}

fn kind(case: &TestCase) -> &'static str {
    match &case.status {
        TestCaseStatus::Success { .. } => "success",
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, .. } => "failure",
        TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. } => "error",
        TestCaseStatus::Skipped { .. } => "skipped",
    }
}

fn parse(report: &ssecheck_model::report::Report) -> Report {
    Report::deserialize_from_str(&junit::render(report)).expect("well-formed junit")
}

fn cases(report: &ssecheck_model::report::Report) -> Vec<TestCase> {
    parse(report).test_suites.into_iter().flat_map(|suite| suite.test_cases).collect()
}
