//! Whether events come when they are made, and whole.

use std::time::{Duration, Instant};

use ssecheck_model::expect::{IntactExpect, ReceiptOn, Several};

use super::delivery::publication;
use super::evidence::stream_excerpt;
use super::sequence::sequence;
use super::{Early, Judgement, Violation, event_stream, no_fence, no_stream};
use crate::hook::{HookError, Published};
use crate::perform::Stage;
use crate::stream::{SeenEvent, Stream};
use crate::text::{Decoded, shown};

/// Events that are received within this of each other came together.
const TOGETHER: Duration = Duration::from_millis(5);
/// Events whose publications are at least so far apart were not meant to.
const APART: Duration = Duration::from_millis(30);
/// A batch has so many events at least.
const BATCH: usize = 3;
/// One batch may be a server that was stopped for a moment; the second one is a habit.
const BATCHES: usize = 2;

pub(super) fn paced(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    let events = pairs(stage, stream, published);
    if events.len() < BATCH * BATCHES {
        return Ok(Judgement::NothingSeen(format!("only {} events came", events.len())));
    }
    let together: Vec<bool> = events
        .windows(2)
        .map(|pair| {
            let ((sent, came), (next_sent, next_came)) = (pair[0], pair[1]);
            next_came.saturating_duration_since(came) < TOGETHER
                && next_sent.saturating_duration_since(sent) >= APART
        })
        .collect();
    let batches = together.split(|bunched| !bunched).filter(|run| run.len() + 1 >= BATCH).count();
    let bunched = together.iter().filter(|bunched| **bunched).count();
    // Three quarters: nearly every event waits where a timer sends them, few after a pause.
    if batches < BATCHES || bunched * 4 < together.len() * 3 {
        return Ok(Judgement::Pass);
    }
    let message = "events that were published one by one came in batches";
    Ok(Violation::new("batched", message)
        .expected(format!("{} events, each when it was published", events.len()))
        .actual(format!("{bunched} of them together with the one before"))
        .into())
}

/// For each event of the publication that came: when it was published and when received.
fn pairs(stage: &Stage<'_>, stream: &Stream, published: &[Published]) -> Vec<(Instant, Instant)> {
    let sequence = sequence(published);
    let payload = stage.subject.payload;
    let pair = |seen: SeenEvent<'_>| {
        let data = payload.decoded(&seen.event.data);
        let at = sequence.iter().position(|wanted| *wanted == data)?;
        let received = stream.received_at(seen.span.end).unwrap_or(seen.at);
        Some((published[at].started, received))
    };
    stream.events().filter_map(pair).collect()
}

pub(super) fn intact(stage: &Stage<'_>, expect: &IntactExpect) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    let (alone, _) = publication(stage, &expect.alone, &expect.on)?;
    if !stream.is_stream() {
        return Ok(no_stream(stream));
    }
    if let Some(error) = published.iter().chain(alone).find_map(|one| one.result.as_ref().err()) {
        return Ok(match error.is_refusal() {
            true => Judgement::NothingSeen(error.to_string()),
            false => Judgement::Broken(error.to_string()),
        });
    }
    let payload = stage.subject.payload;
    let (alone, all) = (sequence(alone), sequence(published));
    let decoded = |seen: &SeenEvent<'_>| payload.decoded(&seen.event.data);
    if !stream.events().any(|seen| alone.contains(&decoded(&seen))) {
        let why = "an event that was published alone did not arrive unchanged either";
        return Ok(Judgement::NothingSeen(why.to_owned()));
    }
    let fence = format!("{}-fence-", stage.token);
    let torn = stream.events().find(|seen| {
        let data = decoded(seen);
        let ours = data.contains(&stage.token) && !data.contains(&fence);
        ours && !alone.contains(&data) && !all.contains(&data)
    });
    Ok(torn.map_or(Judgement::Pass, |seen| interleaved(&expect.on, stream, &seen)))
}

fn interleaved(name: &str, stream: &Stream, seen: &SeenEvent<'_>) -> Judgement {
    let message = "events that were published at the same time were written into one another";
    Violation::new("interleaved", message)
        .expected("each event as it was published")
        .actual(shown(&seen.event.data))
        .bytes(stream_excerpt(name, stream, seen.span.start, seen.span.end))
        .into()
}

/// So many events at least make a stream.
const EVENTS: usize = 5;
/// A wait for the first event that is worth a judgement.
const WAIT: Duration = Duration::from_millis(500);

pub(super) fn streamed(stage: &Stage<'_>, expect: &Several) -> Early<Judgement> {
    let mut burst = None;
    for name in &expect.of {
        match one_burst(event_stream(stage, name)?)? {
            // A server that was stopped for a moment would look like this once, not each time.
            None => return Ok(Judgement::Pass),
            Some(seen) => burst = Some(seen),
        }
    }
    let Some((wait, rest)) = burst else { return Ok(Judgement::Pass) };
    Ok(Violation::new("one-burst", "nothing came until the stream was complete")
        .expected(format!("events as they are made, within the {wait:?} before the first"))
        .actual(format!("all of them and the end within {rest:?}"))
        .into())
}

/// Time from the head to the first event and from there to the end, when all events came at once.
fn one_burst(stream: &Stream) -> Early<Option<(Duration, Duration)>> {
    let Some((_, ended)) = &stream.end else {
        return Err(Judgement::NothingSeen("the server did not end the stream".to_owned()));
    };
    let head = stream.head.as_ref().map(|head| head.complete.received());
    let times: Vec<Instant> = stream.events().map(|seen| seen.at).collect();
    let (Some(head), Some(first)) = (head, times.first()) else { return Ok(None) };
    let wait = first.saturating_duration_since(head);
    if times.len() < EVENTS || wait < WAIT {
        let why = format!("{} events, the first after {} ms", times.len(), wait.as_millis());
        return Err(Judgement::NothingSeen(why));
    }
    let rest = ended.saturating_duration_since(*first);
    Ok((rest * 10 <= wait).then_some((wait, rest)))
}

pub(super) fn early(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let none = Vec::new();
    let (published, streams) = (
        stage.publications.get(name).unwrap_or(&none),
        stage.chains.get(name).map(Vec::as_slice).unwrap_or_default(),
    );
    let mut streams = streams.iter().filter(|stream| stream.is_stream());
    let (mut lost, fence) = (0, format!("{}-fence-", stage.token));
    for one in published {
        let Some(stream) = streams.next() else { break };
        if let Err(error) = &one.result {
            return Err(refused(error));
        }
        let came = one.content.data.as_deref().is_some_and(|data| holds(stream, data));
        match came {
            true => {}
            false if stream.unfenced => return Ok(no_fence()),
            // That nothing comes at all is judged elsewhere.
            false if !holds(stream, &fence) => {
                return Ok(Judgement::NothingSeen("no later event came either".to_owned()));
            }
            false => lost += 1,
        }
    }
    Ok(match (published.len(), lost) {
        (0, _) => Judgement::NothingSeen("no stream could be opened".to_owned()),
        (_, 0) => Judgement::Pass,
        (all, lost) => Violation::new(
            "early-event-lost",
            format!("{lost} of {all} events published right after the head never came"),
        )
        .expected("every event published after the head of the answer")
        .actual("a later event came, that one did not")
        .into(),
    })
}

fn refused(error: &HookError) -> Judgement {
    Judgement::Broken(error.to_string())
}

fn holds(stream: &Stream, data: &str) -> bool {
    stream.items.iter().any(|seen| seen.holds(data))
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
