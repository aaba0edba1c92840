//! One finding: a failure at length, a warning in two lines, what could not be judged in groups.

use ssecheck_model::report::{CheckResult, Conformance};
use ssecheck_model::verdict::Outcome;

use crate::counts::checks as count;
use crate::evidence;
use crate::groups::group_by;
use crate::sanitize::{VALUE_LIMIT, line};
use crate::style::Style;
use crate::wrap::{Part, hang, pack, wrap};

/// Longest message of a warning, in characters: the rest is in the other formats.
const WARNING_LIMIT: usize = 160;
/// Indentation of everything below a finding's first line.
const INDENT: usize = 2;

/// A failed check with all its evidence, and an empty line.
pub(super) fn failure(check: &CheckResult, style: Style) -> Vec<String> {
    let mut lines = title(check, "", style);
    lines.extend(body(&wrap(&message(check), inner(style).width)));
    lines.push(String::new());
    lines.extend(body(&evidence::lines(check, inner(style))));
    lines.push(String::new());
    lines
}

/// All warnings, each with its title and message alone, and how to see more.
pub(super) fn warnings(checks: &[&CheckResult], style: Style) -> Vec<String> {
    if checks.is_empty() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    for check in checks {
        lines.extend(title(check, &source(check), style));
        let message = line(&check.message, WARNING_LIMIT);
        lines.extend(body(&wrap(&message, inner(style).width)));
    }
    let show = if checks[0].case.is_empty() { "" } else { "; ssecheck cases show CASE" };
    let more = format!("more on warnings: --markdown FILE or --json FILE{show}");
    lines.extend(wrap(&more, style.width).iter().map(|line| style.dim(line)));
    lines.push(String::new());
    lines
}

/// Known deviations, each with what the baseline file says about it.
pub(super) fn known(checks: &[&CheckResult], style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for check in checks {
        lines.extend(title(check, "", style));
        let note = line(check.note.as_deref().unwrap_or_default(), WARNING_LIMIT);
        lines.extend(body(&wrap(&note, inner(style).width)));
    }
    lines.extend(lines.last().is_some().then(String::new));
    lines
}

/// Entries of the baseline file that do not hold.
pub(super) fn baseline(conformance: &Conformance, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for problem in conformance.baseline_problems() {
        let parts: [Part<'_>; 4] = [
            ("FAIL".to_owned(), &|text| style.outcome(Outcome::Fail, text)),
            ("baseline".to_owned(), &str::to_owned),
            (problem.kind.as_str().to_owned(), &str::to_owned),
            (line(&problem.check, VALUE_LIMIT), &|text| style.bold(text)),
        ];
        lines.extend(pack(&parts, INDENT, style.width));
        lines.extend(body(&wrap(&line(&problem.message, VALUE_LIMIT), inner(style).width)));
        lines.extend(body(&crate::place::lines(&problem.place, inner(style))));
        lines.push(String::new());
    }
    lines
}

/// Checks that could not be judged. Those with the same reason and message are told once: one
/// missing hook or one dead server is one thing to mend, however many checks wanted it.
pub(super) fn unjudged(checks: &[&CheckResult], style: Style) -> Vec<String> {
    let checks = checks.iter().copied();
    let groups = group_by(checks, |check| (check.reason.as_deref(), check.message.as_str()));
    groups.iter().flat_map(|(_, group)| unjudged_group(group, style)).collect()
}

fn unjudged_group(group: &[&CheckResult], style: Style) -> Vec<String> {
    let [first, ..] = group else { return Vec::new() };
    if let [only] = group {
        return failure(only, style);
    }
    let reason = reason(first);
    let ids: Vec<&str> = group.iter().map(|check| check.id.as_str()).collect();
    let ids = ids.iter().map(|id| line(id, VALUE_LIMIT)).collect::<Vec<_>>().join(" ");
    let mut lines = headline(first.outcome, &count(group.len()), &[&reason], style);
    lines.extend(body(&wrap(&message(first), inner(style).width)));
    lines.push(String::new());
    lines.extend(body(&hang("checks", &ids, 11, inner(style).width)));
    lines.push(String::new());
    let first_of = format!("the first of them, {}:", line(&first.id, VALUE_LIMIT));
    lines.extend(body(&wrap(&first_of, inner(style).width)));
    lines.extend(body(&evidence::lines(first, inner(style))));
    lines.push(String::new());
    lines
}

/// Outcome, id and reason, and what else is to stand beside them.
fn title(check: &CheckResult, beside: &str, style: Style) -> Vec<String> {
    let id = line(&check.id, VALUE_LIMIT);
    headline(check.outcome, &id, &[&reason(check), beside], style)
}

fn headline(outcome: Outcome, what: &str, beside: &[&str], style: Style) -> Vec<String> {
    let [colored, bold, dim]: [&dyn Fn(&str) -> String; 3] =
        [&|text| style.outcome(outcome, text), &|text| style.bold(text), &|text| style.dim(text)];
    let mut parts = vec![(word(outcome).to_owned(), colored), (what.to_owned(), bold)];
    // What stands in brackets is by the way.
    let paint = |text: &str| if text.starts_with('(') { dim } else { &str::to_owned };
    parts.extend(beside.iter().map(|text| ((*text).to_owned(), paint(text))));
    pack(&parts, INDENT, style.width)
}

fn source(check: &CheckResult) -> String {
    let case = if check.case.is_empty() { String::new() } else { format!("; case {}", check.case) };
    line(&format!("({}{case})", check.level.as_str()), VALUE_LIMIT)
}

fn reason(check: &CheckResult) -> String {
    line(check.reason.as_deref().unwrap_or_default(), VALUE_LIMIT)
}

fn message(check: &CheckResult) -> String {
    line(&check.message, VALUE_LIMIT)
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "PASS",
        Outcome::Warn => "WARN",
        Outcome::Fail => "FAIL",
        Outcome::Known => "KNOWN",
        Outcome::NotApplicable => "NOT APPLICABLE",
        Outcome::Untestable => "UNTESTABLE",
        Outcome::Error => "ERROR",
    }
}

fn inner(style: Style) -> Style {
    Style { width: style.width.saturating_sub(INDENT), ..style }
}

fn body(lines: &[String]) -> Vec<String> {
    let indented = lines.iter().map(|line| format!("{:INDENT$}{line}", ""));
    indented.map(|line| line.trim_end().to_owned()).collect()
}
