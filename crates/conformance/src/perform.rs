//! Carries out the steps of one case and keeps what they saw.

mod abort;
mod background;
mod connect;
mod crowd;
mod early;
mod fence;
mod follow;
mod idle;
mod publish;
mod query;
mod read;
mod request;
mod restart;
mod soak;
mod timed;
mod validators;
mod wait;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use ssecheck_model::case::Case;
use ssecheck_model::placed::Placed;
use ssecheck_model::step::{Destination, Step, Stimulus};
use ssecheck_model::template::Template;

use self::background::Pending;
use crate::hook::{HookError, Published};
use crate::stream::Stream;
use crate::subject::Subject;

/// Everything that the steps of one case have seen.
pub(crate) struct Stage<'a> {
    pub subject: &'a Subject,
    pub case: &'a Case,
    /// Marks what this case publishes: letters, digits and `-` only, so that no server alters it.
    pub token: String,
    pub started: Instant,
    /// Connections, answers and probes by name.
    pub streams: BTreeMap<String, Stream>,
    pub publications: BTreeMap<String, Vec<Published>>,
    pub waits: BTreeMap<String, Waited>,
    /// The connections of `follow` and `early` steps, in order.
    pub chains: BTreeMap<String, Vec<Stream>>,
    pub restarts: BTreeMap<String, Restarted>,
    pub timings: BTreeMap<String, Timings>,
    /// Begin and end of the `idle` step that read a connection.
    pub idles: BTreeMap<String, (Instant, Instant)>,
    /// Publications in the background.
    pending: BTreeMap<String, Pending>,
    fences: u32,
}

/// A call of the restart hook.
#[derive(Debug, Clone)]
pub(crate) struct Restarted {
    pub started: Instant,
    pub answered: Instant,
    pub result: Result<(), HookError>,
}

/// Times to the head of the answer, in the order of the tries.
#[derive(Debug, Clone, Default)]
pub(crate) struct Timings {
    /// Of the cursor that may be slow; none where no answer came in time.
    pub of: Vec<Option<Duration>>,
    /// Of the cursor to compare with.
    pub against: Vec<Option<Duration>>,
    /// A shell command that asks with the cursor that may be slow.
    pub command: String,
}

/// What became of a `wait` step.
#[derive(Debug, Clone)]
pub(crate) struct Waited {
    pub satisfied: bool,
    /// What was seen last, in words.
    pub seen: String,
    /// What the number counts; none after a wait for a time.
    pub of: Option<Destination>,
}

/// The steps cannot go on, for a reason that is not the server's answer to this case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Broken {
    /// What happened.
    pub message: String,
    /// Line and column of the step.
    pub line: u64,
    pub column: u64,
}

/// Every connection of the case: those with names, of chains, and of echo hooks.
pub(crate) fn all_streams<'s>(stage: &'s Stage<'_>) -> impl Iterator<Item = &'s Stream> {
    let echoes = stage.publications.values().flatten().filter_map(|one| one.stream.as_ref());
    stage.streams.values().chain(stage.chains.values().flatten()).chain(echoes)
}

/// Why a single step broke.
pub(crate) type StepResult = Result<(), String>;

impl<'a> Stage<'a> {
    /// A stage for `case`; `token` must be unique in the run.
    pub(crate) fn new(subject: &'a Subject, case: &'a Case, token: String) -> Self {
        Self {
            subject,
            case,
            token,
            started: Instant::now(),
            streams: BTreeMap::new(),
            publications: BTreeMap::new(),
            waits: BTreeMap::new(),
            chains: BTreeMap::new(),
            restarts: BTreeMap::new(),
            timings: BTreeMap::new(),
            idles: BTreeMap::new(),
            pending: BTreeMap::new(),
            fences: 0,
        }
    }

    /// Carries out all steps, then ends every connection.
    pub(crate) async fn perform(&mut self) -> Result<(), Broken> {
        let mut result = Ok(());
        for step in &self.case.steps {
            if let Err(message) = self.step(step).await {
                result = Err(Broken { message, line: step.line, column: step.column });
                break;
            }
        }
        self.finish().await;
        result
    }

    async fn step(&mut self, step: &Placed<Step>) -> StepResult {
        match &step.value {
            Step::Connect(step) => self.connect(step).await,
            Step::Read(step) => self.read(step).await,
            Step::Publish(step) => self.publish(step).await,
            Step::Quiet(step) => self.quiet(step).await,
            Step::Cut(step) => self.cut(step).await,
            Step::Abort(step) => self.abort(step).await,
            Step::Stall(step) => self.stall(step).await,
            Step::Reconnect(step) => self.reconnect(step).await,
            Step::Preflight(step) => self.preflight(step).await,
            Step::Request(step) => self.request(step).await,
            Step::Wait(step) => self.wait(step).await,
            Step::Liveness(step) => self.liveness(step).await,
            Step::Join(step) => self.join(step).await,
            Step::Follow(step) => self.follow(step).await,
            Step::Early(step) => self.early(step).await,
            Step::Idle(step) => self.idle(step).await,
            Step::Soak(step) => self.soak(step).await,
            Step::Restart(step) => self.restart(step).await,
            Step::Timed(step) => self.timed(step).await,
            Step::Crowd(step) => self.crowd(step).await,
        }
    }

    async fn finish(&mut self) {
        for pending in std::mem::take(&mut self.pending).into_values() {
            pending.abort();
        }
        for stream in self.streams.values_mut().chain(self.chains.values_mut().flatten()) {
            stream.finish(false).await;
        }
        for published in self.publications.values_mut().flatten() {
            if let Some(stream) = &mut published.stream {
                stream.finish(false).await;
            }
        }
    }

    /// Which hook serves `publish` steps: a hub's publish hook before an echo hook.
    pub(crate) fn stimulus(&self) -> Option<Stimulus> {
        if self.subject.is_hub() {
            Some(Stimulus::Publish)
        } else {
            self.subject.echo.as_ref().map(|_| Stimulus::Echo)
        }
    }

    fn skips(&self, when: Option<Stimulus>) -> bool {
        when.is_some() && when != self.stimulus()
    }

    /// A template with the variables of this case; `n` counts publications.
    pub(crate) fn render(&self, template: &Template, n: Option<u32>) -> Option<String> {
        let mut omitted = false;
        let text = template.render(|name| {
            let value = self.variable(name, n);
            omitted |= value.is_none();
            Ok::<_, std::convert::Infallible>(value)
        });
        // A text that consists of one omitted variable is omitted itself.
        let text = text.unwrap_or_default();
        (!(omitted && text.is_empty())).then_some(text)
    }

    fn variable(&self, name: &str, n: Option<u32>) -> Option<String> {
        match name {
            "token" => Some(self.token.clone()),
            "n" => n.map(|n| n.to_string()),
            "target.allowed_origin" => Some(self.subject.allowed_origin.clone()),
            "target.denied_origin" => self.subject.denied_origin.clone(),
            _ => self.case.vars.get(name).map(|var| var.render()).or_else(|| self.attribute(name)),
        }
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let (owner, attribute) = name.rsplit_once('.')?;
        let stream = self.streams.get(owner)?;
        match attribute {
            "first_id" => stream.first_id().map(str::to_owned),
            "last_id" => stream.last_id().map(str::to_owned),
            "retry" => stream.retry().map(|ms| ms.to_string()),
            "status" => stream.head.as_ref().map(|head| head.status.to_string()),
            "etag" => stream.head.as_ref().map(validators::etag),
            "last_modified" => stream.head.as_ref().map(validators::last_modified),
            _ => None,
        }
    }

    fn stream_mut(&mut self, name: &str) -> Result<&mut Stream, String> {
        self.streams.get_mut(name).ok_or_else(|| format!("`{name}` was never opened"))
    }
}
