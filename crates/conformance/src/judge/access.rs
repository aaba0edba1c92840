//! Who gets a stream, and from where.

use ssecheck_model::expect::RefusedExpect;
use ssecheck_transport::Kind;

use super::evidence::{head_excerpt, head_part, status_line};
use super::{Early, Judgement, Violation, answered, describe, stream};
use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::shown;

pub(super) fn refused(stage: &Stage<'_>, expect: &RefusedExpect) -> Early<Judgement> {
    if let Some(other) = &expect.unless_refused
        && !answered(stage, other)?.is_served()
    {
        return Ok(apart(stage, other, "is no stream either"));
    }
    if let Some(other) = &expect.only_if_refused
        && !is_refusal(stream(stage, other)?)
    {
        return Ok(apart(stage, other, "was not refused"));
    }
    let name = &expect.of.value;
    if is_hung_up(stream(stage, name)?) {
        // Somebody else was served a moment ago, so it is this request that got no answer.
        return match expect.unless_refused {
            Some(_) => Ok(Judgement::Pass),
            None => Err(Judgement::NothingSeen("the server closed without an answer".to_owned())),
        };
    }
    let stream = answered(stage, name)?;
    if is_refusal(stream) {
        return Ok(Judgement::Pass);
    }
    let (reason, message) = match stream.is_served() {
        true => ("refused-inside-stream", "what must be refused is answered by a stream"),
        false => ("not-refused", "what must be refused is answered by a success"),
    };
    Ok(Violation::new(reason, message)
        .expected("a status of 400 to 599, or 204, and no event stream")
        .actual(describe(stream))
        .bytes(stream.head.as_ref().and_then(|head| status_line(name, head)))
        .into())
}

/// Whether the server closed the connection instead of answering.
fn is_hung_up(stream: &Stream) -> bool {
    let kind = stream.error.as_ref().map(|error| &error.kind);
    stream.head.is_none() && matches!(kind, Some(Kind::Reset | Kind::Closed { .. }))
}

fn apart(stage: &Stage<'_>, other: &str, what: &str) -> Judgement {
    let answer = stage.streams.get(other).map(describe).unwrap_or_default();
    Judgement::NothingSeen(format!("`{other}` {what}: {answer}"))
}

/// A client gives up at every status but 200 (HTML 9.2.3), and 204 is the way to ask for it.
fn is_refusal(stream: &Stream) -> bool {
    let status = stream.head.as_ref().map_or(0, |head| head.status);
    status == 204 || (400..600).contains(&status)
}

pub(super) fn not_stream(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = answered(stage, name)?;
    if !stream.is_served() {
        return Ok(Judgement::Pass);
    }
    let message = "a route that is no stream answers one when the client names no media type";
    Ok(Violation::new("stream-unasked", message)
        .expected("the usual answer of the route")
        .actual(describe(stream))
        .bytes(stream.head.as_ref().and_then(|head| status_line(name, head)))
        .into())
}

pub(super) fn keeps_query(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = answered(stage, name)?;
    if stream.hops.is_empty() || stream.redirect_problem.is_some() {
        let why = format!("`{name}` was not redirected to an answer");
        return Ok(Judgement::NothingSeen(why));
    }
    let pairs = |query: Option<&str>| -> Vec<String> {
        query.unwrap_or_default().split('&').map(str::to_owned).collect()
    };
    let kept = pairs(stream.plan.url.query());
    let lost = pairs(stream.asked.query()).into_iter().find(|pair| !kept.contains(pair));
    let Some(lost) = lost else { return Ok(Judgement::Pass) };
    let asked = stream.plan.shown(stream.asked.as_str());
    let message = format!("the redirect from {asked} loses a part of the query");
    Ok(Violation::new("query-lost", message)
        .expected(format!("a Location with {}", shown(&lost)))
        .actual(stream.plan.shown(stream.plan.url.as_str()))
        .into())
}

/// Clients of MCP 2024-11-05 send their credentials to where the event points.
pub(super) fn endpoint_origin(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = answered(stage, name)?;
    let first = stream.events().next().filter(|seen| seen.event.event_type == "endpoint");
    let Some(seen) = first else {
        return Ok(Judgement::NothingSeen("the stream does not open with an endpoint".to_owned()));
    };
    let endpoint = match stream.plan.url.join(seen.event.data.trim()) {
        Ok(endpoint) => endpoint,
        Err(error) => return Ok(Judgement::NothingSeen(format!("the endpoint: {error}"))),
    };
    if endpoint.origin() == stream.plan.url.origin() {
        return Ok(Judgement::Pass);
    }
    let message = "the endpoint is on another origin, to which clients would send their messages";
    let (start, end) = (seen.span.start, seen.span.end);
    Ok(Violation::new("endpoint-foreign", message)
        .expected(stream.plan.url.origin())
        .actual(endpoint.origin())
        .bytes(super::evidence::stream_excerpt(name, stream, start, end))
        .into())
}

/// What the query of these cases would make a field of.
const SPLIT: &[u8] = b"x-ssecheck-split";

pub(super) fn unsplit(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = stream(stage, name)?;
    let Some(head) = &stream.head else {
        return Ok(Judgement::NothingSeen(format!("`{name}` got no answer")));
    };
    let lower = head.raw.to_ascii_lowercase();
    let starts = lower.windows(SPLIT.len()).enumerate().filter(|(_, part)| *part == SPLIT);
    let breaks = |at: usize| at > 0 && matches!(lower[at - 1], b'\r' | b'\n' | 0);
    let Some(at) = starts.map(|(at, _)| at).find(|at| breaks(*at)) else {
        return Ok(Judgement::Pass);
    };
    let start = head.offset + at as u64;
    let message = "what a client wrote into the query breaks a line of the head";
    Ok(Violation::new("header-split", message)
        .expected("no CR, LF or NUL from the query in the head")
        .actual(head.raw[at - 1..].escape_ascii().to_string().chars().take(60).collect::<String>())
        .bytes(head_part(name, head, start - 1, start + SPLIT.len() as u64))
        .into())
}

pub(super) fn not_in_clear(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = stream(stage, name)?;
    if stream.plan.url.is_https() {
        return Ok(Judgement::NothingSeen("the URL of `plain` is an https one".to_owned()));
    }
    let Some(head) = &stream.head else { return Ok(unreached(stream)) };
    let violation = match head.status {
        401 => Violation::new("challenged-in-clear", "the credentials are asked for without TLS"),
        _ if stream.is_served() => {
            Violation::new("served-in-clear", "the stream is served without TLS")
        }
        _ => return Ok(Judgement::Pass),
    };
    Ok(violation
        .expected("a redirect to https, 403, 404, 426, or no connection")
        .actual(describe(stream))
        .bytes(head_excerpt(name, head))
        .into())
}

/// A server that does not listen without TLS serves nothing; a name that does not resolve says
/// nothing about it.
fn unreached(stream: &Stream) -> Judgement {
    match stream.error.as_ref().map(|error| &error.kind) {
        Some(Kind::Refused | Kind::Reset | Kind::Closed { .. } | Kind::NotHttp { .. }) => {
            Judgement::Pass
        }
        _ => Judgement::NothingSeen(format!("no answer: {}", super::trouble(stream))),
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
