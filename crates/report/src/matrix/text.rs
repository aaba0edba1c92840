//! The matrix for a terminal.

use ssecheck_model::verdict::Outcome;

use super::{Family, Row, Subject, families, reports, viewed};
use crate::counts::{checks, sentence};
use crate::sanitize::{line, name};
use crate::style::Style;
use crate::wrap::hang;

/// Longest name of a column shown, in characters.
const NAME: usize = 28;
/// Longest id shown, in characters.
const ID: usize = 60;
/// Width of the outcome and its reason in a list of differences, in columns.
const LABEL: usize = 24;

/// Who, then a table with one letter for each cell. Where the table is wider than the screen, only
/// what differs is told, row by row. What is the same everywhere is counted.
pub fn text(subjects: &[Subject], style: Style) -> String {
    let subjects = viewed(subjects);
    let families = families(&subjects);
    let total: usize = families.iter().flat_map(|family| &family.rows).map(|it| it.ids.len()).sum();
    let mut lines = vec![format!("{}, {}", checks(total), reports(subjects.len())), String::new()];
    lines.extend(who(&subjects, style));
    let ids = families.iter().flat_map(|family| &family.rows).filter(|row| !row.is_same());
    let widest = ids.flat_map(|row| &row.ids).map(|id| name(id, ID).chars().count()).max();
    let Some(widest) = widest else {
        lines.push(String::new());
        lines.extend(sames(&families, style));
        return lines.join("\n") + "\n";
    };
    lines.push(String::new());
    let table = widest + 2 + subjects.len() * 2 <= style.width;
    match table {
        true => lines.extend(grid(&families, widest, subjects.len(), style)),
        false => lines.extend(differences(&families, &subjects, style)),
    }
    lines.push(String::new());
    lines.extend(sames(&families, style));
    lines.join("\n") + "\n"
}

/// The columns with their numbers, verdicts and counts.
fn who(subjects: &[Subject], style: Style) -> Vec<String> {
    let names: Vec<String> = subjects.iter().map(|subject| name(&subject.name, NAME)).collect();
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or_default();
    let row = |(index, (subject, name)): (usize, (&Subject, &String))| {
        let label = format!("{:>3} {name:widest$}  ", index + 1);
        let summary = subject.report.conformance.as_ref().map(|part| part.summary);
        let counts = sentence(summary.unwrap_or_default());
        let cut = crate::verdict::cut_short(&subject.report);
        let cut = cut.map_or(String::new(), |(_, why)| format!("; not complete: {why}"));
        let text = format!("{}: {counts}{cut}", subject.verdict());
        hang(&label, &line(&text, 400), label.chars().count(), style.width)
    };
    subjects.iter().zip(&names).enumerate().flat_map(row).collect()
}

fn grid(families: &[Family<'_>], widest: usize, columns: usize, style: Style) -> Vec<String> {
    let mut out = vec![
        ".: pass  F: fail  W: warn  K: known  U: untestable  E: error".to_owned(),
        "-: not applicable  (nothing): not in this report".to_owned(),
        String::new(),
    ];
    let digit = |number: usize, power: usize| match number / power {
        0 => ' '.to_string(),
        digit => (digit % 10).to_string(),
    };
    let heads = |power: usize| -> String {
        (1..=columns).map(|number| format!(" {}", digit(number, power))).collect()
    };
    for power in [100, 10, 1] {
        if columns >= power {
            out.push(format!("{:widest$} {}", "", heads(power)).trim_end().to_owned());
        }
    }
    for row in families.iter().flat_map(|family| &family.rows).filter(|row| !row.is_same()) {
        let cells: String =
            row.outcomes.iter().map(|outcome| format!(" {}", letter(*outcome, style))).collect();
        for id in &row.ids {
            out.push(format!("{:widest$} {cells}", name(id, ID)).trim_end().to_owned());
        }
    }
    out
}

fn letter(outcome: Option<Outcome>, style: Style) -> String {
    let letter = match outcome {
        Some(Outcome::Pass) => ".",
        Some(Outcome::Fail) => "F",
        Some(Outcome::Warn) => "W",
        Some(Outcome::Known) => "K",
        Some(Outcome::Untestable) => "U",
        Some(Outcome::Error) => "E",
        Some(Outcome::NotApplicable) => "-",
        None => " ",
    };
    outcome.map_or(letter.to_owned(), |outcome| style.outcome(outcome, letter))
}

/// For each row that differs: which columns have which outcome, the most frequent one last.
fn differences(families: &[Family<'_>], subjects: &[Subject], style: Style) -> Vec<String> {
    let rows = families.iter().flat_map(|family| &family.rows).filter(|row| !row.is_same());
    rows.flat_map(|row| difference(row, subjects, style)).collect()
}

fn difference(row: &Row<'_>, subjects: &[Subject], style: Style) -> Vec<String> {
    let ids: Vec<String> = row.ids.iter().map(|id| name(id, ID)).collect();
    let mut out = hang("", &ids.join(", "), 0, style.width);
    let cells: Vec<(Option<Outcome>, Option<&str>)> =
        row.outcomes.iter().copied().zip(row.reasons.iter().copied()).collect();
    let mut groups = crate::groups::group_by(0..cells.len(), |column| cells[*column]);
    groups.sort_by_key(|(_, columns)| columns.len());
    let last = groups.len().saturating_sub(1);
    for (at, ((outcome, reason), columns)) in groups.into_iter().enumerate() {
        let word = outcome.map_or("not in it", Outcome::as_str);
        let word = [word, reason.unwrap_or_default()].join(" ");
        let names: Vec<String> =
            columns.iter().map(|column| name(&subjects[*column].name, NAME)).collect();
        let names = match at == last && names.len() > 3 {
            true => format!("the other {}", names.len()),
            false => names.join(", "),
        };
        let label = format!("  {}: ", line(word.trim_end(), 60));
        out.extend(hang(&label, &names, label.chars().count().max(LABEL), style.width));
    }
    out
}

/// How many checks are the same everywhere, by outcome.
fn sames(families: &[Family<'_>], style: Style) -> Vec<String> {
    let mut counts: Vec<(Option<Outcome>, usize)> = Vec::new();
    for row in families.iter().flat_map(|family| &family.rows).filter(|row| row.is_same()) {
        let outcome = row.outcomes.first().copied().flatten();
        match counts.iter_mut().find(|(known, _)| *known == outcome) {
            Some((_, count)) => *count += row.ids.len(),
            None => counts.push((outcome, row.ids.len())),
        }
    }
    let total = counts.iter().map(|(_, count)| count).sum();
    let parts: Vec<String> = { counts.iter() }
        .filter_map(|(outcome, count)| Some(crate::counts::phrase((*outcome)?, *count)))
        .collect();
    match parts.is_empty() {
        true => vec!["No check is the same everywhere.".to_owned()],
        false => hang(
            "",
            &format!("The same everywhere: {} ({}).", checks(total), parts.join(", ")),
            0,
            style.width,
        ),
    }
}
