//! Ends from outside: SIGINT and SIGTERM.

use std::io::{BufRead, BufReader};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use serde_json::Value;

use crate::support::process::Signal;
use crate::support::program::{Program, ssecheck};
use crate::support::raw::Raw;
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// Far more than it takes.
const LIMIT: Duration = Duration::from_secs(60);

/// The lines of a file as they come; it hangs up at the end.
fn lines(path: &str) -> Receiver<String> {
    let (path, (sender, receiver)) = (path.to_owned(), channel());
    std::thread::spawn(move || {
        let file = std::fs::File::open(path).expect("it can be read");
        for line in BufReader::new(file).lines().map_while(Result::ok) {
            // The test may have ended.
            let _ = sender.send(line);
        }
    });
    receiver
}

fn report(scratch: &Scratch) -> Value {
    serde_json::from_str(&scratch.read("r.json")).expect("a whole JSON report")
}

/// Interrupts a run after it has begun.
fn interrupted_by(signal: Signal) {
    let scratch = Scratch::new();
    let files = ["r.json", "r.xml", "r.md"].map(|name| scratch.path(name));
    let [json, junit, markdown] = &files;
    let arguments = ["run", "--json", json, "--junit", junit, "--markdown", markdown];
    let mut run = Program::new(arguments).start();
    // The target has answered, and the cases have begun.
    let begun = |out: &[u8]| String::from_utf8_lossy(out).contains("declared:");
    assert!(run.until(LIMIT, |run| begun(&run.stdout)), "it never began");
    run.signal(signal);
    assert!(run.finish(LIMIT), "it did not end");
    assert_eq!(run.status.and_then(|status| status.code()), Some(130), "{signal:?}");
    let text = String::from_utf8_lossy(&run.stdout);
    assert!(text.contains("interrupted by the user: the report is partial"), "{text}");
    let report = report(&scratch);
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["conformance"]["aborted"], "interrupted");
    assert_eq!(report["conformance"]["verdict"], "incomplete");
    let checks = report["conformance"]["checks"].as_array().expect("there are checks");
    assert!(checks.iter().any(|check| check["reason"] == "not-run"), "it was not in mid-run");
    assert_eq!(scratch.names(), ["r.json", "r.md", "r.xml"], "nothing half-written is left");
    assert_eq!(ssecheck(["report", "--from", json]).code, Some(130), "the exit code of the run");
}

#[test]
fn exit_130_on_sigint_in_mid_run_with_the_partial_report_and_nothing_half_written() {
    interrupted_by(Signal::SIGINT);
}

#[test]
fn exit_130_on_sigterm_too_because_ci_servers_send_it() {
    interrupted_by(Signal::SIGTERM);
}

#[test]
fn exit_130_on_a_signal_while_the_server_starts_and_the_server_is_ended() {
    for signal in [Signal::SIGINT, Signal::SIGTERM] {
        let scratch = Scratch::new();
        // The server holds the fifo open as long as it lives, so its end is the end of the fifo.
        let fifo = scratch.path("fifo");
        let made = std::process::Command::new("mkfifo").arg(&fifo).status();
        assert!(made.is_ok_and(|status| status.success()));
        let script = "exec 3> \"$0\"; echo begun >&3; exec sleep 600";
        let command = serde_json::json!(["sh", "-c", script, fifo]);
        let text = format!(
            "url: http://127.0.0.1:1/\nstart: {{ command: {command}, ready: /, timeout: 10m }}\n"
        );
        let target = scratch.file("target.yaml", &text);
        let json = scratch.path("r.json");
        let mut run = Program::new(["run", "--target", &target, "--json", &json]).start();
        let told = lines(&fifo);
        assert_eq!(told.recv_timeout(LIMIT).as_deref(), Ok("begun"));
        run.signal(signal);
        assert!(run.finish(LIMIT), "it did not end");
        assert_eq!(run.status.and_then(|status| status.code()), Some(130), "{signal:?}");
        let end = told.recv_timeout(LIMIT);
        assert_eq!(end, Err(RecvTimeoutError::Disconnected), "the server still runs");
        assert!(!scratch.names().iter().any(|name| name.ends_with(".part")), "{signal:?}");
    }
}

#[test]
fn exit_130_on_sigint_before_the_target_has_answered() {
    let scratch = Scratch::new();
    let (asked, was_asked) = channel();
    let silent = Raw::start(move |mut socket| {
        crate::support::raw::request(&mut socket);
        // The test may have ended.
        let _ = asked.send(());
        crate::support::raw::request(&mut socket);
    });
    let arguments = ["run", &silent.url(), "--json", &scratch.path("r.json")];
    let mut run = Program::new(arguments).start();
    was_asked.recv_timeout(LIMIT).expect("it asks the target");
    run.signal(Signal::SIGINT);
    assert!(run.finish(LIMIT), "it did not end");
    assert_eq!(run.status.and_then(|status| status.code()), Some(130));
    assert_eq!(report(&scratch)["conformance"]["checks"], serde_json::json!([]));
    assert_eq!(scratch.names(), ["r.json"]);
}

#[test]
fn serve_prints_its_url_alone_and_ends_on_sigterm_and_sigint() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let testbed = Testbed::start(&["--listen", "127.0.0.1:0"]);
        let url = testbed.url().to_owned();
        assert!(url.starts_with("http://127.0.0.1:") && url.ends_with("/events"), "{url}");
        let judged = ssecheck(["run", &url, "--case", "http/versions"]);
        assert_eq!(judged.code, Some(0), "{}", judged.stdout);
        let (code, printed) = testbed.end_by(signal);
        assert_eq!((code, printed), (Some(0), format!("{url}\n")), "{signal:?}");
    }
}

#[test]
fn serve_on_a_taken_address_says_so() {
    let taken = Raw::start(drop);
    let address = format!("127.0.0.1:{}", taken.port());
    let finished = ssecheck(["serve", "--listen", &address]);
    assert_eq!(finished.code, Some(3), "{}", finished.stdout);
    assert!(finished.stderr.contains(&address), "{}", finished.stderr);
    assert_eq!(finished.stdout, "");
}
