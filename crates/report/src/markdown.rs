//! The report as GitHub-flavoured Markdown, for a job summary (`$GITHUB_STEP_SUMMARY`).

pub mod comparison;
mod escape;
mod load;
mod portability;
mod selftest;

use ssecheck_model::report::{BaselineProblem, CheckResult, Conformance, Report};
use ssecheck_model::verdict::{Outcome, Verdict};

use crate::counts::{duration, grouped};
use crate::evidence;
use crate::parser::{as_checks, labelled};
use crate::sanitize::{VALUE_LIMIT, line};
use crate::verdict::{cut_short, sentence};
use escape::fenced;
pub(crate) use escape::inline;

/// GitHub rejects a step's summary above 1 MiB as a whole, so this is the most that is written.
const MOST_BYTES: usize = 1_000_000;

/// Outcomes that get a row in the table and a block of evidence.
const RED: [Outcome; 3] = [Outcome::Fail, Outcome::Error, Outcome::Untestable];

/// The report as Markdown: verdict, counts, a table of red checks, their evidence in folded blocks,
/// and the warnings folded; and the load part. At most 1,000,000 bytes; what does not fit is counted.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    if let Some(matrix) = &report.selftest {
        return selftest::render(report, matrix);
    }
    let load = report.load.as_ref().map(|load| load::render(report, load));
    match (&report.conformance, load) {
        (None, None) => "## ssecheck\n\nThe report has no conformance part.\n".to_owned(),
        (None, Some(load)) => load,
        (Some(conformance), load) => checks(report, conformance) + &load.unwrap_or_default(),
    }
}

fn checks(report: &Report, conformance: &Conformance) -> String {
    let mut out = heading(report, conformance);
    let red = with(conformance, &RED);
    table(&mut out, &red);
    push_all(&mut out, red.iter().copied(), details);
    baseline(&mut out, conformance);
    warnings(&mut out, &with(conformance, &[Outcome::Warn]));
    out.push_str(&portability::render(&conformance.portability));
    out
}

fn heading(report: &Report, conformance: &Conformance) -> String {
    let word = crate::verdict::word(report, conformance);
    let sign = sign(match conformance.verdict {
        Verdict::Conformant => Outcome::Pass,
        Verdict::Nonconformant => Outcome::Fail,
        Verdict::Incomplete => Outcome::Error,
    });
    let sentence = inline(&sentence(conformance));
    let facts = facts(report);
    let cut = cut_short(report).map_or(String::new(), |(reason, message)| {
        format!("**The run is not complete** ({reason}): {}\n\n", inline(&message))
    });
    format!("## {sign} ssecheck: {word}\n\n{sentence}.\n\n{cut}{facts}\n\n{}", counts(conformance))
}

/// A sign that repeats what the words say.
fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "\u{2705}",
        Outcome::Fail => "\u{274c}",
        _ => "\u{26a0}",
    }
}

/// What was tested, with what, and how long it took.
fn facts(report: &Report) -> String {
    let target = inline(&line(&report.target.url, VALUE_LIMIT));
    let testbed = if report.target.testbed { " (the built-in testbed)" } else { "" };
    let program = inline(&line(&report.tool.version, VALUE_LIMIT));
    let time = duration(report.duration_ms);
    let parser = report.parser.iter().flat_map(labelled);
    let parser =
        parser.map(|(label, text)| format!("\n- {label}: {}", inline(&line(&text, VALUE_LIMIT))));
    format!("Target: {target}{testbed}. ssecheck {program}, {time}.") + &parser.collect::<String>()
}

fn counts(conformance: &Conformance) -> String {
    let row = |cell: &dyn Fn(Outcome) -> String| {
        let cells: Vec<String> = Outcome::ALL.into_iter().map(cell).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let names = row(&|outcome| outcome.as_str().to_owned());
    let rule = row(&|_| "---:".to_owned());
    let numbers = row(&|outcome| grouped(conformance.summary.count(outcome)));
    format!("{names}{rule}{numbers}\n")
}

fn table(out: &mut String, red: &[&CheckResult]) {
    if red.is_empty() {
        return;
    }
    out.push_str("| outcome | check | level | reason | message |\n");
    out.push_str("| --- | --- | --- | --- | --- |\n");
    push_all(out, red.iter().copied(), table_row);
    out.push('\n');
}

fn table_row(check: &CheckResult) -> String {
    let [id, reason, message] = texts(check);
    let (outcome, level) = (check.outcome.as_str(), check.level.as_str());
    format!("| {outcome} | {id} | {level} | {reason} | {message} |\n")
}

fn details(check: &CheckResult) -> String {
    let [id, reason, message] = texts(check);
    let summary = format!("{} {id} {reason}", check.outcome.as_str());
    let evidence = fenced(&evidence::text(check));
    // Words of our own come first, so that the message cannot begin a list or a heading.
    let happened = format!("What happened: {message}");
    format!("<details><summary>{summary}</summary>\n\n{happened}\n\n{evidence}\n</details>\n\n")
}

/// Entries of the baseline file that do not hold, then the deviations that it knows.
fn baseline(out: &mut String, conformance: &Conformance) {
    push_all(out, conformance.baseline_problems().iter(), problem);
    push_all(out, with(conformance, &[Outcome::Known]).into_iter(), known);
    if conformance.baseline.is_some() {
        out.push('\n');
    }
}

fn problem(it: &BaselineProblem) -> String {
    let text = format!("{}: {}", it.kind.as_str(), it.message);
    let place = format!("{}:{}", it.place.file, it.place.line);
    let [text, place] = [text, place].map(|text| inline(&line(&text, VALUE_LIMIT)));
    format!("- **baseline** {text} ({place})\n")
}

fn known(check: &CheckResult) -> String {
    let [id, reason, _] = texts(check);
    let note = inline(&line(check.note.as_deref().unwrap_or_default(), VALUE_LIMIT));
    format!("- known: {id} {reason}: {note}\n")
}

fn warnings(out: &mut String, checks: &[&CheckResult]) {
    if checks.is_empty() {
        return;
    }
    let count = crate::counts::phrase(Outcome::Warn, checks.len());
    out.push_str(&format!("<details><summary>{count}</summary>\n\n"));
    push_all(out, checks.iter().copied(), warning);
    out.push_str("</details>\n");
}

fn warning(check: &CheckResult) -> String {
    let [id, reason, message] = texts(check);
    let evidence = fenced(&evidence::text(check));
    format!("**{id}** {reason}: {message}\n\n{evidence}\n")
}

/// Appends the text of every one while it fits, then says how many did not.
fn push_all<T>(
    out: &mut String,
    all: impl ExactSizeIterator<Item = T>,
    text: impl Fn(T) -> String,
) {
    let count = all.len();
    for (index, it) in all.enumerate() {
        let text = text(it);
        if out.len() + text.len() > MOST_BYTES {
            let rest = grouped(count - index);
            out.push_str(&format!("\n{rest} more not shown: the summary would be too long.\n\n"));
            return;
        }
        out.push_str(&text);
    }
}

fn texts(check: &CheckResult) -> [String; 3] {
    let reason = check.reason.as_deref().unwrap_or_default();
    [&check.id, reason, &check.message].map(|text| inline(&line(text, VALUE_LIMIT)))
}

fn with<'a>(conformance: &'a Conformance, outcomes: &[Outcome]) -> Vec<&'a CheckResult> {
    let of = |outcome: &Outcome| {
        let outcome = *outcome;
        conformance.checks.iter().filter(move |check| check.outcome == outcome)
    };
    outcomes.iter().flat_map(of).collect()
}
