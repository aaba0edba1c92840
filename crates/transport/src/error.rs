//! What went wrong on the wire, and in which phase.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::{ChunkError, RequestError};

/// The part of an exchange in which something happened. Each has its own time limit in
/// [`crate::Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Resolving the host name.
    Dns,
    /// The TCP handshake.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Writing the request.
    Send,
    /// Waiting for and reading the answer's head, interim answers included.
    Head,
    /// Reading the answer's body.
    Body,
}

impl Phase {
    /// A stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Send => "send",
            Self::Head => "head",
            Self::Body => "body",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A failure of one phase. Cheap to clone, so that it can be kept in a trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{phase}: {kind}")]
pub struct Error {
    /// Where it happened.
    pub phase: Phase,
    /// What happened.
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Kind {
    /// The phase's time limit passed.
    #[error("timed out after {}", seconds(*.0))]
    TimedOut(Duration),
    /// The host name has no address, or the resolver failed.
    #[error("cannot resolve {host}: {message}")]
    NoAddress {
        /// The name asked for.
        host: String,
        /// The resolver's words.
        message: String,
    },
    /// Nobody listens (RST in answer to SYN).
    #[error("connection refused")]
    Refused,
    /// No route to the host or the network.
    #[error("unreachable: {0}")]
    Unreachable(String),
    /// The peer reset the connection (RST), or had closed it when we wrote.
    #[error("connection reset by the peer")]
    Reset,
    /// The peer closed the connection (FIN) before the phase was complete.
    #[error("connection closed by the peer after {received} bytes of the answer")]
    Closed {
        /// Bytes of this answer that had come before.
        received: u64,
    },
    /// The server's certificate was refused.
    #[error("certificate refused: {0}")]
    Certificate(String),
    /// The TLS handshake or the TLS layer failed for another reason.
    #[error("{0}")]
    Tls(String),
    /// The answer does not begin with an HTTP status line.
    #[error("not an HTTP answer: it begins with \"{}\"{}", .first.escape_ascii(), tls_hint(.first))]
    NotHttp {
        /// The first bytes, at most 64.
        first: Vec<u8>,
    },
    /// The head is longer than [`crate::MAX_HEAD_BYTES`].
    #[error("head longer than {limit} bytes")]
    HeadTooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The head has more field lines than [`crate::MAX_FIELDS`].
    #[error("head has more than {limit} field lines")]
    TooManyFields {
        /// The limit in lines.
        limit: usize,
    },
    /// More interim (1xx) answers than [`crate::MAX_INTERIM`].
    #[error("more than {limit} interim answers")]
    TooManyInterim {
        /// The limit in answers.
        limit: usize,
    },
    /// The chunked framing is broken; the body cannot be read on.
    #[error("{0}")]
    Chunk(ChunkError),
    /// The answer is no HTTP/2 that can be read on.
    #[error("not HTTP/2 as in RFC 9113: {0}")]
    Http2(&'static str),
    /// The request cannot be written as it is.
    #[error("{0}")]
    Request(RequestError),
    /// A method was called out of order, as reading a body before a head was read.
    #[error("{0}")]
    Misuse(&'static str),
    /// Any other error of the operating system.
    #[error("{message}")]
    Io {
        /// Its class.
        kind: io::ErrorKind,
        /// Its text.
        message: String,
    },
}

impl Error {
    pub(crate) fn new(phase: Phase, kind: Kind) -> Self {
        Self { phase, kind }
    }

    pub(crate) fn timed_out(phase: Phase, limit: Duration) -> Self {
        Self::new(phase, Kind::TimedOut(limit))
    }

    pub(crate) fn io(phase: Phase, error: &io::Error) -> Self {
        Self::new(phase, Kind::from_io(error))
    }

    /// True for [`Kind::TimedOut`].
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind, Kind::TimedOut(_))
    }
}

impl Kind {
    pub(crate) fn from_io(error: &io::Error) -> Self {
        if let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Self::from_tls(tls);
        }
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::Refused,
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::BrokenPipe => Self::Reset,
            io::ErrorKind::UnexpectedEof => Self::Closed { received: 0 },
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                Self::Unreachable(error.to_string())
            }
            kind => Self::Io { kind, message: error.to_string() },
        }
    }

    fn from_tls(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
                Self::Certificate(error.to_string())
            }
            rustls::Error::InvalidMessage(_) => {
                Self::Tls(format!("{error} (does the port speak TLS at all?)"))
            }
            _ => Self::Tls(error.to_string()),
        }
    }
}

fn seconds(limit: Duration) -> String {
    if limit < Duration::from_secs(1) {
        format!("{} ms", limit.as_millis())
    } else {
        // Deadlines have nanoseconds that nobody wants to read.
        format!("{} s", limit.as_millis() as f64 / 1000.0)
    }
}

/// A TLS alert or handshake record on a plain connection is a common mistake worth naming.
fn tls_hint(first: &[u8]) -> &'static str {
    match first {
        [0x15 | 0x16, 0x03, ..] => " (a TLS record: the port speaks https)",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_phase_and_the_limit() {
        let error = Error::timed_out(Phase::Head, Duration::from_millis(250));
        assert_eq!(error.to_string(), "head: timed out after 250 ms");
        let error = Error::timed_out(Phase::Dns, Duration::from_millis(1500));
        assert_eq!(error.to_string(), "dns: timed out after 1.5 s");
    }

    #[test]
    fn a_tls_record_on_a_plain_port_is_named() {
        let kind = Kind::NotHttp { first: vec![0x15, 3, 1] };
        assert!(kind.to_string().ends_with("(a TLS record: the port speaks https)"));
    }
}
