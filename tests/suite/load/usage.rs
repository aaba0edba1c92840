//! What was typed or written wrong, and targets and machines that cannot do it.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::tools::{LIMIT, load};
use crate::support::process::Running;
use crate::support::program::{Finished, path, ssecheck};
use crate::support::raw::Raw;
use crate::support::scratch::Scratch;
use crate::support::server::ReservedPort;

/// Nothing listens there, and nothing may be asked there before the error.
const URL: &str = "http://127.0.0.1:1/";

fn assert_refused(finished: &Finished, code: i32, words: &[&str]) {
    assert_eq!(finished.code, Some(code), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stderr.starts_with("error: "), "{}", finished.stderr);
    assert_eq!(finished.stderr.matches("error: ").count(), 1, "{}", finished.stderr);
    for word in words {
        assert!(finished.stderr.contains(word), "{word:?} in {}", finished.stderr);
    }
}

/// Nothing was started for it, not even the testbed.
fn assert_usage(arguments: &[&str], words: &[&str]) {
    let finished = ssecheck(["load"].iter().chain(arguments));
    assert_refused(&finished, 2, words);
    assert_eq!(finished.stdout, "", "{arguments:?}");
}

#[test]
fn exit_2_for_flags_that_make_no_sense() {
    assert_usage(&["--processes", "0"], &["--processes", "1..=64"]);
    assert_usage(&["--processes", "1000"], &["--processes", "1..=64"]);
    assert_usage(&["--shard", "3/2"], &["--shard", "from 1/n to n/n"]);
    assert_usage(&["--shard", "0/2"], &["--shard", "from 1/n to n/n"]);
    assert_usage(&["--shard", "1/2"], &["--start-at"]);
    assert_usage(&["--start-at", "tomorrow"], &["--start-at", "2030-01-31T12:00:00Z"]);
    assert_usage(&["--size", "5"], &["size", "128"]);
    assert_usage(&["-c", "0"], &["subscribers", "1 to 1000000"]);
    assert_usage(&["--rate", "5"], &["--rate", "100/s"]);
    assert_usage(&["-d", "10"], &["--duration"]);
    assert_usage(&["--publishers", "0"], &["publishers", "1 to 1000"]);
    assert_usage(&["--interval", "1ms"], &["interval", "100ms"]);
    assert_usage(&["--sequence", "number"], &["sequence", "`/number`"]);
    assert_usage(&["--timestamp", "/at:min"], &["--timestamp", "`min`", "rfc3339"]);
    assert_usage(&["--provides", "ids"], &["URL"]);
    assert_usage(&["--processes", "2", "--shard", "1/2"], &["--processes"]);
}

#[test]
fn exit_2_for_a_start_that_is_over() {
    let past = ["--shard", "1/2", "--start-at", "2020-01-01T00:00:00Z"];
    assert_usage(&past, &["--start-at", "ago", "the same for all shards"]);
}

#[test]
fn exit_2_for_publishing_without_a_hook() {
    for flag in [["--rate", "5/s"], ["--size", "300"], ["--publishers", "2"]] {
        assert_usage(&[URL, flag[0], flag[1]], &["publish hook", "--publish URL"]);
    }
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", "publish: { rate: 5/s }\n");
    let finished = load(&[URL, "--plan", &plan]);
    assert_refused(&finished, 2, &["publish hook", "--publish URL"]);
}

#[test]
fn exit_2_for_a_source_address_of_another_machine() {
    // TEST-NET-1 (RFC 5737) belongs to nobody.
    assert_usage(&["--source-ip", "192.0.2.1"], &["--source-ip 192.0.2.1"]);
}

#[test]
fn exit_2_for_what_cannot_be_cut_in_shards() {
    assert_usage(&["--plan", "capacity", "--processes", "2"], &["`capacity`", "one process"]);
    let abort = ["--threshold", "lost == 0", "--abort-after", "1s", "--processes", "2"];
    assert_usage(&abort, &["`abort_after`", "one process"]);
}

#[test]
fn exit_2_for_an_unknown_plan_and_the_nearest_shipped_one_is_named() {
    assert_usage(&["--plan", "stormm"], &["stormm", "did you mean the shipped plan `storm`?"]);
    assert_usage(&["--plan", "storm.yaml"], &["storm.yaml", "the shipped plan `storm`"]);
    let nowhere = Scratch::new().path("nothing-like-it.yaml");
    assert_usage(&["--plan", &nowhere], &["cannot read", &nowhere, "shipped plans: burst,"]);
}

#[test]
fn exit_2_for_a_bad_plan_file_with_the_place_and_a_caret() {
    let scratch = Scratch::new();
    for (text, place, words) in [
        ("subscribrs: 3\n", "1:1", ["`subscribrs`", "`subscribers`"]),
        ("duration: 5s\nstorm: { at: 5m }\n", "2:", ["5m", "duration"]),
        ("subscribers: many\n", "1:14", ["many", "^"]),
        ("ramp: 1/s\nramp: 2/s\n", "2:1", ["ramp", "^"]),
    ] {
        let plan = scratch.file("bad.yaml", text);
        let place = format!("{plan}:{place}");
        assert_usage(&["--plan", &plan], &[&place, words[0], words[1], "^"]);
    }
}

#[test]
fn exit_2_for_a_csv_file_that_is_not_there_or_lacks_a_column() {
    let scratch = Scratch::new();
    let text = "variables: users.csv\nrequest: { headers: { x-user: \"{{token}}\" } }\n";
    let plan = scratch.file("plan.yaml", text);
    assert_usage(&["--plan", &plan], &["cannot read", "users.csv"]);
    scratch.file("users.csv", "name,secret\nann,1\n");
    assert_usage(&["--plan", &plan], &["users.csv", "`token`", "name, secret"]);
}

#[test]
fn exit_2_for_a_bad_target_file() {
    let scratch = Scratch::new();
    let target = scratch.file("bad.yaml", "url: http://127.0.0.1:1/\nheaers: {}\n");
    let place = format!("{target}:2:1");
    assert_usage(&["--target", &target], &[&place, "`headers`", "^"]);
}

#[test]
fn exit_3_for_a_closed_port_in_one_process_and_in_several() {
    let port = ReservedPort::find();
    let url = format!("http://127.0.0.1:{}/", port.number);
    let scratch = Scratch::new();
    for flags in [&["-c", "3"][..], &["-c", "3", "--processes", "2"]] {
        let json = scratch.path("r.json");
        let finished = load(&[&[url.as_str(), "--json", &json], flags].concat());
        assert_refused(&finished, 3, &["cannot reach", &url, "connection refused"]);
        assert!(scratch.names().is_empty(), "nothing half-written: {:?}", scratch.names());
    }
}

#[test]
fn exit_3_when_nobody_gets_a_stream() {
    let page = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    let server = Raw::saying(page, |_| None);
    let finished = load(&[&server.url(), "-c", "3", "-d", "200ms"]);
    assert_eq!(finished.code, Some(3), "{}", finished.stdout);
    assert!(finished.stdout.contains("NOTHING MEASURED"), "{}", finished.stdout);
    assert!(finished.stdout.contains("status-503"), "{}", finished.stdout);
}

#[test]
fn exit_3_before_any_connection_for_a_run_too_big_for_the_machine_with_the_command_that_helps() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Raw::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -n 200; exec \"$0\" \"$@\""]).arg(path());
    command.args(["load", &server.url(), "-c", "500"]);
    let mut running = Running::start(command, Vec::new());
    assert!(running.finish(LIMIT), "it did not end");
    let finished = Finished::from(&running);
    assert_refused(
        &finished,
        3,
        &["descriptors", "the limit is 200", "`--processes ", "ulimit -n"],
    );
    assert!(finished.stdout.contains("\nSHORT  "), "{}", finished.stdout);
    assert_eq!(asked.load(Ordering::SeqCst), 0, "no connection");
}

#[test]
fn check_prints_the_plan_and_does_nothing() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let server = Raw::start(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let finished = load(&[&server.url(), "-c", "7", "--check"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(finished.stdout.contains("7 subscribers"), "{}", finished.stdout);
    assert!(finished.stdout.contains("descriptors"), "{}", finished.stdout);
    assert_eq!(asked.load(Ordering::SeqCst), 0, "no connection");
}

#[test]
fn a_url_alone_is_told_what_a_publish_hook_would_add() {
    let server =
        Raw::saying("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", |_| None);
    let url = server.url();
    let told = |flags: &[&str]| {
        let finished = load(&[&[url.as_str(), "--check"], flags].concat());
        assert_eq!(finished.code, Some(0), "{}", finished.stderr);
        finished.stdout.contains("without a publish hook")
    };
    assert!(told(&[]));
    assert!(!told(&["--publish", "/publish"]));
    assert!(!told(&["--plan", "server-events"]), "whoever asks for it knows");
}
