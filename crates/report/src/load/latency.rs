//! The measured times that a report has, in order.

use std::collections::BTreeMap;

use ssecheck_model::load::{Brief, Interval, Latency, Load, Metric};

/// The times that people ask for first, when events have no publish time of ours or of the server's.
const MAIN: [Metric; 5] =
    [Metric::Fanout, Metric::FanoutRemote, Metric::FanoutFromStamp, Metric::Spread, Metric::Gap];

/// All times with samples, in the order of reports.
pub(crate) fn measured(load: &Load) -> impl Iterator<Item = (Metric, &Latency)> {
    Metric::ALL.into_iter().filter_map(|metric| Some((metric, of(load, metric)?)))
}

/// One of them.
pub(crate) fn of(load: &Load, metric: Metric) -> Option<&Latency> {
    load.latency_us.get(metric.as_str()).filter(|latency| latency.count > 0)
}

/// The times of one interval with samples, in the order of reports.
pub(crate) fn of_interval(interval: &Interval) -> impl Iterator<Item = (Metric, &Brief)> {
    let all = Metric::ALL.into_iter();
    let known = all.filter_map(|metric| Some((metric, interval.latency_us.get(metric.as_str())?)));
    known.filter(|(_, brief)| brief.count > 0)
}

/// The one time that says most about a run.
pub(crate) fn main(load: &Load) -> Option<Metric> {
    MAIN.into_iter().find(|main| of(load, *main).is_some())
}

/// The one time that says most about an interval.
pub(crate) fn main_of(interval: &Interval) -> Option<(Metric, &Brief)> {
    MAIN.into_iter().find_map(|main| of_interval(interval).find(|(metric, _)| *metric == main))
}

/// The one that says most of times by name.
pub(crate) fn main_of_all(all: &BTreeMap<String, Brief>) -> Option<(Metric, &Brief)> {
    MAIN.into_iter().find_map(|main| Some((main, all.get(main.as_str())?)))
}

/// Whether the generator, not the server, is to blame for a long one.
pub(crate) fn is_own_cost(metric: Metric) -> bool {
    matches!(metric, Metric::Slip | Metric::Lag)
}
