//! From what the steps saw to what is kept.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ssecheck_transport::{AfterEnd, End, Error, Kind, Record};

use super::document::{
    BrokenDoc, EndDoc, EndHow, ErrorDoc, HookErrorDoc, HopDoc, KindDoc, PublishedDoc, Raw,
    RequestDoc, RestartedDoc, StreamDoc, TimingsDoc, TryDoc, WaitedDoc,
};
use crate::hook::{HookError, Published};
use crate::perform::{Broken, Stage, Timings};
use crate::request::Plan;
use crate::stream::Stream;

/// What one try saw.
pub(super) fn of_stage(stage: &Stage<'_>, broken: Option<&Broken>) -> TryDoc {
    let clock = Clock(stage.started);
    let streams = |all: &Vec<Stream>| all.iter().map(|one| clock.stream(one)).collect();
    let published = |all: &Vec<Published>| all.iter().map(|one| clock.published(one)).collect();
    TryDoc {
        token: stage.token.clone(),
        broken: broken.map(|broken| BrokenDoc {
            message: broken.message.clone(),
            line: broken.line,
            column: broken.column,
        }),
        streams: map(&stage.streams, |stream| clock.stream(stream)),
        publications: map(&stage.publications, published),
        waits: map(&stage.waits, |waited| WaitedDoc {
            satisfied: waited.satisfied,
            seen: waited.seen.clone(),
            of: waited.of,
        }),
        chains: map(&stage.chains, streams),
        restarts: map(&stage.restarts, |restarted| RestartedDoc {
            started_ns: clock.ns(restarted.started),
            answered_ns: clock.ns(restarted.answered),
            failed: restarted.result.as_ref().err().map(hook_error),
        }),
        timings: map(&stage.timings, timings),
        idles: map(&stage.idles, |(begun, ended)| (clock.ns(*begun), clock.ns(*ended))),
        untellable: BTreeMap::new(),
    }
}

fn map<T, U>(from: &BTreeMap<String, T>, to: impl Fn(&T) -> U) -> BTreeMap<String, U> {
    from.iter().map(|(name, value)| (name.clone(), to(value))).collect()
}

fn timings(timings: &Timings) -> TimingsDoc {
    let list = |all: &[Option<Duration>]| all.iter().map(|one| one.map(nanos)).collect();
    TimingsDoc {
        of: list(&timings.of),
        against: list(&timings.against),
        command: timings.command.clone(),
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The beginning of the case, from which all times count.
struct Clock(Instant);

impl Clock {
    fn ns(&self, at: Instant) -> i64 {
        let after = at.checked_duration_since(self.0).map(nanos);
        let before = || nanos(self.0.saturating_duration_since(at));
        let signed = |ns: u64| i64::try_from(ns).unwrap_or(i64::MAX);
        after.map_or_else(|| -signed(before()), signed)
    }

    fn stream(&self, stream: &Stream) -> StreamDoc {
        let received = stream.record.as_ref().map(|record| &record.received);
        StreamDoc {
            asked: (stream.asked != stream.plan.url).then(|| stream.asked.to_string()),
            request: request(&stream.plan),
            destination: stream.destination,
            started_ns: self.ns(stream.started),
            hops: stream
                .hops
                .iter()
                .map(|hop| HopDoc { status: hop.status, location: hop.location.clone() })
                .collect(),
            redirect_problem: stream.redirect_problem.map(str::to_owned),
            connected_ns: stream.dialed.as_ref().map(|dialed| self.ns(dialed.connected)),
            head_withheld: stream.head_withheld,
            received: Raw(received.map(|side| side.bytes().to_vec()).unwrap_or_default()),
            reads: stream.record.as_ref().map(|record| self.reads(record)).unwrap_or_default(),
            used: used(stream),
            error: stream.error.as_ref().map(error),
            end: stream
                .end
                .as_ref()
                .map(|(end, at)| EndDoc { how: end_how(end), at_ns: self.ns(*at) }),
            after: stream.surplus.as_ref().map(|surplus| after(surplus.then).to_owned()),
            taken: stream.taken,
            unfenced: stream.unfenced,
            stalled: stream.stalled,
            cut: stream.cut,
            disturbed: stream.disturbed,
        }
    }

    fn reads(&self, record: &Record) -> Vec<(u64, i64, Option<i64>)> {
        let segments = record.received.segments().iter();
        let read = |segment: &ssecheck_transport::Segment| {
            let kernel = segment.stamp.kernel_at.map(|at| self.ns(at));
            (segment.len as u64, self.ns(segment.stamp.at), kernel)
        };
        segments.map(read).collect()
    }

    fn published(&self, one: &Published) -> PublishedDoc {
        PublishedDoc {
            data: one.content.data.clone(),
            event: one.content.event.clone(),
            id: one.content.id.clone(),
            comment: one.content.comment.clone(),
            started_ns: self.ns(one.started),
            answered_ns: self.ns(one.answered),
            failed: one.result.as_ref().err().map(hook_error),
            command: one.command.clone(),
            stream: one.stream.as_ref().map(|stream| self.stream(stream)),
        }
    }
}

fn request(plan: &Plan) -> RequestDoc {
    RequestDoc {
        method: plan.method.clone(),
        url: plan.url.to_string(),
        version: plan.version,
        fields: plan.fields.clone(),
        body: Raw(plan.body.clone()),
        private: plan.private.clone(),
        secret_parameters: plan.secret_parameters.clone(),
    }
}

/// Bytes of the head and of as much of the body as the reader has used.
fn used(stream: &Stream) -> u64 {
    let head = stream.head.as_ref().map_or(0, |head| head.offset + head.raw.len() as u64);
    head + stream.facts.as_ref().map_or(0, |facts| facts.raw_bytes)
}

fn end_how(end: &End) -> EndHow {
    match end {
        End::NoBody | End::LastChunk { .. } | End::LengthReached | End::StreamEnd => {
            EndHow::Complete
        }
        End::Closed | End::Truncated { .. } => EndHow::Fin,
        End::Reset => EndHow::Reset,
    }
}

fn after(then: AfterEnd) -> &'static str {
    match then {
        AfterEnd::Open => "open",
        AfterEnd::Closed => "closed",
        AfterEnd::Reset => "reset",
    }
}

fn error(error: &Error) -> ErrorDoc {
    let kind = match &error.kind {
        Kind::TimedOut(limit) => KindDoc::TimedOutNs(nanos(*limit)),
        Kind::Refused => KindDoc::Refused,
        Kind::Reset => KindDoc::Reset,
        Kind::Closed { received } => KindDoc::Closed(*received),
        Kind::NotHttp { .. }
        | Kind::HeadTooLong { .. }
        | Kind::TooManyFields { .. }
        | Kind::TooManyInterim { .. }
        | Kind::Chunk(_) => KindDoc::Bytes(error.kind.to_string()),
        other => KindDoc::Other(other.to_string()),
    };
    ErrorDoc { phase: error.phase.as_str().to_owned(), kind }
}

fn hook_error(error: &HookError) -> HookErrorDoc {
    match error {
        HookError::Refused(status) => HookErrorDoc::Refused(*status),
        HookError::TimedOut(limit) => HookErrorDoc::TimedOutNs(nanos(*limit)),
        HookError::Unsendable(why) => HookErrorDoc::Unsendable(why.clone()),
        HookError::Failed(why) => HookErrorDoc::Failed(why.clone()),
    }
}
