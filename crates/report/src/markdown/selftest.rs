//! The kill matrix in Markdown: which check turns red on which fault, and for which reason.

use ssecheck_model::report::{Cell, Report, Selftest, SwitchInfo};

use super::escape::inline;
use crate::counts::grouped;
use crate::sanitize::{VALUE_LIMIT, line};

pub(super) fn render(report: &Report, selftest: &Selftest) -> String {
    let version = inline(&line(&report.tool.version, VALUE_LIMIT));
    let mut out = format!(
        "## The kill matrix of ssecheck {version}\n\n\
         {} of {} faults killed; {} of {} checks seen red; {} red without reason on these faults, \
         {} legal variations and the correct server.\n\n",
        grouped(selftest.killed),
        grouped(selftest.faults),
        grouped(selftest.seen_red),
        grouped(selftest.checks),
        grouped(selftest.false_red),
        grouped(selftest.variations),
    );
    out.push_str("| fault | what it does | defect | breaks | red checks, with their reasons |\n");
    out.push_str("| --- | --- | --- | --- | --- |\n");
    for switch in selftest.switches.iter().filter(|switch| switch.fault) {
        out.push_str(&row(switch, &selftest.cells));
    }
    let legal: Vec<String> = { selftest.switches.iter() }
        .filter(|switch| !switch.fault)
        .map(|switch| format!("`{}` ({})", switch.id, inline(&switch.summary)))
        .collect();
    format!("{out}\nLegal variations, on which nothing may be red: {}.\n", legal.join(", "))
}

fn row(switch: &SwitchInfo, cells: &[Cell]) -> String {
    let of_switch = cells.iter().filter(|cell| cell.switch == switch.id);
    let checks: Vec<String> = of_switch.map(cell).collect();
    format!(
        "| `{}` | {} | {} | {} | {} |\n",
        switch.id,
        inline(&switch.summary),
        switch.defect.as_deref().unwrap_or("-"),
        switch.breaks.join(", "),
        checks.join("<br>")
    )
}

fn cell(cell: &Cell) -> String {
    let reason = cell.reason.as_deref().unwrap_or("-");
    match cell.is_right() {
        true => format!("{} ({reason})", cell.check),
        false => {
            let expected = cell.expected.as_deref().unwrap_or("green");
            format!("**{} ({reason}, expected {expected})**", cell.check)
        }
    }
}
