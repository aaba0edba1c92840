//! Whatever a server or a forged report says, a page keeps its parts, its words in their places, and
//! its peace.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::forged::{benign, forge, hostile};
use super::studio::{Made, Studio, make};
use super::tab::Tab;
use super::{assert_none, looks};
use crate::output_safety;
use crate::support::program::saved;

/// Reports of every kind.
const REPORTS: [&str; 4] = [
    "{folder}/run.json",
    "crates/report/tests/suite/fixtures/everything.json",
    "reports/latency/nchan-10000.json",
    "reports/parsers/sseclient-py.json",
];

fn read(studio: &Studio, report: &str) -> Value {
    saved(&report.replace("{folder}", &studio.folder.path(".")))
}

/// How often each element and attribute is on the page.
fn census(tab: &mut Tab, page: &Made) -> BTreeMap<String, u32> {
    tab.open(&page.path, "");
    tab.probe("census", "")
}

/// The page of a report, or of several side by side.
fn page(studio: &Studio, name: &'static str, reports: &[(String, Value)]) -> Made {
    let save = |(name, report): &(String, Value)| {
        studio.folder.file(&format!("{name}.json"), &report.to_string())
    };
    // Several tests do this at once.
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut arguments = match reports.len() {
        1 => vec!["report".to_owned(), "--from".to_owned()],
        _ => vec!["matrix".to_owned()],
    };
    arguments.extend(reports.iter().map(save));
    let path = studio.folder.path(&format!("forged-{number}.html"));
    make(arguments.into_iter().chain(["--html".to_owned(), path.clone()]));
    Made { name, path }
}

/// Both pages have the same elements with the same attributes, and nothing is wrong with either.
fn compare(studio: &Studio, hostile: &Made, benign: &Made) {
    let mut tab = studio.tab();
    let (due, seen) = (census(&mut tab, benign), census(&mut tab, hostile));
    let more = seen.iter().filter(|(key, count)| due.get(*key) != Some(count));
    let more: Vec<String> = more
        .map(|(key, count)| {
            format!("{}: {count} of {key} instead of {:?}", hostile.name, due.get(key))
        })
        .collect();
    assert_none(&more);
    assert!(due.keys().eq(seen.keys()), "{}: less than {due:?}", hostile.name);
    looks(studio, &mut tab, hostile);
    tab.eval::<Value>(
        "document.querySelectorAll('main a[href^=\"#\"]').forEach((it) => it.click())",
    );
    // The script hears of them later.
    tab.eval::<Value>("new Promise((done) => setTimeout(done))");
    assert_none(&tab.complaints());
    let pwned: bool = tab.eval("typeof pwned !== 'undefined' || document.title === '7'");
    assert!(!pwned);
}

#[test]
fn a_server_gets_no_part_of_the_page_in_its_hands() {
    let Some(studio) = Studio::shared() else { return };
    let path = studio.folder.path("live.html");
    let server = output_safety::server();
    let finished = output_safety::run(&server, &["--html", &path]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let page = Made { name: "live", path };
    let mut tab = studio.tab();
    let seen = census(&mut tab, &page);
    assert_eq!((seen.get("script"), seen.get("img")), (Some(&1), None));
    for key in ["onload", "onerror", "onclick", "src", "srcdoc"] {
        let found: Vec<_> = seen.keys().filter(|it| it.ends_with(&format!("[{key}]"))).collect();
        assert!(found.is_empty(), "{found:?}");
    }
    looks(&studio, &mut tab, &page);
    let words: Vec<String> = tab.probe("text", "");
    assert!(words.iter().any(|text| text.contains("<script>alert(1)</script>")), "it is shown");
}

#[test]
fn names_of_files_are_names_of_columns_and_no_more() {
    let Some(studio) = Studio::shared() else { return };
    let report = read(&studio, "crates/report/tests/suite/fixtures/everything.json");
    let (bad, good) = (forge(&report, &hostile).0, forge(&report, &benign).0);
    let name = "\"><img src=x onerror='pwned()'>{{7*7}}&lt;\u{202e}\u{5d0} 1\u{1b}[1m";
    let bad = [(name.to_owned(), bad), ("b".repeat(200), report.clone())];
    let good = [("a".repeat(60), good), ("b".repeat(200), report)];
    let (bad, good) = (page(&studio, "hostile", &bad), page(&studio, "benign", &good));
    compare(&studio, &bad, &good);
}

#[test]
fn a_forged_report_gives_the_same_page_with_other_words() {
    let Some(studio) = Studio::shared() else { return };
    for (number, report) in REPORTS.iter().enumerate() {
        let report = read(&studio, report);
        let (bad, count) = forge(&report, &hostile);
        assert!(count > 20, "{count} texts");
        let good = forge(&report, &benign).0;
        let bad = page(&studio, "hostile", &[(format!("bad-{number}"), bad)]);
        let good = page(&studio, "benign", &[(format!("good-{number}"), good)]);
        compare(&studio, &bad, &good);
    }
}
