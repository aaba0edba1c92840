//! What a load run reports, and in which format.

use serde_json::Value;

use super::tools::{EVENTS, SHORT, assert_consistent, load, number};
use crate::support::program::ssecheck;
use crate::support::schema;
use crate::support::scratch::Scratch;

/// The figures that every run with a publish hook has.
const TIMES: [&str; 8] =
    ["fanout", "fanout_from_actual", "slip", "spread", "connect", "first_event", "gap", "lag"];

/// Flags of the formats that go to files.
const FORMATS: [&str; 7] =
    ["--json", "--junit", "--markdown", "--csv", "--hgrm", "--hlog", "--openmetrics"];

fn assert_follows_its_schema(report: &Value) {
    let errors = schema::errors(report);
    assert!(errors.is_empty(), "{errors:?}");
}

fn assert_is_a_distribution(report: &Value, name: &str) {
    let figure = |figure: &str| number(report, &format!("/load/latency_us/{name}/{figure}"));
    assert!(figure("count") > 0, "{name} has no samples");
    let order = ["min", "p50", "p90", "p99", "p999", "max"].map(figure);
    assert!(order.is_sorted(), "{name}: {order:?}");
    let latency = &report["load"]["latency_us"][name];
    let mean = latency["mean"].as_f64().expect("a mean");
    assert!(order[0] as f64 <= mean && mean <= order[5] as f64, "{name}: {mean}");
    assert!(latency["histogram"].as_str().is_some_and(|text| text.len() > 20), "{name}");
}

#[test]
fn json_on_standard_output_is_alone_there_follows_its_schema_and_has_every_figure() {
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", SHORT);
    let finished = load(&["--plan", &plan, "--json", "-", "--threshold", "connect.failed == 0"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let report: Value = serde_json::from_str(&finished.stdout).expect("nothing but JSON");
    assert_follows_its_schema(&report);
    for word in ["no URL given", "subscribers", "latency"] {
        assert!(finished.stderr.contains(word), "people read standard error: {word}");
    }
    TIMES.iter().for_each(|name| assert_is_a_distribution(&report, name));
    assert_consistent(&report);
    let events = &report["load"]["events"];
    assert_eq!((&events["sequence"], number(events, "/expected")), (&"publish".into(), 4 * EVENTS));
    for count in ["lost", "duplicated", "reordered"] {
        assert_eq!(events[count], 0, "{count}");
    }
    assert_eq!(report["load"]["connections"]["opened"], 4);
    assert_eq!(report["load"]["thresholds"][0]["held"], true);
    assert!(report["load"]["doubts"].is_array());
    let series = report["load"]["series"].as_array().expect("a series");
    let events: u64 = series.iter().map(|interval| number(interval, "/events")).sum();
    assert_eq!(events, number(&report, "/load/events/events"), "the series adds up");
}

/// The names of files for all formats, and the flags that ask for them.
fn all_formats(scratch: &Scratch, prefix: &str) -> Vec<String> {
    let file = |flag: &str| scratch.path(&format!("{prefix}.{}", &flag[2..]));
    FORMATS.iter().flat_map(|flag| [(*flag).to_owned(), file(flag)]).collect()
}

#[test]
fn a_saved_report_renders_every_format_byte_for_byte_as_the_run_did() {
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", SHORT);
    let run = ["load", "--plan", &plan, "--allow-doubts", "--threshold", "received == 0"];
    let run = run.iter().map(|word| (*word).to_owned());
    let finished = ssecheck(run.chain(all_formats(&scratch, "run")));
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let from = ["report", "--from", &scratch.path("run.json"), "--allow-doubts"];
    let from = from.map(str::to_owned);
    let again = ssecheck(from.iter().cloned().chain(all_formats(&scratch, "again")));
    assert_eq!((again.code, again.stdout.as_str()), (Some(1), ""), "{}", again.stderr);
    for flag in FORMATS {
        let [run, again] = ["run", "again"].map(|prefix| format!("{prefix}.{}", &flag[2..]));
        assert!(!scratch.read(&run).is_empty(), "{run} is empty");
        assert!(scratch.read(&run) == scratch.read(&again), "{run} differs");
    }
    assert_eq!(scratch.names().len(), 1 + 2 * FORMATS.len(), "{:?}", scratch.names());
    let text = ssecheck(from);
    let (header, results) = text.stdout.split_once("\n\n").expect("two parts");
    assert!(finished.stdout.contains(header), "{header}\n--\n{}", finished.stdout);
    assert!(finished.stdout.ends_with(results), "{results}\n--\n{}", finished.stdout);
}

#[test]
fn the_files_are_what_their_tools_read() {
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", SHORT);
    let flags = all_formats(&scratch, "run");
    let arguments: Vec<&str> =
        ["--plan", &plan].into_iter().chain(flags.iter().map(String::as_str)).collect();
    assert_eq!(load(&arguments).code, Some(0));
    let hgrm = scratch.read("run.hgrm");
    assert!(hgrm.trim_start().starts_with("Value"), "{hgrm}");
    assert!(hgrm.contains("Total count"), "{hgrm}");
    assert!(scratch.read("run.hlog").contains("\"StartTimestamp\""), "an interval log");
    assert!(scratch.read("run.openmetrics").ends_with("# EOF\n"));
    assert!(scratch.read("run.junit").starts_with("<?xml"));
    let csv = scratch.read("run.csv");
    let columns: Vec<usize> = csv.lines().map(|line| line.split(',').count()).collect();
    assert!(columns.len() >= 3, "a line for each interval: {csv}");
    assert!(columns.iter().all(|count| *count == columns[0]), "{csv}");
}

#[test]
fn github_annotations_are_alone_on_standard_output() {
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", SHORT);
    let finished = load(&["--plan", &plan, "--github", "--threshold", "received == 0"]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let lines: Vec<&str> = finished.stdout.lines().collect();
    let is_command = |line: &&str| {
        ["::error", "::warning", "::notice"].iter().any(|command| line.starts_with(command))
    };
    assert!(lines.iter().all(is_command), "{}", finished.stdout);
    let is_told = |line: &&str| line.starts_with("::error") && line.contains("received == 0");
    assert!(lines.iter().any(is_told), "{}", finished.stdout);
}

#[test]
fn two_formats_cannot_share_standard_output_or_a_file() {
    let scratch = Scratch::new();
    let file = scratch.path("both");
    for flags in [
        ["--json", "-", "--csv", "-"],
        ["--hgrm", "-", "--openmetrics", "-"],
        ["--csv", &file, "--hlog", &file],
    ] {
        let finished = load(&flags);
        assert_eq!(finished.code, Some(2), "{flags:?}");
        assert_eq!(finished.stdout, "", "{flags:?}");
        assert_eq!(finished.stderr.lines().count(), 1, "{}", finished.stderr);
    }
    assert!(scratch.names().is_empty(), "nothing half-written: {:?}", scratch.names());
}
