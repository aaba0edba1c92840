//! All doubts, those that invalidate first.

use ssecheck_model::load::{Doubt, Load};

use super::figures::Figures;
use super::{count_doubts, machine_doubts, time_doubts};

/// The code of every doubt that there is, in the order in which they are told. Stable for ever.
pub const CODES: [&str; 18] = [
    "unreadable-histogram",
    "merged-reads",
    "closed-window",
    "slip",
    "lag",
    "no-kernel-time",
    "without-kernel-stamp",
    "clock-step",
    "stalled",
    "remote-clock",
    "spread-per-shard",
    "saturated-processor",
    "ports",
    "descriptors",
    "late-subscribers",
    "untracked",
    "unknown-publishes",
    "nothing-received",
];

type Judge = fn(&Load, &Figures) -> Option<Doubt>;

const JUDGES: [Judge; 19] = [
    time_doubts::unreadable_histogram,
    time_doubts::merged_reads,
    time_doubts::closed_window,
    time_doubts::slip,
    time_doubts::lag,
    time_doubts::no_kernel_time,
    time_doubts::without_kernel_stamp,
    time_doubts::clock_step,
    time_doubts::stalled,
    time_doubts::remote_clock,
    time_doubts::spread_per_shard,
    machine_doubts::saturated_machine,
    machine_doubts::saturated_worker,
    machine_doubts::ports,
    machine_doubts::descriptors,
    count_doubts::late_subscribers,
    count_doubts::untracked,
    count_doubts::unknown_publishes,
    count_doubts::nothing_received,
];

/// Those that need nothing that is only counted at the end.
const EARLY: [Judge; 8] = [
    time_doubts::merged_reads,
    time_doubts::closed_window,
    time_doubts::slip,
    time_doubts::clock_step,
    machine_doubts::saturated_machine,
    machine_doubts::saturated_worker,
    machine_doubts::ports,
    machine_doubts::descriptors,
];

pub(super) fn all(load: &Load, figures: &Figures) -> Vec<Doubt> {
    of(&JUDGES, load, figures)
}

/// What can be told while the run lasts.
pub(super) fn early(load: &Load, figures: &Figures) -> Vec<Doubt> {
    of(&EARLY, load, figures)
}

fn of(judges: &[Judge], load: &Load, figures: &Figures) -> Vec<Doubt> {
    let mut doubts: Vec<Doubt> = judges.iter().filter_map(|judge| judge(load, figures)).collect();
    doubts.sort_by_key(|doubt| !doubt.invalidates);
    doubts
}

/// A doubt that can have changed a figure if `invalidates`, else a note.
pub(super) fn doubt(code: &str, invalidates: bool, message: String, cure: &str) -> Option<Doubt> {
    Some(Doubt { code: code.to_owned(), invalidates, message, cure: cure.to_owned() })
}
