//! What a parser says of a vector's stream, and in what that is wrong.

use std::collections::BTreeSet;

use ssecheck_model::parser::Aspect;
use ssecheck_model::vector::{Said, SaidEvent, Vector, VectorFile};
use ssecheck_parsertest::{Record, expected, vectors};

/// What stands for all reconnection times from 2^32 up.
pub(crate) const HUGE: u64 = 1 << 32;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// Each event, with the index of the chunk at which it came.
    pub(crate) events: Vec<(usize, SaidEvent)>,
    pub(crate) retries: Vec<u64>,
    pub(crate) comments: Vec<String>,
    pub(crate) last_event_id: String,
    pub(crate) failed: bool,
}

impl Heard {
    /// In the words of the vectors.
    pub(crate) fn said(&self) -> Said {
        Said {
            events: self.events.iter().map(|(_, event)| event.clone()).collect(),
            retries: self.retries.iter().map(|time| HUGE.min(*time)).collect(),
            comments: self.comments.clone(),
            last_event_id: self.last_event_id.clone(),
        }
    }
}

/// All shipped vectors.
pub(crate) fn shipped() -> Vec<Vector> {
    let files: Vec<VectorFile> = vectors::shipped().expect("they are well formed");
    files.into_iter().flat_map(|file| file.vectors).collect()
}

/// The stream of a vector under its own cuts, whole, byte by byte and in two at every place.
pub(crate) fn cuts(vector: &Vector) -> Vec<Vec<Vec<u8>>> {
    let own = vector.bytes().expect("each character is a byte");
    let whole = own.concat();
    let bytes = whole.iter().map(|byte| vec![*byte]).collect();
    let two = |at: usize| vec![whole[..at].to_vec(), whole[at..].to_vec()];
    let places = if whole.len() <= 256 { 1..whole.len() } else { 1..1 };
    let mut all: Vec<Vec<Vec<u8>>> = places.map(two).collect();
    all.extend([own, bytes, vec![whole]]);
    all
}

/// What our own parser says.
pub(crate) fn ours(chunks: &[Vec<u8>], seed: &str) -> Heard {
    let expected = expected(chunks.iter().map(Vec::as_slice), seed);
    let mut heard = Heard { last_event_id: expected.last_event_id, ..Heard::default() };
    for due in expected.records {
        match due.record {
            Record::Event(event) => {
                let said = SaidEvent {
                    event: event.event_type,
                    data: event.data,
                    last_event_id: event.last_event_id,
                    own_id: event.own_id,
                };
                heard.events.push((due.chunk, said));
            }
            Record::Retry(time) => heard.retries.push(time),
            Record::Comment(text) => heard.comments.push(text),
            _ => {}
        }
    }
    heard
}

/// In what a parser is wrong: by the reading of the standard that is nearest to what it said.
pub(crate) fn wrong(vector: &Vector, chunks: &[Vec<u8>], heard: &Heard) -> BTreeSet<Aspect> {
    let readings = std::iter::once(&vector.expect).chain(&vector.or);
    let mut wrong =
        readings.map(|said| against(said, heard)).min_by_key(BTreeSet::len).unwrap_or_default();
    if heard.failed {
        wrong.insert(Aspect::Error);
    }
    if !wrong.contains(&Aspect::Events) && is_late(vector, chunks, heard) {
        wrong.insert(Aspect::Late);
    }
    wrong
}

fn against(said: &Said, heard: &Heard) -> BTreeSet<Aspect> {
    let found = heard.said();
    let content = |event: &SaidEvent| (event.event.clone(), event.data.clone());
    let ids = |said: &Said| -> Vec<String> {
        said.events.iter().map(|event| event.last_event_id.clone()).collect()
    };
    let same_events = said.events.iter().map(content).eq(found.events.iter().map(content));
    let small =
        |times: &[u64]| -> Vec<u64> { times.iter().copied().filter(|time| *time < HUGE).collect() };
    let same_times = said.retries == found.retries || small(&said.retries) == found.retries;
    let differences = [
        (Aspect::Events, !same_events),
        (Aspect::Id, same_events && ids(said) != ids(&found)),
        (Aspect::Retry, !same_times),
        (Aspect::Comment, said.comments != found.comments),
        (Aspect::FinalId, said.last_event_id != found.last_event_id),
    ];
    differences.into_iter().filter_map(|(aspect, differs)| differs.then_some(aspect)).collect()
}

fn is_late(vector: &Vector, chunks: &[Vec<u8>], heard: &Heard) -> bool {
    let seed = vector.seed.as_deref().unwrap_or_default();
    let due = ours(chunks, seed).events;
    due.iter().zip(&heard.events).any(|((due, _), (came, _))| came > due)
}
