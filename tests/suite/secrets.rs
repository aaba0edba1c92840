//! A server that echoes credentials wherever it can: nothing that is written shows them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::offline::base64;
use crate::support::program::{Finished, Program};
use crate::support::raw::Raw;
use crate::support::scratch::Scratch;

const LIMIT: Duration = Duration::from_secs(120);
/// With signs that have another form in URLs, JSON and HTML.
const TOKEN: &str = "s3cr3t/T0ken+of&the\"owner=";
/// Each way in which it may be written, and the other secrets of the target file and the server.
const FORBIDDEN: [&str; 9] = [
    TOKEN,
    "s3cr3t%2FT0ken%2Bof%26the%22owner%3D",
    "s3cr3t/T0ken+of&the\\\"owner=",
    "s3cr3t/T0ken+of&amp;the&quot;owner=",
    "c00kie-of-the-owner",
    "0ther-t0ken",
    "query-t0ken-value",
    "set-c00kie-value",
    "l0cation-token-value",
];

const TARGET: &str = "url: '${WHERE}?access_token=query-t0ken-value'
headers: { authorization: 'Bearer ${TOKEN}', cookie: 'sid=c00kie-of-the-owner' }
provides: [ids, retry]
stranger: { headers: { authorization: 'Bearer 0ther-t0ken' } }
cors: { allowed_origin: 'https://app.example' }
";

fn head_of(socket: &mut TcpStream) -> Option<String> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn field(head: &str, name: &str) -> String {
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(name));
    line.and_then(|line| line.split_once(": ")).map_or("-", |(_, value)| value).to_owned()
}

/// An answer whose body comes in chunks that cut the token in two.
fn chunked(head: &str, body: &str) -> Vec<u8> {
    let mut out = format!("{head}Transfer-Encoding: chunked\r\n\r\n").into_bytes();
    for piece in body.as_bytes().chunks(7) {
        out.extend(format!("{:x}\r\n", piece.len()).bytes().chain(piece.iter().copied()));
        out.extend(b"\r\n");
    }
    out
}

fn echo(mut socket: TcpStream) {
    let Some(head) = head_of(&mut socket) else { return };
    let (auth, cookie) = (field(&head, "authorization: "), field(&head, "cookie: "));
    let target = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let html = auth.replace('&', "&amp;").replace('"', "&quot;");
    let answer = match head.split(' ').next().unwrap_or_default() {
        "GET" if head.contains("accept: */*") => format!(
            "HTTP/1.1 307 Moved\r\nLocation: /again?token=l0cation-token-value&was={auth}\r\nContent-Length: 0\r\n\r\n"
        )
        .into_bytes(),
        "GET" => {
            let json = auth.replace('"', "\\\"");
            let body = format!(
                "id: {auth}\nevent: {auth}\ndata: {auth}\n\ndata: {{\"auth\": \"{json}\"}}\n\n: {cookie}\n\n\
                 retry: {auth}\nData: {auth}\n{auth} went wrong at {target}\n\nid: x\0{cookie}\ndata: {target}\n\n"
            );
            let head = format!(
                "HTTP/1.1 200 {auth}\r\nContent-Type: text/event-stream;charset={auth}\r\n\
                 Access-Control-Allow-Origin: {auth}\r\nVary: {cookie}\r\nX-You: {auth} \r\n\
                 Set-Cookie: session=set-c00kie-value; Path=/\r\n"
            );
            chunked(&head, &body)
        }
        method => format!(
            "HTTP/1.1 500 No\r\nContent-Type: text/html\r\nAllow: {auth}\r\nConnection: close\r\n\r\n\
             <h1>{method} {target} by {html}</h1>{cookie}"
        )
        .into_bytes(),
    };
    if socket.write_all(&answer).is_ok() {
        // The peer ends the connection.
        let _ = socket.read(&mut [0; 64]);
    }
}

fn run(server: &Raw, scratch: &Scratch, more: &[&str]) -> Finished {
    let target = scratch.file("target.yaml", TARGET);
    let run = ["run", "--target", &target, "--strict", "--time-scale", "0.2", "--jobs", "8"];
    let run = Program::new(run.iter().chain(more));
    run.env("WHERE", &server.url()).env("TOKEN", TOKEN).run(LIMIT)
}

fn assert_clean(what: &str, text: &str) {
    for secret in FORBIDDEN {
        let at = text.find(secret);
        let around = at.map(|at| {
            let from = text[..at].char_indices().rev().nth(60).map_or(0, |(i, _)| i);
            text[from..].chars().take(200).collect::<String>()
        });
        assert_eq!(around, None, "{what} shows {secret}");
    }
    // Hexdumps, without the gaps of the text form.
    let hex: String = text.chars().filter(|c| *c != ' ').collect();
    for secret in FORBIDDEN {
        let secret: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!hex.contains(&secret), "{what} shows a secret in hexadecimal");
    }
}

/// Every text in a JSON document, and what it decodes to.
fn assert_clean_json(what: &str, value: &Value) {
    match value {
        Value::String(text) => {
            assert_clean(what, text);
            assert_clean(what, &String::from_utf8_lossy(&base64(text)));
            assert_clean(what, &unchunked(&base64(text)));
        }
        Value::Array(all) => all.iter().for_each(|one| assert_clean_json(what, one)),
        Value::Object(all) => all.values().for_each(|one| assert_clean_json(what, one)),
        _ => {}
    }
}

/// Received bytes without their chunk lines.
fn unchunked(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).split("\r\n").filter(|line| line.len() != 1).collect()
}

#[test]
fn no_output_shows_a_secret_that_the_server_echoes() {
    let server = Raw::start(echo);
    let scratch = Scratch::new();
    let [json, junit, markdown, capture] =
        ["r.json", "r.xml", "r.md", "c"].map(|name| scratch.path(name));
    let files =
        ["--json", &json, "--junit", &junit, "--markdown", &markdown, "--capture", &capture];
    let text = run(&server, &scratch, &files);
    assert_eq!(text.code, Some(1), "{}{}", text.stdout, text.stderr);
    assert!(text.stdout.contains("***"), "{}", text.stdout);
    let github = run(&server, &scratch, &["--github"]);
    let recheck = Program::new(["recheck", &capture]).run(LIMIT);
    for (what, finished) in [("text", &text), ("github", &github), ("recheck", &recheck)] {
        assert_clean(what, &finished.stdout);
        assert_clean(what, &finished.stderr);
    }
    for name in ["r.json", "r.xml", "r.md"] {
        assert_clean(name, &scratch.read(name));
    }
    let report: Value = serde_json::from_str(&scratch.read("r.json")).expect("it is JSON");
    assert_clean_json("r.json", &report);
    for file in std::fs::read_dir(&capture).expect("it is there").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("it is text");
        let value: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_clean(&file.path().display().to_string(), &text);
        assert_clean_json(&file.path().display().to_string(), &value);
    }
    same_verdicts(&report, &capture);
}

/// What was hidden changes no verdict.
fn same_verdicts(live: &Value, capture: &str) {
    let again = Program::new(["recheck", capture, "--json", "-"]).run(LIMIT);
    let again: Value = serde_json::from_str(&again.stdout).expect("it is JSON");
    let verdicts = |report: &Value| -> Vec<[String; 3]> {
        let checks = report["conformance"]["checks"].as_array().expect("there are checks").iter();
        checks.map(|c| ["id", "outcome", "reason"].map(|key| c[key].to_string())).collect()
    };
    let untold = |check: &&[String; 3]| check[2] == "\"not-in-capture\"";
    let again = verdicts(&again);
    assert_eq!(again.iter().filter(untold).count(), 0, "something cannot be told");
    assert_eq!(verdicts(live), again);
}

#[test]
fn what_is_too_short_to_hide_is_named() {
    let server = Raw::start(echo);
    let scratch = Scratch::new();
    let target = scratch.file("t.yaml", "url: '${WHERE}'\nheaders: { x-api-key: abc }\n");
    let run =
        Program::new(["run", "--target", &target, "--case", "http/answer", "--time-scale", "0.2"]);
    let run = run.env("WHERE", &server.url()).run(LIMIT);
    assert!(
        run.stdout.contains("too short to hide (under 4 characters): `x-api-key`"),
        "{}",
        run.stdout
    );
}

#[test]
fn complaints_show_no_secret_either() {
    let scratch = Scratch::new();
    let target = scratch.file("t.yaml", "url: 'http://127.0.0.1:1/?token=query-t0ken-value'\n");
    let run = Program::new(["run", "--target", &target]).run(LIMIT);
    assert_eq!(run.code, Some(3));
    assert_clean("standard error", &run.stderr);
    let load = Program::new(["load", "--target", &target, "-c", "1", "-d", "1s"]).run(LIMIT);
    assert_clean("load", &(load.stdout + &load.stderr));
    let run = Program::new(["run", "http://user:passw0rd@127.0.0.1:1/"]).run(LIMIT);
    assert!(!run.stderr.contains("passw0rd"), "{}", run.stderr);
    let run = Program::new(["run", "http://user:passw0rd@127.0.0.1:99999/"]).run(LIMIT);
    assert!(!run.stderr.contains("passw0rd"), "{}", run.stderr);
}

#[test]
fn a_redirect_carries_no_credentials_to_another_origin() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&heads);
    let other = Raw::start(move |mut socket| {
        seen.lock().expect("nobody panicked").extend(head_of(&mut socket));
        let stream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\ndata: a\n\n";
        // The peer may have left.
        let _ = socket.write_all(stream.as_bytes());
    });
    let elsewhere = other.url();
    let server = Raw::start(move |mut socket| {
        let Some(_) = head_of(&mut socket) else { return };
        let moved =
            format!("HTTP/1.1 307 Moved\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
        // The peer may have left.
        let _ = socket.write_all(moved.as_bytes());
    });
    let scratch = Scratch::new();
    run(&server, &scratch, &["--case", "http/*", "--case", "cors/*", "--case", "last-event-id/*"]);
    let heads = heads.lock().expect("nobody panicked");
    assert!(!heads.is_empty(), "no redirect was followed");
    for head in heads.iter() {
        let lower = head.to_ascii_lowercase();
        assert!(!lower.contains("authorization:") && !lower.contains("cookie:"), "{head}");
        assert_clean("a request to another origin", head);
    }
}
