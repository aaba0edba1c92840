//! What a worker and its publishers count. All of it only grows.

use std::collections::BTreeMap;

/// What the subscribers counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counters {
    pub(crate) attempted: u64,
    pub(crate) opened: u64,
    pub(crate) failed: u64,
    pub(crate) failed_by: BTreeMap<String, u64>,
    pub(crate) open: u64,
    pub(crate) peak: u64,
    pub(crate) ended_early: u64,
    pub(crate) ended_by: BTreeMap<String, u64>,
    pub(crate) completed: u64,
    pub(crate) reconnected: u64,
    pub(crate) late: u64,
    pub(crate) redirected: u64,
    pub(crate) events: u64,
    pub(crate) comments: u64,
    pub(crate) dataless_blocks: u64,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: u64,
    pub(crate) replayed: u64,
    pub(crate) foreign: u64,
    pub(crate) untimed: u64,
    pub(crate) without_kernel_stamp: u64,
    pub(crate) window_closed: u64,
    pub(crate) most_waiting: u64,
}

impl Counters {
    pub(crate) fn fail(&mut self, cause: &str) {
        self.failed += 1;
        count(&mut self.failed_by, cause);
    }

    pub(crate) fn end_early(&mut self, cause: &str) {
        self.ended_early += 1;
        count(&mut self.ended_by, cause);
    }

    pub(crate) fn open_one(&mut self) {
        self.opened += 1;
        self.open += 1;
        self.peak = self.peak.max(self.open);
    }
}

/// What the publishers counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Published {
    pub(crate) scheduled: u64,
    pub(crate) sent: u64,
    pub(crate) acknowledged: u64,
    pub(crate) failed: u64,
    pub(crate) failed_by: BTreeMap<String, u64>,
    pub(crate) in_flight: u64,
    pub(crate) most_in_flight: u64,
    pub(crate) waited: u64,
}

impl Published {
    pub(crate) fn fail(&mut self, cause: &str) {
        self.failed += 1;
        count(&mut self.failed_by, cause);
    }
}

/// Causes that are told apart; there are few, but a status is the server's choice.
const MAX_CAUSES: usize = 64;

fn count(causes: &mut BTreeMap<String, u64>, cause: &str) {
    let known = causes.len() < MAX_CAUSES || causes.contains_key(cause);
    *causes.entry(if known { cause } else { "other" }.to_owned()).or_default() += 1;
}
