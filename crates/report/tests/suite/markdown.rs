use ssecheck_report::markdown;

use crate::reports::{HOSTILE, aborted, checks, everything, filled_with, green, hostile};

#[test]
fn the_summary_has_verdict_counts_table_and_folded_evidence() {
    insta::assert_snapshot!(markdown::render(&everything()));
}

#[test]
fn hostile_text_stays_inside_its_cell() {
    let text = markdown::render(&hostile());
    let row = text.lines().find(|line| line.starts_with("| fail | framing/hostile")).unwrap();
    assert_eq!(row.matches('|').count(), 6, "{row}");
    assert!(!row.contains(['<', '`']), "{row}");
}

#[test]
fn hostile_text_closes_neither_fence_nor_fold() {
    let outside = outside_fences(&markdown::render(&hostile()));
    assert!(!outside.contains("script>"), "{outside}");
    let count = |tag: &str| outside.matches(tag).count();
    assert_eq!((count("<details>"), count("</details>")), (6, 6), "{outside}");
}

#[test]
fn a_command_with_fences_of_any_length_stays_in_its_fence() {
    for length in [3, 4, 17] {
        let report = filled_with(&format!("x\n{}\n<b>inside</b>", "`".repeat(length)));
        assert!(!outside_fences(&markdown::render(&report)).contains("<b>"));
    }
}

#[test]
fn a_summary_never_exceeds_what_github_takes() {
    let mut report = hostile();
    let failed = checks(&mut report).iter().find(|check| check.id == "framing/hostile");
    let many = vec![failed.unwrap().clone(); 3_000];
    *checks(&mut report) = many;
    let text = markdown::render(&report);
    assert!(text.len() < 1 << 20, "{}", text.len());
    assert!(text.contains("more not shown: the summary would be too long."));
}

#[test]
fn a_green_run_has_no_table_of_checks() {
    let text = markdown::render(&green());
    assert!(text.starts_with("## \u{2705} ssecheck: conformant\n"), "{text}");
    assert!(!text.contains("| message |") && !text.contains("<details>"), "{text}");
}

#[test]
fn a_run_cut_short_says_so() {
    let text = markdown::render(&aborted(green()));
    assert!(text.contains("**The run is not complete** (aborted): the server is gone"), "{text}");
}

/// The lines of `text` that a Markdown reader takes for markup. Asserts that every fence ends.
pub(crate) fn outside_fences(text: &str) -> String {
    let mut outside = String::new();
    let mut fence: Option<usize> = None;
    for line in text.lines() {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        let bare = line.chars().all(|c| c == '`');
        match fence {
            Some(length) if bare && ticks >= length => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => outside.push_str(&format!("{line}\n")),
        }
    }
    assert_eq!(fence, None, "a fence stays open in {text}");
    assert!(HOSTILE.contains("```"));
    outside
}

#[test]
fn the_kill_matrix_has_a_row_for_each_fault_and_marks_what_is_wrong() {
    let matrix = ssecheck_report::json::read(include_str!("fixtures/matrix.json")).unwrap();
    insta::assert_snapshot!(markdown::render(&matrix));
}
