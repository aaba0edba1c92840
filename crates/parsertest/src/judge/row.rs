//! Events as an interface shows them.

use ssecheck_model::parser::Aspect;

use super::{Difference, value};
use crate::expected::{Expected, Record, SeenEvent};
use crate::protocol::{Answer, Caps, IdCap, Out, RetryCap};

/// An event as an interface shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    event_type: String,
    data: String,
    /// `None` if the interface shows no id here.
    id: Option<String>,
    /// The reconnection time that came with it, where that is how the interface shows it.
    retry: Option<String>,
    /// With which chunk it came, if that is known.
    pub(super) k: Option<usize>,
}

/// A block that is dispatched, or that some interfaces show though it has no data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) row: Row,
    pub(super) has_data: bool,
    /// The chunk that completes it.
    pub(super) chunk: usize,
}

/// What must be seen, and where blocks without data may show.
pub(super) fn due(expected: &Expected, caps: &Caps) -> Vec<Part> {
    let part = |due: &crate::expected::Due| {
        let (event, has_data) = match &due.record {
            Record::Event(event) => (event, true),
            Record::Dataless(event) => (event, false),
            Record::Retry(_) | Record::Comment(_) => return None,
        };
        Some(Part { row: of_event(event, caps), has_data, chunk: due.chunk })
    };
    expected.records.iter().filter_map(part).collect()
}

fn of_event(event: &SeenEvent, caps: &Caps) -> Row {
    let id = match caps.id {
        IdCap::Last => Some(event.last_event_id.clone()),
        IdCap::Own => event.own_id.then(|| event.last_event_id.clone()),
        IdCap::None => None,
    };
    let retry = event.own_retry.filter(|_| caps.retry == RetryCap::Event).map(|t| t.to_string());
    let (event_type, data) = (event.event_type.clone(), event.data.clone());
    Row { event_type, data, id: shown_id(id, caps), retry, k: None }
}

/// Where an empty `id` field cannot be told from none, none is seen.
fn shown_id(id: Option<String>, caps: &Caps) -> Option<String> {
    id.filter(|id| caps.id == IdCap::Last || caps.own_empty || !id.is_empty())
}

/// What was seen, without the blocks that the parser marks as having no data.
pub(super) fn seen(answer: &Answer, caps: &Caps) -> Vec<Row> {
    let events = answer.out.iter().filter(|out| out.d != Some(false));
    events.filter_map(|out| of_answer(out, caps)).collect()
}

fn of_answer(out: &Out, caps: &Caps) -> Option<Row> {
    let [event_type, data, id] = out.e.as_ref()?;
    let id = match (caps.id, id.is_null()) {
        (IdCap::None, _) | (IdCap::Own, true) => None,
        (IdCap::Last, true) => Some(String::new()),
        (_, false) => Some(value::text(id)),
    };
    let missing = event_type.is_null();
    let event_type = if missing { "message".to_owned() } else { value::text(event_type) };
    let retry = out.r.as_ref().filter(|_| caps.retry == RetryCap::Event);
    let retry = retry.filter(|retry| !retry.is_null()).map(value::time);
    Some(Row { event_type, data: value::text(data), id: shown_id(id, caps), retry, k: out.k })
}

impl Row {
    fn is(&self, seen: &Self) -> bool {
        self.has_content(seen)
            && self.id == seen.id
            && value::same_time(self.retry.as_deref(), seen.retry.as_deref())
    }

    fn has_content(&self, seen: &Self) -> bool {
        self.event_type == seen.event_type && self.data == seen.data
    }
}

/// What is wrong with the events.
pub(super) fn first_difference(due: &[&Row], seen: &[Row], caps: &Caps) -> Option<Difference> {
    let pairs = || due.iter().zip(seen);
    if due.len() == seen.len() && pairs().all(|(due, seen)| due.is(seen)) {
        return None;
    }
    let aspect = match due.len() == seen.len() && pairs().all(|(due, seen)| due.has_content(seen)) {
        false => Aspect::Events,
        true if pairs().any(|(due, seen)| due.id != seen.id) => Aspect::Id,
        true => Aspect::Retry,
    };
    let actual = seen.iter().collect::<Vec<_>>();
    let (expected, actual) = (shown(due, caps), shown(&actual, caps));
    Some(Difference { aspect, expected, actual })
}

/// Whether this can be seen if any of the blocks without data may show. Greed would be wrong: a
/// block without data may look like the event after it.
pub(super) fn matches(parts: &[Part], seen: &[Row]) -> bool {
    let mut reached = vec![0];
    for part in parts {
        let shows = |at: &usize| seen.get(*at).is_some_and(|row| part.row.is(row));
        let next: Vec<usize> = reached.iter().filter(|at| shows(at)).map(|at| at + 1).collect();
        reached.retain(|_| !part.has_data);
        reached.extend(next);
        reached.sort_unstable();
        reached.dedup();
    }
    reached.contains(&seen.len())
}

/// Events in words: the type where it is not `message`, the data, the id.
fn shown(rows: &[&Row], caps: &Caps) -> String {
    if rows.is_empty() {
        return "no event".to_owned();
    }
    rows.iter().map(|row| one(row, caps)).collect::<Vec<_>>().join(", ")
}

fn one(row: &Row, caps: &Caps) -> String {
    let mut text = match row.event_type.as_str() {
        "message" => format!("{:?}", row.data),
        event_type => format!("{event_type:?}: {:?}", row.data),
    };
    if let Some(id) = row.id.as_ref().filter(|id| !id.is_empty() || caps.id == IdCap::Own) {
        text.push_str(&format!(" (id {id:?})"));
    }
    if let Some(retry) = &row.retry {
        text.push_str(&format!(" (retry {retry})"));
    }
    text
}
