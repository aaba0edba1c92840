//! How long the worker may have been blind: since when it could have read what it reads now.
//!
//! The kernel joins segments that wait in a socket and keeps the receive time of the last one only
//! (`tcp_try_coalesce`). Events read together therefore share a time that is right for the last of
//! them alone. How far apart they can have come is bounded: not before the worker last listened,
//! because it would have read the first one by itself. It listens while it sleeps in the poll and
//! the processor is its own.

use std::fs::File;
use std::time::Instant;

use crate::clock::{Clock, Nanos};

/// What waking up takes with nobody in the way, in nanoseconds.
const WAKE: Nanos = 80_000;
/// How often the worker's timer fires: a stop of the whole process that is longer than this shows.
pub(crate) const TICK: Nanos = 10_000_000;
/// The step of the runtime's timers, and what a punctual one may be late.
const TIMER_STEP: Nanos = 2_000_000;
/// Wakings after a stop in which sockets may still hold bytes from it.
const AFTERMATH: u8 = 3;

/// How old the count of waiting may be when the worker parks: reading it costs a system call, and
/// what was waited since then only makes the bounds wider.
const DELAY_STEP: Nanos = 1_000_000;

/// When one worker slept and woke.
#[derive(Debug)]
pub(crate) struct Blind {
    clock: Clock,
    delay: Option<RunDelay>,
    parked: Nanos,
    /// Time spent waiting for a processor until shortly before the park, and when that was read.
    delay_at_park: Nanos,
    delay_read: Nanos,
    woke: Nanos,
    woke_before: Nanos,
    /// When the timer is due.
    due: Nanos,
    /// The process was stopped after this moment, and how many wakings ago that was noticed.
    stopped: Option<(Nanos, u8)>,
    /// The bound of the present batch of reads, once it was asked for.
    bound: Option<Nanos>,
    longest_stall: Nanos,
}

impl Blind {
    /// To be made in the worker's own thread.
    pub(crate) fn new(clock: Clock) -> Self {
        let now = clock.now();
        Self {
            clock,
            delay: RunDelay::open(),
            parked: now,
            delay_at_park: 0,
            delay_read: 0,
            woke: now,
            woke_before: now,
            due: Nanos::MAX,
            stopped: None,
            bound: None,
            longest_stall: 0,
        }
    }

    /// The worker has nothing to do and goes to sleep.
    pub(crate) fn park(&mut self) {
        self.parked = self.clock.at(Instant::now());
        if self.parked >= self.delay_read + DELAY_STEP {
            self.delay_at_park = self.delay.as_ref().map_or(0, RunDelay::read);
            self.delay_read = self.parked;
        }
    }

    /// The worker wakes.
    pub(crate) fn unpark(&mut self) {
        self.woke_before = self.woke;
        self.woke = self.clock.at(Instant::now());
        self.bound = None;
        self.stopped = match self.stopped {
            Some((since, wakings)) if wakings < AFTERMATH => Some((since, wakings + 1)),
            _ => None,
        };
        let late = self.woke.saturating_sub(self.due.max(self.parked));
        if late > TIMER_STEP && self.due != Nanos::MAX {
            self.longest_stall = self.longest_stall.max(late);
            self.stopped = Some((self.parked, 0));
        }
    }

    /// The timer fires next at `due`.
    pub(crate) fn tick(&mut self, due: Nanos) {
        self.due = due;
    }

    /// The earliest time at which bytes that are read now can have come.
    pub(crate) fn since(&mut self) -> Nanos {
        if let Some(bound) = self.bound {
            return bound;
        }
        let bound = self.stopped.map_or_else(|| self.listening_since(), |(since, _)| since);
        self.bound = Some(bound);
        bound
    }

    /// If the worker really slept, nothing waited when it lay down, and the first byte woke it.
    /// Otherwise it comes straight from the batch before, and was blind while that lasted.
    fn listening_since(&self) -> Nanos {
        let Some(delay) = &self.delay else { return self.woke_before };
        let waited = delay.read().saturating_sub(self.delay_at_park) + WAKE;
        let slept = self.woke.saturating_sub(self.parked);
        if slept > waited { self.woke - waited } else { self.woke_before }
    }

    /// The longest time for which the worker was not run, in nanoseconds.
    pub(crate) fn longest_stall(&self) -> Nanos {
        self.longest_stall
    }
}

/// How long this thread has waited for a processor (Linux, `/proc/thread-self/schedstat`, second
/// field, nanoseconds).
#[derive(Debug)]
struct RunDelay(File);

impl RunDelay {
    fn open() -> Option<Self> {
        let delay = Self(File::open("/proc/thread-self/schedstat").ok()?);
        delay.try_read().map(|_| delay)
    }

    fn read(&self) -> Nanos {
        self.try_read().unwrap_or(0)
    }

    #[cfg(unix)]
    fn try_read(&self) -> Option<Nanos> {
        use std::os::unix::fs::FileExt;
        let mut text = [0; 64];
        let len = self.0.read_at(&mut text, 0).ok()?;
        let text = std::str::from_utf8(&text[..len]).ok()?;
        text.split_ascii_whitespace().nth(1)?.parse().ok()
    }

    #[cfg(not(unix))]
    fn try_read(&self) -> Option<Nanos> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    const MS: Nanos = 1_000_000;

    fn blind() -> Blind {
        let mut blind = Blind::new(Clock::starting_at(SystemTime::now()));
        blind.delay = None;
        blind
    }

    #[test]
    fn without_counts_of_the_kernel_the_batch_before_is_the_bound() {
        let mut blind = blind();
        (blind.woke_before, blind.parked, blind.woke) = (10 * MS, 20 * MS, 30 * MS);
        assert_eq!(blind.since(), 10 * MS);
    }

    #[test]
    fn a_stop_of_the_process_is_remembered_for_the_wakings_after_it() {
        let mut blind = blind();
        blind.parked = 0;
        blind.tick(1);
        std::thread::sleep(std::time::Duration::from_millis(4));
        blind.unpark();
        assert!(blind.longest_stall() > TIMER_STEP);
        blind.tick(Nanos::MAX);
        for _ in 0..AFTERMATH {
            assert_eq!(blind.since(), 0);
            blind.park();
            blind.unpark();
        }
        blind.unpark();
        assert!(blind.since() > 0);
    }
}
