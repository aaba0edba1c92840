//! Two reports of checks: what turned red, what turned green, what is not looked at any more.

use std::collections::BTreeMap;

use ssecheck_model::comparison::*;
use ssecheck_model::report::{CheckResult, Report};
use ssecheck_model::verdict::Outcome;

use super::{differences, warnings};
use crate::counts::checks as checks_of;
use crate::matrix::Subject;
use crate::parser::as_checks;

/// The comparison of B with A.
pub(super) fn compare(blank: Comparison, a: &Subject, b: &Subject) -> Comparison {
    let [of_a, of_b] = [a, b].map(|it| as_checks(&it.report));
    let (changes, unchanged) = changes(&checks(&of_a), &checks(&of_b));
    let differences = differences::of(std::slice::from_ref(a), std::slice::from_ref(b));
    let mut warnings: Vec<Warning> = warnings::untrusted(&blank.a, &blank.b, false).collect();
    warnings.extend([(a, &of_a), (b, &of_b)].into_iter().filter_map(|(it, of)| nothing(it, of)));
    let verdict = verdict(&changes, &warnings);
    let sentence = sentence(&changes, &warnings, unchanged);
    Comparison {
        differences,
        warnings,
        checks: changes,
        checks_unchanged: unchanged,
        verdict,
        sentence,
        ..blank
    }
}

type Checks<'a> = BTreeMap<&'a str, &'a CheckResult>;

fn checks(report: &Report) -> Checks<'_> {
    let checks = report.conformance.iter().flat_map(|part| &part.checks);
    checks.map(|check| (check.id.as_str(), check)).collect()
}

fn nothing(subject: &Subject, report: &Report) -> Option<Warning> {
    let executed = report.conformance.as_ref().map_or(0, |part| part.summary.executed());
    (executed == 0).then(|| Warning {
        code: "nothing-executed".to_owned(),
        invalidates: true,
        message: format!("{}: no check was carried out", crate::load::facts::words(&subject.name)),
    })
}

/// What changed, worst first, and how many checks did not.
fn changes(a: &Checks<'_>, b: &Checks<'_>) -> (Vec<CheckChange>, usize) {
    let ids = a.keys().chain(b.keys().filter(|id| !a.contains_key(*id)));
    let mut unchanged = 0;
    let mut changes: Vec<CheckChange> = Vec::new();
    for id in ids {
        let (a, b) = (a.get(id).copied(), b.get(id).copied());
        match kind(a, b) {
            Some(kind) => changes.push(change(id, kind, a, b)),
            None => unchanged += 1,
        }
    }
    changes.sort_by(|one, other| (one.kind, &one.id).cmp(&(other.kind, &other.id)));
    (changes, unchanged)
}

fn kind(a: Option<&CheckResult>, b: Option<&CheckResult>) -> Option<ChangeKind> {
    let red = |it: Option<&CheckResult>| it.is_some_and(|it| it.outcome.is_red());
    // A check that could not be carried out is red, and so was looked at.
    let looked =
        |it: Option<&CheckResult>| it.is_some_and(|it| it.outcome != Outcome::NotApplicable);
    match (red(a), red(b)) {
        (false, true) if a.is_none() => Some(ChangeKind::NewAndRed),
        (false, true) => Some(ChangeKind::NewlyRed),
        (true, true) => {
            let reason = |it: Option<&CheckResult>| it.map(|it| (it.outcome, it.reason.clone()));
            (reason(a) != reason(b)).then_some(ChangeKind::OtherReason)
        }
        (_, false) if looked(a) && !looked(b) => Some(ChangeKind::NotCheckedAnyMore),
        (true, false) => Some(ChangeKind::NewlyGreen),
        (false, false) if !looked(a) && looked(b) => Some(ChangeKind::New),
        (false, false) => {
            let outcome = |it: Option<&CheckResult>| it.map(|it| it.outcome);
            let both = a.is_some() && b.is_some();
            (both && outcome(a) != outcome(b)).then_some(ChangeKind::OtherOutcome)
        }
    }
}

fn change(
    id: &str,
    kind: ChangeKind,
    a: Option<&CheckResult>,
    b: Option<&CheckResult>,
) -> CheckChange {
    let reason = |it: Option<&CheckResult>| it.and_then(|it| it.reason.clone());
    CheckChange {
        id: id.to_owned(),
        kind,
        a: a.map(|it| it.outcome),
        b: b.map(|it| it.outcome),
        a_reason: reason(a),
        b_reason: reason(b),
        message: b.or(a).map(|it| it.message.clone()).unwrap_or_default(),
    }
}

fn count(changes: &[CheckChange], kind: ChangeKind) -> usize {
    changes.iter().filter(|it| it.kind == kind).count()
}

fn verdict(changes: &[CheckChange], warnings: &[Warning]) -> ComparisonVerdict {
    match () {
        // A check that turned red is certain, whatever became of the others.
        () if count(changes, ChangeKind::NewlyRed) > 0 => ComparisonVerdict::Regression,
        () if warnings.iter().any(|it| it.invalidates) => ComparisonVerdict::NotTrusted,
        () if count(changes, ChangeKind::NewlyGreen) > 0 => ComparisonVerdict::Better,
        () => ComparisonVerdict::NoDifference,
    }
}

fn sentence(changes: &[CheckChange], warnings: &[Warning], unchanged: usize) -> String {
    const ALL: [ChangeKind; 7] = [
        ChangeKind::NewlyRed,
        ChangeKind::NewAndRed,
        ChangeKind::NotCheckedAnyMore,
        ChangeKind::OtherReason,
        ChangeKind::OtherOutcome,
        ChangeKind::NewlyGreen,
        ChangeKind::New,
    ];
    let mut parts: Vec<String> = ALL
        .into_iter()
        .filter_map(|kind| {
            let count = count(changes, kind);
            (count > 0).then(|| format!("{count} {}", kind.word()))
        })
        .collect();
    parts.push(format!("{} as before", checks_of(unchanged)));
    if warnings.iter().any(|it| it.invalidates) {
        parts.push("a run is not whole".to_owned());
    }
    parts.join(", ")
}
