//! What comes on a stream to which nobody publishes.

use std::time::{Duration, Instant};

use ssecheck_model::expect::HeartbeatExpect;

use super::evidence::stream_excerpt;
use super::{Early, Judgement, Violation, event_stream};
use crate::perform::Stage;
use crate::stream::{SeenEvent, Stream, is_coding};
use crate::text::shown;

pub(super) fn heartbeat(stage: &Stage<'_>, expect: &HeartbeatExpect) -> Early<Judgement> {
    let stream = event_stream(stage, &expect.of)?;
    if expect.coded && !is_coded(stream) {
        return Ok(Judgement::NothingSeen("the answer has no content coding".to_owned()));
    }
    let forgiven = stage.subject.silence_forgiven();
    if let Some(other) = &expect.unless_silent_on
        && silence(stage, other, event_stream(stage, other)?)? > forgiven
    {
        return Ok(Judgement::NothingSeen(format!("`{}` is silent too", other.value)));
    }
    let longest = silence(stage, &expect.of, stream)?;
    if longest <= forgiven {
        return Ok(Judgement::Pass);
    }
    let promise = stage.subject.heartbeat.map(|span| span.to_string()).unwrap_or_default();
    Ok(Violation::new("silent", format!("no byte came for {} ms", longest.as_millis()))
        .expected(format!("a byte every {promise} or sooner, as promised"))
        .actual(format!("{} ms of silence on an open stream", longest.as_millis()))
        .into())
}

/// Whether the answer has a content coding.
pub(super) fn is_coded(stream: &Stream) -> bool {
    let field = stream.head.as_ref().and_then(|head| head.field("content-encoding"));
    field.is_some_and(|value| is_coding(&String::from_utf8_lossy(value)))
}

/// The longest time without a byte while the stream was open and idle.
fn silence(stage: &Stage<'_>, name: &str, stream: &Stream) -> Early<Duration> {
    let (begun, ended) = idle(stage, name)?;
    let ended = stream.end.as_ref().map_or(ended, |(_, at)| ended.min(*at));
    let times: Vec<Instant> = stream.since(begun).chain([ended]).collect();
    let before = std::iter::once(begun).chain(times.iter().copied());
    let longest = before.zip(&times).map(|(before, at)| at.saturating_duration_since(before)).max();
    Ok(longest.unwrap_or_default())
}

fn idle(stage: &Stage<'_>, name: &str) -> Early<(Instant, Instant)> {
    let unread = || Judgement::Broken(format!("`{name}` was not read by an `idle` step"));
    stage.idles.get(name).copied().ok_or_else(unread)
}

pub(super) fn idle_events(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = event_stream(stage, name)?;
    let (begun, _) = idle(stage, name)?;
    let run = stage.token.split('-').next().unwrap_or_default();
    let of_nobody = |seen: &SeenEvent<'_>| {
        let data = &seen.event.data;
        let ours = data.contains(run) || data.contains("ssecheck");
        seen.at > begun && seen.event.event_type == "message" && !ours
    };
    let all: Vec<SeenEvent<'_>> = stream.events().filter(of_nobody).collect();
    let shapes: Vec<String> = all.iter().map(|seen| shape(&seen.event.data)).collect();
    let again = (1..all.len()).find(|at| shapes[..*at].contains(&shapes[*at]));
    let Some(again) = again.map(|at| all[at]) else { return Ok(Judgement::Pass) };
    let message = "a message came again and again on a stream to which nobody had published";
    Ok(Violation::new("heartbeat-as-message", message)
        .expected("comments, or events of a type of their own")
        .actual(format!("{} messages, {} among them", all.len(), shown(&again.event.data)))
        .bytes(stream_excerpt(name, stream, again.span.start, again.span.end))
        .into())
}

/// The data without what a counter or a clock changes.
fn shape(data: &str) -> String {
    data.chars().filter(|c| !c.is_ascii_digit()).collect()
}

pub(super) fn empty_opening(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = event_stream(stage, name)?;
    let first = stream.events().next();
    // One with an id gives the client a cursor, which is what MCP wants of its first event.
    let empty = |seen: &SeenEvent<'_>| {
        let event = seen.event;
        event.data.is_empty() && event.event_type == "message" && !seen.own_id
    };
    let Some(seen) = first.filter(empty) else { return Ok(Judgement::Pass) };
    Ok(Violation::new("empty-event-on-open", "the stream opens with an empty event")
        .expected("a comment, or nothing")
        .actual("a message with empty data, which every client hands to its user")
        .bytes(stream_excerpt(name, stream, seen.span.start, seen.span.end))
        .into())
}

#[cfg(test)]
#[path = "idle_tests.rs"]
mod tests;
