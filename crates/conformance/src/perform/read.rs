//! Steps that read: read and quiet.

use std::time::Duration;

use ssecheck_model::step::{Quiet, Read, Stimulus};
use ssecheck_parser::owned::{OwnedEvent, OwnedItem};
use tokio::time::Instant as Deadline;

use super::fence::FENCE_TIME;
use super::{Stage, StepResult};
use crate::stream::{SeenItem, Stop};
use crate::text::{Decoded, normalised};

/// How long a read may take, before scaling.
const READ_TIME: Duration = Duration::from_secs(3);
/// How long an echoed stream that stays open may be silent after its event, before scaling. Only
/// time can prove that nothing more comes.
const ECHO_GRACE: Duration = Duration::from_millis(300);
/// After so long a silence, what piled up for a stalled reader is in, before scaling. Nothing is
/// judged by it: a fence follows.
const PILE_PAUSE: Duration = Duration::from_millis(100);

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
        self.go_on(&step.from, budget).await;
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

    /// A stalled reader that is read reads on: it takes what has piled up first, because a server
    /// whose publishers wait for it answers no hook before.
    async fn go_on(&mut self, name: &str, budget: Duration) {
        let pause = PILE_PAUSE.mul_f64(self.subject.time_scale);
        let Ok(stream) = self.stream_mut(name) else { return };
        if stream.stalled {
            stream.unstall();
            let deadline = Deadline::now() + budget;
            while Deadline::now() < deadline
                && stream.read_any(Deadline::now() + pause).await == Stop::Satisfied
            {}
        }
    }

    async fn read_all(&mut self, name: &str, deadline: Deadline) -> StepResult {
        let stream = self.stream_mut(name)?;
        stream.read_all(deadline).await;
        stream.taken = stream.items.len();
        Ok(())
    }

    /// Takes `count` more events; later ones that came along stay untaken, as with a client that
    /// stops there.
    async fn read_events(&mut self, name: &str, count: usize, deadline: Deadline) -> StepResult {
        let stream = self.stream_mut(name)?;
        let (mut taken, mut left) = (stream.taken, count);
        let last = |seen: &SeenItem| {
            taken += 1;
            left -= usize::from(event(seen).is_some());
            left == 0
        };
        let stop = match count {
            0 => Stop::Satisfied,
            _ => stream.read_until(deadline, stream.taken, last).await,
        };
        stream.taken = if stop == Stop::Satisfied { taken } else { stream.items.len() };
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
        let mut wanted: Vec<String> = self
            .publications
            .get(publication)
            .into_iter()
            .flatten()
            .map(|one| normalised(one.content.data.as_deref().unwrap_or_default()))
            .collect();
        let stream = self.stream_mut(name)?;
        let (mut index, mut last) = (0, 0);
        let arrived = |seen: &SeenItem| {
            index += 1;
            let data = event(seen).map(|event| payload.decoded(&event.data));
            let place = data.and_then(|data| wanted.iter().position(|one| *one == data));
            if let Some(place) = place {
                wanted.swap_remove(place);
                last = index;
            }
            wanted.is_empty()
        };
        stream.read_until(deadline, 0, arrived).await;
        // What came behind the last awaited event stays untaken: it may be somebody else's, and
        // must not become the id to resume from.
        stream.taken = stream.taken.max(last);
        Ok(())
    }

    async fn drain_echoes(&mut self, step: &Read) {
        let budget = self.subject.scaled(step.within, READ_TIME);
        let grace = ECHO_GRACE.mul_f64(self.subject.time_scale);
        for published in self.publications.values_mut().flatten() {
            if let Some(stream) = &mut published.stream {
                stream.read_until(Deadline::now() + budget, 0, |seen| event(seen).is_some()).await;
                stream.read_all(Deadline::now() + grace).await;
                stream.taken = stream.items.len();
            }
        }
    }

    pub(super) async fn quiet(&mut self, step: &Quiet) -> StepResult {
        let deadline = Deadline::now() + self.subject.scaled(Some(step.span), READ_TIME);
        let stream = self.stream_mut(&step.from)?;
        let before = stream.bytes.len();
        stream.read_any(deadline).await;
        stream.disturbed = (stream.bytes.len() > before).then_some(before as u64);
        stream.taken = stream.items.len();
        Ok(())
    }
}

/// The event, if the item is one.
fn event(seen: &SeenItem) -> Option<&OwnedEvent> {
    match &seen.item {
        OwnedItem::Event(event) => Some(event),
        _ => None,
    }
}
