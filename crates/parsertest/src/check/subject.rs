//! A parser under test: runs it, catches its panics, and holds its answers against the standard.

use std::any::Any;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use serde_json::Value;
use ssecheck_model::parser::{Aspect, ClassVerdict, ParserProfile};

use super::Seen;
use crate::judge::judge;
use crate::protocol::{Answer, Caps, Failure, Out, RetryCap};
use crate::{Due, Expected, Record, expected};

type Parser<'a> = dyn FnMut(&[&[u8]]) -> Result<Vec<Seen>, String> + 'a;

pub(super) struct Subject<'a> {
    caps: &'a Caps,
    profile: ParserProfile,
    parser: &'a mut Parser<'a>,
    /// How often it was run.
    pub(super) executions: u64,
}

/// What is wrong with one answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: Kind,
    /// What it should say, in words.
    pub(super) expected: String,
    /// What it says.
    pub(super) actual: String,
}

/// In what way; while shrinking it stays the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) verdict: ClassVerdict,
    pub(super) aspect: Aspect,
    /// Blocks without data are events, and all else is right.
    pub(super) phantoms: bool,
}

impl<'a> Subject<'a> {
    pub(super) fn new(caps: &'a Caps, profile: ParserProfile, parser: &'a mut Parser<'a>) -> Self {
        Self { caps, profile, parser, executions: 0 }
    }

    /// Runs the parser on these chunks.
    pub(super) fn fault(&mut self, chunks: &[&[u8]]) -> Option<Fault> {
        self.executions += 1;
        let expected = expected(chunks.iter().copied(), "");
        match quietly(|| (self.parser)(chunks)) {
            Ok(Ok(seen)) => self.wrong(&expected, &answer(seen, self.caps)),
            Ok(Err(msg)) => self.wrong(&expected, &failure(msg)),
            Err(message) => Some(Fault {
                kind: kind(ClassVerdict::Crash, Aspect::Error),
                expected: self.events(&expected),
                actual: format!("panic: {message}"),
            }),
        }
    }

    fn wrong(&self, expected: &Expected, answer: &Answer) -> Option<Fault> {
        let judgement = judge(expected, answer, self.caps);
        // What the standard leaves to all but browsers.
        let left_open = judgement.phantoms || expected.records.iter().any(is_empty_event);
        let allowed = left_open && self.profile == ParserProfile::Core;
        let counts = |aspect| aspect != Aspect::Late && !(allowed && aspect == Aspect::Events);
        let mut differences = judgement.differences.into_iter();
        let first = differences.find(|difference| counts(difference.aspect))?;
        let expected = match first.aspect {
            Aspect::Error => self.events(expected),
            _ => first.expected,
        };
        let phantoms = judgement.phantoms && first.aspect == Aspect::Events;
        let kind = Kind { phantoms, ..kind(ClassVerdict::Fail, first.aspect) };
        Some(Fault { kind, expected, actual: first.actual })
    }

    /// The events of a stream in words.
    fn events(&self, expected: &Expected) -> String {
        let none = judge(expected, &Answer::default(), self.caps).differences.into_iter();
        let mut events = none.filter(|difference| difference.aspect == Aspect::Events);
        events.next().map_or_else(|| "no event".to_owned(), |difference| difference.expected)
    }
}

fn is_empty_event(due: &Due) -> bool {
    matches!(&due.record, Record::Event(event) if event.data.is_empty())
}

fn kind(verdict: ClassVerdict, aspect: Aspect) -> Kind {
    Kind { verdict, aspect, phantoms: false }
}

fn failure(msg: String) -> Answer {
    let error = Failure { k: None, kind: "parser".to_owned(), msg };
    Answer { error: Some(error), ..Answer::default() }
}

/// What was seen, as an adapter would send it.
fn answer(seen: Vec<Seen>, caps: &Caps) -> Answer {
    let mut answer = Answer::default();
    for seen in seen {
        match seen {
            Seen::Event { event_type, data, id } => {
                let e = Some([event_type.into(), data.into(), id.into()]);
                answer.out.push(Out { e, ..Out::default() });
            }
            Seen::Retry(time) if caps.retry == RetryCap::Final => {
                answer.finals.retry = Some(time.into());
            }
            Seen::Retry(time) => {
                answer.out.push(Out { r: Some(time.into()), ..Out::default() });
            }
            Seen::Comment(text) => {
                answer.out.push(Out { c: Some(Value::from(text)), ..Out::default() });
            }
            Seen::LastEventId(id) => answer.finals.last_event_id = Some(id.into()),
        }
    }
    answer
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Catches a panic and returns its message. While this thread is in here, the panic hook says
/// nothing: shrinking would say it a thousand times.
fn quietly<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    HOOK.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                previous(info);
            }
        }));
    });
    QUIET.set(true);
    let result = catch_unwind(AssertUnwindSafe(run));
    QUIET.set(false);
    result.map_err(|payload| message(&*payload))
}

fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".to_owned())
}
