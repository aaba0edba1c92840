//! What other clients would make of the streams of a run: a survey, never a verdict.
//!
//! Servers are mostly read by clients that are not exact. Each model here has one habit of real
//! clients; it reads the same bytes in the same pieces, and what it sees is held against what the
//! standard says.

mod client;
mod models;

use ssecheck_model::report::{Divergence, Portability};
use ssecheck_parser::owned::{OwnedItem, parse_all};

use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::shown;
use client::Seen;
use models::MODELS;

/// How much of each stream is looked at, in bytes. Every habit reads it anew, while other cases want
/// the processor: 13 times 128 KiB take a few milliseconds.
const MOST_BYTES: usize = 128 * 1024;

/// What was found so far, by model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Survey {
    streams: usize,
    differing: [usize; MODELS.len()],
    examples: [Option<Divergence>; MODELS.len()],
}

impl Survey {
    /// Looks at every stream of a case.
    pub(crate) fn of(stage: &Stage<'_>) -> Self {
        let mut survey = Self::default();
        let case = stage.case.id.as_str();
        let chains = stage.chains.iter().flat_map(|(name, all)| all.iter().map(move |s| (name, s)));
        let echoes = stage.publications.iter().flat_map(|(name, all)| {
            all.iter().filter_map(move |one| Some((name, one.stream.as_ref()?)))
        });
        for (name, stream) in stage.streams.iter().chain(chains).chain(echoes) {
            survey.look(case, name, stream);
        }
        survey
    }

    fn look(&mut self, case: &str, connection: &str, stream: &Stream) {
        if !stream.is_stream() || stream.bytes.is_empty() {
            return;
        }
        let bytes = &stream.bytes[..stream.bytes.len().min(MOST_BYTES)];
        let pieces: Vec<usize> = stream.arrivals.iter().map(|(end, _)| *end as usize).collect();
        let ended = bytes.len() == stream.bytes.len()
            && stream.end.as_ref().is_some_and(|(end, _)| end.is_complete());
        let Some(standard) = standard(bytes) else { return };
        self.streams += 1;
        for (index, model) in MODELS.iter().enumerate() {
            let seen = client::read(&model.habit, bytes, &pieces, ended);
            if let Some(found) = divergence((case, connection), &standard, &seen, bytes.len()) {
                self.differing[index] += 1;
                self.examples[index].get_or_insert(found);
            }
        }
    }

    /// Adds what another case showed.
    pub(crate) fn add(&mut self, other: Self) {
        self.streams += other.streams;
        for (index, example) in other.examples.into_iter().enumerate() {
            self.differing[index] += other.differing[index];
            self.examples[index] = self.examples[index].take().or(example);
        }
    }

    /// The section of the report on several cases, in their order.
    pub(crate) fn sum(all: impl Iterator<Item = Self>) -> Vec<Portability> {
        let mut sum = Self::default();
        all.for_each(|one| sum.add(one));
        sum.report()
    }

    /// The section of the report; empty when there was no stream.
    pub(crate) fn report(self) -> Vec<Portability> {
        let told = |(index, example): (usize, Option<Divergence>)| Portability {
            model: MODELS[index].name.to_owned(),
            habit: MODELS[index].says.to_owned(),
            clients: MODELS[index].clients.iter().map(|name| (*name).to_owned()).collect(),
            streams: self.streams,
            differing: self.differing[index],
            example,
        };
        match self.streams {
            0 => Vec::new(),
            _ => self.examples.into_iter().enumerate().map(told).collect(),
        }
    }
}

/// What the standard says, and where each event begins.
fn standard(bytes: &[u8]) -> Option<Vec<(Seen, u64)>> {
    let items = parse_all(bytes).ok()?;
    let event = |(span, item): (ssecheck_parser::Span, OwnedItem)| match item {
        OwnedItem::Event(event) => Some((
            Seen {
                event_type: event.event_type.into_owned(),
                data: event.data,
                id: event.last_event_id,
            },
            span.start,
        )),
        _ => None,
    };
    Some(items.into_iter().filter_map(event).collect())
}

fn divergence(
    (case, connection): (&str, &str),
    standard: &[(Seen, u64)],
    seen: &[Seen],
    length: usize,
) -> Option<Divergence> {
    let same = standard.iter().zip(seen).take_while(|((one, _), other)| one == *other).count();
    if same == standard.len() && same == seen.len() {
        return None;
    }
    let right = standard.get(same);
    let [standard, client] = differing(right.map(|(event, _)| event), seen.get(same));
    Some(Divergence {
        case: case.to_owned(),
        connection: connection.to_owned(),
        event: same as u64 + 1,
        offset: right.map_or(length as u64, |(_, start)| *start),
        standard,
        client,
    })
}

/// The first part in which two events differ, on both sides.
fn differing(standard: Option<&Seen>, client: Option<&Seen>) -> [String; 2] {
    let whole =
        |seen: &Seen| format!("event {} with data {}", shown(&seen.event_type), shown(&seen.data));
    match (standard, client) {
        (Some(one), Some(other)) if one.data != other.data => {
            [format!("data {}", shown(&one.data)), format!("data {}", shown(&other.data))]
        }
        (Some(one), Some(other)) if one.event_type != other.event_type => {
            let texts = [&one.event_type, &other.event_type];
            texts.map(|text| format!("type {}", shown(text)))
        }
        (Some(one), Some(other)) => [&one.id, &other.id].map(|id| format!("id {}", shown(id))),
        (one, other) => [one, other].map(|seen| seen.map_or_else(|| "no event".to_owned(), whole)),
    }
}

#[cfg(test)]
#[path = "portability_tests.rs"]
mod tests;
