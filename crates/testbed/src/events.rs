//! `GET /events`, the stream of the hub.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{
    ACCEPT_ENCODING, AGE, CACHE_CONTROL, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, ETAG,
    HeaderMap, HeaderValue, LOCATION, VARY,
};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use tokio::sync::OwnedSemaphorePermit;

use crate::access::{
    VALIDITY, Visitor, check_accept, check_cursor, check_origin, has_parameter, visitor,
};
use crate::body::{EventBody, Shape, Source, backlog};
use crate::connection::Connection;
use crate::hub::{Cursor, Message, START, Subscription};
use crate::load::Course;
use crate::memory::OpenStream;
use crate::reply::{ACCEL_BUFFERING, Reply, empty, error, stream};
use crate::service::{App, LAST_EVENT_ID, Resource};
use crate::{Switches, proxy, render, routes};

/// Longest Last-Event-ID, in bytes, that the fault which crashes on long ones survives.
const CRASH: usize = 1024;

/// Time to notice that a client has left.
const NOTICE: Duration = Duration::from_millis(50);

/// What a search through a long history takes, where a fault makes it.
const SCAN: Duration = Duration::from_millis(300);

/// Faults that go by who is connected: a client that has left must not count any more.
const HEEDS_DEPARTURES: &[&str] =
    &["once-only", "dies-on-reset", "cursors-mixed", "destructive-queue"];
/// How long the fault that cleans up late looks for missed events, before it watches its client.
const LOOKUP: Duration = Duration::from_millis(150);
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
    resource: Resource,
) -> Response<Reply> {
    if let Some(refusal) = routed(&app.switches, request, resource) {
        return refusal;
    }
    if let Some(refusal) = refusal(app, connection, request).await {
        return refusal;
    }
    let head_only = request.method == Method::HEAD;
    if head_only && app.switches.has("head-leaks") {
        app.hub.leak();
    }
    let room = match head_only {
        true => None,
        false => match app.memory.room(&app.switches, resource).await {
            Ok(room) => room,
            Err(refusal) => return refusal,
        },
    };
    let coding = proxy::coding(&app.switches, accepts_gzip(&request.headers), resource);
    let is_gzip = coding.is_gzip();
    let body = match head_only {
        true => Reply::HeadOnly,
        false if app.switches.any(ENDING) => ending(&app.switches, render::samples(&app.switches)),
        false => {
            let open = open(app, connection, (request, resource), room).await;
            Reply::Events(Box::new(open.coded(coding)))
        }
    };
    let mut response = stream(body);
    if !app.switches.has("vary-no-accept-encoding") {
        response.headers_mut().append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
    if is_gzip && !app.switches.any(ENDING) {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    spoil(&app.switches, &mut response);
    proxy::retype(&app.switches, resource, response.headers_mut());
    response
}

/// What another path, query or validator than the usual ones comes to.
fn routed(switches: &Switches, request: &Parts, resource: Resource) -> Option<Response<Reply>> {
    if resource == Resource::OriginChecked
        && let Some(refusal) = check_origin(switches, &request.headers)
    {
        return Some(refusal);
    }
    if has_parameter(request, "topic", "forbidden") {
        return Some(routes::forbidden(switches));
    }
    proxy::refusal(switches, resource).or_else(|| routes::unlike_a_stream(switches, request))
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
    if app.switches.any(HEEDS_DEPARTURES) {
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

async fn open(
    app: &App,
    connection: &Arc<Connection>,
    (request, resource): (&Parts, Resource),
    room: Option<OwnedSemaphorePermit>,
) -> EventBody {
    connection.note_stream();
    let (cursor, stream) = app.memory.open(&app.switches, cursor(&app.switches, request), room);
    let visitor = visitor(app.token.as_deref(), &request.headers).unwrap_or(Visitor::Owner);
    let subscription = subscribe(app, visitor, cursor.as_deref(), connection).await;
    app.memory.give(&app.switches, cursor, &subscription.newest);
    let mut pieces = render::opening(&app.switches, app.retry_ms);
    if subscription.cursor == Cursor::Unknown && !app.switches.has("unknown-silent") {
        pieces.push(render::unknown_cursor(&app.switches));
    }
    let mut shape = Shape::new(&app.switches, stream.number);
    if !app.switches.load().is_on_streams() {
        pieces.extend(backlog(&mut shape, &subscription.backlog));
    }
    shape.goes_live();
    if subscription.backlog.is_empty() {
        pieces.extend(render::priming(&app.switches, &subscription.newest, stream.number));
    }
    let mut feed = subscription.feed;
    if (app.switches.has("head-withheld") || proxy::withholds_head(&app.switches, resource))
        && let Some(first) = poll_fn(|cx| feed.poll_next(cx)).await
    {
        pieces.extend(backlog(&mut shape, &[first]));
    }
    let course = course(app, connection, &stream, &subscription.backlog);
    let farewell = render::farewell(&app.switches, app.retry_ms, stream.number);
    let source = Source::Hub { feed, _open: stream };
    let body = EventBody::endless(pieces, source, shape)
        .on_course(course)
        .with_heartbeat(app.heartbeat, render::heartbeat(&app.switches))
        .with_spoilt_heartbeat(&app.switches)
        .deaf_after(app.switches.has("deaf-after").then_some(LIFETIME))
        .with_farewell(farewell);
    if app.switches.has("cut-after") {
        let connection = Arc::clone(connection);
        tokio::spawn(async move {
            tokio::time::sleep(LIFETIME).await;
            connection.cut();
        });
    }
    let body = match visitor == Visitor::Expiring && !app.switches.has("expiry-ignored") {
        true => body.ending_after(VALIDITY),
        false => body,
    };
    match start_delay(&app.switches, !subscription.backlog.is_empty()) {
        Some(delay) => body.starting_after(delay),
        None => body,
    }
}

/// How long a stream says nothing after its head.
fn start_delay(switches: &Switches, replays: bool) -> Option<Duration> {
    match (switches.has("slow-start"), replays && switches.has("late-cleanup")) {
        (true, _) => Some(Duration::from_secs(1)),
        (_, true) => Some(LOOKUP),
        _ => None,
    }
}

/// Joins the stream that this client may see.
async fn subscribe(
    app: &App,
    visitor: Visitor,
    cursor: Option<&str>,
    connection: &Arc<Connection>,
) -> Subscription {
    let (switches, stranger) = (&app.switches, visitor == Visitor::Stranger);
    if switches.has("history-scan") && cursor.is_some_and(|cursor| !app.hub.knows(cursor)) {
        tokio::time::sleep(SCAN).await;
    }
    let found = || cursor.is_some_and(|cursor| app.hub.knows(cursor));
    let chosen = switches.has("cursor-chooses-stream") && found();
    let hub = if stranger && !chosen { &app.strangers } else { &app.hub };
    let mut subscription = match switches.has("handover-gap") {
        true => hub.subscribe_late(cursor, connection).await,
        false => hub.subscribe(cursor, connection),
    };
    if stranger && switches.has("replay-unchecked") {
        subscription.backlog = app.hub.missed(cursor);
    }
    subscription
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
    if switches.has("redirect-loses-cursor") && has_parameter(request, "live", "1") {
        return None;
    }
    let text = String::from_utf8_lossy(value).into_owned();
    let text = match text.split_once('.') {
        Some((_, id)) if switches.any(&["ids-per-connection", "replay-renumbers"]) => id.to_owned(),
        _ => text,
    };
    if text.is_empty() && switches.has("cursor-empty-replays") {
        return Some(START.to_owned());
    }
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
        ("proxy-exact-type", CONTENT_TYPE, "text/event-stream;charset=UTF-8"),
        ("aged", AGE, "30"),
        ("cacheable", CACHE_CONTROL, "max-age=60"),
        ("vary-no-accept-encoding", CACHE_CONTROL, "no-cache"),
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
