//! Resources beside the hub: where it has moved to, where it must not be served, what it is not.

use bytes::Bytes;
use hyper::header::{
    ACCEPT, CACHE_CONTROL, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::body::EventBody;
use crate::reply::{Reply, empty, error, json, stream, unauthorized};

/// A redirect to the hub, with the query that came.
pub(crate) fn moved(switches: &Switches, request: &Parts) -> Response<Reply> {
    let faulty = [("redirect-loses-cursor", "/events?live=1"), ("redirect-astray", "/gone")];
    let path = switches.pick(&faulty).unwrap_or("/events");
    let query = request.uri.query().filter(|_| !switches.has("redirect-drops-query"));
    let sign = if path.contains('?') { '&' } else { '?' };
    let location = query.map_or(path.to_owned(), |query| format!("{path}{sign}{query}"));
    let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// Without TLS there is nothing, and nobody is asked for a token.
pub(crate) fn plain(switches: &Switches) -> Response<Reply> {
    if switches.has("plain-served") {
        return finite(b"data: in the clear\n\n");
    }
    if switches.has("plain-challenged") {
        return unauthorized();
    }
    error(StatusCode::FORBIDDEN, "only with TLS")
}

/// JSON, whatever is asked for.
pub(crate) fn neighbour(switches: &Switches, request: &Parts) -> Response<Reply> {
    if switches.has("streams-without-accept") && !request.headers.contains_key(ACCEPT) {
        return finite(b"data: no stream was asked for\n\n");
    }
    json(StatusCode::OK, &serde_json::json!({ "stream": false }))
}

/// What must be refused before the stream begins.
pub(crate) fn forbidden(switches: &Switches) -> Response<Reply> {
    if switches.has("always-200") {
        return finite(b"event: error\ndata: no such topic\n\n");
    }
    if switches.has("error-page-200") {
        return json(StatusCode::OK, &serde_json::json!({ "error": "no such topic" }));
    }
    error(StatusCode::NOT_FOUND, "no such topic")
}

/// What faults answer to requests that a stream has no business with: conditions, and another media
/// type.
pub(crate) fn unlike_a_stream(switches: &Switches, request: &Parts) -> Option<Response<Reply>> {
    let has = |name: HeaderName| request.headers.contains_key(name);
    let unchanged = (switches.has("conditional-304") && has(IF_NONE_MATCH))
        || (switches.has("conditional-date-304") && has(IF_MODIFIED_SINCE));
    if unchanged {
        return Some(empty(StatusCode::NOT_MODIFIED));
    }
    let accept = request.headers.get(ACCEPT).map(HeaderValue::as_bytes);
    if switches.has("vary-no-accept") && accept == Some(b"application/json") {
        let mut response = json(StatusCode::OK, &serde_json::json!({ "events": [] }));
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        return Some(response);
    }
    None
}

fn finite(piece: &'static [u8]) -> Response<Reply> {
    stream(Reply::Events(Box::new(EventBody::finite(vec![Bytes::from_static(piece)]))))
}
