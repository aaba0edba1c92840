//! The target, made ready: URLs resolved, hooks rendered, capabilities known.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use ssecheck_model::case::Need;
use ssecheck_model::span::Span;
use ssecheck_model::target::{Capability, Echo, Hook, Payload, Target};
use ssecheck_model::template::Template;
use ssecheck_transport::{DialOptions, Dialer, Url};

use crate::error::SetupError;

/// The origin sent when the owner declares none: it cannot exist (RFC 6761 6.5 reserves the name).
const DEFAULT_ORIGIN: &str = "https://ssecheck.example";

/// The receive buffer of a stalled reader, in bytes: small, so that the server feels it soon.
const STALL_BUFFER: u32 = 4096;

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
    /// Where the subscriber count is, and the JSON Pointer to it.
    pub(crate) stats: Option<(Url, String)>,
    /// A finished stream.
    pub(crate) stop: Option<Url>,
    /// An origin that may read the stream.
    pub(crate) allowed_origin: String,
    /// An origin that may not.
    pub(crate) denied_origin: Option<String>,
    /// Opens connections.
    pub(crate) dialer: Dialer,
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
        let join = |template: &Template| url.join(&plain(template)).map_err(SetupError::Url);
        let cors = target.cors.as_ref();
        Ok(Self {
            fields: target.headers.iter().map(|(k, v)| (k.clone(), plain(v))).collect(),
            payload: target.payload,
            publish: target.publish.clone(),
            echo: target.echo.clone(),
            stats: match &target.stats {
                Some(stats) => Some((join(&stats.url)?, stats.pointer.clone())),
                None => None,
            },
            stop: target.stop.as_ref().map(|stop| join(&stop.url)).transpose()?,
            allowed_origin: cors
                .and_then(|cors| cors.allowed_origin.clone())
                .unwrap_or_else(|| DEFAULT_ORIGIN.to_owned()),
            denied_origin: cors.and_then(|cors| cors.denied_origin.clone()),
            slow_dialer: Dialer::new(DialOptions {
                recv_buffer: Some(STALL_BUFFER),
                ..dial.clone()
            })
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

    /// Whether the target meets `need`.
    pub(crate) fn support(&self, need: Need) -> Support {
        match need {
            Need::Stimulus if self.publish.is_some() || self.echo.is_some() => Support::Declared,
            Need::Stimulus => self.hook(Capability::Publish, false),
            Need::Publish => self.hook(Capability::Publish, self.publish.is_some()),
            Need::Stats => self.hook(Capability::Stats, self.stats.is_some()),
            Need::Stop => self.hook(Capability::Stop, self.stop.is_some()),
            Need::CorsDeclared => self.hook(Capability::Cors, true),
            Need::DeniedOrigin => present(self.denied_origin.is_some()),
            Need::Authorization => present(self.field("authorization").is_some()),
            _ => self.declared_or_seen(need),
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
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

fn declared(target: &Target) -> BTreeSet<Capability> {
    let mut all: BTreeSet<_> = target.provides.iter().map(|declared| declared.value).collect();
    let hooks = [
        (Capability::Publish, target.publish.is_some()),
        (Capability::Stats, target.stats.is_some()),
        (Capability::Stop, target.stop.is_some()),
        (Capability::Cors, target.cors.is_some()),
        (Capability::Heartbeat, target.heartbeat.is_some()),
    ];
    all.extend(hooks.into_iter().filter(|(_, there)| *there).map(|(capability, _)| capability));
    all
}

/// The text of a template that holds no variables (the model has made sure).
pub(crate) fn plain(template: &Template) -> String {
    template.render(|_| Ok::<_, std::convert::Infallible>(None)).unwrap_or_default()
}
