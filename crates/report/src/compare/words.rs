//! What all formats say alike about a comparison.

use ssecheck_model::comparison::*;
use ssecheck_model::verdict::Outcome;

use crate::load::facts::words;
use crate::load::units::{self, share};

/// A value of a figure, with its unit.
pub(crate) fn amount(unit: Unit, value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    let size = value.abs();
    let text = match unit {
        // Processor time per event is a few microseconds.
        Unit::Us if size < 100.0 && size.fract() != 0.0 => format!("{size:.2} us"),
        Unit::Us => units::time(size.round() as u64),
        Unit::Bytes => units::bytes(size),
        Unit::Count => units::amount(size),
        Unit::PerSecond => format!("{}/s", units::magnitude(size)),
    };
    format!("{sign}{text}")
}

/// A difference with its sign.
pub(crate) fn signed(unit: Unit, value: f64) -> String {
    let plus = if value > 0.0 { "+" } else { "" };
    plus.to_owned() + &amount(unit, value)
}

/// A change as a share with its sign: `+12 %`, `-4.0 %`.
pub(crate) fn signed_share(it: f64) -> String {
    let percent = it * 100.0;
    match percent.abs() < 9.95 && percent != 0.0 {
        true => format!("{percent:+.1} %"),
        false => format!("{percent:+.0} %"),
    }
}

/// What stands for a side in a table: the median of what is noisy, the worst run of what is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Headline {
    /// The median.
    Median,
    /// The most in one run.
    Most,
}

impl Headline {
    pub(crate) fn of(self, sample: &Sample) -> f64 {
        match self {
            Self::Median => sample.median,
            Self::Most => sample.values.iter().copied().fold(0.0, f64::max),
        }
    }

    /// The change as a share with its sign; of nothing there is none.
    pub(crate) fn change(self, it: &Figure) -> String {
        let (Some(a), Some(b)) = (&it.a, &it.b) else { return String::new() };
        let (a, b) = (self.of(a), self.of(b));
        if a == 0.0 { String::new() } else { signed_share((b - a) / a) }
    }
}

/// `1.10 ms to 1.31 ms (75 %)`; one run has no interval.
pub(crate) fn spread(figure: &Figure, it: &Sample) -> String {
    let [low, median, high] = [it.low, it.median, it.high].map(|it| amount(figure.unit, it));
    match it.confidence > 0.0 {
        true => format!("{low} to {high} ({})", share(it.confidence)),
        false => median,
    }
}

/// The facts that are worth a line: what is not zero everywhere.
pub(crate) fn told_facts(it: &Comparison) -> Vec<&Figure> {
    it.facts.iter().filter(|figure| !is_quiet(figure)).collect()
}

/// The names of the others.
pub(crate) fn quiet_facts(it: &Comparison) -> Vec<&str> {
    it.facts.iter().filter(|figure| is_quiet(figure)).map(|it| it.name.as_str()).collect()
}

fn is_quiet(it: &Figure) -> bool {
    let zero = |side: &Option<Sample>| {
        side.as_ref().is_some_and(|side| side.values.iter().all(|value| *value == 0.0))
    };
    zero(&it.a) && zero(&it.b)
}

/// What is judged, and all of the times that are judged in part.
pub(crate) fn figures_in_short(it: &Comparison) -> Vec<&Figure> {
    let judged = |figure: &&Figure| figure.finding != Finding::Shown;
    let first = it.figures.iter().find(judged).map(|it| family(&it.name));
    let kept = |figure: &&Figure| judged(figure) || Some(family(&figure.name)) == first;
    it.figures.iter().filter(kept).collect()
}

fn family(name: &str) -> &str {
    name.split_once('.').map_or(name, |(family, _)| family)
}

/// The kinds of change that there are, worst first.
pub(crate) fn kinds(changes: &[CheckChange]) -> Vec<ChangeKind> {
    let mut kinds: Vec<ChangeKind> = changes.iter().map(|it| it.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// `pass -> fail (no-date)`.
pub(crate) fn course(it: &CheckChange) -> String {
    let side = |outcome: Option<Outcome>, reason: &Option<String>| {
        let word = outcome.map_or("absent", Outcome::as_str);
        let plain = matches!(outcome, Some(Outcome::Pass) | None);
        match reason.as_deref().filter(|_| !plain) {
            Some(reason) => format!("{word} ({})", words(reason)),
            None => word.to_owned(),
        }
    };
    format!("{} -> {}", side(it.a, &it.a_reason), side(it.b, &it.b_reason))
}
