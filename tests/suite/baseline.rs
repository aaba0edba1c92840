//! Baseline files and second tries.

use std::io::Write;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use crate::support::program::{Finished, ssecheck};
use crate::support::raw::{Raw, request};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// A run of one case on a testbed that doubles CRLF, with a baseline file.
fn run(testbed: &Testbed, baseline: &str, more: &[&str]) -> Finished {
    let publish = testbed.at("/publish");
    let arguments = ["run", testbed.url(), "--publish", &publish, "--baseline", baseline];
    let rest = ["--case", "framing/lines", "--json", "-"];
    ssecheck(arguments.iter().chain(&rest).chain(more))
}

fn conformance(finished: &Finished) -> Value {
    let report: Value = serde_json::from_str(&finished.stdout).expect(&finished.stderr);
    report["conformance"].clone()
}

const ENTRY: &str =
    "known:\n  - check: framing/crlf\n    reason: data-altered\n    note: as in axum\n";

#[test]
fn a_known_deviation_lets_the_run_pass_and_is_told() {
    let (testbed, scratch) = (Testbed::start(&["--fault", "crlf-doubled"]), Scratch::new());
    let finished = run(&testbed, &scratch.file("known.yaml", ENTRY), &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let found = conformance(&finished);
    assert_eq!(found["summary"]["known"], 1);
    let check = &found["checks"].as_array().unwrap()[1];
    assert_eq!((&check["outcome"], &check["note"]), (&"known".into(), &"as in axum".into()));
    assert!(finished.stderr.contains("1 known deviation"), "{}", finished.stderr);
}

#[test]
fn an_entry_that_does_not_hold_makes_a_correct_server_fail() {
    let (testbed, scratch) = (Testbed::start(&[]), Scratch::new());
    let finished = run(&testbed, &scratch.file("known.yaml", ENTRY), &[]);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let problem = &conformance(&finished)["baseline"]["problems"][0];
    assert_eq!((&problem["kind"], &problem["place"]["line"]), (&"stale".into(), &2.into()));
}

#[test]
fn an_update_writes_what_fails_and_drops_what_does_not_hold() {
    let (testbed, scratch) = (Testbed::start(&["--fault", "crlf-doubled"]), Scratch::new());
    let path = scratch.path("known.yaml");
    let first = run(&testbed, &path, &["--update-baseline"]);
    assert_eq!(first.code, Some(0), "{}", first.stderr);
    assert!(scratch.read("known.yaml").contains("check: \"framing/crlf\""));
    assert_eq!(run(&testbed, &path, &[]).code, Some(0));
    let mended = Testbed::start(&[]);
    assert_eq!(run(&mended, &path, &["--update-baseline"]).code, Some(0));
    assert!(scratch.read("known.yaml").ends_with("known: []\n"));
}

#[test]
fn a_baseline_file_that_is_not_there_or_not_right_is_a_usage_error() {
    let (testbed, scratch) = (Testbed::start(&[]), Scratch::new());
    let missing = run(&testbed, &scratch.path("none.yaml"), &[]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("none.yaml"), "{}", missing.stderr);
    let wrong = run(
        &testbed,
        &scratch.file("wrong.yaml", "known: [{ check: '[' , reason: x, note: y }]"),
        &[],
    );
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.stderr.contains("wrong.yaml:1"), "{}", wrong.stderr);
    let alone = ssecheck(["run", testbed.url(), "--update-baseline"]);
    assert_eq!(alone.code, Some(2), "{}", alone.stderr);
}

const FLAKY: &str = "id: my/head
title: HEAD
steps:
  - request: { as: head, method: HEAD }
checks:
  - { id: my/answered, level: must, source: x, requirement: y, expect: { answered: { of: head } } }
  - { id: my/type, level: must, source: x, requirement: y, expect: { charset: { of: head } } }
";

/// Drops the first HEAD, answers all others; every answer names a charset if `wrong`.
fn flaky(wrong: bool) -> Raw {
    let heads = AtomicU32::new(0);
    let charset = if wrong { "latin1" } else { "utf-8" };
    Raw::start(move |mut socket| {
        let head = request(&mut socket).as_deref() == Some("HEAD");
        if !head || heads.fetch_add(1, Ordering::SeqCst) > 0 {
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset={charset}\r\n\
                 Content-Length: 8\r\n\r\n"
            );
            let body: &[u8] = if head { b"" } else { b"data: a\n" };
            // The client may have left.
            let _ = socket.write_all(answer.as_bytes()).and_then(|()| socket.write_all(body));
        }
    })
}

#[test]
fn a_check_that_passes_at_the_second_try_is_flaky_and_not_green() {
    let scratch = Scratch::new();
    let cases = scratch.file("cases/head.yaml", FLAKY);
    let run = |server: &Raw, retries: &str| {
        let url = server.url();
        ssecheck(["run", &url, "--cases", &cases, "--retries", retries, "--json", "-"])
    };
    assert_eq!(run(&flaky(false), "0").code, Some(1));
    let finished = run(&flaky(false), "2");
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let check = conformance(&finished)["checks"][0].clone();
    assert_eq!((&check["outcome"], &check["reason"]), (&"warn".into(), &"flaky".into()));
    let bytes = run(&flaky(true), "2");
    assert_eq!(bytes.code, Some(1), "{}", bytes.stderr);
    assert_eq!(conformance(&bytes)["checks"][1]["reason"], "charset-not-utf-8");
}
