//! The parser part of a report as checks: every format that can show checks can show it, too.
//! So it is with the kill matrix (`selftest`).

use std::borrow::Cow;

use ssecheck_model::parser::{
    ClassLevel, ClassResult, ClassVerdict, Deviation, Example, Mode, ParserReport, Timing,
};
use ssecheck_model::report::{CheckResult, Conformance, Evidence, Report};
use ssecheck_model::vector::to_bytes;
use ssecheck_model::verdict::{Level, Outcome};

use crate::counts::grouped;
use crate::sanitize::{VALUE_LIMIT, line};
use crate::style::Style;
use crate::wrap::hang;

/// Why nothing is said of a class.
const HIDDEN: &str = "not judged: the mode cannot carry it, or another deviation hides it";
/// Width of the labels of [`facts`], in columns.
const LABEL: usize = 12;

/// The report with one check for each class of deviations, or for each row of the kill matrix, if it
/// has such a part and no other checks; else the report as it is.
pub(crate) fn as_checks(report: &Report) -> Cow<'_, Report> {
    let made = match (&report.conformance, &report.parser, &report.selftest) {
        (None, Some(parser), _) => Some(conformance(parser)),
        (None, None, Some(matrix)) => Some(crate::selftest::conformance(matrix)),
        _ => None,
    };
    match made {
        Some(_) => Cow::Owned(Report { conformance: made, ..report.clone() }),
        None => Cow::Borrowed(report),
    }
}

fn conformance(parser: &ParserReport) -> Conformance {
    let checks = parser.classes.iter().map(|class| check(parser, class)).collect();
    let mut conformance = Conformance::new(checks, parser.aborted.clone());
    if let Some(baseline) = &parser.baseline {
        conformance.set_baseline(baseline.clone());
    }
    conformance
}

fn check(parser: &ParserReport, class: &ClassResult) -> CheckResult {
    let deviation = parser.deviations.iter().find(|deviation| deviation.class == class.class);
    let outcome = outcome(class);
    let reason = (outcome != Outcome::Pass).then(|| class.verdict.as_str().to_owned());
    CheckResult {
        id: class.class.clone(),
        case: String::new(), // no YAML behind it
        level: level(class.level),
        outcome,
        reason,
        requirements: deviation.map(|it| it.catalogue.clone()).unwrap_or_default(),
        source: deviation.map(|it| it.source.clone()).unwrap_or_default(),
        requirement: deviation.map(|it| it.rule.clone()).unwrap_or_default(),
        message: message(class, deviation),
        note: class.note.clone(),
        fix: None,
        case_ms: 0,
        evidence: deviation.map(|it| evidence(&it.example)).unwrap_or_default(),
    }
}

fn outcome(class: &ClassResult) -> Outcome {
    match (class.verdict, class.red, &class.note) {
        (ClassVerdict::NotRun | ClassVerdict::Unobservable, ..) => Outcome::NotApplicable,
        (ClassVerdict::Pass, ..) => Outcome::Pass,
        (_, true, _) => Outcome::Fail,
        (_, false, Some(_)) => Outcome::Known,
        (_, false, None) => Outcome::Warn,
    }
}

fn level(level: ClassLevel) -> Level {
    match level {
        ClassLevel::Core => Level::Must,
        ClassLevel::Browser => Level::Profile,
        ClassLevel::Advisory => Level::Practice,
    }
}

fn message(class: &ClassResult, deviation: Option<&Deviation>) -> String {
    let happened = match class.verdict {
        ClassVerdict::NotRun => return HIDDEN.to_owned(),
        ClassVerdict::Unobservable => {
            return "the interface of this parser shows nothing of it".into();
        }
        ClassVerdict::Pass => return String::new(),
        ClassVerdict::Late => "right, but later than needed",
        ClassVerdict::Slow => "right, but in more than linear time",
        ClassVerdict::Fail => "not what the standard says",
        ClassVerdict::Timeout => "no answer in time",
        ClassVerdict::Crash => "the parser died",
    };
    let shows: Vec<&str> = class.shows.iter().map(|aspect| aspect.as_str()).collect();
    let shows = if shows.is_empty() { String::new() } else { format!(" ({})", shows.join(", ")) };
    let vectors = match class.deviating {
        0 => String::new(),
        deviating => format!(", {deviating} of {} vectors", class.vectors),
    };
    let cuts = deviation.map(|it| cuts(&it.example)).unwrap_or_default();
    format!("{happened}{shows}{vectors}{cuts}")
}

/// The chunks, where a cut matters.
fn cuts(example: &Example) -> String {
    if example.chunks.len() < 2 {
        return String::new();
    }
    let chunk = |chunk: &String| {
        let bytes = to_bytes(chunk).unwrap_or_default();
        format!("\"{}\"", bytes.escape_ascii())
    };
    let chunks: Vec<String> = example.chunks.iter().map(chunk).collect();
    format!("; chunks: {}", line(&chunks.join(" | "), VALUE_LIMIT))
}

fn evidence(example: &Example) -> Evidence {
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Evidence {
        expected: text(&example.expected),
        actual: text(&example.actual),
        reproduce: text(&example.printf).map(|printf| format!("{printf} | ssecheck parse")),
        ..Evidence::default()
    }
}

/// What was run, before the findings: the parser, the counts, the times.
pub(crate) fn facts(parser: &ParserReport, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (label, text) in labelled(parser) {
        lines.extend(hang(label, &line(&text, VALUE_LIMIT), LABEL, style.width));
    }
    lines
}

/// The same as pairs of a label and a sentence.
pub(crate) fn labelled(parser: &ParserReport) -> Vec<(&'static str, String)> {
    let mut all = vec![("parser", introduced(parser)), ("vectors", vectors(parser))];
    if parser.properties.streams > 0 {
        all.push(("random", properties(parser)));
    }
    if !parser.timing.is_empty() {
        all.push(("time", parser.timing.iter().map(timing).collect::<Vec<_>>().join("; ")));
    }
    if !parser.subject.hidden.is_empty() {
        all.push(("not shown", parser.subject.hidden.join(", ")));
    }
    all
}

fn introduced(parser: &ParserReport) -> String {
    let subject = &parser.subject;
    let mode = match subject.mode {
        Mode::Batch => "",
        Mode::Plain => "; plain mode: whole streams only",
    };
    let runtime = match subject.runtime.is_empty() {
        true => String::new(),
        false => format!(" on {}", subject.runtime),
    };
    let name = format!("{} {}", subject.name, subject.version);
    format!("{}{runtime}; profile {}{mode}", name.trim_end(), parser.profile.as_str())
}

fn vectors(parser: &ParserReport) -> String {
    let counts = parser.vectors;
    let parts = [
        (counts.passed, "passed"),
        (counts.failed, "failed"),
        (counts.crashed, "crashed"),
        (counts.timed_out, "timed out"),
        (counts.unobservable, "unobservable"),
        (counts.not_run, "not run"),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count)))
        .collect();
    let odd = [(counts.late, "late"), (counts.varying, "depending on the cuts")];
    let odd: Vec<String> = odd
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{} {word}", grouped(count)))
        .collect();
    let odd = if odd.is_empty() { String::new() } else { format!(" ({})", odd.join(", ")) };
    let streams = grouped(usize::try_from(counts.executions).unwrap_or(usize::MAX));
    format!("{}: {}{odd}; {streams} streams", grouped(counts.total), parts.join(", "))
}

fn properties(parser: &ParserReport) -> String {
    let number = |count: u64| grouped(usize::try_from(count).unwrap_or(usize::MAX));
    let properties = &parser.properties;
    let features = properties.features.len();
    let (streams, failing) = (number(properties.streams), number(properties.failing));
    let skipped = properties.features.iter().filter(|feature| feature.skipped).count();
    let left_out = match skipped {
        0 => String::new(),
        skipped => format!("; left out as known: {skipped}"),
    };
    let seed = parser.seed;
    format!(
        "{streams} streams with one of {features} features each, seed {seed}: {failing} read wrongly{left_out}"
    )
}

fn timing(timing: &Timing) -> String {
    let verdict = match timing.verdict {
        ClassVerdict::Pass => "linear",
        ClassVerdict::Slow => "more than linear",
        other => other.as_str(),
    };
    format!("{} {verdict}", timing.shape)
}
