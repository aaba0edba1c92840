//! One check for its template, with all that proves its outcome.

use std::collections::HashMap;

use minijinja::{HtmlEscape, Value};
use serde::Serialize;
use ssecheck_model::report::{CheckResult, Evidence, Excerpt, Moment};
use ssecheck_model::verdict::Outcome;

use super::detail::Detail;
use super::source::{Piece, pieces};
use super::timeline::{Timeline, timeline};
use crate::sanitize::{VALUE_LIMIT, block, line};
use crate::{hexdump, place};

/// A check with all that proves its outcome.
#[derive(Debug, Serialize)]
pub(super) struct Check {
    id: String,
    outcome: &'static str,
    word: String,
    level: &'static str,
    reason: String,
    message: String,
    requirement: String,
    requirements: Vec<String>,
    source: Vec<Piece>,
    case: String,
    note: Option<String>,
    fix: Option<String>,
    expected: Option<String>,
    actual: Option<String>,
    hexdump: Option<Dump>,
    timeline: Option<Timeline>,
    /// The check that tells the same time line.
    same_timeline: Option<Elsewhere>,
    place: Option<Excerpted>,
    reproduce: Option<String>,
    /// Order among outcomes, worst first.
    rank: usize,
}

#[derive(Debug, Clone, Serialize)]
struct Elsewhere {
    anchor: String,
    id: String,
}

#[derive(Debug, Serialize)]
struct Dump {
    heading: Value,
    rows: Value,
}

/// A piece of a file.
#[derive(Debug, Serialize)]
struct Excerpted {
    position: String,
    text: String,
}

fn check(check: &CheckResult, detail: &Detail) -> Check {
    let text = |text: &str| line(text, detail.value);
    let optional = |text: &Option<String>| text.as_ref().map(|text| line(text, detail.value));
    let proof = &check.evidence;
    Check {
        id: line(&check.id, VALUE_LIMIT),
        outcome: check.outcome.as_str(),
        word: check.outcome.as_str().replace('-', " "),
        level: check.level.as_str(),
        reason: text(check.reason.as_deref().unwrap_or_default()),
        message: text(&check.message),
        requirement: text(&check.requirement),
        requirements: check.requirements.iter().map(|id| text(id)).collect(),
        source: pieces(&text(&check.source)),
        case: text(&check.case),
        note: optional(&check.note),
        fix: optional(&check.fix),
        expected: optional(&proof.expected),
        actual: optional(&proof.actual),
        hexdump: proof.bytes.as_ref().filter(|_| detail.excerpts).map(dump),
        timeline: timeline(proof, check.case_ms, detail.moments),
        same_timeline: None,
        place: proof.place.as_ref().filter(|_| detail.excerpts).map(|found| Excerpted {
            position: place::position(found),
            text: place::excerpt(found).join("\n"),
        }),
        reproduce: command(proof, detail),
        rank: Outcome::ALL.iter().position(|outcome| *outcome == check.outcome).unwrap_or_default(),
    }
}

/// The time lines that a page has told, by case, with the anchor and the check of each.
#[derive(Default)]
pub(super) struct Told<'a>(HashMap<&'a str, Vec<(&'a [Moment], Elsewhere)>>);

impl<'a> Told<'a> {
    /// The check at `anchor`; without its time line, where the detail says so and another check of its
    /// case has told the same.
    pub(super) fn check(
        &mut self,
        result: &'a CheckResult,
        anchor: &str,
        detail: &Detail,
    ) -> Check {
        let mut made = check(result, detail);
        let moments = result.evidence.timeline.as_slice();
        if !detail.shared || made.timeline.is_none() {
            return made;
        }
        let known = self.0.entry(&result.case).or_default();
        match known.iter().find(|(told, _)| *told == moments) {
            Some((_, elsewhere)) => {
                made.timeline = None;
                made.same_timeline = Some(elsewhere.clone());
            }
            None => {
                let anchor = line(anchor, VALUE_LIMIT);
                known.push((moments, Elsewhere { anchor, id: made.id.clone() }));
            }
        }
        made
    }
}

fn command(proof: &Evidence, detail: &Detail) -> Option<String> {
    let command = proof.reproduce.as_ref().filter(|_| detail.command > 0)?;
    Some(block(command, detail.command))
}

fn dump(excerpt: &Excerpt) -> Dump {
    let paint = |marked: bool, text: &str| {
        let text = HtmlEscape(text).to_string();
        if marked { format!("<mark>{text}</mark>") } else { text }
    };
    let mut lines = hexdump::painted(excerpt, &paint);
    // The first line is the heading, and holds the name of a connection, escaped like the rest.
    let heading = Value::from_safe_string(lines.remove(0));
    // Neighbours are one mark, also over the blank between two bytes.
    let rows = lines.join("\n").replace("</mark><mark>", "").replace("</mark> <mark>", " ");
    Dump { heading, rows: Value::from_safe_string(rows) }
}
