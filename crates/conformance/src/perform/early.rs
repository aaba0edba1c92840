//! The early step: events published as soon as a head is in.

use std::time::Duration;

use ssecheck_model::step::Early;
use tokio::time::Instant as Deadline;

use super::fence::FENCE_TIME;
use super::{Stage, StepResult};
use crate::hook::{Content, publish};
use crate::open::{HEAD_TIME, open};
use crate::request::Plan;

/// How long to wait for the event before a fence proves that it is not coming, before scaling.
const PATIENCE: Duration = Duration::from_millis(200);

impl Stage<'_> {
    pub(super) async fn early(&mut self, step: &Early) -> StepResult {
        let chain = step.name.value.clone();
        for number in 0..step.times {
            let name = format!("{chain}-{number}");
            let budget = self.subject.scaled(None, HEAD_TIME);
            let stream = open(self.subject, Plan::stream(self.subject), budget).await;
            let live = stream.is_stream();
            self.streams.insert(name.clone(), stream);
            if live {
                self.publish_early(&chain, &name).await?;
            }
            let mut stream = self.streams.remove(&name);
            if let Some(stream) = &mut stream {
                stream.finish(false).await;
            }
            self.chains.entry(chain.clone()).or_default().extend(stream);
        }
        Ok(())
    }

    async fn publish_early(&mut self, chain: &str, name: &str) -> StepResult {
        let Some(hook) = &self.subject.publish else { return Ok(()) };
        let data = format!("{}-early-{name}.", self.token);
        let content = Content { data: Some(data.clone()), ..Content::default() };
        let published = publish(self.subject, hook, content).await;
        self.publications.entry(chain.to_owned()).or_default().push(published);
        let deadline = Deadline::now() + PATIENCE.mul_f64(self.subject.time_scale);
        let stream = self.stream_mut(name)?;
        let came = |seen: &crate::stream::SeenItem| seen.holds(&data);
        if stream.read_until(deadline, 0, came).await == crate::stream::Stop::Satisfied {
            return Ok(());
        }
        let budget = self.subject.scaled(None, FENCE_TIME);
        self.fence(name, budget).await
    }
}
