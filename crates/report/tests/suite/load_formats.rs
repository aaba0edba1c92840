use quick_junit::{Report as Xml, TestCaseStatus};
use ssecheck_report::{github, json, junit, markdown, sanitize};

use crate::loads::{good, hostile, load, minimal, rich};

#[test]
fn markdown_has_verdict_doubts_thresholds_facts_times_and_set_up() {
    insta::assert_snapshot!(markdown::render(&rich()));
}

#[test]
fn junit_has_a_case_for_each_threshold_and_one_for_trust() {
    insta::assert_snapshot!(junit::render(&rich()));
}

#[test]
fn github_has_errors_for_crossed_thresholds_and_warnings_for_notes() {
    insta::assert_snapshot!(github::render(&rich()));
}

#[test]
fn a_good_run_is_green_everywhere() {
    let xml = parsed(&junit::render(&good()));
    assert_eq!((xml.tests, xml.failures, xml.errors), (2, 0, 0));
    assert_eq!(github::render(&good()), "");
    assert!(markdown::render(&good()).starts_with("## \u{2705} ssecheck load: pass\n"));
}

#[test]
fn a_run_that_measured_nothing_is_an_error() {
    let mut report = minimal();
    load(&mut report).connections.opened = 0;
    let xml = parsed(&junit::render(&report));
    assert_eq!((xml.tests, xml.errors), (2, 1));
    let text = github::render(&report);
    assert!(
        text.starts_with("::error title=ssecheck run%3A nothing-measured::no stream"),
        "{text}"
    );
}

#[test]
fn a_stopped_run_is_an_error() {
    let mut report = good();
    report.interrupted = true;
    assert_eq!(parsed(&junit::render(&report)).errors, 1);
    assert!(markdown::render(&report).starts_with("## \u{26a0} ssecheck load: interrupted\n"));
}

#[test]
fn a_threshold_of_an_untrusted_run_says_so() {
    let xml = parsed(&junit::render(&rich()));
    let cases = xml.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let lost = cases.into_iter().find(|case| case.name.as_str() == "lost == 0").unwrap();
    let TestCaseStatus::NonSuccess { message, description, .. } = &lost.status else {
        panic!("{:?}", lost.status)
    };
    assert_eq!(message.as_deref(), Some("measured: 2"));
    assert!(description.as_deref().unwrap().contains("cannot be trusted"));
}

#[test]
fn hostile_text_breaks_no_format() {
    let report = hostile();
    let [xml, markdown, annotations] =
        [junit::render, markdown::render, github::render].map(|f| f(&report));
    for text in [&xml, &markdown, &annotations] {
        let harmful = |c: &char| *c != '\n' && sanitize::is_harmful(*c);
        assert_eq!(text.chars().find(harmful), None);
    }
    assert_eq!(parsed(&xml).failures, 2);
    assert!(!crate::markdown::outside_fences(&markdown).contains("<script"), "{markdown}");
    let commands = annotations.lines().filter(|line| line.starts_with("::"));
    assert_eq!((annotations.lines().count(), commands.count()), (3, 3));
}

#[test]
fn a_hostile_row_keeps_its_cells() {
    let text = markdown::render(&hostile());
    for line in text.lines().filter(|line| line.starts_with("| FAIL |")) {
        assert_eq!(line.matches('|').count(), 4, "{line}");
    }
}

#[test]
fn json_gives_the_load_part_back() {
    for report in [rich(), hostile(), minimal()] {
        assert_eq!(json::read(&json::render(&report)).unwrap(), report);
    }
}

fn parsed(document: &str) -> Xml {
    Xml::deserialize_from_str(document).expect("well-formed junit")
}
