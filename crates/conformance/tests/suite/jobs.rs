//! Jobs that must not run twice, and credentials that expire.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ssecheck_model::case::Case;
use ssecheck_model::verdict::Outcome;

use crate::runs::{judge, subject, verdict};
use crate::server::{Asked, NO_CONTENT, STREAM, Server};
use ssecheck_conformance::{Finished, Suite};

const JOB: &str = "job: { url: '/job/{{token}}', runs: { url: '/runs', pointer: /n } }";

/// The shipped case of that id.
fn shipped(id: &str) -> Suite {
    let mut suite = Suite::shipped().unwrap();
    suite.cases.retain(|case: &Case| case.id.value == id);
    assert_eq!(suite.cases.len(), 1);
    suite
}

/// A server of a job: `runs` gives the count that it tells when it is asked for the n-th time, and
/// `back` answers those who come back.
async fn job(runs: fn(usize) -> usize, back: &'static str) -> Finished {
    let looks = Arc::new(AtomicUsize::new(0));
    let server = Server::start(move |mut asked: Asked| {
        let looks = Arc::clone(&looks);
        async move {
            if asked.target == "/runs" {
                let runs = runs(looks.fetch_add(1, Ordering::SeqCst));
                let body = format!("{{\"n\": {runs}}}");
                let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
                asked.say(&format!("{head}\r\n\r\n{body}")).await;
            } else if asked.fields.contains_key("last-event-id") {
                asked.say(back).await;
            } else {
                asked.say(&format!("{STREAM}id: 1\ndata: done\n\n")).await;
            }
        }
    })
    .await;
    judge(subject(&server.url(), JOB), shipped("reconnect/job")).await
}

#[tokio::test]
async fn a_job_that_runs_once_passes_though_it_is_counted_late() {
    for runs in [|_| 1, |look| usize::from(look > 0)] {
        let finished = job(runs, NO_CONTENT).await;
        assert_eq!(verdict(&finished, "reconnect/job-once"), (Outcome::Pass, ""));
        assert_eq!(verdict(&finished, "reconnect/job-over"), (Outcome::Pass, ""));
    }
}

#[tokio::test]
async fn a_second_run_is_seen_also_when_it_starts_late() {
    let finished = job(|look| if look > 1 { 2 } else { 1 }, STREAM).await;
    assert_eq!(verdict(&finished, "reconnect/job-once"), (Outcome::Fail, "job-reran"));
    let over = verdict(&finished, "reconnect/job-over");
    assert_eq!(over, (Outcome::Warn, "status-unexpected"));
}

#[tokio::test]
async fn a_job_that_goes_on_may_be_watched_again() {
    let server = Server::start(|mut asked: Asked| async move {
        if asked.target == "/runs" {
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
            asked.say(&format!("{head}\r\n\r\n{{\"n\": 1}}")).await;
        } else {
            asked.say(&format!("{STREAM}id: 1\ndata: begun\n\n")).await;
            asked.gone().await;
        }
    })
    .await;
    let finished = judge(subject(&server.url(), JOB), shipped("reconnect/job")).await;
    assert_eq!(verdict(&finished, "reconnect/job-once"), (Outcome::Pass, ""));
    let over = verdict(&finished, "reconnect/job-over");
    assert_eq!(over, (Outcome::NotApplicable, "nothing-seen"));
}

#[tokio::test]
async fn an_expiry_is_waited_for_by_the_servers_clock() {
    let server = Server::start(|mut asked: Asked| async move {
        asked.say(STREAM).await;
        asked.gone().await;
    })
    .await;
    let steps = "  - wait: { as: pause, expiry: true, within: 1s }";
    let case = crate::runs::case("t/waited", steps, "{ waited: { of: pause } }");
    let expiring = "expiring: { after: 600ms }";
    let started = std::time::Instant::now();
    let finished = judge(subject(&server.url(), expiring), crate::runs::suite(&[&case])).await;
    assert_eq!(verdict(&finished, "t/waited"), (Outcome::Pass, ""));
    // Only the margin is scaled. A timer never ends early, on the slowest machine neither.
    assert!(started.elapsed() >= Duration::from_millis(700));
}
