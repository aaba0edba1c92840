//! The measured times of one worker: a histogram each, made at the first sample.

use ssecheck_model::load::Metric;

use crate::clock::Nanos;
use crate::histogram::{self, Times};

/// A histogram for each measured time.
#[derive(Debug, Default)]
pub struct Metrics {
    times: [Option<Box<Times>>; Metric::ALL.len()],
}

impl Metrics {
    /// Counts a time, rounded to microseconds; one of more than an hour counts as an hour.
    pub fn record(&mut self, metric: Metric, time: Nanos) {
        let times = self.times[metric as usize].get_or_insert_with(|| Box::new(histogram::empty()));
        times.saturating_record(((time + 500) / 1000).min(histogram::LONGEST_US));
    }

    /// The histogram of one measured time, if there was a sample.
    #[must_use]
    pub fn get(&self, metric: Metric) -> Option<&Times> {
        self.times[metric as usize].as_deref()
    }

    /// Adds all samples of another set, exactly.
    pub fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.times.iter_mut().zip(&other.times) {
            let Some(theirs) = theirs else { continue };
            let mine = mine.get_or_insert_with(|| Box::new(histogram::empty()));
            // All histograms have the same bounds, so that adding cannot fail.
            let _ = mine.add(theirs.as_ref());
        }
    }

    /// All measured times that have samples.
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &Times)> {
        Metric::ALL.into_iter().filter_map(|metric| Some((metric, self.get(metric)?)))
    }

    /// Takes everything out, as at the end of an interval.
    #[must_use]
    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_metrics_is_that_of_their_names() {
        assert!(Metric::ALL.into_iter().enumerate().all(|(at, metric)| metric as usize == at));
    }

    #[test]
    fn sets_add_up_to_the_set_of_all_samples() {
        let (mut a, mut b, mut all) = (Metrics::default(), Metrics::default(), Metrics::default());
        for time in 0..1000_u64 {
            let half = if time % 3 == 0 { &mut a } else { &mut b };
            half.record(Metric::Fanout, time * 77_777);
            all.record(Metric::Fanout, time * 77_777);
        }
        b.record(Metric::Lag, 5_000);
        all.record(Metric::Lag, 5_000);
        a.add(&b.take());
        for (metric, times) in all.iter() {
            let sum = a.get(metric).map(histogram::write);
            assert_eq!(sum, Some(histogram::write(times)), "{}", metric.as_str());
        }
        assert!(b.get(Metric::Lag).is_none(), "taken");
    }

    #[test]
    fn what_is_longer_than_an_hour_counts_as_an_hour() {
        let mut metrics = Metrics::default();
        metrics.record(Metric::Gap, u64::MAX / 2);
        let max = metrics.get(Metric::Gap).unwrap().max();
        let hour = histogram::LONGEST_US;
        assert!((hour..hour / 1000 * 1001).contains(&max), "{max}");
    }
}
