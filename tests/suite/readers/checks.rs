//! Formats that show verdicts: each reader counts, names and places them as the JSON does.

use serde_json::{Value, json};

use super::points::{self, Kind, Point, count, is_cut_short, list};
use super::samples::{Sample, all, files, render};
use super::tools::{read, read_tap, ready, sarif_objections, sarif_schema, seen};
use crate::support::scratch::Scratch;

/// What makes a point unsuccessful.
const RED: [Kind; 2] = [Kind::Fail, Kind::Broken];

fn documents() -> (Scratch, Vec<Sample>) {
    let (scratch, samples) = (Scratch::new(), all());
    samples.iter().for_each(|sample| render(&scratch, sample));
    (scratch, samples)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The points of a sample, by name: formats group them differently.
fn sorted(report: &Value) -> Vec<Point> {
    let mut points = points::of(report);
    points.sort_by(|a, b| (&a.name, a.kind).cmp(&(&b.name, b.kind)));
    points
}

#[test]
fn junit_is_valid_and_its_reader_sees_the_points_of_the_json() {
    if !ready(&["python"]) {
        return;
    }
    let (scratch, samples) = documents();
    let answers = read("junit", &files(&scratch, &samples, "junit"));
    for (sample, answer) in samples.iter().zip(&answers) {
        let seen = seen(&sample.name, answer);
        junit_counts(sample, seen);
        junit_cases(sample, seen);
    }
}

fn junit_counts(sample: &Sample, seen: &Value) {
    let points = points::of(&sample.report);
    let cut = usize::from(is_cut_short(&sample.report));
    let skipped = count(&points, &[Kind::Known, Kind::Skipped]);
    let broken = count(&points, &[Kind::Broken]) + cut;
    let counts = [points.len() + cut, count(&points, &[Kind::Fail]), broken, skipped];
    assert_eq!(seen["counts"], json!(counts), "{}", sample.name);
    let ms = sample.report["duration_ms"].as_u64().unwrap_or_default();
    assert_eq!(seen["time"].as_f64(), Some(ms as f64 / 1e3), "{}", sample.name);
    for suite in list(&seen["suites"]).filter(|suite| suite["name"] == "head") {
        assert_eq!(suite["properties"]["target"], sample.report["target"]["url"]);
    }
}

fn junit_cases(sample: &Sample, seen: &Value) {
    let mut cases: Vec<(&Value, &Value)> = list(&seen["suites"])
        .flat_map(|suite| list(&suite["cases"]).map(move |case| (&suite["name"], case)))
        .filter(|(suite, _)| *suite != "run")
        .collect();
    cases.sort_by_key(|(_, case)| (text(&case["name"]), text(&case["result"]) == "failure"));
    for (point, (suite, case)) in sorted(&sample.report).iter().zip(&cases) {
        assert_eq!(case["name"], point.name, "{}", sample.name);
        assert_eq!(case["classname"], format!("ssecheck.{}", text(suite)));
        let result = match point.kind {
            Kind::Pass | Kind::Warn => "passed",
            Kind::Known | Kind::Skipped => "skipped",
            Kind::Fail => "failure",
            Kind::Broken => "error",
        };
        assert_eq!(case["result"], result, "{} {}", sample.name, point.name);
        if RED.contains(&point.kind) {
            assert_eq!(case["type"], point.reason, "{}", point.name);
            assert!(text(&case["message"]).contains(&point.message), "{case} {point:?}");
        }
        if point.kind == Kind::Warn {
            let start = format!("WARN {}: {}", point.reason, point.message);
            assert!(text(&case["stdout"]).starts_with(&start), "{case} {point:?}");
        }
        let time = case["time"].as_f64().unwrap_or_default() * 1e3;
        assert!(time == 0.0 || (time - point.case_ms as f64).abs() < 0.5, "{case} {point:?}");
    }
}

/// Every case is timed once, whatever the number of its checks.
#[test]
fn the_times_of_junit_are_those_of_the_cases() {
    if !ready(&["python"]) {
        return;
    }
    let (scratch, samples) = documents();
    let sample = &samples[0];
    let answer = &read("junit", &files(&scratch, &samples[..1], "junit"))[0];
    let suites = &seen(&sample.name, answer)["suites"];
    let cases = list(suites).flat_map(|suite| list(&suite["cases"]));
    let told: f64 = cases.filter_map(|case| case["time"].as_f64()).sum();
    let mut known = std::collections::HashSet::new();
    let points = points::of(&sample.report);
    let once = points.iter().filter(|point| known.insert(point.case.clone()));
    let expected: u64 = once.map(|point| point.case_ms).sum();
    assert!(expected > 0 && (told * 1e3 - expected as f64).abs() < 0.5, "{told} {expected}");
}

#[test]
fn tap_is_read_strictly_and_by_an_old_reader_with_the_points_of_the_json() {
    if !ready(&["python", "node"]) {
        return;
    }
    let (scratch, samples) = documents();
    let files = files(&scratch, &samples, "tap");
    let (new, old) = (read_tap(&files), read("tap", &files));
    for ((sample, new), old) in samples.iter().zip(&new).zip(&old) {
        let (new, old) = (seen(&sample.name, new), seen(&sample.name, old));
        let points = points::of(&sample.report);
        let good = [Kind::Pass, Kind::Warn, Kind::Skipped];
        let [ok, skipped, todo] =
            [&good[..], &[Kind::Skipped], &[Kind::Known]].map(|kinds| count(&points, kinds));
        assert_eq!(new["plan"], points.len(), "{}", sample.name);
        assert_eq!([&old["ok"], &old["skipped"], &old["todo"]], [ok, skipped, todo]);
        let failed = points.len() - ok;
        assert_eq!(new["counts"], json!([points.len(), ok, failed, skipped, todo]));
        assert_eq!(new["ok"], failed == todo && !is_cut_short(&sample.report), "{}", sample.name);
        assert_eq!(new["bailout"] != false, is_cut_short(&sample.report), "{}", sample.name);
        assert_eq!(list(&old["bail"]).count(), usize::from(is_cut_short(&sample.report)));
        tap_points(sample, &points, list(&new["points"]));
    }
}

fn tap_points<'a>(sample: &Sample, points: &[Point], seen: impl Iterator<Item = &'a Value>) {
    for (point, seen) in points.iter().zip(seen) {
        assert!(text(&seen["name"]).ends_with(&point.name), "{}: {seen}", sample.name);
        let told = matches!(point.kind, Kind::Warn | Kind::Fail | Kind::Broken | Kind::Known);
        let block = &seen["diag"];
        if told && !point.reason.is_empty() && block.get("reason").is_some() {
            assert_eq!(block["reason"], point.reason, "{}", sample.name);
            assert!(text(&block["message"]).contains(&point.message), "{block}");
        }
        assert!(!told || block.is_object(), "{}: {} has no block", sample.name, point.name);
        if point.kind == Kind::Skipped && !point.message.is_empty() {
            assert_eq!(seen["skip"], point.message, "{}", sample.name);
        }
    }
}

/// What a format that shows problems alone has to show: levels, ids or names, and places.
fn problems(report: &Value) -> Vec<(&'static str, Point)> {
    let level = |point: &Point| match point.kind {
        Kind::Fail | Kind::Broken => Some("error"),
        Kind::Warn => Some("warning"),
        Kind::Known => Some("note"),
        Kind::Pass | Kind::Skipped => None,
    };
    let trust = |point: &Point| point.name.starts_with("the measurement");
    let points = points::of(report).into_iter().filter(|point| !trust(point));
    let mut all: Vec<_> = points.filter_map(|point| Some((level(&point)?, point))).collect();
    all.extend(list(&report["load"]["doubts"]).map(|doubt| {
        let level = if doubt["invalidates"] == true { "error" } else { "note" };
        let point = Point {
            name: format!("load/doubt/{}", text(&doubt["code"])),
            kind: Kind::Fail,
            reason: String::new(),
            message: text(&doubt["message"]).to_owned(),
            case: String::new(),
            case_ms: 0,
            place: None,
        };
        (level, point)
    }));
    all
}

#[test]
fn sarif_follows_the_official_schema_and_its_reader_sees_every_problem() {
    if !ready(&["python", "node"]) {
        return;
    }
    let (scratch, samples) = documents();
    let schema = std::fs::read_to_string(sarif_schema()).expect("the schema is installed");
    let schema: Value = serde_json::from_str(&schema).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    let answers = read("sarif", &files(&scratch, &samples, "sarif"));
    for (sample, answer) in samples.iter().zip(&answers) {
        let seen = seen(&sample.name, answer);
        let errors: Vec<String> =
            validator.iter_errors(&seen["document"]).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:?}", sample.name);
        let mut bad = seen["document"].clone();
        bad["runs"][0]["columnKind"] = json!("letters");
        assert!(!validator.is_valid(&bad), "the schema refuses nothing");
        let problems = problems(&sample.report);
        assert_eq!(seen["count"], problems.len(), "{}", sample.name);
        for level in ["error", "warning", "note"] {
            let told = seen["severities"][level].as_u64().unwrap_or_default();
            let count = problems.iter().filter(|(it, _)| *it == level).count();
            assert_eq!(told, count as u64, "{} {level}", sample.name);
        }
        sarif_records(sample, &problems, &seen["records"]);
        let run = &seen["document"]["runs"][0];
        let successful = !is_cut_short(&sample.report);
        assert_eq!(run["invocations"][0]["executionSuccessful"], successful);
    }
    let objections = sarif_objections(&files(&scratch, &samples, "sarif"), &scratch.path("log"));
    assert!(objections.is_empty(), "{objections:#?}");
}

fn sarif_records(sample: &Sample, problems: &[(&str, Point)], records: &Value) {
    for (_, point) in problems {
        let about = |record: &&Value| {
            let placed = point.place.as_ref().is_none_or(|(file, line)| {
                record["Location"] == file.as_str() && record["Line"] == *line
            });
            text(&record["Description"]).contains(&point.message) && placed
        };
        let found = list(records).filter(about).count();
        assert!(found > 0, "{}: {point:?} is in no record", sample.name);
    }
}

#[test]
fn annotations_show_every_red_point_the_worst_first_and_tell_when_there_are_more_than_ten() {
    if !ready(&["python"]) {
        return;
    }
    let (scratch, samples) = documents();
    let answers = read("github", &files(&scratch, &samples, "github"));
    for (sample, answer) in samples.iter().zip(&answers) {
        let seen: Vec<&Value> = list(seen(&sample.name, answer)).collect();
        let problems = problems(&sample.report);
        for (level, kind) in [("error", "error"), ("warning", "warning")] {
            let doubtful = |point: &Point| point.name.starts_with("load/doubt/");
            let counts = |(it, point): &&(&str, Point)| {
                *it == level || (level == "warning" && *it == "note" && doubtful(point))
            };
            let count = problems.iter().filter(counts).count()
                + usize::from(level == "error" && is_cut_short(&sample.report));
            let told = seen.iter().filter(|it| it["kind"] == kind).count();
            assert_eq!(told, count + usize::from(count > 10), "{} {level}", sample.name);
        }
        let kinds = seen.iter().filter(|it| !text(&it["title"]).starts_with("ssecheck: "));
        let kinds: Vec<&str> = kinds.map(|it| text(&it["kind"])).collect();
        assert!(kinds.is_sorted(), "{}: {kinds:?}", sample.name); // errors, then warnings
    }
}
