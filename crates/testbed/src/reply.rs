//! Answers and their bodies.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, WWW_AUTHENTICATE,
};
use hyper::{Response, StatusCode};

use crate::body::EventBody;
use crate::scripted::ScriptedBody;

pub(crate) const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Reply {
    /// No content.
    Empty,
    /// No content, where GET would have some of unknown length.
    HeadOnly,
    /// All at once; none once written.
    Full(Option<Bytes>),
    /// A stream.
    Events(Box<EventBody>),
    /// A stream as it stands in a script.
    Scripted(Box<ScriptedBody>),
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Self::Empty | Self::HeadOnly => Poll::Ready(None),
            Self::Full(content) => Poll::Ready(content.take().map(|all| Ok(Frame::data(all)))),
            Self::Events(body) => Pin::new(body.as_mut()).poll_frame(cx),
            Self::Scripted(body) => body.poll_part(cx).map(|part| part.map(Ok)),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Empty | Self::Full(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty | Self::Full(None) => SizeHint::with_exact(0),
            Self::Full(Some(content)) => SizeHint::with_exact(content.len() as u64),
            Self::HeadOnly | Self::Events(_) | Self::Scripted(_) => SizeHint::default(),
        }
    }
}

fn with_body(status: StatusCode, body: Reply) -> Response<Reply> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// An answer without content.
pub(crate) fn empty(status: StatusCode) -> Response<Reply> {
    with_body(status, Reply::Empty)
}

/// An answer of JSON.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Reply> {
    json_text(status, value.to_string())
}

/// An answer of JSON that is written already.
pub(crate) fn json_text(status: StatusCode, mut text: String) -> Response<Reply> {
    text.push('\n');
    let mut response = with_body(status, Reply::Full(Some(Bytes::from(text))));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An error with one sentence why.
pub(crate) fn error(status: StatusCode, message: &str) -> Response<Reply> {
    json(status, &serde_json::json!({ "error": message }))
}

/// 405 with the methods that the resource has (RFC 9110 15.5.6).
pub(crate) fn not_allowed(methods: &'static str) -> Response<Reply> {
    let mut response = error(StatusCode::METHOD_NOT_ALLOWED, "method not allowed");
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// 401 with its challenge (RFC 9110 15.5.2).
pub(crate) fn unauthorized() -> Response<Reply> {
    let mut response = error(StatusCode::UNAUTHORIZED, "a bearer token is needed");
    let challenge = HeaderValue::from_static("Bearer realm=\"testbed\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}

/// A stream.
pub(crate) fn stream(body: Reply) -> Response<Reply> {
    let mut response = with_body(StatusCode::OK, body);
    stream_fields(response.headers_mut());
    response
}

fn stream_fields(headers: &mut HeaderMap) {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
}
