//! Word wrapping, by characters.

/// Narrowest width that text is wrapped to, whatever was asked for.
const NARROWEST: usize = 20;

/// Breaks `text` at spaces into lines of at most `width` characters; words longer than a line are
/// broken anywhere. Line feeds in `text` end a line. Never empty.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(NARROWEST);
    text.split('\n').flat_map(|paragraph| wrap_paragraph(paragraph, width)).collect()
}

/// `text` behind `label`, wrapped, with the lines after the first indented to stand under the
/// first. `label_width` includes the gap behind the label.
pub(crate) fn hang(label: &str, text: &str, label_width: usize, width: usize) -> Vec<String> {
    let lines = wrap(text, width.saturating_sub(label_width));
    let label = |index| if index == 0 { label } else { "" };
    let hung = lines.iter().enumerate().map(|(i, line)| format!("{:label_width$}{line}", label(i)));
    hung.map(|line| line.trim_end().to_owned()).collect()
}

fn wrap_paragraph(paragraph: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
        for piece in pieces(word, width) {
            let length = piece.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + length > width {
                lines.push(String::new());
                used = 0;
            }
            push_word(&mut lines, piece, used > 0);
            used += length + usize::from(used > 0);
        }
    }
    lines
}

fn push_word(lines: &mut [String], piece: &str, gap: bool) {
    if let Some(line) = lines.last_mut() {
        line.push_str(if gap { " " } else { "" });
        line.push_str(piece);
    }
}

/// `word` in pieces of at most `width` characters.
fn pieces(word: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(width).map_or(rest.len(), |(at, _)| at);
        let (piece, tail) = rest.split_at(end);
        rest = tail;
        (!piece.is_empty()).then_some(piece)
    })
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
    fn nothing_to_wrap_is_one_empty_line() {
        assert_eq!(wrap("", 80), [""]);
    }

    #[test]
    fn later_lines_hang_under_the_first() {
        let lines = hang("actual", "one two three four five six", 8, 28);
        assert_eq!(lines, ["actual  one two three four", "        five six"]);
    }
}
