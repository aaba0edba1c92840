//! What can be said about a figure.

use ssecheck_model::comparison::{Change, Figure, Finding, Sample};

use super::TOLERANCE;
use super::figures::Raw;
use super::statistics::{change, least_chance, sample};
use crate::load::units::share;

/// How rare chance has to be: 1 in 20, for each direction.
pub(super) const RARE: f64 = 0.05;
/// Room for the last bits of the sums: three runs each come to 1 in 20 exactly.
const ROUNDING: f64 = 1e-9;

/// Whether so many runs can ever tell a difference from noise: three each can just do it.
pub(crate) fn is_enough(a: usize, b: usize) -> bool {
    a.min(b) > 1 && least_chance(a, b) <= RARE + ROUNDING
}

/// By what figures are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    /// The least change that counts, if the user said so.
    pub(super) given: Option<f64>,
    /// The sides were not asked the same.
    pub(super) apart: bool,
}

type Said = (Finding, String);

fn said(finding: Finding, why: impl Into<String>) -> Said {
    (finding, why.into())
}

/// A figure that is noisy.
pub(super) fn noisy(raw: Raw, rule: Rule) -> Figure {
    judged(raw, |raw, a, b, change| match rule {
        _ if !raw.judged => said(Finding::Shown, "for the reader; not judged"),
        Rule { apart: true, .. } => said(Finding::NotComparable, "the sides are not alike"),
        Rule { given, .. } if is_enough(a.values.len(), b.values.len()) => {
            by_chance(raw, a, change, given.unwrap_or(TOLERANCE))
        }
        Rule { given: Some(tolerance), .. } => by_tolerance(raw, a, change, tolerance),
        Rule { given: None, .. } => said(
            Finding::NoiseUnknown,
            "too few runs to see the noise: three on each side are the least",
        ),
    })
}

/// Runs enough: chance has to be rare, and the change surely large enough to matter.
fn by_chance(raw: &Raw, a: &Sample, change: &Change, tolerance: f64) -> Said {
    let p = if change.difference > 0.0 { change.p_higher } else { change.p_lower };
    let rare = p <= RARE + ROUNDING;
    let chance = format!("chance alone does this in {} of comparisons", percent(p));
    let limit = least(raw, tolerance);
    match (rare, counts(raw, a, change, tolerance)) {
        (false, _) => said(Finding::NoDifference, format!("{chance}: that is not rare")),
        (true, false) => said(
            Finding::NoDifference,
            format!(
                "{chance}, but it is not sure that the change is above the tolerance ({limit})"
            ),
        ),
        (true, true) => said(direction(raw, change.difference), chance),
    }
}

/// Too few runs: the user says how much is noise.
fn by_tolerance(raw: &Raw, a: &Sample, change: &Change, tolerance: f64) -> Said {
    let limit = least(raw, tolerance);
    match counts(raw, a, change, tolerance) {
        true => said(
            direction(raw, change.difference),
            format!("beyond the tolerance that you gave ({limit}); too few runs to see the noise"),
        ),
        false => said(
            Finding::NoDifference,
            format!("within the tolerance that you gave ({limit}); too few runs to see the noise"),
        ),
    }
}

/// Whether a change counts: the end of its interval that is nearest to no change lies beyond the
/// tolerance and the floor. From 0, any change above the floor does.
fn counts(raw: &Raw, a: &Sample, change: &Change, tolerance: f64) -> bool {
    let nearest = match (change.low > 0.0, change.high < 0.0) {
        (true, _) => change.low,
        (_, true) => change.high,
        _ => return false,
    };
    let large = a.median == 0.0 || (nearest / a.median).abs() > tolerance;
    large && nearest.abs() >= raw.floor
}

fn least(raw: &Raw, tolerance: f64) -> String {
    match raw.floor > 0.0 {
        true => {
            format!("{}, and {} at least", share(tolerance), super::amount(raw.unit, raw.floor))
        }
        false => share(tolerance),
    }
}

fn direction(raw: &Raw, difference: f64) -> Finding {
    match (difference > 0.0) == raw.more_is_better {
        true => Finding::Better,
        false => Finding::Worse,
    }
}

/// Something that is counted exactly, and that should not be there at all.
pub(super) fn fact(raw: Raw, rule: Rule) -> Figure {
    judged(raw, |_, a, b, change| {
        let most = |it: &Sample| it.values.iter().copied().fold(0.0, f64::max);
        let (most_a, most_b) = (most(a), most(b));
        match (most_a > 0.0, most_b > 0.0) {
            _ if rule.apart => said(Finding::NotComparable, "the sides are not alike"),
            (false, false) => said(Finding::NoDifference, "none on either side"),
            (false, true) => {
                let runs = b.values.iter().filter(|value| **value > 0.0).count();
                said(
                    Finding::Worse,
                    format!("none on A; in {runs} of {} runs of B", b.values.len()),
                )
            }
            (true, false) => said(Finding::Better, "some on A, none on B"),
            (true, true) if is_enough(a.values.len(), b.values.len()) => both(change),
            (true, true) if most_b > most_a => {
                said(Finding::Worse, "on both sides; more on B than in any run of A")
            }
            (true, true) => said(Finding::NoDifference, "on both sides; on B not more than on A"),
        }
    })
}

/// What both sides have is a noisy number, too.
fn both(change: &Change) -> Said {
    let (p, finding) = match change.difference > 0.0 {
        true => (change.p_higher, Finding::Worse),
        false => (change.p_lower, Finding::Better),
    };
    let chance = format!("on both sides; chance alone does this in {} of comparisons", percent(p));
    let rare = p <= RARE + ROUNDING && change.difference != 0.0;
    said(if rare { finding } else { Finding::NoDifference }, chance)
}

fn judged(raw: Raw, judge: impl Fn(&Raw, &Sample, &Sample, &Change) -> Said) -> Figure {
    let (a, b) = (sample(&raw.a), sample(&raw.b));
    let both = a.as_ref().zip(b.as_ref());
    let change = both.and_then(|(a, b)| change(a, b));
    let (finding, why) = match (both, &change) {
        (Some((a, b)), Some(change)) => judge(&raw, a, b, change),
        _ if a.is_some() => said(Finding::NotComparable, "only A has it"),
        _ => said(Finding::NotComparable, "only B has it"),
    };
    let Raw { name, about, unit, more_is_better, .. } = raw;
    Figure { name, about, unit, more_is_better, a, b, change, finding, why }
}

/// A chance in words.
fn percent(p: f64) -> String {
    match p >= 0.000_5 {
        true => share(p),
        false => "less than 0.1 %".to_owned(),
    }
}
