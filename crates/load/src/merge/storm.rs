//! A reconnect storm over all shards.

use ssecheck_model::load::{Latency, Load, StormResult};

use super::MergeError;
use super::counters::sum;
use super::measured::add;
use crate::histogram::{self, Times};

/// The storms of all shards as one. When half, 99 % and all were back cannot be told from the
/// shards' own figures; it is read from the joined `reconnect` histogram, as the time that this
/// many of those who came back needed. That is exact when nobody but those who were cut
/// reconnected; otherwise the shards' own figures bound it.
pub(super) fn storm(
    loads: &[&Load],
    reconnect: Option<&Latency>,
) -> Result<Option<StormResult>, MergeError> {
    let all: Vec<&StormResult> = loads.iter().filter_map(|it| it.storm.as_ref()).collect();
    let Some(at_ms) = all.iter().map(|it| it.at_ms).min() else { return Ok(None) };
    let mut times = histogram::empty();
    if let Some(latency) = reconnect {
        add(&mut times, 0, "reconnect", (latency.count, &latency.histogram))?;
    }
    let of = |count: fn(&StormResult) -> u64| sum(all.iter().map(|it| count(it)));
    let crowd = Crowd { cut: of(|it| it.cut), back: of(|it| it.back), times };
    Ok(Some(StormResult {
        at_ms,
        cut: crowd.cut,
        back: crowd.back,
        back_50_ms: crowd.back_ms(50, all.iter().map(|it| (it.cut, it.back_50_ms))),
        back_99_ms: crowd.back_ms(99, all.iter().map(|it| (it.cut, it.back_99_ms))),
        back_100_ms: crowd.back_ms(100, all.iter().map(|it| (it.cut, it.back_100_ms))),
        retry_ms: all.iter().filter_map(|it| it.retry_ms).max(),
        most_per_second: of(|it| it.most_per_second),
        failed_attempts: of(|it| it.failed_attempts),
        replayed: of(|it| it.replayed),
        lost: of(|it| it.lost),
    }))
}

/// All subscribers that were cut.
struct Crowd {
    cut: u64,
    back: u64,
    times: Times,
}

impl Crowd {
    /// When `percent` of those that were cut were back, in milliseconds.
    fn back_ms(
        &self,
        percent: u64,
        shards: impl Iterator<Item = (u64, Option<u64>)>,
    ) -> Option<u64> {
        let shards: Vec<Option<u64>> =
            shards.filter(|(cut, _)| *cut > 0).map(|(_, back)| back).collect();
        let rank = self.cut.saturating_mul(percent).div_ceil(100);
        if rank == 0 || self.back < rank {
            return None;
        }
        // When each shard's figure is known, that of all lies between the least and the most.
        let known: Option<Vec<u64>> = shards.into_iter().collect();
        let (least, most) = known
            .and_then(|known| Some((*known.iter().min()?, *known.iter().max()?)))
            .unwrap_or((0, u64::MAX));
        let read = self.at_rank(rank).unwrap_or(most);
        Some(read.clamp(least, most)).filter(|ms| *ms < u64::MAX)
    }

    fn at_rank(&self, rank: u64) -> Option<u64> {
        let quantile = rank as f64 / self.back as f64;
        let us = (!self.times.is_empty()).then(|| self.times.value_at_quantile(quantile))?;
        Some(us.div_ceil(1_000))
    }
}
