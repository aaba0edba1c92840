//! The checks of a report, ready for the template.

use serde::Serialize;
use ssecheck_model::report::{CheckResult, Conformance, Report};
use ssecheck_model::verdict::{Outcome, Verdict};

use super::detail::Detail;
use super::finding::{Check, Told};
use crate::counts::{by_family, grouped, phrases, summary_of};
use crate::place;
use crate::sanitize::{VALUE_LIMIT, line};

/// The whole part.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    verdict: &'static str,
    /// The class of the banner.
    tone: &'static str,
    sentence: String,
    cut_short: Option<String>,
    /// What is left out of the evidence.
    left_out: &'static str,
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

pub(super) fn part(report: &Report, conformance: &Conformance, detail: &Detail) -> Part {
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
        left_out: detail.left_out,
        outcomes: used.iter().map(count).collect(),
        reds: reds(conformance),
        facts: facts(report),
        families: families(conformance, &used, detail),
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

fn families<'a>(conformance: &'a Conformance, used: &[Outcome], detail: &Detail) -> Vec<Family> {
    let mut told = Told::default();
    let family = |(name, checks): (&'a str, Vec<&'a CheckResult>)| {
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
            checks: checks.into_iter().map(|one| told.check(one, &one.id, detail)).collect(),
        }
    };
    by_family(&conformance.checks).into_iter().map(family).collect()
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
