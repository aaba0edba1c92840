use ssecheck_model::report::BaselineFlaw;
use ssecheck_model::verdict::Verdict;

use super::*;
use crate::testing::two_checks;

fn deviations(entries: &[(&str, &str)]) -> Deviations {
    let entry = |(check, reason): &(&str, &str)| {
        format!("  - {{ check: {check:?}, reason: {reason}, note: because }}\n")
    };
    let text = format!("known:\n{}", entries.iter().map(entry).collect::<String>());
    Deviations::new(Baseline::load("known.yaml", &text).unwrap()).unwrap()
}

fn suite() -> Suite {
    Suite { cases: vec![two_checks()] }
}

/// The results of both checks, held against the entries.
fn judged(outcomes: [Outcome; 2], known: &Deviations) -> Conformance {
    let suite = suite();
    let case = &suite.cases[0];
    let result = |(check, outcome)| {
        let mut result =
            crate::outcome::not_carried_out(case, check, outcome, "lost", "it is lost");
        known.cover(&mut result);
        result
    };
    let mut conformance =
        Conformance::new(case.checks.iter().zip(outcomes).map(result).collect(), None);
    let baseline = known.result(&conformance, &suite);
    conformance.set_baseline(baseline);
    conformance
}

fn problems(conformance: &Conformance) -> Vec<(BaselineFlaw, &str)> {
    let problems = conformance.baseline_problems().iter();
    problems.map(|problem| (problem.kind, problem.check.as_str())).collect()
}

#[test]
fn a_known_deviation_is_not_red_and_keeps_its_reason_and_note() {
    let known = deviations(&[("a/one", "lost")]);
    let conformance = judged([Outcome::Fail, Outcome::Pass], &known);
    assert_eq!(conformance.checks[0].outcome, Outcome::Known);
    assert_eq!(conformance.checks[0].note.as_deref(), Some("because"));
    assert_eq!((conformance.verdict, conformance.exit_code()), (Verdict::Conformant, 0));
    assert_eq!((conformance.summary.known, conformance.summary.fail), (1, 0));
}

#[test]
fn another_reason_is_told_and_stays_red() {
    let known = deviations(&[("a/one", "late")]);
    let conformance = judged([Outcome::Fail, Outcome::Pass], &known);
    assert_eq!(conformance.checks[0].outcome, Outcome::Fail);
    assert_eq!(problems(&conformance), [(BaselineFlaw::WrongReason, "a/one")]);
}

#[test]
fn an_entry_that_is_not_violated_any_more_fails_the_run() {
    let known = deviations(&[("a/*", "lost")]);
    let conformance = judged([Outcome::Pass, Outcome::Pass], &known);
    assert_eq!(problems(&conformance), [(BaselineFlaw::Stale, "a/*")]);
    assert_eq!((conformance.verdict, conformance.exit_code()), (Verdict::Nonconformant, 1));
}

#[test]
fn a_glob_holds_when_one_of_its_checks_is_violated() {
    let known = deviations(&[("a/*", "lost")]);
    assert_eq!(problems(&judged([Outcome::Warn, Outcome::Pass], &known)), []);
}

#[test]
fn an_entry_that_names_nothing_fails_the_run() {
    let known = deviations(&[("b/*", "lost"), ("a/two", "lost")]);
    let conformance = judged([Outcome::Pass, Outcome::NotApplicable], &known);
    let unmatched = [(BaselineFlaw::Unmatched, "b/*"), (BaselineFlaw::Unmatched, "a/two")];
    assert_eq!(problems(&conformance), unmatched);
}

#[test]
fn a_check_that_could_not_be_carried_out_proves_no_entry_wrong() {
    let known = deviations(&[("a/one", "lost")]);
    assert_eq!(problems(&judged([Outcome::Error, Outcome::Pass], &known)), []);
}

#[test]
fn an_update_keeps_what_holds_drops_what_does_not_and_adds_the_failures() {
    let known = deviations(&[("a/one", "lost"), ("b/*", "lost")]);
    let conformance = judged([Outcome::Fail, Outcome::Fail], &known);
    let updated = known.updated(&conformance, &suite());
    let entries: Vec<(&str, &str)> =
        updated.known.iter().map(|k| (k.check.as_str(), k.note.as_str())).collect();
    let new = "not explained yet: \"it is lost\"";
    assert_eq!(entries, [("a/one", "because"), ("a/two", new)]);
    let again = Baseline::load("known.yaml", &updated.render()).unwrap();
    assert_eq!(again.known.len(), 2);
}
