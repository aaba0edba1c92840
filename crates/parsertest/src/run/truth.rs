//! What a vector expects of a parser, in whatever cut.

use ssecheck_model::vector::{Said, Vector};

use crate::expected::{Due, Expected, Record, SeenEvent, expected};
use crate::judge::{Judgement, RETRY_MAX, judge};
use crate::protocol::{Answer, Caps};

/// Judges the answer to a vector that was sent in these chunks. Where the standard leaves room, any
/// of the readings will do.
pub(super) fn judge_vector(
    vector: &Vector,
    chunks: &[Vec<u8>],
    answer: &Answer,
    caps: &Caps,
) -> Judgement {
    let truth = truth(vector, chunks);
    let first = judge(&truth, answer, caps);
    if first.differences.is_empty() {
        return first;
    }
    let others = vector.or.iter().map(|said| judge(&reading(said, &truth), answer, caps));
    others.into_iter().find(|other| other.differences.is_empty()).unwrap_or(first)
}

/// What the vector says; where our parser says the same, with the moment at which it can be said.
pub(super) fn truth(vector: &Vector, chunks: &[Vec<u8>]) -> Expected {
    let seed = vector.seed.as_deref().unwrap_or_default();
    let ours = expected(chunks.iter().map(Vec::as_slice), seed);
    if agrees(&ours, &vector.expect) { ours } else { reading(&vector.expect, &ours) }
}

/// Whether our parser says this. All times that are too large are one.
fn agrees(ours: &Expected, said: &Said) -> bool {
    let alike = |said: Said| {
        let retries = said.retries.iter().map(|time| (*time).min(RETRY_MAX + 1)).collect();
        Said { retries, ..said }
    };
    alike(self::said(ours)) == alike(said.clone())
}

/// What our parser said, in the words of vectors.
fn said(ours: &Expected) -> Said {
    let mut said = Said { last_event_id: ours.last_event_id.clone(), ..Said::default() };
    for due in &ours.records {
        match &due.record {
            Record::Event(event) => said.events.push(ssecheck_model::vector::SaidEvent {
                event: event.event_type.clone(),
                data: event.data.clone(),
                last_event_id: event.last_event_id.clone(),
                own_id: event.own_id,
            }),
            Record::Retry(time) => said.retries.push(*time),
            Record::Comment(text) => said.comments.push(text.clone()),
            Record::Dataless(_) => {}
        }
    }
    said
}

/// A reading as an expectation. When it can be said is not known, so it is never late.
fn reading(said: &Said, ours: &Expected) -> Expected {
    let events = ours.records.iter().filter_map(|due| match &due.record {
        Record::Event(event) => Some(event.own_retry),
        _ => None,
    });
    let own_retries: Vec<Option<u64>> = events.collect();
    let alike = own_retries.len() == said.events.len();
    let event = |(index, event): (usize, &ssecheck_model::vector::SaidEvent)| {
        Record::Event(SeenEvent {
            event_type: event.event.clone(),
            data: event.data.clone(),
            last_event_id: event.last_event_id.clone(),
            own_id: event.own_id,
            own_retry: own_retries.get(index).copied().flatten().filter(|_| alike),
        })
    };
    let events = said.events.iter().enumerate().map(event);
    let retries = said.retries.iter().map(|time| Record::Retry(*time));
    let comments = said.comments.iter().map(|text| Record::Comment(text.clone()));
    let all = events.chain(retries).chain(comments);
    Expected {
        records: all.map(|record| Due { chunk: usize::MAX, record }).collect(),
        last_event_id: said.last_event_id.clone(),
        retry: said.retries.last().copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vector_says_what_our_parser_says_in_its_own_chunks() {
        let files = crate::vectors::shipped().unwrap();
        for vector in files.iter().flat_map(|file| &file.vectors) {
            let chunks = vector.bytes().unwrap();
            let seed = vector.seed.as_deref().unwrap_or_default();
            let ours = expected(chunks.iter().map(Vec::as_slice), seed);
            assert!(agrees(&ours, &vector.expect), "{}: {:?}", vector.id, said(&ours));
        }
    }

    #[test]
    fn a_vector_is_the_truth_and_its_other_readings_will_do() {
        let text = r#"{"id": "x/y", "class": "retry.empty", "title": "", "source": "",
            "chunks": ["data: a\n\n"], "expect": {"events": [{"data": "b"}]},
            "or": [{"events": [{"data": "c"}]}]}"#;
        let vector: Vector = serde_json::from_str(text).unwrap();
        let caps = Caps::default();
        for (data, right) in [("a", false), ("b", true), ("c", true)] {
            let out = serde_json::json!({"out": [{"k": 0, "e": [null, data, null]}]});
            let answer: Answer = serde_json::from_value(out).unwrap();
            let judgement = judge_vector(&vector, &vector.bytes().unwrap(), &answer, &caps);
            assert_eq!(judgement.differences.is_empty(), right, "{data}");
        }
    }
}
