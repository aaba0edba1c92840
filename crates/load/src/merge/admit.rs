//! Which reports may be joined: all shards of one run, each once.

use ssecheck_model::load::{Load, Shard};
use ssecheck_model::report::Report;

use crate::histogram::ReadError;

/// Why reports cannot be joined. `position` counts the reports as given, from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// No report at all.
    #[error("there is nothing to merge")]
    Nothing,
    /// A report of something else.
    #[error("report {position} has no load part")]
    NoLoad {
        /// Which report.
        position: usize,
    },
    /// A report that is a merge itself.
    #[error("report {position} is a merge of {shards} shards: merge the shards themselves")]
    Merged {
        /// Which report.
        position: usize,
        /// How many shards it says it has.
        shards: usize,
    },
    /// A capacity search, which is not cut in shards.
    #[error("report {position} is a capacity search, whose trials cannot be added up")]
    Capacity {
        /// Which report.
        position: usize,
    },
    /// Something differs that is the same in all shards of a run.
    #[error("report {position} has the {what} `{found}`, report 1 has `{first}`")]
    Differs {
        /// Which report.
        position: usize,
        /// What differs: `schema`, `version`, `run`, `configuration`, `number of shards`.
        what: &'static str,
        /// What it is there.
        found: String,
        /// What it is in the first report.
        first: String,
    },
    /// A shard number that does not exist.
    #[error("report {position} is shard {index} of {count}, which does not exist")]
    Index {
        /// Which report.
        position: usize,
        /// Its shard number.
        index: u32,
        /// Of how many.
        count: u32,
    },
    /// The same shard again.
    #[error("shard {index} of {count} is there twice")]
    Twice {
        /// Which shard.
        index: u32,
        /// Of how many.
        count: u32,
    },
    /// Shards that are not there.
    #[error("of {count} shards these are missing: {}", list(.missing))]
    Missing {
        /// Which; at most the first 20 of them.
        missing: Vec<u32>,
        /// Of how many.
        count: u32,
    },
    /// Subscribers that two shards or none had.
    #[error("shard {index} begins at subscriber {found}, but the shards before it end at {expected}: {}",
        if found < expected { "an overlap" } else { "a gap" })]
    Range {
        /// Which shard.
        index: u32,
        /// The first subscriber that it should have.
        expected: u64,
        /// The first subscriber that it has.
        found: u64,
    },
    /// A histogram that cannot be read, or does not hold what it should.
    #[error("shard {index}: {metric}: {error}")]
    Histogram {
        /// Which shard.
        index: u32,
        /// Which metric.
        metric: String,
        /// What is wrong with it.
        error: ReadError,
    },
    /// A histogram that does not hold as many samples as its summary says.
    #[error("shard {index}: {metric}: {count} samples in the summary, {held} in the histogram")]
    Samples {
        /// Which shard.
        index: u32,
        /// Which metric.
        metric: String,
        /// Samples by the summary.
        count: u64,
        /// Samples in the histogram.
        held: u64,
    },
}

/// Numbers that an error lists at most.
const LISTED: usize = 20;

fn list(numbers: &[u32]) -> String {
    let shown: Vec<String> = numbers.iter().take(LISTED).map(u32::to_string).collect();
    let more = if numbers.len() < LISTED { "" } else { ", ..." };
    format!("{}{more}", shown.join(", "))
}

/// A report and its load part, taken out of it.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) report: Report,
    pub(super) load: Load,
}

/// The shards in their order, or why they do not belong together.
pub(super) fn admit(reports: Vec<Report>) -> Result<Vec<Admitted>, MergeError> {
    let mut admitted = Vec::with_capacity(reports.len());
    for (at, mut report) in reports.into_iter().enumerate() {
        let position = at + 1;
        let load = report.load.take().ok_or(MergeError::NoLoad { position })?;
        check_alone(position, &load)?;
        admitted.push(Admitted { report, load });
    }
    let first = admitted.first().ok_or(MergeError::Nothing)?;
    for (at, other) in admitted.iter().enumerate().skip(1) {
        check_alike(at + 1, first, other)?;
    }
    admitted.sort_by_key(|it| shard(it).index);
    check_complete(&admitted)?;
    check_ranges(&admitted)?;
    Ok(admitted)
}

fn shard(admitted: &Admitted) -> &Shard {
    &admitted.load.shards[0]
}

fn check_alone(position: usize, load: &Load) -> Result<(), MergeError> {
    let [shard] = load.shards.as_slice() else {
        return Err(MergeError::Merged { position, shards: load.shards.len() });
    };
    if load.capacity.is_some() {
        return Err(MergeError::Capacity { position });
    }
    let (index, count) = (shard.index, shard.count);
    if index == 0 || index > count {
        return Err(MergeError::Index { position, index, count });
    }
    Ok(())
}

fn check_alike(position: usize, first: &Admitted, other: &Admitted) -> Result<(), MergeError> {
    let (a, b) = (first, other);
    let version = |it: &Admitted| format!("{} {}", it.report.tool.name, it.report.tool.version);
    let pairs = [
        ("schema", a.report.schema.clone(), b.report.schema.clone()),
        ("version", version(a), version(b)),
        ("configuration", a.load.plan.config_hash.clone(), b.load.plan.config_hash.clone()),
        ("run", a.load.plan.run.clone(), b.load.plan.run.clone()),
        ("number of shards", shard(a).count.to_string(), shard(b).count.to_string()),
    ];
    match pairs.into_iter().find(|(_, first, found)| first != found) {
        Some((what, first, found)) => Err(MergeError::Differs { position, what, found, first }),
        None => Ok(()),
    }
}

/// Sorted shards: none twice, none missing.
fn check_complete(admitted: &[Admitted]) -> Result<(), MergeError> {
    let count = shard(&admitted[0]).count;
    let indices: Vec<u32> = admitted.iter().map(|it| shard(it).index).collect();
    if let Some(twice) = indices.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(MergeError::Twice { index: twice[0], count });
    }
    if indices.len() as u64 == u64::from(count) {
        return Ok(());
    }
    let absent = (1..=count).filter(|index| indices.binary_search(index).is_err());
    Err(MergeError::Missing { missing: absent.take(LISTED).collect(), count })
}

/// Sorted shards: each begins where the one before it ends.
fn check_ranges(admitted: &[Admitted]) -> Result<(), MergeError> {
    let mut expected = 0;
    for shard in admitted.iter().map(shard) {
        let (index, found) = (shard.index, shard.first_subscriber);
        if found != expected {
            return Err(MergeError::Range { index, expected, found });
        }
        expected = expected.saturating_add(shard.subscribers);
    }
    Ok(())
}
