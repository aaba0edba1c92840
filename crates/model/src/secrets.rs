//! Values that must not be shown: credentials of the target file, and cookies that came back.
//!
//! A server may echo what it got: in header fields, events, ids, error pages and redirects. So the
//! values themselves are looked for, in every form in which they travel, and not the places where
//! they are expected.

mod find;
mod forms;

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::target::{Hook, Target};
use crate::template::Template;
pub use find::Mask;

/// Shorter values are not hidden, in characters: what looks like them stands everywhere.
pub const SHORTEST: usize = 4;

/// The secrets of a run, by value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Secrets {
    values: BTreeSet<String>,
    short: BTreeSet<String>,
    /// More names of query parameters that hold one.
    parameters: BTreeSet<String>,
}

/// Whether the value of this header field must not be shown.
pub fn is_secret_field(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = ["authorization", "cookie", "token", "api-key", "apikey", "secret", "password"];
    words.iter().any(|word| name.contains(word))
}

/// Whether the value of this query parameter must not be shown.
pub fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '_'], "");
    let words =
        ["token", "secret", "auth", "signature", "password", "session", "credential", "apikey"];
    let whole = ["key", "sig", "jwt", "sid", "pwd", "passwd"];
    words.iter().any(|word| name.contains(word)) || whole.contains(&name.as_str())
}

impl Secrets {
    /// The secrets that stand in a target file: values of credential fields, user information of
    /// URLs, and query parameters that are named like tokens.
    pub fn of_target(target: &Target) -> Self {
        let mut secrets = Self::default();
        secrets.parameters.extend(target.query_token.iter().map(|name| name.to_ascii_lowercase()));
        secrets.add_templates(&target.headers, [&target.url]);
        for hook in target.publish.iter().chain(&target.restart) {
            secrets.add_hook(hook);
        }
        if let Some(echo) = &target.echo {
            secrets.add_templates(&echo.headers, [&echo.url]);
        }
        if let Some(other) = &target.stranger {
            secrets.add_templates(&other.headers, &other.url);
        }
        if let Some(other) = &target.expiring {
            secrets.add_templates(&other.headers, &other.url);
        }
        target.urls().for_each(|url| secrets.add_url(&text(url)));
        secrets
    }

    fn add_hook(&mut self, hook: &Hook) {
        self.add_templates(&hook.headers, &hook.url);
    }

    fn add_templates<'t>(
        &mut self,
        fields: &BTreeMap<String, Template>,
        urls: impl IntoIterator<Item = &'t Template>,
    ) {
        fields.iter().for_each(|(name, value)| self.add_field(name, &text(value)));
        urls.into_iter().for_each(|url| self.add_url(&text(url)));
    }

    /// Takes a value for a secret; `name` says where it stands, for [`Secrets::short`].
    pub fn add(&mut self, name: &str, value: &str) {
        let value = value.trim();
        match value.chars().count() {
            0 => {}
            1..SHORTEST => drop(self.short.insert(name.to_owned())),
            _ => drop(self.values.insert(value.to_owned())),
        }
    }

    /// Takes the value of a header field for a secret, if its name says that it is one.
    pub fn add_field(&mut self, name: &str, value: &str) {
        let lower = name.to_ascii_lowercase();
        match lower.as_str() {
            _ if !is_secret_field(name) => {}
            "cookie" => value.split(';').for_each(|pair| self.add_cookie(name, pair)),
            "set-cookie" => self.add_cookie(name, value.split(';').next().unwrap_or_default()),
            _ if lower.contains("authorization") => self.add_credentials(name, value),
            _ => self.add(name, value),
        }
    }

    fn add_cookie(&mut self, name: &str, pair: &str) {
        let (cookie, value) = pair.split_once('=').unwrap_or(("", pair));
        // A flag such as `theme=dark` is short and tells nobody anything.
        self.add(&format!("{name} {}", cookie.trim()), value.trim().trim_matches('"'));
    }

    /// `Bearer TOKEN`, `Basic BASE64`, or a value without a scheme.
    fn add_credentials(&mut self, name: &str, value: &str) {
        let Some((scheme, rest)) = value.trim().split_once(' ') else {
            return self.add(name, value);
        };
        self.add(name, rest);
        let decoded = STANDARD.decode(rest.trim()).ok().and_then(|raw| String::from_utf8(raw).ok());
        if let (true, Some(pair)) = (scheme.eq_ignore_ascii_case("basic"), decoded) {
            self.add(name, &pair);
            self.add(name, pair.split_once(':').map_or("", |(_, password)| password));
        }
    }

    /// Takes user information and token-like query parameters of a URL for secrets.
    pub fn add_url(&mut self, url: &str) {
        self.add_user_information(url);
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
            if is_secret_parameter(name) || self.parameters.contains(&name.to_ascii_lowercase()) {
                self.add(&format!("?{name}="), value);
                self.add(&format!("?{name}="), &forms::percent_decoded(value));
            }
        }
    }

    fn add_user_information(&mut self, url: &str) {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let Some((information, _)) = authority.rsplit_once('@') else { return };
        let decoded = forms::percent_decoded(information);
        for information in [information, &decoded] {
            self.add("the URL's user information", information);
            self.add("the URL's user information", &STANDARD.encode(information));
            let password = information.split_once(':').map_or("", |(_, password)| password);
            self.add("the URL's password", password);
        }
    }

    /// Takes the value of an environment variable for a secret, unless it is an address that the
    /// report has to name: a whole URL, or host and port of `url`.
    pub fn add_environment(&mut self, name: &str, value: &str, url: &str) {
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        if value.starts_with("http://") || value.starts_with("https://") {
            self.add_url(value);
        } else if !host.contains(value) {
            self.add(&format!("${{{name}}}"), value);
        }
    }

    /// Takes over what others have found.
    pub fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
        self.short.extend(other.short);
        self.parameters.extend(other.parameters);
    }

    /// Where values stand that are too short to hide.
    pub fn short(&self) -> impl Iterator<Item = &str> {
        self.short.iter().map(String::as_str)
    }

    /// What finds them.
    pub fn mask(&self) -> Mask {
        Mask::new(&self.values)
    }
}

fn text(template: &Template) -> String {
    template.render(|_| Ok::<_, std::convert::Infallible>(None)).unwrap_or_default()
}

#[cfg(test)]
#[path = "secrets_tests.rs"]
mod tests;
