//! The kill matrix as checks: every format that can show checks can show it, too.

use ssecheck_model::report::{Cell, CheckResult, Conformance, Evidence, Selftest, SwitchInfo};
use ssecheck_model::verdict::{Level, Outcome};

use crate::counts::grouped;

/// The row of the correct server.
const REFERENCE: &str = "reference";

/// The counts of a kill matrix in one sentence, without its full stop.
pub(crate) fn sentence(matrix: &Selftest) -> String {
    format!(
        "{} of {} faults killed; {} of {} checks seen red; {} red without reason on these faults, \
         {} legal variations and the correct server",
        grouped(matrix.killed),
        grouped(matrix.faults),
        grouped(matrix.seen_red),
        grouped(matrix.checks),
        grouped(matrix.false_red),
        grouped(matrix.variations),
    )
}

/// One check for each fault and each legal variation, and one for each sum of the matrix. All pass if
/// and only if the matrix is good.
pub(crate) fn conformance(matrix: &Selftest) -> Conformance {
    let mut checks: Vec<CheckResult> =
        matrix.switches.iter().map(|switch| of_switch(switch, &matrix.cells)).collect();
    checks.push(reference(&matrix.cells));
    checks.extend(sums(matrix));
    Conformance::new(checks, None)
}

fn of_switch(switch: &SwitchInfo, cells: &[Cell]) -> CheckResult {
    let cells: Vec<&Cell> = cells.iter().filter(|cell| cell.switch == switch.id).collect();
    let killed = cells.iter().any(|cell| cell.is_right());
    let reason = match (wrong(&cells), switch.fault, killed) {
        (Some(reason), ..) => Some(reason),
        (None, true, false) => Some("not-killed"),
        _ => None,
    };
    let family = if switch.fault { "fault" } else { "variation" };
    let requirement = match switch.fault {
        true => format!("{}: the checks that name this fault turn red", switch.summary),
        false => format!("{}: legal, so every check stays green", switch.summary),
    };
    CheckResult {
        requirements: switch.breaks.clone(),
        ..check(format!("{family}/{}", switch.id), reason, requirement, told(&cells))
    }
}

fn reference(cells: &[Cell]) -> CheckResult {
    let cells: Vec<&Cell> = cells.iter().filter(|cell| cell.switch == REFERENCE).collect();
    let requirement = "Every check stays green on the correct server.".to_owned();
    check("reference/green".to_owned(), wrong(&cells), requirement, told(&cells))
}

/// The reason code of the first cell that is not as it should be.
fn wrong(cells: &[&Cell]) -> Option<&'static str> {
    let cell = cells.iter().find(|cell| !cell.is_right())?;
    Some(if cell.expected.is_some() { "not-killed" } else { "false-red" })
}

/// What the cells say, the wrong ones in words.
fn told(cells: &[&Cell]) -> String {
    let one = |cell: &&Cell| {
        let reason = cell.reason.as_deref().unwrap_or("no reason");
        match cell.is_right() {
            true => format!("{} is red ({reason})", cell.check),
            false => format!(
                "{} is {} ({reason}), {} expected",
                cell.check,
                cell.outcome.as_str(),
                cell.expected.as_deref().unwrap_or("green")
            ),
        }
    };
    match cells.is_empty() {
        true => "no check is red".to_owned(),
        false => cells.iter().map(one).collect::<Vec<_>>().join("; "),
    }
}

fn sums(matrix: &Selftest) -> [CheckResult; 3] {
    let sum = |id: &str, good: bool, requirement: &str, message: String| {
        let reason = (!good).then_some("not-all");
        check(format!("matrix/{id}"), reason, requirement.to_owned(), message)
    };
    [
        sum(
            "killed",
            matrix.killed == matrix.faults,
            "Every fault is killed.",
            format!("{} of {} faults killed", matrix.killed, matrix.faults),
        ),
        sum(
            "seen-red",
            matrix.seen_red == matrix.checks,
            "Every check is seen red.",
            format!("{} of {} checks seen red", matrix.seen_red, matrix.checks),
        ),
        sum(
            "no-false-red",
            matrix.false_red == 0,
            "Nothing is red without reason.",
            format!("{} red without reason", matrix.false_red),
        ),
    ]
}

fn check(
    id: String,
    reason: Option<&'static str>,
    requirement: String,
    message: String,
) -> CheckResult {
    CheckResult {
        id,
        case: String::new(), // no YAML behind it
        level: Level::Must,
        outcome: if reason.is_some() { Outcome::Fail } else { Outcome::Pass },
        reason: reason.map(str::to_owned),
        requirements: Vec::new(),
        source: "kill matrix".to_owned(),
        requirement,
        message,
        note: None,
        fix: None,
        case_ms: 0,
        evidence: Evidence::default(),
    }
}
