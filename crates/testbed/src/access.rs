//! Who may have the stream, and what it refuses.

use hyper::header::{ACCEPT, AUTHORIZATION, HeaderMap};
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::reply::{Reply, error, unauthorized};

/// 401 unless the token is there, where one is needed.
pub(crate) fn check_token(
    switches: &Switches,
    token: Option<&str>,
    headers: &HeaderMap,
) -> Option<Response<Reply>> {
    let token = token?;
    let given = headers.get(AUTHORIZATION).and_then(|value| bearer(value.as_bytes()));
    if given == Some(token.as_bytes()) {
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
        ("cursor-empty-refused", cursor.is_empty(), StatusCode::BAD_REQUEST),
    ];
    let found = table.into_iter().find(|(id, refused, _)| *refused && switches.has(id));
    found.map(|(.., status)| error(status, "this Last-Event-ID is too much for the server"))
}
