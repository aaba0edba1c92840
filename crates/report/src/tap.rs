//! The report as TAP 14, the Test Anything Protocol: <https://testanything.org/tap-version-14-specification.html>.
//!
//! Each check is a test point. A known deviation is a TODO, what does not apply is skipped, a warning is
//! `ok` with a diagnostic block. TAP takes a plan that was carried out for success, so a run that was cut
//! short or carried out nothing ends with `Bail out!`.

use ssecheck_model::load::{Doubt, Load, ThresholdResult};
use ssecheck_model::report::{CheckResult, Conformance, Report};
use ssecheck_model::verdict::Outcome;

use crate::load::verdict::invalidating;
use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, defuse, line};
use crate::verdict::cut_short;

/// One test point.
struct Point {
    ok: bool,
    name: String,
    /// `TODO` or `SKIP` with its reason.
    directive: Option<(&'static str, String)>,
    /// Keys and values of the YAML block.
    block: Vec<(&'static str, String)>,
}

/// The document. Its first line is the version, its second the plan.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    let mut points: Vec<Point> = Vec::new();
    if let Some(part) = &report.conformance {
        points.extend(part.checks.iter().map(check));
        points.extend(baseline(part));
    }
    points.extend(report.load.iter().flat_map(load));
    let mut out = format!("TAP version 14\n1..{}\n", points.len());
    for (index, point) in points.iter().enumerate() {
        out.push_str(&text(index + 1, point));
    }
    if let Some((reason, message)) = cut_short(report) {
        out.push_str(&format!("Bail out! {}\n", words(&format!("{reason}: {message}"))));
    }
    out
}

fn check(check: &CheckResult) -> Point {
    let directive = match check.outcome {
        Outcome::Known => Some(("TODO", check.note.clone().unwrap_or_default())),
        Outcome::NotApplicable => Some(("SKIP", check.message.clone())),
        _ => None,
    };
    let ok = matches!(check.outcome, Outcome::Pass | Outcome::Warn | Outcome::NotApplicable);
    let told = !matches!(check.outcome, Outcome::Pass | Outcome::NotApplicable);
    let block = if told { diagnostic(check) } else { Vec::new() };
    Point { ok, name: check.id.clone(), directive, block }
}

fn diagnostic(check: &CheckResult) -> Vec<(&'static str, String)> {
    let mut block = vec![
        ("outcome", check.outcome.as_str().to_owned()),
        ("reason", check.reason.clone().unwrap_or_default()),
        ("message", check.message.clone()),
        ("requirement", check.requirement.clone()),
        ("source", crate::evidence::source(check)),
    ];
    let evidence = &check.evidence;
    let place = evidence.place.as_ref().map(crate::place::position);
    let more = [
        ("expected", evidence.expected.clone()),
        ("actual", evidence.actual.clone()),
        ("at", place),
        ("reproduce", evidence.reproduce.clone()),
        ("fix", check.fix.clone()),
    ];
    block.extend(more.into_iter().filter_map(|(key, value)| Some((key, value?))));
    block.retain(|(_, value)| !value.is_empty());
    block
}

fn baseline(part: &Conformance) -> impl Iterator<Item = Point> {
    part.baseline_problems().iter().map(|problem| Point {
        ok: false,
        name: format!("baseline {} {}", problem.kind.as_str(), problem.check),
        directive: None,
        block: vec![
            ("message", problem.message.clone()),
            ("at", crate::place::position(&problem.place)),
        ],
    })
}

fn load(load: &Load) -> Vec<Point> {
    let doubts: Vec<String> = invalidating(load).map(doubt).collect();
    // One key for all: a mapping may not name one twice.
    let told = (!doubts.is_empty()).then(|| ("doubts", doubts.join("; ")));
    let mut points = vec![Point {
        ok: doubts.is_empty(),
        name: "the measurement can be trusted".to_owned(),
        directive: None,
        block: told.into_iter().collect(),
    }];
    points.extend(load.thresholds.iter().map(threshold));
    points
}

fn doubt(doubt: &Doubt) -> String {
    format!("{}: {}", doubt.code, doubt.message)
}

fn threshold(it: &ThresholdResult) -> Point {
    let block = vec![("measured", it.actual.clone())];
    Point { ok: it.held, name: it.threshold.clone(), directive: None, block }
}

fn text(number: usize, point: &Point) -> String {
    let word = if point.ok { "ok" } else { "not ok" };
    let directive = match &point.directive {
        Some((word, reason)) => format!(" # {word} {}", words(reason)),
        None => String::new(),
    };
    let mut out = format!("{word} {number} - {}{directive}\n", words(&point.name));
    if !point.block.is_empty() {
        out.push_str("  ---\n");
        for (key, value) in &point.block {
            out.push_str(&format!("  {key}: {}\n", scalar(value)));
        }
        out.push_str("  ...\n");
    }
    out
}

/// One line in which nothing is a directive. Readers of TAP 13 know no escapes, so a number sign is
/// written like a character that cannot be seen; TAP 14 reads a doubled backslash as one.
fn words(text: &str) -> String {
    line(text, VALUE_LIMIT).replace('#', "\\x23").replace('\\', "\\\\")
}

/// A JSON string is a YAML string too, whatever stands in it.
fn scalar(text: &str) -> String {
    serde_json::Value::from(defuse(&line(text, VALUE_LIMIT))).to_string()
}
