//! Who may have the stream, and what it refuses.

use std::time::Duration;

use hyper::header::{ACCEPT, AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::query::raw;
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
    request: &Parts,
) -> Option<Response<Reply>> {
    let wanted = token?;
    let in_query = switches.has("query-token") && has_parameter(request, "access_token", wanted);
    if visitor(token, &request.headers).is_some() || in_query {
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

/// Whether the query has this parameter with this value.
pub(crate) fn has_parameter(request: &Parts, name: &str, value: &str) -> bool {
    raw(request.uri.query().unwrap_or_default(), name).as_deref() == Some(value.as_bytes())
}

/// What the fault that splits heads writes into one: the cursor of the query, as it is.
pub(crate) fn reflected(switches: &Switches, request: &Parts) -> Option<Vec<u8>> {
    if !switches.has("header-splitting") {
        return None;
    }
    raw(request.uri.query()?, "last-event-id")
}

/// 403 to a page of another origin and to a name that is not ours, which is how a page gets behind
/// a firewall (DNS rebinding).
pub(crate) fn check_origin(switches: &Switches, headers: &HeaderMap) -> Option<Response<Reply>> {
    let host = headers.get(HOST).map(|host| host.as_bytes());
    let foreign_host = !host.is_some_and(is_local) && !switches.has("host-unchecked");
    let origin = headers.get(ORIGIN).map(|origin| origin.as_bytes());
    let own = |origin: &[u8]| origin.strip_prefix(b"http://") == host;
    let foreign = origin.is_some_and(|origin| !own(origin)) && !switches.has("origin-unchecked");
    (foreign || foreign_host).then(|| error(StatusCode::FORBIDDEN, "not from there"))
}

/// Whether a `Host` is a literal address or localhost: names can be made to point anywhere.
fn is_local(host: &[u8]) -> bool {
    let name = host.split(|byte| *byte == b':').next().unwrap_or_default();
    name == b"localhost" || name.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}

/// 406 where a fault wants an Accept field.
pub(crate) fn check_accept(switches: &Switches, headers: &HeaderMap) -> Option<Response<Reply>> {
    let accept = headers.get(ACCEPT).map(|value| value.as_bytes().to_ascii_lowercase());
    let named = accept
        .as_deref()
        .is_some_and(|value| value.windows(17).any(|part| part == b"text/event-stream"));
    let refused = (switches.has("accept-required") && !named)
        || (switches.has("accept-refused") && accept.as_deref() == Some(b"text/event-stream"))
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
