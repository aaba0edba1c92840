//! What is lost, and what is only not proved.

use ssecheck_model::verdict::Outcome;

use crate::runs::{HOOK, case, judge, result, subject, suite, verdict};
use crate::server::{Asked, Hub, STREAM, Server, event};

const STEPS: &str = "  - connect: { as: main }
  - publish: { as: some, count: 2, data: '{{token}}-some-{{n}}' }
  - read: { from: main, fence: true }";

fn receipt() -> String {
    case("t/receipt", STEPS, "{ receipt: { publication: some, on: main, without: [loss] } }")
}

/// A hub whose streams are made by `stream` out of what is published.
async fn hub_with<F, A>(stream: F) -> Server
where
    F: Fn(Asked, tokio::sync::mpsc::UnboundedReceiver<String>) -> A + Send + Sync + Copy + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let hub = Hub::default();
    Server::start(move |asked| {
        let hub = hub.clone();
        async move {
            let Some(mut asked) = hub.serve_publish(asked).await else { return };
            let events = hub.subscribe();
            asked.say(STREAM).await;
            stream(asked, events).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_fence_that_never_comes_while_bytes_flow_proves_no_loss() {
    // Each event makes it send something, but never the event.
    let server = hub_with(|mut asked, mut events| async move {
        while events.recv().await.is_some() && asked.say(": busy\n\n").await {}
    })
    .await;
    let finished = judge(subject(&server.url(), HOOK), suite(&[&receipt()])).await;
    assert_eq!(verdict(&finished, "t/receipt"), (Outcome::Error, "broken"));
    let message = &result(&finished, "t/receipt").message;
    assert!(message.contains("marker event did not come"), "{message}");
}

#[tokio::test]
async fn a_silent_stream_on_which_the_fence_never_comes_has_lost_the_events() {
    let server = hub_with(|mut asked, _events| async move { asked.gone().await }).await;
    let finished = judge(subject(&server.url(), HOOK), suite(&[&receipt()])).await;
    assert_eq!(verdict(&finished, "t/receipt"), (Outcome::Fail, "lost"));
}

#[tokio::test]
async fn events_that_a_later_marker_has_overtaken_are_lost() {
    let server = hub_with(|mut asked, mut events| async move {
        while let Some(data) = events.recv().await {
            if !data.ends_with("-some-2") && !asked.say(&event(&data)).await {
                break;
            }
        }
    })
    .await;
    let finished = judge(subject(&server.url(), HOOK), suite(&[&receipt()])).await;
    assert_eq!(verdict(&finished, "t/receipt"), (Outcome::Fail, "lost"));
    let expected = result(&finished, "t/receipt").evidence.expected.clone().unwrap();
    assert!(expected.ends_with("-some-2\""), "{expected}");
}

#[tokio::test]
async fn a_stream_that_the_server_ends_has_lost_what_it_did_not_bring() {
    let server = hub_with(|mut asked, mut events| async move {
        while let Some(data) = events.recv().await {
            asked.say(&event(&data)).await;
            if data.ends_with("-some-1") {
                break;
            }
        }
    })
    .await;
    let finished = judge(subject(&server.url(), HOOK), suite(&[&receipt()])).await;
    assert_eq!(verdict(&finished, "t/receipt"), (Outcome::Fail, "lost"));
    let message = &result(&finished, "t/receipt").message;
    assert!(message.contains("the server ended the stream"), "{message}");
}

#[tokio::test]
async fn a_correct_hub_has_lost_nothing() {
    let server = hub_with(|mut asked, mut events| async move {
        while let Some(data) = events.recv().await {
            if !asked.say(&event(&data)).await {
                break;
            }
        }
    })
    .await;
    let finished = judge(subject(&server.url(), HOOK), suite(&[&receipt()])).await;
    assert_eq!(verdict(&finished, "t/receipt"), (Outcome::Pass, ""));
    assert!(result(&finished, "t/receipt").evidence.is_empty());
}
