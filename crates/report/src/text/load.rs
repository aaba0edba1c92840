//! A load run for a person at a terminal: the plan before it, a line now and then, one screen after.

use ssecheck_model::load::{Doubt, Interval, Latency, Load, Metric, Need, ThresholdResult};
use ssecheck_model::report::Report;
use ssecheck_model::verdict::Outcome;

use crate::counts::duration;
use crate::load::facts::{self, Fact, words};
use crate::load::latency;
use crate::load::units::{amount, count, counted, magnitude, short_count, time, time_ms};
use crate::load::verdict::{LoadVerdict, invalidating, notes, sentence};
use crate::style::Style;
use crate::wrap::{Part, hang, pack, wrap};

/// Width of the labels, gap included, in columns.
const LABEL: usize = 14;
/// Width of the words `DOUBT`, `note`, `SHORT`, `PASS`, gap included.
const WORD: usize = 7;
/// Width of the names of times: that of `fanout_from_actual`.
const NAME: usize = 18;

/// The plan and what it needs of the machine: to be written before the first connection.
pub fn plan(load: &Load, style: Style) -> String {
    let plan = &load.plan;
    let mut lines: Vec<String> = plan.title.iter().map(|title| style.bold(&words(title))).collect();
    lines.extend(labelled("plan", &words(&plan.summary), style));
    lines.extend(labelled("", &pace(load), style));
    for threshold in &plan.thresholds {
        lines.extend(labelled("threshold", &words(threshold), style));
    }
    lines.extend(plan.needs.iter().flat_map(|it| need(it, style)));
    super::finish(&lines)
}

/// The results: verdict and doubts, then who was connected and who got what, then times, use and
/// thresholds. For a caller that wrote the header and the [`plan`] before the run.
pub fn results(report: &Report, style: Style) -> String {
    let Some(load) = &report.load else {
        return "The report has no load part.\n".to_owned();
    };
    let mut lines = verdict(load, report, style);
    lines.extend(doubts(load, style));
    lines.push(String::new());
    lines.extend(labelled("run", &run(load, report), style));
    lines.extend(facts::of_traffic(load).iter().flat_map(|fact| told(fact, style)));
    lines.extend(times(load, style));
    lines.push(String::new());
    lines.extend(facts::of_machines(load).iter().flat_map(|fact| told(fact, style)));
    lines.extend(thresholds(load, style));
    super::finish(&lines)
}

/// One plain line on an interval (more where it is narrow), without a line feed at the end:
/// `12s  open 10,000  events 50.0k/s  p50 31.2 ms  p99 79.1 ms  lag p99 2.05 ms`.
pub fn progress(interval: &Interval, style: Style) -> String {
    let end = interval.at_ms.saturating_add(interval.length_ms);
    let seconds = interval.length_ms.max(1) as f64 / 1e3;
    let rate = (interval.events as f64 / seconds).round();
    let mut parts = vec![
        format!("{}s", end / 1_000),
        format!("open {}", count(interval.open)),
        format!("events {}/s", magnitude(rate)),
    ];
    if let Some((metric, it)) = latency::main_of(interval) {
        let name = if metric == Metric::Fanout { "" } else { metric.as_str() };
        parts.push(format!("{name} p50 {}", time(it.p50)).trim_start().to_owned());
        parts.push(format!("p99 {}", time(it.p99)));
    }
    let lag = latency::of_interval(interval).find(|(metric, _)| *metric == Metric::Lag);
    parts.extend(lag.map(|(_, it)| format!("lag p99 {}", time(it.p99))));
    for (number, what) in [(interval.failed, "failed"), (interval.ended_early, "ended early")] {
        parts.extend((number > 0).then(|| format!("{what} {}", count(number))));
    }
    let plain: &dyn Fn(&str) -> String = &str::to_owned;
    let parts: Vec<Part<'_>> = parts.into_iter().map(|part| (part, plain)).collect();
    pack(&parts, 4, style.width).join("\n")
}

/// How fast, how long, and what would make it happen again.
fn pace(load: &Load) -> String {
    let plan = &load.plan;
    let connects = match plan.connects_per_second {
        0.0 => "connecting all at once".to_owned(),
        rate => format!("connecting {}/s", amount(rate)),
    };
    let events = match plan.publishers {
        0 => "watching the server's own events".to_owned(),
        publishers => format!(
            "{} events/s by {} on {}",
            amount(plan.events_per_second),
            counted(publishers.into(), "publisher"),
            counted(plan.topics.into(), "topic")
        ),
    };
    let time = time_ms(plan.duration_ms);
    format!("{connects}; {events}; {time} measured; seed {}, run {}", plan.seed, words(&plan.run))
}

/// The message has the numbers with their units, and the cure.
fn need(it: &Need, style: Style) -> Vec<String> {
    let scarce = it.available.is_some_and(|available| available < it.needed);
    let (word, outcome) = match (it.short, scarce) {
        (true, _) => ("SHORT", Outcome::Fail),
        (false, true) => ("note", Outcome::Warn),
        (false, false) => ("ok", Outcome::Pass),
    };
    worded(word, outcome, &words(&it.message), style)
}

fn verdict(load: &Load, report: &Report, style: Style) -> Vec<String> {
    let verdict = LoadVerdict::of(load, report.interrupted);
    let text = format!("{}: {}", verdict.word(), sentence(load, report.interrupted));
    let lines = hang("", &text, 0, style.width);
    match verdict.outcome() {
        Some(outcome) => lines.iter().map(|line| style.outcome(outcome, line)).collect(),
        None => lines,
    }
}

fn doubts(load: &Load, style: Style) -> Vec<String> {
    let doubt = |word: &str, outcome, it: &Doubt| {
        let mut lines =
            worded(word, outcome, &format!("{}: {}", words(&it.code), words(&it.message)), style);
        if !it.cure.is_empty() {
            lines.extend(hang("", &format!("cure: {}", words(&it.cure)), WORD, style.width));
        }
        lines
    };
    let red = invalidating(load).flat_map(|it| doubt("DOUBT", Outcome::Fail, it));
    red.chain(notes(load).flat_map(|it| doubt("note", Outcome::Warn, it))).collect()
}

fn run(load: &Load, report: &Report) -> String {
    let summary = words(&load.plan.summary);
    let mut text = format!("{summary}; took {}", duration(report.duration_ms));
    if load.shards.len() > 1 {
        text.push_str(&format!("; {} added up", counted(load.shards.len() as u64, "shard")));
    }
    text
}

/// The table of times. The generator's own stand apart, since no server can mend them.
fn times(load: &Load, style: Style) -> Vec<String> {
    let shown = fitting(style.width);
    let row = |(metric, it): (Metric, &Latency)| figures(metric.as_str(), it, &shown);
    let (own, server): (Vec<_>, Vec<_>) =
        latency::measured(load).partition(|(metric, _)| latency::is_own_cost(*metric));
    if own.is_empty() && server.is_empty() {
        return vec![String::new(), "no times were measured".to_owned()];
    }
    let names = shown.iter().map(|column| format!("{:>1$}", column.name, column.width));
    let head = format!("{:NAME$}{}", "latency", names.collect::<String>());
    let mut lines = vec![String::new(), style.bold(&head)];
    lines.extend(server.into_iter().map(row));
    if !own.is_empty() {
        let title = wrap("the generator's own cost, not the server's:", style.width);
        lines.extend(title.iter().map(|line| style.dim(line)));
        lines.extend(own.into_iter().map(row));
    }
    lines
}

/// A column of the table of times.
#[derive(Clone, Copy)]
struct Column {
    name: &'static str,
    width: usize,
    /// Kept the longer where there is no room for all; 0 for the most important one.
    rank: usize,
    text: fn(&Latency) -> String,
}

const COLUMNS: [Column; 6] = [
    Column { name: "count", width: 10, rank: 5, text: |it| short_count(it.count) },
    Column { name: "p50", width: 9, rank: 1, text: |it| time(it.p50) },
    Column { name: "p90", width: 9, rank: 4, text: |it| time(it.p90) },
    Column { name: "p99", width: 9, rank: 0, text: |it| time(it.p99) },
    Column { name: "p99.9", width: 9, rank: 3, text: |it| time(it.p999) },
    Column { name: "max", width: 9, rank: 2, text: |it| time(it.max) },
];

/// The columns for which there is room, the most important ones first to be kept.
fn fitting(width: usize) -> Vec<Column> {
    let mut kept = COLUMNS.to_vec();
    while kept.iter().map(|it| it.width).sum::<usize>() + NAME > width && kept.len() > 1 {
        let least = kept.iter().map(|it| it.rank).max();
        kept.retain(|it| Some(it.rank) != least);
    }
    kept
}

fn figures(name: &str, it: &Latency, shown: &[Column]) -> String {
    let cells = shown.iter().map(|column| format!("{:>1$}", (column.text)(it), column.width));
    format!("{name:NAME$}{}", cells.collect::<String>())
}

fn thresholds(load: &Load, style: Style) -> Vec<String> {
    let row = |it: &ThresholdResult| {
        let (word, outcome) = match it.held {
            true => ("PASS", Outcome::Pass),
            false => ("FAIL", Outcome::Fail),
        };
        let text = format!("{} (measured: {})", words(&it.threshold), words(&it.actual));
        worded(word, outcome, &text, style)
    };
    let gap = load.thresholds.first().map(|_| String::new());
    gap.into_iter().chain(load.thresholds.iter().flat_map(row)).collect()
}

fn told(fact: &Fact, style: Style) -> Vec<String> {
    let label = |index| if index == 0 { fact.label } else { "" };
    let lines = fact.lines.iter().enumerate();
    lines.flat_map(|(index, line)| labelled(label(index), line, style)).collect()
}

pub(super) fn labelled(label: &str, text: &str, style: Style) -> Vec<String> {
    painted(label, text, LABEL, style, |label| style.bold(label))
}

pub(super) fn worded(word: &str, outcome: Outcome, text: &str, style: Style) -> Vec<String> {
    painted(word, text, WORD, style, |word| style.outcome(outcome, word))
}

/// As [`hang`], with the label painted after the lines were measured.
fn painted(
    label: &str,
    text: &str,
    label_width: usize,
    style: Style,
    paint: impl Fn(&str) -> String,
) -> Vec<String> {
    let mut lines = hang(label, text, label_width, style.width);
    if let Some(first) = lines.first_mut() {
        *first = paint(label) + &first[label.len()..];
    }
    lines
}
