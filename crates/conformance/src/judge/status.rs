//! Status, answers, redirects, and whether a stream or server is still there.

use ssecheck_model::expect::{HeadAtOnceExpect, StatusExpect};
use ssecheck_model::step::Destination;
use ssecheck_transport::{AfterEnd, End};

use super::evidence::status_line;
use super::{
    Early, Judgement, Violation, answered as with_head, describe, event_stream, stream, trouble,
};
use crate::perform::Stage;
use crate::stream::Stream;

pub(super) fn status(stage: &Stage<'_>, expect: &StatusExpect) -> Early<Judgement> {
    if let Some(first) = &expect.once_ended {
        once_ended(first, event_stream(stage, first)?)?;
    }
    let stream = stream(stage, &expect.of)?;
    let mut wanted: Vec<String> = expect.is.iter().map(|pattern| pattern.to_string()).collect();
    let other = match &expect.same_as {
        Some(name) => with_head(stage, name)?.head.as_ref().map(|head| head.status),
        None => None,
    };
    wanted.extend(other.map(|status| status.to_string()));
    let wanted = wanted.join(" or ");
    let Some(head) = &stream.head else {
        return Ok(no_answer(&expect.of, stream, &format!("status {wanted}")).into());
    };
    let listed = expect.is.iter().any(|pattern| pattern.matches(head.status));
    if listed || other == Some(head.status) {
        return Ok(Judgement::Pass);
    }
    let message = format!("the answer has status {}, not {wanted}", head.status);
    Ok(Violation::new("status-unexpected", message)
        .expected(format!("status {wanted}"))
        .actual(format!("status {}", head.status))
        .bytes(status_line(&expect.of, head))
        .into())
}

fn once_ended(name: &str, first: &Stream) -> Early<()> {
    let why = match (&first.end, first.last_id()) {
        (Some(_), Some(_)) => return Ok(()),
        (None, _) => format!("the server has not ended `{name}`"),
        (_, None) => format!("no id came on `{name}`, so that a client comes back as a new one"),
    };
    Err(Judgement::NothingSeen(why))
}

fn no_answer(name: &str, stream: &Stream, expected: &str) -> Violation {
    Violation::new("no-answer", format!("`{name}` got no answer: {}", trouble(stream)))
        .expected(expected)
        .actual(trouble(stream))
}

pub(super) fn answered(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = stream(stage, name)?;
    Ok(match &stream.head {
        Some(_) => Judgement::Pass,
        None => no_answer(name, stream, "an answer").into(),
    })
}

pub(super) fn head_at_once(stage: &Stage<'_>, expect: &HeadAtOnceExpect) -> Early<Judgement> {
    if let Some(other) = &expect.unless_withheld_on
        && (with_head(stage, other)?.head_withheld || stream(stage, &expect.of)?.head.is_none())
    {
        let why = format!("`{}` shows no difference that this check is about", other.value);
        return Ok(Judgement::NothingSeen(why));
    }
    if !with_head(stage, &expect.of)?.head_withheld {
        return Ok(Judgement::Pass);
    }
    let message = "no byte of the answer came until an event had been published";
    Ok(Violation::new("head-withheld", message)
        .expected("a head before the first event")
        .actual("a head together with the first event")
        .into())
}

pub(super) fn redirects(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = stream(stage, name)?;
    let path = || -> Vec<String> {
        let hop = |hop: &crate::stream::Hop| {
            let location = hop.location.as_deref().unwrap_or("nowhere");
            format!("{} to {}", hop.status, stream.plan.shown(location))
        };
        stream.hops.iter().map(hop).collect()
    };
    match stream.redirect_problem {
        Some(reason) => {
            let message = format!("{} redirects lead to no stream", stream.hops.len());
            Ok(Violation::new(reason, message)
                .expected("redirects with a Location that end at the stream")
                .actual(path().join(", "))
                .into())
        }
        None if stream.hops.is_empty() => {
            Ok(Judgement::NothingSeen("the target does not redirect".to_owned()))
        }
        None => Ok(Judgement::Pass),
    }
}

pub(super) fn alive(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = stream(stage, name)?;
    if stream.head.is_some() {
        return Ok(Judgement::Pass);
    }
    let message = format!("a fresh connection gets no answer any more: {}", trouble(stream));
    Ok(Violation::new("dead", message).expected("an answer").actual(trouble(stream)).into())
}

/// RFC 9112 9.6: a server that was asked to close does so behind its answer.
pub(super) fn closed(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = stream(stage, name)?;
    let open = match (&stream.end, &stream.surplus) {
        (Some((End::Closed | End::Reset | End::Truncated { .. }, _)), _) => false,
        (Some(_), Some(surplus)) => surplus.then == AfterEnd::Open,
        _ => {
            let why = format!("`{name}` is no answer that has ended: {}", describe(stream));
            return Ok(Judgement::NothingSeen(why));
        }
    };
    if !open {
        return Ok(Judgement::Pass);
    }
    let message = "the connection stays open behind the answer to a request with Connection: close";
    Ok(Violation::new("not-closed", message)
        .expected("the server's FIN behind its answer")
        .actual("an open connection for as long as we looked")
        .bytes(stream.head.as_ref().and_then(|head| super::evidence::head_excerpt(name, head)))
        .into())
}

pub(super) fn open(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = event_stream(stage, name)?;
    let how = match (&stream.end, &stream.error) {
        (Some((end, _)), _) => format!("{end:?}"),
        (None, Some(error)) => error.to_string(),
        (None, None) => return Ok(Judgement::Pass),
    };
    Ok(Violation::new("closed-early", format!("the server ended `{name}`"))
        .expected("an open stream")
        .actual(how)
        .into())
}

pub(super) fn quiet(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = with_head(stage, name)?;
    let Some(offset) = stream.disturbed else { return Ok(Judgement::Pass) };
    let end = stream.bytes.len() as u64;
    Ok(Violation::new("not-quiet", format!("{} bytes came on `{name}`", end - offset))
        .expected("no bytes")
        .bytes(super::evidence::stream_excerpt(name, stream, offset, end))
        .into())
}

pub(super) fn waited(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let absent = || Judgement::NothingSeen(format!("`{name}` was not waited for"));
    let waited = stage.waits.get(name).ok_or_else(absent)?;
    if waited.satisfied {
        return Ok(Judgement::Pass);
    }
    let (reason, message) = match waited.of {
        Some(Destination::Work) => ("work-remains", "work for clients that have left goes on"),
        Some(Destination::Memory) => ("memory-grows", "the memory grows and stays"),
        Some(Destination::Runs) => ("job-reran", "the job has been started again"),
        _ => ("subscribers-remain", "subscribers that have left are still counted"),
    };
    Ok(Violation::new(reason, message)
        .expected("a number as before")
        .actual(waited.seen.clone())
        .into())
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
