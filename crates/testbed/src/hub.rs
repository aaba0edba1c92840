//! The hub: what was published, and who receives it.

mod queue;
mod resume;
mod state;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ssecheck_parser::encode::EncodeError;
use tokio::time::Instant;

pub(crate) use queue::Feed;
pub(crate) use resume::{Cursor, START, resume};
use state::State;

use crate::Switches;
use crate::connection::Connection;
use crate::load::Payload;
use crate::render::{self, Fields};

/// Faults of order act from this event of a burst on, so that they leave shorter ones alone.
pub(crate) const LONG_BURST: u32 = 20;

/// Time between two looks at the number of subscribers, by the fault that waits for them.
const LOOK: Duration = Duration::from_millis(20);

/// The event after which the hub stalls, where it does.
const STALL_AFTER: u64 = 10;

/// How long a fault takes from the replay to the subscription: several events under load.
const HANDOVER: Duration = Duration::from_millis(15);
/// Time between the two halves of an event that is written in two.
const TEAR: Duration = Duration::from_millis(1);

/// A published event. It is encoded once, for all subscribers.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// Place in the order of publication, from 1.
    pub(crate) seq: u64,
    /// The id that resumption knows.
    pub(crate) id: String,
    pub(crate) event: Option<String>,
    pub(crate) data: String,
    /// Place in its burst, from 1.
    pub(crate) burst: u32,
    /// The event as it goes on the wire.
    pub(crate) wire: Bytes,
    /// What load switches go by: the sequence of its payload, or else its place from 0.
    pub(crate) number: u64,
    /// Time of publication.
    pub(crate) at: Instant,
}

/// What the publisher says about an event.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) event: Option<String>,
    pub(crate) id: Option<String>,
    pub(crate) data: String,
    pub(crate) comment: Option<String>,
}

/// What a new subscriber gets.
#[derive(Debug)]
pub(crate) struct Subscription {
    /// Missed events, oldest first.
    pub(crate) backlog: Vec<Arc<Message>>,
    /// What the cursor turned out to be.
    pub(crate) cursor: Cursor,
    /// The newest id of the hub at the time of subscription.
    pub(crate) newest: String,
    /// Events published from now on.
    pub(crate) feed: Feed,
}

/// The hub. All state is behind one lock, so that joining and publishing are atomic: a subscriber
/// finds each event either in its backlog or in its feed.
#[derive(Debug)]
pub(crate) struct Hub {
    switches: Switches,
    state: Mutex<State>,
    /// Held while a publisher waits, by the fault that makes it wait.
    turn: tokio::sync::Mutex<()>,
    restarted: AtomicBool,
    /// The end of the stall, while there is one; held while publishers wait for it, in order.
    stall: tokio::sync::Mutex<Option<Instant>>,
}

impl Hub {
    pub(crate) fn new(switches: Switches, history: usize) -> Arc<Self> {
        let state = Mutex::new(State::new(history));
        let (turn, restarted, stall) = Default::default();
        Arc::new(Self { switches, state, turn, restarted, stall })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the event to the queues of all subscribers and says its id.
    pub(crate) async fn publish(&self, draft: Draft) -> Result<String, EncodeError> {
        if self.switches.has("slow-reader-blocks") {
            return self.publish_waiting(draft).await;
        }
        if self.switches.has("interleaved-writes") {
            return self.publish_torn(draft).await;
        }
        match self.switches.load().stall {
            Some(span) => self.publish_stalling(draft, span).await,
            None => self.publish_now(draft).map(|message| message.id.clone()),
        }
    }

    fn publish_now(&self, draft: Draft) -> Result<Arc<Message>, EncodeError> {
        let mut state = self.state();
        let message = self.enter(&mut state, draft)?;
        if self.switches.has("destructive-queue") {
            state.hand_to_one(&message);
        } else if !self.is_lost(&message) {
            state.hand_to_all(&message);
        }
        Ok(message)
    }

    /// Stalls once for this long.
    async fn publish_stalling(&self, draft: Draft, span: Duration) -> Result<String, EncodeError> {
        let mut stall = self.stall.lock().await;
        if let Some(end) = *stall {
            tokio::time::sleep_until(end).await;
            *stall = None;
        }
        let message = self.publish_now(draft)?;
        if message.seq == STALL_AFTER {
            *stall = Some(Instant::now() + span);
        }
        Ok(message.id.clone())
    }

    async fn publish_waiting(&self, draft: Draft) -> Result<String, EncodeError> {
        let _turn = self.turn.lock().await;
        let (message, queues) = {
            let mut state = self.state();
            let message = self.enter(&mut state, draft)?;
            (message, state.queues())
        };
        for queue in queues {
            queue.push_waiting(&message).await;
        }
        Ok(message.id.clone())
    }

    /// Writes the two halves of the event one after the other, and whatever others write between.
    async fn publish_torn(&self, draft: Draft) -> Result<String, EncodeError> {
        let message = self.enter(&mut self.state(), draft)?;
        let half = message.wire.len() / 2;
        for wire in [message.wire.slice(..half), message.wire.slice(half..)] {
            let part = Arc::new(Message { wire, ..Message::clone(&message) });
            self.state().hand_to_all(&part);
            tokio::time::sleep(TEAR).await;
        }
        Ok(message.id.clone())
    }

    fn is_lost(&self, message: &Message) -> bool {
        if self.switches.has("blank-data-skipped") && message.data.trim().is_empty() {
            return true;
        }
        message.burst.is_multiple_of(LONG_BURST) && self.switches.has("lost-in-burst")
    }

    /// Gives the event its id and its wire text, and puts it into the history.
    fn enter(&self, state: &mut State, draft: Draft) -> Result<Arc<Message>, EncodeError> {
        let seq = state.next_seq();
        let id = draft.id.unwrap_or_else(|| self.new_id(state, seq));
        let event_type = draft.event.as_deref();
        let mut fields = Fields { event_type, id: Some(&id), data: &draft.data };
        let mut wire = render::event(&self.switches, fields)?;
        if self.switches.has("ids-sometimes") && !seq.is_multiple_of(3) {
            fields.id = None;
            wire = render::event(&self.switches, fields)?;
        }
        if let Some(text) = &draft.comment {
            wire = Bytes::from([render::comment(&self.switches, text), wire].concat());
        }
        let at = Instant::now();
        let burst = state.place_in_burst(at);
        let number = Payload::read(&draft.data).map_or(seq - 1, |payload| payload.number);
        let (event, data) = (draft.event, draft.data);
        let message = Arc::new(Message { seq, id, event, data, burst, wire, number, at });
        if !self.is_lost(&message) {
            state.remember(&message);
        }
        Ok(message)
    }

    /// An id that no event of the history has: the event's number, unless a publisher took it.
    fn new_id(&self, state: &State, seq: u64) -> String {
        let id = match self.switches.pick(&[
            ("unsafe-id", unsafe_id as fn(u64) -> String),
            ("long-id", long_id),
            ("id-constant", |_| "0".to_owned()),
            ("uuid-ids", uuid),
        ]) {
            Some(make) => return make(seq),
            None => seq.to_string(),
        };
        if state.knows(&id) { format!("{id}-{seq}") } else { id }
    }

    /// Joins: what was missed and what will come, without a gap and without an overlap.
    pub(crate) fn subscribe(
        self: &Arc<Self>,
        cursor: Option<&str>,
        connection: &Arc<Connection>,
    ) -> Subscription {
        let mut state = self.state();
        let (backlog, cursor) = state.resume(&self.switches, cursor);
        let newest = state.newest_id().to_owned();
        let late = cursor == Cursor::Absent && self.switches.has("late-registration");
        let feed = Feed::new(Arc::clone(self), &mut state, connection, late);
        Subscription { backlog, cursor, newest, feed }
    }

    /// The same by a server that forgets what is published between its two steps.
    pub(crate) async fn subscribe_late(
        self: &Arc<Self>,
        cursor: Option<&str>,
        connection: &Arc<Connection>,
    ) -> Subscription {
        let (backlog, cursor) = self.state().resume(&self.switches, cursor);
        tokio::time::sleep(HANDOVER).await;
        let mut state = self.state();
        let newest = state.newest_id().to_owned();
        let feed = Feed::new(Arc::clone(self), &mut state, connection, false);
        Subscription { backlog, cursor, newest, feed }
    }

    /// The events after a cursor.
    pub(crate) fn missed(&self, cursor: Option<&str>) -> Vec<Arc<Message>> {
        self.state().resume(&self.switches, cursor).0
    }

    /// Whether the history has an event with this id.
    pub(crate) fn knows(&self, id: &str) -> bool {
        self.state().knows(id)
    }

    /// The newest id.
    pub(crate) fn newest(&self) -> String {
        self.state().newest_id().to_owned()
    }

    /// Subscribers now.
    pub(crate) fn subscribers(&self) -> usize {
        self.state().count()
    }

    /// Counts a subscriber for good that is none, as a fault wants it.
    pub(crate) fn leak(&self) {
        self.state().leak();
    }

    /// Ends all streams, and those that come later at once.
    pub(crate) fn close(&self) {
        self.state().close();
    }

    /// Bytes that wait in the queues of all subscribers.
    pub(crate) fn queued_bytes(&self) -> usize {
        self.state().queued_bytes()
    }

    /// Ends all streams in order, as a process does that is going to be replaced, and keeps what
    /// the next one needs: the history.
    pub(crate) async fn restart(&self) {
        if self.switches.has("restart-hangs") {
            while self.subscribers() > 0 {
                tokio::time::sleep(LOOK).await;
            }
        }
        self.restarted.store(true, Ordering::Relaxed);
        let mut state = self.state();
        if self.switches.has("restart-forgets") {
            state.forget_all();
        }
        if self.switches.has("restart-resets") {
            state.queues().iter().for_each(queue::Queue::reset);
        } else if !self.switches.has("restart-keeps-streams") {
            state.end_all();
        }
    }

    fn is_restarted(&self) -> bool {
        self.restarted.load(Ordering::Relaxed)
    }

    fn leave(&self, key: u64, polled: bool) {
        let mut state = self.state();
        let late = self.switches.has("late-cleanup") && !polled;
        state.leave(key, late || self.switches.has("subscriber-leak"));
        if self.switches.has("siblings-closed") {
            state.end_elders();
        }
    }
}

/// JSON, whose characters are too special for a request that needs no preflight (R44).
fn unsafe_id(seq: u64) -> String {
    format!("{{\"n\":{seq}}}")
}

/// Longer than a request that needs no preflight may send (R44).
fn long_id(seq: u64) -> String {
    format!("{seq}-{}", "a".repeat(180))
}

/// Opaque, and unique because multiplication by an odd number is a bijection.
fn uuid(seq: u64) -> String {
    let mixed = seq.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (high, low) = (mixed >> 32, mixed & 0xffff_ffff);
    format!("{high:08x}-{:04x}-4{:03x}-8000-{seq:012x}", low >> 16, low & 0xfff)
}
