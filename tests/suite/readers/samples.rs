//! Saved reports of every kind, and their documents.

use serde_json::{Value, json};

use crate::support::program::{saved, ssecheck};
use crate::support::schema;
use crate::support::scratch::Scratch;

/// A report as JSON, and its name.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) report: Value,
}

/// Formats that go into files, by their flags.
const FILES: [&str; 4] = ["junit", "sarif", "markdown", "html"];
/// Those of load runs alone.
const FIGURES: [&str; 4] = ["csv", "hgrm", "hlog", "openmetrics"];

fn sample(name: &str, report: Value) -> Sample {
    let errors = schema::errors(&report);
    assert!(errors.is_empty(), "{name}: {errors:?}");
    Sample { name: name.to_owned(), report }
}

/// Every outcome; a known deviation and an entry of the baseline file that does not hold, too.
fn conformance() -> Value {
    let path = "crates/report/tests/suite/fixtures/everything.json";
    let mut report = saved(path);
    let place = json!({ "file": "known.yaml", "line": 4, "column": 3, "text": "- check: cors/*" });
    report["conformance"]["baseline"] = json!({ "file": "known.yaml", "entries": 2, "problems": [
        { "kind": "stale", "check": "cors/*", "message": "it holds now", "place": place },
    ]});
    let checks = report["conformance"]["checks"].as_array_mut().expect("checks");
    let mut known = checks.iter().find(|it| it["outcome"] == "fail").expect("one fails").clone();
    known["id"] = json!("framing/known");
    known["outcome"] = json!("known");
    known["note"] = json!("an old proxy of ours");
    checks.push(known);
    report["conformance"]["summary"]["known"] = json!(1);
    report
}

fn aborted() -> Value {
    let mut report = conformance();
    report["conformance"]["aborted"] = json!("the server is gone");
    report
}

/// The whole of a published run of 10,000 subscribers.
pub(super) fn load() -> Sample {
    sample("load", saved("reports/latency/nchan-10000.json"))
}

/// One that was stopped, with crossed thresholds and doubts.
fn doubtful() -> Value {
    let mut report = load().report;
    report["interrupted"] = json!(true);
    let load = &mut report["load"];
    load["series"].as_array_mut().expect("a series").truncate(3);
    load["thresholds"][0]["held"] = json!(false);
    load["doubts"] = json!([
        { "code": "slip", "invalidates": true, "message": "late", "cure": "publish less" },
        { "code": "late-subscribers", "invalidates": false, "message": "2 of them", "cure": "" },
    ]);
    load["connections"]["failed_by"] = json!({ "refused": 3, "status-503": 2 });
    report
}

fn unkilled() -> Value {
    let mut report = saved("reports/kill-matrix/matrix.json");
    let matrix = &mut report["selftest"];
    matrix["killed"] = json!(194);
    matrix["false_red"] = json!(1);
    matrix["cells"][0]["reason"] = json!("another");
    let green = json!({ "switch": "reference", "check": "framing/utf8", "outcome": "fail",
        "reason": "ill-formed-utf8", "message": "it is" });
    matrix["cells"].as_array_mut().expect("cells").push(green);
    report
}

/// Reports of every kind: green, red, and cut short.
pub(super) fn all() -> Vec<Sample> {
    vec![
        sample("conformance", conformance()),
        sample("aborted", aborted()),
        load(),
        sample("doubtful", doubtful()),
        sample("parser", saved("reports/parsers/undici.json")),
        sample("crashing-parser", saved("reports/parsers/aiohttp-sse-client.json")),
        sample("selftest", saved("reports/kill-matrix/matrix.json")),
        sample("unkilled", unkilled()),
    ]
}

/// The documents of a report: `FORMAT` of `NAME` is the file `NAME.FORMAT`.
///
/// # Panics
/// When the program cannot make one of them.
pub(super) fn render(scratch: &Scratch, sample: &Sample) {
    let name = &sample.name;
    let from = scratch.file(&format!("{name}.json"), &sample.report.to_string());
    let mut arguments = vec!["report".to_owned(), "--from".to_owned(), from];
    let figures = if sample.report["load"].is_null() { &[][..] } else { &FIGURES };
    let mut files = arguments.clone();
    for format in FILES.iter().chain(figures) {
        files.extend([format!("--{format}"), file(scratch, name, format)]);
    }
    for format in ["tap", "github"] {
        let flag = format!("--{format}");
        let arguments = if format == "tap" { &mut files } else { &mut arguments };
        let finished = ssecheck(arguments.iter().chain([&flag]));
        assert!(matches!(finished.code, Some(0 | 1 | 3 | 130)), "{name}: {}", finished.stderr);
        assert_eq!(finished.stderr, "", "{name}");
        scratch.file(&format!("{name}.{format}"), &finished.stdout);
    }
}

/// The path of a document.
pub(super) fn file(scratch: &Scratch, name: &str, format: &str) -> String {
    scratch.path(&format!("{name}.{format}"))
}

/// The paths of one format of all samples.
pub(super) fn files(scratch: &Scratch, samples: &[Sample], format: &str) -> Vec<String> {
    samples.iter().map(|it| file(scratch, &it.name, format)).collect()
}
