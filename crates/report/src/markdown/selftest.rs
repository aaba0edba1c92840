//! The kill matrix in Markdown: which check turns red on which fault, and for which reason.

use ssecheck_model::report::{Cell, Report, Selftest, SwitchInfo};

use super::escape::inline;
use crate::sanitize::{VALUE_LIMIT, line};

pub(super) fn render(report: &Report, selftest: &Selftest) -> String {
    let version = plain(&report.tool.version);
    let counts = crate::selftest::sentence(selftest);
    let mut out = format!("## The kill matrix of ssecheck {version}\n\n{counts}.\n\n");
    out.push_str("| fault | what it does | defect | breaks | red checks, with their reasons |\n");
    out.push_str("| --- | --- | --- | --- | --- |\n");
    for switch in selftest.switches.iter().filter(|switch| switch.fault) {
        out.push_str(&row(switch, &selftest.cells));
    }
    let legal: Vec<String> = { selftest.switches.iter() }
        .filter(|switch| !switch.fault)
        .map(|switch| format!("{} ({})", plain(&switch.id), plain(&switch.summary)))
        .collect();
    format!("{out}\nLegal variations, on which nothing may be red: {}.\n", legal.join(", "))
}

/// A saved matrix is no more to be trusted than any other report.
fn plain(text: &str) -> String {
    inline(&line(text, VALUE_LIMIT))
}

fn row(switch: &SwitchInfo, cells: &[Cell]) -> String {
    let of_switch = cells.iter().filter(|cell| cell.switch == switch.id);
    let checks: Vec<String> = of_switch.map(cell).collect();
    format!(
        "| {} | {} | {} | {} | {} |\n",
        plain(&switch.id),
        plain(&switch.summary),
        plain(switch.defect.as_deref().unwrap_or("-")),
        plain(&switch.breaks.join(", ")),
        checks.join("<br>")
    )
}

fn cell(cell: &Cell) -> String {
    let (check, reason) = (plain(&cell.check), plain(cell.reason.as_deref().unwrap_or("-")));
    match cell.is_right() {
        true => format!("{check} ({reason})"),
        false => {
            let expected = plain(cell.expected.as_deref().unwrap_or("green"));
            format!("**{check} ({reason}, expected {expected})**")
        }
    }
}
