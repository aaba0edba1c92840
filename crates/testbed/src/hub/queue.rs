//! The bounded queue between the hub and one subscriber.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::state::State;
use super::{Hub, Message};
use crate::Switches;
use crate::config::{DROP_BYTES, QUEUE_BYTES, QUEUE_EVENTS};
use crate::connection::Connection;

/// What becomes of an event that finds the queue full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Full {
    /// The reader is cut: it sees an end without the last chunk, comes back and resumes, where a
    /// silent gap would lose events (D096).
    Cut,
    /// The event is dropped, and nobody tells the reader.
    Drop,
    /// The queue is never full.
    Never,
}

impl Full {
    fn of(switches: &Switches) -> Self {
        let table = [("silent-drop", Self::Drop), ("unbounded-queue", Self::Never)];
        switches.pick(&table).unwrap_or(Self::Cut)
    }

    /// Bytes that may wait.
    fn bytes(self) -> usize {
        match self {
            Self::Cut => QUEUE_BYTES,
            Self::Drop => DROP_BYTES,
            Self::Never => usize::MAX,
        }
    }
}

/// The hub's end.
#[derive(Debug, Clone)]
pub(crate) struct Queue {
    events: mpsc::Sender<Arc<Message>>,
    bytes: Arc<AtomicUsize>,
    connection: Arc<Connection>,
    full: Full,
    /// How many events had been published before.
    pub(super) since: u64,
    /// Events before that time are missed.
    from: Option<Instant>,
}

/// How late a subscriber is registered by the fault that answers first.
const LATE: Duration = Duration::from_millis(60);

impl Queue {
    /// Puts the event in, or cuts the connection of a reader whose queue is full. Says whether the
    /// subscriber stays.
    pub(super) fn push(&self, message: &Arc<Message>) -> bool {
        if self.from.is_some_and(|from| Instant::now() < from) {
            return true;
        }
        let size = message.wire.len();
        let waiting = self.bytes.fetch_add(size, Ordering::Relaxed);
        // An event larger than the bound still gets through an empty queue.
        let fits = waiting == 0 || waiting + size <= self.full.bytes();
        if fits && self.events.try_send(Arc::clone(message)).is_ok() {
            return true;
        }
        self.bytes.fetch_sub(size, Ordering::Relaxed);
        if self.full == Full::Drop {
            return true;
        }
        self.connection.cut();
        false
    }

    /// Bytes that wait for the subscriber.
    pub(super) fn waiting(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Drops the connection by a reset, whatever waits.
    pub(super) fn reset(&self) {
        self.connection.reset();
    }

    /// Waits for room, as only a fault does.
    pub(super) async fn push_waiting(&self, message: &Arc<Message>) {
        self.bytes.fetch_add(message.wire.len(), Ordering::Relaxed);
        // The subscriber may have left meanwhile.
        let _ = self.events.send(Arc::clone(message)).await;
    }
}

/// The subscriber's end. Dropping it leaves the hub.
#[derive(Debug)]
pub(crate) struct Feed {
    events: mpsc::Receiver<Arc<Message>>,
    bytes: Arc<AtomicUsize>,
    hub: Arc<Hub>,
    key: u64,
    /// Whether it has been read; a fault gives up only the subscriptions of which that is true.
    polled: bool,
}

impl Feed {
    pub(super) fn new(
        hub: Arc<Hub>,
        state: &mut State,
        connection: &Arc<Connection>,
        late: bool,
    ) -> Self {
        let room = if hub.switches.has("slow-reader-blocks") { 1 } else { QUEUE_EVENTS };
        let (sender, events) = mpsc::channel(room);
        let bytes = Arc::new(AtomicUsize::new(0));
        let connection = Arc::clone(connection);
        let since = state.published();
        let full = Full::of(&hub.switches);
        let from = late.then(|| Instant::now() + LATE);
        let queue =
            Queue { events: sender, bytes: Arc::clone(&bytes), connection, full, since, from };
        let key = state.join(queue);
        Self { events, bytes, hub, key, polled: false }
    }

    /// Whether the hub has been restarted.
    pub(crate) fn is_restarted(&self) -> bool {
        self.hub.is_restarted()
    }

    /// The next event; none when the hub has ended the stream.
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Arc<Message>>> {
        self.polled = true;
        let next = self.events.poll_recv(cx);
        if let Poll::Ready(Some(message)) = &next {
            self.bytes.fetch_sub(message.wire.len(), Ordering::Relaxed);
        }
        next
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.hub.leave(self.key, self.polled);
    }
}
