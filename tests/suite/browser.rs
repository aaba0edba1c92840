//! The same streams through a browser's own EventSource, over HTTP in chunks: our parser says the
//! same, event by event, id by id, and so does the Last-Event-ID of the request that follows.
//!
//! `SSECHECK_BROWSER_STREAMS` and `SSECHECK_BROWSER_SEED` ask for more random streams, and others.

mod chromium;
mod page;
mod subject;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use serde_json::json;
use ssecheck_testbed::{Config, Scripts, Testbed};

use chromium::Browser;
use page::{Observed, Page};
use subject::{Subject, difference, events};

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
    let listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let config = Config { listen, scripts: scripts.clone(), ..Config::default() };
    let testbed = runtime.block_on(async { Testbed::start(config) }).expect("a port is free");
    let port = testbed.address().port();
    let hosts: Vec<String> = (1..=HOSTS).map(|n| format!("http://127.0.0.{n}:{port}")).collect();
    let streams: Vec<_> = subjects.iter().enumerate().map(|(n, subject)| subject.plan(n)).collect();
    let page = Page::serve(json!({ "hosts": hosts, "streams": streams }).to_string());
    let mut browser = Browser::open(&program, &page.url);
    let observed = collect(&page, &mut browser, subjects.len());
    drop(browser);
    runtime.block_on(testbed.shutdown());
    Some(Seen { subjects, observed, scripts })
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
    let message = "there is no browser (run tests/browser/install.sh)";
    let required = std::env::var_os("SSECHECK_REQUIRE_SERVERS").is_some_and(|value| value == "1");
    assert!(!required, "{message}");
    say(&format!("skipped: {message}"));
    None
}

/// Tells people, past the capture of the test harness, which hides what a passing test prints.
fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

impl Seen {
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
    let total: usize = seen.observed.iter().map(|seen| seen.events.len()).sum();
    say(&format!(
        "browser oracle: {} random streams of seed {seed}, {total} events, {} s",
        seen.observed.len(),
        start.elapsed().as_secs()
    ));
    let disagreements = seen.disagreements();
    assert!(disagreements.is_empty(), "{}\n{}", disagreements.len(), disagreements.join("\n"));
}
