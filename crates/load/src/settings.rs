//! What a run does, with every default filled in: plan, target and flags put together.

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime};

use ssecheck_model::plan::{
    Arrival, CapacityOf, CapacitySearch, Plan, Sequence, ServerEvents, Size, Slow, Spike, Steps,
    Storm,
};
use ssecheck_model::target::{Capability, Hook, Target};
use ssecheck_model::template::Template;
use ssecheck_model::threshold::Threshold;
use ssecheck_transport::{DialOptions, Dialer, Limits, SetupError as DialError, Url, UrlError};

use crate::clock::{Nanos, nanos, seconds};
use crate::schedule::{Pace, mixed};
use crate::table::Table;

/// Subscribers when neither plan nor flag says how many.
pub const SUBSCRIBERS: u32 = 100;
/// Connects per second by default.
pub const RAMP: f64 = 1000.0;
/// Length of the measured time by default.
pub const DURATION: Duration = Duration::from_secs(10);
/// Pause between the last connect and the first event by default.
pub const SETTLE: Duration = Duration::from_secs(1);
/// How long to wait for late events by default.
pub const DRAIN: Duration = Duration::from_secs(5);
/// Events per second by default, where there is a publish hook.
pub const RATE: f64 = 10.0;
/// Bytes of a payload by default.
pub const SIZE: u32 = 200;
/// Most publish requests in flight by default.
pub const PUBLISH_CONNECTIONS: u32 = 64;
/// Most intervals in a series; the intervals of longer runs are longer.
pub const MAX_INTERVALS: u64 = 300;
/// Most connections that are being made at a time.
pub const MAX_CONNECTING: usize = 128;
/// The receive buffer of slow readers by default, in bytes.
pub const SLOW_BUFFER: u32 = 4096;
/// Redirects followed for one stream (Fetch allows 20; no server of streams needs more than these).
pub const MAX_REDIRECTS: usize = 5;

/// Which part of a run this process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShardId {
    /// From 0.
    pub index: u32,
    /// Of how many.
    pub count: u32,
}

impl ShardId {
    /// The whole run in one process.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// This shard's part of `total`; the parts differ by one at most and add up.
    #[must_use]
    pub fn part(self, total: u32) -> u32 {
        let before = |index: u32| u64::from(total) * u64::from(index) / u64::from(self.count);
        (before(self.index + 1) - before(self.index)) as u32
    }
}

/// What the caller decides beside plan and target.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which part of the run.
    pub shard: ShardId,
    /// When connecting begins; a moment that is over means at once.
    pub start_at: SystemTime,
    /// Own addresses to connect from; empty: the kernel chooses, or loopback addresses are spread.
    pub sources: Vec<IpAddr>,
    /// Trust, buffers and kernel times of connections.
    pub dial: DialOptions,
    /// Time limits of connecting.
    pub limits: Limits,
    /// The server's process, if it is to be watched.
    pub server_pid: Option<u32>,
    /// The lines of the plan's CSV file.
    pub variables: Option<Table>,
}

/// A run, ready to be carried out.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Title of the plan.
    pub title: Option<String>,
    /// Names the run in every payload.
    pub run: u32,
    /// Seed of every random choice.
    pub seed: u64,
    /// Which part of the run this is.
    pub shard: ShardId,
    /// When connecting begins.
    pub start_at: SystemTime,
    /// Subscribers at the start, in all shards.
    pub subscribers: u32,
    /// Connects per second, in all shards.
    pub ramp: f64,
    /// Pause before the first event.
    pub settle: Duration,
    /// Length of the measured time.
    pub duration: Duration,
    /// Wait for late events.
    pub drain: Duration,
    /// Length of one interval of the series.
    pub interval: Duration,
    /// The request for a stream.
    pub request: StreamTemplate,
    /// Where the events come from.
    pub source: Source,
    /// Subscribers that come in steps.
    pub steps: Option<Steps>,
    /// A crowd that comes and goes.
    pub spike: Option<Spike>,
    /// Share of subscribers that leave and come again per second.
    pub churn: f64,
    /// All cut at once.
    pub storm: Option<Storm>,
    /// Subscribers that stop reading.
    pub slow: Option<Slow>,
    /// The search, of which this run is a trial if it is set.
    pub capacity: Option<CapacitySearch>,
    /// What must hold.
    pub thresholds: Vec<Threshold>,
    /// Stop when a threshold is crossed for this long.
    pub abort_after: Option<Duration>,
    /// Whether the owner promises that a reconnect loses nothing.
    pub resumes: bool,
    /// Own addresses to connect from.
    pub sources: Vec<IpAddr>,
    /// How connections are made.
    pub dialer: Dialer,
    /// How those of slow readers are made.
    pub slow_dialer: Dialer,
    /// Time limits of connecting.
    pub limits: Limits,
    /// The server's process.
    pub server_pid: Option<u32>,
}

/// The request that opens a stream, before its variables are filled in.
#[derive(Debug, Clone)]
pub struct StreamTemplate {
    /// The stream's URL as the target says it.
    pub base: Url,
    /// Another one, relative to it.
    pub url: Option<Template>,
    /// The method.
    pub method: String,
    /// Fields of the target, credentials among them.
    pub target_fields: Vec<(String, String)>,
    /// Fields of the plan.
    pub fields: Vec<(String, Template)>,
    /// The body.
    pub body: Option<Template>,
    /// Whether a subscriber asks again as soon as its own stream (not a GET) has ended.
    pub repeat: bool,
    /// Variables of each subscriber.
    pub variables: Option<Table>,
}

/// Where the events come from.
#[derive(Debug, Clone)]
pub enum Source {
    /// Our own publishers.
    Publish(Box<Publishing>),
    /// The server itself.
    Server(ServerEvents),
}

/// How events are published.
#[derive(Debug, Clone)]
pub struct Publishing {
    /// The hook.
    pub hook: Hook,
    /// Events per second over all publishers.
    pub rate: f64,
    /// When they are due.
    pub arrival: Arrival,
    /// Number of publishers.
    pub publishers: u32,
    /// Number of topics.
    pub topics: u32,
    /// Size of the payload.
    pub size: Size,
    /// The event's type.
    pub event: Option<String>,
    /// Most requests in flight.
    pub connections: usize,
}

/// Why a run cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The target's URL.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// Certificates.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The plan publishes and there is no hook.
    #[error(
        "the plan publishes events, but there is no publish hook: add `publish:` to the target file, or `--publish URL`"
    )]
    NoHook,
    /// The hook runs a command.
    #[error("the publish hook is a command, which cannot keep a schedule: give it a `url`")]
    CommandHook,
    /// The target's name has no address, and the like.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// The target.
        url: String,
        /// Why.
        reason: String,
    },
    /// Shards that have nothing to do.
    #[error("{shards} shards for {subscribers} subscribers: use at most one shard per subscriber")]
    TooManyShards {
        /// Number of shards.
        shards: u32,
        /// Number of subscribers.
        subscribers: u32,
    },
}

impl Settings {
    /// Puts plan, target and options together.
    ///
    /// # Errors
    /// When a URL, a certificate or a hook is missing or wrong.
    pub fn new(plan: &Plan, target: &Target, options: Options) -> Result<Self, SetupError> {
        let subscribers = plan.subscribers.map_or(SUBSCRIBERS, |n| n.value);
        if options.shard.count > subscribers {
            let shards = options.shard.count;
            return Err(SetupError::TooManyShards { shards, subscribers });
        }
        let duration = plan.duration.map_or(DURATION, |span| span.0);
        let ramp = plan.ramp.map_or(RAMP, |rate| rate.0);
        let slow_buffer = plan.slow.and_then(|slow| slow.receive_buffer);
        let slow_dial = DialOptions {
            recv_buffer: Some(slow_buffer.map_or(SLOW_BUFFER, |bytes| bytes.value)),
            ..options.dial.clone()
        };
        let seed = plan.seed.unwrap_or_default();
        let mut settings = Self {
            title: plan.title.clone(),
            run: run_name(seed, options.start_at),
            seed,
            shard: options.shard,
            start_at: options.start_at,
            subscribers,
            ramp,
            settle: plan.settle.map_or(SETTLE, |span| span.0),
            duration,
            drain: plan.drain.map_or(DRAIN, |span| span.0),
            interval: Duration::ZERO,
            request: stream_template(plan, target, options.variables)?,
            source: source(plan, target)?,
            steps: plan.steps,
            spike: plan.spike,
            churn: plan.churn.map_or(0.0, |share| share.0),
            storm: plan.storm,
            slow: plan.slow,
            capacity: plan.capacity.map(|search| search.value),
            thresholds: plan.thresholds.iter().map(|placed| placed.value.clone()).collect(),
            abort_after: plan.abort_after.map(|span| span.0),
            resumes: target.declares(Capability::Resume),
            sources: options.sources,
            dialer: Dialer::new(options.dial)?,
            slow_dialer: Dialer::new(slow_dial)?,
            limits: options.limits,
            server_pid: options.server_pid,
        };
        settings.interval = settings.interval_of(plan);
        Ok(settings)
    }

    /// A second, or more where that would be more than [`MAX_INTERVALS`].
    fn interval_of(&self, plan: &Plan) -> Duration {
        let asked = plan.interval.map_or(Duration::from_secs(1), |span| span.0);
        let whole = Duration::from_nanos(self.end()) + self.drain;
        let least = (whole.as_millis() as u64).div_ceil(MAX_INTERVALS);
        asked.max(Duration::from_millis(least))
    }

    /// When publishing begins: a pure function of the plan, so that all shards agree.
    #[must_use]
    pub fn publish_from(&self) -> Nanos {
        seconds(f64::from(self.subscribers) / self.ramp).saturating_add(nanos(self.settle))
    }

    /// When the measured time ends.
    #[must_use]
    pub fn end(&self) -> Nanos {
        self.publish_from().saturating_add(nanos(self.duration))
    }

    /// How many subscribers there are to be at a moment, over all shards, if all keep to the plan.
    #[must_use]
    pub fn wanted(&self, at: Nanos) -> u64 {
        crate::population::wanted(self, at)
    }

    /// The publishing, if there is one.
    #[must_use]
    pub fn publishing(&self) -> Option<&Publishing> {
        match &self.source {
            Source::Publish(publishing) => Some(publishing),
            Source::Server(_) => None,
        }
    }

    /// Whether each stream is its subscriber's own, as the answer to a POST is; a GET is one stream
    /// for all, as `EventSource` has it.
    #[must_use]
    pub fn has_own_streams(&self) -> bool {
        self.request.method != "GET"
    }

    /// The pace of all publishers.
    #[must_use]
    pub fn pace(&self) -> Option<Pace> {
        self.publishing().map(|publishing| Pace {
            rate: publishing.rate,
            arrival: publishing.arrival,
            publishers: publishing.publishers,
            seed: self.seed,
            start: self.publish_from(),
            end: self.end(),
        })
    }

    /// Names the run anew, after its start was changed.
    pub(crate) fn rename(&mut self) {
        self.run = run_name(self.seed, self.start_at);
    }

    /// Number of topics.
    #[must_use]
    pub fn topics(&self) -> u32 {
        self.publishing().map_or(1, |publishing| publishing.topics)
    }

    /// Most subscribers at a time, over all shards.
    #[must_use]
    pub fn peak(&self) -> u32 {
        let steps = self.steps.map_or(0, |steps| steps.add.saturating_mul(*steps.times));
        let spike = self.spike.map_or(0, |spike| *spike.add);
        let searched = self.capacity.filter(|search| search.of == CapacityOf::Subscribers);
        let start = searched.map_or(self.subscribers, |search| *search.to);
        start.saturating_add(steps).saturating_add(spike)
    }

    /// The addresses of the target.
    ///
    /// # Errors
    /// When its name has none.
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, SetupError> {
        let url = &self.request.base;
        self.dialer.resolve(url, &self.limits).await.map_err(|error| SetupError::Unreachable {
            url: url.to_string(),
            reason: error.to_string(),
        })
    }
}

/// Names a run: shards of one run agree on it, two runs do not.
fn run_name(seed: u64, start_at: SystemTime) -> u32 {
    let start = start_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    mixed(seed, start.as_micros() as u64) as u32
}

fn stream_template(
    plan: &Plan,
    target: &Target,
    variables: Option<Table>,
) -> Result<StreamTemplate, SetupError> {
    let request = plan.request.as_ref();
    let fields = request.map(|r| r.headers.iter().map(|(k, v)| (k.clone(), v.clone())).collect());
    Ok(StreamTemplate {
        base: Url::parse(&plain(&target.url))?,
        url: request.and_then(|request| request.url.clone()),
        method: request
            .and_then(|request| request.method.as_ref())
            .map_or_else(|| "GET".to_owned(), |method| method.value.clone()),
        target_fields: target.headers.iter().map(|(k, v)| (k.clone(), plain(v))).collect(),
        fields: fields.unwrap_or_default(),
        body: request.and_then(|request| request.body.clone()),
        repeat: request.is_some_and(|request| request.repeat),
        variables,
    })
}

/// A template without variables as text.
fn plain(template: &Template) -> String {
    let empty = |_: &str| Ok::<_, std::convert::Infallible>(None);
    template.render(empty).unwrap_or_default()
}

fn source(plan: &Plan, target: &Target) -> Result<Source, SetupError> {
    if let Some(server) = &plan.server {
        return Ok(Source::Server(server.clone()));
    }
    let publish = plan.publish.as_ref();
    let hook = publish.and_then(|publish| publish.hook.as_ref()).or(target.publish.as_ref());
    let Some(hook) = hook else {
        return match publish {
            Some(_) => Err(SetupError::NoHook),
            None => Ok(Source::Server(ServerEvents::default())),
        };
    };
    if hook.url.is_none() {
        return Err(SetupError::CommandHook);
    }
    Ok(Source::Publish(Box::new(Publishing {
        hook: hook.clone(),
        rate: publish.map_or(RATE, |publish| publish.rate.0),
        arrival: publish.map(|publish| publish.arrival).unwrap_or_default(),
        publishers: publish.and_then(|p| p.publishers).map_or(1, |n| n.value),
        topics: publish.and_then(|p| p.topics).map_or(1, |n| n.value),
        size: publish.and_then(|p| p.size.clone()).map_or(Size::Fixed(SIZE), |size| size.value),
        event: publish.and_then(|publish| publish.event.clone()),
        connections: publish.and_then(|p| p.connections).map_or(PUBLISH_CONNECTIONS, |n| n.value)
            as usize,
    })))
}

/// How events are told apart where nothing was said: by their ids, unless each stream is its
/// subscriber's own.
#[must_use]
pub fn effective_sequence(events: &ServerEvents, own_streams: bool) -> Sequence {
    match &events.sequence {
        Sequence::Auto if own_streams => Sequence::None,
        Sequence::Auto => Sequence::Id,
        said => said.clone(),
    }
}
