//! What other clients would make of the streams, as a few lines; nothing when all agree.

use ssecheck_model::report::{Divergence, Portability};

use crate::sanitize::{VALUE_LIMIT, line};
use crate::style::Style;
use crate::wrap::{hang, wrap};

/// Width of the names of habits and the gap before them.
const NAME: usize = 24;
/// Longest text of one side of a difference, in characters.
const SIDE: usize = 60;

/// One entry for each habit that changes what is seen.
pub(super) fn lines(all: &[Portability], style: Style) -> Vec<String> {
    let differing: Vec<&Portability> = all.iter().filter(|one| one.differing > 0).collect();
    if differing.is_empty() {
        return Vec::new();
    }
    let title = "portability: clients that would see something else (no verdict)";
    let mut out: Vec<String> = wrap(title, style.width).iter().map(|it| style.bold(it)).collect();
    for one in differing {
        out.extend(hang(&format!("  {}", line(&one.model, NAME)), &text(one), NAME, style.width));
    }
    let more = wrap("more on them: --markdown FILE or --json FILE", style.width);
    out.extend(more.iter().map(|line| style.dim(line)));
    out.push(String::new());
    out
}

fn text(one: &Portability) -> String {
    let place = |example: &Divergence| {
        let Divergence { case, connection, offset, .. } = example;
        format!(", first in {case} on {connection} at byte {offset}")
    };
    let place = one.example.as_ref().map(place).unwrap_or_default();
    line(&format!("{}: {}{place}", count(one), one.habit), VALUE_LIMIT)
}

/// `on 1 of 8 streams`.
pub(crate) fn count(one: &Portability) -> String {
    format!("on {} of {} streams", one.differing, one.streams)
}

/// Where it was seen first.
pub(crate) fn example(example: &Divergence) -> String {
    let Divergence { case, connection, event, offset, .. } = example;
    let [standard, client] = [&example.standard, &example.client].map(|side| line(side, SIDE));
    format!(
        "; first in {case}, connection {connection}, event {event} at byte {offset}: {client} instead of {standard}"
    )
}
