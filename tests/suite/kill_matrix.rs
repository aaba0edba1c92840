//! The kill matrix: each check is red on its faults, for its own reason, and on nothing else.

use std::time::Duration;

use serde_json::Value;
use ssecheck_model::report::Cell;

use crate::support::program::Program;

/// Far more than it takes; it only keeps a hang from holding the suite.
const LIMIT: Duration = Duration::from_secs(15 * 60);

#[test]
fn every_fault_is_killed_every_check_is_seen_red_and_nothing_else_is_red() {
    let finished = Program::new(["selftest", "--json", "-"]).run(LIMIT);
    let report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("no JSON: {error}\n{}", finished.stderr));
    let selftest = &report["selftest"];
    let wrong = wrong_cells(selftest);
    assert!(wrong.is_empty(), "{} wrong cells:\n{}", wrong.len(), wrong.join("\n"));
    assert!(selftest["faults"].as_u64().is_some_and(|faults| faults > 0), "{}", finished.stderr);
    assert_eq!(selftest["killed"], selftest["faults"], "{}", finished.stderr);
    assert_eq!(selftest["seen_red"], selftest["checks"], "{}", finished.stderr);
    assert_eq!(selftest["false_red"], 0, "{}", finished.stderr);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
}

/// One line for each cell that is not as it should be.
fn wrong_cells(selftest: &Value) -> Vec<String> {
    let cells = serde_json::from_value::<Vec<Cell>>(selftest["cells"].clone());
    let line = |cell: &Cell| {
        let (expected, reason) = (cell.expected.as_deref(), cell.reason.as_deref());
        let (expected, reason) = (expected.unwrap_or("-"), reason.unwrap_or("-"));
        let Cell { switch, check, message, outcome, .. } = cell;
        let outcome = outcome.as_str();
        format!("  {switch}: {check}: expected {expected}, got {outcome} {reason}: {message}")
    };
    let cells = cells.expect("there are cells");
    cells.iter().filter(|cell| !cell.is_right()).map(line).collect()
}
