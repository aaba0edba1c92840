//! The publish and echo hooks: how the target is made to send a chosen event.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use ssecheck_model::target::{Echo, Hook};
use ssecheck_model::template::Template;
use ssecheck_transport::{Kind, Limits, exchange};

use crate::request::Plan;
use crate::stream::Stream;
use crate::subject::Subject;

/// How long a hook may take, before scaling.
pub(crate) const HOOK_TIME: Duration = Duration::from_secs(5);
/// How much of a hook's answer is read, in bytes.
const HOOK_BODY: usize = 64 * 1024;

/// What is published; `None` is an omitted field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Content {
    pub data: Option<String>,
    pub event: Option<String>,
    pub id: Option<String>,
    pub comment: Option<String>,
}

/// One event handed to a hook.
pub(crate) struct Published {
    pub content: Content,
    pub started: Instant,
    pub answered: Instant,
    pub result: Result<(), HookError>,
    /// A shell command that does the same.
    pub command: Option<String>,
    /// The stream that an echo hook answered.
    pub stream: Option<Stream>,
}

/// Why a hook did not take an event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HookError {
    /// It answered with another status than 2xx.
    #[error("the hook refused it with status {0}")]
    Refused(u16),
    /// It did not answer in time.
    #[error("the hook did not answer within {0:?}")]
    TimedOut(Duration),
    /// The event cannot be put into the hook's request.
    #[error("the hook cannot carry it: {0}")]
    Unsendable(String),
    /// The hook is broken.
    #[error("the hook failed: {0}")]
    Failed(String),
}

impl HookError {
    /// Whether the target said no to this content, or it cannot be said through this hook.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Unsendable(_) | Self::Refused(400..=499))
    }
}

impl Content {
    fn get(&self, name: &str) -> Option<String> {
        match name {
            "data" => self.data.clone(),
            "event" => self.event.clone(),
            "id" => self.id.clone(),
            "comment" => self.comment.clone(),
            _ => None,
        }
    }

    fn parts(&self) -> [(&'static str, &Option<String>); 4] {
        [("data", &self.data), ("event", &self.event), ("id", &self.id), ("comment", &self.comment)]
    }

    fn render(&self, template: &Template) -> String {
        template.render(|name| Ok::<_, Infallible>(self.get(name))).unwrap_or_default()
    }

    fn uncarried(&self) -> HookError {
        let names: Vec<&str> = self
            .parts()
            .into_iter()
            .filter(|(_, part)| part.is_some())
            .map(|(name, _)| name)
            .collect();
        HookError::Unsendable(format!("its template lacks one of {}", names.join(", ")))
    }

    /// Whether a template has variables and all of them are omitted.
    fn omits(&self, template: &Template) -> bool {
        let mut names = template.variables().peekable();
        names.peek().is_some() && names.all(|name| self.get(name).is_none())
    }
}

fn hook_templates(hook: &Hook) -> impl Iterator<Item = &Template> {
    let own = hook.url.iter().chain(&hook.body).chain(hook.headers.values());
    own.chain(hook.command.iter().flatten())
}

/// Whether the hook has a variable for every part of the content. One that has not would drop the
/// part in silence, and a check on that part would pass without having been carried out.
fn carries<'t>(templates: impl Iterator<Item = &'t Template>, content: &Content) -> bool {
    let names: Vec<&str> = templates.flat_map(Template::variables).collect();
    content.parts().iter().all(|(name, part)| part.is_none() || names.contains(name))
}

/// Publishes one event through `hook`.
pub(crate) async fn publish(subject: &Subject, hook: &Hook, content: Content) -> Published {
    let started = Instant::now();
    let (command, result) = match (&hook.url, &hook.command) {
        _ if !carries(hook_templates(hook), &content) => (None, Err(content.uncarried())),
        (Some(url), _) => match hook_plan(subject, hook, url, &content) {
            Ok(plan) => (Some(plan.curl()), request(subject, &plan).await),
            Err(error) => (None, Err(error)),
        },
        (None, Some(command)) => (None, run(subject, command, &content).await),
        (None, None) => (None, Err(HookError::Failed("it has no url and no command".to_owned()))),
    };
    Published { content, started, answered: Instant::now(), result, command, stream: None }
}

fn hook_plan(
    subject: &Subject,
    hook: &Hook,
    url: &Template,
    content: &Content,
) -> Result<Plan, HookError> {
    let body = hook.body.as_ref().map(|body| content.render(body));
    plan(subject, &hook.method, url, &hook.headers, body, content)
}

async fn request(subject: &Subject, plan: &Plan) -> Result<(), HookError> {
    let budget = HOOK_TIME.mul_f64(subject.time_scale);
    let limits = Limits::all(budget);
    match exchange(&subject.dialer, &plan.url, &plan.to_request(), &limits, HOOK_BODY).await {
        Ok(answer) if (200..300).contains(&answer.head.status) => Ok(()),
        Ok(answer) => Err(HookError::Refused(answer.head.status)),
        Err(error) => Err(match error.kind {
            Kind::TimedOut(_) => HookError::TimedOut(budget),
            Kind::Request(reason) => HookError::Unsendable(reason.to_string()),
            _ => HookError::Failed(error.to_string()),
        }),
    }
}

fn plan(
    subject: &Subject,
    method: &str,
    url: &Template,
    headers: &BTreeMap<String, Template>,
    body: Option<String>,
    content: &Content,
) -> Result<Plan, HookError> {
    let url = subject.url.join(&content.render(url));
    let url = url.map_err(|error| HookError::Unsendable(error.to_string()))?;
    let mut plan = Plan::bare(url, method).with_target_fields(subject);
    for (name, value) in headers.iter().filter(|(_, value)| !content.omits(value)) {
        plan.set_private(name, &content.render(value));
    }
    plan.body = body.unwrap_or_default().into_bytes();
    Ok(plan)
}

async fn run(subject: &Subject, command: &[Template], content: &Content) -> Result<(), HookError> {
    let words: Vec<String> = command.iter().map(|word| content.render(word)).collect();
    if words.iter().any(|word| word.contains('\0')) {
        return Err(HookError::Unsendable("an argument cannot hold NUL".to_owned()));
    }
    let Some((program, arguments)) = words.split_first() else {
        return Err(HookError::Failed("the command is empty".to_owned()));
    };
    let budget = HOOK_TIME.mul_f64(subject.time_scale);
    let mut process = tokio::process::Command::new(program);
    process.args(arguments).stdin(std::process::Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(budget, process.output()).await {
        Err(_) => Err(HookError::TimedOut(budget)),
        Ok(Err(error)) => Err(HookError::Failed(format!("{program}: {error}"))),
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => Err(HookError::Failed(format!("{program}: {}", output.status))),
    }
}

/// The request of an echo hook for `content`.
pub(crate) fn echo_plan(
    subject: &Subject,
    echo: &Echo,
    content: &Content,
) -> Result<Plan, HookError> {
    let templates = std::iter::once(&echo.url).chain(&echo.body).chain(echo.headers.values());
    if !carries(templates, content) {
        return Err(content.uncarried());
    }
    let body = echo.body.as_ref().map(|body| content.render(body));
    let mut plan = plan(subject, &echo.method, &echo.url, &echo.headers, body, content)?;
    if plan.field("accept").is_none() {
        plan.set("accept", "text/event-stream");
    }
    Ok(plan)
}

#[cfg(test)]
#[path = "hook_tests.rs"]
mod tests;
