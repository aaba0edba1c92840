//! The target file: what the owner of a server declares about it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::LoadError;
use crate::placed::Placed;
use crate::span::Span;
use crate::template::Template;

/// A server under test.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// URL of the stream.
    pub url: Template,
    /// Header fields of every request to it, credentials among them.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// What the owner says that it can do.
    #[serde(default)]
    pub provides: Vec<Placed<Capability>>,
    /// How the server writes the data that a hook hands to it.
    #[serde(default)]
    pub payload: Payload,
    /// Makes every subscriber get one event.
    pub publish: Option<Hook>,
    /// Answers a stream that holds one event.
    pub echo: Option<Echo>,
    /// The longest silence promised.
    pub heartbeat: Option<Span>,
    /// Who may read the stream from a browser.
    pub cors: Option<Cors>,
    /// Where the number of subscribers can be read.
    pub stats: Option<Stats>,
    /// A finished stream, which answers 204.
    pub stop: Option<Stop>,
    /// How to start the server; it is ended after the run.
    pub start: Option<Start>,
}

/// A capability that an owner can declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// A publish hook makes every subscriber get an event.
    Publish,
    /// Events carry ids.
    Ids,
    /// A reconnect with `Last-Event-ID` goes on after that event.
    Resume,
    /// The stream sends `retry`.
    Retry,
    /// An idle stream sends something within the promised time.
    Heartbeat,
    /// Other origins may read the stream.
    Cors,
    /// Other origins may read it with credentials.
    Credentials,
    /// Events have types.
    Types,
    /// A finished stream answers 204.
    Stop,
    /// The stream can be compressed.
    Compression,
    /// HTTP/2.
    Http2,
    /// The number of subscribers can be read.
    Stats,
    /// The server can be restarted by a hook.
    Restart,
    /// OpenAI's streaming format.
    Openai,
    /// Anthropic's streaming format.
    Anthropic,
    /// Model Context Protocol of that date.
    #[serde(rename = "mcp-2024-11-05")]
    Mcp20241105,
    /// Model Context Protocol of that date.
    #[serde(rename = "mcp-2025-11-25")]
    Mcp20251125,
    /// Model Context Protocol of that date.
    #[serde(rename = "mcp-2026-07-28")]
    Mcp20260728,
    /// Mercure.
    Mercure,
}

impl Capability {
    /// All of them, in the order of the docs.
    pub const ALL: [Self; 19] = [
        Self::Publish,
        Self::Ids,
        Self::Resume,
        Self::Retry,
        Self::Heartbeat,
        Self::Cors,
        Self::Credentials,
        Self::Types,
        Self::Stop,
        Self::Compression,
        Self::Http2,
        Self::Stats,
        Self::Restart,
        Self::Openai,
        Self::Anthropic,
        Self::Mcp20241105,
        Self::Mcp20251125,
        Self::Mcp20260728,
        Self::Mercure,
    ];

    /// The word in YAML and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Ids => "ids",
            Self::Resume => "resume",
            Self::Retry => "retry",
            Self::Heartbeat => "heartbeat",
            Self::Cors => "cors",
            Self::Credentials => "credentials",
            Self::Types => "types",
            Self::Stop => "stop",
            Self::Compression => "compression",
            Self::Http2 => "http2",
            Self::Stats => "stats",
            Self::Restart => "restart",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Mcp20241105 => "mcp-2024-11-05",
            Self::Mcp20251125 => "mcp-2025-11-25",
            Self::Mcp20260728 => "mcp-2026-07-28",
            Self::Mercure => "mercure",
        }
    }

    /// The capability with that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.as_str() == word)
    }
}

/// How the server writes the data that a hook hands to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Payload {
    /// As it is.
    #[default]
    Text,
    /// As a JSON string.
    Json,
}

/// How to make the server send one event: an HTTP request, or a command.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// The HTTP method; POST by default.
    #[serde(default = "post")]
    pub method: String,
    /// Where, relative to the target's URL.
    pub url: Option<Template>,
    /// Header fields; one whose only variable is omitted is left out.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// The body.
    pub body: Option<Template>,
    /// A program and its arguments, instead of a request.
    pub command: Option<Vec<Template>>,
}

impl Hook {
    /// Every template in it.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        let request = self.url.iter().chain(&self.body).chain(self.headers.values());
        request.chain(self.command.iter().flatten())
    }

    pub(crate) fn templates_mut(&mut self) -> impl Iterator<Item = &mut Template> {
        let request = self.url.iter_mut().chain(&mut self.body).chain(self.headers.values_mut());
        request.chain(self.command.iter_mut().flatten())
    }
}

fn post() -> String {
    "POST".to_owned()
}

/// A request that is answered by a stream with one event.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Echo {
    /// The HTTP method; GET by default.
    #[serde(default = "get")]
    pub method: String,
    /// Where, relative to the target's URL.
    pub url: Template,
    /// Header fields.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// The body.
    pub body: Option<Template>,
}

fn get() -> String {
    "GET".to_owned()
}

/// Who may read the stream from a browser.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cors {
    /// An origin that may.
    pub allowed_origin: Option<String>,
    /// An origin that may not.
    pub denied_origin: Option<String>,
}

/// Where the number of subscribers can be read.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stats {
    /// Where, relative to the target's URL.
    pub url: Template,
    /// JSON Pointer (RFC 6901) to the number.
    #[serde(default)]
    pub pointer: String,
}

/// A finished stream.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Where, relative to the target's URL.
    pub url: Template,
}

/// How to start the server.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Program and arguments.
    pub command: Vec<Template>,
    /// A URL that answers when the server is ready.
    pub ready: Template,
    /// How long that may take.
    #[serde(default = "start_timeout")]
    pub timeout: Span,
}

fn start_timeout() -> Span {
    Span(std::time::Duration::from_secs(20))
}

impl Target {
    /// A target of which only the URL is known.
    ///
    /// # Errors
    /// When the URL holds broken braces.
    pub fn bare(url: &str) -> Result<Self, crate::template::TemplateError> {
        Ok(Self {
            url: Template::parse(url)?,
            headers: BTreeMap::new(),
            provides: Vec::new(),
            payload: Payload::Text,
            publish: None,
            echo: None,
            heartbeat: None,
            cors: None,
            stats: None,
            stop: None,
            start: None,
        })
    }

    /// Reads a target file; `environment` gives the value of `${NAME}`.
    ///
    /// # Errors
    /// The first mistake in it, with place and cure; an unknown environment variable is one.
    pub fn load(
        file: &str,
        text: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, LoadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut target: Self = crate::yaml::load(file, text)?;
        crate::target_check::validate(&target, file, text)?;
        crate::target_check::expand_templates(target.templates_mut(), file, text, environment)?;
        crate::target_check::expand_origins(&mut target, file, text, environment)?;
        Ok(target)
    }

    /// Whether `capability` is declared.
    pub fn declares(&self, capability: Capability) -> bool {
        self.provides.iter().any(|declared| declared.value == capability)
    }

    /// Declares `capability`, as `--provides` does.
    pub fn declare(&mut self, capability: Capability) {
        if !self.declares(capability) {
            self.provides.push(Placed { value: capability, line: 0, column: 0 });
        }
    }

    /// Sets the hook that `--publish URL` is short for: a POST of JSON with `event`, `id`, `data`.
    ///
    /// # Errors
    /// When the URL holds broken braces.
    pub fn publish_json_to(&mut self, url: &str) -> Result<(), crate::template::TemplateError> {
        let body = r#"{"event": {{event|json}}, "id": {{id|json}}, "data": {{data|json}}}"#;
        let json = Template::parse("application/json")?;
        self.publish = Some(Hook {
            method: post(),
            url: Some(Template::parse(url)?),
            headers: BTreeMap::from([("content-type".to_owned(), json)]),
            body: Some(Template::parse(body)?),
            command: None,
        });
        self.declare(Capability::Publish);
        Ok(())
    }

    /// Every template with the variables that it may hold.
    pub(crate) fn templates(&self) -> Vec<(&Template, &'static [&'static str])> {
        const NONE: &[&str] = &[];
        const EVENT: &[&str] = &["data", "event", "id"];
        let mut all = vec![(&self.url, NONE)];
        all.extend(self.headers.values().map(|t| (t, NONE)));
        if let Some(hook) = &self.publish {
            all.extend(hook.templates().map(|t| (t, EVENT)));
        }
        if let Some(echo) = &self.echo {
            all.extend(std::iter::once(&echo.url).chain(&echo.body).map(|t| (t, EVENT)));
            all.extend(echo.headers.values().map(|t| (t, EVENT)));
        }
        all.extend(self.stats.iter().map(|s| (&s.url, NONE)));
        all.extend(self.stop.iter().map(|s| (&s.url, NONE)));
        if let Some(start) = &self.start {
            all.extend(start.command.iter().chain([&start.ready]).map(|t| (t, NONE)));
        }
        all
    }

    fn templates_mut(&mut self) -> Vec<&mut Template> {
        let mut all = vec![&mut self.url];
        all.extend(self.headers.values_mut());
        if let Some(hook) = &mut self.publish {
            all.extend(hook.templates_mut());
        }
        if let Some(echo) = &mut self.echo {
            all.extend(std::iter::once(&mut echo.url).chain(&mut echo.body));
            all.extend(echo.headers.values_mut());
        }
        all.extend(self.stats.iter_mut().map(|s| &mut s.url));
        all.extend(self.stop.iter_mut().map(|s| &mut s.url));
        if let Some(start) = &mut self.start {
            all.extend(start.command.iter_mut().chain([&mut start.ready]));
        }
        all
    }
}
