//! The restart step: the hook, and the clients that come back.

use std::time::Duration;

use ssecheck_model::step::Restart;
use tokio::time::Instant as Deadline;

use super::{Restarted, Stage, StepResult};
use crate::hook::{Content, publish};
use crate::open::{HEAD_TIME, open};
use crate::request::Plan;
use crate::stream::Stream;

/// How long until a client must be served again, before scaling.
const SERVED_TIME: Duration = Duration::from_secs(5);
/// Time between two clients that come back.
const PAUSE: Duration = Duration::from_millis(50);

impl Stage<'_> {
    pub(super) async fn restart(&mut self, step: &Restart) -> StepResult {
        let hook = self.subject.restart.as_ref().ok_or("there is no restart hook")?;
        let called = publish(self.subject, hook, Content::default()).await;
        let name = step.name.value.clone();
        let deadline = Deadline::now() + self.subject.scaled(step.within, SERVED_TIME);
        let (answered, last) = self.come_back(deadline).await;
        self.chains.insert(name.clone(), answered);
        self.streams.insert(name.clone(), last);
        let restarted =
            Restarted { started: called.started, answered: called.answered, result: called.result };
        self.restarts.insert(name, restarted);
        Ok(())
    }

    /// Comes back until somebody is served or time is up: those who were turned away by an answer,
    /// and the last. A refused connection is what `EventSource` tries again by itself.
    async fn come_back(&self, deadline: Deadline) -> (Vec<Stream>, Stream) {
        let mut turned_away = Vec::new();
        loop {
            let budget = self.subject.scaled(None, HEAD_TIME);
            let mut client = open(self.subject, Plan::stream(self.subject), budget).await;
            client.finish(true).await;
            let status = client.head.as_ref().map(|head| head.status);
            if status.is_some_and(|status| status < 300) || Deadline::now() >= deadline {
                return (turned_away, client);
            }
            if status.is_some() {
                turned_away.push(client);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}
