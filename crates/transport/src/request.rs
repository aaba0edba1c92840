//! Requests, written byte for byte as given.

use std::fmt;

use crate::Url;

/// An HTTP/1 version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// `HTTP/1.0`
    Http10,
    /// `HTTP/1.1`
    Http11,
    /// `HTTP/2`, which has no request line: the request goes out in frames.
    Http2,
    /// Anything else that looks like a version.
    Other {
        /// Before the dot.
        major: u8,
        /// After the dot.
        minor: u8,
    },
}

impl Version {
    pub(crate) fn from_numbers(major: u8, minor: u8) -> Self {
        match (major, minor) {
            (1, 0) => Self::Http10,
            (1, 1) => Self::Http11,
            _ => Self::Other { major, minor },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http10 => f.write_str("HTTP/1.0"),
            Self::Http11 => f.write_str("HTTP/1.1"),
            Self::Http2 => f.write_str("HTTP/2"),
            Self::Other { major, minor } => write!(f, "HTTP/{major}.{minor}"),
        }
    }
}

/// A request under the caller's full control: nothing is added, reordered or recased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The method, as written. Also decides how the answer is framed (`HEAD`, `CONNECT`).
    pub method: String,
    /// The request target: a path, an absolute URL, `*`, or any bytes.
    pub target: Vec<u8>,
    /// The version in the request line.
    pub version: Version,
    /// Field lines in order. Values may hold any bytes but CR, LF and NUL.
    pub headers: Vec<(String, Vec<u8>)>,
    /// Written after the head. The caller sends the matching `Content-Length`, or a wrong one on
    /// purpose.
    pub body: Vec<u8>,
    raw: Option<Vec<u8>>,
}

/// Why a request cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The method is empty or holds white space or control bytes.
    #[error("method {0:?} holds a byte that would break the request line")]
    Method(String),
    /// The target is empty or holds a space, CR, LF or NUL.
    #[error("target \"{}\" holds a byte that would break the request line", .0.escape_ascii())]
    Target(Vec<u8>),
    /// The name is empty or holds a colon, white space or control bytes.
    #[error("header name {0:?} holds a byte that would break the field line")]
    Name(String),
    /// The value holds CR, LF or NUL.
    #[error("value of header {0:?} holds CR, LF or NUL")]
    Value(String),
}

impl Request {
    /// An HTTP/1.1 request without any header.
    pub fn new(method: impl Into<String>, target: impl Into<Vec<u8>>) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            version: Version::Http11,
            headers: Vec::new(),
            body: Vec::new(),
            raw: None,
        }
    }

    /// An HTTP/1.1 request for `url` with the one header that every request needs, `Host`.
    #[must_use]
    pub fn for_url(method: &str, url: &Url) -> Self {
        Self::new(method, url.target()).header("Host", url.authority())
    }

    /// `GET` for `url` with `Host`.
    #[must_use]
    pub fn get(url: &Url) -> Self {
        Self::for_url("GET", url)
    }

    /// Bytes that go out unchecked. `method` and `version` say how the answer is to be read.
    pub fn raw(method: impl Into<String>, version: Version, bytes: impl Into<Vec<u8>>) -> Self {
        let mut request = Self::new(method, Vec::new());
        request.version = version;
        request.raw = Some(bytes.into());
        request
    }

    /// Adds a header line at the end.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the version.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// Sets the body and adds the matching `Content-Length`.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        let length = self.body.len().to_string();
        self.header("Content-Length", length)
    }

    /// The bytes that go out.
    ///
    /// # Errors
    /// When a part holds a byte that would make it something else (request smuggling by accident).
    /// What [`Request::raw`] was given is never refused.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RequestError> {
        if let Some(raw) = &self.raw {
            return Ok(raw.clone());
        }
        self.check()?;
        let mut out = Vec::with_capacity(256 + self.body.len());
        out.extend_from_slice(self.method.as_bytes());
        out.push(b' ');
        out.extend_from_slice(&self.target);
        out.extend_from_slice(format!(" {}\r\n", self.version).as_bytes());
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&self.body);
        Ok(out)
    }

    fn check(&self) -> Result<(), RequestError> {
        let breaks_word = |b: u8| b <= b' ' || b == 0x7f;
        if self.method.is_empty() || self.method.bytes().any(breaks_word) {
            return Err(RequestError::Method(self.method.clone()));
        }
        if self.target.is_empty() || self.target.iter().any(|&b| is_line_break(b) || b == b' ') {
            return Err(RequestError::Target(self.target.clone()));
        }
        for (name, value) in &self.headers {
            if name.is_empty() || name.bytes().any(|b| breaks_word(b) || b == b':') {
                return Err(RequestError::Name(name.clone()));
            }
            if value.iter().copied().any(is_line_break) {
                return Err(RequestError::Value(name.clone()));
            }
        }
        Ok(())
    }
}

/// Whether a redirect with this status turns a request with this method into a GET without body
/// (Fetch, HTTP-redirect fetch).
#[must_use]
pub fn redirect_makes_get(status: u16, method: &str) -> bool {
    status == 303 && method != "HEAD" || matches!(status, 301 | 302) && method == "POST"
}

fn is_line_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_given() {
        let request = Request::new("GET", "/a?b")
            .version(Version::Http10)
            .header("x-Odd", "\u{e9}")
            .header("x-Odd", vec![0xff])
            .body("hi");
        let expected =
            b"GET /a?b HTTP/1.0\r\nx-Odd: \xc3\xa9\r\nx-Odd: \xff\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(request.to_bytes().unwrap(), expected);
    }

    #[test]
    fn parts_that_would_break_a_line_are_refused() {
        let refused = |request: Request| request.to_bytes().unwrap_err();
        assert!(matches!(refused(Request::new("G T", "/")), RequestError::Method(_)));
        assert!(matches!(refused(Request::new("", "/")), RequestError::Method(_)));
        assert!(matches!(refused(Request::new("GET", "/ x")), RequestError::Target(_)));
        assert!(matches!(refused(Request::new("GET", "")), RequestError::Target(_)));
        let with = |name: &str, value: &[u8]| Request::new("GET", "/").header(name, value);
        assert!(matches!(refused(with("a b", b"")), RequestError::Name(_)));
        assert!(matches!(refused(with("a:", b"")), RequestError::Name(_)));
        for value in [&b"a\rb"[..], b"a\nb", b"a\0b"] {
            assert!(matches!(refused(with("a", value)), RequestError::Value(_)));
        }
    }

    #[test]
    fn raw_bytes_are_not_refused() {
        let bytes = b"GET / HTTP/1.1\nHost:x\n\n\0";
        assert_eq!(Request::raw("GET", Version::Http11, *bytes).to_bytes().unwrap(), bytes);
    }

    #[test]
    fn get_adds_host_alone() {
        let url = Url::parse("http://[::1]:81/x?y#z").unwrap();
        assert_eq!(
            Request::get(&url).to_bytes().unwrap(),
            b"GET /x?y HTTP/1.1\r\nHost: [::1]:81\r\n\r\n"
        );
    }
}
