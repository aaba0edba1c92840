//! Loss, duplication, order and promptness of a publication.

use ssecheck_model::expect::{Flaw, PromptExpect, ReceiptExpect};

use super::delivery::publication;
use super::idle::is_coded;
use super::{Early, Judgement, Violation, answered, no_fence, no_stream};
use crate::hook::{HookError, Published};
use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::{Decoded, normalised, shown};

/// Where the events of a sequence were seen: indexes into the sequence, in order of arrival.
pub(super) fn arrivals(stage: &Stage<'_>, stream: &Stream, sequence: &[String]) -> Vec<usize> {
    let index = |data: String| sequence.iter().position(|wanted| *wanted == data);
    let payload = stage.subject.payload;
    stream.events().filter_map(|seen| index(payload.decoded(&seen.event.data))).collect()
}

/// What a client gets of the published data.
pub(super) fn sequence(published: &[Published]) -> Vec<String> {
    let data = |one: &Published| normalised(one.content.data.as_deref().unwrap_or_default());
    published.iter().map(data).collect()
}

pub(super) fn receipt(stage: &Stage<'_>, expect: &ReceiptExpect) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    for one in published {
        match &one.result {
            Err(error @ HookError::TimedOut(_)) => return Ok(blocked(error)),
            Err(error) => return Ok(Judgement::Broken(error.to_string())),
            Ok(()) => {}
        }
    }
    if !stream.is_stream() {
        return Ok(no_stream(stream));
    }
    if expect.while_open && stream.end.is_some() {
        return Ok(Judgement::NothingSeen("the server ended the stream".to_owned()));
    }
    let sequence = sequence(published);
    let seen = arrivals(stage, stream, &sequence);
    if stream.unfenced && seen.len() < sequence.len() {
        return Ok(no_fence());
    }
    let violation = expect.without.iter().find_map(|flaw| match flaw {
        Flaw::Loss => loss(stream, &sequence, &seen),
        Flaw::Duplicate => duplicate(&sequence, &seen),
        Flaw::Reorder => reorder(&sequence, &seen),
    });
    Ok(violation.map_or(Judgement::Pass, Judgement::from))
}

fn blocked(error: &HookError) -> Judgement {
    Violation::new("publish-blocked", "publishing came to a halt")
        .expected("an answer to each publication")
        .actual(error.to_string())
        .into()
}

pub(super) fn loss(stream: &Stream, sequence: &[String], seen: &[usize]) -> Option<Violation> {
    let missing: Vec<usize> = (0..sequence.len()).filter(|index| !seen.contains(index)).collect();
    let first = *missing.first()?;
    let ended = match &stream.end {
        Some((end, _)) => format!("; the server ended the stream: {end:?}"),
        None => String::new(),
    };
    let message = format!("{} of {} events never came{ended}", missing.len(), sequence.len());
    Some(
        Violation::new("lost", message)
            .expected(shown(&sequence[first]))
            .actual(format!("{} events, without that one", seen.len())),
    )
}

pub(super) fn duplicate(sequence: &[String], seen: &[usize]) -> Option<Violation> {
    let twice = seen.iter().enumerate().find(|(at, index)| seen[..*at].contains(index))?;
    let message = format!("an event came {} times", seen.iter().filter(|i| *i == twice.1).count());
    Some(Violation::new("duplicated", message).expected("once").actual(shown(&sequence[*twice.1])))
}

pub(super) fn reorder(sequence: &[String], seen: &[usize]) -> Option<Violation> {
    let pair = seen.windows(2).find(|pair| pair[1] < pair[0])?;
    Some(
        Violation::new("reordered", "events came in another order than they were published")
            .expected(format!("{} first", shown(&sequence[pair[1]])))
            .actual(format!("{} first", shown(&sequence[pair[0]]))),
    )
}

pub(super) fn prompt(stage: &Stage<'_>, expect: &PromptExpect) -> Early<Judgement> {
    if expect.coded && !is_coded(answered(stage, &expect.on)?) {
        return Ok(Judgement::NothingSeen("the answer has no content coding".to_owned()));
    }
    let judged = |on: &str| promptness(stage, &expect.publication, on);
    let Some(other) = &expect.unless_late_on else { return judged(&expect.on) };
    if judged(other)? != Judgement::Pass {
        let why = format!("the event was not prompt on `{}` either", other.value);
        return Ok(Judgement::NothingSeen(why));
    }
    if super::stream(stage, &expect.on)?.head.is_none() {
        return Ok(Judgement::NothingSeen(format!("`{}` got no answer", expect.on.value)));
    }
    match judged(&expect.on)? {
        // A proxy or a compressor that holds an event back holds back what follows, too; else the
        // event is lost, which is judged elsewhere.
        Judgement::NothingSeen(_) if stays_silent(stage, expect)? => {
            let message = format!("the event came on `{}`, but never here", other.value);
            Ok(Violation::new("held-back", message)
                .expected("the event before the next publication")
                .actual("no such event by the end of the case")
                .into())
        }
        judgement => Ok(judgement),
    }
}

/// Whether nothing at all came on a stream once the event had been published.
fn stays_silent(stage: &Stage<'_>, expect: &PromptExpect) -> Early<bool> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    let Some(one) = published.first().filter(|_| stream.is_stream()) else { return Ok(false) };
    Ok(!stream.events().any(|seen| seen.at > one.answered))
}

fn promptness(stage: &Stage<'_>, name: &str, on: &str) -> Early<Judgement> {
    let (published, stream) = publication(stage, name, on)?;
    let Some(one) = published.first().filter(|one| one.result.is_ok()) else {
        return Ok(Judgement::Broken("the event could not be published".to_owned()));
    };
    let wanted = normalised(one.content.data.as_deref().unwrap_or_default());
    let payload = stage.subject.payload;
    let seen = stream.events().find(|seen| payload.decoded(&seen.event.data) == wanted);
    let Some(seen) = seen else {
        return Ok(Judgement::NothingSeen("the published event never came".to_owned()));
    };
    // The time is that of the last byte of the event's line; what counts is only whether it lies
    // before the next publication, so no clock is judged.
    let received = stream.received_at(seen.span.end).unwrap_or(seen.at);
    let later = stage.publications.values().flatten().map(|other| other.started);
    let next = later.filter(|started| *started > one.answered).min();
    match next {
        Some(next) if received > next => {
            let waited = next.duration_since(one.answered);
            let message = "the event came only after the next one had been published";
            Ok(Violation::new("held-back", message)
                .expected(format!("the event within the {waited:?} before the next publication"))
                .actual(format!("the event {:?} after it", received.duration_since(next)))
                .into())
        }
        _ => Ok(Judgement::Pass),
    }
}

#[cfg(test)]
#[path = "sequence_tests.rs"]
mod tests;
