//! Events that could not be published: nobody is owed them.

use std::collections::HashMap;
use std::ops::Range;

/// Ranges that are kept apart for one publisher. Beyond them the two oldest become one, with what
/// lies between: a loss there is not told any more, but nothing is called lost that never was.
const MAX_RANGES: usize = 4096;

/// Their numbers, by publisher.
#[derive(Debug, Default)]
pub(crate) struct Unsent {
    /// In order, without overlap, never touching.
    ranges: HashMap<u32, Vec<Range<u32>>>,
}

impl Unsent {
    /// Event `number` of a publisher was refused, or its request broke.
    pub(crate) fn add(&mut self, publisher: u32, number: u32) {
        let ranges = self.ranges.entry(publisher).or_default();
        let at = ranges.partition_point(|range| range.end < number);
        let joins = |range: &&mut Range<u32>| range.start <= number + 1;
        match ranges.get_mut(at).filter(joins) {
            Some(range) => {
                range.start = range.start.min(number);
                range.end = range.end.max(number + 1);
            }
            None => ranges.insert(at, number..number + 1),
        }
        if ranges.get(at + 1).is_some_and(|next| next.start <= ranges[at].end) {
            let next = ranges.remove(at + 1);
            ranges[at].end = ranges[at].end.max(next.end);
        }
        if ranges.len() > MAX_RANGES {
            let oldest = ranges.remove(0);
            ranges[0].start = oldest.start;
        }
    }

    /// Those of one publisher, in order.
    pub(crate) fn of(&self, publisher: u32) -> &[Range<u32>] {
        self.ranges.get(&publisher).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one_range_in_any_order() {
        let mut unsent = Unsent::default();
        for number in [5, 3, 9, 4, 4, 8] {
            unsent.add(1, number);
        }
        assert_eq!(unsent.of(1), [3..6, 8..10]);
        unsent.add(1, 6);
        unsent.add(1, 7);
        assert_eq!(unsent.of(1), std::slice::from_ref(&(3..10)));
        assert_eq!(unsent.of(0), []);
    }

    #[test]
    fn what_is_kept_stays_bounded_and_covers_everything() {
        let mut unsent = Unsent::default();
        let numbers = (0..20_000).map(|n| n * 2);
        numbers.clone().for_each(|n| unsent.add(0, n));
        assert_eq!(unsent.of(0).len(), MAX_RANGES);
        assert!(numbers.into_iter().all(|n| unsent.of(0).iter().any(|range| range.contains(&n))));
    }
}
