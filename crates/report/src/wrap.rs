//! Word wrapping, by the columns that a terminal gives to each character.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Narrowest width that text is wrapped to, whatever was asked for.
const NARROWEST: usize = 20;
/// Indentation of text that has no room beside its label.
const BELOW: usize = 4;

/// How many columns `text` takes: wide characters (Chinese, emoji) take two.
pub(crate) fn columns(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// Breaks `text` at spaces into lines of at most `width` columns; words longer than a line are
/// broken anywhere. Line feeds in `text` end a line. Never empty.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(NARROWEST);
    text.split('\n').flat_map(|paragraph| wrap_paragraph(paragraph, width)).collect()
}

/// `text` behind `label`, wrapped, with the lines after the first indented to stand under the
/// first. `label_width` includes the gap behind the label. Where that leaves no room, the label has
/// a line of its own.
pub(crate) fn hang(label: &str, text: &str, label_width: usize, width: usize) -> Vec<String> {
    if label_width > BELOW && label_width + NARROWEST > width {
        let below = hang("", text, BELOW, width);
        let own = if label.trim().is_empty() { vec![] } else { wrap(label, width) };
        return own.into_iter().chain(below).collect();
    }
    let lines = wrap(text, width.saturating_sub(label_width));
    let label = |index| if index == 0 { label } else { "" };
    let hung = lines.iter().enumerate().map(|(i, line)| padded(label(i), label_width) + line);
    hung.map(|line| line.trim_end().to_owned()).collect()
}

/// `text` and spaces up to a width.
pub(crate) fn padded(text: &str, width: usize) -> String {
    text.to_owned() + &" ".repeat(width.saturating_sub(columns(text)))
}

/// `text` cut to at most `width` columns, with dots where something is missing.
pub(crate) fn cut(text: &str, width: usize) -> String {
    const DOTS: &str = "...";
    match columns(text) <= width {
        true => text.to_owned(),
        false => text[..fitting(text, width.saturating_sub(DOTS.len()))].to_owned() + DOTS,
    }
}

/// A part of a line: its text, and how it is painted once it has its place.
pub(crate) type Part<'a> = (String, &'a dyn Fn(&str) -> String);

/// Parts beside each other with a gap of two, on as many lines as they need; those after the first
/// are indented. A part that is longer than a line is broken.
pub(crate) fn pack(parts: &[Part<'_>], indent: usize, width: usize) -> Vec<String> {
    let room = width.saturating_sub(indent).max(NARROWEST);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for (text, paint) in parts.iter().filter(|(text, _)| !text.is_empty()) {
        for piece in pieces(text, room) {
            let length = columns(piece);
            let gap = if used > 0 { 2 } else { 0 };
            // The first line has no indent, but its room is the same: that is simpler to read.
            match used + gap + length > room && used > 0 {
                true => {
                    lines.push(" ".repeat(indent));
                    used = length;
                }
                false => {
                    push(&mut lines, &" ".repeat(gap));
                    used += gap + length;
                }
            }
            push(&mut lines, &paint(piece));
        }
    }
    lines
}

fn push(lines: &mut [String], text: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(text);
    }
}

fn wrap_paragraph(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in words(paragraph, width) {
        for piece in pieces(word, width) {
            let length = columns(piece);
            let gap = usize::from(used > 0);
            if used + gap + length > width {
                lines.push(String::new());
                used = 0;
            }
            push(&mut lines, if used > 0 { " " } else { "" });
            push(&mut lines, piece);
            used += length + usize::from(used > 0);
        }
    }
    lines
}

/// The words of a line. A command between backticks is one word where it fits on a line: whoever
/// copies it must not get a line feed in its midst.
fn words(paragraph: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = paragraph;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(' ');
        let end = quoted(rest).filter(|end| columns(&rest[..*end]) <= width);
        let from = end.unwrap_or_default();
        let end = rest[from..].find(' ').map_or(rest.len(), |at| from + at);
        let (word, tail) = rest.split_at(end);
        rest = tail;
        (!word.is_empty()).then_some(word)
    })
}

/// Where a text between backticks ends with which `text` begins, perhaps behind a bracket.
fn quoted(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('(').unwrap_or(text).strip_prefix('`')?;
    let before = text.len() - inner.len();
    inner.find('`').map(|at| before + at + 1)
}

/// `word` in pieces of at most `width` columns.
fn pieces(word: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let (piece, tail) = rest.split_at(fitting(rest, width));
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
}

/// How many bytes of `text` fit into `width` columns.
fn fitting(text: &str, width: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_hold_the_width() {
        let lines = wrap("the stream must be encoded as UTF-8", 20);
        assert_eq!(lines, ["the stream must be", "encoded as UTF-8"]);
    }

    #[test]
    fn a_word_longer_than_a_line_is_broken() {
        let lines = wrap(&format!("a {}", "x".repeat(45)), 20);
        assert_eq!(lines, ["a", &"x".repeat(20), &"x".repeat(20), "xxxxx"]);
    }

    #[test]
    fn wide_characters_count_as_two_columns() {
        let lines = wrap(&"日本".repeat(12), 21);
        assert_eq!(lines.iter().map(|line| columns(line)).collect::<Vec<_>>(), [20, 20, 8]);
        assert_eq!(cut("日本語日本語", 8), "日本...");
        assert_eq!(padded("日", 4), "日  ");
    }

    #[test]
    fn a_command_between_backticks_is_not_broken() {
        let text = "More of them (`sysctl -w net.x=\"1 2\"`), or `less`.";
        assert_eq!(wrap(text, 26), ["More of them", "(`sysctl -w net.x=\"1 2\"`),", "or `less`."]);
        assert_eq!(wrap("a `b c", 20), ["a `b c"], "never closed");
    }

    #[test]
    fn nothing_to_wrap_is_one_empty_line() {
        assert_eq!(wrap("", 80), [""]);
    }

    #[test]
    fn later_lines_hang_under_the_first() {
        let lines = hang("actual", "one two three four five six", 8, 28);
        assert_eq!(lines, ["actual  one two three four", "        five six"]);
    }

    #[test]
    fn a_label_that_leaves_no_room_has_a_line_of_its_own() {
        let lines = hang("a long label here", "one two three four five six", 20, 30);
        assert_eq!(lines, ["a long label here", "    one two three four five", "    six"]);
    }

    #[test]
    fn parts_stay_whole_where_they_can() {
        let plain = |text: &str| text.to_owned();
        let parts: Vec<Part<'_>> = ["12s", "open 10,000", "50.0k/s", "p50 31.2 ms"]
            .map(|text| (text.to_owned(), &plain as &dyn Fn(&str) -> String))
            .into();
        assert_eq!(pack(&parts, 4, 80), ["12s  open 10,000  50.0k/s  p50 31.2 ms"]);
        assert_eq!(pack(&parts, 4, 30), ["12s  open 10,000  50.0k/s", "    p50 31.2 ms"]);
    }
}
