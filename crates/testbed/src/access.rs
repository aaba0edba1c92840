//! Who may have the stream, and what it refuses.

use std::time::Duration;

use hyper::header::{ACCEPT, AUTHORIZATION, HeaderMap};
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::reply::{Reply, error, unauthorized};

/// Who asks for the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visitor {
    /// Everybody, where no token is needed.
    Owner,
    /// Somebody with a stream of its own.
    Stranger,
    /// The owner, for [`VALIDITY`].
    Expiring,
}

/// How long the credentials of [`Visitor::Expiring`] are valid once the stream is open.
pub(crate) const VALIDITY: Duration = Duration::from_millis(500);

/// Who asks, where a token is needed; none without one, or with a wrong one.
pub(crate) fn visitor(token: Option<&str>, headers: &HeaderMap) -> Option<Visitor> {
    let Some(token) = token else { return Some(Visitor::Owner) };
    let given = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes()))?;
    match given {
        given if given == token.as_bytes() => Some(Visitor::Owner),
        b"stranger" => Some(Visitor::Stranger),
        b"expiring" => Some(Visitor::Expiring),
        _ => None,
    }
}

/// 401 unless the token is there, where one is needed.
pub(crate) fn check_token(
    switches: &Switches,
    token: Option<&str>,
    headers: &HeaderMap,
) -> Option<Response<Reply>> {
    if visitor(token, headers).is_some() {
        return None;
    }
    let mut refusal = unauthorized();
    if switches.has("no-challenge") {
        refusal.headers_mut().remove(hyper::header::WWW_AUTHENTICATE);
    }
    Some(refusal)
}

/// The token of `Bearer TOKEN`; the scheme has no case (RFC 9110 11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"bearer ").then(|| token.trim_ascii())
}

/// 406 where a fault wants an Accept field.
pub(crate) fn check_accept(switches: &Switches, headers: &HeaderMap) -> Option<Response<Reply>> {
    let accept = headers.get(ACCEPT).map(|value| value.as_bytes().to_ascii_lowercase());
    let named = accept
        .as_deref()
        .is_some_and(|value| value.windows(17).any(|part| part == b"text/event-stream"));
    let refused = (switches.has("accept-required") && !named)
        || (switches.has("accept-field-required") && accept.is_none());
    refused.then(|| error(StatusCode::NOT_ACCEPTABLE, "only text/event-stream is here"))
}

/// What faults answer to a Last-Event-ID, as it came. The correct server takes any.
pub(crate) fn check_cursor(
    switches: &Switches,
    cursor: &[u8],
    newest: &str,
) -> Option<Response<Reply>> {
    let integer = cursor.iter().all(u8::is_ascii_digit);
    let table = [
        ("cursor-parsed", !integer, StatusCode::INTERNAL_SERVER_ERROR),
        ("newest-refused", cursor == newest.as_bytes(), StatusCode::INTERNAL_SERVER_ERROR),
        ("cursor-ascii-only", !cursor.is_ascii(), StatusCode::BAD_REQUEST),
        ("cursor-quoted", cursor.contains(&b'\''), StatusCode::INTERNAL_SERVER_ERROR),
        ("cursor-empty-refused", cursor.is_empty(), StatusCode::BAD_REQUEST),
    ];
    let found = table.into_iter().find(|(id, refused, _)| *refused && switches.has(id));
    found.map(|(.., status)| error(status, "this Last-Event-ID is too much for the server"))
}
