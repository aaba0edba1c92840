//! The matrix for its template.

use serde::Serialize;
use ssecheck_model::report::CheckResult;
use ssecheck_model::verdict::Outcome;

use super::detail::Detail;
use super::finding::{Check, Told};
use crate::counts::{phrases, summary_of};
use crate::groups::group_by;
use crate::matrix::{Family, Row, Subject, checks, families};
use crate::sanitize::{VALUE_LIMIT, line};

/// With so many columns at most, reasons stand in the cells.
const ROOMY: usize = 8;

#[derive(Debug, Serialize)]
pub(super) struct Part {
    columns: Vec<Column>,
    families: Vec<Block>,
    rows: usize,
    checks: usize,
    /// How many have which verdict.
    verdicts: String,
    legend: Vec<(&'static str, &'static str)>,
    /// Whether reasons stand in the cells.
    roomy: bool,
    /// What is left out of the evidence.
    left_out: &'static str,
    topics: Vec<Topic>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    url: String,
    verdict: &'static str,
    tone: &'static str,
    started_at: String,
    tool: String,
    cut_short: Option<String>,
    counts: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct Block {
    name: String,
    rows: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    /// The checks of the row, each with the topic that tells of it.
    ids: Vec<(String, Option<String>)>,
    /// Whether it is the same everywhere.
    same: bool,
    red: bool,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    outcome: &'static str,
    sign: &'static str,
    words: String,
    reason: String,
    /// The finding that it links to.
    target: Option<String>,
}

/// All findings of one check.
#[derive(Debug, Serialize)]
struct Topic {
    anchor: String,
    counts: Vec<(&'static str, String)>,
    variants: Vec<Variant>,
}

/// A finding, and who showed it.
#[derive(Debug, Serialize)]
struct Variant {
    anchor: String,
    names: String,
    check: Check,
}

pub(super) fn part(subjects: &[Subject], detail: &Detail) -> Part {
    let families = families(subjects);
    let found: Vec<Findings<'_>> = { families.iter() }
        .flat_map(|family| &family.rows)
        .flat_map(|row| &row.ids)
        .filter_map(|id| Findings::of(id, subjects))
        .collect();
    let rows = families.iter().map(|family| family.rows.len()).sum();
    let count = families.iter().flat_map(|family| &family.rows).map(|row| row.ids.len()).sum();
    let legend = Outcome::ALL.map(|outcome| (sign(Some(outcome)), outcome.as_str()));
    let mut told = Told::default();
    Part {
        families: families.iter().map(|family| block(family, &found)).collect(),
        columns: subjects.iter().map(column).collect(),
        rows,
        checks: count,
        verdicts: verdicts(subjects),
        legend: legend.to_vec(),
        roomy: subjects.len() <= ROOMY,
        left_out: detail.left_out,
        topics: { found.iter().enumerate() }
            .map(|(number, found)| found.topic(number, subjects, &mut told, detail))
            .collect(),
    }
}

/// `35 deviating, 2 exact`.
fn verdicts(subjects: &[Subject]) -> String {
    let groups = group_by(subjects, |subject| subject.verdict());
    let parts: Vec<String> =
        groups.into_iter().map(|(word, all)| format!("{} {word}", all.len())).collect();
    parts.join(", ")
}

fn column(subject: &Subject) -> Column {
    let report = &subject.report;
    let conformance = report.conformance.as_ref();
    let summary = conformance.map(|part| part.summary).unwrap_or_default();
    let counts = phrases(summary).into_iter().map(|(outcome, text)| (outcome.as_str(), text));
    Column {
        name: line(&subject.name, VALUE_LIMIT),
        url: line(&report.target.url, VALUE_LIMIT),
        verdict: subject.verdict(),
        tone: conformance.map_or("error", |part| super::checks::tone(part.verdict)),
        started_at: super::to_the_second(&report.started_at),
        tool: super::tool(report),
        cut_short: crate::verdict::cut_short(report).map(|(_, why)| why),
        counts: counts.collect(),
    }
}

/// The different findings of one check, each with the numbers of the columns that show it.
struct Findings<'a> {
    id: &'a str,
    variants: Vec<(&'a CheckResult, Vec<usize>)>,
}

impl<'a> Findings<'a> {
    /// `None` if there is nothing to tell of the check.
    fn of(id: &'a str, subjects: &'a [Subject]) -> Option<Self> {
        let mut variants: Vec<(&CheckResult, Vec<usize>)> = Vec::new();
        for (column, subject) in subjects.iter().enumerate() {
            let found = checks(&subject.report).iter().find(|check| check.id == id);
            let Some(found) = found.filter(|check| tells(Some(check.outcome))) else { continue };
            match variants.iter_mut().find(|(known, _)| is_same(known, found)) {
                Some((_, columns)) => columns.push(column),
                None => variants.push((found, vec![column])),
            }
        }
        (!variants.is_empty()).then_some(Self { id, variants })
    }

    /// The findings in words.
    fn topic(
        &self,
        number: usize,
        subjects: &[Subject],
        told: &mut Told<'a>,
        detail: &Detail,
    ) -> Topic {
        let all = self.variants.iter();
        let found: Vec<&CheckResult> =
            all.flat_map(|(found, columns)| columns.iter().map(move |_| *found)).collect();
        let counts = phrases(summary_of(&found));
        let variants = self.variants.iter().enumerate();
        let variants = variants.map(|(index, (found, columns))| {
            let anchor = anchor(number, index);
            let check = told.check(found, &anchor, detail);
            Variant { names: names(columns, subjects), anchor, check }
        });
        Topic {
            anchor: format!("c{number}"),
            variants: variants.collect(),
            counts: counts.into_iter().map(|(outcome, text)| (outcome.as_str(), text)).collect(),
        }
    }

    fn variant_of(&self, column: usize) -> Option<usize> {
        self.variants.iter().position(|(_, columns)| columns.contains(&column))
    }
}

/// Whether two findings would be told in the same words.
fn is_same(one: &CheckResult, other: &CheckResult) -> bool {
    (one.outcome, one.level, &one.reason, &one.message, &one.note)
        == (other.outcome, other.level, &other.reason, &other.message, &other.note)
        && one.evidence == other.evidence
}

fn anchor(topic: usize, variant: usize) -> String {
    format!("c{topic}-{variant}")
}

fn names(columns: &[usize], subjects: &[Subject]) -> String {
    let names: Vec<String> =
        columns.iter().map(|column| line(&subjects[*column].name, VALUE_LIMIT)).collect();
    names.join(", ")
}

fn block(family: &Family<'_>, found: &[Findings<'_>]) -> Block {
    let rows = family.rows.iter().map(|row| line_of(row, found)).collect();
    Block { name: line(family.name, VALUE_LIMIT), rows }
}

fn line_of(row: &Row<'_>, found: &[Findings<'_>]) -> Line {
    let topic = |id: &str| found.iter().position(|findings| findings.id == id);
    let first = row.ids.first().and_then(|id| topic(id));
    let cell = |(column, (outcome, reason)): (usize, (&Option<Outcome>, &Option<&str>))| {
        let word = outcome.map_or("not in this report", Outcome::as_str);
        let reason = reason.map_or(String::new(), |reason| line(reason, 60));
        let parts: Vec<&str> = [word, &reason].into_iter().filter(|it| !it.is_empty()).collect();
        let target = |topic: usize| Some(anchor(topic, found[topic].variant_of(column)?));
        Cell {
            outcome: outcome.map_or("none", Outcome::as_str),
            sign: sign(*outcome),
            words: parts.join(", ").replace("not-applicable", "not applicable"),
            target: first.and_then(target),
            reason,
        }
    };
    let ids = row
        .ids
        .iter()
        .map(|id| (line(id, VALUE_LIMIT), topic(id).map(|topic| format!("c{topic}"))));
    Line {
        same: row.is_same(),
        red: row.outcomes.iter().flatten().any(|outcome| outcome.is_red()),
        cells: row.outcomes.iter().zip(&row.reasons).enumerate().map(cell).collect(),
        ids: ids.collect(),
    }
}

/// Whether there is something to tell about it.
fn tells(outcome: Option<Outcome>) -> bool {
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
        Some(Outcome::Untestable) => "?",
        Some(Outcome::Error) => "\u{26a0}",
        None => "",
    }
}
