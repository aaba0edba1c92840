//! What a plan may ask for at least and at most.
//!
//! The bounds keep a typing mistake from taking a machine down: each lies well above what one
//! machine can do today. Times are bounded by [`MAX_SPAN`](crate::span::MAX_SPAN), rates by
//! [`MAX_RATE`](crate::amount::MAX_RATE).

use std::time::Duration;

/// Most subscribers at a time, those of `steps` and `spike` included.
pub const MAX_SUBSCRIBERS: u32 = 1_000_000;
/// Most publishers.
pub const MAX_PUBLISHERS: u32 = 1_000;
/// Most topics.
pub const MAX_TOPICS: u32 = 1_000_000;
/// Most publish requests in flight.
pub const MAX_PUBLISH_CONNECTIONS: u32 = 1_024;
/// Fewest bytes of a payload: run, publisher, number and times have to fit in, however large.
pub const MIN_SIZE: u32 = 128;
/// Most bytes of a payload: 1 MiB.
pub const MAX_SIZE: u32 = 1024 * 1024;
/// Most sizes to choose from.
pub const MAX_CHOICES: usize = 100;
/// Most events of one burst.
pub const MAX_BURST: u32 = 10_000;
/// Most steps.
pub const MAX_STEPS: u32 = 10_000;
/// Most trials of one value in a capacity search.
pub const MAX_REPEATS: u32 = 100;
/// Most bytes of a slow reader's receive buffer: 16 MiB.
pub const MAX_RECEIVE_BUFFER: u32 = 16 * 1024 * 1024;
/// Most thresholds.
pub const MAX_THRESHOLDS: usize = 100;
/// The shortest interval of the series: shorter ones hold too few samples for a percentile.
pub const MIN_INTERVAL: Duration = Duration::from_millis(100);
