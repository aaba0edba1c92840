//! What the tests of load runs share.

use std::time::Duration;

use serde_json::Value;

use crate::support::process::Running;
use crate::support::program::{Finished, Program, ssecheck};
use crate::support::scratch::Scratch;

/// Far more than any of these runs takes.
pub(super) const LIMIT: Duration = Duration::from_secs(60);

/// A run of two seconds. Doubts are allowed, since other tests starve it.
pub(super) const SHORT: &str = "\
subscribers: 4
settle: 1s
duration: 1s
drain: 2s
interval: 500ms
publish: { rate: 20/s }
";
/// Events that each subscriber is owed in such a run.
pub(super) const EVENTS: u64 = 20;

/// Loads with these arguments and allows doubts.
pub(super) fn load(arguments: &[&str]) -> Finished {
    ssecheck(["load", "--allow-doubts"].iter().chain(arguments))
}

/// Loads with a plan of this text, and gives its report too.
///
/// # Panics
/// When it writes none.
pub(super) fn with_plan(plan: &str, arguments: &[&str]) -> (Finished, Value) {
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", plan);
    let json = scratch.path("r.json");
    let finished = load(&[&["--plan", &plan, "--json", &json], arguments].concat());
    let report = report(&scratch, "r.json", &finished);
    (finished, report)
}

/// The report in a file.
pub(super) fn report(scratch: &Scratch, name: &str, finished: &Finished) -> Value {
    assert!(scratch.names().iter().any(|there| there == name), "{}", finished.stderr);
    serde_json::from_str(&scratch.read(name)).expect("a whole JSON report")
}

/// A number of the report.
pub(super) fn number(report: &Value, pointer: &str) -> u64 {
    let value = report.pointer(pointer).and_then(Value::as_u64);
    value.unwrap_or_else(|| panic!("{pointer} is no number"))
}

/// Asserts that the counts of events fit each other.
pub(super) fn assert_consistent(report: &Value) {
    let events = |name: &str| number(report, &format!("/load/events/{name}"));
    assert_eq!(events("expected"), events("received") + events("lost"));
    let samples = number(report, "/load/latency_us/fanout/count");
    assert!(samples <= events("received"), "{samples} of {}", events("received"));
    let connections = |name: &str| number(report, &format!("/load/connections/{name}"));
    assert_eq!(connections("attempted"), connections("opened") + connections("failed"));
}

/// Asserts that every event is owed to every subscriber, unless the machine was too busy to have all
/// of them there in time, as the report then says.
pub(super) fn assert_all_owed(report: &Value, subscribers: u64, events: u64) {
    let expected = number(report, "/load/events/expected");
    let late = number(report, "/load/connections/late");
    match late {
        0 => assert_eq!(expected, subscribers * events, "{}", report["load"]["connections"]),
        _ => assert!(expected <= subscribers * events, "{expected} with {late} late"),
    }
}

/// Starts a run of ten minutes with this plan and waits until it is in the middle of it.
///
/// # Panics
/// When it never gets there.
pub(super) fn in_mid_run(arguments: &[&str]) -> Running {
    let flags = ["load", "-c", "4", "-d", "10m"];
    let mut run = Program::new(flags.iter().chain(arguments)).start();
    // The first interval with a latency.
    let begun = run.until(LIMIT, |run| text(&run.stdout).contains("  p50 "));
    assert!(begun, "{}{}", text(&run.stdout), text(&run.stderr));
    run
}

/// What a process printed.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
