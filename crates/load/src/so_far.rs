//! What the intervals of a run add up to while it lasts, in one process or several.

use std::collections::BTreeMap;

use ssecheck_model::load::{Brief, Interval, Metric};

use crate::histogram::{self, Times};
use crate::merge::add_up;

/// The most intervals that wait for a slow shard, so that memory has a bound.
const MOST_WAITING: usize = 64;

/// The times that are added up: those that people ask for first, and our own lateness. Each costs an
/// inflated histogram for each interval.
const TIMES: [Metric; 6] = [
    Metric::Fanout,
    Metric::FanoutRemote,
    Metric::FanoutFromStamp,
    Metric::Spread,
    Metric::Gap,
    Metric::Lag,
];

/// Sums over all intervals that every shard has told.
#[derive(Debug, Default)]
pub struct Sums {
    shards: usize,
    /// By number: what shards have told of intervals that others have not told yet.
    waiting: BTreeMap<u64, Vec<Interval>>,
    times: BTreeMap<Metric, Times>,
    /// Attempts that failed.
    pub failed: u64,
    /// Streams that the server ended.
    pub ended_early: u64,
    /// Events received.
    pub events: u64,
    /// Events published.
    pub published: u64,
}

impl Sums {
    /// Of a run of so many shards, at least one.
    #[must_use]
    pub fn of(shards: usize) -> Self {
        Self { shards: shards.max(1), ..Self::default() }
    }

    /// Adds what one shard tells. Returns the interval over all shards once the last of them has
    /// told it.
    pub fn add(&mut self, interval: &Interval) -> Option<Interval> {
        let whole = if self.shards == 1 { interval.clone() } else { self.joined(interval)? };
        self.failed += whole.failed;
        self.ended_early += whole.ended_early;
        self.events += whole.events;
        self.published += whole.published;
        let main = TIMES.into_iter().find(|it| whole.latency_us.contains_key(it.as_str()));
        for metric in main.into_iter().chain([Metric::Lag]) {
            let Some(brief) = whole.latency_us.get(metric.as_str()) else { continue };
            let sum = self.times.entry(metric).or_insert_with(histogram::empty);
            if let Ok(times) = histogram::read(&brief.histogram) {
                // All histograms have the same bounds, so that adding cannot fail.
                let _ = sum.add(times);
            }
        }
        Some(whole)
    }

    fn joined(&mut self, interval: &Interval) -> Option<Interval> {
        let number = interval.at_ms / interval.length_ms.max(1);
        let told = self.waiting.entry(number).or_default();
        told.push(interval.clone());
        let complete = told.len() == self.shards;
        let whole = complete.then(|| self.waiting.remove(&number)).flatten();
        if self.waiting.len() > MOST_WAITING {
            self.waiting.pop_first();
        }
        add_up(&whole?)
    }

    /// The figures of the main time so far, and of our own lateness, without their histograms.
    #[must_use]
    pub fn briefs(&self) -> BTreeMap<String, Brief> {
        let brief = |times: &Times| Brief {
            count: times.len(),
            p50: times.value_at_quantile(0.5),
            p90: times.value_at_quantile(0.9),
            p99: times.value_at_quantile(0.99),
            max: times.max(),
            histogram: String::new(),
        };
        self.times.iter().map(|(metric, it)| (metric.as_str().to_owned(), brief(it))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(at_ms: u64, open: u64, times: &[u64]) -> Interval {
        let mut all = histogram::empty();
        times.iter().for_each(|us| all.record(*us).unwrap());
        let latency_us = BTreeMap::from([("fanout".to_owned(), histogram::brief(&all))]);
        let events = times.len() as u64;
        Interval { at_ms, length_ms: 1000, open, events, latency_us, ..Interval::default() }
    }

    #[test]
    fn percentiles_so_far_are_of_all_samples_and_no_mean_of_percentiles() {
        let mut sums = Sums::of(1);
        sums.add(&interval(0, 1, &[100; 99]));
        sums.add(&interval(1000, 1, &[900]));
        let fanout = &sums.briefs()["fanout"];
        assert_eq!((fanout.count, fanout.p50, fanout.p99, fanout.max), (100, 100, 100, 900));
        assert_eq!(sums.events, 100);
    }

    #[test]
    fn an_interval_of_several_shards_is_told_when_all_have_told_it() {
        let mut sums = Sums::of(2);
        assert_eq!(sums.add(&interval(0, 3, &[100])), None);
        assert_eq!(sums.add(&interval(1000, 3, &[100])), None, "the same shard again");
        let whole = sums.add(&interval(0, 4, &[300])).expect("both");
        assert_eq!((whole.at_ms, whole.open, whole.events), (0, 7, 2));
        assert_eq!(whole.latency_us["fanout"].max, 300);
        assert_eq!(sums.briefs()["fanout"].count, 2, "the second interval is not told yet");
    }

    #[test]
    fn a_shard_that_stays_silent_costs_no_more_than_a_bound() {
        let mut sums = Sums::of(2);
        (0..1000).for_each(|n| assert_eq!(sums.add(&interval(n * 1000, 1, &[1])), None));
        assert!(sums.waiting.len() <= MOST_WAITING);
    }
}
