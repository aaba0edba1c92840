//! What an unknown cursor gets, and what it costs.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use ssecheck_model::expect::SignalledExpect;
use ssecheck_transport::Head;

use super::sequence::{arrivals, sequence};
use super::{Early, Judgement, Violation, answered, event_stream, no_fence};
use crate::perform::Stage;
use crate::stream::Stream;

/// The median of the unknown cursor must not be so many times that of the known one …
const TIMES: u32 = 10;
/// … and so much longer, at the same time: below that nobody is hurt, and a ratio says little.
const LONGER: Duration = Duration::from_millis(150);

/// A client can tell by the status, by a header field, by a replay, by an event, or by the end of
/// the stream. A comment does not count: `EventSource` and nearly every other client drops it.
pub(super) fn signalled(stage: &Stage<'_>, expect: &SignalledExpect) -> Early<Judgement> {
    let [before, after] = &expect.known;
    let (before, after) = (event_stream(stage, before)?, event_stream(stage, after)?);
    if [before, after].iter().any(|known| known.plan.field("last-event-id").is_none()) {
        return Ok(Judgement::NothingSeen("the events have no id to resume from".to_owned()));
    }
    let unknown = answered(stage, &expect.of)?;
    if tells_by_head(unknown, [before, after]) || !unknown.is_stream() {
        return Ok(Judgement::Pass);
    }
    super::whole(unknown)?;
    if tells_by_events(stage, unknown, before) || (unknown.end.is_some() && before.end.is_none()) {
        return Ok(Judgement::Pass);
    }
    if unknown.unfenced {
        return Ok(no_fence());
    }
    let id = unknown.plan.field("last-event-id").unwrap_or_default();
    let message = "a client whose id the server does not know is told nothing: what it missed is \
                   lost in silence (HTML demands no sign; this is advice)";
    Ok(Violation::new("unknown-id-silent", message)
        .expected("another status, a header field, a replay, or an event that says so")
        .actual(format!("the same answer to `{id}` as to the newest id"))
        .into())
}

/// Field names that say something about the connection or the moment, not about the id.
const VOLATILE: [&str; 8] = [
    "age",
    "connection",
    "content-length",
    "date",
    "expires",
    "keep-alive",
    "set-cookie",
    "transfer-encoding",
];

/// Whether status or a field differs from both answers to a known id, in which these agree.
fn tells_by_head(unknown: &Stream, known: [&Stream; 2]) -> bool {
    let (Some(unknown), [Some(before), Some(after)]) =
        (&unknown.head, known.map(|known| known.head.as_ref()))
    else {
        return false;
    };
    let heads = [unknown, before, after];
    let names: BTreeSet<String> = heads.iter().flat_map(|head| names(head)).collect();
    let telling = names.iter().filter(|name| !VOLATILE.contains(&name.as_str()));
    let differs = |name: &String| {
        let [unknown, before, after] = heads.map(|head| values(head, name));
        before == after && unknown != before
    };
    (unknown.status != before.status && before.status == after.status)
        || telling.into_iter().any(differs)
}

fn names(head: &Head) -> impl Iterator<Item = String> {
    head.fields.iter().map(|field| String::from_utf8_lossy(&field.name).to_ascii_lowercase())
}

fn values<'h>(head: &'h Head, name: &'h str) -> Vec<&'h [u8]> {
    head.fields(name).map(|value| &**value).collect()
}

/// Whether it brought what was published before it came, or more events of a type than the known
/// client that came before it. What is published while both are open comes to both, and a greeting
/// with a number of its own comes to each.
fn tells_by_events(stage: &Stage<'_>, unknown: &Stream, known: &Stream) -> bool {
    let own: Vec<String> = stage.publications.values().flat_map(|all| sequence(all)).collect();
    let (came, usual) = (foreign(stage, unknown), foreign(stage, known));
    !arrivals(stage, unknown, &own).is_empty()
        || came.iter().any(|(of, count)| usual.get(of).is_none_or(|usual| count > usual))
}

/// How many events of each type came that this case did not publish.
fn foreign<'s>(stage: &Stage<'_>, stream: &'s Stream) -> BTreeMap<&'s str, usize> {
    let mut counts = BTreeMap::new();
    for seen in stream.events().filter(|seen| !seen.event.data.contains(&stage.token)) {
        *counts.entry(&*seen.event.event_type).or_default() += 1;
    }
    counts
}

pub(super) fn cost(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let absent = || Judgement::NothingSeen(format!("`{name}` was not timed for this target"));
    let timings = stage.timings.get(name).ok_or_else(absent)?;
    let unanswered = || Judgement::Broken(format!("`{name}` got no answer in time"));
    let unknown = median(&timings.of).ok_or_else(absent)?.ok_or_else(unanswered)?;
    let known = median(&timings.against).ok_or_else(absent)?.ok_or_else(unanswered)?;
    if unknown <= known * TIMES || unknown <= known + LONGER {
        return Ok(Judgement::Pass);
    }
    let message = format!("an unknown id takes {unknown:.1?}, a known one {known:.1?} (medians)");
    Ok(Violation::new("unknown-id-slow", message)
        .expected(format!("at most {TIMES} times as long, or {LONGER:?} longer"))
        .actual(format!("{:.1?}", timings.of.iter().flatten().collect::<Vec<_>>()))
        .into())
}

/// The middle of the times, of which an answer that did not come is the longest.
fn median(times: &[Option<Duration>]) -> Option<Option<Duration>> {
    let mut sorted = times.to_vec();
    sorted.sort_by_key(|time| time.unwrap_or(Duration::MAX));
    sorted.get(sorted.len() / 2).copied()
}

#[cfg(test)]
#[path = "unknown_tests.rs"]
mod tests;
