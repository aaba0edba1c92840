//! Steps that open and end streams: connect, cut, stall, reconnect.

use std::time::Duration;

use ssecheck_model::step::{Connect, Cut, CutHow, Destination, Reconnect, Stall, Who};
use ssecheck_model::template::Template;
use ssecheck_transport::Url;

use super::query::with_query;
use super::{Stage, StepResult};
use crate::open::{HEAD_TIME, open, open_with};
use crate::request::Plan;

/// The longest `retry` time that a `reconnect` step obeys, before scaling.
const MAX_OBEYED_RETRY: Duration = Duration::from_secs(2);

impl Stage<'_> {
    pub(super) async fn connect(&mut self, step: &Connect) -> StepResult {
        if self.skips(step.when) {
            return Ok(());
        }
        let plan = self.connect_plan(step)?;
        let budget = self.subject.scaled(step.within, HEAD_TIME);
        let mut stream = match step.query_token {
            true => self.open_with_token(plan, budget).await?,
            false => open(self.subject, plan, budget).await,
        };
        stream.destination = Some(step.to);
        let live = stream.is_stream();
        self.streams.insert(step.name.value.clone(), stream);
        if step.subscribed && live && self.subject.is_hub() {
            self.subscribed(&step.name).await?;
        }
        Ok(())
    }

    fn connect_plan(&self, step: &Connect) -> Result<Plan, String> {
        let mut plan = self.plan_for(step.to, step.who)?;
        if let Some(url) = step.url.as_ref().and_then(|url| self.render(url, None)) {
            plan.url = plan.url.join(&url).map_err(|error| error.to_string())?;
        }
        if let Some(query) = step.query.as_ref().and_then(|query| self.render(query, None)) {
            plan.url = with_query(&plan.url, &query)?;
        }
        if let Some(method) = step.method.as_ref().and_then(|method| self.render(method, None)) {
            plan.method = method;
        }
        plan.version = step.version;
        self.set_fields(&mut plan, &step.headers);
        if let Some(id) = step.last_event_id.as_ref().and_then(|id| self.render(id, None)) {
            plan.set("last-event-id", &id);
        }
        if let Some(origin) = step.origin.as_ref().and_then(|origin| self.render(origin, None)) {
            plan.set("origin", &origin);
        }
        let body = step.body.as_ref().and_then(|body| self.render(body, None));
        plan.body = body.unwrap_or_default().into_bytes();
        Ok(plan)
    }

    /// A request as `EventSource` makes it, by `who`, to a URL of the target file.
    pub(super) fn plan_for(&self, to: Destination, who: Who) -> Result<Plan, String> {
        let mut plan = Plan::stream(self.subject);
        plan.url = self.url_of(to)?;
        if who == Who::Owner {
            return Ok(plan);
        }
        plan.drop_private();
        if let Some(other) = self.subject.others.get(&who) {
            if to == Destination::Target {
                plan.url = other.url.clone();
            }
            other.fields.iter().for_each(|(name, value)| plan.set_private(name, value));
        }
        Ok(plan)
    }

    fn url_of(&self, to: Destination) -> Result<Url, String> {
        let job = |template: &Template| {
            let token = |name: &str| (name == "token").then(|| self.token.clone());
            let text = template.render(|name| Ok::<_, std::convert::Infallible>(token(name)));
            let url = self.subject.url.join(&text.unwrap_or_default());
            url.map_err(|error| error.to_string())
        };
        match (to, &self.subject.job) {
            (Destination::Target, _) => Ok(self.subject.url.clone()),
            (Destination::Limit | Destination::OriginCheck, _) => {
                Ok(self.subject.routes.get(&to).unwrap_or(&self.subject.url).clone())
            }
            (Destination::Job, Some(known)) => job(&known.url),
            (Destination::Runs, Some(known)) => job(&known.runs.url),
            _ => {
                let known = self.subject.routes.get(&to).cloned();
                known.ok_or_else(|| "the target file does not name this URL".to_owned())
            }
        }
    }

    pub(super) fn set_fields(&self, plan: &mut Plan, fields: &ssecheck_model::step::Fields) {
        for (name, value) in fields {
            match value {
                None => plan.remove(name),
                Some(value) => plan.set(name, &self.render(value, None).unwrap_or_default()),
            }
        }
    }

    pub(super) async fn cut(&mut self, step: &Cut) -> StepResult {
        let stream = self.stream_mut(&step.connection)?;
        stream.cut = stream.is_open();
        stream.finish(step.how == CutHow::Reset).await;
        stream.tear(step.at);
        Ok(())
    }

    pub(super) async fn stall(&mut self, step: &Stall) -> StepResult {
        let plan = Plan::stream(self.subject);
        let budget = self.subject.scaled(None, HEAD_TIME);
        let mut stream = open_with(self.subject, &self.subject.slow_dialer, plan, budget).await;
        stream.stalled = true;
        self.streams.insert(step.name.value.clone(), stream);
        Ok(())
    }

    pub(super) async fn reconnect(&mut self, step: &Reconnect) -> StepResult {
        let origin = step.origin.as_ref().and_then(|origin| self.render(origin, None));
        let from = self.stream_mut(&step.from)?;
        let (last_id, retry) = (from.last_id().map(str::to_owned), from.retry());
        from.cut = from.is_open();
        from.finish(step.how == CutHow::Reset).await;
        let mut plan = Plan::stream(self.subject);
        last_id.iter().filter(|id| !id.is_empty()).for_each(|id| plan.set("last-event-id", id));
        origin.iter().for_each(|origin| plan.set("origin", origin));
        if let Some(ms) = retry.filter(|_| step.obey_retry) {
            // Here waiting is the thing itself: a client that obeys `retry` waits.
            let wait = Duration::from_millis(ms).min(MAX_OBEYED_RETRY);
            tokio::time::sleep(wait.mul_f64(self.subject.time_scale)).await;
        }
        let budget = self.subject.scaled(step.within, HEAD_TIME);
        let stream = open(self.subject, plan, budget).await;
        self.streams.insert(step.name.value.clone(), stream);
        Ok(())
    }
}
