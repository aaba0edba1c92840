//! The same streams through a browser's own EventSource, over HTTP in chunks: our parser says the
//! same, event by event, id by id, and so does the Last-Event-ID of the request that follows.
//!
//! `SSECHECK_BROWSER_STREAMS` and `SSECHECK_BROWSER_SEED` ask for more random streams, and others.

mod page;
mod subject;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::json;
use ssecheck_testbed::{Config, Scripts, Testbed};

use page::{Observed, Page};
use subject::{Subject, difference, events};

use crate::support::chromium::{self, Browser};
use crate::support::skipped::{say, skip};

/// Without a wish for more.
const STREAMS: usize = 400;
/// A browser keeps six connections to a host, so it gets eight hosts.
const HOSTS: u8 = 8;
/// Between two chunks, so that the browser reads each alone.
const PAUSE: Duration = Duration::from_millis(2);
/// How long nothing may come from the page: more than it takes to start, and to give up a stream.
const SILENCE: Duration = Duration::from_secs(120);

/// All that was seen.
struct Seen {
    subjects: Vec<Subject>,
    observed: Vec<Observed>,
    scripts: Scripts,
}

/// Shows the subjects to a browser; `None`, with a loud word, when there is none.
fn show(subjects: Vec<Subject>) -> Option<Seen> {
    let program = browser()?;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let scripts = Scripts::new(subjects.iter().map(Subject::script).collect(), PAUSE);
    let testbeds = runtime
        .block_on(async { (1..=HOSTS).map(|host| testbed(host, &scripts)).collect::<Vec<_>>() });
    let hosts: Vec<String> = testbeds.iter().map(Testbed::base_url).collect();
    let streams: Vec<_> = subjects.iter().enumerate().map(|(n, subject)| subject.plan(n)).collect();
    let page = Page::serve(&json!({ "hosts": hosts, "streams": streams }).to_string());
    let mut browser = Browser::open(&program, &page.url);
    let observed = collect(&page, &mut browser, subjects.len());
    drop(browser);
    for testbed in testbeds {
        runtime.block_on(testbed.shutdown());
    }
    Some(Seen { subjects, observed, scripts })
}

/// One of the hosts, all of which serve the same scripts.
fn testbed(host: u8, scripts: &Scripts) -> Testbed {
    let listen = SocketAddr::from(([127, 0, 0, host], 0));
    let config = Config { listen, scripts: scripts.clone(), ..Config::default() };
    Testbed::start(config).expect("a port is free")
}

fn collect(page: &Page, browser: &mut Browser, count: usize) -> Vec<Observed> {
    let mut observed = Vec::new();
    let mut heard = Instant::now();
    loop {
        match page.batches.recv_timeout(Duration::from_secs(1)) {
            Ok(batch) => {
                heard = Instant::now();
                observed.extend(batch.results);
                assert_eq!(batch.failed, None, "the page failed");
                if batch.done {
                    break;
                }
            }
            Err(RecvTimeoutError::Timeout) if heard.elapsed() < SILENCE => {
                assert!(!browser.has_ended(), "the browser ended, {} of {count}", observed.len());
            }
            Err(error) => panic!("nothing from the page: {error}; {} of {count}", observed.len()),
        }
    }
    observed.sort_by_key(|seen| seen.number);
    let numbers: Vec<usize> = observed.iter().map(|seen| seen.number).collect();
    assert_eq!(numbers, (0..count).collect::<Vec<_>>(), "each stream has one result");
    observed
}

fn browser() -> Option<PathBuf> {
    let found = chromium::find();
    if let Some(program) = &found {
        say(&format!("browser oracle: {}", chromium::version(program)));
        return found;
    }
    skip("there is no browser (run tests/browser/install.sh)");
    None
}

impl Seen {
    /// The same observations beside what a wrong reader would make of the streams.
    fn read_by(&self, wrong: Reader) -> Self {
        let reread = |subject: &Subject| {
            let answers = subject.answers.iter().map(|chunks| vec![wrong(chunks.concat())]);
            Subject { answers: answers.collect(), ..subject.clone() }
        };
        let subjects = self.subjects.iter().map(reread).collect();
        Self { subjects, observed: self.observed.clone(), scripts: self.scripts.clone() }
    }

    /// What is not as it should be, one line for each stream.
    fn disagreements(&self) -> Vec<String> {
        let all = self.subjects.iter().zip(&self.observed);
        let wrong = all.filter_map(|(subject, observed)| {
            let what = self.wrong(subject, observed)?;
            Some(format!("{}: {what}\n    {:?}", subject.name, readable(subject)))
        });
        wrong.collect()
    }

    fn wrong(&self, subject: &Subject, observed: &Observed) -> Option<String> {
        let said = subject.said();
        let due: Vec<_> = said.iter().flat_map(events).collect();
        difference(&due, observed).or_else(|| {
            let end = if subject.returns { "closed" } else { "ended" };
            let opens = if subject.returns { said.len() } else { 1 };
            if (observed.end.as_str(), observed.opens) != (end, opens) {
                return Some(format!("{} after {} opens", observed.end, observed.opens));
            }
            subject.returns.then(|| self.wrong_return(subject, observed.number))?
        })
    }

    /// Each request after the first tells the last event ID and comes after the time due.
    fn wrong_return(&self, subject: &Subject, number: usize) -> Option<String> {
        let mut requests = self.scripts.requests(number);
        requests.retain(|request| !request.preflight);
        let said = subject.said();
        if requests.len() != said.len() + 1 {
            return Some(format!("{} requests for {} answers", requests.len(), said.len()));
        }
        for (at, said) in said.iter().enumerate() {
            let (before, after) = (&requests[at], &requests[at + 1]);
            let due = on_the_wire(&said.last_event_id);
            if after.last_event_id != due {
                let sent = after.last_event_id.as_ref().map(|id| id.escape_ascii().to_string());
                let due = due.map(|id| id.escape_ascii().to_string());
                return Some(format!("Last-Event-ID {sent:?}, due {due:?}"));
            }
            let waited = before.ended.map(|ended| after.asked.saturating_duration_since(ended));
            let retry = said.retry.map(Duration::from_millis);
            if waited.is_none() || retry.is_some_and(|retry| waited < Some(retry)) {
                return Some(format!("came back after {waited:?}, due {retry:?}"));
            }
        }
        None
    }
}

/// A field of HTTP: blanks at its ends are no part of the value (RFC 9110 5.5), and without an id
/// there is none (HTML 9.2.3).
fn on_the_wire(id: &str) -> Option<Vec<u8>> {
    let value = id.trim_matches([' ', '\t']);
    (!id.is_empty()).then(|| value.as_bytes().to_vec())
}

fn readable(subject: &Subject) -> Vec<Vec<String>> {
    let answer = |chunks: &Vec<Vec<u8>>| {
        chunks.iter().map(|chunk| chunk.escape_ascii().to_string()).collect()
    };
    subject.answers.iter().map(answer).collect()
}

/// Makes of a stream the one in which our parser sees what a wrong reader sees in the first.
type Reader = fn(Vec<u8>) -> Vec<u8>;

/// Wrong readers that the browser has to unmask.
const WRONG: [(&str, Reader); 6] = [
    ("dispatches at the end", |stream| [&stream, &b"\n\n"[..]].concat()),
    ("takes no CR for a line end", |stream| replaced(stream, b'\r', b'_')),
    ("takes LF CR for one line end", |stream| {
        stream.split(|&b| b == b'\r').collect::<Vec<_>>().concat()
    }),
    ("keeps the byte order mark", |stream| [b"\xEF\xBB\xBF", &stream[..]].concat()),
    ("takes an id with NUL", |stream| replaced(stream, 0, b'0')),
    ("reads only ASCII", |stream| stream.into_iter().map(|byte| byte & 0x7F).collect()),
];

/// The stream with more at its end, as a block of its own.
fn inserted(stream: &[u8], more: &[u8]) -> Vec<u8> {
    [stream, b"\n:\n", more].concat()
}

fn replaced(mut stream: Vec<u8>, from: u8, to: u8) -> Vec<u8> {
    stream.iter_mut().filter(|byte| **byte == from).for_each(|byte| *byte = to);
    stream
}

fn number_from(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(default, |value| value.parse().unwrap_or_else(|_| panic!("{name}: a number")))
}

#[test]
fn a_browser_says_of_random_streams_what_our_parser_says() {
    let count = number_from("SSECHECK_BROWSER_STREAMS", STREAMS as u64);
    let seed = number_from("SSECHECK_BROWSER_SEED", 1);
    let start = Instant::now();
    let subjects = subject::random(usize::try_from(count).expect("not that many"), seed);
    let Some(seen) = show(subjects) else { return };
    tell(&format!("random streams of seed {seed}"), &seen, start);
    assert_agrees(&seen);
}

#[test]
fn a_browser_says_of_all_vectors_what_our_parser_says_and_unmasks_wrong_readers() {
    let start = Instant::now();
    let Some(seen) = show(subject::vectors()) else { return };
    tell("streams of vectors", &seen, start);
    assert_agrees(&seen);
    for (name, wrong) in WRONG {
        let unmasked = seen.read_by(wrong).disagreements();
        assert!(!unmasked.is_empty(), "nothing unmasks a reader that {name}");
    }
}

#[test]
fn a_browser_comes_back_with_the_id_and_after_the_time_that_our_parser_says() {
    let start = Instant::now();
    let Some(seen) = show(subject::lifecycles()) else { return };
    tell("lifecycles", &seen, start);
    assert_agrees(&seen);
    // that the id and the time are looked at
    let early = seen.read_by(|stream| inserted(&stream, b"retry: 600000\n")).disagreements();
    assert!(early.iter().any(|line| line.contains("came back after")), "{early:?}");
    let other = seen.read_by(|stream| inserted(&stream, b"id: 0\n\n")).disagreements();
    assert!(other.iter().any(|line| line.contains("Last-Event-ID")), "{other:?}");
}

/// The standard wants the media type and looks at no parameter: "the stream must always be decoded as
/// UTF-8" (HTML 9.2.6), whatever a charset says. Chromium refuses all other charsets for good, which
/// is its own way.
#[test]
fn chromium_refuses_another_media_type_and_by_its_own_rule_another_charset() {
    let types = [
        "text/plain",
        "text/event-stream; charset=iso-8859-1",
        "text/event-stream; charset=utf-16",
        "text/event-stream; charset=nonsense",
    ];
    let Some(seen) = show(types.map(Subject::of_type).into()) else { return };
    for (observed, name) in seen.observed.iter().zip(types) {
        let closed = (observed.end.as_str(), observed.opens, observed.events.len());
        assert_eq!(closed, ("closed", 0, 0), "{name}");
        assert_eq!(seen.scripts.requests(observed.number).len(), 1, "{name}: it came back");
    }
}

fn tell(what: &str, seen: &Seen, start: Instant) {
    let events: usize = seen.observed.iter().map(|seen| seen.events.len()).sum();
    let (streams, seconds) = (seen.observed.len(), start.elapsed().as_secs());
    let all = (0..streams).flat_map(|number| seen.scripts.requests(number));
    let (preflights, requests): (Vec<_>, Vec<_>) = all.partition(|request| request.preflight);
    let (preflights, requests) = (preflights.len(), requests.len());
    say(&format!(
        "browser oracle: {streams} {what}: {requests} requests, {preflights} preflights, {events} \
         events, {seconds} s"
    ));
}

#[track_caller]
fn assert_agrees(seen: &Seen) {
    let disagreements = seen.disagreements();
    assert!(disagreements.is_empty(), "{}\n{}", disagreements.len(), disagreements.join("\n"));
}
