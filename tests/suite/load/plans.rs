//! The shipped plans.

use serde_json::Value;

use super::tools::{assert_all_owed, assert_consistent, load, number, with_plan};
use crate::support::program::{ssecheck, workspace};

fn folder() -> std::path::PathBuf {
    workspace().join("scenarios/load")
}

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("it can be listed");
    let files = entries.map(|entry| entry.expect("an entry").file_name());
    let name = |file: std::ffi::OsString| file.to_str()?.strip_suffix(".yaml").map(str::to_owned);
    files.filter_map(name).collect()
}

#[test]
fn every_shipped_plan_is_found_by_its_name_and_named_by_the_help() {
    let help = ssecheck(["load", "--help"]).stdout;
    let words: Vec<&str> = help.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).collect();
    assert!(names().len() >= 13, "{:?}", names());
    for name in names() {
        let finished = load(&["--plan", &name, "--check"]);
        assert_eq!(finished.code, Some(0), "{name}: {}{}", finished.stdout, finished.stderr);
        assert!(words.contains(&name.as_str()), "{name} in {help}");
    }
}

/// Runs a shipped plan on the testbed with its times cut short, and asserts that the exit code is
/// what its thresholds say.
fn shortened(name: &str, changes: &[(&str, &str)], flags: &[&str]) -> (String, Value) {
    let file = folder().join(format!("{name}.yaml"));
    let mut plan = std::fs::read_to_string(file).expect("it can be read");
    for (from, to) in changes {
        assert!(plan.contains(from), "{from} in {plan}");
        plan = plan.replace(from, to);
    }
    let (finished, report) = with_plan(&plan, flags);
    let thresholds = report["load"]["thresholds"].as_array().expect("thresholds");
    assert!(!thresholds.is_empty());
    let code = i32::from(!thresholds.iter().all(|it| it["held"] == true));
    assert_eq!(finished.code, Some(code), "{}{}", finished.stdout, finished.stderr);
    assert_consistent(&report);
    (finished.stdout, report)
}

#[test]
fn an_even_stream_and_a_slow_ramp() {
    for name in ["constant", "ramp"] {
        let (_, report) = shortened(name, &[], &["-c", "10", "-d", "1s"]);
        assert_eq!(number(&report, "/load/events/lost"), 0, "{name}");
        assert_eq!(number(&report, "/load/connections/opened"), 10, "{name}");
    }
}

#[test]
fn bursts_and_events_at_random() {
    for name in ["burst", "poisson"] {
        let (_, report) = shortened(name, &[], &["-c", "10", "-d", "1s"]);
        let sent = number(&report, "/load/publishing/sent");
        assert_eq!(number(&report, "/load/publishing/scheduled"), sent, "{name}");
        assert_all_owed(&report, 10, sent);
    }
}

#[test]
fn steps_and_a_spike_add_their_subscribers() {
    let changes = [("add: 100", "add: 4"), ("every: 4s", "every: 500ms")];
    let (_, report) = shortened("steps", &changes, &["-c", "5", "-d", "2s"]);
    assert_eq!(number(&report, "/load/connections/peak"), 5 + 3 * 4);
    let changes = [("add: 400", "add: 6"), ("at: 5s", "at: 300ms"), ("for: 8s", "for: 800ms")];
    let (_, report) = shortened("spike", &changes, &["-c", "5", "-d", "2s"]);
    assert_eq!(number(&report, "/load/connections/peak"), 5 + 6);
    let series = report["load"]["series"].as_array().expect("a series");
    let last = series.iter().rev().map(|it| number(it, "/open")).find(|open| *open > 0);
    assert_eq!(last, Some(5), "the crowd has left again");
}

#[test]
fn churn_connects_again_and_loses_nothing() {
    let (_, report) = shortened("churn", &[("churn: 5%", "churn: 100%")], &["-c", "5", "-d", "2s"]);
    assert!(number(&report, "/load/connections/attempted") > 5);
    assert_eq!(number(&report, "/load/events/lost"), 0);
}

#[test]
fn after_a_storm_everyone_is_back() {
    let changes = [("at: 5s", "at: 500ms"), ("wait: retry", "wait: { fixed: 100ms }")];
    let (stdout, report) = shortened("storm", &changes, &["-c", "8", "-d", "2s"]);
    let storm = |name: &str| number(&report, &format!("/load/storm/{name}"));
    assert_eq!((storm("cut"), storm("back")), (8, 8));
    let back = ["back_50_ms", "back_99_ms", "back_100_ms"].map(storm);
    assert!(back.is_sorted() && back[0] >= 100, "{back:?}");
    assert!(stdout.contains("8 subscribers cut"), "{stdout}");
    assert_eq!(number(&report, "/load/connections/reconnected"), 8);
}

#[test]
fn slow_readers_are_told_apart_from_the_others() {
    let changes = [("at: 5s", "at: 300ms"), ("for: 8s", "for: 1s"), ("share: 10%", "share: 20%")];
    let (stdout, report) = shortened("slow-readers", &changes, &["-c", "10", "-d", "2s"]);
    assert_eq!(number(&report, "/load/slow_readers/subscribers"), 2, "{stdout}");
}

#[test]
fn the_capacity_search_tries_and_says_how_sure_it_is() {
    let changes = [
        ("from: 100", "from: 2"),
        ("to: 1000", "to: 4"),
        ("repeats: 2", "repeats: 1"),
        ("fanout.p99 < 100ms", "fanout.p99 < 60s"),
    ];
    let (stdout, report) = shortened("capacity", &changes, &["-d", "500ms"]);
    let trials = report["load"]["capacity"]["trials"].as_array().expect("trials");
    let values: Vec<u64> =
        trials.iter().filter_map(|trial| trial["value"].as_f64()).map(|v| v as u64).collect();
    // Doubts are allowed, so that a starved generator does not end the search.
    assert_eq!(values, [2, 4], "{stdout}");
    assert!(trials.iter().all(|trial| trial["held"] == true), "{stdout}");
    assert!(stdout.contains(": 2 subscribers\n"), "{stdout}");
    let sure = report["load"]["capacity"]["confidence"].as_str().unwrap_or_default();
    assert!(sure.contains("the limit is"), "{sure}");
}
