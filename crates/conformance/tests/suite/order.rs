//! Which cases run when, and how a run ends early.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use ssecheck_conformance::RunEvent;
use ssecheck_model::verdict::{Outcome, Verdict};
use tokio::sync::{Mutex, Notify};
use tokio::task::AbortHandle;

use crate::runs::{case, judge, judge_until, result, subject, suite, verdict};
use crate::server::{STREAM, Server};

fn answered(id: &str, path: &str) -> String {
    let steps = format!("  - connect: {{ as: main, url: {path}, within: 3s }}");
    case(id, &steps, "{ answered: { of: main } }")
}

fn with(case: &str, line: &str) -> String {
    case.replace("title: a case", &format!("title: a case\n{line}"))
}

/// A correct server that counts its requests.
async fn counting() -> (Server, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    let server = Server::start(move |mut asked| {
        counter.fetch_add(1, Ordering::SeqCst);
        async move {
            asked.say(STREAM).await;
            asked.gone().await;
        }
    })
    .await;
    (server, count)
}

#[tokio::test]
async fn a_liveness_probe_follows_a_hostile_case_and_no_other() {
    let requests = |cases: Vec<String>| async move {
        let (server, count) = counting().await;
        let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
        let finished = judge(subject(&server.url(), ""), suite(&cases)).await;
        assert_eq!(finished.conformance.verdict, Verdict::Conformant);
        count.load(Ordering::SeqCst)
    };
    let (a, b) = (answered("t/a", "/a"), answered("t/b", "/b"));
    let peaceful = requests(vec![a.clone(), b.clone()]).await;
    let hostile = "hostile: true";
    assert_eq!(requests(vec![with(&a, hostile), b.clone()]).await, peaceful + 1);
    assert_eq!(requests(vec![with(&a, hostile), with(&b, hostile)]).await, peaceful + 2);
}

#[tokio::test]
async fn hostile_cases_run_last_and_exclusive_ones_first_but_results_keep_the_order_of_files() {
    let (server, _) = counting().await;
    let cases = [
        with(&answered("t/hostile", "/a"), "hostile: true"),
        answered("t/plain", "/b"),
        with(&answered("t/exclusive", "/c"), "exclusive: true"),
    ];
    let mut told = Vec::new();
    let finished = judge_until(
        subject(&server.url(), ""),
        suite(&cases.each_ref().map(|case| case.as_str())),
        4,
        std::future::pending(),
        |event| {
            if let RunEvent::CaseDone { case, .. } = event {
                told.push(case.to_owned());
            }
        },
    )
    .await;
    assert_eq!(told, ["t/exclusive", "t/plain", "t/hostile"]);
    let ids: Vec<&str> = finished.conformance.checks.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(ids, ["t/hostile", "t/plain", "t/exclusive"]);
}

#[tokio::test]
async fn a_server_that_dies_ends_the_run_as_error_and_names_the_case() {
    let listening: Arc<OnceLock<AbortHandle>> = Arc::default();
    let switch = Arc::clone(&listening);
    let server = Server::start(move |mut asked| {
        let switch = Arc::clone(&switch);
        async move {
            if asked.target == "/deadly" {
                switch.get().unwrap().abort();
                return;
            }
            asked.say(STREAM).await;
            asked.gone().await;
        }
    })
    .await;
    listening.set(server.listening()).unwrap();
    let cases = [
        answered("t/before", "/a"),
        answered("t/deadly", "/deadly"),
        answered("t/after", "/b"),
        answered("t/last", "/c"),
    ];
    let cases = suite(&cases.each_ref().map(|case| case.as_str()));
    let finished = judge(subject(&server.url(), ""), cases).await;
    assert_eq!(verdict(&finished, "t/before"), (Outcome::Pass, ""));
    assert_eq!(verdict(&finished, "t/after"), (Outcome::Error, "not-run"));
    assert_eq!(verdict(&finished, "t/last"), (Outcome::Error, "not-run"));
    let aborted = finished.conformance.aborted.as_deref().unwrap();
    assert!(aborted.contains("t/deadly"), "{aborted}");
    assert!(!finished.interrupted);
    assert_eq!(finished.conformance.summary.error, 2);
}

#[tokio::test]
async fn one_slow_case_is_no_dead_server() {
    let server = Server::start(|mut asked| async move {
        if asked.target != "/never" {
            asked.say(STREAM).await;
        }
        asked.gone().await;
    })
    .await;
    let cases = [answered("t/never", "/never"), answered("t/after", "/a")];
    let cases = suite(&cases.each_ref().map(|case| case.as_str()));
    let finished = judge(subject(&server.url(), ""), cases).await;
    assert_eq!(verdict(&finished, "t/never"), (Outcome::Fail, "no-answer"));
    assert_eq!(verdict(&finished, "t/after"), (Outcome::Pass, ""));
    assert_eq!(finished.conformance.aborted, None);
}

#[tokio::test]
async fn an_interrupt_keeps_what_was_done() {
    let server = Server::start(|mut asked| async move {
        if asked.target != "/never" {
            asked.say(STREAM).await;
        }
        asked.gone().await;
    })
    .await;
    let patient = case(
        "t/never",
        "  - connect: { as: main, url: /never, within: 10m }",
        "{ answered: { of: main } }",
    );
    let cases = [answered("t/done", "/a"), patient];
    let stop = Notify::new();
    let finished = judge_until(
        subject(&server.url(), ""),
        suite(&cases.each_ref().map(|case| case.as_str())),
        1,
        stop.notified(),
        |event| {
            if matches!(event, RunEvent::CaseDone { .. }) {
                stop.notify_one();
            }
        },
    )
    .await;
    assert!(finished.interrupted);
    assert_eq!(finished.conformance.aborted.as_deref(), Some("interrupted"));
    assert_eq!(finished.conformance.verdict, Verdict::Incomplete);
    assert_eq!(verdict(&finished, "t/done"), (Outcome::Pass, ""));
    assert_eq!(verdict(&finished, "t/never"), (Outcome::Error, "not-run"));
}

#[tokio::test]
async fn an_interrupt_before_the_first_answer_gives_an_empty_result() {
    let server = Server::start(|mut asked| async move { asked.gone().await }).await;
    let cases = suite(&[&answered("t/a", "/a")]);
    let stop = std::future::ready(());
    let finished = judge_until(subject(&server.url(), ""), cases, 1, stop, |_| {}).await;
    assert!(finished.interrupted && finished.conformance.checks.is_empty());
    assert_eq!(finished.conformance.verdict, Verdict::Incomplete);
}

/// Serves one client at a time, and counts how many wait.
#[derive(Clone, Default)]
struct Turnstile {
    turn: Arc<Mutex<()>>,
    inside: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
}

impl Turnstile {
    async fn serve(self, mut asked: crate::server::Asked, one_at_a_time: bool) {
        let now = self.inside.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        let turn = if one_at_a_time { Some(self.turn.lock().await) } else { None };
        asked.say(STREAM).await;
        asked.say("data: a\n\n").await;
        asked.gone().await;
        drop(turn);
        self.inside.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The most clients at the same time while the cases ran, and how many checks passed.
async fn crowd(one_at_a_time: bool) -> (usize, usize) {
    let turnstile = Turnstile::default();
    let door = turnstile.clone();
    let server = Server::start(move |asked| door.clone().serve(asked, one_at_a_time)).await;
    let steps = "  - connect: { as: main }
  - read: { from: main, events: 1 }
  - quiet: { from: main, for: 1s }";
    let expect = "{ events: { of: main, data: [a] } }";
    let cases: Vec<String> = (0..4).map(|n| case(&format!("t/c{n}"), steps, expect)).collect();
    let cases: Vec<&str> = cases.iter().map(String::as_str).collect();
    let most = Arc::clone(&turnstile.most);
    let forget_sanity = |event: RunEvent<'_>| {
        if matches!(event, RunEvent::Ready(_)) {
            most.store(0, Ordering::SeqCst);
        }
    };
    let stop = std::future::pending();
    let subject = subject(&server.url(), "");
    let finished = judge_until(subject, suite(&cases), 4, stop, forget_sanity).await;
    assert_eq!(result(&finished, "t/c0").case, "t/c0");
    (turnstile.most.load(Ordering::SeqCst), finished.conformance.summary.pass)
}

#[tokio::test]
async fn r70_a_server_of_one_client_at_a_time_gets_one_case_at_a_time() {
    // The client before may still be leaving when the next one comes, so two can be inside.
    let (most, passed) = crowd(true).await;
    assert_eq!(passed, 4);
    assert!(most <= 2, "{most} clients at the same time");
}

#[tokio::test]
async fn cases_run_side_by_side_where_the_server_allows_it() {
    let (most, passed) = crowd(false).await;
    assert_eq!(passed, 4);
    assert!(most >= 3, "{most} clients at the same time");
}
