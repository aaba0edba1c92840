//! The publish step, by a publish or an echo hook, and the join step that awaits one in the
//! background.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use ssecheck_model::step::{Join, Publish, Stimulus};
use tokio::time::Instant as Deadline;

use super::background::Pending;
use super::{Stage, StepResult};
use crate::hook::{Content, HookError, Published, echo_plan, publish};
use crate::open::{HEAD_TIME, open};
use crate::stream::Stream;
use crate::subject::Subject;

/// After so many unanswered requests of one step no more are sent: each costs its whole budget.
const MAX_TIMEOUTS: usize = 2;

impl Stage<'_> {
    pub(super) async fn publish(&mut self, step: &Publish) -> StepResult {
        if self.skips(step.when) {
            return Ok(());
        }
        let stimulus = self.stimulus().ok_or("there is no publish or echo hook")?;
        let mut course = Course::new(step, stimulus, self.contents(step));
        let name = step.name.value.clone();
        if step.background {
            self.pending.insert(name, Pending::start(course, self.subject.clone()));
            return Ok(());
        }
        loop {
            // While it waits, everything is read, so that each event keeps its own time.
            self.read_all_streams(course.due()).await;
            if !course.next(self.subject).await {
                break;
            }
            self.drain().await;
        }
        self.publications.insert(name, course.sent);
        Ok(())
    }

    fn contents(&self, step: &Publish) -> Vec<Content> {
        let content = |n| {
            let render = |template: &Option<_>| {
                template.as_ref().and_then(|template| self.render(template, Some(n)))
            };
            Content {
                data: render(&step.data),
                event: render(&step.event),
                id: render(&step.id),
                comment: render(&step.comment),
            }
        };
        (1..=step.count).map(content).collect()
    }

    pub(super) async fn join(&mut self, step: &Join) -> StepResult {
        let name = &step.publication.value;
        let Some(pending) = self.pending.remove(name) else { return Ok(()) };
        self.publications.insert(name.clone(), pending.join().await?);
        Ok(())
    }

    /// Reads every stream that is not stalled until `deadline`.
    async fn read_all_streams(&mut self, deadline: Deadline) {
        let streams = self.streams.values_mut().filter(|stream| !stream.stalled);
        join_all(streams.map(|stream| stream.read_all(deadline))).await;
    }

    /// Takes what has already come on every stream that is not stalled, so that we are not a slow
    /// reader ourselves while we publish.
    async fn drain(&mut self) {
        for stream in self.streams.values_mut().filter(|stream| !stream.stalled) {
            stream.drain().await;
        }
    }
}

/// A publication under way.
pub(super) struct Course {
    stimulus: Stimulus,
    parallel: usize,
    every: Option<Duration>,
    next_at: Deadline,
    waiting: std::vec::IntoIter<Content>,
    pub(super) sent: Vec<Published>,
}

impl Course {
    fn new(step: &Publish, stimulus: Stimulus, contents: Vec<Content>) -> Self {
        Self {
            stimulus,
            parallel: step.parallel.max(1) as usize,
            every: step.every.map(|span| span.0),
            next_at: Deadline::now(),
            waiting: contents.into_iter(),
            sent: Vec::new(),
        }
    }

    /// The data of what is still to be published.
    pub(super) fn data(&self) -> Vec<String> {
        self.waiting.as_slice().iter().filter_map(|content| content.data.clone()).collect()
    }

    /// When the next event is due.
    fn due(&self) -> Deadline {
        if self.waiting.as_slice().is_empty() { Deadline::now() } else { self.next_at }
    }

    /// Publishes the next event, or as many as go together; false when there is none left.
    pub(super) async fn next(&mut self, subject: &Subject) -> bool {
        let batch: Vec<Content> = self.waiting.by_ref().take(self.parallel).collect();
        let timeouts = self.sent.iter().filter(|one| is_timeout(one)).count();
        if batch.is_empty() || timeouts >= MAX_TIMEOUTS {
            return false;
        }
        if let Some(every) = self.every {
            // The pace is what the case asks for, so it is kept whatever the answers took.
            tokio::time::sleep_until(self.next_at).await;
            self.next_at = (self.next_at + every.mul_f64(subject.time_scale)).max(Deadline::now());
        }
        let stimulus = self.stimulus;
        let sent = batch.into_iter().map(|content| publish_one(subject, stimulus, content));
        self.sent.extend(join_all(sent).await);
        true
    }
}

pub(super) async fn publish_one(
    subject: &Subject,
    stimulus: Stimulus,
    content: Content,
) -> Published {
    match (stimulus, &subject.publish) {
        (Stimulus::Publish, Some(hook)) => publish(subject, hook, content).await,
        _ => echo_one(subject, content).await,
    }
}

async fn echo_one(subject: &Subject, content: Content) -> Published {
    let started = Instant::now();
    let plan = match &subject.echo {
        Some(echo) => echo_plan(subject, echo, &content),
        None => Err(HookError::Failed("there is no echo hook".to_owned())),
    };
    let (stream, result) = match plan {
        Err(error) => (None, Err(error)),
        Ok(plan) => {
            let budget = subject.scaled(None, HEAD_TIME);
            let stream = open(subject, plan, budget).await;
            let result = echo_result(&stream, budget);
            (Some(stream), result)
        }
    };
    let command = stream.as_ref().map(|stream| stream.plan.curl());
    Published { content, started, answered: Instant::now(), result, command, stream }
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
