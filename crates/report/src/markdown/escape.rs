//! Text that Markdown, its tables and the HTML inside it cannot take for markup.

/// `text` of one line as plain words inside a paragraph, a table cell or an HTML element.
///
/// Numeric entities are used rather than backslashes, because they mean the same in Markdown and in
/// HTML, and because a backslash before `|` inside a table means something else.
pub(crate) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        // A colon inside a word can make a link or an emoji.
        let joins = c == ':' && chars.peek().is_some_and(|next| !next.is_whitespace());
        match joins || is_markup(c) {
            true => out.push_str(&format!("&#{};", u32::from(c))),
            false => out.push(c),
        }
    }
    out
}

/// `text` in a fence that no line of it can close.
pub(super) fn fenced(text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}text\n{text}\n{fence}\n")
}

fn is_markup(c: char) -> bool {
    matches!(
        c,
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#' | '@' | '$' | '!'
    )
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_entities() {
        assert_eq!(
            inline("a|b `c` <script> [x](http://y) **z**"),
            "a&#124;b &#96;c&#96; &#60;script&#62; &#91;x&#93;(http&#58;//y) &#42;&#42;z&#42;&#42;"
        );
    }

    #[test]
    fn plain_words_stay_readable() {
        let text = "content-type: text/html; charset=utf-8, not 100 % sure.";
        assert_eq!(inline(text), text);
    }

    #[test]
    fn a_fence_is_longer_than_any_run_of_backticks_in_it() {
        assert_eq!(fenced("a"), "```text\na\n```\n");
        assert_eq!(fenced("```\n````` x"), "``````text\n```\n````` x\n``````\n");
    }
}
