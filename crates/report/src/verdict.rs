//! The verdict in one sentence, the same in every format.

use ssecheck_model::report::{CheckResult, Conformance, Report, Summary};
use ssecheck_model::verdict::Outcome;

use crate::counts::{checks, phrase};
use crate::sanitize::{VALUE_LIMIT, line};

/// The word of the verdict: of a parser, its own.
pub(crate) fn word(report: &Report, conformance: &Conformance) -> &'static str {
    match &report.parser {
        Some(parser) => parser.verdict.as_str(),
        None => conformance.verdict.as_str(),
    }
}

/// What the report says about the target, in one sentence without the word of the verdict.
pub(crate) fn sentence(conformance: &Conformance) -> String {
    let mut parts = vec![outcome(conformance)];
    parts.extend(broken(conformance.summary));
    parts.extend(stale(conformance));
    parts.extend(untold(conformance));
    parts.extend(conformance.aborted.as_deref().map(|why| {
        let why = line(why, VALUE_LIMIT);
        format!("the run ended early: {why}")
    }));
    parts.join("; ")
}

/// Why a report proves less than its checks suggest, whatever their outcomes: it was cut short, or
/// nothing was carried out. A format in which "no failures" means green has to say this as an error.
pub(crate) fn cut_short(report: &Report) -> Option<(&'static str, String)> {
    match (&report.conformance, &report.load) {
        (Some(conformance), _) => checks_cut_short(conformance, report),
        (None, Some(load)) => crate::load::verdict::cut_short(load, report),
        (None, None) => Some(("nothing-executed", "the report has no conformance part".to_owned())),
    }
}

fn checks_cut_short(conformance: &Conformance, report: &Report) -> Option<(&'static str, String)> {
    match (&conformance.aborted, report.interrupted, conformance.summary.executed()) {
        (Some(why), _, _) => Some(("aborted", line(why, VALUE_LIMIT))),
        (None, true, _) => Some(("interrupted", "the user stopped the run".to_owned())),
        (None, false, 0) => Some(("nothing-executed", "no check was carried out".to_owned())),
        (None, false, _) => None,
    }
}

/// What the checks that were carried out say.
fn outcome(conformance: &Conformance) -> String {
    let summary = conformance.summary;
    let executed = checks(summary.executed());
    let odd: Vec<String> = [(Outcome::Warn, summary.warn), (Outcome::Known, summary.known)]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| phrase(outcome, count))
        .collect();
    match (summary.executed(), summary.fail, odd.is_empty()) {
        (0, _, _) => "no check was carried out".to_owned(),
        (_, 0, true) => format!("{executed} carried out, all passed"),
        (_, 0, false) => format!("{executed} carried out, none failed, {}", odd.join(", ")),
        (_, fail, _) => format!("{executed} carried out, {}", phrase(Outcome::Fail, fail)),
    }
}

fn stale(conformance: &Conformance) -> Option<String> {
    match conformance.baseline_problems().len() {
        0 => None,
        1 => Some("1 entry of the baseline file does not hold".to_owned()),
        count => Some(format!("{count} entries of the baseline file do not hold")),
    }
}

/// Checks of a capture that it does not show: nobody may take them for passed.
fn untold(conformance: &Conformance) -> Option<String> {
    let untold = |check: &&CheckResult| check.reason.as_deref() == Some("not-in-capture");
    let count = conformance.checks.iter().filter(untold).count();
    (count > 0).then(|| format!("{} not told by the capture (not-in-capture)", checks(count)))
}

fn broken(summary: Summary) -> Option<String> {
    let broken = summary.error + summary.untestable;
    (broken > 0).then(|| format!("{} could not be carried out", checks(broken)))
}
