//! Heads that come late, or never.

use ssecheck_conformance::{Options, SetupError, run};
use ssecheck_model::verdict::Outcome;

use crate::runs::{HOOK, case, judge, subject, subject_at, suite, verdict};
use crate::server::{Hub, STREAM, Server, event};

fn head_at_once() -> String {
    case("t/head", "  - connect: { as: main }", "{ head_at_once: { of: main } }")
}

#[tokio::test]
async fn r14_a_head_that_waits_for_the_first_event_is_coaxed_out_and_judged() {
    let hub = Hub::default();
    let server = Server::start(move |asked| {
        let hub = hub.clone();
        async move {
            let mut events = hub.subscribe();
            let Some(mut asked) = hub.serve_publish(asked).await else { return };
            let Some(first) = events.recv().await else { return };
            asked.say(STREAM).await;
            asked.say(&event(&first)).await;
            asked.gone().await;
        }
    })
    .await;
    let status =
        case("t/status", "  - connect: { as: main }", "{ status: { of: main, is: [200] } }");
    // Long enough for the time after which an event is published to coax the head out.
    let subject = subject_at(0.3, &server.url(), HOOK);
    let finished = judge(subject, suite(&[&head_at_once(), &status])).await;
    assert_eq!(verdict(&finished, "t/head"), (Outcome::Fail, "head-withheld"));
    assert_eq!(verdict(&finished, "t/status"), (Outcome::Pass, ""), "other checks are not hit");
}

#[tokio::test]
async fn r14_a_head_that_comes_at_once_passes() {
    let server = Hub::server().await;
    let finished = judge(subject(&server.url(), HOOK), suite(&[&head_at_once()])).await;
    assert_eq!(verdict(&finished, "t/head"), (Outcome::Pass, ""));
}

#[tokio::test]
async fn a_target_without_a_head_and_without_a_hook_is_unreachable_and_the_error_names_the_cure() {
    let server = Server::start(|mut asked| async move { asked.gone().await }).await;
    let options = Options { jobs: 1, ..Options::default() };
    let cases = suite(&[&head_at_once()]);
    let stop = std::future::pending();
    let error = run(subject(&server.url(), ""), cases, options, stop, |_| {}).await.unwrap_err();
    assert!(matches!(error, SetupError::Unreachable(_)), "{error}");
    assert!(error.to_string().contains("give a publish hook"), "{error}");
}

#[tokio::test]
async fn a_publish_hook_that_refuses_a_plain_event_ends_the_run_before_it_begins() {
    let server = Server::start(|mut asked| async move {
        let answer = match asked.method.as_str() {
            "POST" => "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
            _ => STREAM,
        };
        asked.say(answer).await;
        asked.gone().await;
    })
    .await;
    let options = Options { jobs: 1, ..Options::default() };
    let cases = suite(&[&head_at_once()]);
    let stop = std::future::pending();
    let error = run(subject(&server.url(), HOOK), cases, options, stop, |_| {}).await.unwrap_err();
    assert!(matches!(&error, SetupError::Publish(why) if why.contains("500")), "{error}");
}
