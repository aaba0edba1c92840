//! Thresholds against what was measured.

use ssecheck_model::load::{Load, Metric, ThresholdResult};
use ssecheck_model::threshold::{Comparison, Counter, Figure, Subject, Threshold};

use super::figures::{Figures, as_f64};
use super::words;
use crate::histogram::Times;

/// What a threshold found: the value in its own unit and as text.
struct Actual {
    value: f64,
    text: String,
}

/// Why there is no value.
type Nothing = &'static str;

const NO_SAMPLES: Nothing = "no samples";
const NOT_TOLD: Nothing = "no samples: the events have no sequence that tells loss and order";
const NOT_PUBLISHED: Nothing = "no samples: nothing was published";

/// One result for each threshold of the plan, in its order. A text that is no threshold did not
/// hold.
pub(super) fn results(load: &Load, figures: &Figures) -> Vec<ThresholdResult> {
    load.plan.thresholds.iter().map(|text| result(text, load, figures)).collect()
}

fn result(text: &str, load: &Load, figures: &Figures) -> ThresholdResult {
    let (actual, held) = match text.parse::<Threshold>() {
        Err(error) => (error.to_string(), false),
        Ok(threshold) => match actual(threshold.subject, load, &|metric| figures.get(metric)) {
            Err(nothing) => (nothing.to_owned(), false),
            Ok(found) => {
                let held = threshold.comparison.holds(found.value, threshold.value);
                (found.text, held)
            }
        },
    };
    ThresholdResult { threshold: text.to_owned(), actual, held }
}

/// The thresholds that are crossed at this moment of a run, from its counters and histograms so
/// far: what a run that stops at the first crossed threshold asks once per interval.
///
/// Nothing measured yet is not crossed here (at the end it is, in [`super::judge`]), and neither
/// is a count that can still grow into its bound: `received >= 1000` is told only at the end.
/// `load` needs its counters only; `times` gives the histogram of a metric, so that nothing has to
/// be written and read for a look.
pub fn crossed<'a, 't>(
    thresholds: &'a [Threshold],
    load: &Load,
    times: &dyn Fn(Metric) -> Option<&'t Times>,
) -> Vec<(&'a Threshold, String)> {
    let crossed = thresholds.iter().filter_map(|threshold| {
        let found = actual(threshold.subject, load, times).ok()?;
        is_crossed(threshold, found.value).then_some((threshold, found.text))
    });
    crossed.collect()
}

fn is_crossed(threshold: &Threshold, actual: f64) -> bool {
    let grows = match threshold.subject {
        Subject::Time(_, figure) => matches!(figure, Figure::Count),
        Subject::Count(counter) => !counter.is_ratio(),
    };
    match threshold.comparison {
        Comparison::GreaterOrEqual | Comparison::Greater if grows => false,
        Comparison::Equal if grows => actual > threshold.value,
        comparison => !comparison.holds(actual, threshold.value),
    }
}

fn actual<'t>(
    subject: Subject,
    load: &Load,
    times: &dyn Fn(Metric) -> Option<&'t Times>,
) -> Result<Actual, Nothing> {
    match subject {
        Subject::Count(counter) => counted(counter, load),
        Subject::Time(metric, figure) => {
            let times = times(metric).filter(|times| !times.is_empty());
            Ok(timed(figure, times.ok_or(NO_SAMPLES)?))
        }
    }
}

fn timed(figure: Figure, times: &Times) -> Actual {
    match figure {
        Figure::Count => count(times.len()),
        Figure::Min => time(times.min()),
        Figure::Max => time(times.max()),
        Figure::Mean => {
            let mean = times.mean();
            Actual { value: mean, text: mean_text(mean) }
        }
        Figure::Percentile(percentile) => time(times.value_at_quantile(quantile(percentile))),
    }
}

/// The nearest number to `percentile / 100`: `99.9 / 100.0` is a little more than `0.999`, and
/// would be the next sample after the one that the report calls p99.9.
fn quantile(percentile: f64) -> f64 {
    (percentile * 1e8).round() / 1e10
}

fn time(us: u64) -> Actual {
    Actual { value: as_f64(us), text: words::time(us) }
}

fn mean_text(us: f64) -> String {
    if us < 1_000.0 { format!("{us:.3} us") } else { format!("{:.6} ms", us / 1_000.0) }
}

fn count(count: u64) -> Actual {
    Actual { value: as_f64(count), text: count.to_string() }
}

fn ratio(part: u64, whole: u64) -> Result<Actual, Nothing> {
    if whole == 0 {
        return Err(NO_SAMPLES);
    }
    let share = as_f64(part) / as_f64(whole);
    Ok(Actual { value: share, text: format!("{} ({part} of {whole})", words::percent(share)) })
}

fn counted(counter: Counter, load: &Load) -> Result<Actual, Nothing> {
    let (events, connections) = (&load.events, &load.connections);
    match counter {
        Counter::Opened => Ok(count(connections.opened)),
        Counter::ConnectFailedRatio => ratio(connections.failed, connections.attempted),
        Counter::ConnectFailed if connections.attempted == 0 => Err(NO_SAMPLES),
        Counter::ConnectFailed => Ok(count(connections.failed)),
        Counter::EndedEarly if connections.opened == 0 => Err(NO_SAMPLES),
        Counter::EndedEarly => Ok(count(connections.ended_early)),
        Counter::PublishFailed | Counter::PublishFailedRatio => published(counter, load),
        // Without a sequence deliveries need not have been counted.
        Counter::Received if events.received > 0 => Ok(count(events.received)),
        _ if !is_sequenced(load) => Err(NOT_TOLD),
        Counter::LostRatio => ratio(events.lost, events.expected),
        Counter::Expected => Ok(count(events.expected)),
        Counter::Received => Ok(count(events.received)),
        // Nothing owed: neither lost nor doubled, but that proves nothing.
        _ if events.expected == 0 => Err(NO_SAMPLES),
        Counter::Lost => Ok(count(events.lost)),
        Counter::Duplicated => Ok(count(events.duplicated)),
        Counter::Reordered => Ok(count(events.reordered)),
        Counter::Replayed => Ok(count(events.replayed)),
    }
}

fn published(counter: Counter, load: &Load) -> Result<Actual, Nothing> {
    let publishing = load.publishing.as_ref().filter(|it| it.sent > 0).ok_or(NOT_PUBLISHED)?;
    if counter.is_ratio() {
        ratio(publishing.failed, publishing.sent)
    } else {
        Ok(count(publishing.failed))
    }
}

/// Whether loss, doubles and order are claimed at all.
fn is_sequenced(load: &Load) -> bool {
    !matches!(load.events.sequence.as_str(), "" | "none")
}
