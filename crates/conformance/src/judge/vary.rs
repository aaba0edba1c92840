//! Two answers to requests that differ in one field, or in the way that they went.

use ssecheck_model::expect::{Pair, VaryExpect};
use ssecheck_model::step::Name;
use ssecheck_transport::Head;

use super::evidence::{field_excerpt, head_excerpt, shown_field};
use super::header::list;
use super::{Early, Judgement, Violation, describe, stream};
use crate::perform::Stage;
use crate::stream::{Stream, media_type};

/// Both answers, if both are successes: what else is wrong with them is judged elsewhere.
fn both<'s>(stage: &'s Stage<'_>, names: &[Name; 2]) -> Early<[(&'s Stream, &'s Head); 2]> {
    let success = |name: &str| {
        let stream = stream(stage, name)?;
        let head = stream.head.as_ref().filter(|head| (200..300).contains(&head.status));
        let why =
            || Judgement::NothingSeen(format!("`{name}` is no success: {}", describe(stream)));
        Ok::<_, Judgement>((stream, head.ok_or_else(why)?))
    };
    Ok([success(&names[0])?, success(&names[1])?])
}

/// The list members of a field in lower case.
fn words(head: &Head, name: &str) -> Vec<String> {
    list(head, name).iter().map(|word| word.to_ascii_lowercase()).collect()
}

/// Content codings that change the bytes.
fn codings(head: &Head) -> Vec<String> {
    let mut found = words(head, "content-encoding");
    found.retain(|coding| coding != "identity");
    found
}

/// What of an answer a request header field selects.
fn selected(head: &Head, field: &str) -> String {
    match field {
        "accept-encoding" => codings(head).join(", "),
        _ => media_type(head).unwrap_or_default(),
    }
}

pub(super) fn vary(stage: &Stage<'_>, expect: &VaryExpect) -> Early<Judgement> {
    let [(_, one), (_, other)] = both(stage, &expect.of)?;
    let field = expect.field.to_ascii_lowercase();
    let (before, after) = (selected(one, &field), selected(other, &field));
    if before == after {
        let why = format!("the answers do not differ by {field}");
        return Ok(Judgement::NothingSeen(why));
    }
    // The SHOULD of RFC 9110 12.5.5 is one for answers that a cache may keep.
    let kept = |head: &&Head| !words(head, "cache-control").iter().any(|word| word == "no-store");
    let named = |head: &Head| words(head, "vary").iter().any(|name| *name == field || name == "*");
    let mut cacheable = [one, other].into_iter().filter(kept).peekable();
    if cacheable.peek().is_none() {
        return Ok(Judgement::NothingSeen("no cache may keep the answers (no-store)".to_owned()));
    }
    let Some(silent) = cacheable.find(|head| !named(head)) else { return Ok(Judgement::Pass) };
    let name = if std::ptr::eq(silent, one) { &expect.of[0] } else { &expect.of[1] };
    let message =
        format!("the answer depends on {field} and does not say so: {before:?}, {after:?}");
    Ok(Violation::new("vary-missing", message)
        .expected(format!("vary: {field}"))
        .actual(shown_field("vary", &words(silent, "vary")))
        .bytes(head_excerpt(name, silent))
        .into())
}

pub(super) fn same_coding(stage: &Stage<'_>, expect: &Pair) -> Early<Judgement> {
    let [(_, direct), (_, other)] = both(stage, &expect.of)?;
    let (before, after) = (codings(direct), codings(other));
    if before == after {
        return Ok(Judgement::Pass);
    }
    let forbidden = words(direct, "cache-control").iter().any(|word| word == "no-transform");
    let message = match forbidden {
        true => "the proxy changes the coding, though the server says no-transform",
        false => "the proxy changes the coding; the server does not forbid it by no-transform",
    };
    let worded = |codings: &[String]| match codings {
        [] => "no content-encoding".to_owned(),
        all => format!("content-encoding: {}", all.join(", ")),
    };
    Ok(Violation::new("recoded", message)
        .expected(worded(&before))
        .actual(worded(&after))
        .bytes(field_excerpt(&expect.of[1], other, "content-encoding"))
        .into())
}

pub(super) fn same_type(stage: &Stage<'_>, expect: &Pair) -> Early<Judgement> {
    let [(_, direct), (_, other)] = both(stage, &expect.of)?;
    let (before, after) = (media_type(direct), media_type(other));
    if before == after {
        return Ok(Judgement::Pass);
    }
    let worded = |media: Option<String>| media.unwrap_or_else(|| "no media type".to_owned());
    Ok(Violation::new("media-type-changed", "the media type is another behind the proxy")
        .expected(worded(before))
        .actual(worded(after))
        .bytes(field_excerpt(&expect.of[1], other, "content-type"))
        .into())
}

#[cfg(test)]
#[path = "vary_tests.rs"]
mod tests;
