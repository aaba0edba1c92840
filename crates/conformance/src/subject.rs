//! The target, made ready: URLs resolved, hooks rendered, capabilities known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use ssecheck_model::case::Need;
use ssecheck_model::secrets::Secrets;
use ssecheck_model::span::Span;
use ssecheck_model::step::{Destination, Who};
use ssecheck_model::target::{Capability, Echo, Hook, Job, Number, Payload, Target};
use ssecheck_model::template::Template;
use ssecheck_transport::{DialOptions, Dialer, Url};

use crate::error::SetupError;

/// The origin sent when the owner declares none: it cannot exist (RFC 6761 6.5 reserves the name).
const DEFAULT_ORIGIN: &str = "https://ssecheck.example";

/// The receive buffer of a stalled reader, in bytes: small, so that the server feels it soon.
const STALL_BUFFER: u32 = 4096;

/// The longest heartbeat that a run awaits unasked.
const LONGEST_HEARTBEAT: Duration = Duration::from_secs(20);
/// How much later than promised a heartbeat may be, before scaling, beside half the promise.
const HEARTBEAT_MARGIN: Duration = Duration::from_millis(300);

/// A target that cases can be run against.
#[derive(Debug, Clone)]
pub struct Subject {
    /// URL of the stream.
    pub(crate) url: Url,
    /// Header fields of every request to it.
    pub(crate) fields: Vec<(String, String)>,
    /// How hook data are written by the server.
    pub(crate) payload: Payload,
    /// The publish hook.
    pub(crate) publish: Option<Hook>,
    /// The echo hook.
    pub(crate) echo: Option<Echo>,
    /// The hook that restarts the server.
    pub(crate) restart: Option<Hook>,
    /// URLs with a meaning of their own, for `to:`.
    pub(crate) routes: BTreeMap<Destination, Url>,
    /// JSON Pointers into the answers of those that give a number.
    pub(crate) pointers: BTreeMap<Destination, String>,
    /// A job's stream and the count of its runs: `{{token}}` is still open in them.
    pub(crate) job: Option<Job>,
    /// Other clients than the owner of `fields`.
    pub(crate) others: BTreeMap<Who, Other>,
    /// How long the credentials of [`Who::Expiring`] are valid.
    pub(crate) expires_after: Option<Span>,
    /// The longest silence promised.
    pub(crate) heartbeat: Option<Span>,
    /// The most streams that one client may have open.
    pub(crate) limit: Option<u32>,
    /// Query parameters that must not be accepted as a token.
    pub(crate) query_token: Vec<String>,
    /// Response header fields that a page must be able to read.
    pub(crate) expose: Vec<String>,
    /// How long `soak` steps last, when the user wants them.
    pub soak: Option<Duration>,
    /// Whether what each case saw is told, to be judged again.
    pub capture: bool,
    /// What must not be shown.
    pub secrets: Secrets,
    /// An origin that may read the stream.
    pub(crate) allowed_origin: String,
    /// An origin that may not.
    pub(crate) denied_origin: Option<String>,
    /// Opens connections.
    pub(crate) dialer: Dialer,
    /// Opens connections for HTTP/2.
    pub(crate) http2_dialer: Dialer,
    /// Opens connections with a small receive buffer, for readers that stall.
    pub(crate) slow_dialer: Dialer,
    /// Whether the head has been seen to come only with the first event.
    pub(crate) late_heads: Arc<AtomicBool>,
    /// How many events have been published to coax a head out.
    pub(crate) primers: Arc<AtomicUsize>,
    /// Every time budget is multiplied by this.
    pub(crate) time_scale: f64,
    /// Whether a second client is answered only when the first has left.
    pub(crate) one_at_a_time: bool,
    declared: BTreeSet<Capability>,
    seen: BTreeSet<Capability>,
}

/// Another client: where its stream is, and its header fields.
#[derive(Debug, Clone)]
pub(crate) struct Other {
    pub url: Url,
    pub fields: Vec<(String, String)>,
}

/// Whether a need is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Support {
    /// Declared, and its hook is there.
    Declared,
    /// Not declared, but seen on the wire.
    Seen,
    /// Neither declared nor seen.
    Absent,
    /// Declared, but its hook is missing from the target file.
    HookMissing,
}

impl Subject {
    /// Makes `target` ready.
    ///
    /// # Errors
    /// When a URL is wrong or the TLS set-up fails.
    pub fn new(target: &Target, dial: DialOptions, time_scale: f64) -> Result<Self, SetupError> {
        let url = Url::parse(&plain(&target.url)).map_err(SetupError::Url)?;
        let cors = target.cors.as_ref();
        Ok(Self {
            fields: target.headers.iter().map(|(k, v)| (k.clone(), plain(v))).collect(),
            payload: target.payload,
            publish: target.publish.clone(),
            echo: target.echo.clone(),
            restart: target.restart.clone(),
            routes: routes(target, &url)?,
            pointers: numbers(target)
                .map(|(destination, number)| (destination, number.pointer.clone()))
                .collect(),
            job: target.job.clone(),
            others: others(target, &url)?,
            expires_after: target.expiring.as_ref().map(|expiring| expiring.after),
            heartbeat: target.heartbeat,
            limit: target.limit.as_ref().map(|limit| limit.streams),
            query_token: target.query_token.clone(),
            expose: cors.map(|cors| cors.expose.clone()).unwrap_or_default(),
            soak: None,
            capture: false,
            secrets: Secrets::of_target(target),
            allowed_origin: cors
                .and_then(|cors| cors.allowed_origin.clone())
                .unwrap_or_else(|| DEFAULT_ORIGIN.to_owned()),
            denied_origin: cors.and_then(|cors| cors.denied_origin.clone()),
            slow_dialer: Dialer::new(DialOptions {
                recv_buffer: Some(STALL_BUFFER),
                ..dial.clone()
            })
            .map_err(SetupError::Dial)?,
            http2_dialer: Dialer::new(DialOptions { http2: true, ..dial.clone() })
                .map_err(SetupError::Dial)?,
            dialer: Dialer::new(dial).map_err(SetupError::Dial)?,
            late_heads: Arc::default(),
            primers: Arc::default(),
            time_scale,
            one_at_a_time: false,
            declared: declared(target),
            seen: BTreeSet::new(),
            url,
        })
    }

    /// The capabilities that the owner declares; a hook in the target file declares its own.
    pub fn declared(&self) -> impl Iterator<Item = Capability> {
        self.declared.iter().copied()
    }

    /// The capabilities that were seen without a declaration.
    pub fn seen(&self) -> impl Iterator<Item = Capability> {
        self.seen.difference(&self.declared).copied()
    }

    /// The URL of the stream.
    pub fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) fn note_seen(&mut self, capability: Capability) {
        self.seen.insert(capability);
    }

    /// Whether events can be published to every subscriber.
    pub(crate) fn is_hub(&self) -> bool {
        self.publish.is_some()
    }

    /// A budget of the case, scaled.
    pub(crate) fn scaled(&self, span: Option<Span>, default: Duration) -> Duration {
        span.map_or(default, |span| span.0).mul_f64(self.time_scale)
    }

    /// The longest silence promised, if a run can await it.
    pub(crate) fn awaited_heartbeat(&self) -> Option<Duration> {
        let longest = self.soak.unwrap_or_default().max(LONGEST_HEARTBEAT);
        self.heartbeat.map(|span| span.0).filter(|promise| *promise <= longest)
    }

    /// The silence that is forgiven: timers are late, and a busy machine makes them later.
    pub(crate) fn silence_forgiven(&self) -> Duration {
        let promise = self.awaited_heartbeat().unwrap_or_default();
        (promise * 3 / 2 + HEARTBEAT_MARGIN).mul_f64(self.time_scale)
    }

    /// How long to read a stream that may be silent for longer than is forgiven.
    pub(crate) fn heartbeat_window(&self) -> Duration {
        let promise = self.awaited_heartbeat().unwrap_or_default();
        self.silence_forgiven() + (promise / 2).mul_f64(self.time_scale)
    }

    /// Whether the target meets `need`.
    pub(crate) fn support(&self, need: Need) -> Support {
        match need {
            Need::Stimulus if self.publish.is_some() || self.echo.is_some() => Support::Declared,
            Need::Stimulus => self.hook(Capability::Publish, false),
            Need::Unfed => present(!self.is_hub()),
            Need::Publish => self.hook(Capability::Publish, self.publish.is_some()),
            Need::Stats => self.hook(Capability::Stats, self.goes_to(Destination::Stats)),
            Need::Stop => self.hook(Capability::Stop, self.goes_to(Destination::Stop)),
            Need::Restart => self.hook(Capability::Restart, self.restart.is_some()),
            Need::Heartbeat => self.hook(Capability::Heartbeat, self.heartbeat.is_some()),
            Need::Refused => present(self.goes_to(Destination::Refused)),
            Need::Neighbour => present(self.goes_to(Destination::Neighbour)),
            Need::Redirect => present(self.goes_to(Destination::Redirect)),
            Need::Via => present(self.goes_to(Destination::Via)),
            Need::Plain => present(self.goes_to(Destination::Plain)),
            Need::Work => present(self.goes_to(Destination::Work)),
            Need::Memory => present(self.goes_to(Destination::Memory)),
            Need::Job => present(self.job.is_some()),
            Need::Stranger => present(self.others.contains_key(&Who::Stranger)),
            Need::Expiring => present(self.others.contains_key(&Who::Expiring)),
            Need::OriginCheck => self.hook(Capability::OriginCheck, true),
            Need::Limit => present(self.limit.is_some()),
            Need::QueryToken => present(!self.query_token.is_empty()),
            Need::Expose => present(!self.expose.is_empty()),
            Need::Soak => present(self.soak.is_some()),
            Need::CorsDeclared => self.hook(Capability::Cors, true),
            Need::DeniedOrigin => present(self.denied_origin.is_some()),
            Need::Authorization => present(self.field("authorization").is_some()),
            _ => self.declared_or_seen(need),
        }
    }

    fn goes_to(&self, destination: Destination) -> bool {
        self.routes.contains_key(&destination)
    }

    /// Whether the stream of the hub is there; its query does not matter.
    pub(crate) fn streams_at(&self, url: &Url) -> bool {
        let same = |known: &Url| known.origin() == url.origin() && known.path() == url.path();
        let ways = [Destination::Via, Destination::Limit, Destination::OriginCheck];
        same(&self.url) || ways.iter().filter_map(|way| self.routes.get(way)).any(same)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    fn hook(&self, capability: Capability, there: bool) -> Support {
        match (self.declared.contains(&capability), there) {
            (true, true) => Support::Declared,
            (true, false) => Support::HookMissing,
            (false, _) => Support::Absent,
        }
    }

    fn declared_or_seen(&self, need: Need) -> Support {
        match need.capability() {
            Some(capability) if self.declared.contains(&capability) => Support::Declared,
            Some(capability) if self.seen.contains(&capability) => Support::Seen,
            _ => Support::Absent,
        }
    }
}

fn present(there: bool) -> Support {
    if there { Support::Declared } else { Support::Absent }
}

fn numbers(target: &Target) -> impl Iterator<Item = (Destination, &Number)> {
    let all = [
        (Destination::Stats, target.stats.as_ref()),
        (Destination::Work, target.work.as_ref()),
        (Destination::Memory, target.memory.as_ref()),
        (Destination::Runs, target.job.as_ref().map(|job| &job.runs)),
    ];
    all.into_iter().filter_map(|(destination, number)| Some((destination, number?)))
}

/// The URLs that stand in the target file; those of a job are made when a case needs them.
fn routes(target: &Target, url: &Url) -> Result<BTreeMap<Destination, Url>, SetupError> {
    let routes = [
        (Destination::Stop, &target.stop),
        (Destination::Refused, &target.refused),
        (Destination::Neighbour, &target.neighbour),
        (Destination::Redirect, &target.redirect),
        (Destination::Via, &target.via),
        (Destination::Plain, &target.plain),
        (Destination::OriginCheck, &target.origin_check),
    ];
    let routes = routes.into_iter().filter_map(|(to, route)| Some((to, &route.as_ref()?.url)));
    let limit = target.limit.as_ref().and_then(|limit| limit.url.as_ref());
    let routes = routes.chain(limit.map(|url| (Destination::Limit, url)));
    let numbers = numbers(target).filter(|(to, _)| *to != Destination::Runs);
    let all = routes.chain(numbers.map(|(to, number)| (to, &number.url)));
    all.map(|(to, template)| Ok((to, join(url, template)?))).collect()
}

fn join(url: &Url, template: &Template) -> Result<Url, SetupError> {
    url.join(&plain(template)).map_err(SetupError::Url)
}

fn others(target: &Target, url: &Url) -> Result<BTreeMap<Who, Other>, SetupError> {
    let other = |at: &Option<Template>, headers: &BTreeMap<String, Template>| {
        let url = at.as_ref().map_or_else(|| Ok(url.clone()), |at| join(url, at))?;
        let fields = headers.iter().map(|(name, value)| (name.clone(), plain(value))).collect();
        Ok::<_, SetupError>(Other { url, fields })
    };
    let mut all = BTreeMap::new();
    if let Some(stranger) = &target.stranger {
        all.insert(Who::Stranger, other(&stranger.url, &stranger.headers)?);
    }
    if let Some(expiring) = &target.expiring {
        all.insert(Who::Expiring, other(&expiring.url, &expiring.headers)?);
    }
    Ok(all)
}

fn declared(target: &Target) -> BTreeSet<Capability> {
    let mut all: BTreeSet<_> = target.provides.iter().map(|declared| declared.value).collect();
    let hooks = [
        (Capability::Publish, target.publish.is_some()),
        (Capability::Stats, target.stats.is_some()),
        (Capability::Stop, target.stop.is_some()),
        (Capability::Restart, target.restart.is_some()),
        (Capability::Cors, target.cors.is_some()),
        (Capability::Heartbeat, target.heartbeat.is_some()),
        (Capability::OriginCheck, target.origin_check.is_some()),
    ];
    all.extend(hooks.into_iter().filter(|(_, there)| *there).map(|(capability, _)| capability));
    all
}

/// The text of a template that holds no variables (the model has made sure).
pub(crate) fn plain(template: &Template) -> String {
    template.render(|_| Ok::<_, std::convert::Infallible>(None)).unwrap_or_default()
}
