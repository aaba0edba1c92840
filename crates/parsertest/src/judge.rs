//! Holds what a parser said against what the stream must give, seen through the parser's interface.

use ssecheck_model::parser::Aspect;

use crate::expected::{Expected, Record};
use crate::protocol::{Answer, Caps, ChunkCap, CommentCap, DatalessCap, Final, IdCap, RetryCap};

mod row;
mod value;

use row::{Part, Row};

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
    /// Whether the events would be right if blocks without data, all or some, were events. Then that
    /// is the difference in [`Aspect::Events`], and there is no other in it.
    pub phantoms: bool,
    /// Whether the parser panicked, which ends the program of whoever does not catch it.
    pub panicked: bool,
    /// The chunk with which the first late event could have been had; it is late if there is a
    /// difference in [`Aspect::Late`].
    pub late_at: Option<usize>,
    /// Whether the answer says of each event when it came, so that it could have been late.
    pub timed: bool,
}

impl Judgement {
    /// Whether nothing is wrong but that something came late.
    pub fn is_right(&self) -> bool {
        self.differences.iter().all(|difference| difference.aspect == Aspect::Late)
    }

    /// In what the answer differs.
    pub fn aspects(&self) -> Vec<Aspect> {
        self.differences.iter().map(|difference| difference.aspect).collect()
    }
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
    let mut judgement = Judgement::default();
    let mut differences = Vec::new();
    if let Some(error) = &answer.error {
        let actual = format!("{} error: {}", error.kind, error.msg);
        judgement.panicked = error.kind == "panic";
        differences.push(difference(Aspect::Error, "no error", actual.trim()));
    }
    let (parts, seen) = (row::due(expected, caps), row::seen(answer, caps));
    let due: Vec<&Row> = parts.iter().filter(|part| part.has_data).map(|part| &part.row).collect();
    let wrong = row::first_difference(&due, &seen, caps);
    if wrong.is_none() {
        judgement.timed = caps.chunks == ChunkCap::Exact && seen.iter().all(|row| row.k.is_some());
        if let Some((at, late)) = late(&parts, &seen).filter(|_| caps.chunks == ChunkCap::Exact) {
            judgement.late_at = Some(at);
            differences.push(late);
        }
    } else {
        judgement.phantoms = caps.dataless != DatalessCap::Flagged && row::matches(&parts, &seen);
    }
    differences.extend(wrong);
    differences.extend(retries(expected, answer, caps));
    differences.extend(comments(expected, answer, caps));
    differences.extend(finals(expected, answer, caps));
    judgement.differences = differences;
    judgement
}

fn retries(expected: &Expected, answer: &Answer, caps: &Caps) -> Option<Difference> {
    let times = |record: &Record| match record {
        Record::Retry(time) => Some(time.to_string()),
        _ => None,
    };
    let all: Vec<String> = expected.records.iter().filter_map(|due| times(&due.record)).collect();
    let alone = answer.out.iter().filter(|out| out.e.is_none());
    let seen: Vec<String> = alone.filter_map(|out| out.r.as_ref()).map(value::time).collect();
    if caps.retry == RetryCap::List && !same_times(&all, &seen) {
        return Some(difference(Aspect::Retry, &listed(&all), &listed(&seen)));
    }
    let shows_last = caps.retry == RetryCap::Final || caps.finals.contains(&Final::Retry);
    let last = answer.finals.retry.as_ref().filter(|last| !last.is_null()).map(value::time);
    (shows_last && !may_be_last(&all, last.as_deref())).then(|| {
        let word = |time: Option<&str>| time.unwrap_or("no retry").to_owned();
        difference(Aspect::Retry, &word(all.last().map(String::as_str)), &word(last.as_deref()))
    })
}

/// Whether these are the reconnection times; each that is huge may be another huge one, or missing.
fn same_times(all: &[String], seen: &[String]) -> bool {
    let mut seen = seen.iter().peekable();
    let each = all.iter().all(|time| match seen.peek() {
        Some(next) if value::same_time(Some(time), Some(next)) => seen.next().is_some(),
        _ => value::is_huge(time),
    });
    each && seen.next().is_none()
}

/// Whether this can be the last reconnection time. One that is huge may be ignored, and then the one
/// before it stays.
fn may_be_last(all: &[String], last: Option<&str>) -> bool {
    for time in all.iter().rev() {
        match value::is_huge(time) {
            true if last.is_some_and(value::is_huge) => return true,
            true => {}
            false => return Some(time.as_str()) == last,
        }
    }
    last.is_none()
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
    let seen: Vec<String> =
        answer.out.iter().filter_map(|out| out.c.as_ref()).map(value::text).collect();
    (caps.comments != CommentCap::None && all != seen)
        .then(|| difference(Aspect::Comment, &format!("{all:?}"), &format!("{seen:?}")))
}

fn finals(expected: &Expected, answer: &Answer, caps: &Caps) -> Option<Difference> {
    if !caps.finals.contains(&Final::LastEventId) {
        return None;
    }
    let last = answer.finals.last_event_id.as_ref().map(value::text).unwrap_or_default();
    let word = |id: &str| format!("last event ID {id:?} at the end");
    (last != expected.last_event_id)
        .then(|| difference(Aspect::FinalId, &word(&expected.last_event_id), &word(&last)))
}

/// The first event that came later than it could, and the chunk with which it could.
fn late(parts: &[Part], seen: &[Row]) -> Option<(usize, Difference)> {
    let events = parts.iter().filter(|part| part.has_data).zip(seen).enumerate();
    let mut late = events.filter_map(|(number, (part, row))| {
        let k = row.k.filter(|k| *k > part.chunk)?;
        let expected = format!("event {} after chunk {}", number + 1, part.chunk + 1);
        let actual = format!("only after chunk {}", k + 1);
        Some((part.chunk, difference(Aspect::Late, &expected, &actual)))
    });
    late.next()
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
