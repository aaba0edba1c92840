//! What proves an outcome: offending bytes, time line, place in the YAML, a command.

use std::time::Instant;

use ssecheck_model::case::Check;
use ssecheck_model::expect::Expect;
use ssecheck_model::report::{Evidence, Excerpt, Layer};
use ssecheck_transport::Head;

use super::Judgement;
use crate::perform::Stage;
use crate::request::is_secret;
use crate::stream::Stream;
use crate::timeline::{arrivals, timeline};

/// How many bytes around the offending ones are shown.
const AROUND: u64 = 32;
/// How many bytes are shown at most.
const LONGEST: u64 = 160;

/// The evidence for `judgement`; empty when it passed.
pub(crate) fn evidence(stage: &Stage<'_>, check: &Check, judgement: &Judgement) -> Evidence {
    let place = || Some(stage.case.place(check.id.line, check.id.column));
    match judgement {
        Judgement::Pass | Judgement::NothingSeen(_) => Evidence::default(),
        Judgement::Untestable(_) | Judgement::Broken(_) => {
            let (timeline, arrivals) = (timeline(stage), arrivals(stage));
            Evidence { place: place(), timeline, arrivals, ..Evidence::default() }
        }
        Judgement::Violated(violation) => Evidence {
            expected: violation.expected.clone(),
            actual: violation.actual.clone(),
            bytes: violation.bytes.clone(),
            timeline: timeline(stage),
            arrivals: arrivals(stage),
            place: place(),
            reproduce: reproduce(stage, check),
        },
    }
}

/// Commands for the connections that the check speaks of and for what was published, in order of
/// time. A publication of many events is shown by its first.
fn reproduce(stage: &Stage<'_>, check: &Check) -> Option<String> {
    let names = check.expect.value.names();
    let is_named = |name: &String| names.iter().any(|named| named.value == *name);
    let resumes = matches!(
        check.expect.value,
        Expect::Resumption(_) | Expect::SameEvents(_) | Expect::Followed(_)
    );
    let streams = stage.streams.iter().filter(|(name, _)| is_named(name)).map(|(_, one)| one);
    // Of a chain of connections, the last: its id is one that the client resumed from.
    let chains = stage.chains.iter().filter(|(name, _)| is_named(name));
    let last = chains.filter_map(|(_, chain)| chain.last());
    let mut commands: Vec<(Instant, String)> =
        streams.chain(last).map(|stream| (stream.started, stream.plan.curl())).collect();
    let timed = stage.timings.iter().filter(|(name, _)| is_named(name));
    commands.extend(timed.map(|(_, timings)| (stage.started, timings.command.clone())));
    let published = stage.publications.iter().filter(|(name, _)| resumes || is_named(name));
    let first = published.filter_map(|(_, published)| published.first());
    commands.extend(first.filter_map(|one| Some((one.started, one.command.clone()?))));
    commands.sort_by_key(|(at, _)| *at);
    let lines: Vec<String> = commands.into_iter().map(|(_, command)| command).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn excerpt(
    connection: &str,
    layer: Layer,
    bytes: &[u8],
    base: u64,
    (start, end): (u64, u64),
) -> Option<Excerpt> {
    let len = bytes.len() as u64;
    let start = start.checked_sub(base)?.min(len);
    let end = end.saturating_sub(base).clamp(start, len);
    let from = start.saturating_sub(AROUND) / 16 * 16;
    let to = (end + AROUND).min(from + LONGEST).min(len);
    let shown = &bytes[from as usize..to as usize];
    Some(Excerpt {
        connection: connection.to_owned(),
        layer,
        offset: base + from,
        hex: shown.iter().map(|byte| format!("{byte:02x}")).collect(),
        mark_start: base + start,
        mark_end: base + end.min(to),
    })
}

/// Bytes `start..end` of the stream, and some around them.
pub(super) fn stream_excerpt(name: &str, stream: &Stream, start: u64, end: u64) -> Option<Excerpt> {
    excerpt(name, Layer::Stream, &stream.bytes, 0, (start, end))
}

/// The place of `needle` in the stream.
pub(super) fn found_in_stream(name: &str, stream: &Stream, needle: &str) -> Option<Excerpt> {
    let bytes = needle.as_bytes();
    let at = stream.bytes.windows(bytes.len().max(1)).position(|window| window == bytes)? as u64;
    stream_excerpt(name, stream, at, at + bytes.len() as u64)
}

/// Everything received on the connection, around `start..end`.
pub(super) fn wire_excerpt(name: &str, stream: &Stream, start: u64, end: u64) -> Option<Excerpt> {
    let received = &stream.record.as_ref()?.received;
    excerpt(name, Layer::Wire, received.bytes(), 0, (start, end))
}

/// The status line.
pub(super) fn status_line(name: &str, head: &Head) -> Option<Excerpt> {
    let end = head.raw.iter().position(|byte| *byte == b'\n').unwrap_or(head.raw.len()) as u64;
    head_part(name, head, head.offset, head.offset + end)
}

/// The whole head (its first bytes).
pub(super) fn head_excerpt(name: &str, head: &Head) -> Option<Excerpt> {
    head_part(name, head, head.offset, head.offset)
}

/// The first field line of that name; secrets are not shown.
pub(super) fn field_excerpt(name: &str, head: &Head, field: &str) -> Option<Excerpt> {
    let found = head.fields.iter().find(|line| line.is(field))?;
    let length = (found.name.len() + found.value.len() + 2) as u64;
    head_part(name, head, found.offset, found.offset + length)
}

/// Bytes of the head; offsets count what the connection received. A head with cookies is not
/// shown, since they may be somebody's session.
pub(super) fn head_part(name: &str, head: &Head, start: u64, end: u64) -> Option<Excerpt> {
    if head.fields.iter().any(|field| is_secret(&String::from_utf8_lossy(&field.name))) {
        return None;
    }
    excerpt(name, Layer::Head, &head.raw, head.offset, (start, end))
}

/// Field lines in words.
pub(super) fn shown_field(name: &str, values: &[String]) -> String {
    let lines: Vec<String> = values.iter().map(|value| format!("{name}: {value}")).collect();
    lines.join(" | ")
}
