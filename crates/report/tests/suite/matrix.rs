//! Several reports side by side, and the kill matrix.

use std::collections::BTreeSet;

use ssecheck_model::report::{Arrivals, CheckResult, Excerpt, Layer, Moment, Report};
use ssecheck_model::verdict::Outcome;
use ssecheck_report::matrix::{Subject, markdown, text};
use ssecheck_report::sanitize::is_harmful;
use ssecheck_report::{Style, html, json};

use crate::reports::{HOSTILE, checks, everything, green, hostile, keep};

fn subject(name: &str, report: Report) -> Subject {
    Subject { name: name.to_owned(), report }
}

/// Three servers: one of them without a check, two that differ in one.
fn three() -> Vec<Subject> {
    let mut better = everything();
    let mended = checks(&mut better).iter_mut().find(|check| check.id == "framing/utf8");
    mended.expect("the fixture has it").outcome = Outcome::Pass;
    let fewer = keep(everything(), |check| check.id != "head/status");
    vec![
        subject("one", everything()),
        subject("two", keep(better, |_| true)),
        subject("three", fewer),
    ]
}

fn kill_matrix() -> Report {
    json::read(include_str!("fixtures/matrix.json")).expect("the fixture is a report")
}

/// The values of an attribute.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let pieces = page.split(attribute).skip(1);
    pieces.filter_map(|piece| piece.split('"').next()).collect()
}

#[test]
fn the_text_has_a_letter_for_each_cell_that_differs_and_counts_the_rest() {
    insta::assert_snapshot!(text(&three(), Style::PLAIN));
}

#[test]
fn what_is_wider_than_the_screen_is_told_row_by_row() {
    let many: Vec<Subject> = (0..40)
        .flat_map(|_| three())
        .enumerate()
        .map(|(at, one)| subject(&at.to_string(), one.report))
        .collect();
    let text = text(&many, Style::PLAIN);
    let (_, differences) = text.split_once("\n\n").expect("who");
    assert!(differences.contains("\nframing/utf8\n  pass: "), "{text}");
    assert!(differences.contains("  not in it: "), "{text}");
    assert!(differences.contains("the other 80\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn reports_that_are_the_same_have_no_differences() {
    let both = [subject("a", green()), subject("b", green())];
    let text = text(&both, Style::PLAIN);
    assert!(
        text.ends_with("The same everywhere: 3 checks (2 passed, 1 not applicable).\n"),
        "{text}"
    );
}

#[test]
fn the_markdown_has_a_column_for_each_report() {
    insta::assert_snapshot!(markdown(&three()));
}

#[test]
fn the_page_of_a_matrix() {
    let page = html::matrix(&three());
    let (_, page) = page.split_once("<tbody>\n<tr class=\"fam\">").expect("a matrix");
    let (page, _) = page.split_once("</table>").expect("its end");
    insta::assert_snapshot!(page);
}

#[test]
fn the_page_of_a_kill_matrix_marks_what_is_wrong() {
    let page = html::render(&kill_matrix());
    let (_, page) = page.split_once("</style>").expect("a style");
    let (page, _) = page.split_once("<script>").expect("a script");
    insta::assert_snapshot!(page);
}

#[test]
fn every_link_inside_a_page_leads_somewhere() {
    let pages = [
        html::render(&everything()),
        html::matrix(&three()),
        html::matrix(&[subject("hostile", hostile()), subject("x", everything())]),
        html::render(&kill_matrix()),
        html::render(&broken("\"", 150)),
    ];
    for page in pages {
        let ids: Vec<&str> = values(&page, " id=\"");
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "an id is used twice");
        let links = values(&page, " href=\"#");
        assert!(!links.is_empty());
        let lost: Vec<&&str> = links.iter().filter(|link| !known.contains(**link)).collect();
        assert!(lost.is_empty(), "{lost:?}");
    }
}

#[test]
fn text_of_the_target_is_never_markup() {
    let mut wrong = kill_matrix();
    let selftest = wrong.selftest.as_mut().expect("it has one");
    for cell in &mut selftest.cells {
        cell.message = HOSTILE.to_owned();
        cell.reason = Some(HOSTILE.to_owned());
    }
    let two = [subject(HOSTILE, hostile()), subject("other", everything())];
    for page in [html::matrix(&two), html::render(&wrong)] {
        assert_eq!(page.matches("<script").count(), 1);
        assert!(!page.contains(HOSTILE));
        assert_eq!(page.chars().find(|c| *c != '\n' && is_harmful(*c)), None);
    }
    for text in [text(&two, Style::PLAIN), markdown(&two)] {
        assert_eq!(text.chars().find(|c| *c != '\n' && is_harmful(*c)), None, "{text}");
        assert!(!text.contains("\n::"), "{text}");
    }
}

#[test]
fn what_several_show_alike_is_told_once() {
    let one = html::matrix(&[subject("0", everything())]).len();
    let many: Vec<Subject> = (0..37).map(|n| subject(&n.to_string(), everything())).collect();
    let many = html::matrix(&many).len();
    assert!(many < 3 * one, "{many} {one}");
}

/// A report in which `count` checks fail, each with all evidence that a target can make as large as
/// it likes: every text of its own is `text`, many times.
fn broken(text: &str, count: usize) -> Report {
    let long = text.repeat(200);
    let longest = text.repeat(10_000);
    let mut report = everything();
    let first = checks(&mut report).iter().find(|check| check.outcome == Outcome::Fail).cloned();
    let mut first = first.expect("the fixture has one");
    first.message.clone_from(&longest);
    let proof = &mut first.evidence;
    proof.expected = Some(longest.clone());
    proof.actual = Some(longest.clone());
    proof.reproduce = Some(longest);
    let (offset, mark_start, mark_end) = (0, 0, 5_000);
    let (connection, layer, hex) = (long.clone(), Layer::Stream, "22".repeat(5_000));
    proof.bytes = Some(Excerpt { connection, layer, offset, hex, mark_start, mark_end });
    let moment = |at: usize| Moment {
        at_ms: at as f64,
        connection: format!("{text}{}", at % 20),
        what: format!("event {long}"),
    };
    proof.timeline = (0..200).map(moment).collect();
    let arrivals = |at: usize| Arrivals {
        connection: format!("{text}{at}"),
        at_ms: (0..100).map(f64::from).collect(),
        bytes: vec![1; 100],
        ..Arrivals::default()
    };
    proof.arrivals = (0..20).map(arrivals).collect();
    let check = |number: usize| CheckResult {
        id: format!("framing/x{number}"),
        case: format!("framing/c{number}"),
        ..first.clone()
    };
    *checks(&mut report) = (0..count).map(check).collect();
    keep(report, |_| true)
}

#[test]
fn a_page_of_150_checks_with_evidence_is_small_whatever_the_target_sends() {
    for text in ["x", "\"", "\u{202e}"] {
        let page = html::render(&broken(text, 150));
        assert!(page.len() <= 500_000, "{text:?}: {}", page.len());
        assert!(page.contains("To keep this page small"), "{text:?}");
    }
    assert!(!html::render(&everything()).contains("To keep this page small"));
}
