//! Counting checks, and saying so.

use ssecheck_model::report::{CheckResult, Summary};
use ssecheck_model::verdict::Outcome;

use crate::groups::group_by;

/// The order in which counts are said: what went well first, because it is the most.
const ORDER: [Outcome; 7] = [
    Outcome::Pass,
    Outcome::Warn,
    Outcome::Known,
    Outcome::Fail,
    Outcome::Error,
    Outcome::Untestable,
    Outcome::NotApplicable,
];

/// Every outcome that occurs in `summary` as `(outcome, "18 passed")`.
pub(crate) fn phrases(summary: Summary) -> Vec<(Outcome, String)> {
    let counted = ORDER.into_iter().map(|outcome| (outcome, summary.count(outcome)));
    let seen = counted.filter(|(_, count)| *count > 0);
    seen.map(|(outcome, count)| (outcome, phrase(outcome, count))).collect()
}

/// `18 passed`, `1 warning`, `2 not applicable`.
pub(crate) fn phrase(outcome: Outcome, count: usize) -> String {
    let word = match (outcome, count) {
        (Outcome::Pass, _) => "passed",
        (Outcome::Warn, 1) => "warning",
        (Outcome::Warn, _) => "warnings",
        (Outcome::Known, 1) => "known deviation",
        (Outcome::Known, _) => "known deviations",
        (Outcome::Fail, _) => "failed",
        (Outcome::Error, 1) => "error",
        (Outcome::Error, _) => "errors",
        (Outcome::Untestable, _) => "untestable",
        (Outcome::NotApplicable, _) => "not applicable",
    };
    format!("{} {word}", grouped(count))
}

/// `1 check`, `2 checks`.
pub(crate) fn checks(count: usize) -> String {
    format!("{} check{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// All counts in one sentence: `18 passed, 1 failed`; `no checks` when there are none.
pub(crate) fn sentence(summary: Summary) -> String {
    let phrases: Vec<String> = phrases(summary).into_iter().map(|(_, phrase)| phrase).collect();
    match phrases.is_empty() {
        true => "no checks".to_owned(),
        false => phrases.join(", "),
    }
}

/// The number of checks in `summary`, executed or not.
pub(crate) fn total(summary: Summary) -> usize {
    Outcome::ALL.into_iter().map(|outcome| summary.count(outcome)).sum()
}

/// The family of a check: the part of its id before the first `/` (of a class of parsers, before the
/// first `.`), or all of it.
pub(crate) fn family(id: &str) -> &str {
    match id.split_once(['/', '.']) {
        Some((family, _)) if !family.is_empty() => family,
        _ => id,
    }
}

/// The checks by family, families and checks in the order in which they first occur.
pub(crate) fn by_family(checks: &[CheckResult]) -> Vec<(&str, Vec<&CheckResult>)> {
    group_by(checks, |check| family(&check.id))
}

/// Counts the outcomes of borrowed checks, as [`Summary::of`] does of owned ones.
pub(crate) fn summary_of(checks: &[&CheckResult]) -> Summary {
    let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    Summary {
        pass: count(Outcome::Pass),
        warn: count(Outcome::Warn),
        fail: count(Outcome::Fail),
        known: count(Outcome::Known),
        not_applicable: count(Outcome::NotApplicable),
        untestable: count(Outcome::Untestable),
        error: count(Outcome::Error),
    }
}

/// A number with commas between groups of three digits.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A time in milliseconds as a reader says it: `850 ms`, `12.3 s`, `4 min 5 s`.
pub(crate) fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..60_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_only_outcomes_that_occur() {
        let summary =
            Summary { pass: 18, warn: 1, fail: 2, not_applicable: 3, ..Summary::default() };
        assert_eq!(sentence(summary), "18 passed, 1 warning, 2 failed, 3 not applicable");
        assert_eq!(sentence(Summary::default()), "no checks");
    }

    #[test]
    fn an_id_without_slash_is_its_own_family() {
        assert_eq!(family("framing/utf8/bom"), "framing");
        assert_eq!(family("sanity"), "sanity");
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_048_576].map(grouped), ["0", "999", "1,000", "1,048,576"]);
    }

    #[test]
    fn durations_are_said_in_the_fitting_unit() {
        assert_eq!(
            [0, 999, 1250, 59_999, 125_000].map(duration),
            ["0 ms", "999 ms", "1.2 s", "59.9 s", "2 min 5 s"]
        );
    }
}
