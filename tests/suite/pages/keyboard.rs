//! The pages without a mouse, and without scripts.

use serde_json::Value;

use super::assert_none;
use super::studio::{DESKTOP, LIGHT, Made, PHONE, Studio};
use super::tab::Tab;
use super::words;

/// How many stops of the focus are looked at on one page.
const STOPS: usize = 60;

/// Presses Tab through the page; tells the stops and what is wrong with them.
fn walk(tab: &Tab) -> (Vec<String>, Vec<String>) {
    let (mut stops, mut found) = (Vec::new(), Vec::new());
    while stops.len() < STOPS {
        tab.press("Tab");
        let focus: Value = tab.probe("focus", "");
        let Some(name) = focus["name"].as_str() else { break };
        let faults = [("ring", "has no visible focus"), ("free", "is covered or out of view")];
        for (_, fault) in faults.into_iter().filter(|(key, _)| focus[key] != true) {
            found.push(format!("{name} {fault}"));
        }
        stops.push(name.to_owned());
    }
    (stops, found)
}

/// The keyboard reaches everything, in the order of the page, and shows where it is.
pub(super) fn focus(_: &Studio, tab: &mut Tab, page: &Made) {
    for size in [DESKTOP, PHONE] {
        tab.resize(size);
        tab.emulate("screen", &[LIGHT[0], ("prefers-reduced-motion", "reduce")]);
        tab.open(&page.path, "");
        let due: Vec<String> = tab.probe("focusable", "");
        let (stops, wrong) = walk(tab);
        assert_eq!(stops, due[..due.len().min(STOPS)], "the focus at {} px", size.0);
        assert_none(&wrong);
    }
}

/// Keys open checks and press buttons.
pub(super) fn keys(_: &Studio, tab: &mut Tab, page: &Made) {
    tab.open(&page.path, "");
    for (key, open) in [("Enter", true), (" ", false), (" ", true)] {
        tab.eval::<Value>("document.querySelector('details.check summary').focus()");
        tab.press(key);
        let state: bool = tab.eval("document.querySelector('details.check').open");
        assert_eq!(state, open, "a check after {key:?}");
    }
    for (key, pressed) in [("Enter", "false"), (" ", "true")] {
        tab.eval::<Value>("document.querySelector('#tools button').focus()");
        tab.press(key);
        let state = "document.querySelector('#tools button').getAttribute('aria-pressed')";
        assert_eq!(tab.eval::<String>(state), pressed, "a button after {key:?}");
    }
}

/// Without scripts nothing is missing but the tools, and details open.
pub(super) fn scriptless(_: &Studio, tab: &mut Tab, page: &Made) {
    let with = words(tab, page, "#nothing");
    tab.scripting(false);
    let without = words(tab, page, "#nothing");
    let missing: Vec<_> = with.iter().filter(|text| !without.contains(text)).collect();
    assert!(missing.is_empty(), "missing without scripts: {missing:?}");
    assert_eq!(without, with, "without scripts");
    assert!(without.len() > 20, "{without:?}");
    tab.open(&page.path, "");
    assert_eq!(
        tab.probe::<u32>("visible", "#tools, button, input, select"),
        0,
        "buttons that do nothing"
    );
    let closed = "details:not([open]) > summary";
    if tab.probe::<u32>("visible", closed) > 0 {
        let before: Vec<String> = tab.probe("text", "");
        tab.click(closed);
        let after: Vec<String> = tab.probe("text", "");
        assert!(after.len() > before.len(), "a click opens what is closed");
    }
    tab.scripting(true);
}
