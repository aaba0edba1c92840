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
    use super::*;

    fn place(column: u64, text: &str) -> Place {
        Place { file: "cases/mine.yaml".to_owned(), line: 12, column, text: text.to_owned() }
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
    fn a_column_beyond_the_line_does_no_harm() {
        for column in [0, 99, u64::MAX] {
            assert_eq!(lines(&place(column, "ab"), Style::PLAIN)[1], "12 | ab");
        }
    }
}
