//! Histograms of shards, added up bit-exactly.

use std::collections::{BTreeMap, BTreeSet};

use ssecheck_model::load::{Latency, Load};

use super::MergeError;
use crate::histogram::{self, Times};

/// Every metric that a shard has, over all shards.
pub(super) fn latency(loads: &[&Load]) -> Result<BTreeMap<String, Latency>, MergeError> {
    let names: BTreeSet<&String> = loads.iter().flat_map(|load| load.latency_us.keys()).collect();
    let mut joined = BTreeMap::new();
    for name in names {
        let mut all = histogram::empty();
        for load in loads {
            if let Some(latency) = load.latency_us.get(name) {
                let index = load.shards[0].index;
                add(&mut all, index, name, (latency.count, &latency.histogram))?;
            }
        }
        joined.insert(name.clone(), histogram::latency(&all));
    }
    Ok(joined)
}

/// Adds a written histogram, which has to hold as many samples as its summary says.
pub(super) fn add(
    all: &mut Times,
    index: u32,
    metric: &str,
    (count, written): (u64, &str),
) -> Result<(), MergeError> {
    if count == 0 && written.is_empty() {
        return Ok(());
    }
    let metric = metric.to_owned();
    let times = match histogram::read(written) {
        Ok(times) => times,
        Err(error) => return Err(MergeError::Histogram { index, metric, error }),
    };
    let held = times.len();
    if held != count {
        return Err(MergeError::Samples { index, metric, count, held });
    }
    // Both are of the one form that this program uses, which always adds up.
    let _ = all.add(times);
    Ok(())
}
