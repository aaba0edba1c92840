//! The pages on paper.

use std::process::Command;

use super::studio::{DARK, Made, Studio};
use super::tab::Tab;
use super::{assert_none, words};
use crate::support::skipped::skip;

/// What lies between the margins of A4, in CSS pixels.
const SHEET: (u32, u32) = (717, 1040);

/// Without blanks, which paper has elsewhere, and without signs for which a machine may have no font.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_graphic).collect()
}

/// The text of a PDF, page by page; `None`, with a loud word, where nothing can read it.
fn text_of(
    pdf: &[u8],
    folder: &crate::support::scratch::Scratch,
    name: &str,
) -> Option<Vec<String>> {
    let path = folder.path(&format!("{name}.pdf"));
    std::fs::write(&path, pdf).expect("a file can be written");
    let output = Command::new("pdftotext").args(["-raw", &path, "-"]).output();
    let Ok(output) = output else {
        skip("printed pages are not read: run tests/browser/install.sh, for pdftotext");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    Some(text.trim_end_matches('\u{c}').split('\u{c}').map(plain).collect())
}

/// All is on paper, also what is closed on the screen, but for the evidence of what is in order and
/// the values behind a plot, which stands there itself; by day, whatever the screen's colours.
pub(super) fn print(studio: &Studio, tab: &mut Tab, page: &Made) {
    let due = words(tab, page, ".o-pass, .o-not-applicable, .values");
    tab.open(&page.path, "");
    tab.resize(SHEET);
    tab.emulate("print", &DARK);
    let mut found: Vec<String> = tab.probe("cut", "");
    found.extend(tab.probe::<Vec<String>>("contrast", ""));
    let ground: String = tab.eval("getComputedStyle(document.body).backgroundColor");
    if ground != "rgb(255, 255, 255)" {
        found.push(format!("the paper is {ground}"));
    }
    let pdf = tab.pdf();
    tab.emulate("screen", &super::LIGHT);
    if let Some(sheets) = text_of(&pdf, &studio.folder, page.name) {
        found.extend(
            sheets.iter().filter(|sheet| sheet.is_empty()).map(|_| "a blank sheet".to_owned()),
        );
        // A text may go on after a page's end.
        let all = sheets.concat();
        let missing = due.iter().filter(|text| !all.contains(&plain(text)));
        found.extend(missing.map(|text| format!("not on paper: {text:.200}")));
    }
    assert_none(&found);
}
