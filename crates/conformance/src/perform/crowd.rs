//! The crowd step: as many streams as the target allows, and one more.

use futures_util::future::join_all;
use ssecheck_model::step::{Crowd, Destination, Who};

use super::{Stage, StepResult};
use crate::open::{HEAD_TIME, open};
use crate::stream::Stream;

/// How many streams are opened at the same time.
const TOGETHER: usize = 16;

impl Stage<'_> {
    pub(super) async fn crowd(&mut self, step: &Crowd) -> StepResult {
        let most = self.subject.limit.ok_or("the target file names no limit")? as usize;
        let plan = self.plan_for(Destination::Limit, Who::Owner)?;
        let budget = self.subject.scaled(None, HEAD_TIME);
        let mut crowd: Vec<Stream> = Vec::new();
        // A stream within the limit that gets no answer has met a lower one: it is the one more.
        let silent = |crowd: &[Stream]| crowd.iter().position(|stream| stream.head.is_none());
        while crowd.len() < most && silent(&crowd).is_none() {
            let some = (most - crowd.len()).min(TOGETHER);
            let opened = (0..some).map(|_| open(self.subject, plan.clone(), budget));
            crowd.extend(join_all(opened).await);
        }
        let mut more = match silent(&crowd) {
            Some(index) => crowd.swap_remove(index),
            None => open(self.subject, plan, budget).await,
        };
        more.destination = Some(Destination::Limit);
        let name = &step.name.value;
        self.chains.insert(name.clone(), crowd);
        self.streams.insert(name.clone(), more);
        Ok(())
    }
}
