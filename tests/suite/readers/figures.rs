//! Formats that show the figures of a load run: each reader sees the figures of the JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use super::points::list;
use super::samples::{Sample, file, load, render};
use super::tools::{processed, read, ready, seen};
use crate::support::scratch::Scratch;

fn document(format: &str) -> (Scratch, Sample, String) {
    let (scratch, sample) = (Scratch::new(), load());
    render(&scratch, &sample);
    let path = file(&scratch, &sample.name, format);
    (scratch, sample, path)
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn csv_has_a_record_for_each_interval_with_its_figures() {
    if !ready(&["python"]) {
        return;
    }
    let (_scratch, sample, path) = document("csv");
    let answer = &read("csv", &[path])[0];
    let seen = seen("csv", answer);
    let header: Vec<&str> = list(&seen["header"]).filter_map(Value::as_str).collect();
    let series: Vec<&Value> = list(&sample.report["load"]["series"]).collect();
    assert_eq!(list(&seen["rows"]).count(), series.len());
    for (row, interval) in list(&seen["rows"]).zip(series) {
        let told = |name: &str| {
            let at = header.iter().position(|it| *it == name).expect("a column");
            row[at].as_str().expect("a field").to_owned()
        };
        for name in ["at_ms", "length_ms", "open", "events", "wire_bytes", "published"] {
            assert_eq!(told(name), interval[name].to_string(), "{name}");
        }
        for (metric, figures) in interval["latency_us"].as_object().expect("times") {
            assert_eq!(told(&format!("{metric}_count")), figures["count"].to_string());
            for figure in ["p50", "p90", "p99", "max"] {
                let name = format!("{metric}_{figure}_us");
                assert_eq!(told(&name), figures[figure].to_string(), "{name}");
            }
        }
    }
}

/// Two readers: the port of HdrHistogram to Python sees each interval, the official processor the sum.
#[test]
fn the_interval_log_has_every_histogram_of_the_json() {
    if !ready(&["python", "java"]) {
        return;
    }
    let (scratch, sample, path) = document("hlog");
    let answer = &read("hlog", std::slice::from_ref(&path))[0];
    let seen: Vec<&Value> = list(seen("hlog", answer)).collect();
    let intervals: Vec<&Value> = list(&sample.report["load"]["series"]).collect();
    let times = |interval: &Value| interval["latency_us"].as_object().map_or(0, |it| it.len());
    assert_eq!(seen.len(), intervals.iter().map(|it| times(it)).sum::<usize>());
    let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
    for it in seen {
        let tag = it["tag"].as_str().expect("a tag");
        let length = number(&it["end"]) - number(&it["start"]);
        let count = it["count"].as_u64().expect("a count");
        *sums.entry(tag).or_default() += count;
        // Between them the port rounds ranks otherwise than the official library.
        let fits = |interval: &&&Value| {
            let told = &interval["latency_us"][tag];
            told["count"] == count
                && (number(&interval["length_ms"]) - length).abs() < 1.0
                && it["percentiles"][0] == told["p50"]
                && it["percentiles"][4] == told["max"]
        };
        assert!(intervals.iter().any(|interval| fits(&interval)), "{it}");
    }
    let whole = sample.report["load"]["latency_us"].as_object().expect("times");
    for (metric, figures) in whole {
        assert_eq!(figures["count"], sums[metric.as_str()], "{metric}");
    }
    let summed = processed(&path, "fanout", &scratch.path("fanout"));
    assert_percentiles(&summed, &whole["fanout"]);
}

/// The last rows at or below each level hold the percentiles of the JSON, in milliseconds.
fn assert_percentiles(distribution: &str, figures: &Value) {
    let count = figures["count"].to_string();
    let count = format!("Total count    = {count:>12}]");
    assert!(distribution.contains(&count), "{count}: {distribution}");
    let rows: Vec<Vec<f64>> = distribution
        .lines()
        .filter_map(|line| line.split_whitespace().map(|it| it.parse().ok()).collect())
        .filter(|row: &Vec<f64>| row.len() >= 3)
        .collect();
    for (name, level) in [("p50", 0.5), ("p90", 0.9)] {
        let row = rows.iter().find(|row| (row[1] - level).abs() < 1e-9).expect("a row");
        let told = number(&figures[name]) / 1e3;
        assert!((row[0] - told).abs() < 0.0006, "{name}: {row:?}, the JSON says {told}");
    }
}

/// What the processor says first of the log that it read.
const OVERALL: &str = "#[Overall percentile distribution between 0.000 and <Infinite> seconds \
    (relative to StartTime)]\n";

/// The whole run's histogram of the JSON as a log of one interval: what the official processor makes of
/// it is our `.hgrm`, byte for byte.
#[test]
fn the_distribution_is_the_one_of_the_official_processor() {
    if !ready(&["python", "java"]) {
        return;
    }
    let (scratch, sample, path) = document("hgrm");
    let rows = &read("hgrm", &[path])[0];
    assert!(list(seen("hgrm", rows)).count() > 50);
    let fanout = &sample.report["load"]["latency_us"]["fanout"];
    let histogram = fanout["histogram"].as_str().expect("a histogram");
    let log = format!("#[Histogram log format version 1.3]\nTag=fanout,0,1,1,{histogram}\n");
    let log = scratch.file("whole.hlog", &log);
    let theirs = processed(&log, "fanout", &scratch.path("whole"));
    let ours = scratch.read("load.hgrm");
    let ours = ours.strip_suffix("#[Measured time: fanout]\n").expect("it says what it shows");
    let theirs = theirs.trim_start_matches(OVERALL);
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        assert_eq!(ours, theirs);
    }
    assert!(ours == theirs);
    assert_percentiles(ours, fanout);
}

#[test]
fn openmetrics_is_parsed_with_types_units_and_the_figures_of_the_json() {
    if !ready(&["python"]) {
        return;
    }
    let (_scratch, sample, path) = document("openmetrics");
    let answer = &read("openmetrics", &[path])[0];
    let families: Vec<&Value> = list(seen("openmetrics", answer)).collect();
    let load = &sample.report["load"];
    let value = |name: &str, labels: &[(&str, &str)]| {
        let samples = families.iter().flat_map(|family| list(&family["samples"]));
        let mut found = samples.filter(|it| {
            it[0] == format!("ssecheck_{name}")
                && labels.iter().all(|(label, value)| it[1][*label] == *value)
        });
        let first = found.next().unwrap_or_else(|| panic!("{name} {labels:?} is missing"));
        assert!(found.next().is_none(), "{name} {labels:?} is there twice");
        number(&first[2])
    };
    for family in &families {
        let name = family["name"].as_str().expect("a name");
        assert!(!family["help"].as_str().expect("a help").is_empty(), "{name}");
        let unit = ["seconds", "bytes", "ratio"].into_iter().find(|it| name.ends_with(it));
        assert_eq!(family["unit"], unit.unwrap_or_default(), "{name}");
    }
    for key in ["received", "expected", "lost", "duplicated", "reordered"] {
        let told = value(&format!("events_{key}_total"), &[]);
        assert_eq!(told, number(&load["events"][key]), "{key}");
    }
    assert_eq!(value("connections_opened_total", &[]), number(&load["connections"]["opened"]));
    for (metric, figures) in load["latency_us"].as_object().expect("times") {
        let name = format!("{metric}_seconds");
        assert_eq!(value(&format!("{name}_count"), &[]), number(&figures["count"]), "{metric}");
        for (figure, quantile) in [("p50", "0.5"), ("p99", "0.99"), ("max", "1")] {
            let told = value(&name, &[("quantile", quantile)]) * 1e6;
            assert!((told - number(&figures[figure])).abs() < 0.01, "{metric} {figure}: {told}");
        }
    }
    for it in list(&load["thresholds"]) {
        let label = it["threshold"].as_str().expect("a threshold");
        let held = value("threshold_held", &[("threshold", label)]);
        assert_eq!(held > 0.0, it["held"] == true);
    }
}
