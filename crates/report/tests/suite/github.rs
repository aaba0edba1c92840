use ssecheck_report::github;

use crate::reports::{aborted, checks, everything, green, hostile, keep};

#[test]
fn red_checks_are_errors_and_warnings_come_last() {
    insta::assert_snapshot!(github::render(&everything()));
}

#[test]
fn hostile_text_is_one_command_with_its_own_properties_only() {
    let report = keep(hostile(), |check| check.id == "framing/hostile");
    let text = github::render(&report);
    insta::assert_snapshot!(text);
    assert_eq!(text.lines().count(), 1);
}

#[test]
fn separators_in_a_file_name_are_escaped() {
    let report = keep(hostile(), |check| check.id == "framing/hostile");
    let text = github::render(&report);
    let properties = text.trim_start_matches("::error ").split("::").next().unwrap();
    let names: Vec<_> = properties.split(',').filter_map(|p| p.split_once('=')).collect();
    let names: Vec<_> = names.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["file", "line", "col", "title"]);
}

#[test]
fn a_percent_escape_of_the_server_stays_text() {
    let text = github::render(&hostile());
    assert!(text.contains("%250A::warning::z"), "{text}");
}

#[test]
fn a_green_run_is_silent() {
    assert_eq!(github::render(&green()), "");
}

#[test]
fn a_run_cut_short_is_an_error() {
    let text = github::render(&aborted(green()));
    assert_eq!(text, "::error title=ssecheck run%3A aborted::the server is gone\n");
    let text = github::render(&keep(green(), |_| false));
    assert!(text.starts_with("::error title=ssecheck run%3A nothing-executed::"), "{text}");
}

#[test]
fn more_than_ten_of_a_kind_are_counted_first() {
    let mut report = everything();
    let all = checks(&mut report);
    let failed = all.iter().find(|check| check.id == "framing/utf8").expect("it fails").clone();
    all.extend((0..9).map(|_| failed.clone()));
    let text = github::render(&report);
    let lines: Vec<&str> = text.lines().collect();
    let errors = lines.iter().filter(|line| line.starts_with("::error ")).count() - 1;
    assert!(errors > 10);
    let first = format!("::error title=ssecheck%3A {errors} errors::There are {errors} errors.");
    assert!(lines[0].starts_with(&first), "{}", lines[0]);
    assert!(lines[1].contains("title=fail "), "the worst comes next: {}", lines[1]);
}
