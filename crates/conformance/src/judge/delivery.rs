//! Whether published content arrives as it was sent, and whether forged content has an effect.

use ssecheck_model::expect::{DeliveredExpect, EventsExpect, NoInjectionExpect, Part};

use super::evidence::{found_in_stream, stream_excerpt};
use super::{Early, Judgement, Violation, answered, event_stream, no_fence, no_stream, whole};
use crate::hook::{Content, HookError, Published};
use crate::perform::Stage;
use crate::stream::{SeenEvent, Stream};
use crate::text::{Decoded, has_word, marker, normalised, shown};

/// As much data as every server may be expected to take, in bytes: the smallest bound on a request's
/// body among common frameworks is 100 kB.
const MODERATE: usize = 64 * 1024;

/// A publication and the stream on which it must show: the subscriber's under a publish hook, its
/// own under an echo hook.
pub(super) fn publication<'s>(
    stage: &'s Stage<'_>,
    name: &str,
    on: &str,
) -> Early<(&'s [Published], &'s Stream)> {
    let absent = || Judgement::NothingSeen(format!("`{name}` was not published"));
    let published = stage.publications.get(name).ok_or_else(absent)?;
    let stream = match published.iter().find_map(|one| one.stream.as_ref()) {
        Some(stream) => stream,
        None => answered(stage, on)?,
    };
    whole(stream)?;
    Ok((published, stream))
}

/// The single event of a publication, taken by the hook.
fn accepted(published: &[Published]) -> Early<&Published> {
    let first = published.first();
    let one = first.ok_or_else(|| Judgement::Broken("nothing was published".to_owned()))?;
    match &one.result {
        Ok(()) => Ok(one),
        Err(error) if error.is_refusal() => Err(Judgement::NothingSeen(error.to_string())),
        // Many a server closes the connection on which too much comes instead of reading it all.
        Err(error @ HookError::Failed(_)) if is_large(&one.content) => {
            Err(Judgement::NothingSeen(error.to_string()))
        }
        Err(error) => Err(Judgement::Broken(error.to_string())),
    }
}

/// Whether it is more than a server may be expected to take.
fn is_large(content: &Content) -> bool {
    content.data.as_ref().is_some_and(|data| data.len() > MODERATE)
}

pub(super) fn delivered(stage: &Stage<'_>, expect: &DeliveredExpect) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    let content = &accepted(published)?.content;
    if !stream.is_stream() {
        return Ok(no_stream(stream));
    }
    let events: Vec<SeenEvent<'_>> = stream.events().collect();
    let differing = |seen: &&SeenEvent<'_>| difference(stage, expect, content, seen).is_none();
    if events.iter().any(|seen| differing(&seen)) {
        return Ok(Judgement::Pass);
    }
    let markers = markers(&stage.token, content);
    let nearest = events.iter().find(|seen| markers.iter().any(|marker| mentions(seen, marker)));
    let name = &expect.on.value;
    if nearest.is_some_and(|seen| has_own_id(stage, expect, seen)) {
        return Ok(Judgement::NothingSeen("the target has ids of its own".to_owned()));
    }
    Ok(match nearest {
        Some(seen) => match difference(stage, expect, content, seen) {
            Some(violation) => {
                let (start, end) = (seen.span.start, seen.span.end);
                violation.bytes(stream_excerpt(name, stream, start, end)).into()
            }
            None => Judgement::Pass,
        },
        None if stream.unfenced => no_fence(),
        None => missing(name, stream, content, &markers),
    })
}

/// Whether an id is to be compared which the target has not taken from us.
fn has_own_id(stage: &Stage<'_>, expect: &DeliveredExpect, seen: &SeenEvent<'_>) -> bool {
    expect.same.contains(&Part::Id) && !seen.event.last_event_id.contains(&stage.token)
}

/// How an event differs from what was published, in the parts that count.
fn difference(
    stage: &Stage<'_>,
    expect: &DeliveredExpect,
    content: &Content,
    seen: &SeenEvent<'_>,
) -> Option<Violation> {
    let data = stage.subject.payload.decoded(&seen.event.data);
    let wanted = normalised(content.data.as_deref().unwrap_or_default());
    let identified = expect.same.contains(&Part::Data)
        || markers(&stage.token, content).iter().any(|marker| mentions(seen, marker));
    if !identified {
        return Some(Violation::new("lost", "another event"));
    }
    let event_type = content.event.as_deref().unwrap_or("message");
    let id = content.id.as_deref().unwrap_or_default();
    let parts = [
        (Part::Data, "data-altered", "data", wanted.as_str(), data.as_str()),
        (Part::Event, "event-type-altered", "event type", event_type, &seen.event.event_type),
        (Part::Id, "id-altered", "id", id, seen.event.last_event_id.as_str()),
    ];
    // Events are told apart by their marker, so an empty text needs it in another part.
    let strange = content.data.as_deref() == Some("")
        && !markers(&stage.token, content).iter().any(|marker| mentions(seen, marker));
    let differs = |(part, _, _, wanted, got): &&(Part, _, _, &str, &str)| {
        expect.same.contains(part) && wanted != got
    };
    match parts.iter().find(differs) {
        None if strange => Some(Violation::new("lost", "another event")),
        None => None,
        Some((_, reason, what, wanted, got)) => Some(
            Violation::new(reason, format!("the {what} arrived changed"))
                .expected(shown(wanted))
                .actual(shown(got)),
        ),
    }
}

fn missing(name: &str, stream: &Stream, content: &Content, markers: &[String]) -> Judgement {
    let wanted = content.data.as_deref().map_or_else(|| "an event".to_owned(), shown);
    let text = String::from_utf8_lossy(&stream.bytes);
    let came = markers.iter().find(|marker| has_word(&text, marker));
    let bytes = came.and_then(|marker| found_in_stream(name, stream, marker));
    let violation = match came {
        Some(_) => Violation::new(
            "not-dispatched",
            "its bytes came, but they make no event that a client would see",
        )
        .actual("bytes, but no event"),
        None => Violation::new("lost", "the published event never came").actual("nothing"),
    };
    violation.expected(wanted).bytes(bytes).into()
}

/// Pieces of the published content that only this case can have made: the token and what follows
/// it in letters, digits and `-`.
fn markers(token: &str, content: &Content) -> Vec<String> {
    let texts = [&content.data, &content.event, &content.id].into_iter().flatten();
    texts.filter_map(|text| marker(token, text)).collect()
}

fn mentions(seen: &SeenEvent<'_>, marker: &str) -> bool {
    let event = seen.event;
    has_word(&event.data, marker)
        || has_word(&event.event_type, marker)
        || (seen.own_id && has_word(&event.last_event_id, marker))
}

pub(super) fn no_injection(stage: &Stage<'_>, expect: &NoInjectionExpect) -> Early<Judgement> {
    let (published, stream) = publication(stage, &expect.publication, &expect.on)?;
    let canary = stage.render(&expect.canary, None).unwrap_or_default();
    let injected = stream.events().find_map(|seen| {
        let event = seen.event;
        let whole = event.event_type == canary || event.data == canary;
        let line = event.data.split('\n').any(|line| line == canary);
        let id = event.last_event_id == canary;
        (whole || line || id).then_some((seen, whole))
    });
    if let Some((seen, whole)) = injected {
        let reason = if whole { "event-injected" } else { "field-injected" };
        let event = seen.event;
        let content = &published.first().map(|one| one.content.clone()).unwrap_or_default();
        let sent = [&content.event, &content.id, &content.comment, &content.data];
        let sent = sent.into_iter().flatten().find(|text| text.contains(&canary));
        let message = "text inside a published value took effect as a field or event of its own";
        return Ok(Violation::new(reason, message)
            .expected(format!("no effect of {}", sent.map_or_else(String::new, |text| shown(text))))
            .actual(format!("event {} with data {}", shown(&event.event_type), shown(&event.data)))
            .bytes(stream_excerpt(&expect.on, stream, seen.span.start, seen.span.end))
            .into());
    }
    Ok(match published.first().map(|one| &one.result) {
        Some(Err(HookError::Unsendable(reason))) => {
            Judgement::NothingSeen(format!("the hook cannot carry it: {reason}"))
        }
        Some(Err(error @ HookError::TimedOut(_))) => Judgement::Broken(error.to_string()),
        // Refused, or dropped: nothing reached the reader, which is a right answer.
        _ => Judgement::Pass,
    })
}

pub(super) fn events(stage: &Stage<'_>, expect: &EventsExpect) -> Early<Judgement> {
    let stream = event_stream(stage, &expect.of)?;
    let data: Vec<&str> = stream.events().map(|seen| seen.event.data.as_str()).collect();
    let wanted = expect.at_least.unwrap_or(0) as usize;
    if data.len() < wanted {
        let message = format!("{} events came, not {wanted}", data.len());
        return Ok(Violation::new("too-few-events", message)
            .expected(format!("at least {wanted} events"))
            .actual(format!("{} events", data.len()))
            .into());
    }
    let Some(wanted) = expect.data.as_ref().filter(|wanted| **wanted != data) else {
        return Ok(Judgement::Pass);
    };
    let first = wanted.iter().zip(&data).position(|(a, b)| a != b);
    let index = first.unwrap_or(wanted.len().min(data.len()));
    let at = |list: Option<&str>| list.map_or_else(|| "no event".to_owned(), shown);
    Ok(Violation::new("events-differ", format!("event {} is not the expected one", index + 1))
        .expected(at(wanted.get(index).map(String::as_str)))
        .actual(at(data.get(index).copied()))
        .into())
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod tests;
