//! `ssecheck matrix`: reports side by side.

use serde_json::{Value, json};

use crate::support::program::{Finished, ssecheck};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// Two servers that differ in one check.
fn two(folder: &Scratch) -> [String; 2] {
    let faulty = Testbed::start(&["--fault", "no-date"]);
    let saved = |name: &str, url: Option<&str>| {
        let file = folder.path(name);
        let run = ["run"].into_iter().chain(url).chain(["--case", "http/answer", "--json", &file]);
        let finished = ssecheck(run);
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        file
    };
    [saved("good.json", None), saved("dateless.json", Some(faulty.url()))]
}

fn matrix(arguments: &[&str]) -> Finished {
    ssecheck(["matrix"].iter().chain(arguments))
}

/// Writes a report of one part into `folder`.
fn write(folder: &Scratch, name: &str, key: &str, part: &Value) -> String {
    let report = json!({
        "schema": "ssecheck.report/1", "tool": { "name": "ssecheck", "version": "0" },
        "started_at": "", "target": { "url": "x" }, key: part,
    });
    folder.file(name, &report.to_string())
}

/// The least that a parser part can hold.
fn parser() -> Value {
    let class = json!({ "class": "eol.cr", "level": "core", "verdict": "pass",
        "vectors": 1, "deviating": 0 });
    let counts = json!({ "total": 1, "passed": 1, "failed": 0, "crashed": 0, "timed_out": 0,
        "unobservable": 0, "not_run": 0, "late": 0, "varying": 0, "executions": 1 });
    json!({ "verdict": "exact", "profile": "browser", "seed": 0, "vectors": counts,
        "subject": { "name": "p", "command": [], "mode": "batch" },
        "properties": { "streams": 0, "failing": 0 }, "classes": [class] })
}

#[test]
fn two_servers_as_text_markdown_and_a_page() {
    let folder = Scratch::new();
    let [good, dateless] = two(&folder);
    let text = matrix(&[&good, &dateless]);
    assert_eq!(text.code, Some(0), "{}", text.stderr);
    let rows: Vec<&str> = text.stdout.lines().filter(|line| line.starts_with("http/")).collect();
    assert_eq!(rows, ["http/date          . W", "http/head-at-once  . -"], "{}", text.stdout);
    assert!(text.stdout.contains("\n  2 dateless  conformant"), "{}", text.stdout);
    let markdown = matrix(&[&good, &dateless, "--markdown", "-"]);
    assert!(markdown.stdout.contains("| `http/date` |  | *warn* |"), "{}", markdown.stdout);
    let page = folder.path("matrix.html");
    assert_eq!(matrix(&[&good, &dateless, "--html", &page]).code, Some(0));
    let page = std::fs::read_to_string(page).expect("it was written");
    let (_, cell) =
        page.split_once("aria-label=\"warn, header-missing\"").expect("the one finding");
    assert!(cell.starts_with('>'), "{cell}");
    assert!(page.len() < 500_000, "{}", page.len());
}

#[test]
fn columns_of_the_same_name_are_told_apart() {
    let folder = Scratch::new();
    let [good, _] = two(&folder);
    let finished = matrix(&[&good, &good]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.contains("good (2) "), "{}", finished.stdout);
    assert!(finished.stdout.contains("The same everywhere: 13 checks"), "{}", finished.stdout);
}

#[test]
fn what_has_nothing_in_common_is_refused() {
    let folder = Scratch::new();
    let [good, _] = two(&folder);
    let parser = write(&folder, "parser.json", "parser", &parser());
    let empty = json!({ "verdict": "incomplete", "checks": [], "summary": { "pass": 0, "warn": 0,
        "fail": 0, "not_applicable": 0, "untestable": 0, "error": 0 } });
    let empty = write(&folder, "empty.json", "conformance", &empty);
    let killed = json!({ "faults": 0, "killed": 0, "checks": 0, "seen_red": 0, "false_red": 0,
        "cells": [] });
    let killed = write(&folder, "kill.json", "selftest", &killed);
    let root = crate::support::program::workspace();
    let load = root.join("reports/latency/nchan-10000.json").display().to_string();
    for (files, why) in [
        ([&good, &parser], "they have no checks in common"),
        ([&good, &empty], "empty.json: nothing was checked in this run"),
        ([&good, &killed], "kill.json: a kill matrix stands alone"),
        ([&good, &load], "nchan-10000.json: a load run has no checks"),
    ] {
        let finished = matrix(&files.map(String::as_str));
        assert_eq!(finished.code, Some(2), "{}", finished.stdout);
        assert!(finished.stderr.contains(why), "{}", finished.stderr);
        assert_eq!(finished.stdout, "");
    }
    assert_eq!(matrix(&[]).code, Some(2));
    assert_eq!(matrix(&[&parser]).code, Some(0));
}

#[test]
fn the_kill_matrix_has_a_page() {
    let folder = Scratch::new();

    let [direct, again, json] = ["a.html", "b.html", "kill.json"].map(|name| folder.path(name));
    let selftest = ["selftest", "--fault", "no-date", "--html", &direct, "--json", &json];
    assert_eq!(ssecheck(selftest).code, Some(0));
    let report = ["report", "--from", &json, "--html", &again];
    assert_eq!(ssecheck(report).code, Some(0));
    let read = |path: &str| std::fs::read_to_string(path).expect("it was written");
    assert_eq!(read(&direct), read(&again));
    assert!(read(&direct).contains("<a href=\"#check-http&#x2f;date\">"));
    assert_eq!(matrix(&[&json, "--html", &again]).code, Some(0));
    assert_eq!(read(&direct), read(&again));
}

#[test]
fn every_report_of_the_published_kill_matrix_fits_into_a_page() {
    let root = crate::support::program::workspace();
    let saved = root.join("reports/kill-matrix/matrix.json").display().to_string();
    let finished = ssecheck(["report", "--from", &saved, "--html", "-"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.len() < 300_000, "{}", finished.stdout.len());
    assert!(!finished.stdout.contains("class=\"wrong\">wrong"), "nothing is wrong in it");
}
