//! Slow readers, restarts and the end of streams.

use std::time::{Duration, Instant};

use ssecheck_model::expect::{DropToldExpect, ReceiptOn, Several};
use ssecheck_model::step::Name;
use ssecheck_parser::owned::OwnedItem;
use ssecheck_transport::End;

use super::delivery::publication;
use super::evidence::{status_line, stream_excerpt};
use super::sequence::{arrivals, sequence};
use super::{Early, Judgement, Violation, event_stream, no_stream};
use crate::hook::{HookError, Published};
use crate::perform::{Restarted, Stage};
use crate::stream::Stream;
use crate::text::{Decoded, shown};

/// Clients whose streams end further apart than this do not come back together, whatever `retry`
/// says: some servers spread the ends instead.
const SPREAD: Duration = Duration::from_millis(500);

/// Events of a publication that a stream lacks, though later ones came.
struct Hole {
    /// The first that is missing, as published.
    first: String,
    missing: usize,
    /// Where in the stream it should stand: from the end of the event before to the next one.
    span: (u64, u64),
    /// Whether something stands there that was not published by us.
    told: bool,
}

pub(super) fn drop_told(stage: &Stage<'_>, expect: &DropToldExpect) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    if !stream.is_stream() {
        return Ok(no_stream(stream));
    }
    if stream.end.is_some() || stream.error.is_some() {
        return Ok(Judgement::Pass);
    }
    if published.iter().all(|one| one.result.is_err()) {
        return Ok(Judgement::Broken("nothing could be published".to_owned()));
    }
    let sequence = accepted(published);
    let Some(witness) = stage.streams.get(&expect.witness.value).filter(|s| s.head.is_some())
    else {
        return Ok(Judgement::NothingSeen("the reader to compare with got no answer".to_owned()));
    };
    let got = arrivals(stage, witness, &sequence);
    let sequence: Vec<String> = sequence
        .into_iter()
        .enumerate()
        .filter_map(|(index, data)| got.contains(&index).then_some(data))
        .collect();
    let Some(hole) = hole(stage, &expect.on, stream, &sequence) else {
        return Ok(if stream.unfenced { still_flowing() } else { Judgement::Pass });
    };
    if hole.told {
        return Ok(Judgement::Pass);
    }
    let message = format!("{} events are missing, and nothing tells the reader", hole.missing);
    Ok(Violation::new("dropped-silently", message)
        .expected("every event, or the end of the stream, or an item that tells of the loss")
        .actual(format!("an open stream without {}", shown(&hole.first)))
        .bytes(stream_excerpt(&expect.on, stream, hole.span.0, hole.span.1))
        .into())
}

/// How long a slow reader takes is its own affair.
fn still_flowing() -> Judgement {
    Judgement::NothingSeen("the slow reader had not yet read what piled up for it".to_owned())
}

/// The first hole behind the first event of the publication that came: before it, the subscription
/// may not have been live. What is missing at the end is a hole when a marker published later has
/// come, or when nothing came any more while markers were published.
fn hole(stage: &Stage<'_>, on: &str, stream: &Stream, sequence: &[String]) -> Option<Hole> {
    let marker = format!("{}-fence-{on}-", stage.token);
    let seen = arrivals(stage, stream, sequence);
    let lost = |from: usize, to: usize| -> Vec<usize> {
        (from..to).filter(|index| !seen.contains(index)).collect()
    };
    let hole = |lost: Vec<usize>, span, told| {
        let first = sequence.get(*lost.first()?)?.clone();
        Some(Hole { first, missing: lost.len(), span, told })
    };
    let (mut next, mut end, mut told) = (None, 0, false);
    for item in &stream.items {
        let Some(index) = place(stage, &item.item, sequence, &marker) else {
            told |= is_foreign(stage, &item.item);
            continue;
        };
        let span = (end, item.span.start);
        if let Some(hole) = next.and_then(|from| hole(lost(from, index), span, told)) {
            return Some(hole);
        }
        let counts = next.is_some() || index < sequence.len();
        next = next.max(counts.then_some(index + 1));
        (end, told) = (item.span.end, false);
    }
    let deaf = next.filter(|_| !stream.unfenced)?;
    hole(lost(deaf, sequence.len()), (end, stream.bytes.len() as u64), told)
}

/// Where an item stands in the sequence; a marker of ours stands behind it.
fn place(stage: &Stage<'_>, item: &OwnedItem, sequence: &[String], marker: &str) -> Option<usize> {
    let OwnedItem::Event(event) = item else { return None };
    let data = stage.subject.payload.decoded(&event.data);
    let found = sequence.iter().position(|wanted| *wanted == data);
    found.or_else(|| data.contains(marker).then_some(sequence.len()))
}

/// Whether an item is not ours, so that it can tell of a loss: an event that this case did not
/// publish, a comment, a reconnection time.
fn is_foreign(stage: &Stage<'_>, item: &OwnedItem) -> bool {
    match item {
        OwnedItem::Event(event) => !event.data.contains(&stage.token),
        OwnedItem::Comment(_) | OwnedItem::Retry(_) => true,
        OwnedItem::Id(_) => false,
    }
}

/// What the hook took: the rest may never have been sent to anybody.
fn accepted(published: &[Published]) -> Vec<String> {
    let taken = published.iter().filter(|one| one.result.is_ok());
    taken.flat_map(|one| sequence(std::slice::from_ref(one))).collect()
}

pub(super) fn slow_reader(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    if !stream.is_stream() {
        return Ok(no_stream(stream));
    }
    let blocked = published.iter().any(|one| matches!(one.result, Err(HookError::TimedOut(_))));
    let told = |reason, message: String| Ok(Violation::new(reason, message).into());
    if blocked {
        return told("slow-reader-blocks", "publishing waits for the slow reader".to_owned());
    }
    if let Some((end, _)) = &stream.end {
        return told("slow-reader-cut", format!("the slow reader is cut off: {end:?}"));
    }
    if let Some(error) = &stream.error {
        return told("slow-reader-cut", format!("the slow reader is cut off: {error}"));
    }
    match hole(stage, &expect.on, stream, &accepted(published)) {
        Some(hole) => {
            told("slow-reader-skipped", format!("the slow reader misses {} events", hole.missing))
        }
        None if stream.unfenced => Ok(still_flowing()),
        None => Ok(Judgement::Pass),
    }
}

fn restart<'s>(stage: &'s Stage<'_>, name: &str) -> Early<&'s Restarted> {
    let absent = || Judgement::NothingSeen(format!("`{name}` was not carried out"));
    stage.restarts.get(name).ok_or_else(absent)
}

pub(super) fn restarted(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let restart = restart(stage, name)?;
    Ok(match &restart.result {
        Ok(()) => Judgement::Pass,
        Err(error @ HookError::TimedOut(_)) => {
            let message = "the restart does not get on while clients are connected";
            Violation::new("restart-hangs", message)
                .expected("an answer of the restart hook")
                .actual(error.to_string())
                .into()
        }
        Err(error) => Judgement::Untestable(error.to_string()),
    })
}

pub(super) fn welcomed(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let restart = restart(stage, name)?;
    // What a status was before the restart, it is not because of the restart.
    let before = |status: u16| {
        let earlier = stage.streams.values().filter(|stream| stream.started < restart.started);
        earlier.filter_map(|stream| stream.head.as_ref()).any(|head| head.status == status)
    };
    let turned_away = stage.chains.get(name).into_iter().flatten();
    let all = turned_away.chain(stage.streams.get(name));
    let heads = all.filter_map(|client| client.head.as_ref());
    let refusals: Vec<_> =
        heads.filter(|head| head.status >= 300 && !before(head.status)).collect();
    let Some(first) = refusals.first() else { return Ok(Judgement::Pass) };
    let message = format!(
        "{} of the clients that came back got status {}: EventSource never tries again",
        refusals.len(),
        first.status
    );
    Ok(Violation::new("refused-after-restart", message)
        .expected("no connection, or status 200 or 204")
        .actual(format!("status {}", first.status))
        .bytes(status_line(name, first))
        .into())
}

/// The streams that were there when the server was restarted. A client that got no answer has
/// none; an answer that is no stream says nothing, and so do all after a hook that failed.
fn ended_streams<'s>(
    stage: &'s Stage<'_>,
    expect: &'s Several,
) -> Early<Vec<(&'s str, &'s Stream)>> {
    let failed = stage.restarts.values().find_map(|restart| match &restart.result {
        Err(HookError::TimedOut(_)) | Ok(()) => None,
        Err(error) => Some(error.to_string()),
    });
    if let Some(error) = failed {
        return Err(Judgement::Untestable(error));
    }
    let answered = |name: &&Name| stage.streams.get(&name.value).is_some_and(|s| s.head.is_some());
    let one = |name: &'s Name| Ok((name.value.as_str(), event_stream(stage, name)?));
    expect.of.iter().filter(answered).map(one).collect()
}

pub(super) fn ended(stage: &Stage<'_>, expect: &Several) -> Early<Judgement> {
    let streams = ended_streams(stage, expect)?;
    if streams.is_empty() {
        return Ok(Judgement::NothingSeen("no client got an answer".to_owned()));
    }
    let violation = streams.iter().find_map(|(name, stream)| bad_end(name, stream));
    Ok(violation.map_or(Judgement::Pass, Judgement::from))
}

fn bad_end(name: &str, stream: &Stream) -> Option<Violation> {
    let (reason, message, actual) = match (&stream.end, &stream.error) {
        (Some((End::Reset, _)), _) => ("reset", "was reset", "RST".to_owned()),
        (Some((End::Truncated { place, .. }, _)), _) => {
            ("truncated", "was cut off in the middle of its body", format!("{place:?}"))
        }
        (Some(_), _) => return None,
        (None, Some(error)) => ("truncated", "broke", error.to_string()),
        (None, None) => ("still-open", "was left open", "an open stream".to_owned()),
    };
    let message = format!("`{name}` {message}");
    Some(Violation::new(reason, message).expected("a complete end of the stream").actual(actual))
}

pub(super) fn retry_varies(stage: &Stage<'_>, expect: &Several) -> Early<Judgement> {
    let streams = ended_streams(stage, expect)?;
    let ends: Option<Vec<Instant>> =
        streams.iter().map(|(_, stream)| stream.end.as_ref().map(|(_, at)| *at)).collect();
    let Some(ends) = ends else {
        return Ok(Judgement::NothingSeen("not every stream was ended".to_owned()));
    };
    let times: Option<Vec<u64>> = streams.iter().map(|(_, stream)| stream.retry()).collect();
    let Some(times) = times.filter(|times| times.len() > 1) else {
        let why = "fewer than two streams have a retry time, or one has none";
        return Ok(Judgement::NothingSeen(why.to_owned()));
    };
    let spread = ends.iter().max().zip(ends.iter().min()).map(|(last, first)| *last - *first);
    let first = times.first().copied().unwrap_or_default();
    let varied = times.iter().any(|time| *time != first);
    if varied || spread.is_some_and(|spread| spread > SPREAD) {
        return Ok(Judgement::Pass);
    }
    let message = "all clients are told to come back after the same time";
    Ok(Violation::new("retry-identical", message)
        .expected("times that differ between clients")
        .actual(format!("{first} ms for each of {} clients", times.len()))
        .into())
}

#[cfg(test)]
#[path = "lifetime_tests.rs"]
mod tests;
