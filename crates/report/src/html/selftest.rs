//! The kill matrix for its template: by fault, and by check.

use std::collections::BTreeMap;

use serde::Serialize;
use ssecheck_model::report::{Cell, Selftest};

use crate::counts::family;
use crate::groups::group_by;
use crate::sanitize::{VALUE_LIMIT, line};

/// So many faults of a check are shown unfolded.
const UNFOLDED: usize = 3;

#[derive(Debug, Serialize)]
pub(super) struct Part {
    tone: &'static str,
    verdict: &'static str,
    sentence: String,
    faults: Vec<Switch>,
    /// The correct server and what is unusual but legal.
    legal: Vec<Switch>,
    families: Vec<(String, Vec<Check>)>,
    unfolded: usize,
}

/// A fault or a variation, with what it turned red.
#[derive(Debug, Serialize)]
struct Switch {
    id: String,
    summary: String,
    defect: String,
    breaks: String,
    kills: Vec<Kill>,
    wrong: bool,
}

/// A check, with what turned it red.
#[derive(Debug, Serialize)]
struct Check {
    id: String,
    kills: Vec<Kill>,
    wrong: bool,
}

/// One cell, seen from one side: the other side's name.
#[derive(Debug, Serialize)]
struct Kill {
    name: String,
    reason: String,
    /// What is wrong with it.
    wrong: Option<String>,
}

pub(super) fn part(selftest: &Selftest) -> Part {
    let good = selftest.is_good();
    Part {
        tone: if good { "pass" } else { "fail" },
        verdict: if good { "every check is proved" } else { "not every check is proved" },
        sentence: format!("{}.", crate::selftest::sentence(selftest)),
        faults: switches(selftest, true),
        legal: switches(selftest, false),
        families: families(selftest),
        unfolded: UNFOLDED,
    }
}

fn switches(selftest: &Selftest, fault: bool) -> Vec<Switch> {
    let by_switch: BTreeMap<&str, Vec<&Cell>> =
        group_by(&selftest.cells, |cell| cell.switch.as_str()).into_iter().collect();
    let known = |id: &str| selftest.switches.iter().any(|switch| switch.id == id);
    let kills = |id: &str| -> Vec<Kill> {
        let cells = by_switch.get(id).into_iter().flatten();
        cells.map(|cell| kill(cell, &cell.check)).collect()
    };
    let mut rows: Vec<Switch> = Vec::new();
    // The correct server, and what the list does not name, have cells only when something is wrong.
    let unnamed = by_switch.keys().filter(|id| !known(id) && !fault);
    rows.extend(unnamed.map(|id| switch(id, "", "", "", kills(id), false)));
    for one in selftest.switches.iter().filter(|switch| switch.fault == fault) {
        let defect = one.defect.as_deref().unwrap_or_default();
        rows.push(switch(
            &one.id,
            &one.summary,
            defect,
            &one.breaks.join(", "),
            kills(&one.id),
            fault,
        ));
    }
    rows
}

fn switch(
    id: &str,
    summary: &str,
    defect: &str,
    breaks: &str,
    kills: Vec<Kill>,
    fault: bool,
) -> Switch {
    let text = |text: &str| line(text, VALUE_LIMIT);
    Switch {
        id: text(id),
        summary: text(summary),
        defect: text(defect),
        breaks: text(breaks),
        wrong: kills.iter().any(|kill| kill.wrong.is_some()) || (fault && kills.is_empty()),
        kills,
    }
}

fn families(selftest: &Selftest) -> Vec<(String, Vec<Check>)> {
    let mut by_check = group_by(&selftest.cells, |cell| cell.check.as_str());
    by_check.sort_by_key(|(id, _)| *id);
    let check = |(id, cells): (&str, Vec<&Cell>)| {
        let kills: Vec<Kill> = cells.iter().map(|cell| kill(cell, &cell.switch)).collect();
        let wrong = kills.iter().any(|kill| kill.wrong.is_some());
        Check { id: line(id, VALUE_LIMIT), kills, wrong }
    };
    let families = group_by(by_check, |(id, _)| family(id)).into_iter();
    families
        .map(|(name, all)| (line(name, VALUE_LIMIT), all.into_iter().map(check).collect()))
        .collect()
}

fn kill(cell: &Cell, name: &str) -> Kill {
    let text = |text: &str| line(text, VALUE_LIMIT);
    let wrong = (!cell.is_right()).then(|| {
        let expected = cell.expected.as_deref().unwrap_or("green");
        text(&format!("{expected} expected, {}: {}", cell.outcome.as_str(), cell.message))
    });
    Kill { name: text(name), reason: text(cell.reason.as_deref().unwrap_or("-")), wrong }
}
