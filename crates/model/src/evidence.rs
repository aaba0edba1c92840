//! What proves an outcome: bytes, times, a place in the YAML, a command.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::source::lines;

/// The most lines of an entry that a report carries.
const ENTRY_LINES: usize = 24;

/// What proves an outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What would have been right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was there instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// The offending bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<Excerpt>,
    /// What happened on the case's connections, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeline: Vec<Moment>,
    /// When bytes of the case's streams came, one entry for each connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arrivals: Vec<Arrivals>,
    /// Where in the YAML the check stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// A shell command that shows the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduce: Option<String>,
}

impl Evidence {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A piece of what the server sent, with the offending bytes marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// Name of the connection.
    pub connection: String,
    /// Which bytes the offset counts.
    pub layer: Layer,
    /// Offset of the first byte shown.
    pub offset: u64,
    /// The bytes in hexadecimal, two digits each, without separators.
    pub hex: String,
    /// Offset of the first offending byte (same count as `offset`).
    pub mark_start: u64,
    /// Offset one past the last offending byte.
    pub mark_end: u64,
}

/// Which bytes an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// The answer's head, from the first byte of its status line.
    Head,
    /// The event stream, after transfer and content decoding.
    Stream,
    /// Everything received on the connection, as it came.
    Wire,
}

/// One moment in the time line of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// Milliseconds since the case began.
    pub at_ms: f64,
    /// Name of the connection, or empty for the case as a whole.
    pub connection: String,
    /// What happened.
    pub what: String,
}

/// When the bytes of one stream came. Bytes that came with the head count from the head on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Arrivals {
    /// Name of the connection.
    pub connection: String,
    /// Milliseconds since the case began, one for each arrival, the first ones.
    pub at_ms: Vec<f64>,
    /// How many bytes of the decoded stream each of them brought.
    pub bytes: Vec<u64>,
    /// How many later arrivals are not listed.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more: u64,
    /// Whether we ended the connection, so that nothing more could come.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// A place in a YAML file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// File, as the user named it or as shipped.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1, in characters.
    pub column: u64,
    /// The text of that line.
    pub text: String,
    /// The whole entry (a step, a check) that the place stands in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Entry>,
}

/// An entry of a list in a YAML file, as it stands there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// Number of its first line, from 1.
    pub line: u64,
    /// Its lines. Of a very long entry, only the first.
    pub lines: Vec<String>,
}

impl Entry {
    /// The entry of a list around line `number` (from 1) of `text`; `None` where there is none.
    pub(crate) fn around(text: &str, number: u64) -> Option<Self> {
        let all: Vec<&str> = lines(text).collect();
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        let inner = indent(all.get(at)?)?;
        let starts = |line: &&str| begins(line).is_some_and(|dash| dash <= inner);
        let first = all[..=at].iter().rposition(starts)?;
        let dash = indent(all[first])?;
        let inside = |line: &&&str| indent(line).is_none_or(|column| column > dash);
        let mut end = first + 1 + all[first + 1..].iter().take_while(inside).count();
        while end > at + 1 && indent(all[end - 1]).is_none() {
            end -= 1;
        }
        // An entry that ends before the place is another one.
        (end > at).then(|| Self {
            line: first as u64 + 1,
            lines: all[first..end]
                .iter()
                .take(ENTRY_LINES)
                .map(|line| (*line).to_owned())
                .collect(),
        })
    }
}

/// How far a line is indented, in characters; `None` for an empty one.
fn indent(line: &str) -> Option<usize> {
    line.find(|c: char| c != ' ')
}

/// The column of the dash, if the line begins an entry of a list.
fn begins(line: &str) -> Option<usize> {
    indent(line).filter(|at| line[*at..].starts_with("- "))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = "id: a\nsteps:\n  - connect: { as: x }\n  - read:\n      from: x\n\n      events: 1\n\nchecks:\n- level: must\n  id: b\n- id: c\n";

    fn around(number: u64) -> Option<(u64, String)> {
        Entry::around(CASE, number).map(|entry| (entry.line, entry.lines.join("|")))
    }

    #[test]
    fn an_entry_goes_from_its_dash_to_the_next_line_that_is_not_indented_more() {
        assert_eq!(around(3), Some((3, "  - connect: { as: x }".to_owned())));
        let read = Some((4, "  - read:|      from: x||      events: 1".to_owned()));
        assert_eq!([around(4), around(5), around(7)], [read.clone(), read.clone(), read]);
        assert_eq!(around(11), Some((10, "- level: must|  id: b".to_owned())));
        assert_eq!(around(12), Some((12, "- id: c".to_owned())));
    }

    #[test]
    fn what_is_in_no_list_has_no_entry() {
        for number in [0, 1, 2, 8, 9, 99, u64::MAX] {
            assert_eq!(around(number), None, "{number}");
        }
    }

    #[test]
    fn a_long_entry_is_cut() {
        let text = format!("- x: y\n{}", "  a: 1\n".repeat(100));
        assert_eq!(Entry::around(&text, 1).unwrap().lines.len(), ENTRY_LINES);
    }
}
