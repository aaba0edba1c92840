//! One publication read through many connections, and who may not read it.

use ssecheck_model::expect::{Flaw, FollowedExpect, ReceiptOn};
use ssecheck_model::step::{Step, Who};

use super::evidence::found_in_stream;
use super::sequence::{duplicate, loss, reorder, sequence};
use super::{Early, Judgement, Violation, no_fence, no_stream, stream, trouble, whole};
use crate::hook::Published;
use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::{has_word, marker};

pub(super) fn followed(stage: &Stage<'_>, expect: &FollowedExpect) -> Early<Judgement> {
    let name = &expect.of.value;
    let chain = stage.chains.get(name).map(Vec::as_slice).unwrap_or_default();
    let Some(last) = chain.last() else {
        return Ok(Judgement::NothingSeen("there was no id to resume from".to_owned()));
    };
    chain.iter().try_for_each(whole)?;
    if last.head.is_none() {
        let (count, why) = (chain.len(), trouble(last));
        return Ok(Judgement::Broken(format!(
            "connection {count} of `{name}` got no answer: {why}"
        )));
    }
    let published = publication_of(stage, name)?;
    let kept = kept(stage, chain, published);
    let sequence = sequence(published);
    let missing = (0..sequence.len()).any(|index| !kept.contains(&index));
    if missing && !last.is_stream() {
        return Ok(no_stream(last));
    }
    if missing && last.unfenced {
        return Ok(no_fence());
    }
    let violation = expect.without.iter().find_map(|flaw| match flaw {
        Flaw::Loss => loss(last, &sequence, &kept),
        Flaw::Duplicate => duplicate(&sequence, &kept),
        Flaw::Reorder => reorder(&sequence, &kept),
    });
    let over = |violation: Violation| Violation {
        message: format!("{} (over {} connections)", violation.message, chain.len()),
        ..violation
    };
    Ok(violation.map(over).map_or(Judgement::Pass, Judgement::from))
}

/// What the `follow` step of that name has followed.
fn publication_of<'s>(stage: &'s Stage<'_>, chain: &str) -> Early<&'s [Published]> {
    let followed = stage.case.steps.iter().find_map(|step| match &step.value {
        Step::Follow(step) if step.name.value == chain => Some(&step.publication.value),
        _ => None,
    });
    let published = followed.and_then(|name| stage.publications.get(name));
    let published =
        published.ok_or_else(|| Judgement::NothingSeen("nothing was published".into()))?;
    match published.iter().find_map(|one| one.result.as_ref().err()) {
        Some(error) => Err(Judgement::Broken(error.to_string())),
        None => Ok(published),
    }
}

/// Which events the client has taken, in order. An event is known by its marker: whether the rest
/// of it is as published is judged elsewhere.
fn kept(stage: &Stage<'_>, chain: &[Stream], published: &[Published]) -> Vec<usize> {
    let markers = markers(stage, published);
    let taken = chain.iter().flat_map(Stream::taken_events);
    let place = |data: &str| markers.iter().position(|marker| has_word(data, marker));
    taken.filter_map(|seen| place(&seen.event.data)).collect()
}

fn markers(stage: &Stage<'_>, published: &[Published]) -> Vec<String> {
    let data = published.iter().filter_map(|one| one.content.data.as_deref());
    data.filter_map(|data| marker(&stage.token, data)).collect()
}

pub(super) fn private(stage: &Stage<'_>, expect: &ReceiptOn) -> Early<Judgement> {
    let name = &expect.on.value;
    let on = stream(stage, name)?;
    whole(on)?;
    if on.dialed.is_none() && on.head.is_none() {
        return Ok(Judgement::Broken(format!("`{name}` was not connected: {}", trouble(on))));
    }
    let published = stage.publications.get(&expect.publication.value);
    let published = published.map(Vec::as_slice).unwrap_or_default();
    let markers = markers(stage, published);
    // In any byte of the answer: a secret in a comment or in the text of a refusal is told too.
    let text = String::from_utf8_lossy(&on.bytes);
    if let Some(marker) = markers.iter().find(|marker| has_word(&text, marker)) {
        let came = markers.iter().filter(|marker| has_word(&text, marker)).count();
        let message =
            format!("{came} of {} events came to a client without the right", markers.len());
        return Ok(Violation::new("leaked", message)
            .expected("nothing of the publication, or a refusal")
            .actual(marker.clone())
            .bytes(found_in_stream(name, on, marker))
            .into());
    }
    if opened_by(stage, name) == Some(Who::Expiring) && on.events().next().is_none() {
        let why = "the credentials that expire have never brought an event".to_owned();
        return Ok(Judgement::NothingSeen(why));
    }
    let others = stage.streams.values().flat_map(Stream::events);
    let reached = |data: &str| markers.iter().any(|marker| has_word(data, marker));
    match others.into_iter().any(|seen| reached(&seen.event.data)) {
        true => Ok(Judgement::Pass),
        false => Ok(Judgement::NothingSeen("the publication came to nobody".to_owned())),
    }
}

/// Whose credentials opened a connection.
fn opened_by(stage: &Stage<'_>, name: &str) -> Option<Who> {
    stage.case.steps.iter().find_map(|step| match &step.value {
        Step::Connect(step) if step.name.value == name => Some(step.who),
        _ => None,
    })
}

#[cfg(test)]
#[path = "follow_tests.rs"]
mod tests;
