//! The target file: what the owner of a server declares about it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::LoadError;
pub use crate::capability::Capability;
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
    pub stats: Option<Number>,
    /// A finished stream, which answers 204.
    pub stop: Option<Route>,
    /// Makes the server end its streams in order and start again.
    pub restart: Option<Hook>,
    /// A request that the server must refuse before it streams (unknown topic, bad id).
    pub refused: Option<Route>,
    /// A route that is no stream, whatever `Accept` says or does not say.
    pub neighbour: Option<Route>,
    /// A URL that redirects to the stream.
    pub redirect: Option<Route>,
    /// The same stream through the proxy that stands before it.
    pub via: Option<Route>,
    /// The same stream without TLS, which must not be served.
    pub plain: Option<Route>,
    /// Somebody who may open a stream, but must not get what `publish` sends.
    pub stranger: Option<Identity>,
    /// Credentials that expire.
    pub expiring: Option<Expiring>,
    /// Where the number of jobs can be read that the server does on behalf of open streams.
    pub work: Option<Number>,
    /// Where the server's memory can be read, in bytes: best what is in use. The resident size also
    /// holds what an allocator or garbage collector keeps, behind which growth can hide.
    pub memory: Option<Number>,
    /// A job whose progress is a stream.
    pub job: Option<Job>,
    /// The most streams that one client may have open.
    pub limit: Option<Limit>,
    /// The stream, where requests with a foreign `Origin` or `Host` are refused.
    pub origin_check: Option<Route>,
    /// Names of query parameters that must not be accepted as a token.
    #[serde(default)]
    pub query_token: Vec<String>,
    /// How to start the server; it is ended after the run.
    pub start: Option<Start>,
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
    /// Response header fields that a page must be able to read.
    #[serde(default)]
    pub expose: Vec<String>,
}

/// Where a number can be read.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Number {
    /// Where, relative to the target's URL.
    pub url: Template,
    /// JSON Pointer (RFC 6901) to the number.
    #[serde(default)]
    pub pointer: String,
}

/// A URL with a meaning of its own.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Where, relative to the target's URL.
    pub url: Template,
}

/// Another client than the owner of `headers`.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Where its stream is, if elsewhere, relative to the target's URL.
    pub url: Option<Template>,
    /// Its header fields, in place of those of the target.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
}

/// Credentials that expire.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expiring {
    /// Where the stream is, if elsewhere, relative to the target's URL.
    pub url: Option<Template>,
    /// Header fields, in place of those of the target.
    #[serde(default)]
    pub headers: BTreeMap<String, Template>,
    /// How long the credentials are valid once the stream is open.
    pub after: Span,
}

/// A job whose progress is a stream: opening the stream starts it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its stream; `{{token}}` is a name that has not been used before.
    pub url: Template,
    /// Where it can be read how often the job has been started; `{{token}}` as above.
    pub runs: Number,
}

/// How many streams one client may have open.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// How many, 1,000 at most.
    pub streams: u32,
    /// Where they are, if elsewhere, relative to the target's URL.
    pub url: Option<Template>,
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
            restart: None,
            refused: None,
            neighbour: None,
            redirect: None,
            via: None,
            plain: None,
            stranger: None,
            expiring: None,
            work: None,
            memory: None,
            job: None,
            limit: None,
            origin_check: None,
            query_token: Vec::new(),
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
        const EVENT: &[&str] = &["data", "event", "id", "comment"];
        const TOKEN: &[&str] = &["token"];
        let mut all = vec![(&self.url, NONE)];
        all.extend(self.headers.values().map(|t| (t, NONE)));
        if let Some(hook) = &self.publish {
            all.extend(hook.templates().map(|t| (t, EVENT)));
        }
        if let Some(echo) = &self.echo {
            all.extend(std::iter::once(&echo.url).chain(&echo.body).map(|t| (t, EVENT)));
            all.extend(echo.headers.values().map(|t| (t, EVENT)));
        }
        all.extend(self.restart.iter().flat_map(Hook::templates).map(|t| (t, NONE)));
        all.extend(self.numbers().map(|number| (&number.url, NONE)));
        all.extend(self.routes().map(|route| (&route.url, NONE)));
        all.extend(self.limit.iter().filter_map(|limit| limit.url.as_ref()).map(|t| (t, NONE)));
        if let Some(other) = &self.stranger {
            all.extend(other.url.iter().chain(other.headers.values()).map(|t| (t, NONE)));
        }
        if let Some(other) = &self.expiring {
            all.extend(other.url.iter().chain(other.headers.values()).map(|t| (t, NONE)));
        }
        all.extend(self.job.iter().flat_map(|job| [&job.url, &job.runs.url]).map(|t| (t, TOKEN)));
        if let Some(start) = &self.start {
            all.extend(start.command.iter().chain([&start.ready]).map(|t| (t, NONE)));
        }
        all
    }

    /// The URLs that are neither the stream's nor a hook's.
    pub(crate) fn urls(&self) -> impl Iterator<Item = &Template> {
        let jobs = self.job.iter().flat_map(|job| [&job.url, &job.runs.url]);
        let numbers = self.numbers().map(|number| &number.url);
        self.routes().map(|route| &route.url).chain(numbers).chain(jobs)
    }

    /// Where numbers can be read, that of a job apart.
    fn numbers(&self) -> impl Iterator<Item = &Number> {
        [&self.stats, &self.work, &self.memory].into_iter().flatten()
    }

    fn routes(&self) -> impl Iterator<Item = &Route> {
        let all = [&self.stop, &self.refused, &self.neighbour, &self.redirect, &self.via];
        all.into_iter().chain([&self.plain, &self.origin_check]).flatten()
    }

    fn templates_mut(&mut self) -> Vec<&mut Template> {
        let mut all = vec![&mut self.url];
        all.extend(self.headers.values_mut());
        all.extend(self.publish.iter_mut().flat_map(Hook::templates_mut));
        if let Some(echo) = &mut self.echo {
            all.extend(std::iter::once(&mut echo.url).chain(&mut echo.body));
            all.extend(echo.headers.values_mut());
        }
        all.extend(self.restart.iter_mut().flat_map(Hook::templates_mut));
        let numbers = [&mut self.stats, &mut self.work, &mut self.memory];
        all.extend(numbers.into_iter().flatten().map(|number| &mut number.url));
        let routes = [&mut self.stop, &mut self.refused, &mut self.neighbour];
        let more = [&mut self.redirect, &mut self.via, &mut self.plain];
        let last = [&mut self.origin_check];
        let routes = routes.into_iter().chain(more).chain(last).flatten();
        all.extend(routes.map(|route| &mut route.url));
        all.extend(self.limit.iter_mut().filter_map(|limit| limit.url.as_mut()));
        if let Some(other) = &mut self.stranger {
            all.extend(other.url.iter_mut().chain(other.headers.values_mut()));
        }
        if let Some(other) = &mut self.expiring {
            all.extend(other.url.iter_mut().chain(other.headers.values_mut()));
        }
        all.extend(self.job.iter_mut().flat_map(|job| [&mut job.url, &mut job.runs.url]));
        if let Some(start) = &mut self.start {
            all.extend(start.command.iter_mut().chain([&mut start.ready]));
        }
        all
    }
}
