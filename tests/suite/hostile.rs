//! Servers that want to hurt: each run ends, in bounded time and memory, with a word of its own.

use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::process::Running;
use crate::support::program::{Finished, path, ssecheck};
use crate::support::raw::{Raw, request};

/// Far more than a run takes here: its own budgets are a fifth of the usual ones.
const LIMIT: Duration = Duration::from_secs(120);
/// Address space of the program, in KiB. Half a gigabyte of it is what a debug build maps anyhow.
const MEMORY_KIB: u32 = 1_000_000;
/// What the floods send at once, in bytes.
const PIECE: usize = 64 * 1024;

const STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n";

/// Judges `server` by a few cases that read its stream, with little memory.
fn judge(server: &Raw) -> Finished {
    let mut command = Command::new("sh");
    // glibc keeps one arena for each thread otherwise, of 64 MiB address space each.
    let script = format!("ulimit -v {MEMORY_KIB}; MALLOC_ARENA_MAX=2 exec \"$0\" \"$@\"");
    command.arg("-c").arg(script).arg(path());
    command.args(["run", &server.url(), "--time-scale", "0.2"]);
    for case in ["http/answer", "http/delimiting", "http/identity", "framing/stream"] {
        command.args(["--case", case]);
    }
    let mut running = Running::start(command, Vec::new());
    assert!(running.finish(LIMIT), "it did not end");
    Finished::from(&running)
}

fn assert_unreachable(server: &Raw, word: &str) {
    let finished = judge(server);
    assert_eq!(finished.code, Some(3), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stderr.starts_with("error: the target cannot be reached"));
    assert!(finished.stderr.contains(word), "{word:?} in {}", finished.stderr);
}

fn assert_fails(server: &Raw, check: &str) {
    let finished = judge(server);
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert!(finished.stdout.contains(&format!("FAIL  {check}")), "{}", finished.stdout);
}

/// For streams that are odd but break no rule that a server is bound to.
fn assert_ends(server: &Raw) -> Finished {
    let finished = judge(server);
    let text = format!("{}{}", finished.stdout, finished.stderr);
    assert!(matches!(finished.code, Some(0 | 1 | 3)), "{:?}: {text}", finished.code);
    finished
}

/// One byte again and again, without an end.
fn flood(head: String, byte: u8) -> Raw {
    Raw::saying(head, move |_| Some(vec![byte; PIECE]))
}

#[test]
fn an_endless_head() {
    let server =
        Raw::saying("HTTP/1.1 200 OK\r\n", |n| Some(format!("X-{n}: filler\r\n").into_bytes()));
    assert_unreachable(&server, "head");
    assert_unreachable(&flood("HTTP/1.1 200 OK\r\nX: ".to_owned(), b'a'), "head longer than");
}

#[test]
fn a_head_of_one_byte_at_a_time() {
    let server = Raw::start(|mut socket| {
        request(&mut socket);
        for byte in format!("{STREAM}\r\n").bytes() {
            if socket.write_all(&[byte]).is_err() {
                break;
            }
            // Slowness is the thing itself here; the run must not wait for the end of it.
            std::thread::sleep(Duration::from_secs(1));
        }
    });
    assert_unreachable(&server, "timed out");
}

#[test]
fn bytes_that_are_no_http() {
    let garbage: Vec<u8> = (0..=255).cycle().take(4096).collect();
    assert_unreachable(&Raw::saying(garbage, |_| None), "not an HTTP answer");
    assert_unreachable(&Raw::saying("\u{1b}[31mred\u{7}\r\n\r\n", |_| None), "not an HTTP answer");
    assert_unreachable(&flood(String::new(), 0), "not an HTTP answer");
}

#[test]
fn a_connection_that_is_closed_at_once() {
    assert_unreachable(&Raw::start(|mut socket| drop(request(&mut socket))), "closed");
}

#[test]
fn a_connection_that_is_reset_at_once() {
    // A socket that is dropped with unread bytes sends RST.
    let server = Raw::start(|socket: TcpStream| {
        let _ = socket.peek(&mut [0]);
    });
    assert_unreachable(&server, "reset");
}

#[test]
fn a_chunk_of_a_gigabyte() {
    let head = format!("{STREAM}Transfer-Encoding: chunked\r\n\r\n40000000\r\n");
    assert_ends(&flood(head, b'x'));
}

#[test]
fn chunk_sizes_that_fit_no_number_and_chunk_lines_without_end() {
    let head = |line: &str| format!("{STREAM}Transfer-Encoding: chunked\r\n\r\n{line}");
    assert_fails(&flood(head("ffffffffffffffffff\r\n"), b'x'), "http/chunk-syntax");
    assert_fails(&flood(head("5;"), b'x'), "http/chunk-syntax");
}

#[test]
fn an_endless_line() {
    assert_ends(&flood(format!("{STREAM}Connection: close\r\n\r\ndata: "), b'x'));
}

#[test]
fn zeros_without_end() {
    assert_ends(&flood(format!("{STREAM}Connection: close\r\n\r\n"), 0));
}

#[test]
fn line_breaks_without_end() {
    assert_ends(&flood(format!("{STREAM}Connection: close\r\n\r\n"), b'\n'));
}

#[test]
fn tiny_events_without_end() {
    let piece = "data\n\n".repeat(PIECE / 6).into_bytes();
    let head = format!("{STREAM}Connection: close\r\n\r\n");
    assert_ends(&Raw::saying(head, move |_| Some(piece.clone())));
}

#[test]
fn a_bomb_of_gzip() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..256 {
        bomb.write_all(&vec![b'a'; 1024 * 1024]).expect("memory takes all");
    }
    let mut bomb = Some(bomb.finish().expect("memory takes all"));
    let first = bomb.take().unwrap_or_default();
    let head = format!("{STREAM}Content-Encoding: gzip\r\nConnection: close\r\n\r\n");
    let server = Raw::saying(head, move |n| (n == 0).then(|| first.clone()));
    assert_fails(&server, "http/identity");
}

#[test]
fn escape_sequences_of_the_server_reach_no_terminal() {
    let evil = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m";
    let head = format!("HTTP/1.1 200 {evil}\r\nContent-Type: {evil}\r\nX-{evil}: {evil}\r\n\r\n");
    let server = Raw::saying(head, |_| None);
    let finished = judge(&server);
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    let text = finished.stdout + &finished.stderr;
    assert!(text.contains("content-type"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{text:?}");
}

#[test]
fn escape_sequences_in_events_reach_no_terminal_and_no_ci_log() {
    let body = "event: \u{1b}[2J\nid: \u{1b}]0;owned\u{7}\ndata: \u{1b}[31m\n\n\
                \u{1b}[2J text\n::error::owned\n##[error]owned\n\n";
    let server = Raw::saying(format!("{STREAM}Connection: close\r\n\r\n{body}"), |_| None);
    for more in [&[][..], &["--github"], &["--markdown", "-"], &["--junit", "-"], &["--json", "-"]]
    {
        let url = server.url();
        let arguments =
            ["run", &url, "--time-scale", "0.2", "--strict", "--case", "framing/stream"];
        let finished = ssecheck(arguments.iter().chain(more));
        assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
        let text = finished.stdout + &finished.stderr;
        assert!(text.contains("framing/stray-text"), "{text}");
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{more:?}: {text:?}");
        // What is meant for a file is not read by a CI system as commands.
        let logged = matches!(more, [] | ["--github"]);
        let command = |line: &str| line.starts_with("::error::") || line.contains("##[");
        assert!(!logged || !text.lines().any(command), "{more:?}: {text}");
    }
}
