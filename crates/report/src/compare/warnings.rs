//! What takes weight from a comparison: told before any figure.

use jiff::Timestamp;
use ssecheck_model::comparison::{Comparison, Finding, Run, Warning};
use ssecheck_model::report::Report;

use super::judge::RARE;
use super::statistics::least_chance;
use super::{Settings, is_enough};
use crate::load::facts::words;
use crate::load::units::{counted, share};
use crate::load::verdict::invalidating;
use crate::matrix::Subject;

fn warning(code: &str, invalidates: bool, message: impl Into<String>) -> Warning {
    Warning { code: code.to_owned(), invalidates, message: message.into() }
}

/// Why a run is not to be trusted, as codes; empty when it is.
pub(super) fn reasons(report: &Report) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    if let Some(load) = &report.load {
        reasons.extend((load.connections.opened == 0).then(|| "nothing-measured".to_owned()));
        reasons.extend(load.aborted.is_some().then(|| "stopped-by-threshold".to_owned()));
        reasons.extend(invalidating(load).map(|doubt| doubt.code.clone()));
    }
    if let Some(checks) = &report.conformance {
        reasons.extend(checks.aborted.is_some().then(|| "run-broke".to_owned()));
    }
    reasons.extend(report.interrupted.then(|| "interrupted".to_owned()));
    reasons
}

/// All that there is to say; what takes all weight first.
pub(super) fn of(
    it: &Comparison,
    a: &[Subject],
    b: &[Subject],
    settings: Settings,
) -> Vec<Warning> {
    let mut all: Vec<Warning> = untrusted(&it.a, &it.b, settings.allow_doubts).collect();
    all.extend(apart(it, settings.allow_differences));
    all.extend(few(it));
    all.extend(many(it));
    let [a, b] = [a, b].map(|side| side.iter().filter_map(Span::of).collect::<Vec<_>>());
    all.extend(in_blocks(&a, &b));
    all.extend(at_once(&a, &b));
    all.sort_by_key(|warning| !warning.invalidates);
    all
}

/// The runs whose own figures may be wrong.
pub(super) fn untrusted<'a>(
    a: &'a [Run],
    b: &'a [Run],
    allowed: bool,
) -> impl Iterator<Item = Warning> + 'a {
    let sides = a.iter().map(|run| ("A", run)).chain(b.iter().map(|run| ("B", run)));
    sides.filter(|(_, run)| !run.doubts.is_empty()).map(move |(side, run)| {
        let codes: Vec<String> = run.doubts.iter().map(|code| words(code)).collect();
        let (name, codes) = (words(&run.name), codes.join(", "));
        warning("untrusted-run", !allowed, format!("{name} ({side}) is not to be trusted: {codes}"))
    })
}

fn apart(it: &Comparison, allowed: bool) -> Option<Warning> {
    let found: Vec<String> =
        it.differences.iter().filter(|it| it.apart).map(|it| words(&it.what)).collect();
    let message = format!("not the same in all runs: {}", found.join(", "));
    (!found.is_empty()).then(|| warning("not-alike", !allowed, message))
}

fn few(it: &Comparison) -> Option<Warning> {
    let (a, b) = (it.a.len(), it.b.len());
    let runs = match (a, b) {
        (1, 1) => "one run on each side: the noise is unknown".to_owned(),
        _ => format!(
            "{a} against {b} runs: chance alone sorts them completely in {} of comparisons",
            share(least_chance(a, b))
        ),
    };
    let cure = "three on each side are the least, five are better";
    let told = match it.tolerance {
        Some(tolerance) => format!("the tolerance of {} is your word for it", share(tolerance)),
        None => "nothing noisy is judged".to_owned(),
    };
    (!is_enough(a, b)).then(|| warning("few-runs", false, format!("{runs}; {told}; {cure}")))
}

/// How much chance there is that one of many figures is red for nothing.
fn many(it: &Comparison) -> Option<Warning> {
    let tested = |finding| !matches!(finding, Finding::Shown | Finding::NotComparable);
    let judged = it.figures.iter().filter(|figure| tested(figure.finding)).count();
    (judged > 1 && is_enough(it.a.len(), it.b.len())).then(|| {
        let figures = counted(judged as u64, "figure");
        let most = share((judged as f64 * RARE).min(1.0));
        let message = format!(
            "{figures} judged, each with a chance of at most 1 in 20 to be called worse although \
             nothing differs: at most {most} that one of them is; look twice at one alone"
        );
        warning("many-figures", false, message)
    })
}

/// When a run was.
struct Span {
    from: Timestamp,
    until: Timestamp,
    machine: String,
}

impl Span {
    fn of(subject: &Subject) -> Option<Self> {
        let report = &subject.report;
        let from: Timestamp = report.started_at.parse().ok()?;
        let length = i64::try_from(report.duration_ms).ok()?;
        let until = from.checked_add(jiff::SignedDuration::from_millis(length)).ok()?;
        let shard = report.load.as_ref()?.shards.first();
        let machine = shard.map(|shard| shard.environment.machine.clone()).unwrap_or_default();
        Some(Self { from, until, machine })
    }
}

/// All runs of a side before all of the other: what changed meanwhile looks like a difference.
fn in_blocks(a: &[Span], b: &[Span]) -> Option<Warning> {
    let before = |one: &[Span], other: &[Span]| {
        let last = one.iter().map(|it| it.from).max();
        let first = other.iter().map(|it| it.from).min();
        last.zip(first).is_some_and(|(last, first)| last < first)
    };
    let several = a.len() > 1 && b.len() > 1;
    (several && (before(a, b) || before(b, a))).then(|| {
        let message = "all runs of one side were made before those of the other: whatever changed \
                       on the machine meanwhile looks like a difference; make them in turns (A B A B)";
        warning("not-interleaved", false, message)
    })
}

/// Runs that disturbed each other.
fn at_once(a: &[Span], b: &[Span]) -> Option<Warning> {
    let all: Vec<&Span> = a.iter().chain(b).collect();
    let disturbed = |(at, one): (usize, &&Span)| {
        all[..at].iter().any(|other| {
            let together = one.from < other.until && other.from < one.until;
            together && !one.machine.is_empty() && one.machine == other.machine
        })
    };
    all.iter().enumerate().any(disturbed).then(|| {
        let message =
            "runs were made at the same time on the same machine: they disturbed each other";
        warning("at-the-same-time", false, message)
    })
}
