//! Requests to answers.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{ALLOW, HeaderName};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};

use crate::body::EventBody;
use crate::connection::{Connection, Exchange};
use crate::hub::Hub;
use crate::job::Jobs;
use crate::load::Truth;
use crate::memory::Memory;
use crate::render::Fields;
use crate::reply::{Reply, empty, error, json, json_text, not_allowed, stream};
use crate::{Scripts, Switches, access, cors, events, job, publish, query, render, replay, routes};

pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// What all connections share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) switches: Switches,
    pub(crate) token: Option<String>,
    pub(crate) heartbeat: Duration,
    pub(crate) retry_ms: u64,
    pub(crate) hub: Arc<Hub>,
    /// That of [`Visitor::Stranger`], to which nobody publishes.
    pub(crate) strangers: Arc<Hub>,
    pub(crate) jobs: Jobs,
    pub(crate) memory: Arc<Memory>,
    pub(crate) truth: Option<Arc<Truth>>,
    pub(crate) scripts: Scripts,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resource {
    Events,
    Replay,
    Echo,
    Publish,
    Stats,
    Restart,
    Finished,
    Job,
    Truth,
    /// The hub behind a proxy.
    Via,
    /// The hub, for so many streams only.
    Limited,
    /// The hub, for its own origin and host only.
    OriginChecked,
    /// A redirect to the hub.
    Moved,
    /// The hub as it stands without TLS.
    Plain,
    /// One of the scripts.
    Scripted,
    /// No stream at all.
    Neighbour,
    Unknown,
}

impl Resource {
    fn of(path: &str) -> Self {
        match path {
            "/events" => Self::Events,
            "/replay" => Self::Replay,
            "/echo" => Self::Echo,
            "/publish" => Self::Publish,
            "/stats" => Self::Stats,
            "/restart" => Self::Restart,
            "/finished" => Self::Finished,
            "/truth" => Self::Truth,
            path if Scripts::named(path).is_some() => Self::Scripted,
            path if job::named(path).is_some() => Self::Job,
            "/via/events" => Self::Via,
            "/limited/events" => Self::Limited,
            "/checked/events" => Self::OriginChecked,
            "/moved" => Self::Moved,
            "/plain/events" => Self::Plain,
            "/neighbour" => Self::Neighbour,
            _ => Self::Unknown,
        }
    }

    pub(crate) fn is_stream(self) -> bool {
        matches!(self, Self::Replay | Self::Echo) || self.is_hub()
    }

    /// Whether it is the stream of the hub, on one path or another.
    pub(crate) fn is_hub(self) -> bool {
        matches!(self, Self::Events | Self::Via | Self::Limited | Self::OriginChecked)
    }

    /// Methods for the Allow field.
    pub(crate) fn methods(self) -> &'static str {
        match self {
            Self::Publish | Self::Restart => "POST, OPTIONS",
            _ => "GET, HEAD, OPTIONS",
        }
    }

    fn has(self, method: &Method) -> bool {
        match self {
            Self::Publish | Self::Restart => method == Method::POST,
            _ => method == Method::GET || method == Method::HEAD,
        }
    }
}

/// Answers one request.
pub(crate) async fn answer(
    app: &App,
    connection: &Arc<Connection>,
    request: Request<Incoming>,
) -> Response<Reply> {
    let (request, body) = request.into_parts();
    let resource = Resource::of(request.uri.path());
    let (method, version) = (request.method.clone(), request.version);
    let reflected = access::reflected(&app.switches, &request);
    connection.note(Exchange { resource, method, version, reflected });
    let mut response = route(app, connection, resource, &request, body).await;
    cors::stamp(&app.switches, resource, &request, &mut response);
    response
}

async fn route(
    app: &App,
    connection: &Arc<Connection>,
    resource: Resource,
    request: &Parts,
    body: Incoming,
) -> Response<Reply> {
    if let Some(refusal) = refusal(app, resource, request) {
        return refusal;
    }
    let head_only = request.method == Method::HEAD;
    match resource {
        Resource::Events | Resource::Via | Resource::Limited | Resource::OriginChecked => {
            if head_only && app.switches.has("head-hangs") {
                std::future::pending::<()>().await;
            }
            events::events(app, connection, request, resource).await
        }
        Resource::Replay if head_only => stream(Reply::HeadOnly),
        Resource::Replay => {
            let cursor = events::cursor(&app.switches, request);
            let pieces = replay::pieces(&app.switches, cursor.as_deref());
            if app.switches.has("fake-streaming") {
                let body = EventBody::finite(pieces).starting_after(replay::COLLECTED);
                return stream(Reply::Events(Box::new(body)));
            }
            stream(events::ending(&app.switches, pieces))
        }
        Resource::Echo => echo(app, request, head_only),
        Resource::Publish => {
            let answer = publish::publish(&app.hub, body).await;
            if let Some(span) = app.switches.load().slow_publish {
                tokio::time::sleep(span).await;
            }
            answer
        }
        Resource::Stats => stats(app),
        Resource::Restart => {
            app.hub.restart().await;
            app.memory.note_restart();
            empty(StatusCode::NO_CONTENT)
        }
        Resource::Finished => finished(app),
        Resource::Job => a_job(app, request, head_only),
        Resource::Truth => truth(app),
        Resource::Moved => routes::moved(&app.switches, request),
        Resource::Plain => routes::plain(&app.switches),
        Resource::Neighbour => routes::neighbour(&app.switches, request),
        Resource::Scripted => app.scripts.answer(request),
        Resource::Unknown => unknown(),
    }
}

/// What needs no look at the resource itself.
fn refusal(app: &App, resource: Resource, request: &Parts) -> Option<Response<Reply>> {
    if resource == Resource::Scripted {
        return None; // the script says all, to OPTIONS too
    }
    if resource == Resource::Unknown || (resource == Resource::Truth && app.truth.is_none()) {
        return Some(unknown());
    }
    if request.method == Method::OPTIONS {
        return Some(cors::preflight(&app.switches, resource, request));
    }
    if !resource.has(&request.method) {
        let mut refusal = not_allowed(resource.methods());
        if app.switches.has("no-allow") {
            refusal.headers_mut().remove(ALLOW);
        }
        return Some(refusal);
    }
    if request.method == Method::HEAD && resource.is_stream() && app.switches.has("head-405") {
        return Some(not_allowed("GET, OPTIONS"));
    }
    let guarded = resource.is_hub() || resource == Resource::Replay;
    let token = app.token.as_deref().filter(|_| guarded);
    access::check_token(&app.switches, token, request)
}

/// One event made of the query.
fn echo(app: &App, request: &Parts, head_only: bool) -> Response<Reply> {
    let query = request.uri.query().unwrap_or_default();
    let names = ["data", "event", "id", "comment"];
    let [data, event, id, comment] = match query::parameters(query, names) {
        Ok(values) => values,
        Err(wrong) => return error(StatusCode::BAD_REQUEST, &wrong.message()),
    };
    let data = data.unwrap_or_default();
    let fields = Fields { event_type: event.as_deref(), id: id.as_deref(), data: &data };
    match render::event(&app.switches, fields) {
        Ok(_) if head_only => stream(Reply::HeadOnly),
        Ok(event) => {
            let comment = comment.map(|text| render::comment(&app.switches, &text));
            let pieces = comment.into_iter().chain([event]).collect();
            stream(Reply::Events(Box::new(EventBody::finite(pieces))))
        }
        Err(wrong) => error(StatusCode::BAD_REQUEST, &wrong.to_string()),
    }
}

fn unknown() -> Response<Reply> {
    error(StatusCode::NOT_FOUND, "no such resource")
}

/// What the server holds and does on behalf of open streams.
fn stats(app: &App) -> Response<Reply> {
    let numbers = serde_json::json!({
        "subscribers": app.hub.subscribers(),
        "running": app.memory.running(),
        "queued_bytes": app.hub.queued_bytes(),
    });
    json(StatusCode::OK, &numbers)
}

/// What has been delivered when.
fn truth(app: &App) -> Response<Reply> {
    let Some(truth) = &app.truth else { return unknown() };
    match truth.json() {
        Ok(text) => json_text(StatusCode::OK, text),
        Err(wrong) => error(StatusCode::INTERNAL_SERVER_ERROR, &wrong.to_string()),
    }
}

/// A job's progress, or how often it has run.
fn a_job(app: &App, request: &Parts, head_only: bool) -> Response<Reply> {
    match job::named(request.uri.path()) {
        None => unknown(),
        Some((name, true)) => app.jobs.runs(name),
        // HEAD is safe (RFC 9110 9.2.1): it starts nothing.
        Some(_) if head_only => stream(Reply::HeadOnly),
        Some((name, false)) => {
            let cursor = events::cursor(&app.switches, request);
            app.jobs.progress(&app.switches, name, cursor.as_deref())
        }
    }
}

/// "Do not come back" (HTML 9.2.1).
fn finished(app: &App) -> Response<Reply> {
    if app.switches.has("stop-200") {
        return stream(Reply::Events(Box::new(EventBody::finite(Vec::new()))));
    }
    empty(StatusCode::NO_CONTENT)
}
