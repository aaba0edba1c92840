//! The publish step, by a publish or an echo hook.

use std::time::{Duration, Instant};

use ssecheck_model::step::{Publish, Stimulus};

use super::{Stage, StepResult};
use crate::hook::{Content, HookError, Published, echo_plan, publish};
use crate::open::{HEAD_TIME, open};
use crate::stream::Stream;

/// After so many unanswered requests of one step no more are sent: each costs its whole budget.
const MAX_TIMEOUTS: usize = 2;

impl Stage<'_> {
    pub(super) async fn publish(&mut self, step: &Publish) -> StepResult {
        if self.skips(step.when) {
            return Ok(());
        }
        let mut sent: Vec<Published> = Vec::new();
        for n in 1..=step.count {
            let render = |template: &Option<_>| {
                template.as_ref().and_then(|template| self.render(template, Some(n)))
            };
            let content = Content {
                data: render(&step.data),
                event: render(&step.event),
                id: render(&step.id),
            };
            sent.push(self.publish_one(content).await?);
            self.drain().await;
            let timeouts = sent.iter().filter(|one| is_timeout(one)).count();
            if timeouts >= MAX_TIMEOUTS {
                break;
            }
        }
        self.publications.insert(step.name.value.clone(), sent);
        Ok(())
    }

    /// Takes what has already come on every stream that is not stalled, so that we are not a slow
    /// reader ourselves while we publish.
    async fn drain(&mut self) {
        for stream in self.streams.values_mut().filter(|stream| !stream.stalled) {
            stream.drain().await;
        }
    }

    async fn publish_one(&self, content: Content) -> Result<Published, String> {
        match (self.stimulus(), &self.subject.publish, &self.subject.echo) {
            (Some(Stimulus::Publish), Some(hook), _) => {
                Ok(publish(self.subject, hook, content).await)
            }
            (Some(Stimulus::Echo), _, Some(_)) => Ok(self.echo_one(content).await),
            _ => Err("there is no publish or echo hook".to_owned()),
        }
    }

    async fn echo_one(&self, content: Content) -> Published {
        let started = Instant::now();
        let plan = match &self.subject.echo {
            Some(echo) => echo_plan(self.subject, echo, &content),
            None => Err(HookError::Failed("there is no echo hook".to_owned())),
        };
        let (stream, result) = match plan {
            Err(error) => (None, Err(error)),
            Ok(plan) => {
                let budget = self.subject.scaled(None, HEAD_TIME);
                let stream = open(self.subject, plan, budget).await;
                let result = echo_result(&stream, budget);
                (Some(stream), result)
            }
        };
        let command = stream.as_ref().map(|stream| stream.plan.curl());
        Published { content, started, answered: Instant::now(), result, command, stream }
    }
}

fn is_timeout(published: &Published) -> bool {
    matches!(published.result, Err(HookError::TimedOut(_)))
}

fn echo_result(stream: &Stream, budget: Duration) -> Result<(), HookError> {
    match (&stream.head, &stream.error) {
        (Some(head), _) if (200..300).contains(&head.status) => Ok(()),
        (Some(head), _) => Err(HookError::Refused(head.status)),
        (None, Some(error)) if error.is_timeout() => Err(HookError::TimedOut(budget)),
        (None, Some(error)) => match &error.kind {
            ssecheck_transport::Kind::Request(reason) => {
                Err(HookError::Unsendable(reason.to_string()))
            }
            _ => Err(HookError::Failed(error.to_string())),
        },
        (None, None) => Err(HookError::Failed("no answer".to_owned())),
    }
}
