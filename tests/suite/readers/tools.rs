//! The readers as processes.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::process::Running;
use crate::support::program::workspace;
use crate::support::skipped::skip;

/// Far more than any of them takes; it only keeps a hang from holding the suite.
const LIMIT: Duration = Duration::from_secs(300);

fn folder() -> PathBuf {
    workspace().join("tests/readers")
}

fn python() -> PathBuf {
    folder().join(".work/venv/bin/python")
}

fn node_module(path: &str) -> PathBuf {
    folder().join("node/node_modules").join(path)
}

fn jar() -> PathBuf {
    folder().join(".work/java/lib/HdrHistogram-2.2.2.jar")
}

/// The schema of SARIF, as its editors' own tool carries it.
pub(super) fn sarif_schema() -> PathBuf {
    node_module("@microsoft/sarif-multitool-linux/sarif-2.1.0.json")
}

/// Whether all of `parts` (python, node, java) are installed; else it is said loudly.
///
/// # Panics
/// When one is missing that is required.
pub(super) fn ready(parts: &[&str]) -> bool {
    let proof = |part: &&&str| match **part {
        "python" => python(),
        "node" => node_module("tap-parser/package.json"),
        _ => jar(),
    };
    let missing: Vec<&str> = parts.iter().filter(|part| !proof(part).exists()).copied().collect();
    if !missing.is_empty() {
        let missing = missing.join(" ");
        skip(&format!("readers are not installed (run tests/readers/install.sh): {missing}"));
    }
    missing.is_empty()
}

/// Runs a command to its end and gives its output.
///
/// # Panics
/// When it fails or hangs.
fn output(command: Command) -> String {
    let name = format!("{command:?}");
    let mut running = Running::start(command, Vec::new());
    assert!(running.finish(LIMIT), "not ended: {name}");
    let errors = String::from_utf8_lossy(&running.stderr);
    let ended_well = running.status.is_some_and(|status| status.success());
    assert!(ended_well, "{name}: {:?}\n{errors}", running.status);
    String::from_utf8(running.stdout.clone()).expect("readers write UTF-8")
}

fn lines(command: Command) -> Vec<Value> {
    let output = output(command);
    output.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

/// What the reader of `format` says of each file: `seen`, or `refused` and why.
///
/// # Panics
/// When the reader breaks.
pub(super) fn read(format: &str, files: &[String]) -> Vec<Value> {
    let mut command = Command::new(python());
    // Of a document with an accent, and no byte code beside the scripts.
    command.args(["-B", "-X", "utf8"]).arg(folder().join("read.py")).arg(format).args(files);
    lines(command)
}

/// As [`read`], for TAP 14.
///
/// # Panics
/// When the reader breaks.
pub(super) fn read_tap(files: &[String]) -> Vec<Value> {
    let mut command = Command::new("node");
    command.arg(folder().join("tap.mjs")).args(files);
    lines(command)
}

/// What was seen.
///
/// # Panics
/// When it was refused.
pub(super) fn seen<'a>(name: &str, answer: &'a Value) -> &'a Value {
    assert!(answer["refused"].is_null(), "{name}: {}", answer["refused"]);
    &answer["seen"]
}

/// Objections of the tool of SARIF's editors, by its own rules and those of GitHub.
///
/// # Panics
/// When the tool breaks.
pub(super) fn sarif_objections(files: &[String], log: &str) -> Vec<String> {
    let mut command = Command::new(node_module("@microsoft/sarif-multitool-linux/Sarif.Multitool"));
    // It needs no words in the language of whoever runs it.
    command.env("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "1").arg("validate").args(files);
    command.args(["--rule-kind", "Sarif;Gh", "--level", "Error;Warning", "--output", log]);
    command.args(["--log", "ForceOverwrite"]);
    let mut running = Running::start(command, Vec::new());
    assert!(running.finish(LIMIT), "the tool did not end");
    let told = String::from_utf8_lossy(&running.stdout).into_owned();
    assert!(told.contains("Analysis completed"), "{told}");
    let about = |line: &&str| line.contains(": error ") || line.contains(": warning ");
    told.lines().filter(about).map(str::to_owned).collect()
}

/// The percentile distribution that the official processor makes of the lines with `tag` of an interval
/// log; values as in our own (microseconds shown as milliseconds).
///
/// # Panics
/// When it refuses the log.
pub(super) fn processed(log: &str, tag: &str, out: &str) -> String {
    let mut command = Command::new("java");
    command.arg("-cp").arg(jar()).arg("org.HdrHistogram.HistogramLogProcessor");
    command.args(["-i", log, "-o", out, "-tag", tag, "-outputValueUnitRatio", "1000"]);
    let told = output(command);
    std::fs::read_to_string(format!("{out}.hgrm")).unwrap_or_else(|error| panic!("{error}: {told}"))
}
