//! Thresholds hold or are crossed by what was measured, and never by nothing.

use std::collections::BTreeMap;

use ssecheck_load::histogram::{self, Times};
use ssecheck_load::judge::{crossed, judge};
use ssecheck_model::load::{Load, Metric, ThresholdResult};
use ssecheck_model::threshold::Threshold;

use crate::fixture::{put, sound};

fn result(mut load: Load, threshold: &str) -> ThresholdResult {
    load.plan.thresholds = vec![threshold.to_owned()];
    judge(&mut load);
    assert_eq!(load.thresholds.len(), 1);
    load.thresholds.swap_remove(0)
}

fn found(load: &Load, threshold: &str) -> (String, bool) {
    let result = result(load.clone(), threshold);
    assert_eq!(result.threshold, threshold);
    (result.actual, result.held)
}

fn ok(actual: &str) -> (String, bool) {
    (actual.to_owned(), true)
}

fn crossed_at(actual: &str) -> (String, bool) {
    (actual.to_owned(), false)
}

#[test]
fn a_percentile_is_read_from_the_histogram_at_any_quantile() {
    let mut load = sound();
    let samples: Vec<u64> = (1..=1_000).collect();
    put(&mut load, Metric::Fanout, &samples);
    assert_eq!(found(&load, "fanout.p50 <= 500us"), ok("500 us"));
    assert_eq!(found(&load, "fanout.p75 < 750us"), crossed_at("750 us"));
    assert_eq!(found(&load, "fanout.p37.5 <= 375us"), ok("375 us"));
    assert_eq!(found(&load, "fanout.max <= 1ms"), ok("1 ms"));
    assert_eq!(found(&load, "fanout.min >= 1us"), ok("1 us"));
    assert_eq!(found(&load, "fanout.mean < 1ms"), ok("500.500 us"));
    assert_eq!(found(&load, "fanout.count == 1000"), ok("1000"));
}

#[test]
fn p999_and_p99_9_are_the_same_sample_as_in_the_report() {
    let mut load = sound();
    let samples: Vec<u64> = (1..=1_000).collect();
    put(&mut load, Metric::Fanout, &samples);
    assert_eq!(load.latency_us["fanout"].p999, 999);
    assert_eq!(found(&load, "fanout.p999 <= 999us"), ok("999 us"));
    assert_eq!(found(&load, "fanout.p99.9 <= 999us"), ok("999 us"));
}

#[test]
fn a_figure_is_written_so_that_it_cannot_read_like_the_other_side() {
    let mut load = sound();
    put(&mut load, Metric::Fanout, &[200_010]);
    let (actual, held) = found(&load, "fanout.p99 < 200ms");
    assert!(!held);
    assert!(actual.starts_with("200.") && actual.ends_with(" ms"), "{actual}");
}

#[test]
fn nothing_measured_never_holds() {
    let mut load = sound();
    load.events.expected = 0;
    load.connections = Default::default();
    load.publishing = None;
    let thresholds = [
        "gap.p99 < 1s",
        "gap.count == 0",
        "lost == 0",
        "lost_ratio < 1%",
        "duplicated == 0",
        "reordered == 0",
        "connect.failed == 0",
        "connect.failed_ratio < 1%",
        "ended_early == 0",
        "publish.failed == 0",
        "publish.failed_ratio < 1%",
    ];
    for threshold in thresholds {
        let (actual, held) = found(&load, threshold);
        assert!(!held && actual.starts_with("no samples"), "{threshold}: {actual}");
    }
}

#[test]
fn loss_and_order_hold_nothing_when_they_are_not_claimed() {
    let mut load = sound();
    load.events.sequence = "none".to_owned();
    for threshold in ["lost == 0", "lost_ratio < 1%", "duplicated == 0", "reordered == 0"] {
        let (actual, held) = found(&load, threshold);
        assert!(!held && actual.contains("no sequence"), "{threshold}: {actual}");
    }
    assert_eq!(found(&load, "received >= 1000"), ok("1000"));
    load.events.received = 0;
    let (actual, held) = found(&load, "received >= 0");
    assert!(!held && actual.contains("no sequence"), "not counted: {actual}");
}

#[test]
fn nothing_received_of_a_sequence_is_a_count_like_any_other() {
    let mut load = sound();
    load.events.received = 0;
    assert_eq!(found(&load, "received >= 1"), crossed_at("0"));
}

#[test]
fn each_count_is_compared_with_its_own_number() {
    let mut load = sound();
    let events = &mut load.events;
    (events.expected, events.received, events.lost) = (1_000, 997, 3);
    (events.duplicated, events.reordered, events.replayed) = (4, 5, 6);
    let connections = &mut load.connections;
    (connections.attempted, connections.opened, connections.failed) = (200, 193, 7);
    connections.ended_early = 8;
    let publishing = load.publishing.as_mut().unwrap();
    (publishing.sent, publishing.failed) = (90, 9);
    let expected = [
        ("expected == 1000", "1000"),
        ("received == 997", "997"),
        ("lost == 3", "3"),
        ("lost_ratio <= 0.3%", "0.3 % (3 of 1000)"),
        ("duplicated == 4", "4"),
        ("reordered == 5", "5"),
        ("replayed == 6", "6"),
        ("connect.opened == 193", "193"),
        ("connect.failed == 7", "7"),
        ("connect.failed_ratio < 3.6%", "3.5 % (7 of 200)"),
        ("ended_early == 8", "8"),
        ("publish.failed == 9", "9"),
        ("publish.failed_ratio <= 10%", "10 % (9 of 90)"),
    ];
    for (threshold, actual) in expected {
        assert_eq!(found(&load, threshold), ok(actual), "{threshold}");
    }
    assert_eq!(found(&load, "lost == 0"), crossed_at("3"));
}

#[test]
fn a_text_that_is_no_threshold_does_not_hold() {
    let (actual, held) = found(&sound(), "fanout.p99 = 3");
    assert!(!held && actual.contains("compares nothing"), "{actual}");
}

#[test]
fn a_metric_whose_histogram_is_damaged_does_not_hold() {
    let mut load = sound();
    load.latency_us.get_mut("fanout").unwrap().histogram.clear();
    assert_eq!(found(&load, "fanout.p99 < 1s"), crossed_at("no samples"));
}

fn crossed_texts(load: &Load, times: &BTreeMap<Metric, Times>, texts: &[&str]) -> Vec<String> {
    let thresholds: Vec<Threshold> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let crossed = crossed(&thresholds, load, &|metric| times.get(&metric));
    crossed.into_iter().map(|(threshold, actual)| format!("{threshold} is {actual}")).collect()
}

#[test]
fn in_the_run_a_threshold_is_crossed_by_figures_so_far() {
    let mut times = histogram::empty();
    times.record(300_000).unwrap();
    let times = BTreeMap::from([(Metric::Fanout, times)]);
    let mut load = sound();
    load.events.lost = 1;
    let texts = ["fanout.max < 1s", "fanout.min > 400ms", "lost == 0", "lost_ratio < 50%"];
    let crossed = crossed_texts(&load, &times, &texts);
    assert_eq!(crossed, ["fanout.min > 400ms is 299.776 ms", "lost == 0 is 1"]);
}

#[test]
fn in_the_run_nothing_measured_and_counts_that_can_still_grow_are_not_crossed() {
    let load = sound();
    let texts = ["fanout.p99 < 1us", "received >= 5000", "received > 1000", "received == 5000"];
    assert_eq!(crossed_texts(&load, &BTreeMap::new(), &texts), Vec::<String>::new());
    let passed = crossed_texts(&load, &BTreeMap::new(), &["received == 999"]);
    assert_eq!(passed, ["received == 999 is 1000"]);
}
