//! The series of a load run as an interval log of HdrHistogram (format 1.3), which
//! `HistogramLogProcessor` and its kin read.
//!
//! Every measured time of every interval is a line of its own with the name as tag. Values are
//! microseconds, so tools that take nanoseconds for granted need to be told:
//! `-outputValueUnitRatio 1000` gives milliseconds.

use jiff::Timestamp;
use ssecheck_model::load::{Brief, Interval, Load, Metric};
use ssecheck_model::report::Report;

use crate::load::latency::of_interval;
use crate::samples::{NothingToWrite, load, read};

const LEGEND: &str =
    "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n";

/// The log: start and length in seconds, maximum in milliseconds, histogram in microseconds.
///
/// The histograms are written as they are in the report, after each was read once to be sure.
///
/// # Errors
///
/// [`NothingToWrite::NoLoad`], [`NothingToWrite::NoSamples`] when no interval has any, and
/// [`NothingToWrite::BrokenHistogram`].
pub fn log(report: &Report) -> Result<String, NothingToWrite> {
    let load = load(report)?;
    let mut lines = String::new();
    for interval in &load.series {
        for (metric, brief) in of_interval(interval) {
            lines.push_str(&line(interval, metric, brief)?);
        }
    }
    match lines.is_empty() {
        true => Err(NothingToWrite::NoSamples),
        false => Ok(header(report, load) + LEGEND + &lines),
    }
}

fn header(report: &Report, load: &Load) -> String {
    let version = "#[Histogram log format version 1.3]\n";
    let unit = "#[Values are microseconds, Interval_Max is milliseconds]\n";
    let texts = [&load.plan.start_at, &report.started_at];
    let start = texts.iter().find_map(|text| text.parse::<Timestamp>().ok());
    format!("{unit}{version}{}", start.map(times).unwrap_or_default())
}

/// The base says that the lines count from there; without it, readers guess.
fn times(start: Timestamp) -> String {
    let seconds = start.as_millisecond() as f64 / 1e3;
    let words = start.strftime("%a %b %d %H:%M:%S UTC %Y");
    format!(
        "#[StartTime: {seconds:.3} (seconds since epoch), {words}]\n\
         #[BaseTime: {seconds:.3} (seconds since epoch)]\n"
    )
}

fn line(interval: &Interval, metric: Metric, brief: &Brief) -> Result<String, NothingToWrite> {
    let tag = metric.as_str();
    read(tag, &brief.histogram, brief.count)?;
    let [at, length] = [interval.at_ms, interval.length_ms].map(|ms| ms as f64 / 1e3);
    let max = brief.max as f64 / 1e3;
    Ok(format!("Tag={tag},{at:.3},{length:.3},{max:.3},{}\n", brief.histogram))
}
