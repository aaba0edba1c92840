//! The verdict over a load run, the same in every format.

use ssecheck_model::load::{Doubt, Load};
use ssecheck_model::report::Report;
use ssecheck_model::verdict::Outcome;

use crate::load::units::counted;

/// What a load run proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadVerdict {
    /// No stream was opened.
    NothingMeasured,
    /// A doubt can have changed the figures.
    NotTrusted,
    /// A threshold was crossed.
    Fail,
    /// The user stopped it before its end, and what was measured held.
    Interrupted,
    /// Every threshold held.
    Pass,
    /// There was no threshold to judge.
    Measured,
}

impl LoadVerdict {
    /// The first that applies. A crossed threshold proves nothing when the figures do not.
    pub(crate) fn of(load: &Load, interrupted: bool) -> Self {
        match crossed(load) {
            _ if load.connections.opened == 0 => Self::NothingMeasured,
            _ if !load.is_trusted() => Self::NotTrusted,
            1.. => Self::Fail,
            0 if interrupted => Self::Interrupted,
            0 if load.thresholds.is_empty() => Self::Measured,
            0 => Self::Pass,
        }
    }

    /// The word for people.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::NothingMeasured => "NOTHING MEASURED",
            Self::NotTrusted => "NOT TRUSTED",
            Self::Fail => "FAIL",
            Self::Interrupted => "INTERRUPTED",
            Self::Pass => "PASS",
            Self::Measured => "MEASURED",
        }
    }

    /// The outcome of a check that stands beside it in colour and sign; none where nothing was
    /// judged, since that is no reason for green.
    pub(crate) fn outcome(self) -> Option<Outcome> {
        match self {
            Self::NothingMeasured | Self::NotTrusted | Self::Interrupted => Some(Outcome::Error),
            Self::Fail => Some(Outcome::Fail),
            Self::Pass => Some(Outcome::Pass),
            Self::Measured => None,
        }
    }
}

/// What the load part says, in one sentence without the word of the verdict.
pub(crate) fn sentence(load: &Load, interrupted: bool) -> String {
    let connections = &load.connections;
    let mut parts = Vec::new();
    if connections.opened == 0 {
        parts
            .push(format!("no stream was opened in {}", counted(connections.attempted, "attempt")));
    }
    parts.extend(untrusted(load));
    parts.push(thresholds(load));
    if interrupted {
        parts.push("the user stopped the run: the figures are partial".to_owned());
    }
    parts.join("; ")
}

/// Why a load part proves less than its thresholds suggest. A format in which "no failures" means
/// green has to say this as an error.
pub(crate) fn cut_short(load: &Load, report: &Report) -> Option<(&'static str, String)> {
    if load.connections.opened == 0 {
        return Some(("nothing-measured", sentence(load, report.interrupted)));
    }
    report.interrupted.then(|| ("interrupted", "the user stopped the run".to_owned()))
}

/// The doubts that can have changed a figure.
pub(crate) fn invalidating(load: &Load) -> impl Iterator<Item = &Doubt> {
    load.doubts.iter().filter(|doubt| doubt.invalidates)
}

/// The doubts that cannot.
pub(crate) fn notes(load: &Load) -> impl Iterator<Item = &Doubt> {
    load.doubts.iter().filter(|doubt| !doubt.invalidates)
}

fn untrusted(load: &Load) -> Option<String> {
    let doubts = invalidating(load).count() as u64;
    (doubts > 0).then(|| format!("{} can have changed the figures", counted(doubts, "doubt")))
}

fn thresholds(load: &Load) -> String {
    let all = counted(load.thresholds.len() as u64, "threshold");
    match (load.thresholds.len(), crossed(load)) {
        (0, _) => "no threshold was given".to_owned(),
        (1, 0) => format!("{all} held"),
        (_, 0) => format!("all {all} held"),
        (_, crossed) => format!("{crossed} of {all} crossed"),
    }
}

fn crossed(load: &Load) -> usize {
    load.thresholds.iter().filter(|threshold| !threshold.held).count()
}
