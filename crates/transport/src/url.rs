//! http and https URLs.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An absolute `http` or `https` URL without user information.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Url(url::Url);

/// Why a text is no URL for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It does not parse.
    #[error("{text:?} is no URL: {message}")]
    Syntax {
        /// What was given.
        text: String,
        /// The parser's words.
        message: String,
    },
    /// Another scheme.
    #[error("{text:?} has the scheme {scheme:?}, only http and https can be used")]
    Scheme {
        /// What was given.
        text: String,
        /// Its scheme.
        scheme: String,
    },
    /// User information: it would have to become a header, which is the caller's to write.
    #[error("{text:?} holds user information, give an authorization header instead")]
    UserInfo {
        /// What was given, without the user information.
        text: String,
    },
}

impl Url {
    /// Parses an absolute URL as browsers do (WHATWG URL): the host is lower-cased and, if need be,
    /// in Punycode.
    ///
    /// # Errors
    /// When it does not parse, has another scheme, or holds user information.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Self::checked(url::Url::parse(text), text)
    }

    /// Resolves a reference, such as a `Location` field, against this URL (RFC 3986 5.2).
    ///
    /// # Errors
    /// As [`Url::parse`].
    pub fn join(&self, reference: &str) -> Result<Self, UrlError> {
        Self::checked(self.0.join(reference), reference)
    }

    fn checked(parsed: Result<url::Url, url::ParseError>, text: &str) -> Result<Self, UrlError> {
        let mut url = parsed
            .map_err(|error| UrlError::Syntax { text: text.into(), message: error.to_string() })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(UrlError::Scheme { text: text.into(), scheme: url.scheme().into() });
        }
        if !url.username().is_empty() || url.password().is_some() {
            // The error may be printed in a public log, so the secret goes.
            let _ = url.set_username("");
            let _ = url.set_password(None);
            return Err(UrlError::UserInfo { text: url.into() });
        }
        Ok(Self(url))
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.0.scheme()
    }

    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme() == "https"
    }

    /// The host as it stands in the URL: an IPv6 literal has its brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The address, if the host is an IP literal.
    #[must_use]
    pub fn ip(&self) -> Option<IpAddr> {
        match self.0.host()? {
            url::Host::Ipv4(ip) => Some(ip.into()),
            url::Host::Ipv6(ip) => Some(ip.into()),
            url::Host::Domain(_) => None,
        }
    }

    /// The port, also if it is the scheme's own (80, 443).
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(80)
    }

    /// Host and, unless it is the scheme's own, port: the value of `Host`.
    #[must_use]
    pub fn authority(&self) -> String {
        match self.0.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// Scheme, host and port as in an `Origin` field.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("{}://{}", self.scheme(), self.authority())
    }

    /// The path; at least `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.path()
    }

    /// The query without its question mark.
    #[must_use]
    pub fn query(&self) -> Option<&str> {
        self.0.query()
    }

    /// Path and query: the request target.
    #[must_use]
    pub fn target(&self) -> String {
        match self.0.query() {
            Some(query) => format!("{}?{query}", self.0.path()),
            None => self.0.path().to_owned(),
        }
    }

    /// The whole URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Url {
    type Err = UrlError;

    fn from_str(text: &str) -> Result<Self, UrlError> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_separated() {
        let url = Url::parse("https://Example.com:8443/a/b?c=d#e").unwrap();
        assert_eq!((url.scheme(), url.host(), url.port()), ("https", "example.com", 8443));
        assert_eq!((url.target().as_str(), url.ip()), ("/a/b?c=d", None));
        assert_eq!(url.authority(), "example.com:8443");
        assert_eq!(url.origin(), "https://example.com:8443");
    }

    #[test]
    fn ports_default_by_scheme_and_are_left_out_of_the_authority() {
        for (text, port) in [("http://a", 80), ("https://a", 443), ("http://a:80/", 80)] {
            let url = Url::parse(text).unwrap();
            assert_eq!(
                (url.port(), url.authority().as_str(), url.target().as_str()),
                (port, "a", "/")
            );
        }
    }

    #[test]
    fn ip_literals_are_addresses() {
        let url = Url::parse("http://[::1]:8080/").unwrap();
        assert_eq!(
            (url.ip(), url.authority().as_str()),
            (Some("::1".parse().unwrap()), "[::1]:8080")
        );
        assert_eq!(
            Url::parse("http://127.0.0.1/").unwrap().ip(),
            Some("127.0.0.1".parse().unwrap())
        );
    }

    #[test]
    fn other_schemes_and_user_information_are_refused() {
        assert!(matches!(Url::parse("ftp://a/"), Err(UrlError::Scheme { .. })));
        assert!(matches!(Url::parse("/a"), Err(UrlError::Syntax { .. })));
        assert!(matches!(Url::parse("http://a:99999/"), Err(UrlError::Syntax { .. })));
        let error = Url::parse("http://me:secret@a/").unwrap_err();
        assert!(matches!(error, UrlError::UserInfo { .. }));
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn references_resolve_as_in_rfc_3986() {
        let base = Url::parse("http://a/b/c/d?q").unwrap();
        for (reference, expected) in [
            ("https://x/y", "https://x/y"),
            ("//g/h", "http://g/h"),
            ("/g", "http://a/g"),
            ("g", "http://a/b/c/g"),
            ("./g/.", "http://a/b/c/g/"),
            ("../g?y", "http://a/b/g?y"),
            ("../../../g", "http://a/g"),
            ("?y", "http://a/b/c/d?y"),
            ("", "http://a/b/c/d?q"),
            ("#s", "http://a/b/c/d?q#s"),
        ] {
            assert_eq!(base.join(reference).unwrap().as_str(), expected, "{reference}");
        }
        assert!(matches!(base.join("data:,x"), Err(UrlError::Scheme { .. })));
    }
}
