//! What can be seen of a vector through the interface of a parser.

use ssecheck_model::parser::Aspect;

use crate::class::Class;
use crate::expected::{Expected, Record, SeenEvent};
use crate::judge::visible;
use crate::protocol::{Caps, ChunkCap, IdCap, RetryCap};

/// Classes of which nothing shows in the id of the event's own block.
const BEYOND_OWN_ID: &[&str] =
    &["id.persist", "id.dataless-block", "id.commit-at-blank", "lifecycle.seed"];

/// What no class can be judged by, in words.
pub(super) fn hidden(caps: &Caps) -> Vec<String> {
    let shown = visible(caps);
    let no = |aspect: Aspect| !shown.contains(&aspect);
    let words = [
        (caps.id == IdCap::None, "ids of events"),
        (caps.id == IdCap::Own, "ids of earlier events (only the event's own)"),
        (no(Aspect::FinalId), "the last event ID at the end"),
        (no(Aspect::Retry), "reconnection times"),
        (no(Aspect::Comment), "comments"),
        (caps.chunks == ChunkCap::None, "cuts (streams are read as a whole)"),
        (caps.chunks == ChunkCap::Approx, "when an event comes (chunks may be joined)"),
        (caps.chunks != ChunkCap::None && !caps.empty_chunks, "empty chunks"),
        (!caps.seed, "a last event ID to start with"),
    ];
    words.into_iter().filter(|(hidden, _)| *hidden).map(|(_, word)| word.to_owned()).collect()
}

/// Whether a parser that deviates in this class would show it in this stream.
pub(super) fn shows(class: &Class, expected: &Expected, caps: &Caps) -> bool {
    let events: Vec<&SeenEvent> = expected
        .records
        .iter()
        .filter_map(|due| match &due.record {
            Record::Event(event) => Some(event),
            _ => None,
        })
        .collect();
    let visible = visible(caps);
    class.shows.iter().any(|aspect| match aspect {
        _ if !visible.contains(aspect) => false,
        Aspect::Id if events.is_empty() => false,
        Aspect::Id if caps.id == IdCap::Own => {
            let empty_needed = class.code == "id.empty-resets" && !caps.own_empty;
            !BEYOND_OWN_ID.contains(&class.code) && !empty_needed
        }
        Aspect::Retry if caps.retry == RetryCap::Event => {
            let none = !expected.records.iter().any(|due| matches!(due.record, Record::Retry(_)));
            events.iter().any(|event| none || event.own_retry.is_some())
        }
        _ => true,
    })
}
