//! Steps with one request and its whole answer: request, preflight, liveness.

use std::time::Duration;

use ssecheck_model::step::{Destination, Liveness, Preflight, Request};
use tokio::time::Instant as Deadline;

use super::{Stage, StepResult};
use crate::hook::{Content, echo_plan};
use crate::open::{HEAD_TIME, open};
use crate::request::Plan;
use crate::stream::Stream;

/// How long the body of an answer is read, before scaling.
const BODY_TIME: Duration = Duration::from_secs(1);
/// How long to look for bytes behind an answer that has ended, before scaling.
const SURPLUS_TIME: Duration = Duration::from_millis(100);
/// How long a server gets to close the connection when it was asked to, before scaling: longer than
/// a stall, shorter than the 5 s after which some servers close idle connections anyway.
const CLOSE_TIME: Duration = Duration::from_secs(3);

impl Stage<'_> {
    pub(super) async fn request(&mut self, step: &Request) -> StepResult {
        let mut plan = match (step.to, &self.subject.echo) {
            (Destination::Echo, None) => return Ok(()),
            (Destination::Echo, Some(echo)) => {
                let content = Content { data: Some(self.token.clone()), ..Content::default() };
                echo_plan(self.subject, echo, &content).map_err(|error| error.to_string())?
            }
            _ => self.plan_for(step.to, step.who)?,
        };
        if step.to != Destination::Target {
            plan.set("accept", "*/*");
        }
        if let Some(url) = step.url.as_ref().and_then(|url| self.render(url, None)) {
            plan.url = plan.url.join(&url).map_err(|error| error.to_string())?;
        }
        if let Some(method) = step.method.as_ref().and_then(|method| self.render(method, None)) {
            plan.method = method;
        }
        plan.version = step.version;
        self.set_fields(&mut plan, &step.headers);
        if let Some(origin) = step.origin.as_ref().and_then(|origin| self.render(origin, None)) {
            plan.set("origin", &origin);
        }
        let body = self.subject.scaled(step.within, BODY_TIME);
        let mut stream = match step.unfollowed {
            true => self.answer_unfollowed(plan).await,
            false => self.answer(plan, body).await,
        };
        stream.destination = Some(step.to);
        self.streams.insert(step.name.value.clone(), stream);
        Ok(())
    }

    /// One request, and as much of its answer as comes within `body` after the head.
    pub(super) async fn answer(&self, plan: Plan, body: Duration) -> Stream {
        let closes = plan.field("connection") == Some("close");
        let surplus = if closes { CLOSE_TIME } else { SURPLUS_TIME };
        let mut stream = open(self.subject, plan, self.subject.scaled(None, HEAD_TIME)).await;
        stream.read_all(Deadline::now() + body).await;
        stream.read_surplus(surplus.mul_f64(self.subject.time_scale)).await;
        stream.finish(false).await;
        stream
    }

    pub(super) async fn preflight(&mut self, step: &Preflight) -> StepResult {
        // As Fetch sends it: no credentials, the names sorted and in lower case.
        let mut plan = Plan::bare(self.subject.url.clone(), "OPTIONS");
        plan.set("accept", "*/*");
        plan.set("origin", &self.render(&step.origin, None).unwrap_or_default());
        plan.set("access-control-request-method", &step.method);
        let mut names: Vec<String> = step.headers.iter().map(|h| h.to_ascii_lowercase()).collect();
        names.sort();
        if !names.is_empty() {
            plan.set("access-control-request-headers", &names.join(","));
        }
        if step.private_network {
            plan.set("access-control-request-private-network", "true");
        }
        let stream = self.answer_unfollowed(plan).await;
        self.streams.insert(step.name.value.clone(), stream);
        Ok(())
    }

    /// The head of the first answer, a redirect too: a preflight never follows one (Fetch).
    async fn answer_unfollowed(&self, plan: Plan) -> Stream {
        let budget = self.subject.scaled(None, HEAD_TIME);
        let mut stream = crate::open::open_unfollowed(self.subject, plan, budget).await;
        stream.finish(false).await;
        stream
    }

    pub(super) async fn liveness(&mut self, step: &Liveness) -> StepResult {
        let budget = self.subject.scaled(step.within, HEAD_TIME);
        let mut stream = open(self.subject, Plan::stream(self.subject), budget).await;
        stream.finish(true).await;
        self.streams.insert(step.name.value.clone(), stream);
        Ok(())
    }
}
