//! Doubts about what was counted.

use ssecheck_model::load::{Doubt, Load};

use super::doubts::doubt;
use super::figures::Figures;
use super::words::{counted, were};

/// Subscribers that were not there when publishing began: fewer deliveries than planned are owed.
pub(super) fn late_subscribers(load: &Load, _: &Figures) -> Option<Doubt> {
    let (late, peak) = (load.connections.late, load.plan.peak_subscribers);
    if late == 0 {
        return None;
    }
    let message = format!(
        "{late} of {} not connected when publishing began; only what came after is \
         owed to them.",
        were(peak, "subscriber"),
    );
    let cure = "Connect more slowly (`--ramp`) or wait longer before the first event (plan: \
                `settle`).";
    doubt("late-subscribers", false, message, cure)
}

/// A subscriber lost more than is kept of it.
pub(super) fn untracked(load: &Load, _: &Figures) -> Option<Doubt> {
    let untracked = load.events.untracked;
    if untracked == 0 {
        return None;
    }
    let message = format!(
        "Whether {} lost, doubled or late can no longer be told: too much was missing at a time.",
        were(untracked, "event")
    );
    let cure = "Publish fewer events per second or run for a shorter time, until less is lost.";
    doubt("untracked", true, message, cure)
}

/// Publish requests that failed: their events may never have existed.
pub(super) fn unknown_publishes(load: &Load, _: &Figures) -> Option<Doubt> {
    let publishing = load.publishing.as_ref().filter(|it| it.failed > 0)?;
    let lost = load.events.lost;
    let effect = if lost > 0 {
        format!("{} may never have been published", counted(lost, "lost event"))
    } else {
        "nothing that was owed is missing".to_owned()
    };
    let message = format!(
        "{} of {} failed, and whether their events were published is not known; {effect}.",
        publishing.failed,
        counted(publishing.sent, "publish request"),
    );
    let cure = "See `publishing.failed_by` for the cause and mend it, or publish more slowly.";
    doubt("unknown-publishes", lost > 0, message, cure)
}

/// Streams were open and nothing came.
pub(super) fn nothing_received(load: &Load, _: &Figures) -> Option<Doubt> {
    let opened = load.connections.opened;
    if opened == 0 {
        return None;
    }
    match &load.publishing {
        Some(publishing) if publishing.sent > 0 && load.events.received == 0 => {
            let message = format!(
                "{} went out and {} opened, but no event of this run came on any of them.",
                counted(publishing.sent, "publish request"),
                were(opened, "stream"),
            );
            let cure = "Check that the publish hook and the stream's URL mean the same topic, and \
                        that `{{data}}` is passed on unchanged.";
            doubt("nothing-received", true, message, cure)
        }
        None if load.events.events == 0 => {
            let message = format!(
                "{} opened, and the server sent no event on any of them.",
                were(opened, "stream")
            );
            let cure = "Measure for longer (`--duration`), or add a publish hook to the target.";
            doubt("nothing-received", false, message, cure)
        }
        _ => None,
    }
}
