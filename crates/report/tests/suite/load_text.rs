use ssecheck_model::load::{Interval, Load};
use ssecheck_report::text::{self, load as load_text};
use ssecheck_report::{Style, html, markdown, sanitize};

use crate::loads::{brief, good, hostile, load, minimal, rich};

#[test]
fn the_plan_is_summary_pace_thresholds_and_needs() {
    let mut report = rich();
    insta::assert_snapshot!(load_text::plan(load(&mut report), Style::PLAIN));
}

#[test]
fn the_results_read_from_verdict_and_doubts_to_thresholds() {
    insta::assert_snapshot!(load_text::results(&rich(), Style::PLAIN));
}

#[test]
fn a_plain_run_is_a_short_screen() {
    insta::assert_snapshot!(text::render(&minimal(), Style::PLAIN));
}

#[test]
fn hostile_text_is_shown_as_escapes() {
    let mut report = hostile();
    let all =
        load_text::plan(load(&mut report), Style::PLAIN) + &text::render(&report, Style::PLAIN);
    let harmful = |c: &char| *c != '\n' && sanitize::is_harmful(*c);
    assert_eq!(all.chars().find(harmful), None);
    assert!(!all.contains("##"), "{all}");
    assert!(all.lines().all(|line| !line.trim_start().starts_with("::")), "{all}");
    assert!(all.contains(r"\x1b[2J\x00\u{202e}]]>"), "{all}");
}

#[test]
fn every_line_fits_eighty_columns() {
    for mut report in [rich(), minimal()] {
        let text = load_text::plan(load(&mut report), Style::PLAIN)
            + &load_text::results(&report, Style::PLAIN);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn colour_only_repeats_what_the_words_say() {
    let colored = load_text::results(&rich(), Style { color: true, width: 80 });
    assert!(colored.contains("\u{1b}["), "{colored}");
    assert_eq!(crate::text::without_sequences(&colored), load_text::results(&rich(), Style::PLAIN));
}

#[test]
fn the_verdict_is_the_first_line() {
    let mut crossed = good();
    load(&mut crossed).thresholds[0].held = false;
    let mut untrusted = rich();
    load(&mut untrusted).thresholds.truncate(1);
    let mut stopped = good();
    stopped.interrupted = true;
    let mut nothing = good();
    load(&mut nothing).connections.opened = 0;
    for (report, first) in [
        (good(), "PASS: 1 threshold held"),
        (minimal(), "MEASURED: no threshold was given"),
        (crossed, "FAIL: 1 of 1 threshold crossed"),
        (untrusted, "NOT TRUSTED: 1 doubt can have changed the figures; 1 threshold held"),
        (
            stopped,
            "INTERRUPTED: 1 threshold held; the user stopped the run: the figures are partial",
        ),
        (nothing, "NOTHING MEASURED: no stream was opened in 10 attempts; 1 threshold held"),
    ] {
        let text = load_text::results(&report, Style { color: false, width: 200 });
        assert_eq!(text.lines().next(), Some(first));
    }
}

/// A person takes green for a proof.
#[test]
fn nothing_is_green_where_nothing_was_judged() {
    let green = "\u{1b}[32m";
    for (report, proved) in [(good(), true), (minimal(), false)] {
        let text = load_text::results(&report, Style { color: true, width: 80 });
        assert_eq!(text.lines().next().is_some_and(|line| line.contains(green)), proved, "{text}");
        let page = html::render(&report);
        assert_eq!(page.contains("class=\"verdict pass\""), proved);
        assert_eq!(page.contains("class=\"verdict plain\""), !proved);
        let summary = markdown::render(&report);
        assert_eq!(summary.starts_with("## \u{2705}"), proved, "{summary}");
        assert_eq!(summary.starts_with("## \u{2139}"), !proved, "{summary}");
    }
}

#[test]
fn loss_is_not_claimed_without_a_sequence() {
    let text = load_text::results(&minimal(), Style::PLAIN);
    assert!(text.contains("loss, doubles and order are not claimed"), "{text}");
    assert!(!text.contains("0 lost"), "{text}");
}

/// Where each gets an answer of its own, the first things to read are when it begins and how it flows.
#[test]
fn the_page_leads_with_what_can_be_known() {
    let tile = |value: &str, name: &str| {
        format!(r#"<span class="value">{value}</span><span class="name">{name}</span>"#)
    };
    let mut report = rich();
    let numbered = html::render(&report);
    let times = std::mem::take(&mut load(&mut report).latency_us);
    let known = ["first_event", "gap"];
    let first = times["first_event"].clone();
    load(&mut report).latency_us = known.map(|name| (name.to_owned(), first.clone())).into();
    load(&mut report).events.sequence = "none".to_owned();
    let own = html::render(&report);
    let nothing = tile("not claimed", "lost, duplicated, reordered");
    assert!(own.contains(&nothing) && !numbered.contains(&nothing));
    for name in ["first_event p50", "first_event p99", "gap p99"] {
        let ending = format!("<span class=\"name\">{name}</span>");
        assert!(own.contains(&ending) && !numbered.contains(&ending), "{name}");
    }
}

#[test]
fn an_interval_is_one_line() {
    let mut interval = rich().load.unwrap_or_default().series.swap_remove(1);
    assert_eq!(
        load_text::progress(&interval, Style::PLAIN),
        "20s  open 9,999  events 50.0k/s  p50 3.61 ms  p99 266 ms  lag p99 16.2 ms\n    failed 1"
    );
    interval.latency_us.remove("fanout");
    interval.latency_us.insert("spread".to_owned(), brief(&[1_500]));
    let line = load_text::progress(&interval, Style::PLAIN);
    assert!(line.contains("  spread p50 1.50 ms  p99 1.50 ms\n    lag "), "{line}");
    assert_eq!(load_text::progress(&Interval::default(), Style::PLAIN), "0s  open 0  events 0/s");
}

#[test]
fn a_load_part_of_nothing_at_all_can_be_shown() {
    let text = load_text::results(&crate::loads::report(Load::default()), Style::PLAIN);
    assert!(text.starts_with("NOTHING MEASURED: no stream was opened in 0 attempts"), "{text}");
}
