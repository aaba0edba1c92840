//! Several reports side by side: what is checked against who was checked.
//!
//! Works for servers (conformance) and for parsers (their classes). Rows of a family with the same
//! outcomes everywhere are one row.

mod markdown;
mod text;

use std::collections::BTreeMap;

use ssecheck_model::report::{CheckResult, Report};
use ssecheck_model::verdict::Outcome;

use crate::counts::{family, grouped};
use crate::groups::group_by;
use crate::parser::as_checks;

pub use markdown::markdown;
pub use text::text;

/// A report with the name of its column.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The name, unique among its neighbours.
    pub name: String,
    /// Its report, with a conformance or a parser part.
    pub report: Report,
}

impl Subject {
    /// The word of its verdict.
    pub(crate) fn verdict(&self) -> &'static str {
        match (&self.report.parser, &self.report.conformance) {
            (Some(parser), _) => parser.verdict.as_str(),
            (None, Some(conformance)) => conformance.verdict.as_str(),
            (None, None) => "no checks",
        }
    }
}

/// A family with its rows.
#[derive(Debug)]
pub(crate) struct Family<'a> {
    pub(crate) name: &'a str,
    pub(crate) rows: Vec<Row<'a>>,
}

/// Checks that have the same outcome as each other in every column.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) ids: Vec<&'a str>,
    /// The outcome in each column; `None` where the report does not have the check.
    pub(crate) outcomes: Vec<Option<Outcome>>,
    /// The reason in each column, of what is neither passed nor not applicable.
    pub(crate) reasons: Vec<Option<&'a str>>,
}

impl Row<'_> {
    /// Whether all columns have the same outcome for the same reason.
    pub(crate) fn is_same(&self) -> bool {
        self.outcomes.windows(2).all(|pair| pair[0] == pair[1])
            && self.reasons.windows(2).all(|pair| pair[0] == pair[1])
    }
}

/// `1 report`, `2 reports`.
pub(crate) fn reports(count: usize) -> String {
    format!("{} report{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// The subjects with one check for each class, where they are parsers.
pub(crate) fn viewed(subjects: &[Subject]) -> Vec<Subject> {
    let viewed = |subject: &Subject| Subject {
        name: subject.name.clone(),
        report: as_checks(&subject.report).into_owned(),
    };
    subjects.iter().map(viewed).collect()
}

/// All rows by family, in the order of the reports.
pub(crate) fn families(subjects: &[Subject]) -> Vec<Family<'_>> {
    let columns: Vec<BTreeMap<&str, &CheckResult>> = subjects.iter().map(column).collect();
    let mut ids: Vec<&str> = Vec::new();
    for id in subjects.iter().flat_map(|subject| checks(&subject.report)).map(|check| &check.id) {
        if !ids.contains(&id.as_str()) {
            ids.push(id);
        }
    }
    let by_family = group_by(ids, |id| family(id));
    let families = by_family.into_iter();
    families.map(|(name, ids)| Family { name, rows: rows(&ids, &columns) }).collect()
}

pub(crate) fn checks(report: &Report) -> &[CheckResult] {
    report.conformance.as_ref().map_or(&[], |part| &part.checks)
}

fn column(subject: &Subject) -> BTreeMap<&str, &CheckResult> {
    checks(&subject.report).iter().map(|check| (check.id.as_str(), check)).collect()
}

type Cell<'a> = (Option<Outcome>, Option<&'a str>);

fn rows<'a>(ids: &[&'a str], columns: &[BTreeMap<&'a str, &'a CheckResult>]) -> Vec<Row<'a>> {
    let mut rows: Vec<(Vec<Cell<'a>>, Vec<&'a str>)> = Vec::new();
    for id in ids {
        let cells: Vec<Cell<'a>> = columns.iter().map(|column| cell(column.get(id))).collect();
        match rows.iter_mut().find(|(known, _)| *known == cells) {
            Some((_, ids)) => ids.push(id),
            None => rows.push((cells, vec![id])),
        }
    }
    let row = |(cells, ids): (Vec<Cell<'a>>, _)| {
        let (outcomes, reasons) = cells.into_iter().unzip();
        Row { ids, outcomes, reasons }
    };
    rows.into_iter().map(row).collect()
}

/// The reason of what deviates; of what passed or does not apply it makes no difference, and one that
/// only says the outcome again says nothing.
fn cell<'a>(check: Option<&&'a CheckResult>) -> Cell<'a> {
    let Some(check) = check else { return (None, None) };
    let plain = matches!(check.outcome, Outcome::Pass | Outcome::NotApplicable);
    let reason =
        check.reason.as_deref().filter(|reason| !plain && *reason != check.outcome.as_str());
    (Some(check.outcome), reason)
}
