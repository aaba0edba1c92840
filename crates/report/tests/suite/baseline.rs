//! A baseline file in every format: what is known, and entries that do not hold.

use ssecheck_model::report::{BaselineFlaw, BaselineProblem, BaselineResult, Place, Report};
use ssecheck_model::verdict::Outcome;
use ssecheck_report::{Style, github, junit, markdown, text};

use crate::reports::{HOSTILE, checks, everything};

/// One known deviation, and one entry that is stale.
fn with_baseline(note: &str) -> Report {
    let mut report = everything();
    for check in checks(&mut report).iter_mut().filter(|check| check.outcome == Outcome::Fail) {
        check.outcome = Outcome::Known;
        check.note = Some(note.to_owned());
    }
    let place = Place {
        file: "known.yaml".to_owned(),
        line: 2,
        column: 12,
        text: "  - check: x".to_owned(),
        entry: None,
    };
    let problem = BaselineProblem {
        kind: BaselineFlaw::Stale,
        check: "http/date".to_owned(),
        message: "http/date is not violated any more: remove the entry".to_owned(),
        place,
    };
    let baseline =
        BaselineResult { file: "known.yaml".to_owned(), entries: 2, problems: vec![problem] };
    report.conformance.as_mut().expect("the fixture has this part").set_baseline(baseline);
    report
}

#[test]
fn the_text_names_the_note_and_the_entry_that_does_not_hold() {
    insta::assert_snapshot!(text::findings(&with_baseline("as designed"), Style::PLAIN));
}

#[test]
fn the_summary_names_the_note_and_the_entry_that_does_not_hold() {
    let text = markdown::render(&with_baseline("as designed"));
    let lines: Vec<&str> =
        text.lines().filter(|l| l.contains("known:") || l.contains("baseline")).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn lists_of_any_length_stay_below_what_github_takes() {
    for known in [true, false] {
        let mut report = with_baseline(&"x".repeat(300));
        let mut baseline = report.conformance.as_ref().and_then(|it| it.baseline.clone()).unwrap();
        let problem = baseline.problems.swap_remove(0);
        match known {
            true => {
                let one = checks(&mut report).iter().find(|it| it.outcome == Outcome::Known);
                *checks(&mut report) = vec![one.unwrap().clone(); 10_000];
            }
            false => baseline.problems = vec![problem; 20_000],
        }
        report.conformance.as_mut().unwrap().set_baseline(baseline);
        let text = markdown::render(&report);
        assert!(text.len() < 1 << 20, "{}", text.len());
        assert!(text.contains(" more not shown: the summary would be too long."));
    }
}

#[test]
fn a_known_deviation_is_skipped_and_an_entry_that_does_not_hold_fails_in_junit() {
    let xml = junit::render(&with_baseline("as designed"));
    assert!(
        xml.contains("<skipped message=\"known deviation, ill-formed-utf8: as designed\""),
        "{xml}"
    );
    assert!(xml.contains("<failure message=\"http/date is not violated any more"), "{xml}");
}

#[test]
fn an_entry_that_does_not_hold_is_annotated_where_it_stands() {
    let text = github::render(&with_baseline("as designed"));
    let line = text.lines().find(|line| line.contains("known.yaml")).unwrap();
    assert!(
        line.starts_with("::error file=known.yaml,line=2,col=12,title=baseline stale"),
        "{line}"
    );
}

#[test]
fn a_hostile_note_is_defused() {
    let report = with_baseline(HOSTILE);
    let [text, markdown, xml] =
        [text::findings(&report, Style::PLAIN), markdown::render(&report), junit::render(&report)];
    assert!(!text.contains('\u{1b}') && !markdown.contains('\u{1b}') && !xml.contains('\u{1b}'));
    assert!(!markdown.contains("<script>") && !xml.contains("<script>"));
}
