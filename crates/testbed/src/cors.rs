//! Cross-origin sharing (Fetch 3.2): an allow-list of one origin, with credentials.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW,
    AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};

use crate::Switches;
use crate::reply::{Reply, empty, not_allowed, unauthorized};
use crate::service::{LAST_EVENT_ID, Resource};

/// The origin that may read answers.
pub(crate) const ALLOWED_ORIGIN: &str = "https://app.example";

/// Private Network Access, which hyper does not know.
const ASK_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

const ALLOWED_HEADERS: &[&str] =
    &["last-event-id", "cache-control", "authorization", "content-type", "accept"];

/// The answer to OPTIONS. It needs no credentials, because a preflight has none (R76).
pub(crate) fn preflight(
    switches: &Switches,
    resource: Resource,
    request: &Parts,
) -> Response<Reply> {
    if switches.has("preflight-405") && resource.is_stream() {
        return not_allowed("GET, HEAD");
    }
    if switches.has("preflight-needs-auth") && !request.headers.contains_key(AUTHORIZATION) {
        return unauthorized();
    }
    let mut response = empty(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(resource.methods()));
    if is_allowed(switches, request) {
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, allowed_headers(switches));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        let private = request.headers.contains_key(ASK_PRIVATE_NETWORK);
        if private && !switches.has("no-private-network") {
            headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
        }
    }
    response
}

fn allowed_headers(switches: &Switches) -> HeaderValue {
    let missing = switches.pick(&[
        ("preflight-no-last-event-id", "last-event-id"),
        ("preflight-no-cache-control", "cache-control"),
        ("preflight-headers-wildcard", "*"),
    ]);
    if missing == Some("*") {
        return HeaderValue::from_static("*");
    }
    let names: Vec<_> =
        ALLOWED_HEADERS.iter().copied().filter(|name| Some(*name) != missing).collect();
    HeaderValue::try_from(names.join(", ")).unwrap_or(HeaderValue::from_static("accept"))
}

/// Puts the fields of the CORS protocol on an answer, errors included (R78).
pub(crate) fn stamp(
    switches: &Switches,
    resource: Resource,
    request: &Parts,
    response: &mut Response<Reply>,
) {
    let status = response.status();
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.headers.get(ORIGIN) {
        let allowed = is_allowed(switches, request);
        if allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("x-request-id"));
        }
        if request.method == Method::OPTIONS {
            spoil_preflight(switches, headers);
        } else if status.is_redirection() && switches.has("cors-not-on-redirect") {
            headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
        } else if status.is_client_error() || status.is_server_error() {
            spoil_error(switches, headers);
        } else if resource == Resource::Events && status == StatusCode::OK {
            spoil_stream(switches, request, headers, allowed);
        }
    }
    if switches.has("no-vary") {
        headers.remove(VARY);
    }
}

fn is_allowed(switches: &Switches, request: &Parts) -> bool {
    let Some(origin) = request.headers.get(ORIGIN) else { return false };
    origin == ALLOWED_ORIGIN
        || switches.has("origin-reflected")
        || (origin == "null" && switches.has("null-reflected"))
}

fn spoil_preflight(switches: &Switches, headers: &mut HeaderMap) {
    if switches.has("preflight-no-origin") {
        headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    }
    if switches.has("preflight-no-credentials") {
        headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    }
}

fn spoil_error(switches: &Switches, headers: &mut HeaderMap) {
    if switches.has("cors-not-on-error") {
        headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    }
}

fn spoil_stream(switches: &Switches, request: &Parts, headers: &mut HeaderMap, allowed: bool) {
    let reconnects = request.headers.contains_key(LAST_EVENT_ID);
    if switches.has("cors-absent") || (reconnects && switches.has("cors-not-on-reconnect")) {
        headers.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
    }
    if switches.has("expose-absent") {
        headers.remove(ACCESS_CONTROL_EXPOSE_HEADERS);
    }
    if !allowed && switches.has("wildcard-origin") {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    }
    if allowed {
        spoil_origin(switches, headers);
        spoil_credentials(switches, headers);
    }
}

fn spoil_origin(switches: &Switches, headers: &mut HeaderMap) {
    const TABLE: &[(&str, &str)] = &[
        ("acao-slash", "https://app.example/"),
        ("acao-list", "https://app.example, https://www.example"),
        ("wildcard-with-credentials", "*"),
    ];
    if let Some(value) = switches.pick(TABLE) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(value));
    }
    if switches.has("acao-twice") {
        headers.append(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(ALLOWED_ORIGIN));
    }
}

fn spoil_credentials(switches: &Switches, headers: &mut HeaderMap) {
    if switches.has("acac-capital") {
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("True"));
    }
    if switches.has("acac-absent") {
        headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    }
}
