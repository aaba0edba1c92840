//! A small hub on axum, as its documentation teaches: a broadcast channel behind `Sse`.

use axum::extract::{DefaultBodyLimit, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tokio_stream::{Stream, StreamExt};
use tower_http::cors::CorsLayer;

const HISTORY: usize = 1000;
const MAX_BODY: usize = 16 * 1024 * 1024;

#[derive(Deserialize)]
struct Message {
    event: Option<String>,
    id: Option<String>,
    data: Option<String>,
}

impl Message {
    fn to_event(&self) -> Event {
        let mut event = Event::default();
        if let Some(kind) = self.event.as_deref().filter(|s| !s.is_empty()) {
            event = event.event(kind);
        }
        if let Some(id) = self.id.as_deref().filter(|s| !s.is_empty()) {
            event = event.id(id);
        }
        match &self.data {
            Some(data) => event.data(data),
            None => event,
        }
    }
}

struct Hub {
    published: AtomicU64,
    history: Mutex<VecDeque<(String, Event)>>,
    live: broadcast::Sender<Event>,
}

fn after(history: &VecDeque<(String, Event)>, id: &str) -> Vec<Event> {
    match history.iter().rposition(|(known, _)| known == id) {
        Some(at) => history.range(at + 1..).map(|(_, event)| event.clone()).collect(),
        None => Vec::new(),
    }
}

async fn publish(State(hub): State<Arc<Hub>>, Json(mut message): Json<Message>) -> StatusCode {
    let next = hub.published.fetch_add(1, Ordering::Relaxed) + 1;
    let id = message.id.take().filter(|id| !id.is_empty()).unwrap_or_else(|| next.to_string());
    message.id = Some(id.clone());
    let event = message.to_event();

    let mut history = hub.history.lock().expect("no handler panics under the lock");
    history.push_back((id, event.clone()));
    if history.len() > HISTORY {
        history.pop_front();
    }
    // The only error is that nobody listens. Sent under the lock, so that a new subscriber's
    // replay and its live events neither overlap nor leave a gap.
    let _ = hub.live.send(event);
    StatusCode::NO_CONTENT
}

async fn events(
    State(hub): State<Arc<Hub>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last_id = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let (replay, live) = {
        let history = hub.history.lock().expect("no handler panics under the lock");
        (last_id.map(|id| after(&history, id)).unwrap_or_default(), hub.live.subscribe())
    };
    let hello = tokio_stream::once(Event::default().retry(Duration::from_secs(3)));
    // A subscriber too slow for the channel misses events; axum's own examples do the same.
    let live = BroadcastStream::new(live).filter_map(Result::ok);
    let stream = hello.chain(tokio_stream::iter(replay)).chain(live).map(Ok);
    Sse::new(stream).keep_alive(KeepAlive::default())
}

async fn echo(
    Query(message): Query<Message>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    Sse::new(tokio_stream::once(Ok(message.to_event())))
}

async fn stats(State(hub): State<Arc<Hub>>) -> Json<Value> {
    Json(json!({ "subscribers": hub.live.receiver_count() }))
}

#[tokio::main]
async fn main() {
    let port = std::env::args().nth(1).expect("the port is the only argument");
    let hub = Hub {
        published: AtomicU64::new(0),
        history: Mutex::default(),
        live: broadcast::channel(4096).0,
    };
    let app = Router::new()
        .route("/events", get(events))
        .route("/publish", post(publish))
        .route("/echo", get(echo))
        .route("/stats", get(stats))
        .route("/finished", get(|| async { StatusCode::NO_CONTENT }))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(CorsLayer::permissive())
        .with_state(Arc::new(hub));
    let address = format!("127.0.0.1:{port}");
    let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
    axum::serve(listener, app).await.expect("the listener lives");
}
