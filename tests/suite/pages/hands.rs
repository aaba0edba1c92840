//! What hands do: click and type. What is on view then is what the report says.

use std::slice::from_ref;

use serde_json::Value;

use super::assert_none;
use super::studio::{DESKTOP, Made, PHONE, Studio};
use super::tab::Tab;

/// Outcomes, worst first.
const RANKS: [&str; 7] = ["fail", "error", "untestable", "warn", "known", "pass", "not-applicable"];

/// The checks of the report of the first page, as the page has them: family by family.
fn checks(studio: &Studio) -> Vec<Value> {
    let report = studio.report();
    let checks = report["conformance"]["checks"].as_array().expect("a list");
    let mut sorted = checks.clone();
    let place = |check: &Value| checks.iter().position(|other| family(other) == family(check));
    sorted.sort_by_key(place);
    sorted
}

fn text<'a>(check: &'a Value, key: &str) -> &'a str {
    check[key].as_str().unwrap_or_default()
}

fn family(check: &Value) -> &str {
    text(check, "id").split('/').next().unwrap_or_default()
}

/// Ids of those that are wanted.
fn ids(checks: &[Value], wanted: impl Fn(&Value) -> bool) -> Vec<String> {
    let wanted = checks.iter().filter(|check| wanted(check));
    wanted.map(|check| text(check, "id").to_owned()).collect()
}

fn shown(tab: &Tab) -> Vec<String> {
    tab.probe("shown", "")
}

fn opened(tab: &Tab) -> Vec<String> {
    tab.eval(
        "[...document.querySelectorAll('details.check[open] .id')].map((it) => it.textContent)",
    )
}

/// What a closed check says, in lower case.
fn summary(check: &Value) -> String {
    let requirement = text(check, "requirement");
    let said = Some(text(check, "message")).filter(|said| !said.is_empty()).unwrap_or(requirement);
    let words = [text(check, "outcome"), text(check, "id"), text(check, "level")];
    format!("{} {} {said}", words.join(" "), text(check, "reason")).to_lowercase()
}

/// Filters of outcomes leave what the report says.
pub(super) fn filters(studio: &Studio, tab: &mut Tab, page: &Made) {
    tab.open(&page.path, "");
    let checks = checks(studio);
    let is_used = |outcome: &&str| checks.iter().any(|check| text(check, "outcome") == *outcome);
    let used: Vec<&str> = RANKS.into_iter().filter(is_used).collect();
    assert!(used.len() > 2, "{used:?}");
    let mut hidden = Vec::new();
    for outcome in &used {
        tab.click(&format!("#tools button.o-{outcome}"));
        hidden.push(*outcome);
        let left = ids(&checks, |check| !hidden.contains(&text(check, "outcome")));
        assert_eq!(shown(tab), left, "filter without {hidden:?}");
        assert_none(&tab.probe::<Vec<String>>("all", ""));
    }
    assert_eq!(tab.probe::<u32>("visible", "#none"), 1, "it says that nothing is left");
    tab.click(&format!("#tools button.o-{}", used[0]));
    assert_eq!(shown(tab), ids(&checks, |check| text(check, "outcome") == used[0]));
    assert_eq!(tab.probe::<u32>("visible", "#none"), 0);
}

/// Takes the next choice of a list and tells which it is.
fn next_choice(tab: &Tab, label: &str) -> String {
    let list = format!("#tools select[aria-label={label}]");
    tab.eval::<Value>(&format!("document.querySelector('{list}').focus()"));
    tab.press("ArrowDown");
    tab.eval("document.activeElement.value")
}

/// Levels and words leave what the report says.
pub(super) fn search(studio: &Studio, tab: &mut Tab, page: &Made) {
    tab.open(&page.path, "");
    let checks = checks(studio);
    let level = next_choice(tab, "level");
    let left = ids(&checks, |check| text(check, "level") == level);
    assert!(!left.is_empty() && left.len() < checks.len(), "{level}: {left:?}");
    assert_eq!(shown(tab), left, "level {level}");
    tab.click("#tools input");
    tab.type_in("HTTP t");
    let words = |text: &str| text.contains("http") && text.contains('t');
    let left = shown(tab);
    let due = ids(&checks, |check| text(check, "level") == level && words(&summary(check)));
    assert!(!due.is_empty() && due.iter().all(|id| left.contains(id)), "{left:?} words {due:?}");
    // Evidence may be searched too.
    let seen: Vec<String> = tab.probe("shown_text", "");
    let other: Vec<_> = seen.iter().filter(|text| !words(&text.to_lowercase())).collect();
    assert!(other.is_empty(), "without the words: {other:?}");
}

/// The order is by outcome or by id within each family.
pub(super) fn order(studio: &Studio, tab: &mut Tab, page: &Made) {
    tab.open(&page.path, "");
    let mut checks = checks(studio);
    let rank = |check: &Value| RANKS.iter().position(|it| *it == text(check, "outcome"));
    assert_eq!(next_choice(tab, "order"), "worst first");
    checks.sort_by_key(|check| (family(check).to_owned(), rank(check)));
    assert_eq!(shown_by_family(tab), ids(&checks, |_| true), "worst first");
    assert_eq!(next_choice(tab, "order"), "by id");
    checks.sort_by_key(|check| (family(check).to_owned(), text(check, "id").to_owned()));
    assert_eq!(shown_by_family(tab), ids(&checks, |_| true), "by id");
}

/// What is on view, with the families in the order of their names.
fn shown_by_family(tab: &Tab) -> Vec<String> {
    let mut shown = shown(tab);
    shown.sort_by_key(|id| id.split('/').next().unwrap_or_default().to_owned());
    shown
}

/// Whether the head of the only check that is open is on view, under nothing else.
const IN_VIEW: &str = "(() => { const it = document.querySelector('details.check[open] > summary');
    const { left, top, bottom } = it.getBoundingClientRect();
    return it.contains(document.elementFromPoint(left + 20, (top + bottom) / 2)); })()";

/// Links to a check and the button for all of them open checks.
pub(super) fn links(studio: &Studio, tab: &mut Tab, page: &Made) {
    let checks = checks(studio);
    let red = ids(&checks, |check| text(check, "outcome") == "fail");
    let id = red.last().expect("a red check");
    let name_link = format!(
        "(() => {{ const it = [...document.querySelectorAll('.reds a')]
            .find(({{ textContent }}) => textContent === '{id}');
            it.id = 'link'; return it.getAttribute('href'); }})()"
    );
    tab.open(&page.path, "");
    let fragment: String = tab.eval(&name_link);
    for size in [DESKTOP, PHONE] {
        tab.resize(size);
        tab.open(&page.path, &fragment);
        assert_eq!(opened(tab), from_ref(id), "opened by its link");
        tab.open(&page.path, "");
        tab.eval::<String>(&name_link);
        tab.follow("#link");
        assert_eq!(opened(tab), from_ref(id), "opened by a click on its name");
        assert!(tab.eval::<bool>(IN_VIEW), "opened, but not on view at {} px", size.0);
        assert_eq!(tab.probe::<u32>("visible", "details.check[open] .body"), 1);
        tab.click("details.check[open] > summary");
        assert_eq!(opened(tab).len(), 0, "closed by a click");
    }
    let name_it = "[...document.querySelectorAll('#tools button')]
        .find(({ textContent }) => textContent === 'open all').id = 'all'";
    tab.eval::<String>(name_it);
    tab.click("#all");
    assert_eq!(opened(tab).len(), checks.len(), "open all");
    tab.click("#all");
    assert_eq!(opened(tab).len(), 0, "close all");
}

/// The cells of a matrix lead to evidence that is on view then.
pub(super) fn cells(_: &Studio, tab: &mut Tab, page: &Made) {
    tab.open(&page.path, "");
    let links: Vec<String> = tab.eval(
        "[...document.querySelectorAll('.matrix td a')].map((it) => it.getAttribute('href'))",
    );
    assert!(links.len() > 3, "{links:?}");
    for link in [&links[0], &links[links.len() / 2], &links[links.len() - 1]] {
        tab.follow(&format!(".matrix td a[href='{link}']"));
        let seen = "(() => { const it = document.querySelector(':target').closest('details');
            const { top, bottom } = it.getBoundingClientRect();
            return it.open && top >= 0 && top < innerHeight && bottom > top + 40; })()";
        assert!(tab.eval::<bool>(seen), "{link} does not lead to what is on view");
    }
}

/// A plot grows and shrinks at a click and at a key.
pub(super) fn zoom(_: &Studio, tab: &mut Tab, page: &Made) {
    tab.open(&page.path, "");
    let width = "document.querySelector('figure.plot svg').getBoundingClientRect().width";
    let before: f64 = tab.eval(width);
    tab.click("figure.plot button.zoom");
    let zoomed: f64 = tab.eval(width);
    assert!(zoomed > 1.5 * before, "zoom from {before} px to {zoomed} px");
    assert_none(&tab.probe::<Vec<String>>("all", ""));
    tab.press(" ");
    let after: f64 = tab.eval(width);
    assert!((after - before).abs() < 1.0, "zoom from {before} px back to {after} px");
}
