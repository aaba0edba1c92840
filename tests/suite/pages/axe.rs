//! Names, roles, headings, landmarks and sizes of targets, judged by axe-core.

use std::path::PathBuf;

use serde_json::Value;

use super::assert_none;
use super::studio::{DESKTOP, Made, PHONE, Studio};
use super::tab::Tab;
use crate::support::program::workspace;
use crate::support::skipped::skip;

/// WCAG 2.2 up to AA, and what axe itself advises. Contrast is the probe's: it also judges drawings.
const RUN: &str = "axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa',
    'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'color-contrast': { enabled: false } } })
    .then(({ violations }) => violations.map(({ id, help, nodes }) =>
        `${id}: ${help}: ${nodes.length} times, first ${nodes[0].html.slice(0, 200)}`))";

fn program() -> PathBuf {
    workspace().join("tests/browser/node_modules/axe-core/axe.min.js")
}

/// The text of axe; `None`, with a loud word, where it is not installed.
pub(super) fn axe() -> Option<String> {
    let text = std::fs::read_to_string(program()).ok();
    if text.is_none() {
        skip("axe does not look at the pages: run tests/browser/install.sh, which needs npm");
    }
    text
}

/// A screen reader finds names, roles and landmarks. Where axe is not there, nothing is looked at.
pub(super) fn look(_: &Studio, tab: &mut Tab, page: &Made) {
    let Some(axe) = axe() else { return };
    for size in [DESKTOP, PHONE] {
        tab.resize(size);
        tab.open(&page.path, "");
        if size == DESKTOP {
            tab.eval::<Value>("void probe.open_all()");
        }
        tab.eval::<Value>(&format!("{axe}; void 0"));
        let found: Vec<String> = tab.eval(RUN);
        assert_none(&found);
    }
}
