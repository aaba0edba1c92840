//! One publication followed through many connections, on servers that are right in their own ways.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ssecheck_model::verdict::Outcome;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::runs::{HOOK, case, judge, result, subject, suite, verdict};
use crate::server::{Asked, NO_CONTENT, STREAM, Server, event};

/// What has been published, and who waits for more.
#[derive(Default)]
struct Book {
    pages: Vec<String>,
    readers: Vec<UnboundedSender<(usize, String)>>,
}

/// A hub that resumes without a gap: joining and publishing are behind one lock.
#[derive(Clone, Default)]
struct Resuming(Arc<Mutex<Book>>);

impl Resuming {
    fn publish(&self, data: &str) {
        let mut book = self.0.lock().unwrap();
        book.pages.push(data.to_owned());
        let number = book.pages.len();
        book.readers.retain(|reader| reader.send((number, data.to_owned())).is_ok());
    }

    /// Everything after the client's id, numbered from 1, and what comes then.
    fn join(&self, asked: &Asked) -> UnboundedReceiver<(usize, String)> {
        let mut book = self.0.lock().unwrap();
        let (sender, receiver) = unbounded_channel();
        let id = asked.fields.get("last-event-id").and_then(|id| id.parse().ok());
        let known: usize = id.unwrap_or(book.pages.len());
        for (index, data) in book.pages.iter().enumerate().skip(known) {
            sender.send((index + 1, data.clone())).unwrap();
        }
        book.readers.push(sender);
        receiver
    }
}

fn numbered((number, data): &(usize, String)) -> String {
    format!("id: {number}\n{}", event(data))
}

/// A hub whose hook takes `pause`; `write` serves its streams, told their number from 0.
async fn hub<F, A>(pause: Duration, write: F) -> Server
where
    F: Fn(usize, Asked, UnboundedReceiver<(usize, String)>) -> A + Send + Sync + Copy + 'static,
    A: Future<Output = ()> + Send + 'static,
{
    let (hub, streams) = (Resuming::default(), Arc::new(AtomicUsize::new(0)));
    Server::start(move |mut asked| {
        let (hub, streams) = (hub.clone(), Arc::clone(&streams));
        async move {
            if asked.method == "POST" {
                tokio::time::sleep(pause).await;
                hub.publish(&asked.body);
                asked.say(NO_CONTENT).await;
                return;
            }
            let events = hub.join(&asked);
            write(streams.fetch_add(1, Ordering::SeqCst), asked, events).await;
        }
    })
    .await
}

/// Writes at most so many events.
async fn write_some(
    asked: &mut Asked,
    events: &mut UnboundedReceiver<(usize, String)>,
    most: usize,
) -> ControlFlow<()> {
    for _ in 0..most {
        match events.recv().await {
            Some(page) if asked.say(&numbered(&page)).await => {}
            _ => return ControlFlow::Break(()),
        }
    }
    ControlFlow::Continue(())
}

/// The case with so many events in the background and so many cuts; `rest` is added to the step.
fn following(count: usize, cuts: usize, rest: &str) -> String {
    let steps = format!(
        "  - connect: {{ as: first, subscribed: true }}
  - publish: {{ as: before, count: 1, data: '{{{{token}}}}-before' }}
  - read: {{ from: first, publication: before }}
  - cut: {{ connection: first }}
  - publish: {{ as: flow, count: {count}, every: 10ms, background: true, data: '{{{{token}}}}-f-{{{{n}}}} é' }}
  - follow: {{ as: client, publication: flow, from: first, cuts: {cuts}, {rest} }}"
    );
    case("t/followed", &steps, "{ followed: { of: client, without: [loss, duplicate, reorder] } }")
}

async fn outcome_of(server: &Server, case: &str) -> (Outcome, String) {
    let finished = judge(subject(&server.url(), HOOK), suite(&[case])).await;
    let (outcome, reason) = verdict(&finished, "t/followed");
    (outcome, format!("{reason} {}", result(&finished, "t/followed").message))
}

async fn passes(server: &Server, case: &str) {
    assert_eq!(outcome_of(server, case).await, (Outcome::Pass, " ".to_owned()));
}

#[tokio::test]
async fn a_correct_hub_loses_nothing_wherever_its_streams_are_cut() {
    let server = hub(Duration::ZERO, |_, mut asked, mut events| async move {
        asked.say(STREAM).await;
        let _ = write_some(&mut asked, &mut events, usize::MAX).await;
    })
    .await;
    for at in ["event", "mid-event", "mid-character"] {
        passes(&server, &following(40, 12, &format!("at: {at}, how: reset"))).await;
    }
}

#[tokio::test]
async fn a_head_that_waits_for_an_event_is_no_loss() {
    let server = hub(Duration::ZERO, |_, mut asked, mut events| async move {
        if let Some(page) = events.recv().await
            && asked.say(&format!("{STREAM}{}", numbered(&page))).await
        {
            let _ = write_some(&mut asked, &mut events, usize::MAX).await;
        }
    })
    .await;
    passes(&server, &following(20, 6, "at: mid-event")).await;
}

#[tokio::test]
async fn a_server_that_ends_its_streams_is_resumed_too() {
    let server = hub(Duration::ZERO, |number, mut asked, mut events| async move {
        asked.say(STREAM).await;
        // The first two are the sanity run's and the case's first connection.
        let most = if number < 3 { usize::MAX } else { 9 };
        let _ = write_some(&mut asked, &mut events, most).await;
    })
    .await;
    passes(&server, &following(12, 3, "at: event")).await;
}

#[tokio::test]
async fn a_slow_hook_ends_the_publication_early_and_what_was_published_counts() {
    let server = hub(Duration::from_millis(40), |_, mut asked, mut events| async move {
        asked.say(STREAM).await;
        let _ = write_some(&mut asked, &mut events, usize::MAX).await;
    })
    .await;
    // It would take the hook half a minute.
    passes(&server, &following(750, 4, "within: 2s")).await;
}

#[tokio::test]
async fn a_limit_on_reconnects_is_no_loss() {
    let server = hub(Duration::ZERO, |number, mut asked, mut events| async move {
        if number > 5 {
            asked.say("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n").await;
            return;
        }
        asked.say(STREAM).await;
        let _ = write_some(&mut asked, &mut events, usize::MAX).await;
    })
    .await;
    let (outcome, why) = outcome_of(&server, &following(20, 12, "at: event")).await;
    assert_eq!(outcome, Outcome::NotApplicable, "{why}");
    assert!(why.contains("status 429"), "{why}");
}

#[tokio::test]
async fn a_replay_that_forgets_one_event_is_a_loss() {
    let server = hub(Duration::ZERO, |number, mut asked, mut events| async move {
        asked.say(STREAM).await;
        if number == 5 {
            events.recv().await;
        }
        let _ = write_some(&mut asked, &mut events, usize::MAX).await;
    })
    .await;
    let (outcome, why) = outcome_of(&server, &following(20, 8, "at: event")).await;
    assert_eq!(outcome, Outcome::Fail);
    assert!(why.starts_with("lost 1 of 20 events never came"), "{why}");
}
