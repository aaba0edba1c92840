//! Runs of several processes, and what joins them.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::tools::{EVENTS, LIMIT, SHORT, assert_consistent, load, number, report, with_plan};
use crate::support::process::Running;
use crate::support::program::{Finished, Program, path, ssecheck};
use crate::support::scratch::Scratch;
use crate::support::server::ReservedPort;
use crate::support::testbed::Testbed;

/// What a run says of its counts, whatever the number of processes.
fn counts(report: &Value) -> Vec<u64> {
    let events = ["expected", "received", "lost", "duplicated", "reordered", "events"];
    let events = events.map(|name| format!("/load/events/{name}"));
    let others = ["attempted", "opened", "failed"].map(|name| format!("/load/connections/{name}"));
    let sent = ["/load/publishing/scheduled", "/load/publishing/sent"].map(str::to_owned);
    events.iter().chain(&others).chain(&sent).map(|pointer| number(report, pointer)).collect()
}

/// Number and first subscriber of each shard.
fn shards(report: &Value) -> Vec<(u64, u64, u64)> {
    let shards = report["load"]["shards"].as_array().expect("shards");
    let of = |shard: &Value| {
        let field = |name: &str| number(shard, &format!("/{name}"));
        (field("index"), field("first_subscriber"), field("subscribers"))
    };
    shards.iter().map(of).collect()
}

#[test]
fn three_processes_count_what_one_counts_on_the_built_in_testbed_too() {
    let (one, single) = with_plan(SHORT, &["-c", "7"]);
    assert_eq!(one.code, Some(0), "{}", one.stdout);
    let (three, split) = with_plan(SHORT, &["-c", "7", "--processes", "3"]);
    assert_eq!(three.code, Some(0), "{}{}", three.stdout, three.stderr);
    assert_eq!(counts(&single), counts(&split));
    assert_eq!(number(&split, "/load/events/expected"), 7 * EVENTS);
    assert_eq!(shards(&split), [(1, 0, 2), (2, 2, 2), (3, 4, 3)]);
    assert_eq!(shards(&single), [(1, 0, 7)]);
    assert_consistent(&split);
    assert!(three.stdout.contains("3 shards added up"), "{}", three.stdout);
    assert_eq!(split["target"]["testbed"], true);
}

/// Starts the three shards of a run by hand, together, and waits for their reports.
fn by_hand(testbed: &Testbed, scratch: &Scratch, more: &[&str]) -> Vec<String> {
    let plan = scratch.file("plan.yaml", SHORT);
    let start = jiff::Timestamp::try_from(SystemTime::now() + Duration::from_secs(2));
    let start = start.expect("a moment").to_string();
    let file = |index: u32| scratch.path(&format!("shard-{index}.json"));
    let begin = |index: u32| {
        let (shard, file) = (format!("{index}/3"), file(index));
        let target = ["load", testbed.url(), "--publish", "/publish", "--plan", &plan, "-c", "7"];
        let shard = ["--shard", &shard, "--start-at", &start, "--json", &file, "--allow-doubts"];
        Program::new(target.iter().chain(&shard).chain(more)).start()
    };
    let mut running: Vec<Running> = (1..=3).map(begin).collect();
    for shard in &mut running {
        assert!(shard.finish(LIMIT), "it did not end");
        let finished = Finished::from(&*shard);
        assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    }
    (1..=3).map(file).collect()
}

fn merge<S: AsRef<str>>(files: &[S], flags: &[&str]) -> Finished {
    let files = files.iter().map(AsRef::as_ref);
    ssecheck(["merge"].into_iter().chain(files).chain(flags.iter().copied()))
}

fn assert_refused<S: AsRef<str>>(files: &[S], words: &[&str]) {
    let finished = merge(files, &[]);
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{}", finished.stderr);
    for word in words {
        assert!(finished.stderr.contains(word), "{word:?} in {}", finished.stderr);
    }
}

#[test]
fn shards_started_by_hand_are_merged_to_the_whole_and_anything_else_is_refused() {
    let (testbed, scratch) = (Testbed::start(&[]), Scratch::new());
    let files = by_hand(&testbed, &scratch, &["--threshold", "received >= 0"]);
    let [first, second, third] = files.as_slice() else { panic!("{files:?}") };
    let merged = scratch.path("merged.json");
    let finished = merge(&[third, first, second], &["--json", &merged, "--allow-doubts"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let whole = report(&scratch, "merged.json", &finished);
    assert_eq!(shards(&whole), [(1, 0, 2), (2, 2, 2), (3, 4, 3)]);
    assert_eq!(number(&whole, "/load/events/expected"), 7 * EVENTS);
    assert_eq!(number(&whole, "/load/events/lost"), 0);
    assert_consistent(&whole);
    let samples = |name: &str| {
        let report = serde_json::from_str(&scratch.read(name)).expect("JSON");
        number(&report, "/load/latency_us/fanout/count")
    };
    let parts = ["shard-1.json", "shard-2.json", "shard-3.json"].map(samples);
    assert_eq!(samples("merged.json"), parts.iter().sum::<u64>(), "every sample once");
    let again = ssecheck(["report", "--from", &merged, "--allow-doubts"]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);

    assert_refused(&[first, third], &["missing: 2", "of 3 shards"]);
    assert_refused(&[first, second, second, third], &["shard 2 of 3 is there twice"]);
    assert_refused(&[&merged, first], &["merged.json", "merge of 3 shards"]);
    let changed = |name: &str, pointer: &str, value: &str| {
        let mut report: Value = serde_json::from_str(&scratch.read("shard-2.json")).expect("JSON");
        *report.pointer_mut(pointer).expect("it is there") = value.into();
        scratch.file(name, &report.to_string())
    };
    let other = changed("plan-2.json", "/load/plan/config_hash", "0123456789abcdef");
    assert_refused(&[first, &other, third], &["plan-2.json", "configuration", "same plan"]);
    let other = changed("old-2.json", "/tool/version", "0.0.1");
    assert_refused(&[first, &other, third], &["old-2.json", "version", "0.0.1"]);
    let verdicts = scratch.path("verdicts.json");
    let judged = ssecheck(["run", "--case", "http/versions", "--json", &verdicts]);
    assert_eq!(judged.code, Some(0), "{}", judged.stderr);
    assert_refused(&[first, &verdicts, third], &["verdicts.json", "no load part"]);
    assert_refused(&[first, &scratch.path("absent.json")], &["cannot read", "absent.json"]);
    assert_refused(&[&scratch.file("bad.json", "{}")], &["bad.json"]);
}

#[test]
fn thresholds_are_judged_on_the_merge() {
    let (testbed, scratch) = (Testbed::start(&[]), Scratch::new());
    // No shard has received that many; the three together have.
    let files = by_hand(&testbed, &scratch, &["--threshold", "received <= 100"]);
    let finished = merge(&files, &["--allow-doubts"]);
    assert_eq!(finished.code, Some(1), "{}", finished.stdout);
    let line = "FAIL   received <= 100 (measured: 140)";
    assert!(finished.stdout.contains(line), "{}", finished.stdout);
    let marked = interrupted(&scratch);
    let partial = merge(&[&marked, &files[1], &files[2]], &["--allow-doubts"]);
    assert_eq!(partial.code, Some(130), "a merge with a partial shard: {}", partial.stdout);
}

/// The first shard's report, marked as interrupted.
fn interrupted(scratch: &Scratch) -> String {
    let mut report: Value = serde_json::from_str(&scratch.read("shard-1.json")).expect("JSON");
    report["interrupted"] = true.into();
    scratch.file("cut.json", &report.to_string())
}

#[test]
fn the_server_of_a_target_file_is_started_once_for_all_processes() {
    let (port, scratch) = (ReservedPort::find(), Scratch::new());
    let address = format!("127.0.0.1:{}", port.number);
    let started = scratch.path("started");
    let script = format!("echo started >> '{started}'; exec \"$0\" serve --listen {address}");
    let program = path().to_str().expect("it is UTF-8");
    let command = serde_json::json!(["sh", "-c", script, program]);
    let body = r#"{"event": {{event|json}}, "id": {{id|json}}, "data": {{data|json}}}"#;
    let text = format!(
        "url: http://{address}/events\nstart: {{ command: {command}, ready: /stats }}\n\
         publish: {{ url: /publish, headers: {{ content-type: application/json }}, body: '{body}' }}\n"
    );
    let target = scratch.file("target.yaml", &text);
    let plan = scratch.file("plan.yaml", SHORT);
    let finished = load(&["--target", &target, "--plan", &plan, "--processes", "2"]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("received 80 of 80"), "{}", finished.stdout);
    assert_eq!(scratch.read("started"), "started\n");
}
