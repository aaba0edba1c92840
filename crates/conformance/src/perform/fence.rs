//! Fences: a marker event that did arrive proves that everything before it would have.
//!
//! A marker is published again and again until one of them is seen, because a subscription may
//! become live only a little after the head, and because a server may hold each event back until
//! the next one.

use std::time::Duration;

use ssecheck_parser::owned::OwnedItem;
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult};
use crate::hook::{Content, Published, publish};
use crate::stream::{SeenItem, Stop, Stream};

/// How long a fence may take, before scaling.
pub(super) const FENCE_TIME: Duration = Duration::from_secs(3);
/// How long to wait for one marker before the next is published, before scaling.
const MARKER_TIME: Duration = Duration::from_millis(300);
/// Longer data hold no marker, even inside what a server wraps around them.
const MARKER_BYTES: usize = PADDING + 4096;
/// How many budgets a stream gets on which bytes are still flowing.
const PATIENCE: u32 = 4;
/// After so many markers that arrived as bytes but not as events, more would prove nothing.
const UNDISPATCHED: u32 = 3;
/// Markers from this on are long: a server that waits for a full buffer before it writes would need
/// dozens of short ones.
const LONG_FROM: u32 = 4;
/// What makes a marker long: more than the buffers of common servers and libraries.
const PADDING: usize = 9 * 1024;

impl Stage<'_> {
    /// Waits until the subscription of `name` is known to be live.
    pub(super) async fn subscribed(&mut self, name: &str) -> StepResult {
        let budget = self.subject.scaled(None, FENCE_TIME);
        self.fence(name, budget).await
    }

    /// Publishes markers until one has arrived on `name`, the stream ends, or time is up. A stream
    /// on which bytes are still flowing then gets [`PATIENCE`] times as long; if no marker has come
    /// even then, nothing is proved, and the stream is marked `unfenced`.
    pub(super) async fn fence(&mut self, name: &str, budget: Duration) -> StepResult {
        let (begun, mut looked) = (Deadline::now(), self.stream_mut(name)?.items.len());
        let prefix = format!("{}-fence-{name}-{}-", self.token, self.fences);
        self.fences += 1;
        let marker_time = MARKER_TIME.mul_f64(self.subject.time_scale);
        for marker in 0.. {
            let padding = "-".repeat(if marker < LONG_FROM { 0 } else { PADDING });
            let data = Some(format!("{prefix}{marker}{padding}"));
            let content = Content { data, ..Content::default() };
            let Some(hook) = &self.subject.publish else { return Ok(()) };
            let published = publish(self.subject, hook, content).await;
            fence_refused(&published)?;
            let stream = self.stream_mut(name)?;
            let (start, before) = (looked, stream.bytes.len());
            looked = stream.items.len();
            let arrived = |seen: &SeenItem| is_marker(seen, &prefix);
            let stop = stream.read_until(Deadline::now() + marker_time, start, arrived).await;
            let flowing = stream.bytes.len() > before;
            let hopeless = marker >= UNDISPATCHED && has_bytes(stream, &prefix);
            let late = Deadline::now() >= begun + budget * if flowing { PATIENCE } else { 1 };
            if stop != Stop::TimedOut || hopeless || late {
                stream.unfenced = stop == Stop::TimedOut && flowing && !hopeless;
                break;
            }
        }
        let stream = self.stream_mut(name)?;
        stream.taken = stream.items.len();
        Ok(())
    }
}

/// A hook that does not answer is what some checks look for; one that refuses a plain event is
/// not usable.
fn fence_refused(published: &Published) -> StepResult {
    match &published.result {
        Err(error @ (crate::hook::HookError::Refused(_) | crate::hook::HookError::Failed(_))) => {
            Err(format!("a plain marker event could not be published: {error}"))
        }
        _ => Ok(()),
    }
}

/// Whether an item is one of the markers, as text or as JSON.
fn is_marker(seen: &SeenItem, prefix: &str) -> bool {
    match &seen.item {
        OwnedItem::Event(event) => event.data.len() < MARKER_BYTES && event.data.contains(prefix),
        _ => false,
    }
}

fn has_bytes(stream: &Stream, prefix: &str) -> bool {
    stream.bytes.windows(prefix.len()).any(|window| window == prefix.as_bytes())
}
