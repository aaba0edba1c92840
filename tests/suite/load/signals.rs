//! Load runs that are ended from outside keep what was measured.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use serde_json::Value;

use super::tools::{LIMIT, assert_consistent, in_mid_run, number, report, text};
use crate::support::process::{Running, Signal};
use crate::support::program::{Finished, Program, ssecheck};
use crate::support::raw::{Raw, request};
use crate::support::scratch::Scratch;

/// Signals a run and waits for its report.
fn interrupted(run: &mut Running, signal: Signal, scratch: &Scratch) -> Value {
    run.signal(signal);
    assert!(run.finish(LIMIT), "it did not end");
    let finished = Finished::from(&*run);
    assert_eq!(finished.code, Some(130), "{}{}", finished.stdout, finished.stderr);
    assert_eq!(scratch.names(), ["r.json"], "nothing half-written is left");
    let report = report(scratch, "r.json", &finished);
    assert_eq!(report["interrupted"], true);
    let again = ssecheck(["report", "--from", &scratch.path("r.json"), "--allow-doubts"]);
    assert_eq!(again.code, Some(130), "the exit code of the run");
    report
}

#[test]
fn exit_130_on_a_signal_in_mid_run_with_whole_figures() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let scratch = Scratch::new();
        let mut run = in_mid_run(&["--json", &scratch.path("r.json")]);
        let report = interrupted(&mut run, signal, &scratch);
        assert_consistent(&report);
        assert!(number(&report, "/load/events/received") > 0);
        assert_eq!(number(&report, "/load/connections/opened"), 4);
        let text = text(&run.stdout);
        let words: Vec<&str> = text.split_whitespace().collect();
        let told = words.join(" ").contains("the user stopped the run: the figures are partial");
        assert!(told, "{text}");
    }
}

/// A server of a stream that never says anything; it tells when a subscriber comes and goes.
fn silent(tell: Sender<&'static str>) -> Raw {
    use std::io::Write;
    let tell = Arc::new(std::sync::Mutex::new(tell));
    Raw::start(move |mut socket| {
        let said = |word| {
            // The test may have ended.
            let _ = tell.lock().expect("no test panicked with it").send(word);
        };
        if request(&mut socket).is_none() {
            return;
        }
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n";
        if socket.write_all(head.as_bytes()).is_ok() {
            said("came");
            let _ = request(&mut socket);
            said("left");
        }
    })
}

/// Three subscribers in three processes, all of them there. The shards' reports go to the scratch
/// folder too: a run that is killed cannot remove them.
fn three_processes(scratch: &Scratch) -> (Running, Raw, Receiver<&'static str>) {
    let (sender, told) = channel();
    let server = silent(sender);
    let arguments = ["load", &server.url(), "-c", "3", "-d", "10m", "--processes", "3"];
    let json = scratch.path("r.json");
    let run = Program::new(arguments.iter().chain(&["--json", &json]));
    let run = run.env("TMPDIR", &scratch.path("")).start();
    for _ in 0..3 {
        assert_eq!(told.recv_timeout(LIMIT), Ok("came"));
    }
    (run, server, told)
}

#[test]
fn exit_130_on_a_signal_to_several_processes_with_their_merged_report() {
    let scratch = Scratch::new();
    let (mut run, _server, told) = three_processes(&scratch);
    let report = interrupted(&mut run, Signal::SIGINT, &scratch);
    assert_eq!(report["load"]["shards"].as_array().map(Vec::len), Some(3));
    // The last one may not have read its answer yet.
    assert_eq!(number(&report, "/load/connections/attempted"), 3);
    let left = (0..3).map(|_| told.recv_timeout(LIMIT));
    assert!(left.into_iter().all(|word| word == Ok("left")), "a shard still runs");
}

#[test]
fn shards_end_even_when_the_run_is_killed() {
    let scratch = Scratch::new();
    let (mut run, _server, told) = three_processes(&scratch);
    run.signal(Signal::SIGKILL);
    assert!(run.finish(LIMIT), "it did not end");
    let left = (0..3).map(|_| told.recv_timeout(LIMIT));
    assert!(left.into_iter().all(|word| word == Ok("left")), "a shard still runs");
}

#[test]
fn exit_130_on_a_signal_while_the_start_is_awaited() {
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    let start = std::time::SystemTime::now() + Duration::from_secs(3600);
    let start = jiff::Timestamp::try_from(start).expect("a moment").to_string();
    let mut run = Program::new(["load", "-c", "3", "--start-at", &start, "--json", &json]).start();
    let waits = |run: &Running| text(&run.stdout).contains("connecting begins at");
    assert!(run.until(LIMIT, waits), "{}", text(&run.stderr));
    let report = interrupted(&mut run, Signal::SIGINT, &scratch);
    assert_eq!(number(&report, "/load/connections/attempted"), 0);
}
