//! The matrix as a table in GitHub-flavoured Markdown.

use ssecheck_model::verdict::Outcome;

use super::{Subject, families, viewed};
use crate::counts::grouped;
use crate::markdown::inline;
use crate::sanitize::{VALUE_LIMIT, line};

/// One table: verdicts, how many checks passed, and a row for the checks of a family that have the
/// same outcome as each other everywhere. Checks that pass everywhere they apply are left out.
pub fn markdown(subjects: &[Subject]) -> String {
    let subjects = viewed(subjects);
    let mut rows: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for row in families(&subjects).into_iter().flat_map(|family| family.rows) {
        let cells: Vec<&str> = row.outcomes.iter().copied().map(cell).collect();
        if cells.iter().all(|cell| matches!(*cell, "" | "-")) {
            continue;
        }
        let ids: Vec<String> = row.ids.iter().map(|id| code(id)).collect();
        // Rows that differ in their reasons only.
        match rows.iter_mut().find(|(_, known)| *known == cells) {
            Some((all, _)) => all.extend(ids),
            None => rows.push((ids, cells)),
        }
    }
    let columns = |text: &dyn Fn(&Subject) -> String| subjects.iter().map(text).collect::<Vec<_>>();
    let passed = |subject: &Subject| {
        let conformance = subject.report.conformance.as_ref();
        grouped(conformance.map_or(0, |part| part.summary.pass))
    };
    let mut out =
        table_row("check", &columns(&|subject| inline(&line(&subject.name, VALUE_LIMIT))));
    out.push_str(&table_row("---", &columns(&|_| "---".to_owned())));
    out.push_str(&table_row("verdict", &columns(&|subject| subject.verdict().to_owned())));
    out.push_str(&table_row("passed", &columns(&passed)));
    for (mut ids, cells) in rows {
        ids.sort();
        out.push_str(&table_row(&ids.join("<br>"), &cells));
    }
    out
}

fn table_row(first: &str, cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {first} | {} |\n", cells.join(" | "))
}

/// An id as code. Only ids of our own kind can stand in a code span of a table as they are.
fn code(id: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    match id.chars().all(plain) {
        true => format!("`{id}`"),
        false => inline(&line(id, VALUE_LIMIT)),
    }
}

fn cell(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Fail) => "**fail**",
        Some(Outcome::Warn) => "*warn*",
        Some(Outcome::Known) => "*known*",
        Some(Outcome::Untestable) => "**untestable**",
        Some(Outcome::Error) => "**error**",
        Some(Outcome::Pass) => "",
        Some(Outcome::NotApplicable) | None => "-",
    }
}
