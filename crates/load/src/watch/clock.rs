//! Whether somebody set the system's clock.

use nix::time::{ClockId, clock_gettime};

/// How often both clocks are read; the reading that took least is kept.
const READINGS: usize = 8;

/// The system's clock against the monotonic one at one moment, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clocks {
    /// System's clock less the monotonic one.
    apart: i128,
    /// How long the reading took: `apart` may be off by half of it either way.
    took: i128,
}

impl Clocks {
    /// Reads both. A thread can be stopped between the two readings, so the monotonic clock is read
    /// before and after.
    pub(super) fn read() -> Self {
        let readings = (0..READINGS).filter_map(|_| {
            let before = nanoseconds(ClockId::CLOCK_MONOTONIC)?;
            let system = nanoseconds(ClockId::CLOCK_REALTIME)?;
            let after = nanoseconds(ClockId::CLOCK_MONOTONIC)?;
            Some(Self::of(before, system, after))
        });
        // Without clocks nothing is known, and no step is told.
        readings.min_by_key(|reading| reading.took).unwrap_or(Self { apart: 0, took: i128::MAX })
    }

    fn of(before: i128, system: i128, after: i128) -> Self {
        Self { apart: system - (before + after) / 2, took: after - before }
    }

    /// How far the system's clock was set since `earlier`, in microseconds: what the readings
    /// cannot explain. Both clocks are slewed alike, so slewing is no step.
    pub(super) fn step_since(self, earlier: Self) -> u64 {
        let explained = self.took.saturating_add(earlier.took) / 2;
        let step = (self.apart - earlier.apart).abs().saturating_sub(explained).max(0);
        u64::try_from(step / 1_000).unwrap_or(u64::MAX)
    }
}

fn nanoseconds(clock: ClockId) -> Option<i128> {
    let time = clock_gettime(clock).ok()?;
    Some(i128::from(time.tv_sec()) * 1_000_000_000 + i128::from(time.tv_nsec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i128 = 1_000_000;

    #[test]
    fn a_clock_that_was_set_shows_the_step_either_way() {
        let before = Clocks::of(0, 500 * MS, 2_000);
        let ahead = Clocks::of(900 * MS, 1_410 * MS, 900 * MS + 2_000);
        assert_eq!(ahead.step_since(before), 9_998, "10 ms less 2 us of reading");
        assert_eq!(before.step_since(ahead), 9_998);
    }

    #[test]
    fn a_stop_between_two_readings_is_no_step() {
        let before = Clocks::of(0, 500 * MS, 1_000);
        // Stopped for 30 ms before or after the system's clock was read.
        let late = Clocks::of(900 * MS, 1_430 * MS, 930 * MS);
        let early = Clocks::of(900 * MS, 1_400 * MS, 930 * MS);
        assert_eq!((late.step_since(before), early.step_since(before)), (0, 0));
    }

    #[test]
    fn an_unknown_clock_tells_no_step() {
        let unknown = Clocks { apart: 0, took: i128::MAX };
        assert_eq!(Clocks::of(0, 1_000 * MS, 10).step_since(unknown), 0);
    }
}
