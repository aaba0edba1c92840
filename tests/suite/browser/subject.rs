//! Streams for the browser, and what it must make of them.

use bytes::Bytes;
use serde_json::{Value, json};
use ssecheck_model::vector::Vector;
use ssecheck_parsertest::{Expected, Record, expected, feature, vectors};
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
        self.answers.iter_mut().for_each(|answer| answer.push(COME_BACK.to_vec()));
        self.returns = true;
        self
    }

    /// Several streams one after the other.
    fn returning(name: &str, answers: &[&[u8]]) -> Self {
        let answers = answers.iter().map(|stream| vec![stream.to_vec()]).collect();
        Self { answers, returns: true, ..Self::once(name, Vec::new()) }
    }

    /// A plain stream with this Content-Type.
    pub(crate) fn of_type(content_type: &'static str) -> Self {
        let stream = b"retry: 1\nid: \xC3\xA9\ndata: \xE2\x82\xAC\n\n";
        let plain = Self::returning(content_type, &[stream]);
        Self { content_type: Some(content_type), ..plain }
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

/// What only shows from one stream to the next.
pub(crate) fn lifecycles() -> Vec<Subject> {
    let returning = |(name, answers): &(&str, &[&[u8]])| Subject::returning(name, answers);
    let types = [
        "text/event-stream;charset=utf-8",
        "text/event-stream; charset=\"UTF-8\"",
        "text/event-stream; boundary=x",
        "text/event-stream;",
        "Text/Event-Stream",
    ];
    LIFECYCLES.iter().map(returning).chain(types.map(Subject::of_type)).collect()
}

/// A name, and the streams that the server gives one after the other.
type Lifecycle = (&'static str, &'static [&'static [u8]]);

const LIFECYCLES: &[Lifecycle] = &[
    ("a 204 at once", &[]),
    ("no id, no field", &[b"retry: 1\ndata: a\n\n"]),
    ("the time is kept to", &[b"retry: 300\nid: 7\ndata: a\n\n"]),
    ("the id outlives its stream", &[b"retry: 1\nid: 7\ndata: a\n\n", b"data: b\n\n", b": c\n\n"]),
    ("an id without data counts", &[b"retry: 1\nid: 7\n\n", b"data: b\n\n"]),
    ("an id is replaced", &[b"retry: 1\nid: 7\ndata: a\n\n", b"id: 8\ndata: b\n\n"]),
    ("an empty id resets", &[b"retry: 1\nid: 7\ndata: a\n\nid\ndata: b\n\n", b"data: c\n\n"]),
    ("an empty id resets in a later stream", &[b"retry: 1\nid: 7\n\n", b"id:\n\n", b"data: c\n\n"]),
    ("an id with NUL does not count", &[b"retry: 1\nid: 1\ndata: a\n\nid: 2\0\ndata: b\n\n"]),
    ("an id of NUL alone does not count", &[b"retry: 1\nid: 1\n\nid: \0\n\n"]),
    ("an id in an unfinished block does not count", &[b"retry: 1\nid: 1\n\nid: 2\ndata: b"]),
    ("an id in an unfinished block, its line finished", &[b"retry: 1\nid: 1\n\nid: 2\n"]),
    ("the last id of a block counts", &[b"retry: 1\nid: 1\nid: 2\n\n"]),
    ("an id that is not ASCII", &["retry: 1\nid: K\u{F6}ln \u{20AC}\u{1F600}\n\n".as_bytes()]),
    ("an id that is not UTF-8", &[b"retry: 1\nid: a\xFFb\n\n"]),
    ("an id with blanks at its ends", &[b"retry: 1\nid:  a b\t\ndata: x\n\n", b"data: y\n\n"]),
    ("a retry counts when its line ends", &[b"retry: 300\n", b"data: b\n\n"]),
    ("a retry in a block without data counts", &[b"retry: 300\n\n"]),
    ("a wrong retry changes nothing", &[b"retry: 300\nretry: 1x\nretry: -1\nretry: 1.0\n\n"]),
    ("a retry with leading zeros", &[b"retry: 00300\n\n"]),
    ("the last retry counts", &[b"retry: 60000\nretry: 300\n\n", b"retry: 1\n\n", b"data: c\n\n"]),
    ("a retry that the end cuts off does not count", &[b"retry: 300\nretry: 1"]),
    ("data does not outlive its stream", &[b"retry: 1\ndata: a", b"data: b\n\n"]),
    ("lines of data do not outlive their stream", &[b"retry: 1\ndata: a\n", b"data: b\n\n"]),
    ("a type does not outlive its stream", &[b"retry: 1\nevent: e\n", b"data: b\n\n"]),
    ("an id does not outlive its unfinished block", &[b"retry: 1\nid: 7\n", b"data: b\n\n"]),
    ("an unfinished line does not outlive its stream", &[b"retry: 1\nda", b"ta: b\n\n"]),
    ("a CR does not outlive its stream", &[b"retry: 1\ndata: a\r\r", b"\ndata: b\n\n"]),
    (
        "a mark stands before each stream",
        &[b"\xEF\xBB\xBFretry: 1\n\n", b"\xEF\xBB\xBFdata: b\n\n"],
    ),
    (
        "half a mark does not outlive its stream",
        &[b"retry: 1\n\xEF\xBB", b"\xBFdata: a\n\ndata: b\n\n"],
    ),
];

/// How the browser differs from what is due; none if it does not.
pub(crate) fn difference(due: &[Event], observed: &Observed) -> Option<String> {
    let same = observed.events == due;
    (!same).then(|| format!("browser {:?}, due {due:?}", observed.events))
}

/// All vectors of the corpus, each as it is and with an end that makes the EventSource come back.
/// One that begins with a last event ID comes after a stream that sets it.
///
/// # Panics
/// When the corpus is broken.
pub(crate) fn vectors() -> Vec<Subject> {
    let files = vectors::shipped().expect("the corpus is in order");
    files.iter().flat_map(|file| &file.vectors).flat_map(of_vector).collect()
}

fn of_vector(vector: &Vector) -> Vec<Subject> {
    let chunks = vector.bytes().expect("it holds bytes");
    let subject = Subject::once(&vector.id, chunks);
    match vector.seed.as_deref().unwrap_or_default() {
        "" => vec![subject.clone(), subject.come_back()],
        seed => {
            let mut after = subject.come_back();
            after.answers.insert(0, vec![format!("id: {seed}\nretry: 1\n\n").into_bytes()]);
            vec![after]
        }
    }
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
