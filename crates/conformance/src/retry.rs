//! Trying a case again, for people whose target or network is flaky.
//!
//! A check that judges bytes is never made green by a second try: what the server sent once, it
//! sends. Every other check that was red in one try and not in another is told as `flaky`.

use ssecheck_model::case::Case;
use ssecheck_model::report::CheckResult;
use ssecheck_model::verdict::Outcome;

/// Whether a second try could tell something new.
pub(crate) fn worth_a_retry(case: &Case, results: &[CheckResult]) -> bool {
    results.iter().any(|result| is_bad(result) && !is_certain(case, result))
}

/// Violated, or broken off: what may turn out to have been an accident.
fn is_bad(result: &CheckResult) -> bool {
    let bad = matches!(result.outcome, Outcome::Fail | Outcome::Warn | Outcome::Error);
    bad && result.reason.as_deref() != Some(FLAKY)
}

/// Whether bytes were seen that are wrong.
fn is_certain(case: &Case, result: &CheckResult) -> bool {
    let check = case.checks.iter().find(|check| check.id.value == result.id);
    let judges_bytes = check.is_none_or(|check| check.expect.value.judges_bytes());
    judges_bytes && is_bad(result) && result.outcome != Outcome::Error
}

/// The results of all tries so far, and those of one more.
pub(crate) fn merged(
    case: &Case,
    before: Vec<CheckResult>,
    again: Vec<CheckResult>,
    attempt: u32,
) -> Vec<CheckResult> {
    let pairs = before.into_iter().zip(again);
    pairs.map(|(old, new)| of_both(case, old, new, attempt)).collect()
}

fn of_both(case: &Case, old: CheckResult, new: CheckResult, attempt: u32) -> CheckResult {
    if is_certain(case, &old) || is_certain(case, &new) {
        return worse(old, new);
    }
    match (old.outcome, new.outcome) {
        _ if old.reason.as_deref() == Some(FLAKY) => old,
        (_, Outcome::Pass) if is_bad(&old) => flaky(old, attempt - 1),
        (Outcome::Pass, _) if is_bad(&new) => flaky(new, attempt),
        _ => worse(old, new),
    }
}

/// The reason code of a check that was red in one try and passed in another.
const FLAKY: &str = "flaky";

fn flaky(red: CheckResult, attempt: u32) -> CheckResult {
    let reason = red.reason.as_deref().unwrap_or_default();
    let message = format!("{reason} at try {attempt}, passed at another: {}", red.message);
    CheckResult { outcome: Outcome::Warn, reason: Some(FLAKY.to_owned()), message, ..red }
}

/// The order of [`Outcome::ALL`] is from the worst to the best.
fn worse(one: CheckResult, other: CheckResult) -> CheckResult {
    let rank = |result: &CheckResult| Outcome::ALL.iter().position(|o| *o == result.outcome);
    if rank(&other) < rank(&one) { other } else { one }
}

#[cfg(test)]
#[path = "retry_tests.rs"]
mod tests;
