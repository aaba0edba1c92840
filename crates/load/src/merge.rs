//! Joins the shards of a run into one report, as if one process had run them all.
//!
//! Counters and histograms are added; nothing is averaged. The thresholds and doubts of the shards
//! are dropped, and judged again on the sum. Peaks of shards (connections, requests in flight, most
//! streams opened in a second) are added, which is the most that there can have been.

use ssecheck_model::load::{Load, Need, ServerUse, Worst};
use ssecheck_model::report::Report;

mod admit;
mod counters;
mod measured;
mod series;
mod storm;

pub use admit::MergeError;
pub(crate) use series::add_up;

/// The most entries that [`Load::worst`] holds.
pub const WORST: usize = 10;

/// Joins all shards of one run.
///
/// # Errors
/// When they are not all shards of the same run, each once, side by side and unmerged, or when a
/// histogram cannot be read.
pub fn merge(shards: Vec<Report>) -> Result<Report, MergeError> {
    let shards = admit::admit(shards)?;
    let loads: Vec<&Load> = shards.iter().map(|shard| &shard.load).collect();
    let mut load = join(&loads)?;
    crate::judge::judge(&mut load);
    let first = &shards[0].report;
    let mut report = first.clone();
    report.interrupted = shards.iter().any(|shard| shard.report.interrupted);
    report.target.seen = all_seen(&shards);
    (report.started_at, report.duration_ms) = span(&shards);
    report.load = Some(load);
    Ok(report)
}

/// Sorts subscribers that did badly, worst first (by what they lost, then by what was doubled or
/// reordered), and keeps the first [`WORST`].
pub fn keep_worst(worst: &mut Vec<Worst>) {
    worst.sort_by_key(|it| {
        let badness = (it.lost, it.duplicated.saturating_add(it.reordered));
        (std::cmp::Reverse(badness), it.subscriber)
    });
    worst.truncate(WORST);
}

fn join(loads: &[&Load]) -> Result<Load, MergeError> {
    let connections = counters::connections(loads);
    let events = counters::events(loads);
    let server = server(loads, events.events, connections.peak);
    let latency = measured::latency(loads)?;
    let storm = storm::storm(loads, latency.get("reconnect"))?;
    let mut plan = loads[0].plan.clone();
    plan.needs = needs(loads);
    let mut worst: Vec<Worst> = loads.iter().flat_map(|load| load.worst.clone()).collect();
    keep_worst(&mut worst);
    Ok(Load {
        plan,
        shards: loads.iter().flat_map(|load| load.shards.clone()).collect(),
        connections,
        events,
        publishing: counters::publishing(loads),
        latency_us: latency,
        storm,
        slow_readers: counters::slow_readers(loads),
        capacity: None,
        server,
        worst,
        generator: counters::generator(loads),
        thresholds: Vec::new(),
        aborted: loads.iter().find_map(|load| load.aborted.clone()),
        doubts: Vec::new(),
        series: series::series(loads)?,
    })
}

/// What each shard needed, said for each.
fn needs(loads: &[&Load]) -> Vec<Need> {
    let of_shard = |load: &&Load| {
        let index = load.shards[0].index;
        let several = loads.len() > 1;
        load.plan.needs.clone().into_iter().map(move |mut need| {
            if several {
                need.message = format!("shard {index}: {}", need.message);
            }
            need
        })
    };
    loads.iter().flat_map(of_shard).collect()
}

/// The server's use, as the shard that watched it saw it, per event and subscriber of all shards.
/// When several watched the same process, each saw all of it: the one that saw most is taken.
fn server(loads: &[&Load], delivered: u64, peak: u64) -> Option<ServerUse> {
    let seen = loads.iter().filter_map(|load| load.server.as_ref());
    let watched = seen.max_by_key(|server| server.cpu_ms)?;
    Some(crate::watch::per_delivery(watched.clone(), delivered, peak))
}

fn all_seen(shards: &[admit::Admitted]) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for capability in shards.iter().flat_map(|shard| &shard.report.target.seen) {
        if !seen.contains(capability) {
            seen.push(capability.clone());
        }
    }
    seen
}

/// From the first start to the last end, in milliseconds.
fn span(shards: &[admit::Admitted]) -> (String, u64) {
    let starts: Option<Vec<(jiff::Timestamp, &Report)>> = shards
        .iter()
        .map(|shard| Some((shard.report.started_at.parse().ok()?, &shard.report)))
        .collect();
    let starts = starts.unwrap_or_default();
    let Some((first, report)) = starts.iter().min_by_key(|(start, _)| *start) else {
        let longest = shards.iter().map(|shard| shard.report.duration_ms).max().unwrap_or(0);
        return (shards[0].report.started_at.clone(), longest);
    };
    let ends = starts.iter().map(|(start, report)| {
        let later = start.as_millisecond().abs_diff(first.as_millisecond());
        later.saturating_add(report.duration_ms)
    });
    (report.started_at.clone(), ends.max().unwrap_or(0))
}
