//! What the caller decides about a testbed.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::{Scripts, Switches};

/// Longest body that `POST /publish` takes, in bytes; a longer one is answered 413.
pub(crate) const PUBLISH_BYTES: usize = 1 << 20;
/// Events that wait for one subscriber; the one after that cuts the subscriber.
pub(crate) const QUEUE_EVENTS: usize = 1024;
/// Bytes that wait for one subscriber; more cut the subscriber.
pub(crate) const QUEUE_BYTES: usize = 8 << 20;
/// Bytes that wait for one subscriber where a fault drops what does not fit.
pub(crate) const DROP_BYTES: usize = 512 << 10;
/// Bytes of events that the history holds, whatever their number.
pub(crate) const HISTORY_BYTES: usize = 64 << 20;
/// How long [`Testbed::shutdown`](crate::Testbed::shutdown) waits for connections to end.
pub(crate) const GRACE: Duration = Duration::from_secs(1);

/// Settings of a testbed. The default is the correct server on a free port of 127.0.0.1.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The faults and variations that are on.
    pub switches: Switches,
    /// With a token, `/events` and `/replay` want `Authorization: Bearer TOKEN`, else 401.
    pub token: Option<String>,
    /// Silence after which a stream gets a heartbeat comment (HTML 9.2.7 suggests about 15 s).
    pub heartbeat: Duration,
    /// Number of events kept for subscribers that resume.
    pub history: usize,
    /// Reconnection time sent at the start of each stream, in milliseconds.
    pub retry_ms: u64,
    /// What stands at `/scripted/N`; nothing by default.
    pub scripts: Scripts,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            switches: Switches::default(),
            token: None,
            heartbeat: Duration::from_secs(15),
            history: 10_000,
            retry_ms: 1_000,
            scripts: Scripts::default(),
        }
    }
}
