//! What a target says never steers the terminal, and never ends the program by a bug.

use std::io::Write;
use std::net::TcpStream;

use super::tools::{SHORT, load, report};
use crate::support::program::Finished;
use crate::support::raw::{Raw, request};
use crate::support::scratch::Scratch;

/// Sets the title of a terminal, clears it, and colours it.
const ESCAPES: &str = "\u{1b}]0;pwned\u{7}\u{1b}[2J\u{1b}[31m\u{9b}31m";

fn assert_is_tame(finished: &Finished) {
    for text in [&finished.stdout, &finished.stderr] {
        let wild = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
        assert_eq!(wild, None, "{text:?}");
    }
}

/// Asserts that no format has a control character, whatever the server says.
fn assert_tame_in_all_formats(server: &Raw, code: i32, more: &[&str]) -> String {
    let scratch = Scratch::new();
    let json = scratch.path("r.json");
    let url = server.url();
    let run = load(&[&[url.as_str(), "-c", "3", "-d", "300ms", "--json", &json], more].concat());
    assert_eq!(run.code, Some(code), "{}{}", run.stdout, run.stderr);
    assert_is_tame(&run);
    report(&scratch, "r.json", &run);
    for format in ["--markdown", "--junit", "--csv", "--openmetrics"] {
        let from = ["report", "--from", &json, "--allow-doubts", format, "-"];
        let again = crate::support::program::ssecheck(from);
        assert!(!again.stdout.is_empty(), "{format}: {}", again.stderr);
        assert_is_tame(&again);
    }
    let github = ["report", "--from", &json, "--allow-doubts", "--github"];
    assert_is_tame(&crate::support::program::ssecheck(github));
    run.stdout
}

#[test]
fn escape_sequences_in_status_text_and_fields() {
    let head = format!(
        "HTTP/1.1 500 {ESCAPES}\r\nX-Wild: {ESCAPES}\r\nRetry-After: {ESCAPES}\r\n\
         Content-Length: 0\r\n\r\n"
    );
    let stdout = assert_tame_in_all_formats(&Raw::saying(head, |_| None), 3, &[]);
    assert!(stdout.contains("status-500"), "{stdout}");
    let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/{ESCAPES}html\r\n\r\n");
    let stdout = assert_tame_in_all_formats(&Raw::saying(head, |_| None), 3, &[]);
    assert!(stdout.contains("NOTHING MEASURED"), "{stdout}");
    let head = format!("HTTP/1.1 302 Found\r\nLocation: http://{ESCAPES}/\r\n\r\n");
    assert_tame_in_all_formats(&Raw::saying(head, |_| None), 3, &[]);
    let head = format!("{ESCAPES} what is this\r\n\r\n");
    assert_tame_in_all_formats(&Raw::saying(head, |_| None), 3, &[]);
}

#[test]
fn escape_sequences_in_events_ids_and_comments() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    let events = |n: usize| {
        let event = format!(
            ": {ESCAPES}\nevent: {ESCAPES}\nid: {ESCAPES}{n}\nretry: {ESCAPES}\ndata: {ESCAPES}\n\n"
        );
        (n < 20).then(|| event.into_bytes())
    };
    for sequence in ["id", "none", "/number"] {
        let server = Raw::saying(head, events);
        assert_tame_in_all_formats(&server, 0, &["--sequence", sequence]);
    }
}

/// A stream for everyone, and a publish hook that answers with this.
fn hub(answer: String) -> Raw {
    Raw::start(move |mut socket: TcpStream| {
        let said = match request(&mut socket).as_deref() {
            Some("POST") => socket.write_all(answer.as_bytes()),
            _ => socket.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n",
            ),
        };
        if said.is_ok() {
            let _ = request(&mut socket);
        }
    })
}

#[test]
fn escape_sequences_in_the_answer_of_the_publish_hook() {
    let answer = format!("HTTP/1.1 500 {ESCAPES}\r\nX: {ESCAPES}\r\nContent-Length: 0\r\n\r\n");
    let server = hub(answer);
    let scratch = Scratch::new();
    let plan = scratch.file("plan.yaml", SHORT);
    let url = server.url();
    let finished = load(&[&url, "--publish", "/publish", "--plan", &plan]);
    assert_is_tame(&finished);
    assert!(finished.stdout.contains("status-500"), "{}", finished.stdout);
}

#[test]
fn an_endless_line_and_an_endless_head_end_the_stream_and_not_the_program() {
    let endless = |head: &str| Raw::saying(head, |_| Some(vec![b'a'; 64 * 1024]));
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: ";
    let finished = load(&[&endless(head).url(), "-c", "1", "-d", "500ms"]);
    assert!(matches!(finished.code, Some(0 | 3)), "{}{}", finished.stdout, finished.stderr);
    let finished = load(&[&endless("HTTP/1.1 200 OK\r\nX: ").url(), "-c", "1", "-d", "500ms"]);
    assert_eq!(finished.code, Some(3), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains("NOTHING MEASURED"), "{}", finished.stdout);
}
