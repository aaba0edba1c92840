//! What is not as it should be, and the rules that say so.

use ssecheck_model::load::{Doubt, Load, ThresholdResult};
use ssecheck_model::report::{BaselineProblem, CheckResult, Conformance, Place, Report};
use ssecheck_model::verdict::{Level, Outcome};

use super::text;
use crate::load::verdict::{invalidating, notes};

/// One result.
pub(super) struct Finding {
    /// Id of its rule.
    pub(super) rule: String,
    /// `error`, `warning` or `note`.
    pub(super) level: &'static str,
    /// What happened.
    pub(super) message: String,
    /// Where, if that is in a file.
    pub(super) place: Option<Place>,
    /// What tells it apart from every other result, in this run and the next ones.
    pub(super) key: String,
    /// Why it is suppressed.
    pub(super) known: Option<String>,
}

/// One rule.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) description: String,
    pub(super) help: String,
    /// As in [`Finding`].
    pub(super) level: &'static str,
}

/// All findings, those of checks in the order of the cases.
pub(super) fn all(report: &Report) -> Vec<Finding> {
    let checks = report.conformance.as_ref().map_or(&[][..], |part| &part.checks);
    let mut findings: Vec<Finding> = checks.iter().filter_map(of_check).collect();
    let problems = report.conformance.as_ref().map_or(&[][..], Conformance::baseline_problems);
    findings.extend(problems.iter().map(of_problem));
    findings.extend(report.load.iter().flat_map(of_load));
    findings
}

/// A rule for each check, and one for each other rule that a finding names.
pub(super) fn rules(report: &Report, findings: &[Finding]) -> Vec<Rule> {
    let checks = report.conformance.as_ref().map_or(&[][..], |part| &part.checks);
    let mut rules: Vec<Rule> = Vec::new();
    let others = findings.iter().map(|it| other(&it.rule, it.level));
    for rule in checks.iter().map(rule).chain(others) {
        if rules.iter().all(|known| known.id != rule.id) {
            rules.push(rule);
        }
    }
    rules
}

fn rule(check: &CheckResult) -> Rule {
    let requirement = match check.requirement.is_empty() {
        true => &check.id,
        false => &check.requirement,
    };
    let mut help = crate::evidence::source(check);
    if let Some(fix) = &check.fix {
        help.push_str(&format!(". {}", text(fix)));
    }
    let level = match check.level {
        Level::Must | Level::Profile => "error",
        Level::Should | Level::Practice => "warning",
        Level::Survey => "note",
    };
    Rule { id: text(&check.id), description: text(requirement), help, level }
}

/// A rule that is no check.
fn other(id: &str, level: &'static str) -> Rule {
    let description = match id {
        "load/threshold" => "Every threshold of the load run holds.",
        _ if id.starts_with("baseline/") => "Every entry of the baseline file holds.",
        _ => "No doubt about the measurement.",
    };
    let help = match id {
        "load/threshold" => "Each --threshold, and each one of the plan file, is judged.",
        _ if id.starts_with("baseline/") => "Rewrite the file with --update-baseline.",
        _ => "A doubt of level error can have changed a figure; one of level note cannot.",
    };
    Rule { id: id.to_owned(), description: description.to_owned(), help: help.to_owned(), level }
}

/// A check that is not as it should be.
fn of_check(check: &CheckResult) -> Option<Finding> {
    let level = match check.outcome {
        Outcome::Fail | Outcome::Error | Outcome::Untestable => "error",
        Outcome::Warn => "warning",
        Outcome::Known => "note",
        Outcome::Pass | Outcome::NotApplicable => return None,
    };
    let reason = text(check.reason.as_deref().unwrap_or_default());
    let mut message = format!("{reason}: {}", text(&check.message));
    for (label, value) in
        [("expected", &check.evidence.expected), ("actual", &check.evidence.actual)]
    {
        if let Some(value) = value {
            message.push_str(&format!("\n{label}: {}", text(value)));
        }
    }
    let known =
        (check.outcome == Outcome::Known).then(|| text(check.note.as_deref().unwrap_or_default()));
    let id = text(&check.id);
    let place = check.evidence.place.clone();
    Some(Finding { rule: id.clone(), level, message, place, key: id, known })
}

/// An entry of the baseline file that does not hold.
fn of_problem(problem: &BaselineProblem) -> Finding {
    let rule = format!("baseline/{}", problem.kind.as_str());
    let key = format!("{rule} {}", text(&problem.check));
    let place = Some(problem.place.clone());
    Finding { rule, level: "error", message: text(&problem.message), place, key, known: None }
}

/// Crossed thresholds and doubts.
fn of_load(load: &Load) -> Vec<Finding> {
    let crossed = load.thresholds.iter().filter(|it| !it.held).map(of_threshold);
    let red = invalidating(load).map(|it| of_doubt(it, "error"));
    let notes = notes(load).map(|it| of_doubt(it, "note"));
    crossed.chain(red).chain(notes).collect()
}

fn of_threshold(it: &ThresholdResult) -> Finding {
    let message = format!("{} does not hold: {}", text(&it.threshold), text(&it.actual));
    let rule = "load/threshold".to_owned();
    let key = format!("{rule} {}", text(&it.threshold));
    Finding { rule, level: "error", message, place: None, key, known: None }
}

fn of_doubt(it: &Doubt, level: &'static str) -> Finding {
    let rule = format!("load/doubt/{}", text(&it.code));
    let message = text(&it.message);
    Finding { key: rule.clone(), rule, level, message, place: None, known: None }
}
