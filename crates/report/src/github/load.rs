//! The load part as annotations.

use ssecheck_model::load::{Doubt, Load, ThresholdResult};

use super::command;
use crate::load::facts::words;
use crate::load::verdict::{invalidating, notes};

/// `::error` for every doubt that can have changed a figure and every crossed threshold, then
/// `::warning` for every other doubt.
pub(super) fn commands(load: &Load) -> String {
    let crossed = load.thresholds.iter().filter(|it| !it.held);
    let red = invalidating(load).map(|it| doubt("error", it));
    let crossed = crossed.map(|it| threshold(it, load.is_trusted()));
    let notes = notes(load).map(|it| doubt("warning", it));
    red.chain(crossed).chain(notes).collect()
}

fn doubt(kind: &str, it: &Doubt) -> String {
    let title = format!("ssecheck load: doubt {}", words(&it.code));
    let mut message = words(&it.message);
    if !it.cure.is_empty() {
        message.push_str(&format!("\ncure: {}", words(&it.cure)));
    }
    command(kind, None, &title, &message)
}

fn threshold(it: &ThresholdResult, trusted: bool) -> String {
    let but = if trusted { "" } else { "\nThe measurement cannot be trusted." };
    let message = format!("{} does not hold: {}{but}", words(&it.threshold), words(&it.actual));
    command("error", None, "ssecheck load: threshold crossed", &message)
}
