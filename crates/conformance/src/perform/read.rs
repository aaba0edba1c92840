//! Steps that read: read and quiet.

use std::time::Duration;

use ssecheck_model::step::{Quiet, Read, Stimulus};
use ssecheck_parser::owned::OwnedItem;
use tokio::time::Instant as Deadline;

use super::fence::FENCE_TIME;
use super::{Stage, StepResult};
use crate::stream::Stream;
use crate::text::{Decoded, normalised};

/// How long a read may take, before scaling.
const READ_TIME: Duration = Duration::from_secs(3);
/// How long an echoed stream that stays open may be silent after its event, before scaling. Only
/// time can prove that nothing more comes.
const ECHO_GRACE: Duration = Duration::from_millis(300);

impl Stage<'_> {
    pub(super) async fn read(&mut self, step: &Read) -> StepResult {
        if self.skips(step.when) {
            return Ok(());
        }
        if self.stimulus() == Some(Stimulus::Echo) && (step.fence || step.publication.is_some()) {
            self.drain_echoes(step).await;
            return Ok(());
        }
        let budget = self.subject.scaled(step.within, READ_TIME);
        if step.fence {
            let budget = self.subject.scaled(step.within, FENCE_TIME);
            return self.fence(&step.from, budget).await;
        }
        let deadline = Deadline::now() + budget;
        match (&step.publication, step.events) {
            (Some(publication), _) => {
                self.read_publication(&step.from, publication, deadline).await
            }
            (None, Some(count)) => self.read_events(&step.from, count as usize, deadline).await,
            (None, None) => self.read_all(&step.from, deadline).await,
        }
    }

    async fn read_all(&mut self, name: &str, deadline: Deadline) -> StepResult {
        let stream = self.stream_mut(name)?;
        stream.read(deadline, |_| false).await;
        stream.taken = stream.items.len();
        Ok(())
    }

    /// Takes `count` more events; later ones that came along stay untaken, as with a client that
    /// stops there.
    async fn read_events(&mut self, name: &str, count: usize, deadline: Deadline) -> StepResult {
        let stream = self.stream_mut(name)?;
        let taken = stream.taken;
        stream.read(deadline, |stream| nth_event(stream, taken, count).is_some()).await;
        stream.taken = nth_event(stream, taken, count).unwrap_or(stream.items.len());
        Ok(())
    }

    /// Reads until every event of the publication is in.
    async fn read_publication(
        &mut self,
        name: &str,
        publication: &str,
        deadline: Deadline,
    ) -> StepResult {
        let payload = self.subject.payload;
        let wanted: Vec<String> = self
            .publications
            .get(publication)
            .into_iter()
            .flatten()
            .map(|one| normalised(one.content.data.as_deref().unwrap_or_default()))
            .collect();
        let stream = self.stream_mut(name)?;
        let index = |stream: &Stream, wanted: &String| {
            stream.items.iter().position(|seen| match &seen.item {
                OwnedItem::Event(event) => payload.decoded(&event.data) == *wanted,
                _ => false,
            })
        };
        let all = |stream: &Stream| wanted.iter().all(|one| index(stream, one).is_some());
        stream.read(deadline, all).await;
        // What came behind the last awaited event stays untaken: it may be somebody else's, and
        // must not become the id to resume from.
        let last = wanted.iter().filter_map(|one| index(stream, one)).max();
        stream.taken = stream.taken.max(last.map_or(0, |index| index + 1));
        Ok(())
    }

    async fn drain_echoes(&mut self, step: &Read) {
        let budget = self.subject.scaled(step.within, READ_TIME);
        let grace = ECHO_GRACE.mul_f64(self.subject.time_scale);
        for published in self.publications.values_mut().flatten() {
            if let Some(stream) = &mut published.stream {
                stream.read(Deadline::now() + budget, |s| s.events().next().is_some()).await;
                stream.read(Deadline::now() + grace, |_| false).await;
                stream.taken = stream.items.len();
            }
        }
    }

    pub(super) async fn quiet(&mut self, step: &Quiet) -> StepResult {
        let deadline = Deadline::now() + self.subject.scaled(Some(step.span), READ_TIME);
        let stream = self.stream_mut(&step.from)?;
        let before = stream.bytes.len();
        stream.read(deadline, |stream| stream.bytes.len() > before).await;
        stream.disturbed = (stream.bytes.len() > before).then_some(before as u64);
        stream.taken = stream.items.len();
        Ok(())
    }
}

/// Index one past the `count`-th event from `start` on.
fn nth_event(stream: &Stream, start: usize, count: usize) -> Option<usize> {
    let is_event =
        |(_, seen): &(usize, &crate::stream::SeenItem)| matches!(seen.item, OwnedItem::Event(_));
    let mut events = stream.items.iter().enumerate().skip(start).filter(is_event);
    events.nth(count.checked_sub(1)?).map(|(index, _)| index + 1)
}
