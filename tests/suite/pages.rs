//! The pages as a person sees them: a browser opens each, at three widths, by day and by night; a
//! script clicks, types and prints; nothing is wider than the window, too faint, out of reach or
//! loaded from elsewhere.
//!
//! `SSECHECK_SCREENSHOTS=FOLDER` makes the pictures of the README.

mod axe;
mod devtools;
mod forged;
mod hands;
mod hostile;
mod keyboard;
mod mutants;
mod paper;
mod pictures;
mod studio;
mod tab;

use serde_json::Value;

use studio::{DARK, DESKTOP, LIGHT, Made, PHONE, SMALL, Studio};
use tab::Tab;

/// What is wrong with the page at this width, closed and open, by day and by night.
fn findings(tab: &mut Tab, page: &Made, size: (u32, u32)) -> Vec<String> {
    tab.resize(size);
    tab.emulate("screen", &LIGHT);
    tab.open(&page.path, "");
    let mut found = Vec::new();
    for state in ["closed", "open"] {
        if state == "open" {
            tab.eval::<Value>("void probe.open_all()");
        }
        for (colours, of) in [(LIGHT, "all"), (DARK, "contrast")] {
            tab.emulate("screen", &colours);
            let place = format!("{} px, {}, {state}", size.0, colours[0].1);
            let new: Vec<String> = tab.probe(of, "");
            found.extend(new.into_iter().map(|finding| format!("{place}: {finding}")));
        }
    }
    found
}

/// The words of the page, all open but these, without the tools.
fn words(tab: &mut Tab, page: &Made, closed: &str) -> Vec<String> {
    tab.open(&page.path, "");
    tab.eval::<Value>(
        "document.querySelectorAll('#tools, .tools, button, .skip').forEach((it) => it.remove()), probe.open_all()",
    );
    let close = format!(
        "document.querySelectorAll('{closed}').forEach((it) => it.matches('.values') ? it.remove() : it.open = false)"
    );
    tab.eval::<Value>(&close);
    tab.probe("text", "")
}

/// # Panics
/// When anything was found; with the first of it.
fn assert_none(found: &[String]) {
    let first: Vec<_> = found.iter().take(40).map(String::as_str).collect();
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), first.join("\n"));
}

/// The page is in order at every width, by day and by night.
fn looks(_: &Studio, tab: &mut Tab, page: &Made) {
    let sizes = [DESKTOP, PHONE, SMALL];
    let mut found: Vec<_> = sizes.iter().flat_map(|size| findings(tab, page, *size)).collect();
    found.extend(tab.complaints());
    assert_none(&found);
}

/// Has these pages looked at, all of them when none is named. What they then did that no page of
/// ours does is a finding of its own.
fn each(names: &[&str], look: fn(&Studio, &mut Tab, &Made)) {
    let Some(studio) = Studio::shared() else { return };
    let wanted = |page: &&Made| names.is_empty() || names.contains(&page.name);
    let pages: Vec<&Made> = studio.pages.iter().filter(wanted).collect();
    assert!(pages.len() >= names.len().max(1), "{names:?}");
    for page in pages {
        let mut tab = studio.tab();
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            look(&studio, &mut tab, page);
        }));
        assert!(seen.is_ok(), "the page {}: see above", page.name);
        assert_none(&tab.complaints());
    }
}

#[test]
fn every_page_is_in_order_at_every_width_by_day_and_by_night() {
    each(&[], looks);
}

#[test]
fn a_screen_reader_finds_names_roles_and_landmarks_on_every_page() {
    each(&[], axe::look);
}

#[test]
fn filters_of_outcomes_leave_what_the_report_says() {
    each(&["run"], hands::filters);
}

#[test]
fn levels_and_words_leave_what_the_report_says() {
    each(&["run"], hands::search);
}

#[test]
fn checks_are_sorted_by_outcome_and_by_id() {
    each(&["run"], hands::order);
}

#[test]
fn links_to_checks_and_the_button_for_all_open_them() {
    each(&["run"], hands::links);
}

#[test]
fn cells_of_a_matrix_lead_to_their_evidence() {
    each(&["matrix", "parser-matrix"], hands::cells);
}

#[test]
fn plots_are_zoomed_by_click_and_key() {
    each(&["load"], hands::zoom);
}

#[test]
fn the_keyboard_reaches_everything_in_order_and_shows_where_it_is() {
    each(&[], keyboard::focus);
}

#[test]
fn keys_open_checks_and_press_buttons() {
    each(&["run"], keyboard::keys);
}

#[test]
fn without_scripts_nothing_is_missing_but_the_tools() {
    each(&[], keyboard::scriptless);
}

#[test]
fn everything_is_on_paper() {
    each(&[], paper::print);
}
