//! The page on the protocol: its adapter works as it stands there.

use std::process::{Command, Stdio};

use ssecheck_model::parser::ClassVerdict;
use ssecheck_parsertest::protocol::{Answer, Case, Hello};

use crate::running::{report, settings, verdict};

const PAGE: &str = include_str!("../../../../docs/adapter.md");

fn blocks(language: &str) -> Vec<&'static str> {
    let fence = format!("```{language}\n");
    let parts = PAGE.split(fence.as_str()).skip(1);
    parts.map(|part| part.split("```").next().unwrap_or_default()).collect()
}

#[expect(clippy::print_stderr, reason = "a test that is skipped must say so")]
fn has_python() -> bool {
    let version = Command::new("python3").arg("--version").stdout(Stdio::null()).status();
    let there = version.is_ok_and(|status| status.success());
    if !there {
        eprintln!("SKIPPED: there is no python3, so the adapter of docs/adapter.md was not run");
    }
    there
}

#[test]
fn the_adapter_on_the_page_runs_and_its_parser_is_as_naive_as_it_says() {
    if !has_python() {
        return;
    }
    let mut settings = settings(&[], &["eol", "data", "field", "bom"]);
    let script = blocks("python")[0];
    settings.command = ["python3", "-c", script].map(ToOwned::to_owned).to_vec();
    let report = report(&settings);
    assert_eq!(report.subject.name, "naive");
    for code in ["eol.crlf", "eol.cr", "field.no-colon", "bom.strip"] {
        assert_eq!(verdict(&report, code), ClassVerdict::Fail, "{code}");
    }
    for code in ["eol.unicode", "data.join"] {
        assert_eq!(verdict(&report, code), ClassVerdict::Pass, "{code}");
    }
}

#[test]
fn the_plain_example_on_the_page_is_python() {
    if !has_python() {
        return;
    }
    let check = "import ast, sys; ast.parse(sys.argv[1])";
    let status = Command::new("python3").args(["-c", check, blocks("python")[1]]).status();
    assert!(status.unwrap().success());
}

#[test]
fn the_lines_on_the_page_are_lines_of_the_protocol() {
    let lines = blocks("json");
    serde_json::from_str::<Hello>(lines[0]).unwrap();
    serde_json::from_str::<Case>(lines[1]).unwrap();
    serde_json::from_str::<Answer>(lines[2]).unwrap();
}
