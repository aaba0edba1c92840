//! The contract of the command line: exit codes, and what is said where.

use crate::support::program::{Finished, ssecheck};
use crate::support::raw::Raw;
use crate::support::scratch::Scratch;
use crate::support::server::ReservedPort;
use crate::support::testbed::Testbed;

/// A page where a stream should be.
fn page() -> Raw {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\
                Connection: close\r\n\r\n<p>!";
    Raw::saying(page, |_| None)
}

/// A hub whose publish hook answers with this status.
fn hub_that_answers(status: &'static str) -> Raw {
    use std::io::Write;
    Raw::start(move |mut socket| {
        let answer = match crate::support::raw::request(&mut socket).as_deref() {
            Some("POST") => format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"),
            _ => "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n".to_owned(),
        };
        // A peer that has left needs no answer.
        let _ = socket.write_all(answer.as_bytes());
        let _ = crate::support::raw::request(&mut socket);
    })
}

fn assert_usage(arguments: &[&str], words: &[&str]) {
    let finished = ssecheck(arguments);
    assert_eq!(finished.code, Some(2), "{arguments:?}: {}", finished.stderr);
    assert_eq!(finished.stdout, "", "{arguments:?}");
    for word in words {
        assert!(finished.stderr.contains(word), "{word:?} in {}", finished.stderr);
    }
}

#[test]
fn exit_0_all_good_on_the_built_in_testbed_and_the_first_line_says_so() {
    let finished = ssecheck(["run", "--case", "http/answer"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stdout);
    let first = finished.stdout.lines().next().unwrap_or_default();
    assert!(first.contains("no URL given") && first.contains("testbed"), "{first}");
    assert!(finished.stdout.contains("conformant:"), "{}", finished.stdout);
    assert_eq!(finished.stderr, "");
}

#[test]
fn exit_1_for_a_page_of_html_because_of_its_media_type() {
    let finished = ssecheck(["run", &page().url(), "--case", "http/answer"]);
    assert_eq!(finished.code, Some(1), "{}", finished.stdout);
    assert!(finished.stdout.contains("FAIL  http/content-type"), "{}", finished.stdout);
    assert!(finished.stdout.contains("failed: http/content-type\n"), "{}", finished.stdout);
}

#[test]
fn exit_1_for_what_is_declared_but_has_no_hook() {
    let testbed = Testbed::start(&[]);
    let arguments = ["run", testbed.url(), "--provides", "stats", "--case", "reconnect/cleanup"];
    let finished = ssecheck(arguments);
    assert_eq!(finished.code, Some(1), "{}", finished.stdout);
    assert!(finished.stdout.contains("`stats`"), "{}", finished.stdout);
}

#[test]
fn exit_2_for_wrong_usage() {
    assert_usage(&[], &["Usage"]);
    assert_usage(&["walk"], &["walk", "Usage"]);
    assert_usage(&["run", "--frobnicate"], &["--frobnicate"]);
    assert_usage(&["run", "--jobs", "0"], &["--jobs", "1 to"]);
    assert_usage(&["run", "--jobs", "many"], &["many"]);
    assert_usage(&["run", "--time-scale", "0"], &["--time-scale"]);
    assert_usage(&["run", "--time-scale", "NaN"], &["--time-scale"]);
    assert_usage(&["run", "--provides", "ids"], &["URL"]);
    assert_usage(&["run", "ftp://a.test/"], &["ftp"]);
    assert_usage(&["run", "http://user:s3cret@a.test/"], &["user information"]);
    assert_usage(&["run", "no url"], &["no url"]);
    assert_usage(&["report"], &["--from"]);
}

#[test]
fn a_password_in_the_url_is_not_repeated() {
    let finished = ssecheck(["run", "http://user:s3cret@a.test/"]);
    assert!(!finished.stderr.contains("s3cret"), "{}", finished.stderr);
}

#[test]
fn exit_2_for_an_unknown_word_and_the_nearest_known_one_is_named() {
    let url = "http://127.0.0.1:1/";
    assert_usage(&["run", url, "--provides", "publsh"], &["`publsh`", "did you mean `publish`?"]);
    assert_usage(&["run", url, "--provides", "banana"], &["`banana`", "known: publish, ids"]);
    assert_usage(&["run", "--case", "http/anser"], &["`http/anser`", "`http/answer`"]);
    assert_usage(&["run", "--skip", "nothing*"], &["`nothing*`", "cases list"]);
    assert_usage(&["run", "--case", "http/["], &["`http/[`"]);
    assert_usage(&["serve", "--fault", "no-dat"], &["`no-dat`", "`no-date`"]);
    assert_usage(&["selftest", "--fault", "no-dat"], &["`no-dat`", "`no-date`"]);
}

#[test]
fn exit_2_for_a_bad_target_file_with_the_place_and_a_caret() {
    let scratch = Scratch::new();
    let text = "url: http://127.0.0.1:1/\nprovides: [ids]\nheaers: {}\n";
    let target = scratch.file("bad.yaml", text);
    let place = format!("{target}:3:1");
    assert_usage(&["run", "--target", &target], &[&place, "`heaers`", "`headers`", "^"]);
}

#[test]
fn exit_2_for_a_bad_case_file_with_the_place_and_a_caret() {
    let scratch = Scratch::new();
    let case = scratch.file("bad.yaml", "id: a/b\ntitle: t\nsteps:\n  - conect: { as: a }\n");
    let place = format!("{case}:4:5");
    assert_usage(&["run", "--cases", &case], &[&place, "`conect`", "`connect`", "^"]);
}

#[test]
fn exit_2_for_files_that_cannot_be_read_or_written() {
    let scratch = Scratch::new();
    let absent = scratch.path("absent.yaml");
    for arguments in
        [["run", "--target", &absent], ["run", "--cases", &absent], ["report", "--from", &absent]]
    {
        assert_usage(&arguments, &["cannot read", &absent]);
    }
    // The run would be a minute long; that it does not begin is seen by the empty output.
    let nowhere = scratch.path("no/such/folder.json");
    assert_usage(&["run", "--json", &nowhere], &["cannot write", &nowhere]);
    let folder = scratch.path("");
    assert_usage(&["run", "--junit", &folder], &["cannot write"]);
}

#[test]
fn a_report_of_another_schema_is_refused() {
    let scratch = Scratch::new();
    let text = r#"{"schema": "ssecheck.report/9", "tool": {"name": "x", "version": "y"}}"#;
    assert_usage(&["report", "--from", &scratch.file("a.json", text)], &["a.json"]);
    assert_usage(&["report", "--from", &scratch.file("b.json", "no json")], &["b.json"]);
}

#[test]
fn exit_3_for_a_closed_port_with_a_report_that_says_why() {
    let scratch = Scratch::new();
    let port = ReservedPort::find();
    let url = format!("http://127.0.0.1:{}/", port.number);
    let finished = ssecheck(["run", &url, "--json", &scratch.path("r.json")]);
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    assert!(finished.stderr.contains("connection refused"), "{}", finished.stderr);
    let report: serde_json::Value = serde_json::from_str(&scratch.read("r.json")).expect("JSON");
    assert_eq!(report["conformance"]["verdict"], "incomplete");
    let aborted = report["conformance"]["aborted"].as_str().unwrap_or_default();
    assert!(aborted.contains("connection refused"), "{aborted}");
    assert_eq!(report["target"]["url"], url);
}

#[test]
fn exit_3_for_a_publish_hook_that_does_not_work() {
    let hub = hub_that_answers("500 Oops");
    let finished = ssecheck(["run", &hub.url(), "--publish", "/publish"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stdout);
    assert!(finished.stderr.contains("publish hook"), "{}", finished.stderr);
    assert!(finished.stderr.contains("500"), "{}", finished.stderr);
}

#[test]
fn exit_3_when_nothing_is_executed() {
    let page = page();
    let finished = ssecheck(["run", &page.url(), "--case", "framing/*"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stdout);
    assert!(finished.stdout.contains("no check was carried out"), "{}", finished.stdout);
    let finished = ssecheck(["run", "--case", "http/answer", "--skip", "http/*"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stderr);
    assert!(finished.stderr.contains("--skip"), "{}", finished.stderr);
}

#[test]
fn strict_lets_violations_of_should_fail_and_those_of_advice_not() {
    let run = |fault: &str, more: &[&str]| -> Finished {
        let testbed = Testbed::start(&["--fault", fault]);
        let arguments = ["run", testbed.url(), "--case", "http/answer"];
        ssecheck(arguments.iter().chain(more))
    };
    let lax = run("no-date", &[]);
    assert_eq!(lax.code, Some(0), "{}", lax.stdout);
    assert!(lax.stdout.contains("WARN  http/date"), "{}", lax.stdout);
    let strict = run("no-date", &["--strict"]);
    assert_eq!(strict.code, Some(1), "{}", strict.stdout);
    assert!(strict.stdout.contains("FAIL  http/date"), "{}", strict.stdout);
    let advice = run("cacheable", &["--strict"]);
    assert_eq!(advice.code, Some(0), "{}", advice.stdout);
    assert!(advice.stdout.contains("WARN  http/cache-control"), "{}", advice.stdout);
}

#[test]
fn list_runs_nothing_and_says_what_would_run() {
    let finished = ssecheck(["run", "http://127.0.0.1:1/", "--list", "--case", "http/versions"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let lines: Vec<&str> = finished.stdout.lines().collect();
    let [check, total] = lines.as_slice() else { panic!("{lines:?}") };
    assert!(check.starts_with("http/http10-no-chunked"), "{check}");
    assert_eq!(*total, "1 checks in 1 cases");
}

#[test]
fn help_and_version_are_no_errors() {
    let version = ssecheck(["--version"]);
    assert_eq!(version.code, Some(0));
    assert!(version.stdout.starts_with("ssecheck "), "{}", version.stdout);
    let help = ssecheck(["run", "--help"]);
    assert_eq!(help.code, Some(0));
    for flag in ["--target", "--case", "--provides", "--json", "--strict", "--time-scale"] {
        assert!(help.stdout.contains(flag), "{flag}");
    }
}
