//! Requests as `EventSource` and fetch clients make them, under the full control of a case.

pub(crate) use ssecheck_model::secrets::is_secret_field as is_secret;
use ssecheck_model::secrets::is_secret_parameter;
use ssecheck_model::step::HttpVersion;
use ssecheck_transport::{Request, Url, Version, redirect_makes_get};

use crate::subject::Subject;

/// One request, complete but for the connection that carries it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub url: Url,
    pub method: String,
    pub version: HttpVersion,
    /// Fields in the order in which they are sent, `Host` apart.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Names of the fields that come from the target file: no other origin gets them.
    pub private: Vec<String>,
    /// Names of the query's parameters whose values are not shown.
    pub secret_parameters: Vec<String>,
}

impl Plan {
    /// A request as `EventSource` makes it: GET with `Accept` and `Cache-Control` (HTML 9.2.2,
    /// Fetch cache mode no-store). No `Accept-Encoding`, so that no coding has been offered.
    pub(crate) fn stream(subject: &Subject) -> Self {
        let mut plan = Self::bare(subject.url.clone(), "GET");
        plan.set("accept", "text/event-stream");
        plan.set("cache-control", "no-cache");
        plan.with_target_fields(subject)
    }

    /// A request with nothing but `User-Agent`.
    pub(crate) fn bare(url: Url, method: &str) -> Self {
        let agent = concat!("ssecheck/", env!("CARGO_PKG_VERSION"));
        Self {
            url,
            method: method.to_owned(),
            version: HttpVersion::Http11,
            fields: vec![("user-agent".to_owned(), agent.to_owned())],
            body: Vec::new(),
            private: Vec::new(),
            secret_parameters: Vec::new(),
        }
    }

    /// Adds the fields of the target file.
    pub(crate) fn with_target_fields(mut self, subject: &Subject) -> Self {
        for (name, value) in &subject.fields {
            self.set_private(name, value);
        }
        self
    }

    /// Sets a field of the target file.
    pub(crate) fn set_private(&mut self, name: &str, value: &str) {
        self.set(name, value);
        self.private.push(name.to_owned());
    }

    /// Takes the fields of the target file out again: credentials are among them.
    pub(crate) fn drop_private(&mut self) {
        for name in std::mem::take(&mut self.private) {
            self.remove(&name);
        }
    }

    /// Sets a field, in place of one with the same name in any case.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        match self.fields.iter_mut().find(|(field, _)| field.eq_ignore_ascii_case(name)) {
            Some(field) => *field = (name.to_owned(), value.to_owned()),
            None => self.fields.push((name.to_owned(), value.to_owned())),
        }
    }

    /// Removes a field.
    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|(field, _)| !field.eq_ignore_ascii_case(name));
    }

    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The same request to where a redirect points. Another origin gets no credentials, and 303
    /// (and 301, 302 after POST) turn the method into GET (Fetch, HTTP-redirect fetch).
    pub(crate) fn redirected(&self, url: Url, status: u16) -> Self {
        let mut next = Self { url, ..self.clone() };
        if next.url.origin() != self.url.origin() {
            next.drop_private();
            next.remove("host");
            // A case may have written some itself.
            next.fields.retain(|(name, _)| !is_secret(name));
        }
        if redirect_makes_get(status, &self.method) {
            "GET".clone_into(&mut next.method);
            next.body.clear();
        }
        next
    }

    /// The request for the wire.
    pub(crate) fn to_request(&self) -> Request {
        let mut request = Request::for_url(&self.method, &self.url).version(match self.version {
            HttpVersion::Http10 => Version::Http10,
            HttpVersion::Http11 => Version::Http11,
            HttpVersion::Http2 => Version::Http2,
        });
        for (name, value) in &self.fields {
            if name.eq_ignore_ascii_case("host") {
                // In place of the one that the URL has given.
                request.headers.retain(|(known, _)| !known.eq_ignore_ascii_case("host"));
            }
            request = request.header(name, value.as_bytes());
        }
        if self.body.is_empty() { request } else { request.body(self.body.clone()) }
    }

    /// A `curl` command that sends the same, secrets masked.
    pub(crate) fn curl(&self) -> String {
        let mut line = "curl -N -i".to_owned();
        if self.method == "HEAD" {
            line.push_str(" --head");
        } else if self.method != "GET" {
            line.push_str(&format!(" -X {}", self.method));
        }
        if self.version == HttpVersion::Http10 {
            line.push_str(" --http1.0");
        }
        if self.version == HttpVersion::Http2 {
            let how = if self.url.is_https() { " --http2" } else { " --http2-prior-knowledge" };
            line.push_str(how);
        }
        if self.field("accept").is_none() {
            line.push_str(" -H 'accept:'");
        }
        for (name, value) in self.fields.iter().filter(|(name, _)| name != "user-agent") {
            line.push_str(&format!(" -H {}", quoted(&curl_field(name, value))));
        }
        if !self.body.is_empty() {
            let body = String::from_utf8_lossy(&self.body);
            line.push_str(&format!(" --data-binary {}", quoted(&cut(&body))));
        }
        format!("{line} {}", quoted(&self.shown(self.url.as_str())))
    }

    /// A URL of this request or of where it was sent on to, fit to be shown.
    pub(crate) fn shown(&self, url: &str) -> String {
        let Some((path, query)) = url.split_once('?') else { return url.to_owned() };
        let masked = |pair: &str| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && self.hides(name) => format!("{name}=***"),
            _ => pair.to_owned(),
        };
        let query: Vec<String> = query.split('&').map(masked).collect();
        format!("{path}?{}", query.join("&"))
    }

    fn hides(&self, parameter: &str) -> bool {
        is_secret_parameter(parameter)
            || self.secret_parameters.iter().any(|name| name == parameter)
    }
}

/// How a long value is cut in a command line.
const CURL_VALUE: usize = 200;

fn curl_field(name: &str, value: &str) -> String {
    if is_secret(name) {
        return format!("{name}: ***");
    }
    if value.is_empty() {
        return format!("{name};"); // curl's way to send an empty field
    }
    format!("{name}: {}", cut(value))
}

fn cut(value: &str) -> String {
    let cut: String = value.chars().take(CURL_VALUE).collect();
    if cut.len() < value.len() { format!("{cut}…") } else { cut }
}

/// `text` as one word of a POSIX shell; control characters need the quotes of bash.
fn quoted(text: &str) -> String {
    if !text.contains(|c: char| c.is_control()) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let escaped: String = text.chars().map(escaped).collect();
    format!("$'{escaped}'")
}

fn escaped(c: char) -> String {
    match c {
        '\n' => r"\n".to_owned(),
        '\r' => r"\r".to_owned(),
        '\t' => r"\t".to_owned(),
        '\'' | '\\' => format!("\\{c}"),
        c if c.is_control() => c.to_string().bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
        c => c.to_string(),
    }
}

#[cfg(test)]
#[path = "request_tests.rs"]
mod tests;
