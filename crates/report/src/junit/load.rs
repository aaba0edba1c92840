//! The load part as a test suite.

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};
use ssecheck_model::load::{Doubt, Load, ThresholdResult};

use super::short;
use crate::load::facts::words;
use crate::load::verdict::{invalidating, notes};

/// The case that fails when the figures may be false.
const TRUST: &str = "the measurement can be trusted";

/// One case for each threshold, and one for the doubts.
pub(super) fn suite(load: &Load) -> TestSuite {
    let mut suite = TestSuite::new("load");
    suite.add_test_case(trust(load));
    let trusted = load.is_trusted();
    suite.add_test_cases(load.thresholds.iter().map(|it| threshold(it, trusted)));
    suite
}

fn trust(load: &Load) -> TestCase {
    let red: Vec<&Doubt> = invalidating(load).collect();
    let mut case = named(
        TRUST,
        match red.first() {
            None => TestCaseStatus::success(),
            Some(first) => {
                let text: Vec<String> = red.iter().map(|doubt| told(doubt)).collect();
                failure(&first.code, &first.message, &text.join("\n"))
            }
        },
    );
    let notes: Vec<String> = notes(load).map(|note| format!("note {}", told(note))).collect();
    if !notes.is_empty() {
        case.set_system_out(notes.join("\n") + "\n");
    }
    case
}

fn threshold(it: &ThresholdResult, trusted: bool) -> TestCase {
    let actual = format!("measured: {}", words(&it.actual));
    let status = match (it.held, trusted) {
        (true, _) => TestCaseStatus::success(),
        (false, true) => failure("crossed", &actual, &actual),
        (false, false) => {
            failure("crossed", &actual, &format!("{actual}\nThe measurement cannot be trusted."))
        }
    };
    let mut case = named(&it.threshold, status);
    case.set_system_out(actual + "\n");
    case
}

fn named(name: &str, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(short(name), status);
    case.set_classname("ssecheck.load");
    case
}

fn failure(code: &str, message: &str, text: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type(short(code)).set_message(short(message)).set_description(text);
    status
}

fn told(doubt: &Doubt) -> String {
    let mut text = format!("{}: {}", words(&doubt.code), words(&doubt.message));
    if !doubt.cure.is_empty() {
        text.push_str(&format!("\n  cure: {}", words(&doubt.cure)));
    }
    text
}
