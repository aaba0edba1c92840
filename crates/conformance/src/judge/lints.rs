//! Lints of the parser, and the retry field.

use ssecheck_model::expect::{LintsExpect, Seen};
use ssecheck_parser::Lint;
use ssecheck_parser::owned::OwnedItem;

use super::evidence::stream_excerpt;
use super::{Early, Judgement, Violation, event_stream};
use crate::hook::HookError;
use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::shown;

pub(super) fn lints(stage: &Stage<'_>, expect: &LintsExpect) -> Early<Judgement> {
    let name = &expect.of.value;
    let stream = event_stream(stage, name)?;
    if let Some(why) = expect.publication.as_ref().and_then(|name| uncarried(stage, name)) {
        return Ok(Judgement::NothingSeen(why));
    }
    let wanted = |lint: &&Lint| expect.none.iter().any(|code| code.value == lint.code.as_str());
    if let Some(lint) = stream.lints.iter().find(wanted) {
        return Ok(violation(name, stream, lint));
    }
    let lacking = match expect.needs {
        None if stream.bytes.is_empty() => Some("no byte of the stream came in time"),
        Some(need) if !seen(stream, need) => Some(lacking(need)),
        _ => None,
    };
    Ok(lacking.map_or(Judgement::Pass, |what| Judgement::NothingSeen(what.to_owned())))
}

/// Why the hook could not carry a publication, if it could not.
fn uncarried(stage: &Stage<'_>, name: &str) -> Option<String> {
    let results = stage.publications.get(name)?.iter().map(|one| &one.result);
    let mut errors = results.filter_map(|result| result.as_ref().err());
    let carried = |error: &&HookError| matches!(error, HookError::Unsendable(_));
    errors.find(carried).map(|error| error.to_string())
}

fn violation(name: &str, stream: &Stream, lint: &Lint) -> Judgement {
    let (start, end) = (lint.span.start, lint.span.end);
    let bytes = stream.bytes.get(start as usize..end as usize).unwrap_or_default();
    let actual = shown(&String::from_utf8_lossy(bytes));
    let message = format!("{} at byte {start} of the stream", lint.code.as_str());
    Violation::new(lint.code.as_str(), message)
        .expected(format!("no {}", lint.code.as_str()))
        .actual(actual)
        .bytes(stream_excerpt(name, stream, start, end))
        .into()
}

fn seen(stream: &Stream, need: Seen) -> bool {
    let item = |wanted: fn(&OwnedItem) -> bool| stream.items.iter().any(|seen| wanted(&seen.item));
    match need {
        Seen::Id => item(|item| matches!(item, OwnedItem::Id(_))),
        Seen::Retry => item(|item| matches!(item, OwnedItem::Retry(_))),
        Seen::Event => item(|item| matches!(item, OwnedItem::Event(_))),
        Seen::End => stream.end.is_some(),
    }
}

fn lacking(need: Seen) -> &'static str {
    match need {
        Seen::Id => "no id came",
        Seen::Retry => "no retry field came",
        Seen::Event => "no event came",
        Seen::End => "the server did not end the stream",
    }
}

pub(super) fn retry(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let stream = event_stream(stage, name)?;
    if stream.retry().is_some() || stream.lints.iter().any(|l| l.code.as_str().starts_with("retry"))
    {
        return Ok(Judgement::Pass);
    }
    Ok(Violation::new("retry-missing", "the stream sent no retry field")
        .expected("a retry field")
        .actual(format!("{} items without one", stream.items.len()))
        .into())
}
