//! When events are due: a pure function of the seed, so that every shard knows all of it.

use ssecheck_model::plan::Arrival;

use crate::clock::{Nanos, seconds};

/// The due times of one publisher, in order.
#[derive(Debug, Clone)]
pub struct Schedule {
    arrival: Arrival,
    start: Nanos,
    end: Nanos,
    /// Seconds between two events (two bursts) of this publisher.
    period: f64,
    /// Where in the period this publisher stands, so that several do not fire together.
    phase: f64,
    random: fastrand::Rng,
    count: u64,
    /// Seconds since the start, for random arrivals.
    elapsed: f64,
}

/// What all publishers of a run have in common.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Events per second over all publishers.
    pub rate: f64,
    /// How they are spread.
    pub arrival: Arrival,
    /// Number of publishers.
    pub publishers: u32,
    /// Seed of the run.
    pub seed: u64,
    /// When the first events may be due.
    pub start: Nanos,
    /// When no more are due.
    pub end: Nanos,
}

impl Pace {
    /// The due times of publisher number `publisher`.
    #[must_use]
    pub fn schedule(&self, publisher: u32) -> Schedule {
        let publishers = f64::from(self.publishers.max(1));
        let at_once = match self.arrival {
            Arrival::Burst(size) => f64::from(size.max(1)),
            Arrival::Constant | Arrival::Poisson => 1.0,
        };
        let period = publishers * at_once / self.rate;
        Schedule {
            arrival: self.arrival,
            start: self.start,
            end: self.end,
            period,
            phase: period * f64::from(publisher) / publishers,
            random: fastrand::Rng::with_seed(mixed(self.seed, u64::from(publisher))),
            count: 0,
            elapsed: 0.0,
        }
    }
}

/// One seed out of two numbers: neighbours give seeds far apart (the finalizer of SplitMix64).
#[must_use]
pub fn mixed(seed: u64, number: u64) -> u64 {
    let mut z = seed.wrapping_add(number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Schedule {
    /// Seconds from the start to the event with this number.
    fn due(&mut self) -> f64 {
        match self.arrival {
            Arrival::Constant => self.phase + self.count as f64 * self.period,
            Arrival::Burst(size) => {
                self.phase + (self.count / u64::from(size.max(1))) as f64 * self.period
            }
            Arrival::Poisson => {
                // 1 - f64() is never 0, so the logarithm is finite.
                self.elapsed -= (1.0 - self.random.f64()).ln() * self.period;
                self.elapsed
            }
        }
    }
}

impl Iterator for Schedule {
    type Item = Nanos;

    fn next(&mut self) -> Option<Nanos> {
        let at = self.start.saturating_add(seconds(self.due()));
        self.count += 1;
        (at < self.end).then_some(at)
    }
}

/// How many events of a schedule were due before a moment, for moments that come in order.
#[derive(Debug)]
pub struct Cursor {
    schedule: Schedule,
    next: Option<Nanos>,
    passed: u32,
}

impl Cursor {
    /// A cursor at the beginning.
    #[must_use]
    pub fn new(mut schedule: Schedule) -> Self {
        let next = schedule.next();
        Self { schedule, next, passed: 0 }
    }

    /// The number of events due before `moment`. A moment before an earlier one counts as that.
    pub fn before(&mut self, moment: Nanos) -> u32 {
        while self.next.is_some_and(|next| next < moment) {
            self.passed += 1;
            self.next = self.schedule.next();
        }
        self.passed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Nanos = 1_000_000_000;

    fn pace(arrival: Arrival, publishers: u32) -> Pace {
        Pace { rate: 100.0, arrival, publishers, seed: 7, start: SECOND, end: 11 * SECOND }
    }

    fn times(pace: &Pace, publisher: u32) -> Vec<Nanos> {
        pace.schedule(publisher).collect()
    }

    #[test]
    fn constant_events_are_even_and_publishers_take_turns() {
        let all = times(&pace(Arrival::Constant, 1), 0);
        assert_eq!(all.len(), 1000);
        assert!(all.windows(2).all(|w| w[1] - w[0] == SECOND / 100));
        let (a, b) =
            (pace(Arrival::Constant, 2).schedule(0), pace(Arrival::Constant, 2).schedule(1));
        let mut both: Vec<Nanos> = a.chain(b).collect();
        both.sort_unstable();
        assert_eq!(both, all);
    }

    #[test]
    fn bursts_come_together_and_keep_the_rate() {
        let all = times(&pace(Arrival::Burst(10), 1), 0);
        assert_eq!(all.len(), 1000);
        assert!(all.chunks(10).all(|burst| burst.iter().all(|at| *at == burst[0])));
        assert_eq!(all[10] - all[0], SECOND / 10);
    }

    #[test]
    fn random_arrivals_keep_the_rate_and_depend_on_seed_and_publisher_only() {
        let pace = pace(Arrival::Poisson, 2);
        let all = times(&pace, 0);
        assert!((400..600).contains(&all.len()), "{} of about 500", all.len());
        assert_eq!(all, times(&pace, 0));
        assert_ne!(all, times(&pace, 1));
        assert_ne!(all, times(&Pace { seed: 8, ..pace }, 0));
        assert!(all.is_sorted());
    }

    #[test]
    fn random_gaps_spread_as_an_exponential_distribution_does() {
        let pace = Pace { rate: 1000.0, ..pace(Arrival::Poisson, 1) };
        let all = times(&pace, 0);
        let gaps: Vec<f64> = all.windows(2).map(|w| (w[1] - w[0]) as f64 / 1e6).collect();
        let mean = gaps.iter().sum::<f64>() / gaps.len() as f64;
        let longer = gaps.iter().filter(|gap| **gap > mean).count() as f64 / gaps.len() as f64;
        assert!((longer - (-1.0_f64).exp()).abs() < 0.02, "{longer} of the gaps are over the mean");
    }

    #[test]
    fn a_cursor_counts_what_was_due_before() {
        let mut cursor = Cursor::new(pace(Arrival::Constant, 1).schedule(0));
        assert_eq!(cursor.before(SECOND), 0);
        assert_eq!(cursor.before(SECOND + 1), 1);
        assert_eq!(cursor.before(2 * SECOND), 100);
        assert_eq!(cursor.before(SECOND), 100, "never back");
        assert_eq!(cursor.before(u64::MAX), 1000);
    }
}
