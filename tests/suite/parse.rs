//! `ssecheck parse`: what a stream says, as JSON lines.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::program::{self, Finished, Program, ssecheck};
use crate::support::scratch::Scratch;

const LIMIT: Duration = Duration::from_secs(60);

fn parsed(stream: impl Into<Vec<u8>>, more: &[&str]) -> Finished {
    Program::new(["parse"].iter().chain(more)).stdin(stream).run(LIMIT)
}

fn lines(finished: &Finished) -> Vec<Value> {
    let one = |line: &str| serde_json::from_str(line).expect("each line is JSON");
    finished.stdout.lines().map(one).collect()
}

#[test]
fn items_and_lints_come_in_the_order_of_the_stream() {
    let finished = parsed(": hi\nid: 7\nretry: 3000\ndata: a\n\nData: b\n\n", &[]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let expected = [
        json!({"comment": {"text": " hi", "bytes": [0, 4]}}),
        json!({"retry": {"ms": 3000, "bytes": [11, 22]}}),
        json!({"id": {"value": "7", "bytes": [5, 10]}}),
        json!({"event": {"type": "message", "data": "a", "last_event_id": "7", "bytes": [0, 32]}}),
        json!({"lint": {"code": "near-miss-field", "about": ["R35", "D046"], "bytes": [32, 36]}}),
        json!({"end": {"bytes": 41, "last_event_id": "7", "retry": 3000}}),
    ];
    assert_eq!(lines(&finished), expected);
}

#[test]
fn lints_can_be_left_out() {
    let finished = parsed("\u{feff}data: a\n\n", &["--no-lints"]);
    let keys: Vec<Value> = lines(&finished);
    assert_eq!(keys.len(), 2, "{keys:?}");
    assert_eq!(keys[0]["event"]["data"], "a");
}

#[test]
fn a_file_reads_like_standard_input_and_its_unfinished_tail_is_named() {
    let scratch = Scratch::new();
    let text = "data: a\n\ndata: b\n";
    let path = scratch.file("stream.txt", text);
    let from_file = ssecheck(["parse", &path]);
    assert_eq!(from_file.stdout, parsed(text, &["-"]).stdout);
    assert_eq!(lines(&from_file).last().expect("an end")["end"]["discarded"], json!([9, 17]));
}

#[test]
fn what_could_harm_a_terminal_is_escaped_and_means_the_same() {
    let finished = parsed("data: \u{1b}[2J\u{9b}\u{202e}##[x]\n\n", &[]);
    assert!(finished.stdout.is_ascii(), "{}", finished.stdout);
    assert_eq!(lines(&finished)[0]["event"]["data"], "\u{1b}[2J\u{9b}\u{202e}##[x]");
}

#[test]
fn a_stream_beyond_the_limits_ends_with_an_error_and_exit_code_1() {
    let finished = parsed([b"data: ".to_vec(), vec![b'x'; 17 << 20]].concat(), &[]);
    assert_eq!(finished.code, Some(1));
    let last = lines(&finished).pop().expect("an end");
    let error = last["end"]["error"].as_str().expect("an error");
    assert!(error.starts_with("line longer than 16777216 bytes"), "{error}");
}

#[test]
fn a_file_that_cannot_be_read_is_one_error() {
    for path in ["/nonexistent/stream", "/"] {
        let finished = ssecheck(["parse", path]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
        assert!(finished.stderr.starts_with("error: cannot read /"), "{}", finished.stderr);
        assert_eq!(finished.stderr.lines().count(), 1);
    }
}

#[test]
fn an_event_is_shown_while_the_stream_is_still_open() {
    let mut child = Command::new(program::path())
        .arg("parse")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut stdin = child.stdin.take().expect("piped");
    let mut out = BufReader::new(child.stdout.take().expect("piped")).lines();
    for data in ["first", "second"] {
        stdin.write_all(format!("data: {data}\n\n").as_bytes()).expect("it reads");
        // Blocks for ever if the line waits for more input; the test runner's limit ends that.
        let line = out.next().expect("a line").expect("it is text");
        assert!(line.contains(data), "{line}");
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}
