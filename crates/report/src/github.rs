//! The report as GitHub Actions workflow commands: annotations in the log and on changed files.
//!
//! Format: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

mod load;

use ssecheck_model::report::{CheckResult, Conformance, Place, Report};
use ssecheck_model::verdict::Outcome;

use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, defuse, line};
use crate::verdict::cut_short;

/// One command a line: `::error` for every `fail`, `error` and `untestable`, then `::warning` for
/// every `warn`. A run that was cut short or carried out nothing is an `::error` of its own. Of a load
/// run, crossed thresholds and doubts that can have changed a figure are errors, other doubts warnings.
///
/// GitHub shows the first ten of each kind for one step, so errors of the server come first; where
/// there are more, the first of the kind says how many.
pub fn render(report: &Report) -> String {
    let all = commands(&as_checks(report));
    let of = |kind: &str| all.lines().filter(|line| line.starts_with(kind)).count();
    more("error", of("::error ")) + &more("warning", of("::warning ")) + &all
}

/// What is shown of one kind in one step.
const SHOWN: usize = 10;

/// Nobody may take the ten that are shown for all.
fn more(kind: &str, count: usize) -> String {
    if count <= SHOWN {
        return String::new();
    }
    let message = format!(
        "There are {count} {kind}s. GitHub shows {SHOWN} of a step, this one included; \
         the log of the step has all."
    );
    command(kind, None, &format!("ssecheck: {count} {kind}s"), &message)
}

fn commands(report: &Report) -> String {
    let mut out = String::new();
    if let Some((reason, message)) = cut_short(report) {
        out.push_str(&command("error", None, &format!("ssecheck run: {reason}"), &message));
    }
    let of = |kind: &'static str| checks(report).filter_map(move |check| annotation(kind, check));
    out.extend(of("error"));
    let problems = report.conformance.as_ref().map_or(&[][..], Conformance::baseline_problems);
    out.extend(problems.iter().map(|problem| {
        let title =
            line(&format!("baseline {} {}", problem.kind.as_str(), problem.check), VALUE_LIMIT);
        command("error", Some(&problem.place), &title, &line(&problem.message, VALUE_LIMIT))
    }));
    out.extend(of("warning"));
    out.extend(report.load.as_ref().map(load::commands));
    out
}

fn kind(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Fail | Outcome::Error | Outcome::Untestable => Some("error"),
        Outcome::Warn => Some("warning"),
        Outcome::Pass | Outcome::Known | Outcome::NotApplicable => None,
    }
}

/// The checks, worst first.
fn checks(report: &Report) -> impl Iterator<Item = &CheckResult> {
    let checks = report.conformance.as_ref().map_or(&[][..], |part| &part.checks);
    let of = |outcome| checks.iter().filter(move |check| check.outcome == outcome);
    Outcome::ALL.into_iter().flat_map(of)
}

/// The annotation of a check, if it is of that kind.
fn annotation(kind: &str, check: &CheckResult) -> Option<String> {
    if self::kind(check.outcome) != Some(kind) {
        return None;
    }
    let outcome = check.outcome.as_str();
    let reason = check.reason.as_deref().unwrap_or_default();
    let title = line(&format!("{outcome} {} {reason}", check.id), VALUE_LIMIT);
    Some(command(kind, check.evidence.place.as_ref(), title.trim_end(), &body(check)))
}

fn body(check: &CheckResult) -> String {
    let labelled = |label: &str, text: &str| format!("{label}{}", line(text, VALUE_LIMIT));
    let source = crate::evidence::source(check);
    let mut lines = vec![
        labelled("", &check.message),
        format!("{} ({source})", labelled("required: ", &check.requirement)),
    ];
    lines.extend(check.evidence.expected.iter().map(|text| labelled("expected: ", text)));
    lines.extend(check.evidence.actual.iter().map(|text| labelled("actual: ", text)));
    lines.extend(check.fix.iter().map(|text| labelled("fix: ", text)));
    lines.join("\n")
}

fn command(kind: &str, place: Option<&Place>, title: &str, message: &str) -> String {
    let place = place.map(position).unwrap_or_default();
    // Other CI systems look for `##` anywhere in a line.
    let command = defuse(&format!("{kind} {place}title={}::{}", property(title), data(message)));
    format!("::{command}\n")
}

fn position(place: &Place) -> String {
    let file = property(&line(&place.file, VALUE_LIMIT));
    format!("file={file},line={},col={},", place.line, place.column)
}

/// The value of a property: as [`data`], and without the separators.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The message: the percent sign first, since it begins the other escapes.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
