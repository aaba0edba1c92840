//! Judges a [`Load`]: its thresholds and its doubts.
//!
//! A pure function of the data in it, so that shards are added up first and judged after.

use ssecheck_model::load::{Doubt, Load};

mod count_doubts;
mod doubts;
mod figures;
mod machine_doubts;
mod thresholds;
mod time_doubts;
mod words;

pub use doubts::CODES;
pub use figures::{TOLERATED_SHARE, TOLERATED_US};
pub use thresholds::crossed;

use figures::Figures;

use crate::metrics::Metrics;

/// Fills in `thresholds` and `doubts` from the rest of `load`, in place of what was there.
pub fn judge(load: &mut Load) {
    let figures = Figures::read(load);
    load.thresholds = thresholds::results(load, &figures);
    load.doubts = doubts::all(load, &figures);
}

/// The doubts that can be told in the middle of a run, from the times so far.
pub(crate) fn doubts_so_far(load: &Load, times: &Metrics) -> Vec<Doubt> {
    doubts::early(load, &Figures::of(times))
}
