//! The report for a person at a terminal.
//!
//! The order is that of a tired reader's eye, which rests at the bottom: failures with their
//! evidence first, warnings in short, what could not be judged, and the counts and the verdict last.

pub mod comparison;
mod finding;
pub mod live;
pub mod load;
pub(crate) mod portability;

use ssecheck_model::report::{CheckResult, Conformance, Report, TargetInfo, Tool};
use ssecheck_model::verdict::Outcome;

use crate::counts::{by_family, duration, grouped, phrases, sentence, summary_of, total};
use crate::parser::{as_checks, facts};
use crate::sanitize::{VALUE_LIMIT, defuse, line};
use crate::style::Style;
use crate::verdict;
use crate::wrap::{Part, hang, pack, padded, wrap};

/// Width of the family names in [`family_line`], in columns.
const FAMILY: usize = 16;
/// Most failed checks that are named again at the end.
const MOST_IDS: usize = 20;

/// The whole report: [`header`] and [`body`].
pub fn render(report: &Report, style: Style) -> String {
    header(&report.tool, &report.target, style) + &body(report, style)
}

/// What follows the header: the parser, if one was judged; one [`family_line`] for each family; and
/// [`findings`].
pub fn body(report: &Report, style: Style) -> String {
    let report = &*as_checks(report);
    let mut out = String::new();
    if let Some(parser) = &report.parser {
        out.push_str(&finish(&facts(parser, style)));
    }
    if let Some(conformance) = &report.conformance {
        out.push('\n');
        for (family, checks) in by_family(&conformance.checks) {
            out.push_str(&family_line(family, &checks, style));
            out.push('\n');
        }
    }
    out.push('\n');
    out + &findings(report, style)
}

/// What is tested and with what: to be written before a run. Ends with a line feed.
pub fn header(tool: &Tool, target: &TargetInfo, style: Style) -> String {
    let url = line(&target.url, VALUE_LIMIT);
    let testbed = if target.testbed { " (the built-in testbed)" } else { "" };
    let program = line(&format!("{} {}", tool.name, tool.version), VALUE_LIMIT);
    let mut lines = vec![];
    let plain = wrap(&format!("{program}: {url}{testbed}"), style.width);
    // Painted only where it was not broken, or the colour would reach into the next line.
    lines.extend(plain.iter().map(|line| line.replacen(&url, &style.bold(&url), 1)));
    lines.extend(capabilities("declared", &target.provides, style));
    lines.extend(capabilities("seen, but not declared", &target.seen, style));
    finish(&lines)
}

/// A sentence, or some, wrapped; ends with a line feed.
pub fn prose(text: &str, style: Style) -> String {
    finish(&wrap(text, style.width))
}

/// The counts of a kill matrix in one sentence, wrapped; ends with a line feed.
pub fn kill_matrix(matrix: &ssecheck_model::report::Selftest, style: Style) -> String {
    prose(&crate::selftest::sentence(matrix), style)
}

/// A word and what it says, wrapped so that the word stands out; ends with a line feed.
pub fn entry(label: &str, text: &str, label_width: usize, style: Style) -> String {
    finish(&hang(label, text, label_width, style.width))
}

/// One line on the checks of one family (the part of their ids before `/`), without a line feed:
/// `framing          18 passed  1 failed  2 not applicable`.
pub fn family_line(family: &str, checks: &[&CheckResult], style: Style) -> String {
    let counts = phrases(summary_of(checks));
    let paints: Vec<_> =
        counts.iter().map(|(outcome, _)| move |text: &str| style.outcome(*outcome, text)).collect();
    let painted = counts.iter().zip(&paints).map(|((_, phrase), paint)| {
        let paint: &dyn Fn(&str) -> String = paint;
        (phrase.clone(), paint)
    });
    let parts: Vec<Part<'_>> = painted.collect();
    let family = line(family, VALUE_LIMIT);
    let narrow = style.width < 3 * FAMILY;
    let indent = if narrow { FAMILY / 4 } else { FAMILY + 1 };
    let mut lines = pack(&parts, indent, style.width);
    match narrow {
        true => lines[0].insert_str(0, &" ".repeat(indent)),
        false => lines[0].insert_str(0, &(padded(&family, FAMILY) + " ")),
    }
    let own = narrow.then_some(family).into_iter();
    let lines = own.chain(lines).map(|line| defuse(line.trim_end()));
    lines.collect::<Vec<_>>().join("\n")
}

/// Everything that a person has to know after a run: the findings, the counts and the verdict. For
/// a caller that wrote [`header`] and [`family_line`]s while the run went on.
pub fn findings(report: &Report, style: Style) -> String {
    let report = &*as_checks(report);
    let load = report.load.as_ref().map(|_| load::results(report, style));
    match (&report.conformance, load) {
        (None, None) => "The report has no conformance part.\n".to_owned(),
        (None, Some(load)) => load,
        (Some(conformance), None) => checked(report, conformance, style),
        (Some(conformance), Some(load)) => {
            format!("{}\n{load}", checked(report, conformance, style))
        }
    }
}

fn checked(report: &Report, conformance: &Conformance, style: Style) -> String {
    let mut lines = Vec::new();
    for check in with(conformance, Outcome::Fail) {
        lines.extend(finding::failure(check, style));
    }
    lines.extend(finding::warnings(&with(conformance, Outcome::Warn), style));
    lines.extend(finding::known(&with(conformance, Outcome::Known), style));
    lines.extend(finding::baseline(conformance, style));
    for outcome in [Outcome::Untestable, Outcome::Error] {
        lines.extend(finding::unjudged(&with(conformance, outcome), style));
    }
    lines.extend(portability::lines(&conformance.portability, style));
    lines.extend(last_words(report, conformance, style));
    finish(&lines)
}

fn last_words(report: &Report, conformance: &Conformance, style: Style) -> Vec<String> {
    let time = duration(report.duration_ms);
    let counts = sentence(conformance.summary);
    let total = crate::counts::checks(total(conformance.summary));
    let word = verdict::word(report, conformance);
    let verdict = format!("{word}: {}", verdict::sentence(conformance));
    let mut lines = hang("", &format!("{total} in {time}: {counts}"), 0, style.width);
    lines.extend(failed_ids(conformance, style));
    if report.interrupted {
        lines.extend(wrap("interrupted by the user: the report is partial", style.width));
    }
    let verdict = hang("", &verdict, 0, style.width);
    lines.extend(verdict.iter().map(|line| style.verdict(conformance.verdict, line)));
    lines
}

/// The failed checks by name once more: their evidence may have scrolled away.
fn failed_ids(conformance: &Conformance, style: Style) -> Vec<String> {
    let failed = with(conformance, Outcome::Fail);
    let ids: Vec<String> =
        failed.iter().take(MOST_IDS).map(|check| line(&check.id, VALUE_LIMIT)).collect();
    let rest = match failed.len().saturating_sub(MOST_IDS) {
        0 => String::new(),
        rest => format!(" and {} more", grouped(rest)),
    };
    match ids.is_empty() {
        true => Vec::new(),
        false => hang("failed:", &format!("{}{rest}", ids.join(" ")), 8, style.width),
    }
}

fn with(conformance: &Conformance, outcome: Outcome) -> Vec<&CheckResult> {
    conformance.checks.iter().filter(|check| check.outcome == outcome).collect()
}

fn capabilities(label: &str, names: &[String], style: Style) -> Vec<String> {
    let names = line(&names.join(", "), VALUE_LIMIT);
    match names.is_empty() {
        true => Vec::new(),
        false => hang(&format!("{label}:"), &names, label.len() + 2, style.width),
    }
}

fn finish(lines: &[String]) -> String {
    lines.iter().map(|line| defuse(line) + "\n").collect()
}
