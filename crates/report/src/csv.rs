//! The series of a load run as comma-separated values (RFC 4180): one line for each interval.

use ssecheck_model::load::{Interval, Metric};
use ssecheck_model::report::Report;

use crate::load::latency::of_interval;
use crate::samples::{NothingToWrite, load};

/// The figures that every interval has, with their units.
const FIRST: [&str; 15] = [
    "at_ms",
    "length_ms",
    "open",
    "opened",
    "failed",
    "ended_early",
    "events",
    "comments",
    "wire_bytes",
    "published",
    "worker_cpu_ratio",
    "machine_cpu_ratio",
    "server_cpu_processors",
    "server_rss_bytes",
    "server_descriptors",
];

/// A header line and one line for each interval, ended by CR LF. The columns are the same for every
/// run: the counts, then count, percentiles and maximum (in microseconds) of each measured time in
/// the order of [`Metric::ALL`], empty where an interval has no samples or the server was not watched.
///
/// # Errors
///
/// [`NothingToWrite::NoLoad`], or [`NothingToWrite::NoSeries`] when there is no interval.
pub fn series(report: &Report) -> Result<String, NothingToWrite> {
    let series = &load(report)?.series;
    if series.is_empty() {
        return Err(NothingToWrite::NoSeries);
    }
    let mut out = record(&header());
    out.extend(series.iter().map(|interval| record(&values(interval))));
    Ok(out)
}

fn header() -> Vec<String> {
    let first = FIRST.into_iter().map(str::to_owned);
    let times = Metric::ALL.into_iter().flat_map(|metric| {
        let name = metric.as_str();
        let count = format!("{name}_count");
        let figures = ["p50", "p90", "p99", "max"].map(|figure| format!("{name}_{figure}_us"));
        std::iter::once(count).chain(figures)
    });
    first.chain(times).collect()
}

fn values(interval: &Interval) -> Vec<String> {
    let mut values = counts(interval);
    values.extend(server(interval));
    for metric in Metric::ALL {
        let found = of_interval(interval).find(|(other, _)| *other == metric);
        values.extend(match found {
            Some((_, it)) => [it.count, it.p50, it.p90, it.p99, it.max].map(|n| n.to_string()),
            None => Default::default(),
        });
    }
    values
}

fn counts(it: &Interval) -> Vec<String> {
    let whole = [
        it.at_ms,
        it.length_ms,
        it.open,
        it.opened,
        it.failed,
        it.ended_early,
        it.events,
        it.comments,
        it.wire_bytes,
        it.published,
    ];
    let mut values: Vec<String> = whole.iter().map(u64::to_string).collect();
    values.extend([it.worker_cpu, it.machine_cpu].map(|share| format!("{share:.4}")));
    values
}

fn server(interval: &Interval) -> [String; 3] {
    let Some(sample) = interval.server else { return Default::default() };
    // 0 says that they could not be read.
    let descriptors = Some(sample.descriptors).filter(|number| *number > 0);
    [
        format!("{:.4}", sample.cpu),
        sample.rss_bytes.to_string(),
        descriptors.map(|number| number.to_string()).unwrap_or_default(),
    ]
}

/// Numbers and our own names hold no comma, quote or line end, so nothing has to be quoted.
fn record(values: &[String]) -> String {
    values.join(",") + "\r\n"
}
