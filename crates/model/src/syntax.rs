//! Words for text that is no YAML, or YAML that is refused.

use crate::mistake::Mistake;
use crate::source::{from_column, line_of, lines, token};
use crate::yaml_error::Problem;

/// Line and column, from 1.
type At = (u64, u64);

/// Rewords the parser's message; parts of it that are stable pick the words.
pub(crate) fn problem(text: &str, at: At, message: &str) -> (At, Problem) {
    let line = line_of(text, at.0);
    let indent = &line[..line.len() - line.trim_start().len()];
    if let Some(tab) = indent.chars().position(|c| c == '\t') {
        let problem = Problem::new("a tab in the indentation", "YAML indents with spaces only");
        return ((at.0, tab as u64 + 1), problem);
    }
    let has = |part: &str| message.contains(part);
    if has("unclosed quote") || has("multiline quoted scalar") {
        return (opening_quote(text, at), unclosed_quote());
    }
    if has("escape") {
        return escape(text, at);
    }
    let rest = from_column(line_of(text, at.0), at.1);
    let (what, cure) = if rest.starts_with(char::is_control) {
        ("a control character", "write it as an escape in double quotes, like `\"\\u0007\"`")
    } else if has("did not find expected ',' or") || has("unclosed bracket") {
        (
            "a `{` or `[` before this is not closed, or a `,` is missing",
            "close it on its line; put `,` between entries",
        )
    } else if has("mapping values are not allowed") {
        ("a second `: ` where a text goes on", "put the text in quotes when it holds `: `")
    } else if has("trailing content") {
        ("text after the closing quote", "put the whole text in quotes")
    } else if has("sequence entries are not allowed") {
        ("a list begins here", "begin it on the next line, or write `[ … ]`")
    } else if has("expected ':'") {
        ("a key without a colon", "write `key: value`")
    } else if has("did not find expected key") {
        (
            "this line does not fit the lines above",
            "indent keys that belong together by the same number of spaces",
        )
    } else if has("unexpected character") {
        ("a text cannot begin with this character", "put the text in quotes")
    } else {
        return (at, marked(text, at, Problem::new(without_place(message), "")));
    };
    (at, marked(text, at, Problem::new(what, cure)))
}

/// Words for YAML that is well formed and refused.
pub(crate) fn refused(text: &str, at: At, mistake: &Mistake) -> (At, Problem) {
    let (what, cure) = match mistake {
        Mistake::SecondDocument => {
            let problem = Problem::new(
                "there is a second document in this file",
                "write each document in a file of its own, without `---`",
            );
            return (separator(text, at), problem.with_length(3));
        }
        Mistake::EndlessAliases => {
            ("the aliases in this file expand to too much", "write the values out")
        }
        Mistake::TooMuch => ("this is nested too deep, or holds too many values", ""),
        Mistake::UnknownAnchor => {
            ("no `&` names what this alias means", "put a text that begins with `*` in quotes")
        }
        Mistake::Merge => ("merge keys (`<<`) are no part of YAML 1.2", "write the keys out"),
        Mistake::Tag => {
            let problem = Problem::new("tags (`!name`) are not used here", "leave it out");
            let at = tag(text, at);
            return (at, marked(text, at, problem));
        }
        _ => ("this cannot stand here", ""),
    };
    (at, marked(text, at, Problem::new(what, cure)))
}

fn unclosed_quote() -> Problem {
    Problem::new("this quote is not closed", "end the text with the same quote")
}

/// The parser sees an open quote late: the last odd one before is the culprit.
fn opening_quote(text: &str, at: At) -> At {
    let before: Vec<&str> = lines(text).take(at.0 as usize).collect();
    let found = before.iter().enumerate().rev().find_map(|(index, line)| {
        let quote = ['"', '\''].into_iter().find(|quote| line.matches(*quote).count() % 2 == 1)?;
        let start = line.rfind(quote)?;
        Some((index as u64 + 1, line[..start].chars().count() as u64 + 1))
    });
    found.unwrap_or(at)
}

/// Points at the backslash: the parser names only the start of the text.
fn escape(text: &str, at: At) -> (At, Problem) {
    let rest = from_column(line_of(text, at.0), at.1);
    let known = "0abt\tnvfre \"/\\N_LPxuU";
    let mut chars = rest.chars().zip(rest.chars().skip(1)).enumerate();
    while let Some((index, (first, second))) = chars.next() {
        if first == '\\' && !known.contains(second) {
            let message = format!("unknown escape `\\{second}`");
            let cure = "write `\\\\` for a backslash, or use single quotes";
            return ((at.0, at.1 + index as u64), Problem::new(message, cure).with_length(2));
        }
        if first == '\\' {
            chars.next();
        }
    }
    (at, marked(text, at, Problem::new("a wrong escape in a quoted text", "use single quotes")))
}

/// The library shows the value after a tag.
fn tag(text: &str, at: At) -> At {
    let before = line_of(text, at.0).chars().take(at.1 as usize).collect::<Vec<_>>();
    before.iter().rposition(|c| *c == '!').map_or(at, |index| (at.0, index as u64 + 1))
}

fn separator(text: &str, at: At) -> At {
    let before = lines(text).take(at.0 as usize).enumerate();
    let line = before.filter(|(_, line)| line.starts_with("---")).last();
    line.map_or(at, |(index, _)| (index as u64 + 1, 1))
}

fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message).lines().next().unwrap_or("no YAML")
}

fn marked(text: &str, at: At, problem: Problem) -> Problem {
    problem.with_length(token(from_column(line_of(text, at.0), at.1)).chars().count())
}
