//! `GET /events`, the stream of the hub.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderValue, LOCATION, VARY,
};
use hyper::http::request::Parts;
use hyper::{Response, StatusCode};

use crate::Switches;
use crate::access::{check_accept, check_cursor};
use crate::body::{Coding, EventBody, Shape, Source, backlog};
use crate::connection::Connection;
use crate::hub::{Cursor, Message};
use crate::load::Course;
use crate::memory::OpenStream;
use crate::render;
use crate::reply::{ACCEL_BUFFERING, Reply, empty, error, stream};
use crate::service::{App, LAST_EVENT_ID};

/// Longest Last-Event-ID, in bytes, that the fault which crashes on long ones survives.
const CRASH: usize = 1024;

/// Time to notice that a client has left.
const NOTICE: Duration = Duration::from_millis(50);

/// How long a stream works by the faults that end it or make it deaf: longer than most cases take.
const LIFETIME: Duration = Duration::from_millis(7_500);

/// Faults whose stream has three events and then ends.
const ENDING: &[&str] =
    &["no-last-chunk", "reset-at-end", "tail-unterminated", "length-wrong", "length-present"];

/// The stream or, for HEAD, its head.
pub(crate) async fn events(
    app: &App,
    connection: &Arc<Connection>,
    request: &Parts,
    head_only: bool,
) -> Response<Reply> {
    if let Some(refusal) = refusal(app, connection, request).await {
        return refusal;
    }
    let coding = Coding::of(&app.switches, accepts_gzip(&request.headers));
    let is_gzip = coding.is_gzip();
    let body = match head_only {
        true => Reply::HeadOnly,
        false if app.switches.any(ENDING) => ending(&app.switches, render::samples(&app.switches)),
        false => Reply::Events(Box::new(open(app, connection, request).await.coded(coding))),
    };
    let mut response = stream(body);
    response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    if is_gzip && !app.switches.any(ENDING) {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    spoil(&app.switches, &mut response);
    response
}

/// Whether the client names gzip and does not refuse it by a weight of 0 (RFC 9110 12.5.3).
fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|member| {
        let (name, weight) = member.split_once(';').unwrap_or((member, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("gzip") && !refused
    })
}

async fn refusal(
    app: &App,
    connection: &Arc<Connection>,
    request: &Parts,
) -> Option<Response<Reply>> {
    if app.switches.is_empty() {
        return None;
    }
    let cursor = request.headers.get(LAST_EVENT_ID);
    if app.switches.any(&["once-only", "dies-on-reset"]) {
        // The end of the connection before may be noticed later than this one.
        tokio::time::sleep(NOTICE).await;
    }
    if app.memory.refuses(&app.switches, cursor.is_some()) {
        return Some(error(StatusCode::SERVICE_UNAVAILABLE, "come back later"));
    }
    if let Some(response) =
        redirect(&app.switches).or(check_accept(&app.switches, &request.headers))
    {
        return Some(response);
    }
    let cursor = cursor?.as_bytes();
    if app.switches.has("cursor-long-crash") && cursor.len() > CRASH {
        connection.cut();
        std::future::pending::<()>().await;
    }
    check_cursor(&app.switches, cursor, &app.hub.newest())
}

fn redirect(switches: &Switches) -> Option<Response<Reply>> {
    let location = switches
        .pick(&[("redirect-loop", Some("/events")), ("redirect-without-location", None)])?;
    let mut response = empty(StatusCode::TEMPORARY_REDIRECT);
    if let Some(location) = location {
        response.headers_mut().insert(LOCATION, HeaderValue::from_static(location));
    }
    Some(response)
}

async fn open(app: &App, connection: &Arc<Connection>, request: &Parts) -> EventBody {
    connection.note_stream();
    let room = app.memory.room(&app.switches).await;
    let (cursor, stream) = app.memory.open(&app.switches, cursor(&app.switches, request), room);
    let subscription = app.hub.subscribe(cursor.as_deref(), connection);
    let mut pieces = render::opening(&app.switches, app.retry_ms);
    if subscription.cursor == Cursor::Unknown {
        let text = "the last event id is unknown, this stream is live only";
        pieces.push(render::comment(&app.switches, text));
    }
    let mut shape = Shape::new(&app.switches, stream.number);
    if !app.switches.load().is_on_streams() {
        pieces.extend(backlog(&mut shape, &subscription.backlog));
    }
    if app.switches.has("priming-event") && subscription.backlog.is_empty() {
        pieces.extend(render::priming(&app.switches, &subscription.newest));
    }
    let mut feed = subscription.feed;
    if app.switches.has("head-withheld")
        && let Some(first) = poll_fn(|cx| feed.poll_next(cx)).await
    {
        pieces.extend(backlog(&mut shape, &[first]));
    }
    let course = course(app, connection, &stream, &subscription.backlog);
    let source = Source::Hub { feed, _open: stream };
    let body = EventBody::endless(pieces, source, shape)
        .on_course(course)
        .with_heartbeat(app.heartbeat, render::heartbeat(&app.switches))
        .with_spoilt_heartbeat(&app.switches)
        .deaf_after(app.switches.has("deaf-after").then_some(LIFETIME));
    if app.switches.has("cut-after") {
        let connection = Arc::clone(connection);
        tokio::spawn(async move {
            tokio::time::sleep(LIFETIME).await;
            connection.cut();
        });
    }
    match app.switches.has("slow-start") {
        true => body.starting_after(Duration::from_secs(1)),
        false => body,
    }
}

/// The course that load switches give to the events of the stream, missed ones included.
fn course(
    app: &App,
    connection: &Arc<Connection>,
    stream: &OpenStream,
    missed: &[Arc<Message>],
) -> Option<Box<Course>> {
    let load = app.switches.load();
    if !load.is_on_streams() {
        return None;
    }
    let subscriber = stream.number as u64 - 1;
    let mut course = Box::new(Course::new(*load, subscriber, connection));
    missed.iter().for_each(|message| course.take(message));
    Some(course)
}

/// The cursor that the client sends. An empty one is as good as none (R57); bytes that are not
/// UTF-8 are an id that we do not know (R49).
pub(crate) fn cursor(switches: &Switches, request: &Parts) -> Option<String> {
    let value = request.headers.get(LAST_EVENT_ID)?.as_bytes();
    let text = String::from_utf8_lossy(value).into_owned();
    let text = match text.split_once('.') {
        Some((_, id)) if switches.has("ids-per-connection") => id.to_owned(),
        _ => text,
    };
    (!text.is_empty()).then_some(text)
}

/// All events and the end. What faults of the end do to it is here as far as HTTP goes, the rest
/// is the edge's business.
pub(crate) fn ending(switches: &Switches, mut pieces: Vec<Bytes>) -> Reply {
    if switches.has("tail-unterminated")
        && let Some(last) = pieces.last_mut()
    {
        last.truncate(last.len() - 1);
    }
    if switches.has("length-present") {
        return Reply::Full(Some(Bytes::from(pieces.concat())));
    }
    Reply::Events(Box::new(EventBody::finite(pieces)))
}

/// The faults of status and head that hyper can write.
fn spoil(switches: &Switches, response: &mut Response<Reply>) {
    if switches.is_empty() {
        return;
    }
    if switches.has("status-201") {
        *response.status_mut() = StatusCode::CREATED;
    }
    if switches.has("html-page") {
        let page = "<!doctype html><title>Sign in</title><p>Sign in, please.</p>\n";
        *response.body_mut() = Reply::Full(Some(Bytes::from_static(page.as_bytes())));
    }
    replace_fields(switches, response.headers_mut());
    remove_fields(switches, response.headers_mut());
    if switches.load().close.is_some() {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    if switches.has("media-type-twice") {
        let again = HeaderValue::from_static("text/event-stream");
        response.headers_mut().append(CONTENT_TYPE, again);
    }
}

fn replace_fields(switches: &Switches, headers: &mut HeaderMap) {
    let list = "private, no-cache, no-store, must-revalidate, max-age=0, no-transform";
    let table = [
        ("media-type-wrong", CONTENT_TYPE, "text/plain"),
        ("html-page", CONTENT_TYPE, "text/html"),
        ("charset-latin1", CONTENT_TYPE, "text/event-stream; charset=iso-8859-1"),
        ("content-type-charset", CONTENT_TYPE, "text/event-stream;charset=UTF-8"),
        ("cacheable", CACHE_CONTROL, "max-age=60"),
        ("cache-control-list", CACHE_CONTROL, list),
        ("content-encoding-none", CONTENT_ENCODING, "none"),
        ("etag-digest", ETAG, "W/\"2cf24dba5fb0a30e\""),
        ("connection-keep-alive", CONNECTION, "keep-alive"),
    ];
    for (_, name, value) in table.into_iter().filter(|(id, ..)| switches.has(id)) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

fn remove_fields(switches: &Switches, headers: &mut HeaderMap) {
    let table = [
        ("media-type-missing", CONTENT_TYPE),
        ("no-cache-control", CACHE_CONTROL),
        ("no-accel-buffering", ACCEL_BUFFERING),
    ];
    for (_, name) in table.into_iter().filter(|(id, _)| switches.has(id)) {
        headers.remove(name);
    }
}
