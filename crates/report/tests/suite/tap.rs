use ssecheck_report::tap;

use crate::reports::{aborted, everything, hostile};
use crate::{loads, parsers};

#[test]
fn every_outcome_is_a_test_point() {
    insta::assert_snapshot!(tap::render(&everything()));
}

#[test]
fn thresholds_and_trust_are_test_points() {
    insta::assert_snapshot!(tap::render(&loads::rich()));
}

#[test]
fn a_parser_report_has_one_for_each_class() {
    let text = tap::render(&parsers::deviating());
    assert!(text.contains("not ok 4 - bom.strip\n"), "{text}");
    assert!(text.contains("# TODO an interface of ours"), "{text}");
}

#[test]
fn a_run_that_was_cut_short_is_no_success() {
    assert!(
        tap::render(&aborted(everything())).ends_with("Bail out! aborted: the server is gone\n")
    );
}

/// What a reader of TAP sees: the plan, and one line of each kind for each point.
#[test]
fn hostile_text_stays_in_its_line() {
    let text = tap::render(&hostile());
    let points = text.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok "));
    let plan = text.lines().nth(1).expect("a plan");
    assert_eq!(plan, format!("1..{}", points.count()));
    for line in text.lines().skip(2) {
        let known = ["ok ", "not ok ", "  "].iter().any(|start| line.starts_with(start));
        assert!(known, "{line}");
        assert!(!line.contains("##"), "{line}");
        // A directive is a number sign; only SKIP and TODO are ours.
        let directive = line.split_once('#').map(|(_, rest)| rest.trim_start().split(' ').next());
        let ours = [None, Some(Some("SKIP")), Some(Some("TODO"))];
        assert!(line.starts_with("  ") || ours.contains(&directive), "{line}");
    }
}
