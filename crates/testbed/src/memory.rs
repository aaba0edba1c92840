//! What faults remember from one connection to the next.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::Switches;

/// How long the stream is dead after what kills it.
const DEAD: Duration = Duration::from_secs(3);
/// How long a client that closed its stream is refused.
const REFUSED: Duration = Duration::from_secs(5);

/// Server-wide, and untouched by the correct server.
#[derive(Debug)]
pub(crate) struct Memory {
    closed_at: Mutex<Option<Instant>>,
    reset_at: Mutex<Option<Instant>>,
    aborted: AtomicBool,
    /// The cursor that counts for everybody, and the resumed streams that are open.
    shared: Mutex<(String, usize)>,
    streams: AtomicUsize,
    only_one: Arc<Semaphore>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            closed_at: Mutex::default(),
            reset_at: Mutex::default(),
            aborted: AtomicBool::new(false),
            shared: Mutex::default(),
            streams: AtomicUsize::new(0),
            only_one: Arc::new(Semaphore::new(1)),
        }
    }
}

fn stamp(at: &Mutex<Option<Instant>>) {
    *at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
}

fn since(at: &Mutex<Option<Instant>>) -> Option<Duration> {
    at.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
}

impl Memory {
    /// A client has reset the connection of a stream.
    pub(crate) fn note_reset(&self) {
        stamp(&self.reset_at);
    }

    /// A client has gone before the head of its answer.
    pub(crate) fn note_abort(&self) {
        self.aborted.store(true, Ordering::Relaxed);
    }

    /// Whether a stream is answered 503 just now.
    pub(crate) fn refuses(&self, switches: &Switches) -> bool {
        let closed = since(&self.closed_at);
        let recently = |at: Option<Duration>, limit| at.is_some_and(|elapsed| elapsed < limit);
        (switches.has("once-only") && closed.is_some())
            || (switches.has("refuses-after-retry") && recently(closed, REFUSED))
            || (switches.has("dies-on-reset") && recently(since(&self.reset_at), DEAD))
    }

    /// Whether new connections are left without an answer.
    pub(crate) fn is_deaf(&self, switches: &Switches) -> bool {
        switches.has("dies-on-abort") && self.aborted.load(Ordering::Relaxed)
    }

    /// Where there is room for one stream only, waits for it.
    pub(crate) async fn room(&self, switches: &Switches) -> Option<OwnedSemaphorePermit> {
        if !switches.has("one-at-a-time") {
            return None;
        }
        Arc::clone(&self.only_one).acquire_owned().await.ok()
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
        let cursor = if mixed { cursor.map(|cursor| self.share(cursor)) } else { cursor };
        (cursor, OpenStream { memory: Arc::clone(self), mixed, number, _room: room })
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
    _room: Option<OwnedSemaphorePermit>,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        stamp(&self.memory.closed_at);
        if self.mixed {
            let mut shared = self.memory.shared.lock().unwrap_or_else(PoisonError::into_inner);
            shared.1 -= 1;
        }
    }
}
