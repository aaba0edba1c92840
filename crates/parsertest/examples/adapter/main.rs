//! An adapter that works, and adapters and parsers that do not: what the tests of the runner run.
//!
//! `adapter` puts the crate's own parser behind `sse-adapter/1`; copy `ssecheck_parsertest::own` for
//! another one. `adapter FAULT [N]` has a fault, in the adapter (from case N on) or in its parser.

use std::env::args;
use std::io::{self, BufRead as _, Read as _, Write as _, stdin, stdout};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

mod naive;

use naive::Naive;

fn main() -> io::Result<()> {
    let fault = args().nth(1).unwrap_or_default();
    let at = args().nth(2).and_then(|number| number.parse().ok()).unwrap_or_default();
    match fault.as_str() {
        "" => ssecheck_parsertest::own::serve(stdin().lock(), stdout().lock()),
        "plain" => plain(""),
        "plain-crlf" => plain("no-cr"),
        "plain-fails" => Err(io::Error::other("as it should")),
        "silent" => hang(),
        "no-hello" => say(&json!({"hello": "world"})),
        "version" => say(&json!({"sse_adapter": 2, "parser": "later"})),
        "early-end" => Err(io::Error::other("no parser is installed")),
        _ => serve(&fault, at),
    }
}

fn hang() -> ! {
    loop {
        std::thread::park();
    }
}

fn say(line: &Value) -> io::Result<()> {
    ssecheck_parsertest::own::say(&mut stdout().lock(), line)
}

fn hello(fault: &str) -> Value {
    let window = if fault.ends_with("-window") { 8 } else { 1 };
    let (id, chunks) = match fault {
        "own-id" => ("own", "exact"),
        "whole" => ("last", "none"),
        _ => ("last", "exact"),
    };
    json!({"sse_adapter": 1, "parser": format!("naive {fault}"), "caps": {
        "id": id, "chunks": chunks, "retry": "list", "final": ["last_event_id"], "window": window,
        "empty_chunks": true, "seed": true,
    }})
}

fn serve(fault: &str, at: usize) -> io::Result<()> {
    say(&hello(fault))?;
    let mut kept = None;
    for (number, line) in stdin().lock().split(b'\n').enumerate() {
        let case: Value = serde_json::from_slice(&line?)?;
        let answer = answer(&case, fault)?;
        if number < at {
            say(&answer)?;
            continue;
        }
        match fault {
            "dies" => return Err(io::Error::other(format!("no case {number} today"))),
            "dies-once-window" if case["id"].as_str().is_some_and(|id| id.contains("bom")) => {
                return Err(io::Error::other("a byte order mark"));
            }
            "hangs" => hang(),
            "garbage" => writeln!(stdout(), "Traceback (most recent call last):")?,
            "not-ascii" => {
                writeln!(stdout(), r#"{{"id": {}, "out": [], "error": "é"}}"#, case["id"])?;
            }
            "unknown-key" => say(&json!({"id": case["id"], "events": []}))?,
            "beyond" => say(&json!({"id": case["id"], "out": [{"k": 99_999, "c": ""}]}))?,
            "other-id" => say(&json!({"id": "x", "out": []}))?,
            "twice" => [&answer, &answer].into_iter().try_for_each(say)?,
            "swaps-window" => match kept.take() {
                None => kept = Some(answer),
                Some(first) => [&answer, &first].into_iter().try_for_each(say)?,
            },
            "floods-stderr" => {
                io::stderr().write_all(&vec![b'e'; 1 << 20])?;
                say(&answer)?;
            }
            "huge-line" => endless()?,
            "closes" => return close_and_stay(),
            _ => say(&answer)?,
        }
    }
    if fault == "ignores-eof" { hang() } else { Ok(()) }
}

/// A line that has no end.
fn endless() -> io::Result<()> {
    loop {
        stdout().write_all(&[b' '; 1 << 16])?;
    }
}

/// Ends its output without ending itself: the shell that it becomes closes it.
fn close_and_stay() -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(std::process::Command::new("sh").args(["-c", "exec >&- 2>&-; sleep 600"]).exec())
}

fn answer(case: &Value, fault: &str) -> io::Result<Value> {
    let seed = case["last_event_id"].as_str().unwrap_or_default();
    let mut parser = Naive::new(fault, seed);
    let chunks = case["chunks"].as_array().map(Vec::as_slice).unwrap_or_default();
    for chunk in chunks {
        let bytes = BASE64_STANDARD.decode(chunk.as_str().unwrap_or_default());
        parser.feed(&bytes.map_err(io::Error::other)?);
    }
    parser.end();
    Ok(json!({
        "id": case["id"],
        "out": parser.out,
        "final": {"last_event_id": parser.last_event_id},
        "error": parser.error,
    }))
}

fn plain(fault: &str) -> io::Result<()> {
    let mut stream = Vec::new();
    stdin().lock().read_to_end(&mut stream)?;
    let mut parser = Naive::new(fault, "");
    parser.feed(&stream);
    parser.end();
    say(&json!({"out": parser.out, "error": parser.error, "caps": {"retry": "list"}}))
}
