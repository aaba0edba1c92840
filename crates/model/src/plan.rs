//! The plan file of a load run (`scenarios/load/*.yaml`): how many subscribers, doing what, for how
//! long, and what must hold.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use crate::LoadError;
use crate::amount::{Rate, Share};
use crate::placed::Placed;
use crate::plan_bounds::{
    MAX_BURST, MAX_CHOICES, MAX_PUBLISH_CONNECTIONS, MAX_PUBLISHERS, MAX_RECEIVE_BUFFER,
    MAX_REPEATS, MAX_SIZE, MAX_STEPS, MAX_SUBSCRIBERS, MAX_THRESHOLDS, MAX_TOPICS, MIN_SIZE,
};
use crate::span::Span;
use crate::template::Template;
use crate::threshold::Threshold;

pub use crate::plan_check::PlanMistake;

/// A load plan. Times inside it count from the moment at which the first subscribers are due to be
/// connected, except where said.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// One line for people.
    pub title: Option<String>,
    /// Subscribers at the start, 100 by default; the shapes below change their number.
    #[schemars(range(min = 1, max = MAX_SUBSCRIBERS))]
    pub subscribers: Option<Placed<u32>>,
    /// How many of them connect per second; 1000/s by default.
    pub ramp: Option<Placed<Rate>>,
    /// Length of the measured time after connecting; 10s by default.
    pub duration: Option<Placed<Span>>,
    /// Pause between the last connect and the first event; 1s by default. A subscriber must have been
    /// there for half of it when an event is due to be owed it.
    pub settle: Option<Span>,
    /// How long to wait for late events at the end; 5s by default.
    pub drain: Option<Span>,
    /// Length of one interval of the series; 1s by default, at least 100ms. Longer runs get longer
    /// ones.
    pub interval: Option<Placed<Span>>,
    /// Seed of every random choice; 0 by default.
    pub seed: Option<u64>,
    /// The request that opens a stream, where it differs from a GET of the target's URL.
    pub request: Option<StreamRequest>,
    /// A CSV file with a header line, relative to the plan: line n (counted round and round) gives
    /// subscriber n its variables.
    pub variables: Option<Placed<String>>,
    /// Events made by the target's publish hook.
    pub publish: Option<Publish>,
    /// The server's own events.
    pub server: Option<ServerEvents>,
    /// Subscribers that come in steps.
    pub steps: Option<Steps>,
    /// A crowd that comes and goes.
    pub spike: Option<Spike>,
    /// The share of subscribers that leave and come again, per second.
    pub churn: Option<Placed<Share>>,
    /// All subscribers cut at once.
    pub storm: Option<Storm>,
    /// Subscribers that stop reading.
    pub slow: Option<Slow>,
    /// A search for the most that the server bears.
    pub capacity: Option<Placed<CapacitySearch>>,
    /// What must hold, as `fanout.p99 < 200ms`.
    #[serde(default)]
    #[schemars(length(max = MAX_THRESHOLDS))]
    pub thresholds: Vec<Placed<Threshold>>,
    /// Stop as soon as a threshold is crossed for this long.
    pub abort_after: Option<Span>,
}

/// Variables of the stream's request; the columns of the CSV file come on top.
pub const REQUEST_VARIABLES: &[&str] = &["subscriber", "topic"];
/// Variables of a plan's publish hook.
pub const HOOK_VARIABLES: &[&str] = &["data", "event", "id", "topic"];

/// The request that opens a stream. Variables: `subscriber`, `topic`, and the columns of the CSV
/// file.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreamRequest {
    /// The HTTP method; GET by default.
    pub method: Option<Placed<String>>,
    /// Where, relative to the target's URL.
    pub url: Option<Template>,
    /// Header fields beside the target's.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// The body.
    pub body: Option<Template>,
    /// Whether a subscriber whose own stream (POST) has come to its end asks again at once.
    #[serde(default)]
    pub repeat: bool,
}

/// Events made by the target's publish hook, on a schedule that waits for nothing.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Events per second, over all publishers together.
    pub rate: Placed<Rate>,
    /// When they are due.
    #[serde(default)]
    pub arrival: Arrival,
    /// Number of publishers, each with a sequence of its own; 1 by default.
    #[schemars(range(min = 1, max = MAX_PUBLISHERS))]
    pub publishers: Option<Placed<u32>>,
    /// Number of topics, `{{topic}}` in the stream's and the hook's templates; 1 by default.
    /// Publisher p and subscriber s belong to topic p mod n and s mod n.
    #[schemars(range(min = 1, max = MAX_TOPICS))]
    pub topics: Option<Placed<u32>>,
    /// Size of the payload in bytes; 200 by default.
    pub size: Option<Placed<Size>>,
    /// The event's type; none by default.
    pub event: Option<String>,
    /// A publish hook in place of the target's; it may hold `{{topic}}` too.
    pub hook: Option<crate::target::Hook>,
    /// Most requests in flight; 64 by default.
    #[schemars(range(min = 1, max = MAX_PUBLISH_CONNECTIONS))]
    pub connections: Option<Placed<u32>>,
}

/// When events are due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arrival {
    /// Evenly.
    #[default]
    Constant,
    /// At random, each independent of the others.
    Poisson,
    /// This many at the same moment, and a pause after them that keeps the rate.
    Burst(#[schemars(range(min = 1, max = MAX_BURST))] u32),
}

/// Size of a payload in bytes.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Size {
    /// Always this.
    Fixed(#[schemars(range(min = MIN_SIZE, max = MAX_SIZE))] u32),
    /// Evenly between the two.
    Uniform(Between),
    /// Around a mean, with a long tail, cut off at `max`.
    Exponential(Tail),
    /// One of several, by weight.
    Choices(#[schemars(length(min = 1, max = MAX_CHOICES))] Vec<Choice>),
}

/// Two bounds, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// Least.
    #[schemars(range(min = MIN_SIZE, max = MAX_SIZE))]
    pub min: u32,
    /// Most.
    #[schemars(range(min = MIN_SIZE, max = MAX_SIZE))]
    pub max: u32,
}

/// A mean and a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tail {
    /// The mean before the cut.
    #[schemars(range(min = MIN_SIZE, max = MAX_SIZE))]
    pub mean: u32,
    /// Most.
    #[schemars(range(min = MIN_SIZE, max = MAX_SIZE))]
    pub max: u32,
}

/// One size and how often it is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Size in bytes.
    #[schemars(range(min = MIN_SIZE, max = MAX_SIZE))]
    pub bytes: u32,
    /// Its weight beside the others'.
    pub weight: u32,
}

/// The server's own events.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerEvents {
    /// What tells the events apart, for loss, order and spread.
    #[serde(default)]
    pub sequence: Sequence,
    /// A time stamp in the payload.
    pub timestamp: Option<TimeStamp>,
}

/// What tells the server's events apart.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sequence {
    /// Their ids where they have some and the stream is one for all (GET); else nothing.
    #[default]
    Auto,
    /// Nothing: no claim about loss and order.
    None,
    /// Their ids; every subscriber gets the same events.
    Id,
    /// A whole number in their JSON data that grows by one: its JSON Pointer (RFC 6901).
    Pointer(Placed<String>),
}

/// A time stamp in the payload.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeStamp {
    /// Its JSON Pointer (RFC 6901) in the data.
    pub pointer: Placed<String>,
    /// How it is written.
    #[serde(default)]
    pub unit: TimeUnit,
}

/// How a time stamp is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeUnit {
    /// Seconds since 1970 as a number, fractions allowed.
    S,
    /// Milliseconds since 1970, as `Date.now()` gives them.
    #[default]
    Ms,
    /// Microseconds since 1970.
    Us,
    /// Nanoseconds since 1970.
    Ns,
    /// RFC 3339 text.
    Rfc3339,
}

/// Subscribers that come in steps, on top of those at the start.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// How many come at each step; the first step comes `every` after the start.
    #[schemars(range(min = 1, max = MAX_SUBSCRIBERS))]
    pub add: Placed<u32>,
    /// How long a step lasts.
    pub every: Placed<Span>,
    /// Number of steps.
    #[schemars(range(min = 1, max = MAX_STEPS))]
    pub times: Placed<u32>,
}

/// A crowd that comes and goes.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Spike {
    /// When it comes.
    pub at: Placed<Span>,
    /// How many come, beside those that are there.
    #[schemars(range(min = 1, max = MAX_SUBSCRIBERS))]
    pub add: Placed<u32>,
    /// How long they stay.
    #[serde(rename = "for")]
    pub stay: Span,
}

/// All subscribers cut at once; each comes back by itself.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Storm {
    /// When they are cut.
    pub at: Placed<Span>,
    /// How they are cut.
    #[serde(default)]
    pub how: CutKind,
    /// How long each waits before it comes back.
    #[serde(default)]
    pub wait: Wait,
}

/// How a connection is cut from our side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CutKind {
    /// By RST.
    #[default]
    Reset,
    /// By FIN.
    Close,
}

/// How long a subscriber waits before it comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wait {
    /// As long as the server's last `retry` says; 3 s without one, as browsers do.
    #[default]
    Retry,
    /// As `retry`, and a random part of it more.
    Jitter,
    /// Not at all.
    Nothing,
    /// This long.
    Fixed(Span),
}

/// Subscribers that stop reading.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// Their share.
    pub share: Placed<Share>,
    /// When they stop.
    pub at: Placed<Span>,
    /// How long they do not read; then they read on.
    #[serde(rename = "for")]
    pub pause: Placed<Span>,
    /// Their receive buffer in bytes; the smaller, the sooner the server notices. 4096 by default.
    #[schemars(range(min = 1, max = MAX_RECEIVE_BUFFER))]
    pub receive_buffer: Option<Placed<u32>>,
}

/// A search for the most that the server bears without crossing a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CapacitySearch {
    /// What is varied.
    pub of: CapacityOf,
    /// The least that is tried.
    #[schemars(range(min = 1, max = MAX_SUBSCRIBERS))]
    pub from: Placed<u32>,
    /// The most that is tried.
    #[schemars(range(min = 1, max = MAX_SUBSCRIBERS))]
    pub to: Placed<u32>,
    /// How often each value is tried; it is good if all trials are. 3 by default.
    #[schemars(range(min = 1, max = MAX_REPEATS))]
    pub repeats: Option<Placed<u32>>,
    /// The search ends when good and bad are this near, as a share of the good one. 5 % by default.
    pub precision: Option<Placed<Share>>,
}

/// What a capacity search varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapacityOf {
    /// Number of subscribers.
    Subscribers,
    /// Events per second.
    Rate,
}

impl Plan {
    /// Reads a plan file; `environment` gives the value of `${NAME}`. The CSV file of `variables`
    /// is not read: [`Plan::columns`] says what has to stand in it.
    ///
    /// # Errors
    /// The first mistake in it, with place and cure; an unknown environment variable is one.
    pub fn load(
        file: &str,
        text: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, LoadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut plan: Self = crate::yaml::load(file, text)?;
        crate::plan_check::validate(&plan, file, text)?;
        crate::target_check::expand_templates(plan.templates_mut(), file, text, environment)?;
        Ok(plan)
    }

    /// The first thing in the plan that cannot be, or cannot be together. [`Plan::load`] asks for
    /// it; a plan that flags have changed since has to be asked again.
    ///
    /// # Errors
    /// That mistake, with the keys that lead to it.
    pub fn check(&self) -> Result<(), PlanMistake> {
        crate::plan_check::check(self)
    }

    /// The columns that the CSV file must have.
    pub fn columns(&self) -> BTreeSet<&str> {
        let names = self.request_templates().into_iter().flat_map(Template::variables);
        names.filter(|name| !REQUEST_VARIABLES.contains(name)).collect()
    }

    /// Every template with the variables that it may hold, columns of the CSV file aside.
    pub fn templates(&self) -> Vec<(&Template, &'static [&'static str])> {
        let request = self.request_templates().into_iter().map(|t| (t, REQUEST_VARIABLES));
        let hook = self.hook_templates().into_iter().map(|t| (t, HOOK_VARIABLES));
        request.chain(hook).collect()
    }

    pub(crate) fn request_templates(&self) -> Vec<&Template> {
        let Some(request) = &self.request else { return Vec::new() };
        request.url.iter().chain(request.headers.values()).chain(&request.body).collect()
    }

    pub(crate) fn hook_templates(&self) -> Vec<&Template> {
        let Some(hook) = self.publish.as_ref().and_then(|publish| publish.hook.as_ref()) else {
            return Vec::new();
        };
        hook.templates().collect()
    }

    fn templates_mut(&mut self) -> Vec<&mut Template> {
        let mut all = Vec::new();
        if let Some(request) = &mut self.request {
            all.extend(request.url.iter_mut().chain(request.headers.values_mut()));
            all.extend(&mut request.body);
        }
        if let Some(hook) = self.publish.as_mut().and_then(|publish| publish.hook.as_mut()) {
            all.extend(hook.templates_mut());
        }
        all
    }
}
