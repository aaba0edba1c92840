//! What few runs can tell: medians, their intervals, and how often chance alone would do the same.
//!
//! Nothing here assumes how times are spread. Intervals are order statistics; the test is that of
//! Mann and Whitney (Annals of Mathematical Statistics 18, 1947), computed exactly over all ways to
//! deal the runs out to the two sides, ties included.

use ssecheck_model::comparison::{Change, Sample};

/// The confidence that intervals have as soon as there are runs enough for it.
const CONFIDENCE: f64 = 0.95;

/// The values of one side; `None` without any.
pub(super) fn sample(values: &[f64]) -> Option<Sample> {
    let sorted = sorted(values);
    let (low, high) = (*sorted.first()?, *sorted.last()?);
    let mut it = Sample {
        values: values.to_vec(),
        median: middle(&sorted)?,
        low,
        high,
        confidence: within(sorted.len(), 0),
    };
    // Narrower, as long as it is sure enough.
    let mut cut = 1;
    while 2 * cut < sorted.len() && within(sorted.len(), cut) >= CONFIDENCE {
        let confidence = within(sorted.len(), cut);
        it = Sample { low: sorted[cut], high: sorted[sorted.len() - 1 - cut], confidence, ..it };
        cut += 1;
    }
    Some(it)
}

/// From `a` to `b`; `None` where a side has no value.
pub(super) fn change(a: &Sample, b: &Sample) -> Option<Change> {
    let pairs = b.values.iter().flat_map(|b| a.values.iter().map(move |a| b - a));
    let pairs = sorted(&pairs.collect::<Vec<_>>());
    let ways = Ways::of(a.values.len(), b.values.len());
    let cut = ways.cut();
    let difference = b.median - a.median;
    let (low, high) = (*pairs.get(cut)?, *pairs.get(pairs.len() - 1 - cut)?);
    let (p_higher, p_lower) = chance(&a.values, &b.values);
    Some(Change {
        difference,
        // The interval is that of the typical difference of two runs, from which the difference of
        // the medians can stray; wider is never less sure.
        low: low.min(difference),
        high: high.max(difference),
        confidence: ways.confidence(cut),
        share: (a.median != 0.0).then(|| difference / a.median),
        p_higher,
        p_lower,
    })
}

/// The least chance that so many runs can ever come to: one way of all to deal them out.
pub(super) fn least_chance(a: usize, b: usize) -> f64 {
    let ways = Ways::of(a, b);
    ways.share(0)
}

fn sorted(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted
}

fn middle(sorted: &[f64]) -> Option<f64> {
    let half = sorted.len() / 2;
    let upper = sorted.get(half)?;
    match sorted.len() % 2 {
        0 => Some((sorted.get(half - 1)? + upper) / 2.0),
        _ => Some(*upper),
    }
}

/// How sure it is that the true median lies between the `cut`th value from below and from above:
/// each run is above it with one half.
fn within(runs: usize, cut: usize) -> f64 {
    let mut outside = 0.0;
    let mut ways = 0.5f64.powi(i32::try_from(runs).unwrap_or(i32::MAX));
    for n in 0..=cut {
        outside += ways;
        ways *= (runs - n) as f64 / (n + 1) as f64;
    }
    (1.0 - 2.0 * outside).max(0.0)
}

/// How likely each count of pairs in which B is below A is, when nothing differs and nothing ties.
struct Ways(Vec<f64>);

impl Ways {
    /// By the recurrence over the largest value: it is one of B's, above all of A, or one of A's.
    fn of(a: usize, b: usize) -> Self {
        let mut table = vec![vec![1.0]; b + 1];
        for m in 1..=a {
            let mut next = vec![vec![1.0]];
            for n in 1..=b {
                let mut ways = vec![0.0; m * n + 1];
                let total = (m + n) as f64;
                let (of_a, of_b): (&Vec<f64>, &Vec<f64>) = (&table[n], &next[n - 1]);
                of_a.iter().enumerate().for_each(|(u, p)| ways[u + n] += p * m as f64 / total);
                of_b.iter().enumerate().for_each(|(u, p)| ways[u] += p * n as f64 / total);
                next.push(ways);
            }
            table = next;
        }
        Self(table.pop().unwrap_or_default())
    }

    /// The chance of a count of at most `most`.
    fn share(&self, most: usize) -> f64 {
        self.0.iter().take(most + 1).sum::<f64>().min(1.0)
    }

    /// How sure the interval of all pairs without `cut` at each end is.
    fn confidence(&self, cut: usize) -> f64 {
        (1.0 - 2.0 * self.share(cut)).max(0.0)
    }

    /// How many pairs can be left out at each end.
    fn cut(&self) -> usize {
        let fits = |cut: &usize| 2 * cut + 1 < self.0.len() && self.confidence(*cut) >= CONFIDENCE;
        (1..).take_while(fits).last().unwrap_or(0)
    }
}

/// How often the values of `b` would be as high as they are among all values, and how often as low,
/// if they had been dealt out by chance: exactly, over all ways to deal.
pub(super) fn chance(a: &[f64], b: &[f64]) -> (f64, f64) {
    let ranks = doubled_ranks(&[b, a].concat());
    let seen: usize = ranks.iter().take(b.len()).sum();
    let sums = sums(&ranks, b.len());
    let higher = sums.iter().skip(seen).sum::<f64>();
    let lower = sums.iter().take(seen + 1).sum::<f64>();
    (higher.min(1.0), lower.min(1.0))
}

/// Twice the rank of each value, from 2; equal values share the mean of theirs.
fn doubled_ranks(values: &[f64]) -> Vec<usize> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        2 * below + equal + 1
    };
    values.iter().map(rank).collect()
}

/// For each sum, the share of all ways to choose `take` of the ranks that come to it.
fn sums(ranks: &[usize], take: usize) -> Vec<f64> {
    let most = ranks.iter().sum::<usize>();
    let mut table = vec![vec![0.0; most + 1]; take + 1];
    table[0][0] = 1.0;
    for (seen, rank) in ranks.iter().enumerate() {
        for chosen in (1..=take.min(seen + 1)).rev() {
            let (below, above) = table.split_at_mut(chosen);
            let from = &below[chosen - 1];
            for sum in *rank..=most {
                above[0][sum] += from[sum - rank];
            }
        }
    }
    let ways = table.pop().unwrap_or_default();
    let all: f64 = ways.iter().sum();
    ways.into_iter().map(|ways| ways / all).collect()
}

#[cfg(test)]
#[path = "statistics_tests.rs"]
mod tests;
