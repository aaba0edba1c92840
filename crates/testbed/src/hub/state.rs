//! What the hub knows: the history and the subscribers.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Message;
use super::queue::Queue;
use super::resume::{Cursor, START, resume};
use crate::Switches;
use crate::config::HISTORY_BYTES;

/// Events that are at most this far apart belong to one burst.
const BURST_GAP: Duration = Duration::from_millis(250);

/// After so many events a stream is ended by the fault that ends siblings.
const ELDER: u64 = 5;

#[derive(Debug, Default)]
pub(super) struct State {
    limit: usize,
    published: u64,
    history: VecDeque<Arc<Message>>,
    history_bytes: usize,
    /// The newest event that has this id.
    index: HashMap<String, u64>,
    last: Option<(Instant, u32)>,
    subscribers: BTreeMap<u64, Queue>,
    joined: u64,
    /// Subscribers that a fault still counts though they left.
    leaked: usize,
    /// Turn of the fault that gives each event to one subscriber.
    turn: usize,
    closed: bool,
}

impl State {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    pub(super) fn next_seq(&self) -> u64 {
        self.published + 1
    }

    pub(super) fn knows(&self, id: &str) -> bool {
        self.index.contains_key(id)
    }

    pub(super) fn newest_id(&self) -> &str {
        self.history.back().map_or(START, |message| &message.id)
    }

    pub(super) fn place_in_burst(&mut self, now: Instant) -> u32 {
        let place = match self.last {
            Some((then, place)) if now.duration_since(then) <= BURST_GAP => place + 1,
            _ => 1,
        };
        self.last = Some((now, place));
        place
    }

    pub(super) fn remember(&mut self, message: &Arc<Message>) {
        self.published = message.seq;
        self.history_bytes += message.wire.len();
        self.index.insert(message.id.clone(), message.seq);
        self.history.push_back(Arc::clone(message));
        while self.history.len() > self.limit || self.history_bytes > HISTORY_BYTES {
            let Some(oldest) = self.history.pop_front() else { break };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, message: &Message) {
        self.history_bytes -= message.wire.len();
        if self.index.get(&message.id) == Some(&message.seq) {
            self.index.remove(&message.id);
        }
    }

    /// The missed events of a subscriber with this cursor.
    pub(super) fn resume(
        &mut self,
        switches: &Switches,
        cursor: Option<&str>,
    ) -> (Vec<Arc<Message>>, Cursor) {
        let position = cursor.and_then(|id| self.position(id));
        let (missed, cursor) = resume(switches, &self.history, cursor, position);
        if switches.has("resume-consumes") {
            self.history.retain(|message| !missed.iter().any(|one| one.seq == message.seq));
            self.history_bytes = self.history.iter().map(|message| message.wire.len()).sum();
        }
        (missed, cursor)
    }

    /// Number of events of the history up to and with the one of this id.
    fn position(&self, id: &str) -> Option<usize> {
        let seq = match self.index.get(id) {
            Some(&seq) => seq,
            None if id == START && self.history.len() as u64 == self.published => 0,
            None => return None,
        };
        Some(self.history.partition_point(|message| message.seq <= seq))
    }

    pub(super) fn join(&mut self, queue: Queue) -> u64 {
        self.joined += 1;
        if !self.closed {
            self.subscribers.insert(self.joined, queue);
        }
        self.joined
    }

    pub(super) fn leave(&mut self, key: u64, leak: bool) {
        if self.subscribers.remove(&key).is_some() && leak {
            self.leaked += 1;
        }
    }

    pub(super) fn leak(&mut self) {
        self.leaked += 1;
    }

    pub(super) fn hand_to_all(&mut self, message: &Arc<Message>) {
        self.subscribers.retain(|_, queue| queue.push(message));
    }

    pub(super) fn hand_to_one(&mut self, message: &Arc<Message>) {
        self.turn += 1;
        let chosen = self.turn.checked_rem(self.subscribers.len()).unwrap_or_default();
        if let Some(queue) = self.subscribers.values().nth(chosen) {
            queue.push(message);
        }
    }

    pub(super) fn queues(&self) -> Vec<Queue> {
        self.subscribers.values().cloned().collect()
    }

    pub(super) fn count(&self) -> usize {
        self.subscribers.len() + self.leaked
    }

    pub(super) fn queued_bytes(&self) -> usize {
        self.subscribers.values().map(Queue::waiting).sum()
    }

    pub(super) fn end_all(&mut self) {
        self.subscribers.clear();
    }

    /// Loses the history.
    pub(super) fn forget_all(&mut self) {
        self.history.clear();
        self.index.clear();
        self.history_bytes = 0;
    }

    /// Ends the streams that have had [`ELDER`] events; one that has just been opened may have
    /// come after the client left whose end brings this about.
    pub(super) fn end_elders(&mut self) {
        let published = self.published;
        self.subscribers.retain(|_, queue| published - queue.since < ELDER);
    }

    pub(super) fn published(&self) -> u64 {
        self.published
    }

    pub(super) fn close(&mut self) {
        self.closed = true;
        self.subscribers.clear();
    }
}
