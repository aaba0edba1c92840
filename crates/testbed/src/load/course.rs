//! The course of events to one subscriber, where load switches are on.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, Sleep, sleep_until};

use super::Load;
use super::settings::Delay;
use crate::config::QUEUE_EVENTS;
use crate::connection::Connection;
use crate::hub::{Feed, Message};

/// How long an event waits for the next one to come before it.
const OVERTAKEN: Duration = Duration::from_secs(1);
/// Time for the client's kernel to take the last bytes before a reset.
const BEFORE_RESET: Duration = Duration::from_millis(50);

/// What a poll has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Something is ready.
    Ready,
    /// The stream ends.
    End,
}

/// The course of one stream.
#[derive(Debug)]
pub(crate) struct Course {
    load: Load,
    /// Number of the subscriber, from 0.
    subscriber: u64,
    connection: Arc<Connection>,
    start: Instant,
    /// Waits for the next event to come before it, until then.
    held: Option<(Instant, Arc<Message>)>,
    /// What is to be written, and when; in order.
    line: VecDeque<(Instant, Bytes)>,
    last_due: Instant,
    /// Events of this stream that are in the line or out of it.
    events: u64,
    timer: Option<Pin<Box<Sleep>>>,
    /// When the stream, which has had all its events, is reset.
    reset_at: Option<Instant>,
}

impl Course {
    pub(crate) fn new(load: Load, subscriber: u64, connection: &Arc<Connection>) -> Self {
        let start = Instant::now();
        Self {
            load,
            subscriber,
            connection: Arc::clone(connection),
            start,
            held: None,
            line: VecDeque::new(),
            last_due: start,
            events: 0,
            timer: None,
            reset_at: None,
        }
    }

    /// An event of the hub.
    pub(crate) fn take(&mut self, message: &Arc<Message>) {
        let n = message.number;
        let lost = is_last_of(self.load.drop, n)
            || self
                .load
                .drop_one
                .is_some_and(|k| n.wrapping_add(self.subscriber).is_multiple_of(k));
        if lost {
            return;
        }
        if let Some((_, first)) = self.held.take() {
            self.deliver(message);
            self.deliver(&first);
        } else if is_last_of(self.load.swap, n) {
            self.held = Some((Instant::now() + OVERTAKEN, Arc::clone(message)));
        } else {
            self.deliver(message);
        }
    }

    fn deliver(&mut self, message: &Message) {
        let times = if is_last_of(self.load.double, message.number) { 2 } else { 1 };
        let due = self.due(message);
        for _ in 0..times {
            if self.is_full() {
                return;
            }
            self.events += 1;
            self.line.push_back((due, message.wire.clone()));
        }
    }

    /// Whether the stream has had all events that it may have.
    fn is_full(&self) -> bool {
        self.load.close.is_some_and(|most| self.events >= most)
    }

    fn due(&mut self, message: &Message) -> Instant {
        let delay = self.load.delay.map(|delay| delay.of(message.number, self.subscriber));
        let due = (message.at + delay.unwrap_or_default()).max(self.last_due);
        self.last_due = self.load.coalesce.map_or(due, |span| self.next_tick(due, span));
        self.last_due
    }

    /// The end of the span that the time is in; spans are counted from the start of the stream.
    fn next_tick(&self, at: Instant, span: Duration) -> Instant {
        let spans = at.duration_since(self.start).as_nanos().div_ceil(span.as_nanos());
        let nanos = u64::try_from(spans * span.as_nanos()).unwrap_or(u64::MAX);
        self.start + Duration::from_nanos(nanos)
    }

    /// Takes what the hub has and puts what is due into `ready`.
    pub(crate) fn poll(
        &mut self,
        feed: &mut Feed,
        cx: &mut Context<'_>,
        ready: &mut VecDeque<Bytes>,
    ) -> Poll<Step> {
        while self.line.len() < QUEUE_EVENTS {
            match feed.poll_next(cx) {
                Poll::Ready(Some(message)) => self.take(&message),
                Poll::Ready(None) => return Poll::Ready(Step::End),
                Poll::Pending => break,
            }
        }
        loop {
            self.release(Instant::now(), ready);
            if !ready.is_empty() {
                return Poll::Ready(Step::Ready);
            }
            if self.is_full() && self.line.is_empty() && self.ends() {
                return Poll::Ready(Step::End);
            }
            std::task::ready!(self.poll_timer(cx));
        }
    }

    /// Moves what is due.
    fn release(&mut self, now: Instant, ready: &mut VecDeque<Bytes>) {
        if let Some((_, alone)) = self.held.take_if(|(until, _)| *until <= now) {
            self.deliver(&alone);
        }
        let due = self.line.partition_point(|(at, _)| *at <= now);
        let pieces = self.line.drain(..due).map(|(_, wire)| wire);
        if self.load.coalesce.is_some() && due > 1 {
            ready.push_back(Bytes::from(pieces.collect::<Vec<_>>().concat()));
        } else {
            ready.extend(pieces);
        }
    }

    /// Whether a stream that has had all its events ends properly; if not, it is reset in time.
    fn ends(&mut self) -> bool {
        if self.subscriber.is_multiple_of(2) {
            return true;
        }
        let now = Instant::now();
        if *self.reset_at.get_or_insert(now + BEFORE_RESET) <= now {
            self.connection.reset();
        }
        false
    }

    /// Ready once it is time for another look; pending for ever if there is nothing to wait for.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let due = self.line.front().map(|(at, _)| *at);
        let held = self.held.as_ref().map(|(until, _)| *until);
        let reset = self.reset_at.filter(|_| !self.connection.is_reset());
        let Some(next) = [due, held, reset].into_iter().flatten().min() else {
            self.timer = None;
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(next)));
        if timer.deadline() != next {
            timer.as_mut().reset(next);
        }
        timer.as_mut().poll(cx)
    }
}

/// The k-th of each k.
fn is_last_of(k: Option<u64>, n: u64) -> bool {
    k.is_some_and(|k| n % k == k - 1)
}

impl Delay {
    /// The delay of an event to a subscriber: the same in every run, and uniform.
    fn of(&self, number: u64, subscriber: u64) -> Duration {
        let range = self.most - self.least;
        // A span is a minute at most.
        let micros = u64::try_from(range.as_micros()).unwrap_or_default() + 1;
        let hash = mixed(number ^ mixed(subscriber).rotate_left(32));
        self.least + Duration::from_micros(hash % micros)
    }
}

/// The finalizer of `SplitMix64`, after one step of its generator.
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_uniform_over_events_and_over_subscribers() {
        let (least, most) = (Duration::from_millis(200), Duration::from_millis(1_000));
        let delay = Delay { least, most };
        let over_events: Vec<_> = (0..8_000).map(|n| delay.of(n, 3)).collect();
        let over_subscribers: Vec<_> = (0..8_000).map(|j| delay.of(3, j)).collect();
        for delays in [over_events, over_subscribers] {
            assert!(delays.iter().all(|one| (least..=most).contains(one)));
            for tenth in 1..10 {
                let limit = least + (most - least) * tenth / 10;
                let below = delays.iter().filter(|one| **one < limit).count();
                let want = 800 * tenth as usize;
                assert!(below.abs_diff(want) < 160, "{below} of 8000 under {limit:?}");
            }
        }
        let fixed = Delay { least: most, most };
        assert_eq!(fixed.of(17, 4), most);
    }
}
