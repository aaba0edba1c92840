//! The plots of a load run.

use ssecheck_model::load::{Brief, Interval, Load, Metric};

use super::curves::{Curve, plot_curves};
use super::load::{axis_second, axis_time, middle};
use super::plot::{Canvas, MOST_POINTS, Plot, Scale};
use crate::load::latency;
use crate::load::units::{count, magnitude, share};
use crate::tally::Tally;

/// What the axis of time is.
const SECONDS: &str = "since connecting began";
/// Rows of the heat map.
const ROWS: usize = 32;

/// All plots that have something to show.
pub(super) fn all(load: &Load) -> Vec<Plot> {
    let groups = grouped(&load.series);
    let main = latency::main(load);
    let plots = [
        main.and_then(|main| percentiles(load, main)),
        main.and_then(|main| over_time(&groups, main)),
        main.and_then(|main| heat_map(&groups, main)),
        subscribers(&groups),
        events(&groups),
        failures(&groups),
        connecting(load),
        processors(&groups),
    ];
    plots.into_iter().flatten().collect()
}

/// Intervals that share a point, so that a page does not grow with the run.
type Group<'a> = &'a [Interval];
/// One figure of a measured time.
type Figure = fn(&Brief) -> u64;
/// What somebody used in an interval, if it is known.
type Share = fn(&Interval) -> Option<f64>;

fn grouped(series: &[Interval]) -> Vec<Group<'_>> {
    let size = series.len().div_ceil(MOST_POINTS).max(1);
    series.chunks(size).collect()
}

fn seconds(groups: &[Group<'_>]) -> (Scale, super::plot::Label) {
    let last = groups.last().and_then(|group| group.last());
    let end = last.map_or(1.0, |it| (it.at_ms + it.length_ms) as f64 / 1e3);
    (Scale::Linear { from: 0.0, to: end.max(0.001) }, axis_second)
}

fn at(group: Group<'_>) -> f64 {
    group.iter().map(middle).sum::<f64>() / group.len().max(1) as f64
}

/// How the times are spread, up to the share that one sample is of all.
fn percentiles(load: &Load, main: Metric) -> Option<Plot> {
    let actual = Some(Metric::FanoutFromActual).filter(|_| main == Metric::Fanout);
    let shown = [Some(main), actual, Some(Metric::Spread), Some(Metric::Lag)];
    let curves = curves(load, shown.into_iter().flatten());
    let about =
        "Each time by percentile; the right end is the slowest sample. Lag is our own cost.";
    plot_curves("Percentiles", about, &curves)
}

/// How long connecting took.
fn connecting(load: &Load) -> Option<Plot> {
    let shown =
        [Metric::Connect, Metric::ConnectTls, Metric::Head, Metric::FirstEvent, Metric::Reconnect];
    let about = "From dialling to the head of the answer, from the request to the head, and to the first event.";
    plot_curves("Connecting", about, &curves(load, shown.into_iter()))
}

fn curves(load: &Load, shown: impl Iterator<Item = Metric>) -> Vec<Curve> {
    shown.filter_map(|metric| Curve::of_run(load, metric)).collect()
}

fn briefs<'a>(group: Group<'a>, metric: Metric) -> impl Iterator<Item = &'a Brief> {
    let brief = move |it: &'a Interval| it.latency_us.get(metric.as_str());
    group.iter().filter_map(brief).filter(|brief| brief.count > 0)
}

fn over_time(groups: &[Group<'_>], main: Metric) -> Option<Plot> {
    let name = main.as_str();
    let lines: [(String, Metric, Figure); 4] = [
        (format!("{name} p50"), main, |it| it.p50),
        (format!("{name} p99"), main, |it| it.p99),
        (format!("{name} max"), main, |it| it.max),
        ("lag p99".to_owned(), Metric::Lag, |it| it.p99),
    ];
    let value = |group: Group<'_>, metric, figure: fn(&Brief) -> u64| {
        briefs(group, metric).map(figure).max().map(|us| us.max(1) as f64)
    };
    let all = groups.iter().flat_map(|group| {
        lines.iter().filter_map(|(_, metric, figure)| value(group, *metric, *figure))
    });
    let y = Scale::powers(all.collect::<Vec<_>>().into_iter());
    let about = match size(groups) {
        1 => "Per interval. Lag is our own cost, not the server's.".to_owned(),
        size => format!(
            "Each point is the worst of {size} intervals. Lag is our own cost, not the server's."
        ),
    };
    let mut canvas = Canvas::new("Latency over time", &about, seconds(groups), (y, axis_time))
        .axes(SECONDS, "time, logarithmic");
    for (name, metric, figure) in &lines {
        canvas.line(name, over(groups, |group| value(group, *metric, *figure)));
    }
    canvas.finish()
}

/// How many samples fell where, by time and size.
fn heat_map(groups: &[Group<'_>], main: Metric) -> Option<Plot> {
    let columns: Vec<(f64, f64, Tally)> =
        groups.iter().filter_map(|group| column(group, main)).collect();
    let bounds = columns.iter().flat_map(|(.., it)| it.values().map(|(us, _)| us.max(1) as f64));
    let y = Scale::powers(bounds);
    let Scale::Log { from, to } = y else { return None };
    let edge = |row: usize| from * (to / from).powf(row as f64 / ROWS as f64);
    let about =
        "How many samples fell where; the darker, the more. A second mode shows as a second band.";
    let mut canvas = Canvas::new("Heat map of latency", about, seconds(groups), (y, axis_time))
        .axes(SECONDS, "time, logarithmic");
    let counts: Vec<[u64; ROWS]> = columns.iter().map(|(.., it)| rows(it, (from, to))).collect();
    let most = counts.iter().flatten().copied().max().unwrap_or(1).max(1) as f64;
    for ((start, end, _), counts) in columns.iter().zip(&counts) {
        for (row, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            // The root lets a few slow ones be seen beside the many.
            let heat = (9.0 * (*count as f64 / most).powf(0.35)).ceil().clamp(1.0, 9.0) as usize;
            canvas.cell((*start, *end), (edge(row), edge(row + 1)), heat);
        }
    }
    canvas.hottest(format!("{} samples in a cell", count(most as u64)));
    let totals = std::array::from_fn(|row| counts.iter().map(|column| column[row]).sum());
    canvas.tell(["time", "samples", "share"], in_words(&totals, edge));
    canvas.finish()
}

/// The rows of a heat map in words, over the whole run: a second mode is a second band of many.
fn in_words(
    totals: &[u64; ROWS],
    edge: impl Fn(usize) -> f64,
) -> impl Iterator<Item = [String; 3]> {
    let all = totals.iter().sum::<u64>().max(1) as f64;
    let band = move |(row, total): (usize, &u64)| {
        let [from, to] = [row, row + 1].map(|row| axis_time(edge(row)));
        [format!("{from} to {to}"), count(*total), share(*total as f64 / all)]
    };
    totals.iter().enumerate().filter(|(_, total)| **total > 0).map(band)
}

/// How many samples lie in each row between two bounds.
fn rows(tally: &Tally, (from, to): (f64, f64)) -> [u64; ROWS] {
    let mut rows = [0; ROWS];
    for (us, count) in tally.values() {
        let share = (us.max(1) as f64 / from).log10() / (to / from).log10();
        rows[((share * ROWS as f64) as usize).min(ROWS - 1)] += count;
    }
    rows
}

fn column(group: Group<'_>, main: Metric) -> Option<(f64, f64, Tally)> {
    let (first, last) = (group.first()?, group.last()?);
    let mut sum = Tally::default();
    for brief in briefs(group, main) {
        sum.add(&brief.histogram, brief.count)?;
    }
    sum.values().next()?;
    Some((first.at_ms as f64 / 1e3, (last.at_ms + last.length_ms) as f64 / 1e3, sum))
}

fn open(group: Group<'_>) -> Option<f64> {
    group.iter().map(|it| it.open).min().map(|open| open as f64)
}

fn rate(group: Group<'_>) -> Option<f64> {
    let length: u64 = group.iter().map(|it| it.length_ms).sum();
    let events: u64 = group.iter().map(|it| it.events).sum();
    (length > 0).then(|| events as f64 * 1e3 / length as f64)
}

fn subscribers(groups: &[Group<'_>]) -> Option<Plot> {
    let about = match size(groups) {
        1 => "Streams open at the end of each interval.".to_owned(),
        size => format!("Streams open: each point is the least of {size} intervals."),
    };
    counts(groups, "Subscribers", &about, "streams", &[("open", open)])
}

fn events(groups: &[Group<'_>]) -> Option<Plot> {
    let about = match size(groups) {
        1 => "Events received by all subscribers.".to_owned(),
        size => format!("Events received by all subscribers: the mean of {size} intervals."),
    };
    counts(groups, "Events per second", &about, "events per second", &[("events", rate)])
}

/// What broke, if anything did.
fn failures(groups: &[Group<'_>]) -> Option<Plot> {
    let lines: [(&str, Value); 2] = [
        ("attempts failed", |group| Some(group.iter().map(|it| it.failed).sum::<u64>() as f64)),
        ("streams ended early", |group| {
            Some(group.iter().map(|it| it.ended_early).sum::<u64>() as f64)
        }),
    ];
    let any = groups.iter().copied().flatten().any(|it| it.failed + it.ended_early > 0);
    let about = match size(groups) {
        1 => "Attempts that failed and streams that the server ended, per interval.".to_owned(),
        size => {
            format!("Attempts that failed and streams that the server ended, per {size} intervals.")
        }
    };
    any.then(|| counts(groups, "Failures", &about, "number", &lines)).flatten()
}

type Value = fn(Group<'_>) -> Option<f64>;

fn counts(
    groups: &[Group<'_>],
    title: &str,
    about: &str,
    unit: &'static str,
    lines: &[(&str, Value)],
) -> Option<Plot> {
    let values = groups.iter().flat_map(|group| lines.iter().filter_map(|line| (line.1)(group)));
    let y = (Scale::counts(values.fold(0.0, f64::max)), magnitude as super::plot::Label);
    let mut canvas = Canvas::new(title, about, seconds(groups), y).axes(SECONDS, unit);
    for (name, value) in lines {
        canvas.line(name, over(groups, value));
    }
    canvas.finish()
}

/// The values of the groups where they lie, with a gap where the series has none.
fn over(groups: &[Group<'_>], value: impl Fn(Group<'_>) -> Option<f64>) -> Vec<(f64, Option<f64>)> {
    let mut points = Vec::new();
    let mut until: Option<u64> = None;
    for group in groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        // Half an interval of slack: their ends are not exact.
        if until.is_some_and(|until| first.at_ms > until + first.length_ms / 2) {
            points.push((first.at_ms as f64 / 1e3, None));
        }
        until = Some(last.at_ms + last.length_ms);
        points.push((at(group), value(group)));
    }
    points
}

fn size(groups: &[Group<'_>]) -> usize {
    groups.first().map_or(1, |group| group.len())
}

/// Who was busy: a figure measured by a busy machine is one to doubt.
fn processors(groups: &[Group<'_>]) -> Option<Plot> {
    let lines: [(&str, Share); 3] = [
        ("generator's thread", |it| Some(it.worker_cpu)),
        ("whole machine", |it| Some(it.machine_cpu)),
        ("server (in processors)", |it| it.server.map(|server| server.cpu)),
    ];
    let value = |group: Group<'_>, figure: fn(&Interval) -> Option<f64>| {
        group.iter().filter_map(figure).reduce(f64::max)
    };
    let most = groups.iter().flat_map(|group| lines.iter().filter_map(|line| value(group, line.1)));
    let most = most.fold(1.0, f64::max);
    let about = "Share of one processor, of the machine, and processors of the server.";
    let y: (Scale, super::plot::Label) =
        (Scale::from_zero(most), |share| format!("{} %", (share * 100.0).round()));
    let mut canvas = Canvas::new("Processors", about, seconds(groups), y).axes(SECONDS, "share");
    for (name, figure) in lines {
        canvas.line(name, over(groups, |group| value(group, figure)));
    }
    canvas.finish()
}
