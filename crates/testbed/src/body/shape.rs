//! Which events a subscriber gets, when and in which order, and with which id.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Sleep, sleep};

use super::pool::Pool;
use crate::Switches;
use crate::hub::{LONG_BURST, Message};
use crate::render::{self, Fields};

/// How long an event waits for the next one to overtake it.
const OVERTAKEN: Duration = Duration::from_millis(100);

/// The shape of one stream. The default passes each event as it is.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    switches: Switches,
    /// Number of the stream, for ids of its own.
    stream: usize,
    /// Events written, for ids that count them.
    count: u64,
    /// Whether the replay is over.
    live: bool,
    held: Option<Bytes>,
    pool: Pool,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Shape {
    pub(crate) fn new(switches: &Switches, stream: usize) -> Self {
        Self { switches: switches.clone(), stream, ..Self::default() }
    }

    /// What comes from now on is live.
    pub(crate) fn goes_live(&mut self) {
        self.live = true;
    }

    /// Puts what is to be written now into `ready`.
    pub(crate) fn take(&mut self, message: &Message, ready: &mut VecDeque<Bytes>) {
        let wire = self.wire(message);
        if self.switches.has("one-late") {
            ready.extend(self.held.replace(wire));
            return;
        }
        if self.switches.has("swapped") && self.held.is_none() && is_overtaken(message.burst) {
            self.held = Some(wire);
            self.timer = Some(Box::pin(sleep(OVERTAKEN)));
            return;
        }
        if self.switches.has("doubled") && message.burst.is_multiple_of(LONG_BURST) {
            ready.push_back(wire.clone());
        }
        ready.push_back(wire);
        ready.extend(self.held.take());
        self.pool.take(&self.switches, ready);
    }

    /// Releases the event that waited in vain.
    pub(crate) fn poll_late(&mut self, cx: &mut Context<'_>, ready: &mut VecDeque<Bytes>) {
        self.pool.poll(cx, ready);
        let Some(timer) = &mut self.timer else { return };
        if timer.as_mut().poll(cx) == Poll::Ready(()) {
            self.timer = None;
            ready.extend(self.held.take());
        }
    }

    fn wire(&mut self, message: &Message) -> Bytes {
        self.count += 1;
        let Some(id) = self.own_id(message) else { return message.wire.clone() };
        let event_type = message.event.as_deref();
        let fields = Fields { event_type, id: Some(&id), data: &message.data };
        render::event(&self.switches, fields).unwrap_or_else(|_| message.wire.clone())
    }
}

impl Shape {
    /// The id in place of that of the hub, where a fault has one.
    fn own_id(&self, message: &Message) -> Option<String> {
        let counted = message.id == message.seq.to_string();
        if self.switches.has("ids-per-connection") {
            Some(format!("s{}.{}", self.stream, message.id))
        } else if self.switches.has("ids-restart") && counted {
            Some(self.count.to_string())
        } else if self.switches.has("replay-renumbers") && !self.live {
            Some(format!("replayed.{}", message.id))
        } else {
            None
        }
    }
}

/// The 20th event of a burst, the 23rd, and so on.
fn is_overtaken(burst: u32) -> bool {
    burst >= LONG_BURST && (burst - LONG_BURST).is_multiple_of(3)
}
