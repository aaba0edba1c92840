//! The load generator against a server that misbehaves by a known amount, and that says itself when
//! it wrote each event.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::support::process::Signal;
use crate::support::program::Program;
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

const LIMIT: Duration = Duration::from_secs(120);

/// Framings of one and the same stream: as chunks, until the close, several events in one write,
/// one byte in a write.
const FRAMINGS: [&[&str]; 4] =
    [&[], &["close-delimited"], &["load-coalesce=50ms"], &["load-split=1"]];

/// A testbed with the load switches.
fn testbed(faults: &[&str]) -> Testbed {
    let mut arguments = vec!["--retry", "100", "--fault", "load-truth"];
    arguments.extend(faults.iter().flat_map(|fault| ["--fault", *fault]));
    Testbed::start(&arguments)
}

fn load_command(testbed: &Testbed, more: &[&str]) -> Program {
    let publish = testbed.at("/publish");
    let fixed = ["load", testbed.url(), "--publish", &publish, "--json", "-", "--allow-doubts"];
    Program::new(fixed.iter().chain(more))
}

/// Runs the generator; the load part of its report.
fn measure(testbed: &Testbed, more: &[&str]) -> Value {
    let done = load_command(testbed, more).run(LIMIT);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    load_part(&done.stdout)
}

fn load_part(json: &str) -> Value {
    let mut report: Value = serde_json::from_str(json).expect("a report");
    report["load"].take()
}

fn number(load: &Value, pointer: &str) -> u64 {
    load.pointer(pointer).and_then(Value::as_u64).unwrap_or_else(|| panic!("{pointer}: {load}"))
}

fn doubts(load: &Value) -> Vec<&str> {
    let all = load["doubts"].as_array().expect("a list");
    all.iter().filter_map(|doubt| doubt["code"].as_str()).collect()
}

/// What the server knows: for each delivery, the time from intended publish to its own write.
fn truth(testbed: &Testbed) -> Vec<u64> {
    let url = testbed.at("/truth");
    let address = url.trim_start_matches("http://").split('/').next().expect("an address");
    let mut stream = TcpStream::connect(address).expect("the testbed listens");
    stream.write_all(b"GET /truth HTTP/1.0\r\nHost: x\r\n\r\n").expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a head");
    let truth: Value = serde_json::from_str(body).expect("JSON");
    assert_eq!(truth["overflow"], false);
    let mut times: Vec<u64> =
        truth["latency_us"].as_array().expect("times").iter().filter_map(Value::as_u64).collect();
    times.sort_unstable();
    times
}

fn percentile(sorted: &[u64], share: f64) -> u64 {
    let place = (sorted.len() as f64 * share).ceil() as usize;
    sorted[place.clamp(1, sorted.len()) - 1]
}

/// Every percentile within 2 % or 100 us of what the server knows.
fn assert_percentiles(load: &Value, truth: &[u64], what: &str) {
    for (name, share) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        let said = number(load, &format!("/latency_us/fanout/{name}"));
        let known = percentile(truth, share);
        let tolerance = (known / 50).max(100);
        assert!(said.abs_diff(known) <= tolerance, "{what}: {name} is {known} us, said {said} us");
    }
}

/// Of `sent` events, those that the rules drop, double and swap.
fn misdeeds(sent: u64) -> (u64, u64, u64) {
    let kept = |n: &u64| n % 7 != 6;
    let count = |rule: &dyn Fn(u64) -> bool| (0..sent).filter(kept).filter(|n| rule(*n)).count();
    let lost = sent - count(&|_| true) as u64;
    let swapped = count(&|n| n % 11 == 10 && (n + 1..sent).any(|next| kept(&next)));
    (lost, count(&|n| n % 5 == 4) as u64, swapped as u64)
}

#[test]
fn losses_doubles_and_swaps_are_counted_exactly_in_every_framing() {
    // One after the other: of two that are published at the same time no order is owed, and a
    // machine that stalls makes any two so.
    let scratch = Scratch::new();
    let plan = scratch.file(
        "plan.yaml",
        "subscribers: 20\nduration: 4s\npublish: { rate: 20/s, connections: 1 }\n",
    );
    for framing in FRAMINGS {
        let faults = [&["load-drop=7", "load-double=5", "load-swap=11"], framing].concat();
        let testbed = testbed(&faults);
        let load = measure(&testbed, &["--plan", &plan]);
        let sent = number(&load, "/publishing/sent");
        let (lost, doubled, swapped) = misdeeds(sent);
        let each = |name: &str| number(&load, &format!("/events/{name}"));
        let counts = [each("expected"), each("lost"), each("duplicated"), each("reordered")];
        assert_eq!(sent, 80);
        assert_eq!(counts, [20 * sent, 20 * lost, 20 * doubled, 20 * swapped], "{framing:?}");
        assert_eq!(each("received"), 20 * (sent - lost), "{framing:?}");
        assert_eq!(each("events"), 20 * (sent - lost + doubled), "{framing:?}");
    }
}

#[test]
fn a_loss_of_single_subscribers_is_counted_exactly_and_named() {
    let testbed = testbed(&["load-drop-one=9"]);
    let load = measure(&testbed, &["-c", "20", "-d", "3s", "--rate", "20/s"]);
    let sent = number(&load, "/publishing/sent");
    // Subscriber j loses the events with (n + j) % 9 == 0, in whatever order they connected.
    let lost: u64 = (0..20).map(|j| (0..sent).filter(|n| (n + j) % 9 == 0).count() as u64).sum();
    assert_eq!(number(&load, "/events/lost"), lost);
    let worst = load["worst"].as_array().expect("a list");
    let most = (0..20).map(|j| (0..sent).filter(|n| (n + j) % 9 == 0).count()).max();
    assert_eq!(worst[0]["lost"].as_u64(), most.map(|most| most as u64));
    assert_eq!(worst[0]["missing"].as_array().map(Vec::len), most);
}

#[test]
fn a_known_delay_is_measured_in_every_framing() {
    for framing in FRAMINGS {
        let testbed = testbed(&[&["load-delay=uniform:200ms..1000ms"], framing].concat());
        let load = measure(&testbed, &["-c", "40", "-d", "5s", "--rate", "10/s"]);
        let truth = truth(&testbed);
        assert_eq!(number(&load, "/events/lost"), 0, "{framing:?}");
        let timed = number(&load, "/latency_us/fanout/count");
        assert_eq!(timed + number(&load, "/events/untimed"), truth.len() as u64, "{framing:?}");
        assert_percentiles(&load, &truth, &format!("{framing:?}"));
    }
}

#[test]
fn a_stalled_server_shows_with_the_time_that_it_stalled() {
    let testbed = testbed(&["load-stall=500ms"]);
    let load = measure(&testbed, &["-c", "20", "-d", "3s", "--rate", "20/s"]);
    let truth = truth(&testbed);
    let (max, known) = (number(&load, "/latency_us/fanout/max"), truth[truth.len() - 1]);
    assert!(known >= 400_000, "the server stalled for {known} us only");
    // A single sample: between its stamp and its write the server itself may be held up.
    assert!(max.abs_diff(known) <= known / 20, "the server knows {known} us, said {max} us");
    assert_eq!(number(&load, "/events/lost"), 0);
}

/// Stopped by SIGSTOP: the kernel goes on receiving, and stamps.
#[test]
fn a_generator_that_was_stopped_reports_the_same_latency_and_says_that_it_was() {
    let testbed = testbed(&["load-delay=uniform:200ms..1000ms"]);
    let mut running = load_command(&testbed, &["-c", "40", "-d", "6s", "--rate", "10/s"]).start();
    let begun = |running: &crate::support::process::Running| {
        String::from_utf8_lossy(&running.stderr).contains("\n4s  open 40")
    };
    assert!(running.until(LIMIT, begun), "{}", String::from_utf8_lossy(&running.stderr));
    running.signal(Signal::SIGSTOP);
    // The length of the stop is what this test is about.
    std::thread::sleep(Duration::from_millis(300));
    running.signal(Signal::SIGCONT);
    assert!(running.finish(LIMIT), "it ends");
    let load = load_part(&String::from_utf8_lossy(&running.stdout));
    assert_percentiles(&load, &truth(&testbed), "stopped for 300 ms");
    assert_eq!(number(&load, "/events/lost"), 0);
    let lag = number(&load, "/latency_us/lag/max");
    assert!(lag >= 100_000, "the stop is not in the lag: {lag} us");
    assert!(number(&load, "/generator/longest_stall_us") >= 200_000, "{}", load["generator"]);
    assert!(doubts(&load).contains(&"stalled"), "{:?}", doubts(&load));
}

/// A busy loop on the generator's only processor.
#[test]
fn a_generator_that_shares_its_processor_reports_the_same_latency() {
    let pinned = |program: &str, arguments: &[&str]| {
        let mut command = std::process::Command::new("taskset");
        command.args(["-c", "0", program]).args(arguments);
        crate::support::process::Running::start(command, Vec::new())
    };
    if std::process::Command::new("taskset").arg("--version").output().is_err() {
        println!("SKIPPED: there is no taskset to pin the generator with");
        return;
    }
    let testbed = testbed(&["load-delay=uniform:200ms..1000ms"]);
    let _busy = pinned("sh", &["-c", "while :; do :; done"]);
    let publish = testbed.at("/publish");
    let program = crate::support::program::path().to_str().expect("a path");
    let mut running = pinned(
        program,
        &[
            "load",
            testbed.url(),
            "--publish",
            &publish,
            "--json",
            "-",
            "--allow-doubts",
            "-c",
            "40",
            "-d",
            "5s",
            "--rate",
            "10/s",
        ],
    );
    assert!(running.finish(LIMIT), "it ends");
    let load = load_part(&String::from_utf8_lossy(&running.stdout));
    assert_percentiles(&load, &truth(&testbed), "with a busy loop");
    assert_eq!(number(&load, "/events/lost"), 0);
    assert!(number(&load, "/latency_us/lag/count") > 0);
}

/// Coordinated omission: one connection, and a server that answers late.
#[test]
fn a_publisher_behind_its_schedule_shows_in_the_intended_latency_and_is_doubted() {
    let testbed = testbed(&["load-slow-publish=300ms"]);
    let scratch = Scratch::new();
    let plan = scratch.file(
        "plan.yaml",
        "subscribers: 10\nduration: 4s\ndrain: 30s\npublish: { rate: 10/s, connections: 1 }\n",
    );
    let load = measure(&testbed, &["--plan", &plan]);
    let p50 = |metric: &str| number(&load, &format!("/latency_us/{metric}/p50"));
    assert!(p50("fanout") > 5 * p50("fanout_from_actual"), "{}", load["latency_us"]);
    assert!(p50("slip") > 5 * p50("fanout_from_actual"));
    assert!(number(&load, "/publishing/waited") > 0);
    assert!(doubts(&load).contains(&"slip"), "{:?}", doubts(&load));
    assert_eq!(number(&load, "/events/lost"), 0);
}

#[test]
fn a_slow_answer_to_the_hook_does_not_hold_the_schedule_up() {
    let testbed = testbed(&["load-slow-publish=300ms"]);
    let load = measure(&testbed, &["-c", "10", "-d", "3s", "--rate", "20/s"]);
    assert_eq!(number(&load, "/publishing/sent"), 60);
    assert_eq!(number(&load, "/publishing/waited"), 0);
    let (slip, ack) = (number(&load, "/latency_us/slip/p50"), number(&load, "/latency_us/ack/p50"));
    assert!(slip * 10 < ack, "slip {slip} us, acknowledged after {ack} us");
}

#[test]
fn streams_that_the_server_closes_are_counted_and_nothing_is_lost_where_it_resumes() {
    let testbed = testbed(&["load-close=15"]);
    let arguments = ["-c", "10", "-d", "4s", "--rate", "10/s", "--provides", "resume"];
    let load = measure(&testbed, &arguments);
    let sent = number(&load, "/publishing/sent");
    let ended = number(&load, "/connections/ended_early");
    assert_eq!(ended, 10 * (sent / 15), "each stream ends after its 15th event");
    assert_eq!(number(&load, "/connections/reconnected"), ended);
    assert_eq!(number(&load, "/events/lost"), 0, "{}", load["worst"]);
    let by = |cause: &str| load["connections"]["ended_by"][cause].as_u64().unwrap_or(0);
    assert_eq!(by("end") + by("reset"), ended, "{}", load["connections"]);
    assert!(by("end") > 0 && by("reset") > 0, "{}", load["connections"]);
}

#[test]
fn a_server_that_accepts_slowly_shows_in_the_connect_time_and_loses_nothing() {
    let testbed = testbed(&["load-slow-accept=20"]);
    let load = measure(&testbed, &["-c", "40", "-d", "2s", "--rate", "10/s"]);
    assert_eq!(number(&load, "/connections/opened"), 40);
    assert_eq!(number(&load, "/events/lost"), 0);
    // Twenty a second: the last of forty waits for most of two seconds, whatever the machine.
    assert!(number(&load, "/latency_us/connect/max") >= 1_000_000, "{}", load["latency_us"]);
}
