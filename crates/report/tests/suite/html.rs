//! The HTML page: one file, nothing of the target's in it that a browser could take for markup.

use ssecheck_model::load::Interval;
use ssecheck_report::html;
use ssecheck_report::sanitize::is_harmful;

use crate::loads;
use crate::reports::{HOSTILE, aborted, checks, everything, filled_with, green, hostile};

/// The page without its style and script, which are ours.
fn body(page: &str) -> String {
    let (_, page) = page.split_once("</style>").expect("a style");
    let (page, _) = page.split_once("<script>").expect("a script");
    page.to_owned()
}

#[test]
fn a_page_of_checks() {
    insta::assert_snapshot!(body(&html::render(&everything())));
}

#[test]
fn a_page_of_a_load_run() {
    insta::assert_snapshot!(body(&html::render(&loads::rich())));
}

#[test]
fn every_kind_of_report_has_a_page() {
    let all = [green(), aborted(everything()), loads::minimal(), loads::rich(), loads::hostile()];
    for report in all {
        assert!(html::render(&report).ends_with("</html>\n"));
    }
}

#[test]
fn text_of_the_target_is_never_markup() {
    for page in [html::render(&hostile()), html::render(&loads::hostile())] {
        let body = body(&page);
        assert!(!body.contains("<script"), "{body}");
        assert!(!body.contains(HOSTILE));
        assert_eq!(page.matches("<script>").count(), 1);
        assert_eq!(page.chars().find(|c| *c != '\n' && is_harmful(*c)), None);
    }
}

#[test]
fn attributes_hold_what_is_put_into_them() {
    let mut report = everything();
    let id = "a\" onclick=\"alert(1)' <b>";
    id.clone_into(&mut checks(&mut report)[0].id);
    let body = body(&html::render(&report));
    assert!(!body.contains(id) && !body.contains("onclick=\""), "{body}");
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    for page in [html::render(&everything()), html::render(&loads::rich())] {
        for loader in ["src=", "@import", "url(", "<link", "<iframe", "<object", "fetch("] {
            assert!(!page.contains(loader), "{loader}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn a_megabyte_of_one_value_is_cut() {
    let page = html::render(&filled_with(&"x".repeat(1 << 20)));
    assert!(page.len() < 200_000, "{}", page.len());
}

#[test]
fn a_long_load_run_has_no_longer_page() {
    let mut report = loads::rich();
    let load = loads::load(&mut report);
    let one = load.series.first().expect("an interval").clone();
    load.series =
        (0..2_000).map(|second| Interval { at_ms: second * 1_000, ..one.clone() }).collect();
    let page = html::render(&report);
    assert!(page.len() < 300_000, "{}", page.len());
}

/// A day of one-second intervals, with far too much of everything.
#[test]
fn the_page_of_a_day_is_no_longer_than_300_kb() {
    let mut report = loads::rich();
    let load = loads::load(&mut report);
    let known = load.series[0].clone();
    let second = |n: u64| {
        let mut it = known.clone();
        (it.at_ms, it.length_ms, it.failed, it.ended_early) = (n * 1_000, 1_000, n % 7, n % 3);
        it.latency_us.retain(|name, _| name == "fanout" || name == "lag");
        it
    };
    load.series = (0..86_400).map(second).collect();
    load.thresholds = load.thresholds.iter().cycle().take(500).cloned().collect();
    load.doubts = load.doubts.iter().cycle().take(500).cloned().collect();
    load.worst = load.worst.iter().cycle().take(500).cloned().collect();
    load.shards = load.shards.iter().cycle().take(500).cloned().collect();
    load.connections.failed_by = (0..500).map(|n| (format!("cause-{n}"), n)).collect();
    let page = html::render(&report);
    assert!(page.len() <= 300_000, "{}", page.len());
    for words in ["Heat map", "worst of 480 intervals", "Failures", "460 thresholds", "210 doubts"]
    {
        assert!(page.contains(words), "{words}");
    }
}

/// What eyes see as dark and light, others hear as numbers: all samples, each once.
#[test]
fn the_heat_map_in_words_holds_every_sample() {
    let mut report = loads::rich();
    let page = html::render(&report);
    let table = page.split("values of Heat map").nth(1).and_then(|it| it.split("</table>").next());
    let rows = table.expect("a table").split("<tr>").skip(2);
    let number = |row: &str| {
        let cell = row.split("<td>").nth(1)?.split("</td>").next()?;
        cell.replace(',', "").parse::<u64>().ok()
    };
    let told: Vec<u64> = rows.filter_map(number).collect();
    let known = |it: &Interval| it.latency_us.get("fanout").map_or(0, |brief| brief.count);
    assert!(told.len() > 1, "{told:?}");
    let series = &loads::load(&mut report).series;
    assert_eq!(told.iter().sum::<u64>(), series.iter().map(known).sum::<u64>());
}
