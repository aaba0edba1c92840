//! A place in a YAML file, with its line and a caret.

use ssecheck_model::report::Place;

use crate::sanitize::{VALUE_LIMIT, line, name};
use crate::style::Style;
use crate::wrap::{columns, cut};

/// Longest file name shown, in characters.
const FILE_LIMIT: usize = 200;
/// What an ellipsis takes.
const DOTS: usize = 3;
/// Least columns for the source line, however narrow the terminal is.
const LEAST: usize = 24;

/// `file:line:column`.
pub(crate) fn position(place: &Place) -> String {
    format!("{}:{}:{}", name(&place.file, FILE_LIMIT), place.line, place.column)
}

/// The position, the source line, and a caret under the column.
pub(crate) fn lines(place: &Place, style: Style) -> Vec<String> {
    let number = place.line.to_string();
    let room = style.width.saturating_sub(number.len() + " | ".len()).max(LEAST);
    let (before, after) = around(place, room);
    let gutter = " ".repeat(number.len());
    vec![
        position(place),
        format!("{number} | {before}{after}").trim_end().to_owned(),
        format!("{gutter} | {}{}", " ".repeat(columns(&before)), style.mark("^")),
    ]
}

/// The source line in two halves, cut at the column and shortened on both sides: before the caret
/// stand at most two fifths of the room.
fn around(place: &Place, room: usize) -> (String, String) {
    let column = usize::try_from(place.column).unwrap_or(usize::MAX).saturating_sub(1);
    let at = place.text.char_indices().nth(column).map_or(place.text.len(), |(at, _)| at);
    let (before, after) = place.text.split_at(at);
    let before = line(before, VALUE_LIMIT * 2);
    let most = room * 2 / 5;
    let mut start = 0;
    if columns(&before) > most {
        let mut places = before.char_indices().map(|(at, _)| at);
        start = places.find(|at| columns(&before[*at..]) + DOTS <= most).unwrap_or(before.len());
    }
    let dots = if start > 0 { "..." } else { "" };
    let before = format!("{dots}{}", &before[start..]);
    let after = cut(&name(after, VALUE_LIMIT), room.saturating_sub(columns(&before)));
    (before, after)
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
        assert!(lines.iter().all(|line| line.chars().count() <= 80), "{lines:#?}");
    }

    #[test]
    fn a_column_beyond_the_line_does_no_harm() {
        for column in [0, 99, u64::MAX] {
            assert_eq!(lines(&place(column, "ab"), Style::PLAIN)[1], "12 | ab");
        }
    }
}
