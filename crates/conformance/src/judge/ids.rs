//! Rules on ids.

use std::collections::BTreeMap;

use ssecheck_model::expect::{IdRule, IdsExpect};
use ssecheck_model::step::Name;
use ssecheck_model::target::Capability;

use super::evidence::stream_excerpt;
use super::sequence::sequence;
use super::{Early, Judgement, Violation, event_stream};
use crate::perform::Stage;
use crate::stream::{SeenEvent, Stream};
use crate::text::{Decoded, shown};

pub(super) fn ids(stage: &Stage<'_>, expect: &IdsExpect) -> Early<Judgement> {
    let Some(name) = expect.of.first() else {
        return Ok(Judgement::Broken("`of` names no connection".to_owned()));
    };
    let stream = event_stream(stage, name)?;
    if stream.events().next().is_none() {
        return Ok(Judgement::NothingSeen("no event came".to_owned()));
    }
    match expect.rule {
        IdRule::Unique => unique(stage, &expect.of),
        IdRule::EveryEvent => Ok(every_event(stage, name, stream)),
        IdRule::Stable => match expect.of.get(1) {
            Some(other) => Ok(stable(stage, event_stream(stage, other)?, other, stream)),
            None => Ok(Judgement::Broken("`stable` compares two connections".to_owned())),
        },
    }
}

/// Type and data: what makes two events different.
fn identity<'s>(seen: &SeenEvent<'s>) -> (&'s str, &'s str) {
    (&seen.event.event_type, &seen.event.data)
}

fn unique(stage: &Stage<'_>, names: &[Name]) -> Early<Judgement> {
    let mut known: BTreeMap<&str, SeenEvent<'_>> = BTreeMap::new();
    for name in names {
        let stream = event_stream(stage, name)?;
        // An empty event that begins a stream may hold the id of the newest one: it gives the
        // client a cursor (MCP 2025-11-25).
        let says = |seen: &SeenEvent<'_>| names.len() == 1 || !seen.event.data.is_empty();
        let with_id = |seen: &SeenEvent<'_>| {
            seen.own_id && !seen.event.last_event_id.is_empty() && says(seen)
        };
        for seen in stream.events().filter(with_id) {
            let first = known.entry(&seen.event.last_event_id).or_insert(seen);
            if identity(first) != identity(&seen) {
                let excerpt = stream_excerpt(name, stream, seen.span.start, seen.span.end);
                return Ok(repeated(first, &seen).bytes(excerpt).into());
            }
        }
    }
    let none = || Judgement::NothingSeen("no id came".to_owned());
    Ok(if known.is_empty() { none() } else { Judgement::Pass })
}

fn repeated(first: &SeenEvent<'_>, seen: &SeenEvent<'_>) -> Violation {
    let id = shown(&seen.event.last_event_id);
    Violation::new("id-repeated", format!("two different events have the id {id}"))
        .expected(format!("{id} only at {}", shown(&first.event.data)))
        .actual(format!("{id} at {} too", shown(&seen.event.data)))
}

fn every_event(stage: &Stage<'_>, name: &str, stream: &Stream) -> Judgement {
    // On a hub, what is nobody's publication may be a heartbeat, which no client resumes behind.
    let hub = stage.subject.is_hub();
    let counts = |seen: &SeenEvent<'_>| !hub || seen.event.data.contains(&stage.token);
    let with = stream.events().filter(|seen| counts(seen) && seen.own_id).count();
    let declared = stage.subject.declared().any(|capability| capability == Capability::Ids);
    if with == 0 && !declared {
        return Judgement::NothingSeen("no id came".to_owned());
    }
    let mut without = stream.events().filter(|seen| counts(seen) && !seen.own_id);
    let Some(seen) = without.next() else { return Judgement::Pass };
    let total = stream.events().filter(|seen| counts(seen)).count();
    Violation::new("id-missing", format!("{} of {total} events have no id", total - with))
        .expected("an id at every event")
        .actual(format!("none at {}", shown(&seen.event.data)))
        .bytes(stream_excerpt(name, stream, seen.span.start, seen.span.end))
        .into()
}

fn stable(stage: &Stage<'_>, other: &Stream, other_name: &str, stream: &Stream) -> Judgement {
    let own: Vec<String> = stage.publications.values().flat_map(|p| sequence(p)).collect();
    let payload = stage.subject.payload;
    let is_own = |seen: &SeenEvent<'_>| own.contains(&payload.decoded(&seen.event.data));
    let mut compared = 0;
    for seen in stream.events().filter(|seen| seen.own_id && is_own(seen)) {
        let same = other.events().find(|twin| identity(twin) == identity(&seen));
        let Some(twin) = same else { continue };
        compared += 1;
        if twin.event.last_event_id != seen.event.last_event_id {
            let data = shown(&seen.event.data);
            return Violation::new("id-differs", format!("{data} has two ids"))
                .expected(shown(&seen.event.last_event_id))
                .actual(shown(&twin.event.last_event_id))
                .bytes(stream_excerpt(other_name, other, twin.span.start, twin.span.end))
                .into();
        }
    }
    match compared {
        0 => Judgement::NothingSeen("no event with an id came on both connections".to_owned()),
        _ => Judgement::Pass,
    }
}

#[cfg(test)]
#[path = "ids_tests.rs"]
mod tests;
