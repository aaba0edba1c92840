//! The soak step: reading for minutes.

use std::time::Duration;

use futures_util::future::join_all;
use ssecheck_model::step::{Name, Soak};
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult};
use crate::stream::Stream;

/// How often it is looked whether enough has been read.
const LOOK: Duration = Duration::from_millis(50);

impl Stage<'_> {
    pub(super) async fn soak(&mut self, step: &Soak) -> StepResult {
        let span = self.subject.soak.ok_or("it is read only with --soak")?;
        self.read_together(&step.from, Deadline::now() + span, |_| false).await;
        Ok(())
    }

    /// Reads the connections of these names at the same time, until `deadline`, or until each has
    /// ended or has shown `enough`.
    pub(super) async fn read_together(
        &mut self,
        names: &[Name],
        deadline: Deadline,
        enough: impl Fn(&Stream) -> bool,
    ) {
        let is_named = |name: &String| names.iter().any(|named| named.value == *name);
        let streams = self.streams.iter_mut().filter(|(name, _)| is_named(name));
        let mut streams: Vec<&mut Stream> = streams.map(|(_, stream)| stream).collect();
        loop {
            let left = streams.iter().any(|stream| stream.is_open() && !enough(stream));
            if !left || Deadline::now() >= deadline {
                return;
            }
            let until = deadline.min(Deadline::now() + LOOK);
            join_all(streams.iter_mut().map(|stream| stream.read_all(until))).await;
        }
    }
}
