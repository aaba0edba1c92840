//! A case: one YAML document with steps and the checks that they serve.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::LoadError;
use crate::case_names::validate;
use crate::expect::Expect;
use crate::placed::Placed;
use crate::report::{Entry, Place};
use crate::source::line_of;
use crate::step::Step;
use crate::target::Capability;
use crate::verdict::Level;

/// One YAML document: steps and the checks that they serve.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Stable id, `family/name`.
    pub id: Placed<String>,
    /// What it is about, in one line.
    pub title: String,
    /// What the target must provide; without it every check is `not-applicable`.
    #[serde(default)]
    pub requires: Vec<Need>,
    /// No other case runs at the same time.
    #[serde(default)]
    pub exclusive: bool,
    /// The case may hurt a weak server: it runs alone, after the peaceful ones, and a liveness probe
    /// follows it.
    #[serde(default)]
    pub hostile: bool,
    /// Constants for templates.
    #[serde(default)]
    pub vars: BTreeMap<String, Var>,
    /// What is done, in order.
    pub steps: Vec<Placed<Step>>,
    /// What is judged.
    pub checks: Vec<Check>,
    /// The file that it was read from.
    #[serde(skip)]
    pub file: String,
    /// The text of that file.
    #[serde(skip)]
    pub text: String,
}

/// A constant of a case.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Var {
    /// A text.
    Text(String),
    /// A whole number.
    Number(u64),
    /// A text, repeated.
    Repeat(Repeat),
    /// Letters and digits that cannot be compressed much, the same in each run.
    Noise(Noise),
}

/// Letters and digits that cannot be compressed much.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// How many, 1,000,000 at most.
    #[schemars(range(max = 1_000_000))]
    pub bytes: u32,
}

impl Noise {
    /// Six bits of a xorshift generator for each character, whose seed is of no importance.
    fn render(&self) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from(LETTERS[(state >> 32) as usize % LETTERS.len()])
        };
        (0..self.bytes).map(next).collect()
    }
}

/// A text, repeated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The text.
    pub text: String,
    /// How often, 1,000,000 at most.
    #[schemars(range(max = 1_000_000))]
    pub times: u32,
}

/// How often a text may be repeated.
pub const MAX_TIMES: u32 = 1_000_000;
/// The longest text that a variable may make, in bytes.
pub const MAX_VAR_BYTES: usize = 4 * 1024 * 1024;

impl Var {
    /// The value as text.
    pub fn render(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Repeat(repeat) => repeat.text.repeat(repeat.times as usize),
            Self::Noise(noise) => noise.render(),
        }
    }

    /// How many bytes [`Var::render`] would give.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Number(_) => 20,
            Self::Repeat(repeat) => repeat.text.len().saturating_mul(repeat.times as usize),
            Self::Noise(noise) => noise.bytes as usize,
        }
    }

    /// Whether the value is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a case or check needs from the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A publish hook.
    Publish,
    /// A publish or an echo hook.
    Stimulus,
    /// A stream that no publish hook feeds: it may end by itself.
    Unfed,
    /// Events with ids, declared or seen.
    Ids,
    /// Resumption by `Last-Event-ID`.
    Resume,
    /// A `retry` field, declared or seen.
    Retry,
    /// CORS, declared or seen.
    Cors,
    /// CORS, declared: preflights matter only to clients that the owner knows of.
    CorsDeclared,
    /// An origin that is not allowed (`cors.denied_origin`).
    DeniedOrigin,
    /// Credentialed CORS.
    Credentials,
    /// Event types.
    Types,
    /// A finished stream that answers 204 (`stop`).
    Stop,
    /// A subscriber count (`stats`).
    Stats,
    /// An `Authorization` field in the target file.
    Authorization,
    /// A promised heartbeat (`heartbeat`).
    Heartbeat,
    /// HTTP/2.
    Http2,
    /// A hook that restarts the server (`restart`).
    Restart,
    /// A server that checks `Origin` and `Host`.
    OriginCheck,
    /// A request that must be refused (`refused`).
    Refused,
    /// A route that is no stream (`neighbour`).
    Neighbour,
    /// A URL that redirects to the stream (`redirect`).
    Redirect,
    /// The same stream through a proxy (`via`).
    Via,
    /// The same stream without TLS (`plain`).
    Plain,
    /// Somebody who must not get what is published (`stranger`).
    Stranger,
    /// Credentials that expire (`expiring`).
    Expiring,
    /// A number of running jobs (`work`).
    Work,
    /// A number of bytes in memory (`memory`).
    Memory,
    /// A job whose progress is a stream (`job`).
    Job,
    /// A limit of streams (`limit`).
    Limit,
    /// Query parameters that must not be accepted as a token (`query_token`).
    QueryToken,
    /// Response header fields that a page must be able to read (`cors.expose`).
    Expose,
    /// Minutes of patience: `--soak DURATION`.
    Soak,
}

impl Need {
    /// The key of the target file that provides it, for needs that are no capability.
    pub fn key(self) -> Option<&'static str> {
        Some(match self {
            Self::DeniedOrigin => "cors.denied_origin",
            Self::Refused => "refused",
            Self::Neighbour => "neighbour",
            Self::Redirect => "redirect",
            Self::Via => "via",
            Self::Plain => "plain",
            Self::Stranger => "stranger",
            Self::Expiring => "expiring",
            Self::Work => "work",
            Self::Memory => "memory",
            Self::Job => "job",
            Self::Limit => "limit",
            Self::QueryToken => "query_token",
            Self::Expose => "cors.expose",
            _ => return None,
        })
    }

    /// The capability that declares it, if one does.
    pub fn capability(self) -> Option<Capability> {
        Some(match self {
            Self::Publish => Capability::Publish,
            Self::Ids => Capability::Ids,
            Self::Resume => Capability::Resume,
            Self::Retry => Capability::Retry,
            Self::Cors | Self::CorsDeclared => Capability::Cors,
            Self::Credentials => Capability::Credentials,
            Self::Types => Capability::Types,
            Self::Stop => Capability::Stop,
            Self::Stats => Capability::Stats,
            Self::Heartbeat => Capability::Heartbeat,
            Self::Http2 => Capability::Http2,
            Self::Restart => Capability::Restart,
            Self::OriginCheck => Capability::OriginCheck,
            _ => return None,
        })
    }
}

/// One verdict that the steps allow.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Stable id, `family/name`: never reused, never renumbered.
    pub id: Placed<String>,
    /// How binding it is.
    pub level: Level,
    /// Requirement ids of the catalogue (`R31`).
    #[serde(default)]
    pub requirements: Vec<String>,
    /// Section of the standard, RFC or other source.
    pub source: String,
    /// The requirement in one sentence.
    pub requirement: String,
    /// Why it matters: what users or clients see when it is violated.
    pub why: Option<String>,
    /// How to mend a server that fails.
    pub fix: Option<String>,
    /// How to mend it in common servers and frameworks, by their names.
    #[serde(default)]
    pub fix_in: BTreeMap<String, String>,
    /// What this check needs beyond the case.
    #[serde(default)]
    pub requires: Vec<Need>,
    /// What is demanded.
    pub expect: Placed<Expect>,
}

impl Case {
    /// Reads a case. `file` is only for messages and places.
    ///
    /// # Errors
    /// The first mistake in it, with place and cure.
    pub fn load(file: &str, text: &str) -> Result<Self, LoadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut case: Self = crate::yaml::load(file, text)?;
        file.clone_into(&mut case.file);
        text.clone_into(&mut case.text);
        validate(&case)?;
        Ok(case)
    }

    /// Where a line and column of this case stand, for reports.
    pub fn place(&self, line: u64, column: u64) -> Place {
        let text = line_of(&self.text, line).to_owned();
        let entry = Entry::around(&self.text, line);
        Place { file: self.file.clone(), line, column, text, entry }
    }

    /// The part of the id before the slash.
    pub fn family(&self) -> &str {
        self.id.split('/').next().unwrap_or_default()
    }
}
