//! Thresholds and doubts, and the exit code that they make.

use serde_json::{Value, json};

use super::tools::{LIMIT, SHORT, load, number, text, with_plan};
use crate::support::program::{Program, ssecheck};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

fn judged(thresholds: &[&str]) -> (Option<i32>, String, Value) {
    let flags: Vec<&str> = thresholds.iter().flat_map(|text| ["--threshold", text]).collect();
    let (finished, report) = with_plan(SHORT, &flags);
    (finished.code, finished.stdout, report)
}

#[test]
fn exit_0_when_all_thresholds_hold() {
    let (code, stdout, report) = judged(&["lost == 0", "fanout.p99 < 60s", "connect.opened >= 4"]);
    assert_eq!(code, Some(0), "{stdout}");
    let held = |it: &Value| it["held"] == true;
    assert!(report["load"]["thresholds"].as_array().is_some_and(|all| all.iter().all(held)));
    assert!(stdout.contains("PASS   lost == 0 (measured: 0)"), "{stdout}");
}

#[test]
fn exit_1_for_a_crossed_threshold_and_for_one_without_samples() {
    let (code, stdout, report) = judged(&["lost == 0", "received == 0", "reconnect.p99 < 10s"]);
    assert_eq!(code, Some(1), "{stdout}");
    let held: Vec<&Value> = (0..3).map(|at| &report["load"]["thresholds"][at]["held"]).collect();
    assert_eq!(held, [true, false, false]);
    assert!(stdout.contains("FAIL   received == 0 (measured: 80)"), "{stdout}");
    let line = "FAIL   reconnect.p99 < 10s (measured: no samples)";
    assert!(stdout.contains(line), "{stdout}");
}

#[test]
fn exit_2_for_a_threshold_that_is_none_with_its_cure() {
    for (expression, words) in [
        ("nonsense", ["`nonsense`", "lost == 0"]),
        ("fanot.p99 < 2s", ["`fanot.p99`", "did you mean `fanout.p99`?"]),
        ("fanout.p99 < 200", ["`< 200`", "200ms"]),
        ("lost == some", ["`== some`", "whole number"]),
    ] {
        let finished = load(&["--threshold", expression]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{expression}");
        for word in words {
            assert!(finished.stderr.contains(word), "{word:?} in {}", finished.stderr);
        }
    }
}

#[test]
fn exit_2_for_a_bad_threshold_in_a_plan_with_its_place_and_a_caret() {
    let scratch = Scratch::new();
    let plan = scratch.file("bad.yaml", "subscribers: 3\nthresholds:\n  - fanot.p99 < 2s\n");
    let finished = load(&["--plan", &plan]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    let place = format!("{plan}:3:5");
    for word in [place.as_str(), "`fanot.p99`", "`fanout.p99`", "^"] {
        assert!(finished.stderr.contains(word), "{word:?} in {}", finished.stderr);
    }
}

#[test]
fn a_run_stops_when_a_threshold_stays_crossed_and_keeps_what_was_measured() {
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    // Ten minutes are beyond the limit of this test.
    let arguments = ["load", "-c", "3", "-d", "10m", "--interval", "200ms", "--allow-doubts"];
    let more = ["--threshold", "fanout.p99 < 1us", "--abort-after", "400ms", "--json", &json];
    let finished = Program::new(arguments.iter().chain(&more)).run(LIMIT);
    assert_eq!(finished.code, Some(1), "{}", finished.stdout);
    let stopped = finished.stdout.lines().find(|line| line.starts_with("stopped, because"));
    assert!(stopped.is_some_and(|line| line.contains("fanout.p99 < 1us")), "{}", finished.stdout);
    let report: Value = serde_json::from_str(&scratch.read("r.json")).expect("whole");
    assert!(number(&report, "/load/events/received") > 0);
}

/// A publisher with one connection, to a hook that takes 300 ms for each of its 20 events a second.
const LATE: &str = "\
subscribers: 2
settle: 300ms
duration: 1s
drain: 500ms
publish: { rate: 20/s, connections: 1 }
";

#[test]
fn exit_3_for_a_run_that_is_not_to_be_trusted_unless_doubts_are_allowed() {
    let testbed = Testbed::start(&["--fault", "load-slow-publish=300ms"]);
    let scratch = Scratch::new();
    let (plan, json) = (scratch.file("plan.yaml", LATE), scratch.path("r.json"));
    let target = [testbed.url(), "--publish", "/publish", "--plan", &plan, "--json", &json];
    let more = ["--threshold", "connect.opened == 2", "--threshold", "publish.failed == 0"];
    let run = ssecheck(["load"].iter().chain(&target).chain(&more));
    assert_eq!(run.code, Some(3), "{}{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("\nNOT TRUSTED: "), "{}", run.stdout);
    assert!(run.stdout.contains("\nDOUBT  slip: "), "{}", run.stdout);
    let report = |flags: &[&str]| ssecheck(["report", "--from", &json].iter().chain(flags)).code;
    assert_eq!(report(&[]), Some(3), "the exit code of the run");
    assert_eq!(report(&["--allow-doubts"]), Some(0));
}

/// The exit code of a report with these doubts, rendered again.
fn rendered(report: &Value, doubts: &Value, flags: &[&str]) -> (Option<i32>, String) {
    let mut report = report.clone();
    report["load"]["doubts"] = doubts.clone();
    let arguments = ["report", "--from", "-"].iter().chain(flags);
    let finished = Program::new(arguments).stdin(report.to_string()).run(LIMIT);
    (finished.code, finished.stdout)
}

#[test]
fn a_doubt_beats_a_threshold_and_a_note_changes_nothing() {
    let (code, _, report) = judged(&["received == 0"]);
    assert_eq!(code, Some(1));
    let doubt = |invalidates: bool| json!([{ "code": "slip", "invalidates": invalidates, "message": "m", "cure": "c" }]);
    let (code, text) = rendered(&report, &doubt(true), &[]);
    assert_eq!(code, Some(3), "a threshold crossed by figures that are not to be trusted: {text}");
    assert_eq!(rendered(&report, &doubt(true), &["--allow-doubts"]).0, Some(1));
    let (code, text) = rendered(&report, &doubt(false), &[]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("note   slip: m"), "{text}");
    assert_eq!(rendered(&report, &json!([]), &[]).0, Some(1));
}

#[test]
fn nothing_to_watch_is_no_reason_to_stop() {
    let finished = load(&["--abort-after", "1s"]);
    assert_eq!(finished.code, Some(2), "{}", text(finished.stdout.as_bytes()));
    assert!(finished.stderr.contains("--threshold"), "{}", finished.stderr);
}
