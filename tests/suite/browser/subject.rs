//! Streams for the browser, and what it must make of them.

use bytes::Bytes;
use serde_json::{Value, json};
use ssecheck_parsertest::{Expected, Record, expected, feature};
use ssecheck_testbed::ScriptedAnswer;

use super::page::Observed;

/// Type, data and last event ID.
pub(crate) type Event = [String; 3];

/// One EventSource: what the server answers, request after request.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// Where it comes from.
    pub(crate) name: String,
    /// The chunks of each answer.
    pub(crate) answers: Vec<Vec<Vec<u8>>>,
    pub(crate) content_type: Option<&'static str>,
    /// Whether the EventSource may come back until it is told not to.
    pub(crate) returns: bool,
}

/// Ends what is unfinished and makes an EventSource come back at once.
const COME_BACK: &[u8] = b"\n\nretry: 1\n";

impl Subject {
    /// One stream that is read to its end, and no further.
    pub(crate) fn once(name: impl Into<String>, chunks: Vec<Vec<u8>>) -> Self {
        Self { name: name.into(), answers: vec![chunks], content_type: None, returns: false }
    }

    /// The same with an end that makes the EventSource come back, so that its Last-Event-ID shows.
    pub(crate) fn come_back(mut self) -> Self {
        self.answers[0].push(COME_BACK.to_vec());
        self.returns = true;
        self
    }

    /// For the testbed.
    pub(crate) fn script(&self) -> Vec<ScriptedAnswer> {
        let answer = |chunks: &Vec<Vec<u8>>| ScriptedAnswer {
            chunks: chunks.iter().cloned().map(Bytes::from).collect(),
            content_type: self.content_type,
        };
        self.answers.iter().map(answer).collect()
    }

    /// For the page.
    pub(crate) fn plan(&self, number: usize) -> Value {
        let said = self.said().into_iter().flat_map(|expected| events(&expected));
        let mut types: Vec<String> = said.map(|[event_type, ..]| event_type).collect();
        types.extend(self.answers.iter().flat_map(|chunks| lookalikes(&chunks.concat())));
        types.sort();
        types.dedup();
        json!({ "path": format!("/scripted/{number}"), "types": types, "returns": self.returns })
    }

    /// What each answer says, the last event ID kept from one to the next.
    pub(crate) fn said(&self) -> Vec<Expected> {
        let mut seed = String::new();
        let answer = |chunks: &Vec<Vec<u8>>| {
            let said = expected(chunks.iter().map(Vec::as_slice), &seed);
            seed.clone_from(&said.last_event_id);
            said
        };
        self.answers.iter().map(answer).collect()
    }
}

/// The events, in order.
pub(crate) fn events(expected: &Expected) -> Vec<Event> {
    let event = |record: &Record| match record {
        Record::Event(event) => {
            Some([event.event_type.clone(), event.data.clone(), event.last_event_id.clone()])
        }
        _ => None,
    };
    expected.records.iter().filter_map(|due| event(&due.record)).collect()
}

/// What follows a colon or a blank in any line: a browser that reads a type where there is none
/// would be heard only by somebody who listens to that type.
fn lookalikes(stream: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(stream);
    let values = text.split(['\r', '\n']).filter_map(|line| line.split_once(':'));
    let values = values.map(|(_, value)| value);
    let shapes = values.flat_map(|value| [value, value.trim()]);
    shapes.filter(|value| (1..100).contains(&value.len())).map(str::to_owned).take(60).collect()
}

/// How the browser differs from what is due; none if it does not.
pub(crate) fn difference(due: &[Event], observed: &Observed) -> Option<String> {
    let same = observed.events == due;
    (!same).then(|| format!("browser {:?}, due {due:?}", observed.events))
}

/// So many random streams: of each feature the same share.
pub(crate) fn random(count: usize, seed: u64) -> Vec<Subject> {
    let share = count.div_ceil(feature::ALL.len());
    let of_feature = |feature: &'static feature::Feature| {
        feature.samples(seed).take(share).enumerate().map(move |(number, sample)| {
            let chunks = sample.chunks().into_iter().map(<[u8]>::to_vec).collect();
            let subject = Subject::once(format!("{} {seed}/{number}", feature.name), chunks);
            if number % 4 == 0 { subject.come_back() } else { subject }
        })
    };
    feature::ALL.iter().flat_map(of_feature).take(count).collect()
}
