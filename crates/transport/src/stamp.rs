//! Two clocks for one moment: ours after the read, and the kernel's at receipt.

use std::time::Instant;
#[cfg(target_os = "linux")]
use std::time::{Duration, SystemTime};

/// When bytes came.
///
/// `kernel_at` is the kernel's own receive time (`SO_TIMESTAMPNS`, Linux), moved to the monotonic
/// clock. The kernel stamps with `CLOCK_REALTIME`; the distance between the two clocks is sampled
/// right after every read, so the error is half the time that sampling took (below a microsecond
/// unless the thread was preempted there), plus any step of the system clock between receipt and
/// read. It is never later than `at`. A read that took several segments at once carries the last
/// one's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Taken right after the read returned.
    pub at: Instant,
    /// The kernel's receive time; `None` on other systems, or when the kernel gave none, as in the
    /// first 25 ms or so after the first [`crate::Dialer`] of a process was made.
    pub kernel_at: Option<Instant>,
}

impl Stamp {
    /// Our time alone.
    #[must_use]
    pub fn now() -> Self {
        Self { at: Instant::now(), kernel_at: None }
    }

    /// A stamp taken now, for bytes that the kernel received at `realtime` since the Unix epoch.
    #[cfg(target_os = "linux")]
    pub(crate) fn with_realtime(at: Instant, realtime: Duration) -> Self {
        let (instant, now) = sample_clocks(at);
        let age = now.saturating_sub(realtime);
        let kernel_at = instant.checked_sub(age).map(|kernel| kernel.min(at));
        Self { at, kernel_at }
    }

    /// The best knowledge of when the bytes arrived: the kernel's time, else ours.
    #[must_use]
    pub fn received(&self) -> Instant {
        self.kernel_at.unwrap_or(self.at)
    }
}

/// One moment on both clocks; `before` was read just now. Asks again while the thread was held up
/// between the two readings.
#[cfg(target_os = "linux")]
fn sample_clocks(mut before: Instant) -> (Instant, Duration) {
    const GOOD: Duration = Duration::from_micros(2);
    let mut best: Option<(Duration, Instant, Duration)> = None;
    for _ in 0..3 {
        let realtime = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let width = before.elapsed();
        let sample = (width, before + width / 2, realtime);
        best = Some(best.map_or(sample, |old| if old.0 <= width { old } else { sample }));
        if width <= GOOD {
            break;
        }
        before = Instant::now();
    }
    best.map_or_else(
        || (Instant::now(), Duration::ZERO),
        |(_, instant, realtime)| (instant, realtime),
    )
}
