//! The load part.

use ssecheck_model::load::{Doubt, Environment, Latency, Load, Metric, Shard, ThresholdResult};
use ssecheck_model::report::Report;

use super::escape::{fenced, inline};
use crate::load::facts::{self, Fact, words};
use crate::load::latency;
use crate::load::units::{bytes, count, counted, time};
use crate::load::verdict::{LoadVerdict, invalidating, notes, sentence};
use crate::sanitize::{BLOCK_LIMIT, block};

/// Most thresholds and doubts in one list: GitHub refuses a summary above 1 MiB.
const MOST: usize = 30;
/// Most lines about the shards.
const MOST_LINES: usize = 100;

/// Verdict, doubts, what happened, times and thresholds; the set-up folded.
pub(super) fn render(report: &Report, load: &Load) -> String {
    let mut out = heading(report, load);
    doubts(&mut out, load);
    thresholds(&mut out, &load.thresholds);
    let facts = [facts::of_traffic(load), facts::of_machines(load)].concat();
    told(&mut out, &facts);
    times(&mut out, load);
    set_up(&mut out, load);
    out
}

fn heading(report: &Report, load: &Load) -> String {
    let verdict = LoadVerdict::of(load, report.interrupted);
    let sign = verdict.outcome().map_or("\u{2139}", super::sign);
    let word = verdict.word().to_lowercase();
    let sentence = inline(&sentence(load, report.interrupted));
    let summary = inline(&words(&load.plan.summary));
    let facts = super::facts(report);
    format!("## {sign} ssecheck load: {word}\n\n{sentence}.\n\nPlan: {summary}. {facts}\n\n")
}

fn doubts(out: &mut String, load: &Load) {
    let all = invalidating(load).map(|it| ("DOUBT", it)).chain(notes(load).map(|it| ("note", it)));
    let lines: Vec<String> = all.take(MOST).map(|(word, it)| doubt(word, it)).collect();
    if !lines.is_empty() {
        out.push_str(&format!("{}\n", lines.concat()));
    }
}

fn doubt(word: &str, it: &Doubt) -> String {
    let [code, message, cure] = [&it.code, &it.message, &it.cure].map(|text| inline(&words(text)));
    let cure = if cure.is_empty() { cure } else { format!("<br>Cure: {cure}") };
    format!("- **{word}** {code}: {message}{cure}\n")
}

fn thresholds(out: &mut String, thresholds: &[ThresholdResult]) {
    if thresholds.is_empty() {
        return;
    }
    out.push_str("| | threshold | measured |\n| --- | --- | --- |\n");
    for it in thresholds.iter().take(MOST) {
        let word = if it.held { "PASS" } else { "FAIL" };
        let [threshold, actual] = [&it.threshold, &it.actual].map(|text| inline(&words(text)));
        out.push_str(&format!("| {word} | {threshold} | {actual} |\n"));
    }
    out.push('\n');
}

fn told(out: &mut String, facts: &[Fact]) {
    out.push_str("| | |\n| --- | --- |\n");
    for fact in facts {
        let lines: Vec<String> = fact.lines.iter().map(|line| inline(line)).collect();
        out.push_str(&format!("| {} | {} |\n", fact.label, lines.join("<br>")));
    }
    out.push('\n');
}

fn times(out: &mut String, load: &Load) {
    let rows: String = latency::measured(load).map(row).collect();
    if rows.is_empty() {
        out.push_str("No times were measured.\n\n");
        return;
    }
    out.push_str("| time | count | p50 | p90 | p99 | p99.9 | max | what it is |\n");
    out.push_str("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n");
    out.push_str(&format!("{rows}\n"));
}

fn row((metric, it): (Metric, &Latency)) -> String {
    let figures = [it.p50, it.p90, it.p99, it.p999, it.max].map(time).join(" | ");
    let (name, what) = (inline(metric.as_str()), inline(metric.describe()));
    format!("| {name} | {} | {figures} | {what} |\n", count(it.count))
}

/// What somebody needs to do it again.
fn set_up(out: &mut String, load: &Load) {
    let plan = &load.plan;
    let mut lines = vec![format!("seed {}, run {}", plan.seed, plan.run)];
    lines.extend(load.shards.iter().flat_map(shard).take(MOST_LINES));
    let text = lines.iter().map(|text| words(text)).collect::<Vec<_>>().join("\n");
    let plan = block(&plan.text, BLOCK_LIMIT);
    let text = fenced(format!("{text}\n\n{plan}").trim_end());
    out.push_str(&format!("<details><summary>set-up</summary>\n\n{text}\n</details>\n"));
}

fn shard(it: &Shard) -> Vec<String> {
    let subscribers = counted(it.subscribers, "subscriber");
    let first =
        format!("shard {}/{}: {subscribers}, {}", it.index, it.count, machine(&it.environment));
    let limits = it.environment.limits.iter();
    std::iter::once(first)
        .chain(limits.map(|(name, value)| format!("  {name} = {value}")))
        .collect()
}

fn machine(it: &Environment) -> String {
    let processors = counted(it.processors.into(), "processor");
    format!("{}, {processors}, {}", it.system, bytes(it.memory_bytes as f64))
}
