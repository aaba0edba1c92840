//! Validators to ask a conditional question with: those that the stream sent, else made-up ones.

use ssecheck_transport::Head;

/// No stream has it, so nothing can match it.
const MADE_UP_ETAG: &str = "\"ssecheck-made-up\"";
/// Any time in the past will do.
const MADE_UP_DATE: &str = "Wed, 01 Jan 2025 00:00:00 GMT";

pub(super) fn etag(head: &Head) -> String {
    text(head, "etag").unwrap_or_else(|| MADE_UP_ETAG.to_owned())
}

/// A cache without `Last-Modified` asks with `Date` (RFC 9110 13.1.3).
pub(super) fn last_modified(head: &Head) -> String {
    let found = text(head, "last-modified").or_else(|| text(head, "date"));
    found.unwrap_or_else(|| MADE_UP_DATE.to_owned())
}

fn text(head: &Head, name: &str) -> Option<String> {
    let value = std::str::from_utf8(head.field(name)?).ok()?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}
