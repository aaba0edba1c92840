//! The load part, ready for the template.

use serde::Serialize;
use ssecheck_model::load::{
    Doubt, Events, Interval, Latency, Load, Metric, ThresholdResult, Worst,
};
use ssecheck_model::report::Report;
use ssecheck_model::verdict::Outcome;

use super::charts;
use super::plot::Plot;
use crate::counts::duration;
use crate::load::facts::{self, Fact, words};
use crate::load::latency;
use crate::load::units::{count, counted, time, time_ms};
use crate::load::verdict::{LoadVerdict, invalidating, notes, sentence};
use crate::sanitize::{BLOCK_LIMIT, block};

/// Most doubts, notes, thresholds, shards and subscribers shown: a page stays a page.
const MOST: usize = 40;
/// Most subscribers that did badly.
const MOST_WORST: usize = 10;

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
    tiles: Vec<Tile>,
    worst: Vec<[String; 6]>,
    /// What there was no room for.
    more: Vec<String>,
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

/// `bad` when the number should be 0 and is not.
#[derive(Debug, Serialize)]
struct Tile {
    name: String,
    value: String,
    bad: bool,
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
        tone: verdict.outcome().map_or("plain", Outcome::as_str),
        sentence: sentence(load, report.interrupted),
        summary: format!("{}; took {}", words(&load.plan.summary), duration(report.duration_ms)),
        doubts: invalidating(load).take(MOST).map(told).collect(),
        notes: notes(load).take(MOST).map(told).collect(),
        thresholds: thresholds(load),
        tiles: tiles(load),
        worst: load.worst.iter().take(MOST_WORST).map(worst).collect(),
        more: more(load),
        plots: charts::all(load),
        times: times.into_iter().map(row).collect(),
        own: own.into_iter().map(row).collect(),
        facts: facts::of_traffic(load)
            .into_iter()
            .chain(facts::of_machines(load))
            .map(fact)
            .collect(),
        plan: block(&load.plan.text, BLOCK_LIMIT),
        needs: load.plan.needs.iter().take(MOST).map(|need| words(&need.message)).collect(),
        environment: environment(load),
    }
}

fn told(doubt: &Doubt) -> Told {
    let [code, message, cure] = [&doubt.code, &doubt.message, &doubt.cure].map(|text| words(text));
    Told { code, message, cure }
}

fn threshold(it: &ThresholdResult) -> Threshold {
    Threshold { held: it.held, threshold: words(&it.threshold), actual: words(&it.actual) }
}

/// Those that were crossed first: there is room for so many only.
fn thresholds(load: &Load) -> Vec<Threshold> {
    let mut all: Vec<&ThresholdResult> = load.thresholds.iter().collect();
    if all.len() > MOST {
        all.sort_by_key(|it| it.held);
    }
    all.into_iter().take(MOST).map(threshold).collect()
}

/// How much of what was left out.
fn more(load: &Load) -> Vec<String> {
    let counts = [
        (invalidating(load).count(), MOST, "doubt"),
        (notes(load).count(), MOST, "note"),
        (load.thresholds.len(), MOST, "threshold"),
        (load.shards.len(), MOST, "shard"),
        (load.worst.len(), MOST_WORST, "subscriber"),
    ];
    let hidden = counts.into_iter().filter(|(all, most, _)| all > most);
    hidden.map(|(all, most, what)| counted((all - most) as u64, what)).collect()
}

fn worst(it: &Worst) -> [String; 6] {
    let numbers = [it.subscriber, it.expected, it.lost, it.duplicated, it.reordered].map(count);
    let [subscriber, expected, lost, duplicated, reordered] = numbers;
    [subscriber, expected, lost, duplicated, reordered, words(&it.missing.join(", "))]
}

/// What is read first.
fn tiles(load: &Load) -> Vec<Tile> {
    let mut tiles = vec![tile("subscribers at most", count(load.connections.peak), false)];
    tiles.extend(latency::main(load).into_iter().flat_map(|main| times_of(load, main)));
    let events = &load.events;
    tiles.push(tile("events received", count(events.received), false));
    match events.are_claimed() {
        true => tiles.extend(wrong(events)),
        // An answer of its own for each: how long it takes to begin is what its reader waits for.
        false => {
            tiles.extend(times_of(load, Metric::FirstEvent));
            tiles.push(tile("lost, duplicated, reordered", "not claimed".to_owned(), false));
        }
    }
    let failed = load.connections.failed;
    tiles.push(tile("attempts failed", count(failed), failed > 0));
    tiles
}

fn tile(name: &str, value: String, bad: bool) -> Tile {
    Tile { name: name.to_owned(), value, bad }
}

fn times_of(load: &Load, metric: Metric) -> Vec<Tile> {
    let figures = latency::of(load, metric).map(|it| [("p50", it.p50), ("p99", it.p99)]);
    let named = |(figure, us)| tile(&format!("{} {figure}", metric.as_str()), time(us), false);
    figures.into_iter().flatten().map(named).collect()
}

fn wrong(events: &Events) -> [Tile; 3] {
    [("lost", events.lost), ("duplicated", events.duplicated), ("reordered", events.reordered)]
        .map(|(name, number)| tile(name, count(number), number > 0))
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
    load.shards.iter().take(MOST).map(shard).collect()
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
