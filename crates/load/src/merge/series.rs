//! The intervals of shards, laid over one another.

use std::collections::BTreeMap;

use ssecheck_model::load::{Brief, Interval, Load};

use super::MergeError;
use super::measured::add;
use crate::histogram::{self, Times};

/// An interval that is being added up.
#[derive(Default)]
struct Sum {
    interval: Interval,
    times: BTreeMap<String, Times>,
}

/// The intervals of all shards by their number since connecting began. Streams open at the end of
/// an interval are those of each shard's last interval with that number.
pub(super) fn series(loads: &[&Load]) -> Result<Vec<Interval>, MergeError> {
    let length = loads[0].plan.interval_ms.max(1);
    let mut sums: BTreeMap<u64, Sum> = BTreeMap::new();
    for load in loads {
        let index = load.shards[0].index;
        let mut open: BTreeMap<u64, u64> = BTreeMap::new();
        for interval in &load.series {
            let number = interval.at_ms.saturating_add(length / 2) / length;
            let sum = sums.entry(number).or_insert_with(|| begin(interval));
            sum.add_counts(interval);
            sum.add_times(index, interval)?;
            open.insert(number, interval.open);
        }
        for (number, open) in open {
            if let Some(sum) = sums.get_mut(&number) {
                sum.interval.open = sum.interval.open.saturating_add(open);
            }
        }
    }
    Ok(sums.into_values().map(Sum::finish).collect())
}

/// One interval of several shards as one; `None` when a histogram of theirs cannot be read.
pub(crate) fn add_up(shards: &[Interval]) -> Option<Interval> {
    let mut sum = begin(shards.first()?);
    for interval in shards {
        sum.add_counts(interval);
        sum.add_times(0, interval).ok()?;
        sum.interval.open = sum.interval.open.saturating_add(interval.open);
    }
    Some(sum.finish())
}

fn begin(interval: &Interval) -> Sum {
    let interval = Interval { at_ms: interval.at_ms, ..Interval::default() };
    Sum { interval, times: BTreeMap::new() }
}

impl Sum {
    fn add_counts(&mut self, other: &Interval) {
        let sum = &mut self.interval;
        let counts = [
            (&mut sum.opened, other.opened),
            (&mut sum.failed, other.failed),
            (&mut sum.ended_early, other.ended_early),
            (&mut sum.events, other.events),
            (&mut sum.comments, other.comments),
            (&mut sum.wire_bytes, other.wire_bytes),
            (&mut sum.published, other.published),
        ];
        for (slot, count) in counts {
            *slot = slot.saturating_add(count);
        }
        sum.at_ms = sum.at_ms.min(other.at_ms);
        sum.length_ms = sum.length_ms.max(other.length_ms);
        sum.worker_cpu = sum.worker_cpu.max(other.worker_cpu);
        sum.machine_cpu = sum.machine_cpu.max(other.machine_cpu);
        sum.server = sum.server.or(other.server);
    }

    fn add_times(&mut self, index: u32, other: &Interval) -> Result<(), MergeError> {
        for (metric, Brief { count, histogram, .. }) in &other.latency_us {
            let all = self.times.entry(metric.clone()).or_insert_with(histogram::empty);
            add(all, index, metric, (*count, histogram))?;
        }
        Ok(())
    }

    fn finish(self) -> Interval {
        let measured = self.times.into_iter().filter(|(_, times)| !times.is_empty());
        let latency_us = measured.map(|(name, times)| (name, histogram::brief(&times))).collect();
        Interval { latency_us, ..self.interval }
    }
}
