//! The checks of a report, ready for the template.

use minijinja::{HtmlEscape, Value};
use serde::Serialize;
use ssecheck_model::report::{CheckResult, Conformance, Report};
use ssecheck_model::verdict::{Outcome, Verdict};

use super::source::{Piece, pieces};
use super::timeline::{Timeline, timeline};
use crate::counts::{by_family, grouped, phrases, summary_of};
use crate::sanitize::{BLOCK_LIMIT, VALUE_LIMIT, block, line};
use crate::{hexdump, place};

/// The whole part.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    verdict: &'static str,
    /// The class of the banner.
    tone: &'static str,
    sentence: String,
    cut_short: Option<String>,
    outcomes: Vec<Count>,
    /// Ids of the red checks, to jump to.
    reds: Vec<String>,
    facts: Vec<(String, String)>,
    families: Vec<Family>,
    problems: Vec<Problem>,
    portability: Vec<Habit>,
}

/// How many checks had an outcome.
#[derive(Debug, Serialize)]
struct Count {
    outcome: &'static str,
    count: usize,
    shown: String,
}

#[derive(Debug, Serialize)]
struct Family {
    name: String,
    counts: Vec<Count>,
    /// Counts for the table: one for each outcome of the page, in its order.
    row: Vec<String>,
    checks: Vec<Check>,
}

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
    place: Option<String>,
    reproduce: Option<String>,
    /// Order among outcomes, worst first.
    rank: usize,
}

#[derive(Debug, Serialize)]
struct Dump {
    heading: Value,
    rows: Value,
}

#[derive(Debug, Serialize)]
struct Problem {
    kind: &'static str,
    check: String,
    message: String,
    place: String,
}

#[derive(Debug, Serialize)]
struct Habit {
    model: String,
    habit: String,
    clients: String,
    seen: String,
    example: Option<(String, String, String)>,
}

pub(super) fn part(report: &Report, conformance: &Conformance) -> Part {
    let used: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(|outcome| conformance.summary.count(*outcome) > 0)
        .collect();
    let count = |outcome: &Outcome| count(*outcome, conformance.summary.count(*outcome));
    Part {
        verdict: conformance.verdict.as_str(),
        tone: tone(conformance.verdict),
        sentence: crate::verdict::sentence(conformance),
        cut_short: crate::verdict::cut_short(report).map(|(_, message)| message),
        outcomes: used.iter().map(count).collect(),
        reds: reds(conformance),
        facts: facts(report),
        families: families(conformance, &used),
        problems: conformance.baseline_problems().iter().map(problem).collect(),
        portability: conformance.portability.iter().map(habit).collect(),
    }
}

/// The class of a verdict's colour.
pub(super) fn tone(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Conformant => "pass",
        Verdict::Nonconformant => "fail",
        Verdict::Incomplete => "error",
    }
}

fn reds(conformance: &Conformance) -> Vec<String> {
    let red = conformance.checks.iter().filter(|check| check.outcome.is_red());
    red.map(|check| line(&check.id, VALUE_LIMIT)).collect()
}

fn count(outcome: Outcome, count: usize) -> Count {
    Count { outcome: outcome.as_str(), count, shown: grouped(count) }
}

fn facts(report: &Report) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for (label, names) in
        [("declared", &report.target.provides), ("seen, not declared", &report.target.seen)]
    {
        if !names.is_empty() {
            facts.push((label.to_owned(), line(&names.join(", "), VALUE_LIMIT)));
        }
    }
    let parser = report.parser.iter().flat_map(crate::parser::labelled);
    facts.extend(parser.map(|(label, text)| (label.to_owned(), line(&text, VALUE_LIMIT))));
    facts
}

fn families(conformance: &Conformance, used: &[Outcome]) -> Vec<Family> {
    let family = |(name, checks): (&str, Vec<&CheckResult>)| {
        let summary = summary_of(&checks);
        let cell = |outcome: &Outcome| match summary.count(*outcome) {
            0 => String::new(),
            count => grouped(count),
        };
        let counts = phrases(summary).into_iter().map(|(outcome, phrase)| Count {
            outcome: outcome.as_str(),
            count: summary.count(outcome),
            shown: phrase,
        });
        Family {
            name: line(name, VALUE_LIMIT),
            counts: counts.collect(),
            row: used.iter().map(cell).collect(),
            checks: checks.into_iter().map(check).collect(),
        }
    };
    by_family(&conformance.checks).into_iter().map(family).collect()
}

pub(super) fn check(check: &CheckResult) -> Check {
    let text = |text: &str| line(text, VALUE_LIMIT);
    let optional = |text: &Option<String>| text.as_ref().map(|text| line(text, VALUE_LIMIT));
    let proof = &check.evidence;
    Check {
        id: text(&check.id),
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
        hexdump: proof.bytes.as_ref().map(dump),
        timeline: timeline(&proof.timeline),
        place: proof
            .place
            .as_ref()
            .map(|found| place::lines(found, crate::Style::PLAIN).join("\n")),
        reproduce: proof.reproduce.as_ref().map(|command| block(command, BLOCK_LIMIT)),
        rank: Outcome::ALL.iter().position(|outcome| *outcome == check.outcome).unwrap_or_default(),
    }
}

fn dump(excerpt: &ssecheck_model::report::Excerpt) -> Dump {
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

fn problem(problem: &ssecheck_model::report::BaselineProblem) -> Problem {
    Problem {
        kind: problem.kind.as_str(),
        check: line(&problem.check, VALUE_LIMIT),
        message: line(&problem.message, VALUE_LIMIT),
        place: place::position(&problem.place),
    }
}

fn habit(habit: &ssecheck_model::report::Portability) -> Habit {
    let text = |text: &str| line(text, VALUE_LIMIT);
    let example = habit.example.as_ref().map(|example| {
        let place = format!("{}, event {}", example.case, example.event);
        (text(&place), text(&example.standard), text(&example.client))
    });
    Habit {
        model: text(&habit.model),
        habit: text(&habit.habit),
        clients: text(&habit.clients.join(", ")),
        seen: format!("{} of {}", grouped(habit.differing), grouped(habit.streams)),
        example,
    }
}
