//! The idle step: streams on which nobody publishes, until their heartbeats are known.

use std::time::{Duration, Instant};

use ssecheck_model::step::Idle;
use ssecheck_parser::owned::OwnedItem;
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult};
use crate::stream::Stream;

impl Stage<'_> {
    pub(super) async fn idle(&mut self, step: &Idle) -> StepResult {
        let begun = Instant::now();
        let promise = self.subject.awaited_heartbeat();
        let span = match promise {
            Some(_) => self.subject.heartbeat_window(),
            None => step.otherwise.0.mul_f64(self.subject.time_scale),
        };
        let known = |stream: &Stream| promise.is_some_and(|promise| beats(stream, begun, promise));
        self.read_together(&step.from, Deadline::now() + span, known).await;
        let ended = Instant::now();
        for name in &step.from {
            // What came before the end, but has not been read yet, breaks the silence too.
            self.stream_mut(name)?.drain().await;
            self.idles.insert(name.value.clone(), (begun, ended));
        }
        Ok(())
    }
}

/// Whether enough has been seen: something came that is not what a stream opens with, and it was no
/// message, of which only a second one would tell that they are heartbeats.
fn beats(stream: &Stream, begun: Instant, promise: Duration) -> bool {
    let broken = stream.since(begun + promise / 4).next().is_some();
    let is_message =
        |item: &OwnedItem| matches!(item, OwnedItem::Event(event) if event.event_type == "message");
    broken && !stream.items.iter().any(|seen| seen.at > begun && is_message(&seen.item))
}
