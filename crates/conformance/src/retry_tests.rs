use super::*;
use crate::testing::two_checks;

fn result(id: &str, outcome: Outcome, reason: Option<&str>) -> CheckResult {
    let case = two_checks();
    let check = case.checks.iter().find(|check| check.id.value == id).unwrap();
    let reason = reason.map(str::to_owned);
    let base = crate::outcome::not_carried_out(&case, check, outcome, "x", "what happened");
    CheckResult { reason, ..base }
}

fn both(bytes: Outcome, time: Outcome) -> Vec<CheckResult> {
    vec![result("a/one", bytes, Some("b")), result("a/two", time, Some("t"))]
}

fn outcomes(results: &[CheckResult]) -> Vec<(Outcome, &str)> {
    results.iter().map(|r| (r.outcome, r.reason.as_deref().unwrap_or_default())).collect()
}

#[test]
fn only_a_check_that_does_not_judge_bytes_is_worth_a_retry() {
    let case = two_checks();
    assert!(!worth_a_retry(&case, &both(Outcome::Fail, Outcome::Pass)));
    assert!(worth_a_retry(&case, &both(Outcome::Pass, Outcome::Fail)));
    assert!(worth_a_retry(&case, &both(Outcome::Pass, Outcome::Error)));
    assert!(!worth_a_retry(&case, &both(Outcome::Pass, Outcome::NotApplicable)));
}

#[test]
fn a_pass_at_the_second_try_is_told_as_flaky_and_never_hides_bytes() {
    let case = two_checks();
    let before = both(Outcome::Fail, Outcome::Fail);
    let merged = merged(&case, before, both(Outcome::Pass, Outcome::Pass), 2);
    assert_eq!(outcomes(&merged), [(Outcome::Fail, "b"), (Outcome::Warn, "flaky")]);
    assert_eq!(merged[1].message, "t at try 1, passed at another: what happened");
}

#[test]
fn bytes_that_are_wrong_at_the_second_try_count() {
    let case = two_checks();
    let merged =
        merged(&case, both(Outcome::Pass, Outcome::Error), both(Outcome::Fail, Outcome::Error), 2);
    assert_eq!(outcomes(&merged), [(Outcome::Fail, "b"), (Outcome::Error, "t")]);
}

#[test]
fn red_twice_and_then_green_is_still_flaky() {
    let case = two_checks();
    let twice =
        merged(&case, both(Outcome::Pass, Outcome::Fail), both(Outcome::Pass, Outcome::Fail), 2);
    assert_eq!(outcomes(&twice)[1], (Outcome::Fail, "t"));
    let merged = merged(&case, twice, both(Outcome::Pass, Outcome::Pass), 3);
    assert_eq!(outcomes(&merged)[1], (Outcome::Warn, "flaky"));
}

#[test]
fn bytes_that_did_not_come_at_the_first_try_prove_nothing() {
    let case = two_checks();
    let before = both(Outcome::Error, Outcome::Pass);
    assert!(worth_a_retry(&case, &before));
    let merged = merged(&case, before, both(Outcome::Pass, Outcome::Pass), 2);
    assert_eq!(outcomes(&merged), [(Outcome::Warn, "flaky"), (Outcome::Pass, "t")]);
}
