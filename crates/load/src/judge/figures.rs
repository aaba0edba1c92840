//! The histograms of a load run, read back, and when two distributions differ.

use std::collections::BTreeMap;

use ssecheck_model::load::{Load, Metric};

use crate::histogram::{self, Times};
use crate::metrics::Metrics;

/// A figure is doubtful when it may be off by more than this share of itself and by more than
/// [`TOLERATED_US`]: half of the 10 % below which two runs on one machine do not differ.
pub const TOLERATED_SHARE: f64 = 0.05;

/// See [`TOLERATED_SHARE`]; microseconds. Nobody sizes a server by half a millisecond.
pub const TOLERATED_US: u64 = 500;

/// The figures that are compared, as they are printed: name and quantile.
pub(super) const COMPARED: [(&str, f64); 4] =
    [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

/// What was measured, by metric. Metrics without samples are absent.
pub(super) struct Figures {
    times: BTreeMap<Metric, Times>,
    /// Metrics whose histogram cannot be read.
    pub(super) unreadable: Vec<&'static str>,
}

impl Figures {
    pub(super) fn read(load: &Load) -> Self {
        let mut figures = Self { times: BTreeMap::new(), unreadable: Vec::new() };
        for metric in Metric::ALL {
            let Some(latency) = load.latency_us.get(metric.as_str()) else { continue };
            match histogram::read(&latency.histogram) {
                Ok(times) if times.is_empty() && latency.count == 0 => {}
                Ok(times) if times.len() == latency.count => {
                    figures.times.insert(metric, times);
                }
                // A summary without samples needs no histogram.
                Err(_) if latency.count == 0 => {}
                _ => figures.unreadable.push(metric.as_str()),
            }
        }
        figures
    }

    /// As they are measured, before they are written.
    pub(super) fn of(times: &Metrics) -> Self {
        let times = times.iter().map(|(metric, times)| (metric, times.clone())).collect();
        Self { times, unreadable: Vec::new() }
    }

    pub(super) fn get(&self, metric: Metric) -> Option<&Times> {
        self.times.get(&metric)
    }

    pub(super) fn p99(&self, metric: Metric) -> Option<u64> {
        self.get(metric).map(|times| times.value_at_quantile(0.99))
    }
}

/// One figure, as reported and as it may have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) name: &'static str,
    pub(super) reported: u64,
    pub(super) other: u64,
}

impl Difference {
    /// Whether it is beyond what is tolerated.
    pub(super) fn is_material(self) -> bool {
        let off = self.reported.abs_diff(self.other);
        off > TOLERATED_US && as_f64(off) > TOLERATED_SHARE * as_f64(self.reported)
    }
}

/// The figure in which two distributions differ most, in microseconds; a material one before any
/// other.
pub(super) fn worst_difference(reported: &Times, others: &[&Times]) -> Option<Difference> {
    let differences = others.iter().flat_map(|other| {
        COMPARED.map(|(name, quantile)| Difference {
            name,
            reported: reported.value_at_quantile(quantile),
            other: other.value_at_quantile(quantile),
        })
    });
    // Of equal ones the last is the greatest, and the lowest percentile says most.
    differences.rev().max_by_key(|it| (it.is_material(), it.reported.abs_diff(it.other)))
}

/// Counts and microseconds stay far below 2^53, where this is exact.
pub(super) fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(reported: u64, other: u64) -> Difference {
        Difference { name: "p50", reported, other }
    }

    #[test]
    fn a_difference_is_material_beyond_both_bounds_only() {
        assert!(!difference(1_000, 1_500).is_material(), "500 us");
        assert!(difference(1_000, 1_501).is_material());
        assert!(!difference(100_000, 105_000).is_material(), "5 %");
        assert!(difference(100_000, 105_001).is_material());
        assert!(difference(100_000, 94_999).is_material(), "below as well");
    }

    #[test]
    fn a_material_difference_is_named_before_a_larger_tolerated_one() {
        let mut reported = histogram::empty();
        let mut other = histogram::empty();
        for _ in 0..90 {
            reported.record(1_000).unwrap();
            other.record(2_000).unwrap();
        }
        for _ in 0..10 {
            reported.record(1_000_000).unwrap();
            other.record(1_010_000).unwrap();
        }
        let worst = worst_difference(&reported, &[&other]).unwrap();
        assert!(worst.is_material());
        assert_eq!(worst.reported, 1_000);
    }
}
