//! The report as JUnit XML.
//!
//! A check's `name` is its id and its `classname` is `ssecheck.<family>`. `fail` is a `<failure>`;
//! `error` and `untestable` are an `<error>`, because they say nothing about the server; `warn` is a
//! test that passes with a text. JUnit takes the absence of failures for success, so a run that was
//! cut short or carried out nothing gets a case of its own, `run/complete`, with an `<error>`.
//!
//! A load run is the suite `load`: one case for each threshold, and one that fails when a doubt can
//! have changed the figures.

mod load;

use std::collections::HashSet;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report as Xml, TestCase, TestCaseStatus, TestSuite};
use ssecheck_model::report::{CheckResult, Conformance, Report};
use ssecheck_model::verdict::Outcome;

use crate::counts::by_family;
use crate::evidence;
use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, defuse, line};
use crate::verdict::cut_short;

/// The report as a JUnit document.
///
/// The time of a case stands at the first of its checks; the others have 0, so that sums are right.
///
/// # Panics
///
/// Never: every character that XML cannot hold is escaped before.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    let mut xml = Xml::new("ssecheck");
    xml.set_time(Duration::from_millis(report.duration_ms));
    if let Some((reason, message)) = cut_short(report) {
        xml.add_test_suite(run_suite(reason, &message));
    }
    let checks = report.conformance.as_ref().map_or(&[][..], |part| &part.checks);
    let mut timed = HashSet::new();
    for (family, checks) in by_family(checks) {
        xml.add_test_suite(suite(family, &checks, report, &mut timed));
    }
    xml.add_test_suites(report.conformance.as_ref().and_then(baseline_suite));
    xml.add_test_suites(report.load.iter().map(|load| with_facts(load::suite(load), report)));
    xml.to_string().expect("text is sanitized, so it is valid in xml")
}

fn suite<'a>(
    family: &str,
    checks: &[&'a CheckResult],
    report: &Report,
    timed: &mut HashSet<&'a str>,
) -> TestSuite {
    let mut suite = with_facts(TestSuite::new(short(family)), report);
    let mut sum = Duration::ZERO;
    for check in checks {
        let ms = if timed.insert(check.case.as_str()) { check.case_ms } else { 0 };
        sum = sum.saturating_add(Duration::from_millis(ms));
        suite.add_test_case(test_case(family, check, Duration::from_millis(ms)));
    }
    suite.set_time(sum);
    suite
}

fn with_facts(mut suite: TestSuite, report: &Report) -> TestSuite {
    suite.add_property(("target", short(&report.target.url).as_str()));
    suite.add_property(("version", short(&report.tool.version).as_str()));
    suite.add_property(("started_at", short(&report.started_at).as_str()));
    suite
}

fn test_case(family: &str, check: &CheckResult, time: Duration) -> TestCase {
    let mut case = TestCase::new(short(&check.id), status(check));
    case.set_classname(format!("ssecheck.{}", short(family)));
    case.set_time(time);
    if check.outcome == Outcome::Warn {
        let reason = short(check.reason.as_deref().unwrap_or_default());
        let message = short(&check.message);
        let body = evidence::text(check);
        case.set_system_out(format!("WARN {reason}: {message}\n\n{body}\n"));
    }
    case
}

fn status(check: &CheckResult) -> TestCaseStatus {
    match check.outcome {
        Outcome::Pass | Outcome::Warn => TestCaseStatus::success(),
        Outcome::Known => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(short(&known(check)));
            skipped
        }
        Outcome::NotApplicable => {
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(short(&check.message));
            skipped
        }
        Outcome::Fail => unsuccessful(NonSuccessKind::Failure, check),
        Outcome::Untestable | Outcome::Error => unsuccessful(NonSuccessKind::Error, check),
    }
}

/// A known deviation in one line.
fn known(check: &CheckResult) -> String {
    let reason = check.reason.as_deref().unwrap_or_default();
    let note = check.note.as_deref().unwrap_or_default();
    format!("known deviation, {reason}: {note}")
}

fn unsuccessful(kind: NonSuccessKind, check: &CheckResult) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(kind);
    let outcome = check.outcome.as_str();
    status.set_type(short(check.reason.as_deref().unwrap_or(outcome)));
    status.set_message(short(&check.message));
    status.set_description(evidence::text(check));
    status
}

/// Entries of the baseline file that do not hold, one failed case each.
fn baseline_suite(conformance: &Conformance) -> Option<TestSuite> {
    let problems = conformance.baseline_problems();
    let mut suite = TestSuite::new("baseline");
    for problem in problems {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_type(problem.kind.as_str()).set_message(short(&problem.message));
        let mut case = TestCase::new(short(&problem.check), status);
        case.set_classname("ssecheck.baseline");
        suite.add_test_case(case);
    }
    (!problems.is_empty()).then_some(suite)
}

fn run_suite(reason: &str, message: &str) -> TestSuite {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_type(reason).set_message(message);
    let mut case = TestCase::new("run/complete", status);
    case.set_classname("ssecheck.run");
    let mut suite = TestSuite::new("run");
    suite.add_test_case(case);
    suite
}

/// On one line, and nothing that a CI system takes for a command when the XML is printed.
fn short(text: &str) -> String {
    defuse(&line(text, VALUE_LIMIT))
}
