//! The load part, ready for the template.

use serde::Serialize;
use ssecheck_model::load::{Doubt, Interval, Latency, Load, Metric};
use ssecheck_model::report::Report;

use super::charts;
use super::plot::Plot;
use crate::counts::duration;
use crate::load::facts::{self, Fact, words};
use crate::load::latency;
use crate::load::units::{count, time, time_ms};
use crate::load::verdict::{LoadVerdict, invalidating, notes, sentence};
use crate::sanitize::{BLOCK_LIMIT, block};

/// The whole part.
#[derive(Debug, Serialize)]
pub(super) struct Part {
    verdict: &'static str,
    tone: &'static str,
    sentence: String,
    summary: String,
    doubts: Vec<Told>,
    notes: Vec<Told>,
    thresholds: Vec<Threshold>,
    tiles: Vec<(String, String)>,
    plots: Vec<Plot>,
    times: Vec<Row>,
    own: Vec<Row>,
    facts: Vec<(String, Vec<String>)>,
    plan: String,
    needs: Vec<String>,
    environment: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Told {
    code: String,
    message: String,
    cure: String,
}

#[derive(Debug, Serialize)]
struct Threshold {
    held: bool,
    threshold: String,
    actual: String,
}

#[derive(Debug, Serialize)]
struct Row {
    name: &'static str,
    count: String,
    figures: [String; 6],
}

pub(super) fn part(report: &Report, load: &Load) -> Part {
    let verdict = LoadVerdict::of(load, report.interrupted);
    let (own, times): (Vec<_>, Vec<_>) =
        latency::measured(load).partition(|(metric, _)| latency::is_own_cost(*metric));
    Part {
        verdict: verdict.word(),
        tone: verdict.outcome().as_str(),
        sentence: sentence(load, report.interrupted),
        summary: format!("{}; took {}", words(&load.plan.summary), duration(report.duration_ms)),
        doubts: invalidating(load).map(told).collect(),
        notes: notes(load).map(told).collect(),
        thresholds: load.thresholds.iter().map(threshold).collect(),
        tiles: tiles(load),
        plots: charts::all(load),
        times: times.into_iter().map(row).collect(),
        own: own.into_iter().map(row).collect(),
        facts: facts::of_traffic(load)
            .into_iter()
            .chain(facts::of_machines(load))
            .map(fact)
            .collect(),
        plan: block(&load.plan.text, BLOCK_LIMIT),
        needs: load.plan.needs.iter().map(|need| words(&need.message)).collect(),
        environment: environment(load),
    }
}

fn told(doubt: &Doubt) -> Told {
    let [code, message, cure] = [&doubt.code, &doubt.message, &doubt.cure].map(|text| words(text));
    Told { code, message, cure }
}

fn threshold(it: &ssecheck_model::load::ThresholdResult) -> Threshold {
    Threshold { held: it.held, threshold: words(&it.threshold), actual: words(&it.actual) }
}

/// What is read first.
fn tiles(load: &Load) -> Vec<(String, String)> {
    let mut tiles = vec![("subscribers at most".to_owned(), count(load.connections.peak))];
    if let Some((metric, it)) = latency::main(load)
        .and_then(|main| latency::measured(load).find(|(metric, _)| *metric == main))
    {
        let name = metric.as_str();
        tiles.push((format!("{name} p50"), time(it.p50)));
        tiles.push((format!("{name} p99"), time(it.p99)));
    }
    tiles.push(("events received".to_owned(), count(load.events.received)));
    let claimed = !matches!(load.events.sequence.as_str(), "none" | "");
    let lost = if claimed { count(load.events.lost) } else { "not claimed".to_owned() };
    tiles.push(("lost".to_owned(), lost));
    tiles
}

fn row((metric, it): (Metric, &Latency)) -> Row {
    let figures = [it.min, it.p50, it.p90, it.p99, it.p999, it.max].map(time);
    Row { name: metric.as_str(), count: count(it.count), figures }
}

fn fact(fact: Fact) -> (String, Vec<String>) {
    (fact.label.to_owned(), fact.lines)
}

fn environment(load: &Load) -> Vec<(String, String)> {
    let shard = |shard: &ssecheck_model::load::Shard| {
        let it = &shard.environment;
        let memory = crate::load::units::bytes(it.memory_bytes as f64);
        let limits: Vec<String> =
            it.limits.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let facts = [
            words(&it.system),
            words(&it.machine),
            format!("{} processors, {memory}", it.processors),
            words(&limits.join(", ")),
        ];
        let name = format!("shard {} of {}", shard.index, shard.count);
        (name, facts.into_iter().filter(|fact| !fact.is_empty()).collect::<Vec<_>>().join("; "))
    };
    load.shards.iter().map(shard).collect()
}

/// Where an interval lies, in seconds: its middle.
pub(super) fn middle(interval: &Interval) -> f64 {
    (interval.at_ms as f64 + interval.length_ms as f64 / 2.0) / 1e3
}

/// A time on an axis, in microseconds.
pub(super) fn axis_time(us: f64) -> String {
    time(us.round() as u64)
}

/// A place on the axis of time, in seconds.
pub(super) fn axis_second(seconds: f64) -> String {
    match seconds == 0.0 {
        true => "0 s".to_owned(),
        false => time_ms((seconds * 1e3).round() as u64).replace(".00 ", " ").replace(".0 ", " "),
    }
}
