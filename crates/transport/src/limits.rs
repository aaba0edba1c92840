//! Time limits of the phases, and the bounds on what a server can make us hold.

use std::time::Duration;

use tokio::time::Instant as Deadline;

/// Most bytes in one head, its interim answers each counted apart. A longer head is
/// [`crate::Kind::HeadTooLong`].
pub const MAX_HEAD_BYTES: usize = 64 * 1024;
/// Most field lines in one head.
pub const MAX_FIELDS: usize = 256;
/// Most interim (1xx) answers before the final one.
pub const MAX_INTERIM: usize = 16;
/// Most bytes in one chunk-size line, extensions included.
pub const MAX_CHUNK_LINE: usize = 4096;
/// Most bytes in the trailer section.
pub const MAX_TRAILER_BYTES: usize = 16 * 1024;
/// How many chunk sizes are kept for evidence; further chunks are only counted.
pub const RECORDED_CHUNKS: usize = 256;
/// How many chunk extensions are kept for evidence.
pub const RECORDED_EXTENSIONS: usize = 16;
/// Most surplus bytes kept after the end of a body.
pub const MAX_SURPLUS: usize = 64 * 1024;
/// Most reads (or writes) that one side of a [`crate::Record`] keeps apart.
pub const MAX_SEGMENTS: usize = 16 * 1024;
/// Most bytes asked for in one read.
pub const READ_BYTES: usize = 16 * 1024;
/// A read buffer with less room than this is replaced by a new one.
pub(crate) const MIN_ROOM: usize = 2 * 1024;
/// Most unread bytes taken off the socket before it is closed, so that the close is a FIN and not a
/// RST.
pub const DRAIN_BYTES: usize = 1024 * 1024;

/// How long each phase may take. A phase that takes longer fails with [`crate::Kind::TimedOut`] and
/// its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Resolving the name.
    pub dns: Duration,
    /// TCP, over all addresses together; each address gets an equal share of what is left.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// Writing one request; also the TLS farewell when closing.
    pub write: Duration,
    /// From the end of the request to the end of the final head. A total, so a slow drip does not
    /// extend it.
    pub head: Duration,
    /// The whole body, in [`crate::exchange()`] only: a stream's reads take their deadline from the
    /// caller.
    pub body: Duration,
}

impl Default for Limits {
    /// 5 s for DNS, TCP, TLS and writing each; 10 s for the head; 30 s for the body.
    fn default() -> Self {
        let short = Duration::from_secs(5);
        Self {
            dns: short,
            connect: short,
            tls: short,
            write: short,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
        }
    }
}

impl Limits {
    /// The same limit for every phase.
    #[must_use]
    pub fn all(limit: Duration) -> Self {
        Self { dns: limit, connect: limit, tls: limit, write: limit, head: limit, body: limit }
    }
}

/// The moment when `limit` is over. One too long for the clock is taken as thirty years.
pub(crate) fn deadline_in(limit: Duration) -> Deadline {
    deadline_after(Deadline::now(), limit)
}

pub(crate) fn deadline_after(start: Deadline, limit: Duration) -> Deadline {
    const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    start.checked_add(limit).unwrap_or_else(|| start + FAR)
}
