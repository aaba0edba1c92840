//! The matrix for its template.

use serde::Serialize;
use ssecheck_model::verdict::Outcome;

use super::checks::{Check, check};
use crate::counts::grouped;
use crate::matrix::{Family, Row, Subject, families};
use crate::sanitize::{VALUE_LIMIT, line};

#[derive(Debug, Serialize)]
pub(super) struct Part {
    columns: Vec<Column>,
    families: Vec<Block>,
    rows: usize,
    checks: usize,
    legend: Vec<(&'static str, &'static str)>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    slug: String,
    url: String,
    verdict: &'static str,
    tone: &'static str,
    started_at: String,
    counts: Vec<(&'static str, String)>,
    /// What is not as it should be, with its evidence.
    findings: Vec<Check>,
}

#[derive(Debug, Serialize)]
struct Block {
    name: String,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    first: String,
    more: Vec<String>,
    /// Whether it is the same everywhere.
    same: bool,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    outcome: &'static str,
    sign: &'static str,
    words: String,
    /// The finding that it links to.
    target: Option<String>,
}

pub(super) fn part(subjects: &[Subject]) -> Part {
    let columns: Vec<Column> = subjects.iter().enumerate().map(column).collect();
    let families = families(subjects);
    let rows = families.iter().map(|family| family.rows.len()).sum();
    let checks = families.iter().flat_map(|family| &family.rows).map(|row| row.ids.len()).sum();
    let legend = Outcome::ALL.map(|outcome| (sign(Some(outcome)), outcome.as_str()));
    Part {
        families: families.iter().map(|family| block(family, &columns)).collect(),
        columns,
        rows,
        checks,
        legend: legend.to_vec(),
    }
}

fn column((number, subject): (usize, &Subject)) -> Column {
    let report = &subject.report;
    let conformance = report.conformance.as_ref();
    let checks = conformance.map_or(&[][..], |part| &part.checks);
    let found = checks.iter().filter(|it| links(Some(it.outcome)));
    let counts = Outcome::ALL.into_iter().filter_map(|outcome| {
        let count = conformance.map_or(0, |part| part.summary.count(outcome));
        (count > 0).then(|| (outcome.as_str(), grouped(count)))
    });
    Column {
        name: line(&subject.name, VALUE_LIMIT),
        slug: format!("s{number}"),
        url: line(&report.target.url, VALUE_LIMIT),
        verdict: conformance.map_or("no checks", |part| part.verdict.as_str()),
        tone: conformance.map_or("error", |part| super::checks::tone(part.verdict)),
        started_at: line(&report.started_at, VALUE_LIMIT),
        counts: counts.collect(),
        findings: found.map(check).collect(),
    }
}

fn block(family: &Family<'_>, columns: &[Column]) -> Block {
    let rows = family.rows.iter().map(|row| line_of(row, columns)).collect();
    Block { name: line(family.name, VALUE_LIMIT), rows }
}

fn line_of(row: &Row<'_>, columns: &[Column]) -> Line {
    let mut ids = row.ids.iter().map(|id| line(id, VALUE_LIMIT));
    let first = ids.next().unwrap_or_default();
    let cell = |((outcome, reason), column): ((&Option<Outcome>, &Option<&str>), &Column)| {
        let word = outcome.map_or("not in this report", Outcome::as_str);
        let reason = reason.map_or(String::new(), |reason| format!(", {}", line(reason, 60)));
        Cell {
            outcome: outcome.map_or("none", Outcome::as_str),
            sign: sign(*outcome),
            words: format!("{word}{reason}"),
            target: links(*outcome).then(|| format!("{}-{first}", column.slug)),
        }
    };
    Line {
        same: row.outcomes.windows(2).all(|pair| pair[0] == pair[1]),
        cells: row.outcomes.iter().zip(&row.reasons).zip(columns).map(cell).collect(),
        more: ids.collect(),
        first,
    }
}

/// Whether there is something to tell about it.
fn links(outcome: Option<Outcome>) -> bool {
    outcome.is_some_and(|it| !matches!(it, Outcome::Pass | Outcome::NotApplicable))
}

/// One character for a cell; the words are there for those who hear it.
fn sign(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Pass) => "\u{2713}",
        Some(Outcome::Fail) => "\u{2717}",
        Some(Outcome::Warn) => "!",
        Some(Outcome::Known) => "~",
        Some(Outcome::NotApplicable) => "\u{b7}",
        Some(Outcome::Untestable | Outcome::Error) => "?",
        None => "",
    }
}
