//! The timed step: what a cursor costs, beside another one.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ssecheck_model::step::Timed;
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult, Timings};
use crate::open::{HEAD_TIME, open};
use crate::request::Plan;

/// How long a stream whose head is in may take for its first byte, before scaling. One that has
/// nothing to say is timed by its head.
const BYTE_TIME: Duration = Duration::from_secs(1);

impl Stage<'_> {
    pub(super) async fn timed(&mut self, step: &Timed) -> StepResult {
        let (Some(slow), Some(known)) =
            (self.render(&step.last_event_id, None), self.render(&step.against, None))
        else {
            return Ok(()); // without an id there is nothing to compare
        };
        // A head that waits for the next event says nothing about the cursor.
        let late = || self.subject.late_heads.load(Ordering::Relaxed);
        if late() {
            return Ok(());
        }
        let command = self.plan_with(&slow).curl();
        let mut timings = Timings { command, ..Timings::default() };
        let opens = self.says_something(&known).await;
        for _ in 0..step.times {
            timings.of.push(self.time(&slow, opens).await);
            timings.against.push(self.time(&known, opens).await);
        }
        if !late() {
            self.timings.insert(step.name.value.clone(), timings);
        }
        Ok(())
    }

    /// Whether a stream with this cursor begins with a byte of its own accord.
    async fn says_something(&self, cursor: &str) -> bool {
        self.first_byte(cursor, BYTE_TIME / 4).await.is_some_and(|(_, byte)| byte.is_some())
    }

    /// The time to the first byte where streams begin with one, else to the head.
    async fn time(&self, cursor: &str, opens: bool) -> Option<Duration> {
        let patience = if opens { BYTE_TIME } else { Duration::ZERO };
        let (head, byte) = self.first_byte(cursor, patience).await?;
        Some(byte.unwrap_or(head))
    }

    /// A client that comes back with an id.
    pub(super) fn plan_with(&self, cursor: &str) -> Plan {
        let mut plan = Plan::stream(self.subject);
        plan.set("last-event-id", cursor);
        plan
    }

    /// Times to the head and to the first byte behind it.
    async fn first_byte(
        &self,
        cursor: &str,
        patience: Duration,
    ) -> Option<(Duration, Option<Duration>)> {
        let (plan, budget) = (self.plan_with(cursor), self.subject.scaled(None, HEAD_TIME));
        let mut stream = open(self.subject, plan, budget).await;
        let (started, head) = (stream.started, stream.head.as_ref()?.complete.received());
        if stream.is_stream() && !patience.is_zero() {
            stream.read_any(Deadline::now() + patience.mul_f64(self.subject.time_scale)).await;
        }
        let byte = stream.arrivals.first().map(|(_, stamp)| stamp.received());
        stream.finish(false).await;
        let since = |at: std::time::Instant| at.saturating_duration_since(started);
        Some((since(head), byte.map(since)))
    }
}
