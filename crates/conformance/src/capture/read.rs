//! From what was kept back to what the steps saw: the bytes go through the readers again.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ssecheck_model::case::Case;
use ssecheck_model::step::HttpVersion;
use ssecheck_transport::{
    AfterEnd, BodyPart, Dialed, End, Error, Kind, MAX_SURPLUS, Phase, Replay, Stamp, Surplus, Url,
    Version,
};

use super::document::{
    EndHow, ErrorDoc, HookErrorDoc, KindDoc, PublishedDoc, RequestDoc, StreamDoc, TimingsDoc,
    TryDoc,
};
use crate::hook::{Content, HookError, Published};
use crate::perform::{Broken, Restarted, Stage, Timings, Waited};
use crate::request::Plan;
use crate::stream::{Hop, Stream};
use crate::subject::Subject;

/// The stage as it was when the steps had ended.
///
/// # Errors
/// When a text of the capture cannot be what it should be, as a URL.
pub(super) fn stage<'a>(
    subject: &'a Subject,
    case: &'a Case,
    kept: &TryDoc,
) -> Result<(Stage<'a>, Option<Broken>), String> {
    let mut stage = Stage::new(subject, case, kept.token.clone());
    let clock = Clock(stage.started);
    stage.streams = map(&kept.streams, |stream| clock.stream(stream))?;
    stage.publications = map(&kept.publications, |all| each(all, |one| clock.published(one)))?;
    stage.chains = map(&kept.chains, |all| each(all, |one| clock.stream(one)))?;
    stage.waits = map(&kept.waits, |waited| {
        Ok(Waited { satisfied: waited.satisfied, seen: waited.seen.clone(), of: waited.of })
    })?;
    stage.restarts = map(&kept.restarts, |restarted| {
        Ok(Restarted {
            started: clock.at(restarted.started_ns),
            answered: clock.at(restarted.answered_ns),
            result: result(restarted.failed.as_ref()),
        })
    })?;
    stage.timings = map(&kept.timings, |kept| Ok(timings(kept)))?;
    stage.idles = map(&kept.idles, |(begun, ended)| Ok((clock.at(*begun), clock.at(*ended))))?;
    let broken = kept.broken.as_ref().map(|broken| Broken {
        message: broken.message.clone(),
        line: broken.line,
        column: broken.column,
    });
    Ok((stage, broken))
}

fn map<T, U>(
    from: &BTreeMap<String, T>,
    to: impl Fn(&T) -> Result<U, String>,
) -> Result<BTreeMap<String, U>, String> {
    from.iter().map(|(name, value)| Ok((name.clone(), to(value)?))).collect()
}

fn each<T, U>(from: &[T], to: impl Fn(&T) -> Result<U, String>) -> Result<Vec<U>, String> {
    from.iter().map(to).collect()
}

fn timings(kept: &TimingsDoc) -> Timings {
    let list = |all: &[Option<u64>]| all.iter().map(|one| one.map(Duration::from_nanos)).collect();
    Timings { of: list(&kept.of), against: list(&kept.against), command: kept.command.clone() }
}

/// A beginning from which all times count: any will do, since only differences are judged.
struct Clock(Instant);

impl Clock {
    fn at(&self, ns: i64) -> Instant {
        let distance = Duration::from_nanos(ns.unsigned_abs());
        let moved =
            if ns < 0 { self.0.checked_sub(distance) } else { self.0.checked_add(distance) };
        moved.unwrap_or(self.0)
    }

    fn stamp(&self, (at, kernel): (i64, Option<i64>)) -> Stamp {
        Stamp { at: self.at(at), kernel_at: kernel.map(|ns| self.at(ns)) }
    }

    fn published(&self, kept: &PublishedDoc) -> Result<Published, String> {
        Ok(Published {
            content: Content {
                data: kept.data.clone(),
                event: kept.event.clone(),
                id: kept.id.clone(),
                comment: kept.comment.clone(),
            },
            started: self.at(kept.started_ns),
            answered: self.at(kept.answered_ns),
            result: result(kept.failed.as_ref()),
            command: kept.command.clone(),
            stream: kept.stream.as_ref().map(|stream| self.stream(stream)).transpose()?,
        })
    }

    fn stream(&self, kept: &StreamDoc) -> Result<Stream, String> {
        let mut stream = Stream::new(plan(&kept.request)?);
        if let Some(asked) = &kept.asked {
            stream.asked = Url::parse(asked).map_err(|error| error.to_string())?;
        }
        stream.destination = kept.destination;
        stream.started = self.at(kept.started_ns);
        let hop = |hop: &super::document::HopDoc| Hop {
            status: hop.status,
            location: hop.location.clone(),
        };
        stream.hops = kept.hops.iter().map(hop).collect();
        stream.redirect_problem = kept.redirect_problem.as_deref().and_then(redirect_problem);
        stream.dialed = kept.connected_ns.map(|ns| dialed(self.at(ns)));
        stream.head_withheld = kept.head_withheld;
        self.read(kept, &mut stream);
        stream.taken = kept.taken.min(stream.items.len());
        (stream.unfenced, stream.stalled) = (kept.unfenced, kept.stalled);
        (stream.cut, stream.disturbed) = (kept.cut, kept.disturbed);
        Ok(stream)
    }

    /// Lets the received bytes go through the readers, as far as they went the first time.
    fn read(&self, kept: &StreamDoc, stream: &mut Stream) {
        let version = match kept.request.version {
            HttpVersion::Http10 => Version::Http10,
            HttpVersion::Http11 | HttpVersion::Http2 => Version::Http11,
        };
        let mut replay = Replay::new(&kept.request.method, version);
        let mut pieces = self.pieces(kept).into_iter();
        self.head(kept, &mut replay, &mut pieces, stream);
        if stream.head.is_some() {
            self.body(kept, &mut replay, &mut pieces, stream);
            self.surplus(kept, &mut replay, &mut pieces, stream);
        }
        pieces.for_each(|(bytes, stamp)| replay.push(bytes, stamp));
        let facts = replay.facts().map(|mut facts| {
            facts.surplus_bytes = stream.surplus.as_ref().map_or(0, |surplus| surplus.total);
            facts
        });
        stream.facts = facts;
        stream.record = Some(replay.into_record());
    }

    /// The reads in order. Lengths that do not fit the bytes lose what is missing.
    fn pieces<'k>(&self, kept: &'k StreamDoc) -> Vec<(&'k [u8], Stamp)> {
        let mut rest = &kept.received.0[..];
        let mut pieces = Vec::with_capacity(kept.reads.len());
        for (len, at, kernel) in &kept.reads {
            let len = usize::try_from(*len).unwrap_or(usize::MAX).min(rest.len());
            let (piece, after) = rest.split_at(len);
            pieces.push((piece, self.stamp((*at, *kernel))));
            rest = after;
        }
        pieces
    }

    fn head<'k>(
        &self,
        kept: &StreamDoc,
        replay: &mut Replay,
        pieces: &mut impl Iterator<Item = (&'k [u8], Stamp)>,
        stream: &mut Stream,
    ) {
        for (bytes, stamp) in pieces {
            replay.push(bytes, stamp);
            match replay.head() {
                Ok(None) => {}
                Ok(Some(head)) => return stream.answered(head),
                Err(error) => return stream.error = Some(error),
            }
        }
        let closed = || Error {
            phase: Phase::Head,
            kind: Kind::Closed { received: kept.received.0.len() as u64 },
        };
        stream.error = Some(kept.error.as_ref().map_or_else(closed, error));
    }

    fn body<'k>(
        &self,
        kept: &StreamDoc,
        replay: &mut Replay,
        pieces: &mut impl Iterator<Item = (&'k [u8], Stamp)>,
        stream: &mut Stream,
    ) {
        let complete = kept.end.as_ref().is_some_and(|end| end.how == EndHow::Complete);
        let broke = matches!(&kept.error, Some(ErrorDoc { kind: KindDoc::Bytes(_), .. }));
        while replay.used() < kept.used || complete || broke {
            match replay.part() {
                Ok(Some(BodyPart::Data(chunk))) => stream.take(&chunk.bytes, chunk.stamp),
                Ok(Some(BodyPart::End(end))) => {
                    let at = kept.end.as_ref().map(|end| self.at(end.at_ns));
                    return stream.ended_at(end, at.unwrap_or(self.0));
                }
                Err(error) => return stream.error = Some(error),
                Ok(None) if replay.used() >= kept.used && !complete && !broke => break,
                Ok(None) => match pieces.next() {
                    Some((bytes, stamp)) => replay.push(bytes, stamp),
                    None => break,
                },
            }
        }
        self.left(kept, replay, stream);
    }

    /// How the reading stopped, when not by the bytes themselves.
    fn left(&self, kept: &StreamDoc, replay: &Replay, stream: &mut Stream) {
        match &kept.end {
            Some(end) if end.how == EndHow::Reset => {
                stream.ended_at(End::Reset, self.at(end.at_ns));
            }
            Some(end) => stream.ended_at(replay.at_fin(), self.at(end.at_ns)),
            None => stream.error = kept.error.as_ref().map(error),
        }
    }

    fn surplus<'k>(
        &self,
        kept: &StreamDoc,
        replay: &mut Replay,
        pieces: &mut impl Iterator<Item = (&'k [u8], Stamp)>,
        stream: &mut Stream,
    ) {
        let (Some(then), true) = (&kept.after, stream.end.is_some()) else { return };
        let offset = replay.used();
        let mut first = (!replay.rest().is_empty()).then(Stamp::now);
        for (bytes, stamp) in pieces {
            replay.push(bytes, stamp);
            first.get_or_insert(stamp);
        }
        let rest = replay.rest();
        stream.surplus = Some(Surplus {
            bytes: rest[..rest.len().min(MAX_SURPLUS)].to_vec(),
            total: rest.len() as u64,
            offset,
            first: first.filter(|_| !rest.is_empty()),
            then: match then.as_str() {
                "closed" => AfterEnd::Closed,
                "reset" => AfterEnd::Reset,
                _ => AfterEnd::Open,
            },
        });
    }
}

fn plan(kept: &RequestDoc) -> Result<Plan, String> {
    let url = Url::parse(&kept.url).map_err(|error| error.to_string())?;
    Ok(Plan {
        url,
        method: kept.method.clone(),
        version: kept.version,
        fields: kept.fields.clone(),
        body: kept.body.0.clone(),
        private: kept.private.clone(),
        secret_parameters: kept.secret_parameters.clone(),
    })
}

fn redirect_problem(word: &str) -> Option<&'static str> {
    ["redirect-loop", "redirect-without-location"].into_iter().find(|known| *known == word)
}

fn dialed(connected: Instant) -> Dialed {
    let nowhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    Dialed {
        peer: nowhere,
        local: nowhere,
        started: connected,
        resolved: connected,
        connected,
        secured: None,
        tls_version: None,
        failed: Vec::new(),
    }
}

fn result(failed: Option<&HookErrorDoc>) -> Result<(), HookError> {
    match failed {
        None => Ok(()),
        Some(HookErrorDoc::Refused(status)) => Err(HookError::Refused(*status)),
        Some(HookErrorDoc::TimedOutNs(ns)) => Err(HookError::TimedOut(Duration::from_nanos(*ns))),
        Some(HookErrorDoc::Unsendable(why)) => Err(HookError::Unsendable(why.clone())),
        Some(HookErrorDoc::Failed(why)) => Err(HookError::Failed(why.clone())),
    }
}

fn error(kept: &ErrorDoc) -> Error {
    let phases = [Phase::Dns, Phase::Connect, Phase::Tls, Phase::Send, Phase::Head, Phase::Body];
    let phase = phases.into_iter().find(|phase| phase.as_str() == kept.phase);
    let kind = match &kept.kind {
        KindDoc::TimedOutNs(ns) => Kind::TimedOut(Duration::from_nanos(*ns)),
        KindDoc::Refused => Kind::Refused,
        KindDoc::Reset => Kind::Reset,
        KindDoc::Closed(received) => Kind::Closed { received: *received },
        KindDoc::Bytes(message) | KindDoc::Other(message) => {
            Kind::Io { kind: std::io::ErrorKind::Other, message: message.clone() }
        }
    };
    Error { phase: phase.unwrap_or(Phase::Body), kind }
}
