//! Captures, and what is judged again from them without a server.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::support::process::Signal;
use crate::support::program::{Finished, Program, ssecheck};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

/// Far more than it takes.
const LIMIT: Duration = Duration::from_secs(120);
/// Of each family some, and those whose verdict hangs on the end of a connection, on times, on what
/// was published, or on what could not be read.
const SAMPLE: [&str; 14] = [
    "html-page",
    "redirect-loop",
    "redirect-drops-query",
    "length-wrong",
    "chunk-size-bad",
    "reset-at-end",
    "head-withheld",
    "gzip-unasked",
    "truncated-utf8",
    "inject-data-lf",
    "one-late",
    "slow-reader-blocks",
    "replay-skips",
    "preflight-405",
];

const TARGET: &str = "url: ${URL}
headers: { authorization: 'Bearer owners-token' }
provides: [publish, ids, resume, retry, cors, credentials, types, stop, stats, heartbeat]
publish:
  url: /publish
  headers: { content-type: application/json }
  body: '{\"event\": {{event|json}}, \"id\": {{id|json}}, \"data\": {{data|json}}}'
echo: { url: '/echo?data={{data|url}}&event={{event|url}}&id={{id|url}}' }
heartbeat: 500ms
cors: { allowed_origin: 'https://app.example', denied_origin: 'https://evil.example' }
stats: { url: /stats, pointer: /subscribers }
stop: { url: /finished }
";

fn report(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("no report: {error}: {text}"))
}

/// What is said of each check, but for the time that it took to say it.
fn verdicts(report: &Value) -> BTreeMap<String, Value> {
    let checks = report["conformance"]["checks"].as_array().expect("there are checks");
    checks.iter().map(|check| (check["id"].to_string(), check.clone())).collect()
}

/// A run of all cases against a testbed with this fault, and the capture of it in `c`.
fn captured(scratch: &Scratch, fault: Option<&str>, more: &[&str]) -> Value {
    let mut arguments =
        vec!["--listen", "127.0.0.1:0", "--token", "owners-token", "--heartbeat", "400ms"];
    arguments.extend(fault.iter().flat_map(|fault| ["--fault", fault]));
    let testbed = Testbed::start(&arguments);
    let target = scratch.file("target.yaml", TARGET);
    let capture = scratch.path("c");
    let run = ["run", "--target", &target, "--capture", &capture, "--json", "-", "--jobs", "8"];
    let run = Program::new(run.iter().chain(more)).env("URL", testbed.url()).run(LIMIT);
    report(&run.stdout)
}

fn rechecked(scratch: &Scratch) -> (Finished, Value) {
    let finished = ssecheck(["recheck", &scratch.path("c"), "--json", "-"]);
    let value = report(&finished.stdout);
    (finished, value)
}

fn assert_same_again(fault: Option<&str>) {
    let scratch = Scratch::new();
    let live = captured(&scratch, fault, &[]);
    let (_, again) = rechecked(&scratch);
    let (live_verdicts, verdicts) = (verdicts(&live), verdicts(&again));
    assert!(live_verdicts.len() > 90, "{fault:?}");
    for (id, check) in &live_verdicts {
        assert_eq!(Some(check), verdicts.get(id), "{fault:?}: {id}");
    }
    assert_eq!(live["conformance"]["summary"], again["conformance"]["summary"], "{fault:?}");
    assert_eq!(live["conformance"]["verdict"], again["conformance"]["verdict"], "{fault:?}");
}

#[test]
fn a_capture_gives_every_verdict_again_with_its_evidence() {
    assert_same_again(None);
    std::thread::scope(|scope| {
        for half in SAMPLE.chunks(SAMPLE.len().div_ceil(4)) {
            scope.spawn(move || half.iter().for_each(|fault| assert_same_again(Some(fault))));
        }
    });
}

/// Changes one byte of what was received on the connection `main` of a case.
fn edit(scratch: &Scratch, file: &str, from: &[u8], to: &[u8]) {
    let name = format!("c/{file}");
    let mut case = report(&scratch.read(&name));
    let received = &mut case["tries"][0]["streams"]["main"]["received"];
    let mut bytes = base64(received.as_str().expect("it is text"));
    let at = bytes.windows(from.len()).position(|window| window == from).expect("it is there");
    bytes[at..at + to.len()].copy_from_slice(to);
    *received = Value::String(to_base64(&bytes));
    scratch.file(&name, &case.to_string());
}

const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(text: &str) -> Vec<u8> {
    let value = |byte: u8| DIGITS.iter().position(|digit| *digit == byte).map(|at| at as u32);
    let mut out = Vec::new();
    for four in text.trim_end_matches('=').as_bytes().chunks(4) {
        let bits = four.iter().filter_map(|byte| value(*byte)).fold(0, |bits, six| bits << 6 | six);
        let bits = bits << (6 * (4 - four.len()));
        out.extend(&bits.to_be_bytes()[1..four.len()]);
    }
    out
}

fn to_base64(bytes: &[u8]) -> String {
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let mut padded = [0; 4];
        padded[1..=three.len()].copy_from_slice(three);
        let bits = u32::from_be_bytes(padded);
        let digit = |place: usize| char::from(DIGITS[(bits >> (18 - 6 * place)) as usize & 63]);
        out.extend((0..4).map(|place| if place <= three.len() { digit(place) } else { '=' }));
    }
    out
}

#[test]
fn one_byte_of_a_capture_decides() {
    let scratch = Scratch::new();
    captured(&scratch, None, &["--case", "http/answer", "--case", "framing/stream"]);
    let (finished, _) = rechecked(&scratch);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    edit(&scratch, "http--answer.json", b"text/event-stream", b"text/event-strean");
    edit(&scratch, "framing--stream.json", b"\nevent: note", b"\nEvent");
    let (finished, again) = rechecked(&scratch);
    assert_eq!(finished.code, Some(1), "{}", finished.stderr);
    let reason = |id: &str| verdicts(&again)[&format!("\"{id}\"")]["reason"].clone();
    assert_eq!(reason("http/content-type"), "content-type-wrong");
    assert_eq!(reason("framing/field-names"), "near-miss-field");
}

#[test]
fn what_a_capture_cannot_tell_is_counted_and_never_passed() {
    let scratch = Scratch::new();
    captured(&scratch, None, &["--case", "http/answer", "--case", "http/versions"]);
    std::fs::remove_file(scratch.path("c/http--versions.json")).expect("it was there");
    let finished = ssecheck(["recheck", &scratch.path("c")]);
    assert_eq!(finished.code, Some(3), "a part is missing: {}", finished.stdout);
    assert!(finished.stdout.contains("1 check not told by the capture"), "{}", finished.stdout);
    // Steps that have changed since, and a case that is gone.
    let cases = scratch.path("cases");
    assert_eq!(ssecheck(["cases", "export", &cases]).code, Some(0));
    let file = ["http/answer.yaml", "scenarios/http/answer.yaml"]
        .into_iter()
        .find(|name| std::path::Path::new(&scratch.path(&format!("cases/{name}"))).is_file());
    let name = format!("cases/{}", file.expect("it was exported"));
    let text = scratch.read(&name).replace("events: 3", "events: 4");
    scratch.file(&name, &text);
    let finished = ssecheck(["recheck", &scratch.path("c"), "--cases", &scratch.path(&name)]);
    assert_eq!(finished.code, Some(3), "{}", finished.stdout);
    let text = finished.stdout + &finished.stderr;
    assert!(text.contains("not told by the capture") && !text.contains("passed\n"), "{text}");
    assert!(text.contains("do not exist any more: http/versions"), "{text}");
}

#[test]
fn a_damaged_capture_is_refused_with_its_file() {
    let scratch = Scratch::new();
    captured(&scratch, None, &["--case", "http/answer"]);
    let whole = scratch.read("c/http--answer.json");
    let cut = whole.replacen("\"received\":\"", "\"received\":\"=", 1);
    let damages = [whole[..whole.len() / 2].to_owned(), cut, "[]".to_owned(), String::new()];
    for damaged in damages {
        scratch.file("c/http--answer.json", &damaged);
        let finished = ssecheck(["recheck", &scratch.path("c")]);
        assert_eq!(finished.code, Some(2), "{}", finished.stdout);
        assert!(finished.stderr.contains("http--answer.json is damaged"), "{}", finished.stderr);
    }
    scratch.file("c/http--answer.json", &whole.replacen("capture/1", "capture/9", 1));
    let finished = ssecheck(["recheck", &scratch.path("c")]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("ssecheck.capture/9"), "{}", finished.stderr);
    let nothing = ssecheck(["recheck", &scratch.path("absent")]);
    assert_eq!(nothing.code, Some(2), "{}", nothing.stderr);
}

#[test]
fn a_folder_with_other_things_is_left_alone_and_a_capture_is_replaced() {
    let scratch = Scratch::new();
    let mine = scratch.file("c/mine.txt", "mine");
    let refused = ssecheck(["run", "--capture", &scratch.path("c"), "--case", "http/answer"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("is not empty"), "{}", refused.stderr);
    std::fs::remove_file(mine).expect("it is still there");
    for case in ["http/answer", "http/versions"] {
        let run = ssecheck(["run", "--capture", &scratch.path("c"), "--case", case]);
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    }
    let names = std::fs::read_dir(scratch.path("c")).expect("it is there");
    let mut names: Vec<_> = names.map(|one| one.expect("it is there").file_name()).collect();
    names.sort();
    assert_eq!(names, ["capture.json", "http--versions.json"]);
}

#[test]
fn an_interrupted_run_keeps_what_it_had() {
    let scratch = Scratch::new();
    let (capture, json) = (scratch.path("c"), scratch.path("r.json"));
    let mut run = Program::new(["run", "--capture", &capture, "--json", &json]).start();
    let kept = |_: &_| scratch.names().contains(&"c".to_owned()) && files(&scratch) > 1;
    let begun = std::time::Instant::now();
    while !kept(&()) {
        assert!(begun.elapsed() < LIMIT, "no case ever ended");
        run.until(Duration::from_millis(5), |_| false);
    }
    run.signal(Signal::SIGINT);
    assert!(run.finish(LIMIT), "it did not end");
    assert_eq!(run.status.and_then(|status| status.code()), Some(130));
    assert_eq!(report(&scratch.read("r.json"))["interrupted"], true);
    let again = ssecheck(["recheck", &capture, "--json", "-"]);
    assert_eq!(again.code, Some(130), "{}", again.stderr);
    let again = report(&again.stdout);
    assert_eq!(again["conformance"]["verdict"], "incomplete");
    assert_eq!(again["conformance"]["aborted"], "interrupted");
    let told = verdicts(&report(&scratch.read("r.json")));
    let same = verdicts(&again);
    let done = told.iter().filter(|(_, check)| check["reason"] != "not-run");
    let mut count = 0;
    for (id, check) in done {
        count += 1;
        assert_eq!(Some(check), same.get(id));
    }
    assert!(count > 0, "nothing was done");
}

fn files(scratch: &Scratch) -> usize {
    let parts = std::fs::read_dir(scratch.path("c")).map(|all| {
        all.flatten().filter(|one| one.path().extension().is_some_and(|e| e == "json")).count()
    });
    parts.unwrap_or(0)
}

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nDate: Sat, 21 Nov 2026 06:00:00 GMT\r\nX-Accel-Buffering: no\r\n";

/// Judges the bytes on standard input and gives the checks that were not `not-in-capture`.
fn plain(bytes: impl Into<Vec<u8>>) -> (Option<i32>, BTreeMap<String, String>, String) {
    let finished = Program::new(["recheck", "-", "--json", "-"]).stdin(bytes).run(LIMIT);
    let value = report(&finished.stdout);
    let told =
        verdicts(&value).into_iter().filter(|(_, check)| check["reason"] != "not-in-capture");
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let told = told.map(|(id, check)| {
        let word = if check["reason"].is_null() { &check["outcome"] } else { &check["reason"] };
        (id.trim_matches('"').to_owned(), text(word))
    });
    (finished.code, told.collect(), finished.stderr)
}

#[test]
fn streams_that_curl_saved_are_judged_as_far_as_they_tell() {
    // A body alone.
    let (code, told, text) = plain("id: 1\ndata: a\n\nretry: 5x\n\ndata: b\n\n");
    assert_eq!(code, Some(1), "{text}");
    assert_eq!(told["retry/digits"], "retry-not-digits");
    assert_eq!(told["last-event-id/safe"], "pass");
    assert_eq!(told["last-event-id/every-event"], "id-missing");
    assert_eq!((told["framing/utf8"].as_str(), told.get("http/status")), ("pass", None));
    assert_eq!(told.get("http/chunk-syntax"), None);
    // A head and a body without its coding.
    let decoded = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\ndata: a\n\n");
    let (code, told, text) = plain(decoded);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("without its transfer coding"), "{text}");
    assert_eq!((told["http/status"].as_str(), told.get("http/chunk-syntax")), ("pass", None));
    // As it was on the wire.
    let raw = format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n9\r\ndata: a\n\n\r\n0\r\n\r\n");
    let (code, told, text) = plain(raw.clone());
    assert_eq!(code, Some(0), "{text}");
    for check in ["http/chunk-syntax", "http/chunked-once", "http/ends-complete", "framing/tail"] {
        assert_eq!(told[check], "pass", "{check}");
    }
    let (code, told, _) = plain(raw.replace("\r\n0\r\n", "\nx0\r\n"));
    assert_eq!((code, told["http/chunk-syntax"].as_str()), (Some(1), "chunks-malformed"));
    // A head that curl wrote for HTTP/2 is not judged as one of HTTP/1.1.
    let h2 = format!("{}\r\ndata: a\n\n", HEAD.replace("HTTP/1.1 200 OK", "HTTP/2 200 "));
    let (code, told, text) = plain(h2);
    assert_eq!((code, told.get("http/head-syntax")), (Some(0), None), "{text}");
    // A redirect that curl followed.
    let moved = format!(
        "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n{HEAD}\r\ndata: a\n\n"
    );
    let (code, told, text) = plain(moved);
    assert_eq!((code, told["http/redirects"].as_str()), (Some(0), "pass"), "{text}");
}

#[test]
fn files_that_hold_no_stream_are_refused() {
    let scratch = Scratch::new();
    for (name, bytes) in [("empty", ""), ("head", "HTTP/1.1 200 OK\r\nContent-"), ("odd", "HTTP/1")]
    {
        let file = scratch.file(name, bytes);
        let finished = ssecheck(["recheck", &file]);
        let wanted = if name == "odd" { Some(3) } else { Some(2) };
        assert!(finished.code == wanted || name == "odd", "{name}: {:?}", finished.code);
        assert!(finished.stderr.contains("cannot read") || name == "odd", "{}", finished.stderr);
    }
}

#[test]
fn a_stream_of_32_mb_is_judged_within_bounds() {
    let scratch = Scratch::new();
    let event = format!("data: {}\n\n", "x".repeat(1000));
    let many = event.repeat(32 * 1024 * 1024 / event.len());
    let file = scratch.file("many.txt", &many);
    let finished = ssecheck(["recheck", &file]);
    assert_eq!(finished.code, Some(0), "{}{}", finished.stdout, finished.stderr);
    let file = scratch.file("more.txt", &event.repeat(34 * 1024 * 1024 / event.len()));
    let finished = ssecheck(["recheck", &file]);
    assert_eq!(finished.code, Some(2), "{}", finished.stdout);
    assert!(finished.stderr.contains("larger than 33 MiB; cut it"), "{}", finished.stderr);
}
