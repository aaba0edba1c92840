//! Header fields.

use ssecheck_model::expect::HeaderExpect;
use ssecheck_transport::Head;

use super::evidence::{field_excerpt, head_excerpt, shown_field};
use super::{Early, Judgement, Violation, answered, stream};
use crate::perform::Stage;
use crate::stream::media_type;

pub(super) fn head<'s>(stage: &'s Stage<'_>, name: &str) -> Early<&'s Head> {
    let stream = answered(stage, name)?;
    stream.head.as_ref().ok_or_else(|| Judgement::Broken(format!("`{name}` has no head")))
}

/// The values of a field as text, in order.
pub(super) fn values(head: &Head, name: &str) -> Vec<String> {
    head.fields(name).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
}

/// The list members of all lines of a field (RFC 9110 5.6.1).
pub(super) fn list(head: &Head, name: &str) -> Vec<String> {
    values(head, name).iter().flat_map(|value| members(value)).collect()
}

pub(super) fn content_type(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let head = head(stage, name)?;
    if !(200..300).contains(&head.status) || head.status == 204 {
        let status = head.status;
        return Ok(Judgement::NothingSeen(format!("an answer with status {status} is no stream")));
    }
    match media_type(head).as_deref() {
        Some("text/event-stream") => Ok(Judgement::Pass),
        Some(other) => Ok(Violation::new(
            "content-type-wrong",
            format!("the media type is {other}, so clients give up"),
        )
        .expected("text/event-stream")
        .actual(other.to_owned())
        .bytes(field_excerpt(name, head, "content-type"))
        .into()),
        None => Ok(Violation::new("content-type-missing", "there is no usable Content-Type")
            .expected("Content-Type: text/event-stream")
            .actual("no media type")
            .bytes(head_excerpt(name, head))
            .into()),
    }
}

pub(super) fn charset(stage: &Stage<'_>, name: &str) -> Early<Judgement> {
    let head = head(stage, name)?;
    let values = values(head, "content-type");
    let Some(charset) = values.iter().find_map(|value| charset_of(value)) else {
        return Ok(Judgement::Pass);
    };
    if charset.eq_ignore_ascii_case("utf-8") {
        return Ok(Judgement::Pass);
    }
    let message = format!("the charset parameter says {charset}, but clients decode as UTF-8");
    Ok(Violation::new("charset-not-utf-8", message)
        .expected("utf-8, or no charset")
        .actual(charset)
        .bytes(field_excerpt(name, head, "content-type"))
        .into())
}

fn charset_of(value: &str) -> Option<String> {
    unquoted(value, ';').skip(1).find_map(|parameter| {
        let (key, value) = parameter.split_once('=')?;
        let value = value.trim().trim_matches('"');
        key.trim().eq_ignore_ascii_case("charset").then(|| value.to_owned())
    })
}

pub(super) fn header(stage: &Stage<'_>, expect: &HeaderExpect) -> Early<Judgement> {
    let conditional = !expect.when_status.is_empty();
    if conditional && stream(stage, &expect.of)?.head.is_none() {
        return Ok(Judgement::NothingSeen(format!("`{}` got no answer", expect.of.value)));
    }
    let head = head(stage, &expect.of)?;
    if conditional && !expect.when_status.iter().any(|pattern| pattern.matches(head.status)) {
        return Ok(Judgement::NothingSeen(format!("the answer has status {}", head.status)));
    }
    let values = values(head, &expect.name);
    let violation = presence(expect, &values).or_else(|| form(expect, &values));
    Ok(match violation {
        None => Judgement::Pass,
        Some(violation) => {
            let excerpt = field_excerpt(&expect.of, head, &expect.name);
            violation.bytes(excerpt.or_else(|| head_excerpt(&expect.of, head))).into()
        }
    })
}

fn presence(expect: &HeaderExpect, values: &[String]) -> Option<Violation> {
    let name = &expect.name;
    match (expect.present, values) {
        (Some(true), []) => Some(
            Violation::new("header-missing", format!("there is no {name} field"))
                .expected(wanted(expect)),
        ),
        (Some(false), [_, ..]) => Some(
            Violation::new("header-present", format!("there is a {name} field"))
                .expected(format!("no {name} field"))
                .actual(shown_field(name, values)),
        ),
        _ => None,
    }
}

fn form(expect: &HeaderExpect, values: &[String]) -> Option<Violation> {
    let name = &expect.name;
    let members: Vec<String> = values.iter().flat_map(|value| members(value)).collect();
    if expect.single && (values.len() > 1 || members.len() > 1) {
        return Some(
            Violation::new("header-repeated", format!("{name} has more than one value"))
                .expected(format!("one {name} field with one value"))
                .actual(shown_field(name, values)),
        );
    }
    let has = |word: &String| members.iter().any(|member| is_directive(member, word));
    let lacks = !values.is_empty() && !expect.any_of.is_empty() && !expect.any_of.iter().any(has);
    if lacks || expect.none_of.iter().any(has) {
        return Some(
            Violation::new("header-value", format!("{name} does not say what it should"))
                .expected(wanted(expect))
                .actual(shown_field(name, values)),
        );
    }
    None
}

fn wanted(expect: &HeaderExpect) -> String {
    let mut wanted = format!("a {} field", expect.name);
    if !expect.any_of.is_empty() {
        wanted.push_str(&format!(" with {}", expect.any_of.join(" or ")));
    }
    if !expect.none_of.is_empty() {
        wanted.push_str(&format!(" without {}", expect.none_of.join(" and ")));
    }
    wanted
}

/// The members of a comma list (RFC 9110 5.6.1); commas inside quoted strings do not count.
pub(super) fn members(value: &str) -> Vec<String> {
    let split = unquoted(value, ',');
    split.map(|member| member.trim().to_owned()).filter(|member| !member.is_empty()).collect()
}

/// `value` split at `separator`, but not inside quoted strings.
fn unquoted(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    value.split(move |c: char| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

fn is_directive(member: &str, word: &str) -> bool {
    member.split('=').next().unwrap_or_default().trim().eq_ignore_ascii_case(word)
}

#[cfg(test)]
#[path = "header_tests.rs"]
mod tests;
