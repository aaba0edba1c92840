//! Lines and tokens of a YAML text, for messages.

/// The lines of `text`, without their breaks. YAML breaks lines at LF, CRLF and CR.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let all = rest?;
        let end = all.find(['\n', '\r']).unwrap_or(all.len());
        let after = &all[end..];
        rest = after.strip_prefix("\r\n").or_else(|| after.get(1..));
        Some(&all[..end])
    })
}

/// Line `number` (from 1) of `text`.
pub(crate) fn line_of(text: &str, number: u64) -> &str {
    let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
    lines(text).nth(index).unwrap_or_default()
}

/// `line` from `column` (from 1, in characters) on.
pub(crate) fn from_column(line: &str, column: u64) -> &str {
    let skip = usize::try_from(column.saturating_sub(1)).unwrap_or(usize::MAX);
    line.char_indices().nth(skip).map_or("", |(start, _)| &line[start..])
}

/// The token at the start of `rest`: a quoted text, a list or map to its end, or a plain text.
pub(crate) fn token(rest: &str) -> &str {
    let end = match rest.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted_end(rest, quote),
        Some('[' | '{') => nested_end(rest),
        Some(':' | '-' | '?') if rest[1..].chars().next().is_none_or(|c| c == ' ') => 1,
        _ => plain_end(rest),
    };
    rest[..end].trim_end()
}

fn quoted_end(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        if c == quote && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && quote == '"' && !escaped;
    }
    rest.len()
}

fn nested_end(rest: &str) -> usize {
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    rest.len()
}

fn plain_end(rest: &str) -> usize {
    let mut before = ' ';
    for (at, c) in rest.char_indices() {
        let next = rest[at + c.len_utf8()..].chars().next();
        let ends_key = c == ':' && next.is_none_or(char::is_whitespace);
        if matches!(c, ',' | ']' | '}') || ends_key || (c == '#' && before == ' ') {
            return at;
        }
        before = c;
    }
    rest.len()
}

/// The first place of `needle` at or after a place; both as line and column from 1.
pub(crate) fn find_after(text: &str, at: (u64, u64), needle: &str) -> Option<(u64, u64)> {
    let start = offset_of(text, at);
    text[start..].find(needle).map(|found| place_of(text, start + found))
}

/// The place of `name` in the first `{{name}}` at or after a place.
pub(crate) fn find_variable(text: &str, at: (u64, u64), name: &str) -> Option<(u64, u64)> {
    let start = offset_of(text, at);
    text[start..].match_indices("{{").find_map(|(braces, _)| {
        let inner = &text[start + braces + 2..];
        let trimmed = inner.trim_start_matches(' ');
        let after = trimmed.strip_prefix(name)?.trim_start_matches(' ');
        let closed = after.starts_with('|') || after.starts_with("}}");
        closed.then(|| place_of(text, text.len() - trimmed.len()))
    })
}

/// Byte offset of a place; the end of the text when it lies outside.
fn offset_of(text: &str, (line, column): (u64, u64)) -> usize {
    let from = from_column(line_of(text, line), column);
    if from.is_empty() { text.len() } else { from.as_ptr() as usize - text.as_ptr() as usize }
}

/// Place of a byte offset.
fn place_of(text: &str, offset: usize) -> (u64, u64) {
    let before = &text[..offset];
    let (count, last) = lines(before).fold((0, ""), |(count, _), line| (count + 1, line));
    (count, last.chars().count() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_lf_crlf_and_cr() {
        let text = "a\r\nb\rc\nd";
        let lines: Vec<&str> = (1..=5).map(|number| line_of(text, number)).collect();
        assert_eq!(lines, ["a", "b", "c", "d", ""]);
    }

    #[test]
    fn columns_count_characters() {
        assert_eq!(from_column("é😀x", 3), "x");
        assert_eq!(from_column("é", 9), "");
    }

    #[test]
    fn a_token_ends_where_yaml_ends_it() {
        for (rest, expected) in [
            ("main, url: x }", "main"),
            ("read: { from: main }", "read"),
            ("http://a/b # note", "http://a/b"),
            (r#""a, \"b\"" }"#, r#""a, \"b\"""#),
            ("[1, [2]] }", "[1, [2]]"),
            ("- a", "-"),
            ("", ""),
        ] {
            assert_eq!(token(rest), expected, "{rest}");
        }
    }

    #[test]
    fn a_needle_is_found_on_a_later_line_too() {
        assert_eq!(find_after("é {{x}}\nb {{y}}", (1, 1), "{{y"), Some((2, 3)));
        assert_eq!(find_after("é {{x}}\nb {{y}}", (1, 2), "{{x"), Some((1, 3)));
        assert_eq!(find_after("é {{x}}\nb", (1, 4), "{{x"), None);
    }

    #[test]
    fn a_variable_is_found_between_its_braces() {
        let text = "n {{nn}} {{ n | url }}";
        assert_eq!(find_variable(text, (1, 1), "n"), Some((1, 13)));
        assert_eq!(find_variable(text, (1, 14), "n"), None);
    }
}
