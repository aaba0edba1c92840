//! How a stream goes on after a reconnect with `Last-Event-ID`.

use ssecheck_model::expect::{Pair, Resumption, ResumptionExpect};

use super::sequence::{arrivals, sequence};
use super::{Early, Judgement, Violation, answered, describe, event_stream, no_fence};
use crate::hook::Published;
use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::{Decoded, shown};

/// Which events a resumed stream should bring, and which it brought.
struct Resumed {
    /// All events, in the order of publication.
    sequence: Vec<String>,
    /// Index of the first event after the id.
    next: usize,
    /// Index of the first event published after the reconnect.
    live: usize,
    /// Indexes that arrived, in order.
    seen: Vec<usize>,
}

pub(super) fn resumption(stage: &Stage<'_>, expect: &ResumptionExpect) -> Early<Judgement> {
    let Some(other) = &expect.unless_wrong_on else { return resumption_on(stage, expect) };
    let beside = ResumptionExpect { to: other.clone(), unless_wrong_on: None, ..expect.clone() };
    let resumed = super::stream(stage, other)?.head.is_some();
    if !resumed || resumption_on(stage, &beside)? != Judgement::Pass {
        let why = format!("the stream did not go on right on `{}` either", other.value);
        return Ok(Judgement::NothingSeen(why));
    }
    event_stream(stage, &expect.to)?;
    resumption_on(stage, expect)
}

fn resumption_on(stage: &Stage<'_>, expect: &ResumptionExpect) -> Early<Judgement> {
    let from = event_stream(stage, &expect.from)?;
    let to = answered(stage, &expect.to)?;
    let wanted = expect.only_id_with.as_ref().and_then(|text| stage.render(text, None));
    let Some(id) = to.plan.field("last-event-id").filter(|id| !id.is_empty()) else {
        let by_others = expect.reference.is_some() && stage.subject.is_hub();
        return Ok(no_cursor(from, by_others));
    };
    if wanted.is_some_and(|wanted| !id.contains(&wanted)) {
        return Ok(Judgement::NothingSeen("the target does not take over this id".to_owned()));
    }
    let reference = expect.reference.as_ref().map(|name| event_stream(stage, name)).transpose()?;
    let resumed = match reference {
        Some(reference) => by_reference(stage, reference, to, id)?,
        None => by_publications(stage, from, to, id)?,
    };
    if to.unfenced && !resumed.missing().is_empty() {
        return Ok(no_fence());
    }
    let flaws = resumed.flaws();
    let exactly = flaws.is_empty().then_some(Resumption::ExactlyOnce);
    let wrong = flaws.into_iter().chain(exactly).find(|class| !expect.is.contains(class));
    let Some(class) = wrong else { return Ok(Judgement::Pass) };
    Ok(Violation::new(reason(class), resumed.message(class, to))
        .expected(resumed.list(&(resumed.next..resumed.sequence.len()).collect::<Vec<_>>()))
        .actual(resumed.list(&resumed.seen))
        .into())
}

/// Without an id there is nothing to resume from. When not even an event came, that is judged
/// elsewhere; and so is a hub, by what is published on it.
fn no_cursor(from: &Stream, judged_elsewhere: bool) -> Judgement {
    match from.events().next() {
        Some(_) if judged_elsewhere => {
            Judgement::NothingSeen("the events that came have no id".to_owned())
        }
        Some(_) => Judgement::Untestable("the events have no id to resume from".to_owned()),
        None => Judgement::NothingSeen("no event came before the cut".to_owned()),
    }
}

fn reason(class: Resumption) -> &'static str {
    match class {
        Resumption::ExactlyOnce => "resume-exactly-once",
        Resumption::AtLeastOnce => "resume-duplicate",
        Resumption::Gap => "resume-gap",
        Resumption::Restart => "resume-restart",
        Resumption::LiveOnly => "resume-live-only",
        Resumption::Nothing => "resume-nothing",
        Resumption::Reordered => "resume-reordered",
    }
}

/// The sequence is what this case published.
fn by_publications(stage: &Stage<'_>, from: &Stream, to: &Stream, id: &str) -> Early<Resumed> {
    let mut published: Vec<&Published> = stage.publications.values().flatten().collect();
    published.sort_by_key(|one| one.started);
    if let Some(error) = published.iter().find_map(|one| one.result.as_ref().err()) {
        return Err(Judgement::Broken(error.to_string()));
    }
    let sequence: Vec<String> =
        published.iter().flat_map(|one| sequence(std::slice::from_ref(*one))).collect();
    let payload = stage.subject.payload;
    let last = from.taken_events().filter(|seen| seen.event.last_event_id == id).last();
    let last = last.map(|seen| payload.decoded(&seen.event.data));
    let known = last.and_then(|data| sequence.iter().position(|wanted| *wanted == data));
    // The id may belong to a marker event that came after the last publication that was read.
    let read = arrivals(stage, from, &sequence).into_iter().max();
    let next = known.or(read).map_or(0, |index| index + 1);
    let opened = to.head.as_ref().map_or(to.started, |head| head.complete.received());
    let live = published.iter().position(|one| one.started > opened).unwrap_or(sequence.len());
    let seen = arrivals(stage, to, &sequence);
    Ok(Resumed { sequence, next, live, seen })
}

/// The sequence is what another connection showed.
fn by_reference(stage: &Stage<'_>, reference: &Stream, to: &Stream, id: &str) -> Early<Resumed> {
    let payload = stage.subject.payload;
    let mut sequence: Vec<String> = Vec::new();
    let mut known = None;
    // An event of a hub without an id may be a heartbeat or a greeting, which nobody resumes behind
    // and each new client gets.
    let hub = stage.subject.is_hub();
    for seen in reference.events().filter(|seen| !hub || seen.own_id) {
        let data = payload.decoded(&seen.event.data);
        if seen.own_id && seen.event.last_event_id == id {
            known = Some(sequence.iter().position(|one| *one == data).unwrap_or(sequence.len()));
        }
        if !sequence.contains(&data) {
            sequence.push(data); // what comes twice is judged elsewhere
        }
    }
    let Some(last) = known.filter(|last| last + 1 < sequence.len()) else {
        let why = "a new client does not get the events that another one got".to_owned();
        // A hub shows its resumption by published events; others have only this case.
        let hub = stage.subject.is_hub();
        return Err(if hub { Judgement::NothingSeen(why) } else { Judgement::Untestable(why) });
    };
    let seen = arrivals(stage, to, &sequence);
    Ok(Resumed { live: sequence.len(), next: last + 1, sequence, seen })
}

impl Resumed {
    fn missing(&self) -> Vec<usize> {
        (self.next..self.sequence.len()).filter(|index| !self.seen.contains(index)).collect()
    }

    /// Everything that was not right; nothing when every event came once and in order.
    fn flaws(&self) -> Vec<Resumption> {
        let missing = self.missing();
        if self.seen.is_empty() && !missing.is_empty() {
            return vec![Resumption::Nothing];
        }
        let again = self.seen.iter().any(|index| *index < self.next);
        let first = |at: usize| !self.seen[..at].contains(&self.seen[at]);
        let twice = (0..self.seen.len()).any(|at| !first(at));
        let oldest = self.next > 1 && (0..self.next).all(|index| self.seen.contains(&index));
        // Order is that of first arrivals; what comes again is a flaw of its own.
        let firsts: Vec<usize> =
            (0..self.seen.len()).filter(|at| first(*at)).map(|at| self.seen[at]).collect();
        let flaws = [
            (Resumption::Restart, oldest),
            (Resumption::LiveOnly, self.is_live_only(&missing)),
            (Resumption::Gap, !missing.is_empty() && !self.is_live_only(&missing)),
            (Resumption::Reordered, firsts.windows(2).any(|pair| pair[1] < pair[0])),
            (Resumption::AtLeastOnce, (again || twice) && !oldest),
        ];
        flaws.into_iter().filter(|(_, there)| *there).map(|(flaw, _)| flaw).collect()
    }

    /// What happened, with how many events.
    fn message(&self, class: Resumption, to: &Stream) -> String {
        let (missing, all) = (self.missing().len(), self.sequence.len() - self.next);
        let (again, late) = (self.again(), self.overtaken());
        match class {
            Resumption::Gap => {
                format!("gap of {missing}: of {all} events after the id, {missing} never came")
            }
            Resumption::Nothing => {
                format!("none of {missing} events came after the reconnect ({})", describe(to))
            }
            Resumption::LiveOnly => format!("only new events came; {missing} before them are lost"),
            Resumption::Restart => {
                format!("the stream started over from the oldest event: {again} events came again")
            }
            Resumption::AtLeastOnce => {
                format!("{again} events came again that the client already had")
            }
            Resumption::Reordered => format!("{late} of {all} events came behind later ones"),
            Resumption::ExactlyOnce => format!("every one of {all} events came once"),
        }
    }

    /// How many arrivals were of events that the client had.
    fn again(&self) -> usize {
        let had =
            |at: &usize| self.seen[*at] < self.next || self.seen[..*at].contains(&self.seen[*at]);
        (0..self.seen.len()).filter(had).count()
    }

    /// How many arrived first behind an event that was published after them.
    fn overtaken(&self) -> usize {
        let late = |at: &usize| self.seen[..*at].iter().any(|before| *before > self.seen[*at]);
        let first = |at: &usize| !self.seen[..*at].contains(&self.seen[*at]);
        (0..self.seen.len()).filter(|at| first(at) && late(at)).count()
    }

    /// Whether exactly the events are missing that were published before the reconnect.
    fn is_live_only(&self, missing: &[usize]) -> bool {
        !missing.is_empty() && missing.iter().copied().eq(self.next..self.live)
    }

    fn list(&self, indexes: &[usize]) -> String {
        const MOST: usize = 8;
        let mut shown: Vec<String> =
            indexes.iter().take(MOST).map(|index| shown(&self.sequence[*index])).collect();
        if indexes.len() > MOST {
            shown.push(format!("and {} more", indexes.len() - MOST));
        }
        if shown.is_empty() { "no event".to_owned() } else { shown.join(", ") }
    }
}

pub(super) fn same_events(stage: &Stage<'_>, expect: &Pair) -> Early<Judgement> {
    let [one, two] = &expect.of;
    let (first, second) = (event_stream(stage, one)?, event_stream(stage, two)?);
    // Other cases may publish at the same time, and marker events differ by connection.
    let own: Vec<String> = stage.publications.values().flat_map(|p| sequence(p)).collect();
    let (left, right) = (arrivals(stage, first, &own), arrivals(stage, second, &own));
    if left == right {
        return Ok(Judgement::Pass);
    }
    if (first.unfenced || second.unfenced) && left.len() != right.len() {
        return Ok(no_fence());
    }
    let list = |indexes: &[usize]| {
        let texts: Vec<String> = indexes.iter().map(|index| shown(&own[*index])).collect();
        texts.join(", ")
    };
    let message = format!("`{}` and `{}` got different events", one.value, two.value);
    Ok(Violation::new("events-differ", message).expected(list(&left)).actual(list(&right)).into())
}

#[cfg(test)]
#[path = "resume_tests.rs"]
mod tests;
