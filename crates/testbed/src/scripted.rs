//! Streams written byte for byte as told, to learn what a client makes of them.
//!
//! The `n`-th script stands at `/scripted/n`. Each request gets the next of its answers, and 204
//! once there are no more, so that a client does not come back (HTML 9.2.1). Every origin may read
//! them.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::Frame;
use hyper::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderValue,
};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use tokio::time::Sleep;

use crate::reply::{Reply, empty, error, stream};
use crate::service::LAST_EVENT_ID;

/// What one request is answered.
#[derive(Debug, Clone, Default)]
pub struct ScriptedAnswer {
    /// The body. Each part is written alone; an empty one is left out, since it would be the end
    /// in chunked coding (RFC 9112 7.1).
    pub chunks: Vec<Bytes>,
    /// Content-Type instead of `text/event-stream`.
    pub content_type: Option<&'static str>,
}

/// What a request brought, and when it was answered.
#[derive(Debug, Clone)]
pub struct ScriptedRequest {
    /// The value of Last-Event-ID, byte by byte.
    pub last_event_id: Option<Vec<u8>>,
    /// When its head was read.
    pub asked: Instant,
    /// When the last part was handed to the connection; none for 204, and while it is not over.
    pub ended: Option<Instant>,
    /// Whether it was a preflight (OPTIONS), which takes no answer from the script.
    pub preflight: bool,
}

/// The scripts of a testbed: give a clone to [`Config`](crate::Config) and keep one to see who came.
#[derive(Debug, Clone, Default)]
pub struct Scripts(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    scripts: Vec<Vec<ScriptedAnswer>>,
    pause: Duration,
    requests: Mutex<Vec<Vec<ScriptedRequest>>>,
}

impl Scripts {
    /// Scripts by number. After each part of a body there is this pause, so that a client reads it
    /// alone.
    #[must_use]
    pub fn new(scripts: Vec<Vec<ScriptedAnswer>>, pause: Duration) -> Self {
        let requests = Mutex::new(vec![Vec::new(); scripts.len()]);
        Self(Arc::new(Inner { scripts, pause, requests }))
    }

    /// The requests for a script so far; none if there is no such script.
    #[must_use]
    pub fn requests(&self, number: usize) -> Vec<ScriptedRequest> {
        self.lock().get(number).cloned().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<ScriptedRequest>>> {
        self.0.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the script at this path.
    pub(crate) fn named(path: &str) -> Option<usize> {
        path.strip_prefix("/scripted/")?.parse().ok()
    }

    pub(crate) fn answer(&self, request: &Parts) -> Response<Reply> {
        let number = Self::named(request.uri.path());
        let known = number.and_then(|number| Some((number, self.0.scripts.get(number)?)));
        let Some((number, script)) = known else {
            return error(StatusCode::NOT_FOUND, "no such script");
        };
        let place = self.note(number, request);
        let mut response = match script.get(place.answer) {
            _ if request.method == Method::OPTIONS => empty(StatusCode::NO_CONTENT),
            Some(answer) => self.written(answer, place),
            None => empty(StatusCode::NO_CONTENT),
        };
        let headers = response.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("last-event-id"));
        response
    }

    fn note(&self, script: usize, request: &Parts) -> Place {
        let mut requests = self.lock();
        let requests = &mut requests[script];
        let place = Place {
            script,
            request: requests.len(),
            answer: requests.iter().filter(|r| !r.preflight).count(),
        };
        let last_event_id = request.headers.get(LAST_EVENT_ID).map(|id| id.as_bytes().to_vec());
        let preflight = request.method == Method::OPTIONS;
        requests.push(ScriptedRequest {
            last_event_id,
            asked: Instant::now(),
            ended: None,
            preflight,
        });
        place
    }

    fn written(&self, answer: &ScriptedAnswer, place: Place) -> Response<Reply> {
        let mut parts: Vec<Bytes> = answer.chunks.clone();
        parts.retain(|part| !part.is_empty());
        parts.reverse();
        let body = ScriptedBody { scripts: self.clone(), place, parts, pause: None };
        let mut response = stream(Reply::Scripted(Box::new(body)));
        if let Some(kind) = answer.content_type {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        response
    }
}

/// Which script, which of its requests, and which of its answers.
#[derive(Debug, Clone, Copy)]
struct Place {
    script: usize,
    request: usize,
    answer: usize,
}

/// The body of a scripted answer.
#[derive(Debug)]
pub(crate) struct ScriptedBody {
    scripts: Scripts,
    place: Place,
    /// What is left, the next one last.
    parts: Vec<Bytes>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl ScriptedBody {
    pub(crate) fn poll_part(&mut self, cx: &mut Context<'_>) -> Poll<Option<Frame<Bytes>>> {
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(cx));
        }
        let Some(part) = self.parts.pop() else {
            let mut requests = self.scripts.lock();
            requests[self.place.script][self.place.request].ended = Some(Instant::now());
            return Poll::Ready(None);
        };
        self.pause = Some(Box::pin(tokio::time::sleep(self.scripts.0.pause)));
        Poll::Ready(Some(Frame::data(part)))
    }
}
