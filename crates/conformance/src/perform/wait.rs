//! The wait step: for the number of subscribers, or for a time.

use std::time::Duration;

use ssecheck_model::step::Wait;
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult, Waited};
use crate::request::Plan;
use crate::stream::Stream;

/// Time between two looks at the subscriber count.
const POLL: Duration = Duration::from_millis(50);

impl Stage<'_> {
    pub(super) async fn wait(&mut self, step: &Wait) -> StepResult {
        let budget = step.within.0.mul_f64(self.subject.time_scale);
        let waited = match &step.subscribers {
            None => {
                tokio::time::sleep(budget).await;
                Waited { satisfied: true, seen: format!("{} passed", step.within) }
            }
            Some(before) => {
                let limit = self.number_of(before)?;
                self.wait_for_subscribers(limit, budget).await?
            }
        };
        self.waits.insert(step.name.value.clone(), waited);
        Ok(())
    }

    fn number_of(&self, name: &str) -> Result<f64, String> {
        let stream = self.streams.get(name).ok_or_else(|| format!("`{name}` was never opened"))?;
        self.number(stream)
    }

    fn number(&self, stream: &Stream) -> Result<f64, String> {
        let pointer = self.subject.stats.as_ref().map_or("", |(_, pointer)| pointer);
        let value: serde_json::Value = serde_json::from_slice(&stream.bytes)
            .map_err(|error| format!("the answer of stats is not JSON: {error}"))?;
        let number = value.pointer(pointer).and_then(serde_json::Value::as_f64);
        number.ok_or_else(|| format!("there is no number at `{pointer}` in the answer of stats"))
    }

    async fn wait_for_subscribers(&self, limit: f64, budget: Duration) -> Result<Waited, String> {
        let deadline = Deadline::now() + budget;
        let url = self.subject.stats.as_ref().map(|(url, _)| url);
        let url = url.ok_or("the target file does not name stats")?;
        loop {
            let plan = Plan::bare(url.clone(), "GET").with_target_fields(self.subject);
            let seen = self.number(&self.answer(plan, budget).await)?;
            let satisfied = seen <= limit;
            if satisfied || Deadline::now() >= deadline {
                let seen = format!("{seen} subscribers, {limit} before");
                return Ok(Waited { satisfied, seen });
            }
            tokio::time::sleep(POLL).await;
        }
    }
}
