//! Holds what a parser said against what the stream must give, seen through the parser's interface.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use ssecheck_model::parser::Aspect;

use crate::expected::{Expected, Record, SeenEvent};
use crate::protocol::{
    Answer, Caps, ChunkCap, CommentCap, DatalessCap, Final, IdCap, Out, RetryCap,
};

/// Larger reconnection times may saturate, or be ignored: the standard sets no size.
pub const RETRY_MAX: u64 = u32::MAX as u64;

/// One way in which an answer is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// In what.
    pub aspect: Aspect,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub actual: String,
}

/// What is wrong with an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// All differences; empty if the answer is right.
    pub differences: Vec<Difference>,
    /// Whether the events would be right if blocks without data were events. Then that is the
    /// difference in [`Aspect::Events`], and there is no other in it.
    pub phantoms: bool,
}

/// What can be seen through an interface.
pub fn visible(caps: &Caps) -> Vec<Aspect> {
    let retry = caps.retry != RetryCap::None || caps.finals.contains(&Final::Retry);
    let all = [
        (Aspect::Events, true),
        (Aspect::Error, true),
        (Aspect::Id, caps.id != IdCap::None),
        (Aspect::FinalId, caps.finals.contains(&Final::LastEventId)),
        (Aspect::Retry, retry),
        (Aspect::Comment, caps.comments != CommentCap::None),
        (Aspect::Late, caps.chunks == ChunkCap::Exact),
        (Aspect::Time, true),
    ];
    all.into_iter().filter_map(|(aspect, seen)| seen.then_some(aspect)).collect()
}

/// Judges the answer to a stream for which this was expected.
pub fn judge(expected: &Expected, answer: &Answer, caps: &Caps) -> Judgement {
    let mut differences = Vec::new();
    if let Some(error) = &answer.error {
        let actual = format!("{} error: {}", error.kind, error.msg);
        differences.push(Difference { aspect: Aspect::Error, expected: "no error".into(), actual });
    }
    let seen = events_seen(answer, caps);
    let mut phantoms = false;
    let (due, rows): (Vec<usize>, Vec<Row>) = rows(expected, caps, false).into_iter().unzip();
    let wrong = first_difference(&rows, &seen, caps);
    if wrong.is_some() && caps.dataless != DatalessCap::Flagged {
        let (_, with): (Vec<usize>, Vec<Row>) =
            self::rows(expected, caps, true).into_iter().unzip();
        phantoms = first_difference(&with, &seen, caps).is_none();
    }
    let right = wrong.is_none();
    differences.extend(wrong);
    differences.extend(retries(expected, answer, caps));
    differences.extend(comments(expected, answer, caps));
    differences.extend(finals(expected, answer, caps));
    if right && caps.chunks == ChunkCap::Exact {
        differences.extend(late(&due, answer, caps));
    }
    Judgement { differences, phantoms }
}

/// An event as an interface shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    event_type: String,
    data: String,
    /// `None` if the interface shows no id here.
    id: Option<String>,
    retry: Option<String>,
}

fn rows(expected: &Expected, caps: &Caps, dataless: bool) -> Vec<(usize, Row)> {
    let row = |due: &crate::expected::Due| match &due.record {
        Record::Event(event) => Some((due.chunk, of_event(event, caps))),
        Record::Dataless { event_type, last_event_id } if dataless => {
            let (event_type, data) = (event_type.clone(), String::new());
            let id = (caps.id == IdCap::Last).then(|| last_event_id.clone());
            Some((due.chunk, Row { event_type, data, id, retry: None }))
        }
        _ => None,
    };
    expected.records.iter().filter_map(row).collect()
}

fn of_event(event: &SeenEvent, caps: &Caps) -> Row {
    let id = match caps.id {
        IdCap::Last => Some(event.last_event_id.clone()),
        IdCap::Own => event.own_id.then(|| event.last_event_id.clone()),
        IdCap::None => None,
    };
    let id = id.filter(|id| caps.id == IdCap::Last || caps.own_empty || !id.is_empty());
    let retry = event.own_retry.filter(|_| caps.retry == RetryCap::Event).map(|t| t.to_string());
    Row { event_type: event.event_type.clone(), data: event.data.clone(), id, retry }
}

fn events_seen(answer: &Answer, caps: &Caps) -> Vec<Row> {
    let events = answer.out.iter().filter(|out| out.d != Some(false));
    events.filter_map(|out| row_seen(out, caps)).collect()
}

fn row_seen(out: &Out, caps: &Caps) -> Option<Row> {
    let [event_type, data, id] = out.e.as_ref()?;
    let id = match (caps.id, id) {
        (IdCap::None, _) | (IdCap::Own, Value::Null) => None,
        (IdCap::Last, Value::Null) => Some(String::new()),
        (_, id) => Some(text(id)),
    };
    let id = id.filter(|id| caps.id == IdCap::Last || caps.own_empty || !id.is_empty());
    let event_type = if event_type.is_null() { "message".to_owned() } else { text(event_type) };
    let retry = out.r.as_ref().filter(|_| caps.retry == RetryCap::Event).map(text);
    Some(Row { event_type, data: text(data), id, retry })
}

/// A value as an adapter sends it.
fn text(value: &Value) -> String {
    let bytes = |b64: &Value| BASE64_STANDARD.decode(b64.as_str()?).ok();
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(map) => match (map.get("b64").and_then(bytes), map.get("raw")) {
            (Some(bytes), _) => format!("bytes {}", bytes.escape_ascii()),
            (None, Some(raw)) => format!("raw {raw}"),
            (None, None) => value.to_string(),
        },
        other => other.to_string(),
    }
}

fn first_difference(rows: &[Row], seen: &[Row], caps: &Caps) -> Option<Difference> {
    if rows.len() == seen.len() && rows.iter().zip(seen).all(|(row, seen)| same(row, seen)) {
        return None;
    }
    let content = |rows: &[Row]| -> Vec<(String, String)> {
        rows.iter().map(|row| (row.event_type.clone(), row.data.clone())).collect()
    };
    let aspect = match content(rows) == content(seen) {
        false => Aspect::Events,
        true if rows.iter().zip(seen).any(|(row, seen)| row.id != seen.id) => Aspect::Id,
        true => Aspect::Retry,
    };
    let (expected, actual) = (shown(rows, caps), shown(seen, caps));
    Some(Difference { aspect, expected, actual })
}

fn same(row: &Row, seen: &Row) -> bool {
    let plain = row.event_type == seen.event_type && row.data == seen.data && row.id == seen.id;
    plain && same_time(row.retry.as_deref(), seen.retry.as_deref())
}

/// Whether a reconnection time is right. A huge one may be anything huge, or missing.
fn same_time(expected: Option<&str>, seen: Option<&str>) -> bool {
    let huge = |time: Option<&str>| {
        time.is_none_or(|time| time.parse::<f64>().is_ok_and(|time| time >= RETRY_MAX as f64))
    };
    expected == seen || (expected.is_some() && huge(expected) && huge(seen))
}

/// Events in words: the type where it is not `message`, the data, the id.
fn shown(rows: &[Row], caps: &Caps) -> String {
    if rows.is_empty() {
        return "no event".to_owned();
    }
    let one = |row: &Row| {
        let mut text = format!("{:?}", row.data);
        if row.event_type != "message" {
            text = format!("{:?}: {text}", row.event_type);
        }
        match &row.id {
            Some(id) if !id.is_empty() || caps.id == IdCap::Own => format!("{text} (id {id:?})"),
            _ => text,
        }
    };
    rows.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn retries(expected: &Expected, answer: &Answer, caps: &Caps) -> Option<Difference> {
    let times = |record: &Record| match record {
        Record::Retry(time) => Some(time.to_string()),
        _ => None,
    };
    let all: Vec<String> = expected.records.iter().filter_map(|due| times(&due.record)).collect();
    let alone = answer.out.iter().filter(|out| out.e.is_none());
    let seen: Vec<String> = alone.filter_map(|out| out.r.as_ref()).map(text).collect();
    let is_small = |time: &&String| time.parse::<f64>().is_ok_and(|time| time <= RETRY_MAX as f64);
    let wrong_list = caps.retry == RetryCap::List
        && !(all.len() == seen.len()
            && all.iter().zip(&seen).all(|(all, seen)| same_time(Some(all), Some(seen))))
        && !all.iter().filter(is_small).eq(seen.iter());
    if wrong_list {
        return Some(difference(Aspect::Retry, &listed(&all), &listed(&seen)));
    }
    let shows_last = caps.retry == RetryCap::Final || caps.finals.contains(&Final::Retry);
    let last = answer.finals.retry.as_ref().filter(|last| !last.is_null()).map(text);
    let wanted = expected.retry.map(|time| time.to_string());
    let ignored_huge = wanted.as_ref().is_some_and(|time| !is_small(&time))
        && last.as_ref() == all.iter().rfind(is_small);
    (shows_last && !ignored_huge && !same_time(wanted.as_deref(), last.as_deref())).then(|| {
        let word = |time: Option<String>| time.unwrap_or_else(|| "none".to_owned());
        difference(Aspect::Retry, &word(wanted), &word(last))
    })
}

fn listed(times: &[String]) -> String {
    if times.is_empty() { "no retry".to_owned() } else { format!("retry {}", times.join(", ")) }
}

fn difference(aspect: Aspect, expected: &str, actual: &str) -> Difference {
    Difference { aspect, expected: expected.to_owned(), actual: actual.to_owned() }
}

fn comments(expected: &Expected, answer: &Answer, caps: &Caps) -> Option<Difference> {
    let comment = |due: &crate::expected::Due| match (&due.record, caps.comments) {
        (Record::Comment(text), CommentCap::Raw) => Some(text.clone()),
        (Record::Comment(text), CommentCap::Strip1) => {
            Some(text.strip_prefix(' ').unwrap_or(text).to_owned())
        }
        _ => None,
    };
    let all: Vec<String> = expected.records.iter().filter_map(comment).collect();
    let seen: Vec<String> = answer.out.iter().filter_map(|out| out.c.as_ref()).map(text).collect();
    (caps.comments != CommentCap::None && all != seen)
        .then(|| difference(Aspect::Comment, &format!("{all:?}"), &format!("{seen:?}")))
}

fn finals(expected: &Expected, answer: &Answer, caps: &Caps) -> Option<Difference> {
    if !caps.finals.contains(&Final::LastEventId) {
        return None;
    }
    let last = answer.finals.last_event_id.as_ref().map(text).unwrap_or_default();
    let word = |id: &str| format!("last event ID {id:?} at the end");
    (last != expected.last_event_id)
        .then(|| difference(Aspect::FinalId, &word(&expected.last_event_id), &word(&last)))
}

/// The first event that came later than it could.
fn late(due: &[usize], answer: &Answer, caps: &Caps) -> Option<Difference> {
    let shown =
        answer.out.iter().filter(|out| row_seen(out, caps).is_some() && out.d != Some(false));
    let (number, (due, k)) = due
        .iter()
        .zip(shown.map(|out| out.k))
        .enumerate()
        .find(|(_, (due, k))| k.is_some_and(|k| k > **due))?;
    let expected = format!("event {} after chunk {}", number + 1, due + 1);
    let actual = format!("only after chunk {}", k.map_or(0, |k| k + 1));
    Some(difference(Aspect::Late, &expected, &actual))
}
