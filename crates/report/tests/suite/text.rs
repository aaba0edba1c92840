use ssecheck_model::report::Report;
use ssecheck_report::{Style, text};

use crate::reports::{aborted, checks, everything, filled_with, green, hostile, keep};

const COLOR: Style = Style { color: true, width: 80 };

#[test]
fn the_whole_report_reads_from_failures_to_the_verdict() {
    insta::assert_snapshot!(text::render(&everything(), Style::PLAIN));
}

#[test]
fn hostile_text_is_shown_as_escapes() {
    let report = keep(hostile(), |check| check.id == "framing/hostile");
    insta::assert_snapshot!(text::findings(&report, Style::PLAIN));
}

#[test]
fn plain_text_holds_no_control_but_line_feeds() {
    let text = text::render(&hostile(), Style::PLAIN);
    let harmful = |c: &char| *c != '\n' && ssecheck_report::sanitize::is_harmful(*c);
    assert_eq!(text.chars().find(harmful), None);
}

#[test]
fn no_line_is_a_command_to_the_ci() {
    for line in text::render(&hostile(), Style::PLAIN).lines() {
        assert!(!line.trim_start().starts_with("::"), "{line}");
        assert!(!line.contains("##"), "{line}");
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    for report in [everything(), hostile(), green()] {
        let colored = text::render(&report, COLOR);
        assert!(colored.contains("\u{1b}["));
        assert_eq!(without_sequences(&colored), text::render(&report, Style::PLAIN));
    }
}

#[test]
fn prose_and_hexdumps_hold_eighty_columns() {
    let text = text::render(&everything(), Style::PLAIN);
    let commands = |line: &&str| !line.contains("curl");
    let longest = text.lines().filter(commands).map(|line| line.chars().count()).max();
    assert!(longest <= Some(80), "{longest:?}");
}

#[test]
fn a_megabyte_of_one_value_is_cut_with_a_note() {
    let text = text::render(&filled_with(&"x".repeat(1 << 20)), Style::PLAIN);
    assert!(text.len() < 20_000, "{}", text.len());
    assert!(text.contains("(1,048,096 more bytes)"), "{text}");
}

#[test]
fn a_long_time_line_is_counted_in_its_middle() {
    let mut report = keep(everything(), |check| check.id == "framing/utf8");
    let timeline = &mut checks(&mut report)[0].evidence.timeline;
    let moment = timeline[0].clone();
    timeline.resize(1000, moment);
    let text = text::findings(&report, Style::PLAIN);
    assert_eq!(text.matches("dialled").count(), 9);
    assert!(text.contains("(988 more moments)"), "{text}");
}

#[test]
fn checks_with_one_cause_are_told_once() {
    let text = text::findings(&everything(), Style::PLAIN);
    assert_eq!(text.matches("UNTESTABLE").count(), 1);
    assert_eq!(text.matches("there is no publish hook").count(), 1);
    assert!(text.contains("resume/no-gap resume/no-duplicate"), "{text}");
}

#[test]
fn a_family_is_one_line() {
    let mut report = everything();
    let all: Vec<_> = checks(&mut report).iter().collect();
    let line = text::family_line("framing", &all, Style::PLAIN);
    assert_eq!(
        line,
        "framing          2 passed  1 warning  1 failed  1 error  2 untestable\n                 1 not applicable"
    );
}

#[test]
fn the_verdict_is_the_last_line() {
    let wide = Style { width: 200, ..Style::PLAIN };
    let last = |report| text::findings(&report, wide).lines().last().map(str::to_owned);
    let of = |text: &str| Some(text.to_owned());
    assert_eq!(
        last(everything()),
        of("nonconformant: 4 checks carried out, 1 failed; 3 checks could not be carried out")
    );
    assert_eq!(last(green()), of("conformant: 2 checks carried out, all passed"));
    let untestable = keep(everything(), |check| check.outcome.as_str() != "fail");
    assert_eq!(
        last(untestable),
        of(
            "incomplete: 3 checks carried out, none failed, 1 warning; 3 checks could not be carried out"
        )
    );
    assert_eq!(last(keep(green(), |_| false)), of("incomplete: no check was carried out"));
    let gone =
        "incomplete: 2 checks carried out, all passed; the run ended early: the server is gone";
    assert_eq!(last(aborted(green())), of(gone));
}

#[test]
fn failed_checks_are_named_again_at_the_end() {
    let mut report = keep(everything(), |check| check.id == "framing/utf8");
    assert_eq!(line_before_last(&report).as_deref(), Some("failed: framing/utf8"));
    let failed = checks(&mut report)[0].clone();
    checks(&mut report).resize(23, failed);
    let line = line_before_last(&report).unwrap();
    assert!(line.ends_with("framing/utf8 framing/utf8 and 3 more"), "{line}");
    assert_eq!(line.matches("framing/utf8").count(), 20);
}

#[test]
fn the_header_says_when_the_target_is_the_testbed() {
    let mut report = green();
    report.target.testbed = true;
    let header = text::header(&report.tool, &report.target, Style::PLAIN);
    assert!(
        header.starts_with("ssecheck 0.1.0: http://127.0.0.1:3000/events (the built-in testbed)\n")
    );
}

fn line_before_last(report: &Report) -> Option<String> {
    let wide = Style { width: 400, ..Style::PLAIN };
    text::findings(report, wide).lines().rev().nth(1).map(str::to_owned)
}

/// `text` without its colour sequences.
pub(crate) fn without_sequences(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest));
    first + &rest.collect::<String>()
}
