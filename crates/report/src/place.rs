//! A place in a YAML file, with its line and a caret.

use ssecheck_model::report::Place;

use crate::sanitize::{line, name};
use crate::style::Style;

/// Longest file name shown, in characters.
const FILE_LIMIT: usize = 200;
/// Most characters of the source line shown before the caret.
const BEFORE: usize = 40;
/// Most characters of the source line shown from the caret on.
const AFTER: usize = 60;
/// Most lines of an entry shown.
const ENTRY_LINES: usize = 24;
/// Longest line of an entry shown, in characters.
const ENTRY_WIDTH: usize = 110;

/// `file:line:column`.
pub(crate) fn position(place: &Place) -> String {
    format!("{}:{}:{}", name(&place.file, FILE_LIMIT), place.line, place.column)
}

/// The position, the source line, and a caret under the column.
pub(crate) fn lines(place: &Place, style: Style) -> Vec<String> {
    let number = place.line.to_string();
    let (before, after) = around(place);
    let gutter = " ".repeat(number.len());
    vec![
        position(place),
        format!("{number} | {before}{after}").trim_end().to_owned(),
        format!("{gutter} | {}{}", " ".repeat(before.chars().count()), style.mark("^")),
    ]
}

/// The whole entry with a caret under the place; the one line, if the report has no more.
pub(crate) fn excerpt(place: &Place) -> Vec<String> {
    let marked = lines(place, Style::PLAIN).split_off(1);
    let Some(entry) = &place.entry else { return marked };
    let last = entry.line.saturating_add(entry.lines.len() as u64);
    if !(entry.line..last).contains(&place.line) {
        return marked;
    }
    let width = last.to_string().len();
    let mut out = Vec::new();
    for (index, text) in entry.lines.iter().take(ENTRY_LINES).enumerate() {
        let number = entry.line.saturating_add(index as u64);
        match number == place.line {
            true => out.extend(marked.iter().map(|line| aligned(line, width))),
            false => out.push(format!("{number:>width$} | {}", name(text, ENTRY_WIDTH))),
        }
    }
    out
}

/// `12 | text` with its number in a column of `width`.
fn aligned(line: &str, width: usize) -> String {
    let number = line.find(" | ").unwrap_or_default();
    format!("{}{line}", " ".repeat(width.saturating_sub(number)))
}

/// The source line in two halves, cut at the column and shortened on both sides.
fn around(place: &Place) -> (String, String) {
    let column = usize::try_from(place.column).unwrap_or(usize::MAX).saturating_sub(1);
    let column = column.min(place.text.chars().count());
    let start = column.saturating_sub(BEFORE);
    let before: String = place.text.chars().skip(start).take(column - start).collect();
    let after: String = place.text.chars().skip(column).take(AFTER + 1).collect();
    let ellipsis = if start > 0 { "..." } else { "" };
    (format!("{ellipsis}{}", line(&before, BEFORE)), name(&after, AFTER))
}

#[cfg(test)]
mod tests {
    use ssecheck_model::report::Entry;

    use super::*;

    fn place(column: u64, text: &str) -> Place {
        Place {
            file: "cases/mine.yaml".to_owned(),
            line: 12,
            column,
            text: text.to_owned(),
            entry: None,
        }
    }

    #[test]
    fn the_caret_stands_under_the_column() {
        let lines = lines(&place(5, "  - id: framing/utf8"), Style::PLAIN);
        insta::assert_snapshot!(lines.join("\n"), @r"
        cases/mine.yaml:12:5
        12 |   - id: framing/utf8
           |     ^
        ");
    }

    #[test]
    fn the_caret_follows_escapes_and_cuts() {
        let text = format!("\t\u{1b}[31m{}X{}", "a".repeat(200), "b".repeat(200));
        let lines = lines(&place(207, &text), Style::PLAIN);
        let caret = lines[2].chars().count() - 1;
        assert_eq!(lines[1].chars().nth(caret), Some('X'), "{lines:#?}");
        assert!(lines.iter().all(|line| line.chars().count() < 120), "{lines:#?}");
    }

    #[test]
    fn an_entry_is_shown_as_a_whole() {
        let lines = ["  - id: a", "    level: must", "    expect: { x: 1 }"].map(str::to_owned);
        let entry = Some(Entry { line: 98, lines: lines.to_vec() });
        let step = Place { line: 99, entry, ..place(5, "    level: must") };
        insta::assert_snapshot!(excerpt(&step).join("\n"), @r"
         98 |   - id: a
         99 |     level: must
            |     ^
        100 |     expect: { x: 1 }
        ");
    }

    #[test]
    fn an_entry_elsewhere_or_without_end_does_no_harm() {
        let far = Some(Entry { line: u64::MAX, lines: vec!["x".repeat(1 << 20); 1000] });
        let other = Some(Entry { line: 1, lines: vec!["- a".to_owned()] });
        for entry in [far, other, None] {
            assert_eq!(excerpt(&Place { entry, ..place(1, "ab") }), ["12 | ab", "   | ^"]);
        }
        let long = Some(Entry { line: 12, lines: vec!["x".repeat(1 << 20); 1000] });
        let text = excerpt(&Place { entry: long, ..place(1, "ab") }).join("\n");
        assert!(text.len() < 4_000, "{}", text.len());
    }

    #[test]
    fn a_column_beyond_the_line_does_no_harm() {
        for column in [0, 99, u64::MAX] {
            assert_eq!(lines(&place(column, "ab"), Style::PLAIN)[1], "12 | ab");
        }
    }
}
