//! The wait step: for a number to come back, or for a time.

use std::time::Duration;

use ssecheck_model::step::{Destination, Wait};
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult, Waited};
use crate::request::Plan;
use crate::stream::Stream;

/// Time between two looks at a number.
const POLL: Duration = Duration::from_millis(50);

impl Stage<'_> {
    pub(super) async fn wait(&mut self, step: &Wait) -> StepResult {
        let budget = step.within.0.mul_f64(self.subject.time_scale);
        if step.expiry {
            // The server's clock, which no scale of ours slows down.
            tokio::time::sleep(self.subject.expires_after.map_or(Duration::ZERO, |after| after.0))
                .await;
        }
        let waited = match &step.back_to {
            None => {
                tokio::time::sleep(budget).await;
                Waited { satisfied: true, seen: format!("{} passed", step.within), of: None }
            }
            Some(before) => self.wait_for_number(before, step, budget).await?,
        };
        self.waits.insert(step.name.value.clone(), waited);
        Ok(())
    }

    async fn wait_for_number(
        &self,
        before: &str,
        step: &Wait,
        budget: Duration,
    ) -> Result<Waited, String> {
        let (of, start, plan) = self.number_before(before)?;
        let grown = match &step.since {
            Some(since) => (start - self.number_before(since)?.1).max(0.0),
            None => 0.0,
        };
        let deadline = Deadline::now() + budget;
        // A job that has been started again stays so: one look cannot show that it was not. The
        // first run itself may be counted late.
        let stays = of == Destination::Runs;
        let most = if stays { start.max(1.0) } else { start + grown } + step.plus as f64;
        loop {
            let seen = self.number(of, &self.answer(plan.clone(), budget).await)?;
            let satisfied = seen <= most;
            if satisfied != stays || Deadline::now() >= deadline {
                let seen = format!("{seen}, {start} before, {most} allowed");
                return Ok(Waited { satisfied, seen, of: Some(of) });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// What was counted by the answer of that name, the number, and the request.
    fn number_before(&self, name: &str) -> Result<(Destination, f64, Plan), String> {
        let stream = self.streams.get(name);
        let stream = stream.ok_or_else(|| format!("`{name}` was never opened"))?;
        let of = stream.destination.ok_or_else(|| format!("`{name}` is no number"))?;
        Ok((of, self.number(of, stream)?, stream.plan.clone()))
    }

    fn number(&self, of: Destination, stream: &Stream) -> Result<f64, String> {
        let pointer = self.subject.pointers.get(&of).map_or("", String::as_str);
        let value: serde_json::Value = serde_json::from_slice(&stream.bytes)
            .map_err(|error| format!("the answer with the number is not JSON: {error}"))?;
        let number = value.pointer(pointer).and_then(serde_json::Value::as_f64);
        number.ok_or_else(|| format!("there is no number at `{pointer}` in the answer"))
    }
}
