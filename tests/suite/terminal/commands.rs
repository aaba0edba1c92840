//! The text of every command holds the width of the terminal.

use serde_json::json;

use super::assert_clean;
use crate::support::program::ssecheck;
use crate::support::pty::{Setup, Terminal};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// Commands that are there to be copied are never broken.
fn is_command(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '$']);
    ["curl ", "printf ", "ssecheck ", "timeout "].iter().any(|program| line.starts_with(program))
}

/// Runs a command on terminals of these widths and gives what stood on the last one.
fn assert_fits(arguments: &[&str], widths: &[u16]) -> String {
    let mut text = String::new();
    for columns in widths {
        let setup = Setup { rows: 2000, ..Setup::wide(*columns) };
        let mut terminal = Terminal::start(arguments, setup);
        terminal.end();
        let over: Vec<&str> =
            terminal.overflowed().into_iter().filter(|line| !is_command(line)).collect();
        assert_eq!(over, Vec::<&str>::new(), "{arguments:?} on {columns} columns");
        text = terminal.text();
    }
    text
}

#[test]
fn saved_reports_hold_the_width() {
    for report in
        ["latency/nchan-10000.json", "kill-matrix/matrix.json", "parsers/eventsource-parser.json"]
    {
        let path = format!("reports/{report}");
        if crate::support::program::workspace().join(&path).exists() {
            assert_fits(&["report", "--from", &path], &[40, 80, 200]);
        }
    }
}

#[test]
fn red_checks_with_their_evidence_hold_the_width() {
    let testbed = Testbed::start(&["--fault", "media-type-wrong", "--fault", "head-bare-lf"]);
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    let cases = ["--case", "framing/*", "--case", "http/*"];
    ssecheck(["run", testbed.url(), "--json", &json].iter().chain(&cases));
    let text = assert_fits(&["report", "--from", &json], &[40, 80]);
    assert!(text.contains("FAIL"), "{text}");
}

#[test]
fn wide_characters_and_long_words_hold_the_width() {
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    ssecheck(["run", "--case", "framing/*", "--json", &json]);
    let mut report: serde_json::Value =
        serde_json::from_str(&scratch.read("r.json")).expect("JSON");
    let wide = "日本語のテキスト、".repeat(12);
    report["target"]["url"] = json!(format!("http://example.org/{}", "x".repeat(150)));
    report["target"]["provides"] = json!(["publish", "a-very-long-capability".repeat(6)]);
    let check = &mut report["conformance"]["checks"][0];
    check["id"] = json!(format!("framing/{}", "long-id-".repeat(10)));
    check["message"] = json!(wide);
    check["outcome"] = json!("fail");
    check["reason"] = json!("reason-".repeat(9));
    check["evidence"]["expected"] = json!(wide);
    let place = json!({"file": "a.yaml", "line": 12, "column": 90, "text": wide});
    check["evidence"]["place"] = place;
    let changed = scratch.file("changed.json", &report.to_string());
    let text = assert_fits(&["report", "--from", &changed], &[80, 40]);
    assert!(text.contains("日本語"), "{text}");
}

#[test]
fn lists_and_help_hold_the_width() {
    assert_fits(&["serve", "--list-faults"], &[40, 80]);
    assert_fits(&["cases", "list"], &[40, 80]);
    assert_fits(&["run", "--list"], &[40, 80]);
    for command in
        ["run", "load", "parser", "serve", "recheck", "report", "matrix", "selftest", "merge"]
    {
        assert_fits(&[command, "--help"], &[80]);
    }
    assert_fits(&["--help"], &[80]);
}

#[test]
fn lists_in_a_pipe_are_one_line_for_each_entry() {
    let listed = ssecheck(["cases", "list"]).stdout;
    let checks = listed.lines().count() - 1;
    assert!(listed.ends_with(" cases\n"), "{listed}");
    let told = listed.lines().last().and_then(|line| line.split(' ').next());
    assert_eq!(told, Some(checks.to_string().as_str()));
}

#[test]
fn errors_hold_the_width() {
    let long = "x".repeat(100);
    assert_fits(&["cases", "show", &long], &[40, 80]);
    assert_fits(&["load", "--rate", "5/s"], &[40, 80]);
    assert_fits(&["load", "http://127.0.0.1:1/events"], &[40, 80]);
    assert_fits(&["load", "--plan", "nowhere/at/all/there/is/no/such/plan.yaml"], &[40, 80]);
    assert_fits(&["run", "http://127.0.0.1:1/events"], &[40, 80]);
}

#[test]
fn a_plan_alone_leaves_a_clean_screen() {
    let mut terminal = Terminal::start(&["load", "--check", "-c", "100"], Setup::wide(40));
    terminal.end();
    assert_clean(&terminal);
    assert_eq!(terminal.overflowed(), Vec::<&str>::new());
}
