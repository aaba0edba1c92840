//! What is remembered from one connection to the next, by faults most of the time.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::header::{HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::Switches;
use crate::reply::{Reply, error};
use crate::service::Resource;

/// Departures of clients that are forgiven: a tester's first look at the server makes one.
const FORGIVEN: usize = 1;
/// How long after the close of a stream a client that waited is refused.
const REFUSED: Range<Duration> = Duration::from_millis(800)..Duration::from_secs(5);

/// Streams of the limited path that may be open at the same time.
const PLACES: usize = 3;
/// How long clients are refused after a restart.
const UNREADY: Duration = Duration::from_millis(500);

/// 429, with a time to come back.
fn too_many(switches: &Switches) -> Response<Reply> {
    let mut refusal = error(StatusCode::TOO_MANY_REQUESTS, "three streams are enough");
    if !switches.has("no-retry-after") {
        refusal.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    }
    refusal
}

/// Server-wide; the correct server only counts its work.
#[derive(Debug)]
pub(crate) struct Memory {
    closed_at: Mutex<Option<Instant>>,
    departures: AtomicUsize,
    /// The next client is refused.
    refusal: AtomicBool,
    aborted: AtomicBool,
    /// The cursor that counts for everybody, and the resumed streams that are open.
    shared: Mutex<(String, usize)>,
    /// The newest id that had been written to the stream of each cursor.
    given: Mutex<HashMap<String, String>>,
    streams: AtomicUsize,
    /// Work done on behalf of open streams.
    running: AtomicUsize,
    restarted_at: Mutex<Option<Instant>>,
    only_one: Arc<Semaphore>,
    places: Arc<Semaphore>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            closed_at: Mutex::default(),
            departures: AtomicUsize::new(0),
            refusal: AtomicBool::new(false),
            aborted: AtomicBool::new(false),
            shared: Mutex::default(),
            given: Mutex::default(),
            streams: AtomicUsize::new(0),
            running: AtomicUsize::new(0),
            restarted_at: Mutex::default(),
            only_one: Arc::new(Semaphore::new(1)),
            places: Arc::new(Semaphore::new(PLACES)),
        }
    }
}

impl Memory {
    /// A client has left its stream in a way that a fault takes offence at.
    pub(crate) fn note_departure(&self) {
        if self.departures.fetch_add(1, Ordering::Relaxed) >= FORGIVEN {
            self.refusal.store(true, Ordering::Relaxed);
        }
    }

    /// A client has gone before the head of its answer.
    pub(crate) fn note_abort(&self) {
        self.aborted.store(true, Ordering::Relaxed);
    }

    /// The server has been restarted.
    pub(crate) fn note_restart(&self) {
        let now = Some(Instant::now());
        *self.restarted_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// How much is being done on behalf of open streams.
    pub(crate) fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Whether a client is refused because of a restart.
    fn refuses_after_restart(&self, switches: &Switches) -> bool {
        let at = *self.restarted_at.lock().unwrap_or_else(PoisonError::into_inner);
        at.is_some_and(|at| {
            switches.has("restart-dead") || (switches.has("restart-503") && at.elapsed() < UNREADY)
        })
    }

    /// Whether a client is answered 503 just now; one that resumes is spared by most faults.
    pub(crate) fn refuses(&self, switches: &Switches, resumes: bool) -> bool {
        if self.refuses_after_restart(switches) {
            return true;
        }
        let closed = *self.closed_at.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = closed.is_some_and(|at| REFUSED.contains(&at.elapsed()));
        (!resumes && self.refusal.swap(false, Ordering::Relaxed))
            || (waited && switches.has("refuses-after-retry"))
    }

    /// Whether new connections are left without an answer.
    pub(crate) fn is_deaf(&self, switches: &Switches) -> bool {
        switches.has("dies-on-abort") && self.aborted.load(Ordering::Relaxed)
    }

    /// Where there is room for one stream only, waits for it. Where there is room for some, one
    /// more is refused.
    pub(crate) async fn room(
        &self,
        switches: &Switches,
        resource: Resource,
    ) -> Result<Option<OwnedSemaphorePermit>, Response<Reply>> {
        if resource == Resource::Limited {
            let place = Arc::clone(&self.places);
            return match switches.has("limit-hangs") {
                true => Ok(place.acquire_owned().await.ok()),
                false => place.try_acquire_owned().map(Some).map_err(|_| too_many(switches)),
            };
        }
        if !switches.has("one-at-a-time") {
            return Ok(None);
        }
        Ok(Arc::clone(&self.only_one).acquire_owned().await.ok())
    }

    /// A stream opens; the cursor it is to be resumed from.
    pub(crate) fn open(
        self: &Arc<Self>,
        switches: &Switches,
        cursor: Option<String>,
        room: Option<OwnedSemaphorePermit>,
    ) -> (Option<String>, OpenStream) {
        let number = self.streams.fetch_add(1, Ordering::Relaxed) + 1;
        let mixed = switches.has("cursors-mixed") && cursor.is_some();
        let cursor = match switches.has("sent-is-received") {
            true => cursor.map(|cursor| self.after_given(cursor)),
            false => cursor,
        };
        let cursor = if mixed { cursor.map(|cursor| self.share(cursor)) } else { cursor };
        self.running.fetch_add(1, Ordering::Relaxed);
        let detached = switches.has("work-detached");
        (cursor, OpenStream { memory: Arc::clone(self), mixed, number, detached, _room: room })
    }

    /// A stream with this cursor has been written up to the newest id.
    pub(crate) fn give(&self, switches: &Switches, cursor: Option<String>, newest: &str) {
        if switches.has("sent-is-received")
            && let Some(cursor) = cursor
        {
            let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
            given.insert(cursor, newest.to_owned());
        }
    }

    /// Where a fault goes on that takes what it has written for received.
    fn after_given(&self, cursor: String) -> String {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.get(&cursor).cloned().unwrap_or(cursor)
    }

    fn share(&self, cursor: String) -> String {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.1 == 0 {
            shared.0 = cursor;
        }
        shared.1 += 1;
        shared.0.clone()
    }
}

/// Lives as long as a stream of the hub.
#[derive(Debug)]
pub(crate) struct OpenStream {
    memory: Arc<Memory>,
    mixed: bool,
    /// Of the stream, from 1.
    pub(crate) number: usize,
    /// Whether its work goes on when it ends.
    detached: bool,
    _room: Option<OwnedSemaphorePermit>,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let now = Some(Instant::now());
        *self.memory.closed_at.lock().unwrap_or_else(PoisonError::into_inner) = now;
        if !self.detached {
            self.memory.running.fetch_sub(1, Ordering::Relaxed);
        }
        if self.mixed {
            let mut shared = self.memory.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.1 -= 1;
        }
    }
}
