//! Bytes of a server that would hurt a terminal, a CI log, an XML reader or a web page.

use std::time::Duration;

use crate::support::program::{Finished, Program, ssecheck};
use crate::support::raw::Raw;
use crate::support::scratch::Scratch;

const LIMIT: Duration = Duration::from_secs(120);

/// Escape sequences (also OSC 8 links and C1), bidirectional marks, what ends CDATA, scripts, fences
/// and tables, commands of CI systems, and what XML cannot hold.
const EVIL: &str = "\u{1b}]8;;http://evil/\u{7}link\u{1b}]8;;\u{7}\u{9b}31m\u{90}q\u{9c}\u{202e}gnp\
    \u{2066}]]></failure></system-out><script>alert(1)</script>``` `x` |a|b| <img src=x> &amp;\
    \u{fffe}\u{b}\u{c} ##[error]owned ##vso[task.x]y";

fn stream() -> String {
    let lines = "::error::owned\n##[error]owned\n::add-mask::x\n::stop-commands::y\n";
    let long = "x".repeat(1024 * 1024);
    format!(
        "event: {EVIL}\nid: {EVIL}\ndata: {EVIL}\n\n: {EVIL}\n\nData: {EVIL}\n{EVIL}\n{lines}\n\
         data: {long}\n\nData: {long}\n\n{long}{EVIL}\n\nretry: {EVIL}\n\n"
    )
}

/// A server that sends all of it.
pub(crate) fn server() -> Raw {
    let long = EVIL.replace(['\u{b}', '\u{c}'], "").repeat(20);
    let head = format!(
        "HTTP/1.1 200 {EVIL}\r\nContent-Type: text/event-stream; charset={long}\r\nVary: {long}\r\n\
         Cache-Control: {EVIL}\r\nContent-Encoding: {EVIL}\r\nAccess-Control-Allow-Origin: {long}\r\n\
         Connection: close\r\n\r\n{}",
        stream()
    );
    Raw::saying(head, |_| None)
}

/// Has it judged.
pub(crate) fn run(server: &Raw, more: &[&str]) -> Finished {
    let url = server.url();
    let cases = [
        "--case",
        "framing/stream",
        "--case",
        "http/answer",
        "--case",
        "cors/*",
        "--case",
        "retry/*",
    ];
    let run = ["run", &url, "--time-scale", "0.2", "--strict", "--jobs", "8"];
    ssecheck(run.iter().chain(&cases).chain(more))
}

/// Nothing that acts on its own: not in terminals, not in CI logs.
fn assert_harmless(what: &str, text: &str) {
    let acts = |c: &char| {
        (c.is_control() && *c != '\n')
            || matches!(*c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}')
    };
    let found = text.chars().find(acts);
    assert_eq!(found, None, "{what}");
    for line in text.lines() {
        assert!(!line.contains("##[") && !line.contains("##vso["), "{what}: {line}");
        assert!(!line.trim_start().starts_with("::"), "{what}: {line}");
        assert!(line.chars().count() < 20_000, "{what}: a line of {} bytes", line.len());
    }
}

#[test]
fn no_format_lets_hostile_bytes_act() {
    let server = server();
    let text = run(&server, &[]);
    assert_eq!(text.code, Some(1), "{}{}", text.stdout, text.stderr);
    assert_harmless("text", &text.stdout);
    assert_harmless("standard error", &text.stderr);
    for format in ["--markdown", "--junit", "--json"] {
        let finished = run(&server, &[format, "-"]);
        assert_harmless(format, &finished.stdout);
        assert_harmless("human text", &finished.stderr);
    }
    let github = run(&server, &["--github"]);
    for line in github.stdout.lines() {
        assert!(line.starts_with("::error ") || line.starts_with("::warning "), "{line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
        assert!(line.len() < 20_000, "{} bytes", line.len());
    }
}

#[test]
fn markdown_and_xml_stay_what_they_are() {
    let server = server();
    let scratch = Scratch::new();
    let (markdown, junit) = (scratch.path("r.md"), scratch.path("r.xml"));
    run(&server, &["--markdown", &markdown, "--junit", &junit]);
    let (markdown, junit) = (scratch.read("r.md"), scratch.read("r.xml"));
    let mut fence: Option<String> = None;
    for line in markdown.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) => fence = (line != open.as_str()).then(|| open.clone()),
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                assert!(!line.contains("<script") && !line.contains("<img"), "{line}");
                let row = line.starts_with("| ");
                assert!(
                    !row || [7, 8].contains(&line.split(" |").count())
                        || line.split(" |").count() == 6,
                    "{line}"
                );
            }
        }
    }
    assert_eq!(fence, None, "a fence stays open");
    // Tags are those of JUnit alone, and every ampersand begins an entity.
    for tag in junit.split('<').skip(1) {
        let name = tag.trim_start_matches('/').split([' ', '>', '\n']).next().unwrap_or_default();
        let known = ["?xml", "testsuites", "testsuite", "properties", "property", "testcase"];
        let more = ["failure", "error", "skipped", "system-out"];
        assert!(known.contains(&name) || more.contains(&name), "<{name}");
    }
    for entity in junit.split('&').skip(1) {
        assert!(entity.split_once(';').is_some_and(|(name, _)| name.len() < 7), "&{entity:.20}");
    }
    assert!(!junit.contains("]]>"));
    assert!(!junit.contains("<script"));
    assert!(markdown.contains("more bytes)") || markdown.contains("more characters"));
}

#[test]
fn a_saved_stream_is_as_harmless_as_a_live_one() {
    let finished = Program::new(["recheck", "-"]).stdin(stream()).run(LIMIT);
    assert_eq!(finished.code, Some(1), "{}{}", finished.stdout, finished.stderr);
    assert_harmless("recheck", &finished.stdout);
}
