//! Requests: for a stream, as `EventSource` and fetch clients make them, and for the publish hook.

use std::convert::Infallible;

use ssecheck_model::target::Hook;
use ssecheck_model::template::Template;
use ssecheck_transport::{Request, Url, UrlError, redirect_makes_get};

use crate::settings::StreamTemplate;

/// A request and where it goes.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) url: Url,
    method: String,
    /// Fields of the target file: credentials, which stay with its origin.
    target_fields: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

/// The values of one subscriber's variables.
pub(crate) struct Variables<'a> {
    pub(crate) subscriber: u64,
    pub(crate) topic: u64,
    pub(crate) template: &'a StreamTemplate,
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        match name {
            "subscriber" => Some(self.subscriber.to_string()),
            "topic" => Some(self.topic.to_string()),
            _ => self.template.variables.as_ref()?.get(self.subscriber, name).map(str::to_owned),
        }
    }

    fn render(&self, template: &Template) -> String {
        rendered(template, |name| self.get(name))
    }
}

fn rendered(template: &Template, get: impl Fn(&str) -> Option<String>) -> String {
    template.render(|name| Ok::<_, Infallible>(get(name))).unwrap_or_default()
}

impl Message {
    /// The request for a stream (HTML 9.2.2: `Accept`, cache mode no-store).
    pub(crate) fn stream(of: &Variables<'_>) -> Result<Self, UrlError> {
        let template = of.template;
        let url = match &template.url {
            Some(url) => template.base.join(&of.render(url))?,
            None => template.base.clone(),
        };
        let mut message = Self::new(url, &template.method);
        message.set("accept", "text/event-stream");
        message.set("cache-control", "no-cache");
        message.target_fields.clone_from(&template.target_fields);
        for (name, value) in &template.fields {
            message.set(name, &of.render(value));
        }
        message.body =
            template.body.as_ref().map(|b| of.render(b)).unwrap_or_default().into_bytes();
        Ok(message)
    }

    fn new(url: Url, method: &str) -> Self {
        let agent = concat!("ssecheck/", env!("CARGO_PKG_VERSION"));
        Self {
            url,
            method: method.to_owned(),
            target_fields: Vec::new(),
            fields: vec![("user-agent".to_owned(), agent.to_owned())],
            body: Vec::new(),
        }
    }

    /// Sets a field, in place of one with the same name in any case.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        for fields in [&mut self.fields, &mut self.target_fields] {
            fields.retain(|(field, _)| !field.eq_ignore_ascii_case(name));
        }
        self.fields.push((name.to_owned(), value.to_owned()));
    }

    /// The same request to where a redirect points. Another origin gets no credentials (Fetch).
    pub(crate) fn redirected(mut self, url: Url, status: u16) -> Self {
        if url.origin() != self.url.origin() {
            self.target_fields.clear();
            let secret = |name: &str| {
                name.eq_ignore_ascii_case("authorization") || name.eq_ignore_ascii_case("cookie")
            };
            self.fields.retain(|(name, _)| !secret(name));
        }
        if redirect_makes_get(status, &self.method) {
            "GET".clone_into(&mut self.method);
            self.body.clear();
        }
        self.url = url;
        self
    }

    /// The request for the wire.
    pub(crate) fn to_request(&self) -> Request {
        let mut request = Request::for_url(&self.method, &self.url);
        for (name, value) in self.fields.iter().chain(&self.target_fields) {
            request = request.header(name, value.as_bytes());
        }
        if self.body.is_empty() { request } else { request.body(self.body.clone()) }
    }
}

/// Fills in the publish hook's request.
#[derive(Debug, Clone)]
pub(crate) struct HookTemplate {
    base: Url,
    hook: Hook,
    target_fields: Vec<(String, String)>,
    event: Option<String>,
}

impl HookTemplate {
    pub(crate) fn new(stream: &StreamTemplate, hook: &Hook, event: Option<String>) -> Self {
        Self {
            base: stream.base.clone(),
            hook: hook.clone(),
            target_fields: stream.target_fields.clone(),
            event,
        }
    }

    /// Where events of a topic are published.
    pub(crate) fn url(&self, topic: u32) -> Result<Url, UrlError> {
        let url = self.hook.url.as_ref().map(|url| self.fill(url, "", topic)).unwrap_or_default();
        self.base.join(&url)
    }

    /// The request that publishes `data`. The event has no id: ids are the server's affair.
    pub(crate) fn message(&self, url: Url, data: &str, topic: u32) -> Message {
        let mut message = Message::new(url, &self.hook.method);
        if message.url.origin() == self.base.origin() {
            message.target_fields.clone_from(&self.target_fields);
        }
        for (name, value) in self.hook.headers.iter().filter(|(_, value)| !self.omits(value)) {
            message.set(name, &self.fill(value, data, topic));
        }
        let body = self.hook.body.as_ref().map(|body| self.fill(body, data, topic));
        message.body = body.unwrap_or_default().into_bytes();
        message
    }

    fn fill(&self, template: &Template, data: &str, topic: u32) -> String {
        rendered(template, |name| self.value(name, data, topic))
    }

    fn value(&self, name: &str, data: &str, topic: u32) -> Option<String> {
        match name {
            "data" => Some(data.to_owned()),
            "event" => self.event.clone(),
            "topic" => Some(topic.to_string()),
            _ => None,
        }
    }

    /// Whether a template has variables and all of them are omitted.
    fn omits(&self, template: &Template) -> bool {
        let mut names = template.variables().peekable();
        names.peek().is_some() && names.all(|name| self.value(name, "", 0).is_none())
    }
}
