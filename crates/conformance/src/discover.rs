//! The sanity run before all cases: is the target there, does its publish hook work, and which
//! capabilities does it show without declaring them?

use std::time::Duration;

use ssecheck_model::target::Capability;
use ssecheck_parser::owned::OwnedItem;
use tokio::time::Instant as Deadline;

use crate::error::SetupError;
use crate::hook::{Content, HookError, publish};
use crate::open::{HEAD_TIME, open};
use crate::request::Plan;
use crate::stream::{SeenItem, Stream};
use crate::subject::Subject;

/// How long the stream is watched, before scaling.
const WATCH_TIME: Duration = Duration::from_millis(1500);
/// How long a second client waits for its head, before scaling.
const SECOND_TIME: Duration = Duration::from_secs(3);
/// After so many events the watching ends early.
const ENOUGH_EVENTS: usize = 3;

/// Looks at the target once and notes what it shows.
///
/// # Errors
/// When the target does not answer, or its publish hook does not take a plain event.
pub(crate) async fn discover(subject: &mut Subject) -> Result<(), SetupError> {
    let mut plan = Plan::stream(subject);
    plan.set("origin", &subject.allowed_origin);
    let mut stream = open(subject, plan, subject.scaled(None, HEAD_TIME)).await;
    reachable(subject, &stream)?;
    if stream.is_stream() {
        try_hook(subject).await?;
        let deadline = Deadline::now() + WATCH_TIME.mul_f64(subject.time_scale);
        let mut left = enough(subject);
        let is_last = |seen: &SeenItem| {
            left -= usize::from(matches!(seen.item, OwnedItem::Event(_)));
            left == 0
        };
        stream.read_until(deadline, 0, is_last).await;
        stream.taken = stream.items.len();
        subject.one_at_a_time = stream.is_open() && !serves_two(subject).await;
    }
    stream.finish(false).await;
    note(subject, &stream);
    Ok(())
}

/// Whether a second client is answered while the first one is connected. If not, cases must not
/// run side by side.
async fn serves_two(subject: &Subject) -> bool {
    let budget = SECOND_TIME.mul_f64(subject.time_scale);
    let mut second = open(subject, Plan::stream(subject), budget).await;
    second.finish(true).await;
    second.head.is_some()
}

fn reachable(subject: &Subject, stream: &Stream) -> Result<(), SetupError> {
    let Some(error) = &stream.error else { return Ok(()) };
    let hint = match (error.is_timeout(), error.phase, subject.is_hub()) {
        (true, ssecheck_transport::Phase::Head, false) => {
            "; if the server sends no head before its first event, give a publish hook"
        }
        _ => "",
    };
    let url = stream.plan.shown(subject.url.as_str());
    Err(SetupError::Unreachable(format!("{url}: {error}{hint}")))
}

fn enough(subject: &Subject) -> usize {
    if subject.is_hub() { 1 } else { ENOUGH_EVENTS }
}

/// One plain event. A hook that does not take it is useless; one that hangs is left to the checks.
async fn try_hook(subject: &Subject) -> Result<(), SetupError> {
    let Some(hook) = &subject.publish else { return Ok(()) };
    let content = Content { data: Some("ssecheck-sanity".to_owned()), ..Content::default() };
    match publish(subject, hook, content).await.result {
        Ok(()) | Err(HookError::TimedOut(_)) => Ok(()),
        Err(error) => Err(SetupError::Publish(error.to_string())),
    }
}

pub(crate) fn note(subject: &mut Subject, stream: &Stream) {
    let acao = stream
        .head
        .as_ref()
        .is_some_and(|head| head.fields("access-control-allow-origin").next().is_some());
    let retry = stream.retry().is_some()
        || stream.lints.iter().any(|lint| lint.code.as_str().starts_with("retry"));
    let ids = stream.last_id().is_some()
        || stream.lints.iter().any(|lint| lint.code.as_str() == "nul-in-id");
    let types = stream.events().any(|seen| seen.event.event_type != "message");
    let seen = [
        (Capability::Cors, acao),
        (Capability::Retry, retry),
        (Capability::Ids, ids),
        (Capability::Types, types),
    ];
    for (capability, _) in seen.into_iter().filter(|(_, seen)| *seen) {
        subject.note_seen(capability);
    }
}
