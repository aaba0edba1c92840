//! Which event is which: numbers for the server's own events, and the spread of each event.

use std::collections::{HashMap, VecDeque};

use ssecheck_model::load::Metric;

use crate::clock::Nanos;
use crate::metrics::Metrics;

/// Names that are remembered; one that comes again after so many others counts as new.
pub(crate) const MAX_NAMES: usize = 65_536;
/// After this time an event has been read from every stream that it came on.
const SETTLING: Nanos = 100_000_000;
/// Events of one sequence whose spread is followed at a time.
pub(crate) const MAX_SPREADS: usize = 1024;
/// How long an event's spread is followed when not everybody gets it.
pub(crate) const SPREAD_TIME: Nanos = 10_000_000_000;

/// Gives each of the server's events a number, in the order in which they were first seen.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<u64, Name>,
    order: VecDeque<u64>,
    next: u32,
    /// How many there were a while ago, and how many at a moment since.
    settled: u32,
    since: (Nanos, u32),
    /// How many came to more than one subscriber.
    shared: u32,
}

#[derive(Debug, Clone, Copy)]
struct Name {
    number: u32,
    first_reader: u32,
    shared: bool,
}

impl Names {
    /// The number of the event with that id, which came to that subscriber. Names are kept as 64-bit
    /// hashes (SipHash).
    pub(crate) fn number(&mut self, id: &str, reader: u32) -> u32 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        let name = hasher.finish();
        if let Some(known) = self.numbers.get_mut(&name) {
            if known.first_reader != reader && !std::mem::replace(&mut known.shared, true) {
                self.shared += 1;
            }
            return known.number;
        }
        if self.order.len() == MAX_NAMES
            && let Some(oldest) = self.order.pop_front()
        {
            self.numbers.remove(&oldest);
        }
        let number = self.next;
        self.next += 1;
        self.numbers.insert(name, Name { number, first_reader: reader, shared: false });
        self.order.push_back(name);
        number
    }

    /// Events before this number were first seen a while ago. The order of later ones is not known:
    /// of two streams that wait to be read, one may hold an event that the other began after.
    pub(crate) fn settled(&mut self, now: Nanos) -> u32 {
        let (since, count) = self.since;
        if now > since + SETTLING {
            self.settled = count;
            self.since = (now, self.next);
        }
        self.settled
    }

    /// Whether most events came to one subscriber only: their ids are each connection's own, and
    /// nobody is owed another one's.
    pub(crate) fn are_private(&self) -> bool {
        self.shared < self.next.div_ceil(2)
    }

    /// How many events there were.
    pub(crate) fn count(&self) -> u32 {
        self.next
    }
}

/// First and last receipt of the newest events of one sequence.
#[derive(Debug, Default)]
pub(crate) struct Spreads {
    /// Number of the event at the front.
    first: u32,
    events: VecDeque<Receipts>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Receipts {
    first: Nanos,
    last: Nanos,
    count: u32,
}

impl Spreads {
    /// Books a receipt. `audience` subscribers are there; when all have it, its spread is known.
    pub(crate) fn book(&mut self, number: u32, at: Nanos, audience: u32, metrics: &mut Metrics) {
        if self.events.is_empty() {
            self.first = number;
        }
        let Some(place) = number.checked_sub(self.first) else { return };
        let place = place as usize;
        if place >= self.events.len() + MAX_SPREADS {
            self.finish(metrics);
            return self.book(number, at, audience, metrics);
        }
        while self.events.len() <= place {
            self.events.push_back(Receipts::default());
        }
        let event = &mut self.events[place];
        event.book(at);
        if event.count >= audience {
            event.close(metrics);
        }
        self.trim(at, metrics);
    }

    /// Lets go of events that are known, too old or too many.
    fn trim(&mut self, now: Nanos, metrics: &mut Metrics) {
        let many = self.events.len() > MAX_SPREADS;
        while let Some(event) = self.events.front_mut() {
            let old = event.count > 0 && event.first + SPREAD_TIME < now;
            let closed = event.count == u32::MAX;
            if !(old || closed || many && self.events.len() > MAX_SPREADS) {
                break;
            }
            if let Some(mut event) = self.events.pop_front() {
                event.close(metrics);
            }
            self.first += 1;
        }
    }

    /// Books the spread of everything that is still followed.
    pub(crate) fn finish(&mut self, metrics: &mut Metrics) {
        for mut event in self.events.drain(..) {
            event.close(metrics);
        }
    }
}

impl Receipts {
    fn book(&mut self, at: Nanos) {
        if self.count == 0 {
            (self.first, self.last) = (at, at);
        }
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.count = self.count.saturating_add(1);
    }

    /// A spread needs two receipts.
    fn close(&mut self, metrics: &mut Metrics) {
        if (2..u32::MAX).contains(&self.count) {
            metrics.record(Metric::Spread, self.last - self.first);
        }
        self.count = u32::MAX;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Nanos = 1_000_000;

    fn spreads(bookings: &[(u32, Nanos)], audience: u32) -> Vec<u64> {
        let (mut spreads, mut metrics) = (Spreads::default(), Metrics::default());
        for &(number, at) in bookings {
            spreads.book(number, at, audience, &mut metrics);
        }
        spreads.finish(&mut metrics);
        let Some(times) = metrics.get(Metric::Spread) else { return Vec::new() };
        let each = times.iter_recorded();
        each.map(|value| times.lowest_equivalent(value.value_iterated_to())).collect()
    }

    #[test]
    fn the_spread_is_from_the_first_receipt_to_the_last_in_any_order() {
        assert_eq!(spreads(&[(0, 5 * MS), (0, 2 * MS), (0, 3 * MS)], 3), [3000]);
        assert_eq!(spreads(&[(1, MS), (0, MS), (1, 2 * MS), (0, 3 * MS)], 2), [1000]);
    }

    #[test]
    fn an_event_that_not_all_get_has_a_spread_too_and_one_receipt_has_none() {
        assert_eq!(spreads(&[(0, MS), (0, 2 * MS), (1, 3 * MS)], 10), [1000]);
    }

    #[test]
    fn what_is_followed_stays_bounded() {
        let (mut spreads, mut metrics) = (Spreads::default(), Metrics::default());
        for number in 0..100_000 {
            spreads.book(number, MS, 5, &mut metrics);
        }
        assert!(spreads.events.len() <= MAX_SPREADS + 1);
        spreads.book(3_000_000_000, MS, 5, &mut metrics);
        assert!(spreads.events.len() <= MAX_SPREADS + 1);
    }

    #[test]
    fn the_same_id_has_the_same_number() {
        let mut names = Names::default();
        assert_eq!([names.number("a", 0), names.number("b", 0), names.number("a", 1)], [0, 1, 0]);
        for n in 0..MAX_NAMES {
            names.number(&format!("n{n}"), 0);
        }
        assert!(names.number("a", 0) > 1, "forgotten by now");
        assert!(names.order.len() <= MAX_NAMES);
    }

    #[test]
    fn ids_that_no_two_subscribers_share_are_private() {
        let mut names = Names::default();
        for reader in 0..3 {
            for n in 0..10 {
                names.number(&format!("{reader}-{n}"), reader);
            }
        }
        assert!(names.are_private());
        for reader in 0..3 {
            for n in 0..40 {
                names.number(&format!("all-{n}"), reader);
            }
        }
        assert!(!names.are_private());
    }
}
