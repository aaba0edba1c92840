use ssecheck_report::json::{self, ReadError};

use crate::reports::{HOSTILE, aborted, checks, everything, green, hostile};

#[test]
fn a_report_survives_the_round_trip_byte_for_byte() {
    for report in [everything(), hostile(), green(), aborted(green())] {
        let text = json::render(&report);
        let again = json::read(&text).unwrap();
        assert_eq!(again, report);
        assert_eq!(json::render(&again), text);
    }
}

#[test]
fn every_character_survives_the_round_trip() {
    let all: String = ('\0'..='\u{2fff}').chain('\u{e000}'..='\u{10ffff}').collect();
    let mut report = green();
    checks(&mut report)[0].message = all;
    assert_eq!(json::read(&json::render(&report)).unwrap(), report);
}

#[test]
fn the_text_is_harmless_in_a_terminal() {
    let text = json::render(&hostile());
    let harmful = |c: &char| *c != '\n' && ssecheck_report::sanitize::is_harmful(*c);
    assert_eq!(text.chars().find(harmful), None);
    assert!(text.contains(r"\u001b[2J\u0000\u202e]]>"), "{text}");
    assert!(!text.contains("##"), "{text}");
    assert!(HOSTILE.contains("\u{1b}[2J\0\u{202e}]]>"));
}

#[test]
fn the_shape_is_the_published_one() {
    insta::assert_snapshot!(json::render(&green()));
}

#[test]
fn bad_json_is_told_with_line_and_column() {
    let error = json::read("{\n  \"schema\": x}").unwrap_err();
    assert_eq!(error.to_string(), "not valid json: line 2, column 13: expected value");
    assert!(matches!(json::read(""), Err(ReadError::Syntax { line: 1, column: 0, .. })));
    let deep = "[".repeat(1_000_000);
    assert!(matches!(json::read(&deep), Err(ReadError::Syntax { line: 1, .. })));
}

#[test]
fn other_json_is_not_a_report() {
    for text in ["[]", "3", "{}", r#"{"schema": 1}"#, r#"{"schema": "sarif/2"}"#] {
        assert_eq!(json::read(text), Err(ReadError::NotAReport), "{text}");
    }
}

#[test]
fn another_version_is_told_by_name() {
    let text = json::render(&green()).replace("report/1", "report/2");
    let error = json::read(&text).unwrap_err();
    assert_eq!(error, ReadError::OtherVersion { found: "ssecheck.report/2".to_owned() });
    assert_eq!(
        error.to_string(),
        "report of another version: `schema` is \"ssecheck.report/2\", not \"ssecheck.report/1\""
    );
}

#[test]
fn a_wrong_field_is_told_with_its_place() {
    let text = json::render(&green()).replace("\"must\"", "\"\\u001bmust\"");
    let error = json::read(&text).unwrap_err().to_string();
    assert!(error.starts_with("broken ssecheck report: line "), "{error}");
    assert!(error.contains(r"unknown variant `\x1bmust`, expected"), "{error}");
    assert!(!error.contains(" at line "), "{error}");
}
