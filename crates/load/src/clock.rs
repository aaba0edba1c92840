//! The time of a run: nanoseconds since its start, on the monotonic clock.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Nanoseconds since the start of the run. What was before it counts as 0.
pub type Nanos = u64;

/// One start on two clocks: payloads carry Unix time, everything else is monotonic.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    start: Instant,
    start_unix: Duration,
}

impl Clock {
    /// A clock that starts at a moment, which may be to come. Shards on one machine that are given
    /// the same moment agree to within a microsecond.
    #[must_use]
    pub fn starting_at(moment: SystemTime) -> Self {
        let (now, unix) = (Instant::now(), since_epoch(SystemTime::now()));
        let start_unix = since_epoch(moment);
        let start = match start_unix.checked_sub(unix) {
            Some(to_come) => now + to_come,
            None => now.checked_sub(unix - start_unix).unwrap_or(now),
        };
        Self { start, start_unix }
    }

    /// When `instant` is.
    #[must_use]
    pub fn at(&self, instant: Instant) -> Nanos {
        nanos(instant.saturating_duration_since(self.start))
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Nanos {
        self.at(Instant::now())
    }

    /// The instant of a time of the run.
    #[must_use]
    pub fn instant(&self, at: Nanos) -> Instant {
        self.start + Duration::from_nanos(at)
    }

    /// A time of the run in microseconds since the Unix epoch.
    #[must_use]
    pub fn unix_us(&self, at: Nanos) -> u64 {
        (nanos(self.start_unix) + at) / 1000
    }

    /// The time of the run that is so many microseconds since the Unix epoch.
    #[must_use]
    pub fn from_unix_us(&self, us: u64) -> Nanos {
        us.saturating_mul(1000).saturating_sub(nanos(self.start_unix))
    }
}

fn since_epoch(moment: SystemTime) -> Duration {
    moment.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Whole nanoseconds; 584 years are enough.
#[must_use]
pub fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Nanoseconds of a length in seconds; below zero counts as zero.
#[must_use]
pub fn seconds(seconds: f64) -> Nanos {
    Duration::try_from_secs_f64(seconds.max(0.0)).map_or(u64::MAX, nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unix_time_and_time_of_the_run_turn_into_each_other() {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(1_700_000_000));
        assert_eq!(clock.unix_us(2_500_000), 1_700_000_000_002_500);
        assert_eq!(clock.from_unix_us(1_700_000_000_002_500), 2_500_000);
        assert_eq!(clock.from_unix_us(5), 0, "before the start counts as the start");
    }

    #[test]
    fn a_start_to_come_is_in_the_future_of_both_clocks() {
        let clock = Clock::starting_at(SystemTime::now() + Duration::from_secs(60));
        assert_eq!(clock.now(), 0);
        assert!(clock.instant(0) > Instant::now() + Duration::from_secs(50));
    }
}
