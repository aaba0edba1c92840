//! Tests of [`super`].

use super::*;
use proptest::prelude::*;

fn booked(numbers: &[u32]) -> Ledger {
    let mut ledger = Ledger::owed_from(0);
    for &number in numbers {
        ledger.arrive(number, number);
    }
    ledger
}

fn counts(balance: &Balance) -> (u64, u64, u64, u64) {
    (balance.expected, balance.lost, balance.duplicated, balance.reordered)
}

#[test]
fn an_account_stays_small() {
    assert!(size_of::<Ledger>() <= 48, "{}", size_of::<Ledger>());
}

#[test]
fn what_came_in_order_is_owed_and_there() {
    assert_eq!(counts(&booked(&[0, 1, 2]).close(3, false)), (3, 0, 0, 0));
}

#[test]
fn holes_in_the_middle_and_at_the_end_are_lost() {
    let balance = booked(&[0, 3, 4]).close(6, false);
    assert_eq!(counts(&balance), (6, 3, 0, 0));
    let gaps: Vec<_> = balance.gaps.iter().map(|gap| (gap.start, gap.end)).collect();
    assert_eq!(gaps, [(1, 3), (5, 6)]);
}

#[test]
fn swapped_neighbours_are_one_reordering_and_no_loss() {
    assert_eq!(counts(&booked(&[0, 2, 1, 3]).close(4, false)), (4, 0, 0, 1));
}

#[test]
fn events_that_were_published_at_the_same_time_are_owed_no_order() {
    let mut ledger = Ledger::owed_from(0);
    for (number, answered) in [(0, 0), (2, 1), (1, 1), (4, 4), (3, 3)] {
        ledger.arrive(number, answered);
    }
    let balance = ledger.close(5, false);
    assert_eq!((balance.overtaken, balance.reordered, balance.lost), (1, 1, 0));
}

#[test]
fn what_comes_again_is_a_double_and_nothing_else() {
    assert_eq!(counts(&booked(&[0, 1, 1, 2, 0]).close(3, false)), (3, 0, 2, 0));
}

#[test]
fn an_account_begins_with_an_early_event_if_that_comes_first() {
    let mut ledger = Ledger::owed_from(5);
    ledger.arrive(4, 4);
    ledger.arrive(6, 6);
    assert_eq!(counts(&ledger.close(7, false)), (3, 1, 0, 0));
}

#[test]
fn the_time_away_is_owed_only_where_the_server_resumes() {
    let mut ledger = booked(&[0, 1]);
    ledger.come_back(5);
    ledger.arrive(5, 5);
    assert_eq!(counts(&ledger.close(6, false)), (3, 0, 0, 0));
    assert_eq!(ledger.close(6, false).away, 3);
    assert_eq!(counts(&ledger.close(6, true)), (6, 3, 0, 0));
}

#[test]
fn what_is_not_owed_is_not_waited_for() {
    let mut ledger = booked(&[0, 1]);
    ledger.come_back(5);
    assert!(ledger.lacks(6, &[], true) && ledger.lacks(6, &[], false));
    ledger.arrive(5, 5);
    assert!(ledger.lacks(6, &[], true) && !ledger.lacks(6, &[], false));
    assert!(ledger.lacks(8, &[], false) && !ledger.lacks(8, std::slice::from_ref(&(6..8)), false));
}

#[test]
fn without_a_schedule_the_time_away_lasts_until_the_next_new_event() {
    let mut ledger = booked(&[0, 1]);
    ledger.come_back_unsure(3);
    for number in [1, 6, 8] {
        ledger.arrive(number, number);
    }
    let balance = ledger.close(0, false);
    assert_eq!(counts(&balance), (5, 1, 1, 0));
    assert_eq!(balance.away, 4);
}

#[test]
fn events_sent_again_after_the_time_away_are_replayed_in_order() {
    let mut ledger = booked(&[0, 1]);
    ledger.come_back(4);
    assert_eq!(ledger.arrive(1, 1), Arrived::Again);
    assert_eq!(ledger.arrive(2, 2), Arrived::Replayed);
    assert_eq!(ledger.arrive(3, 3), Arrived::Replayed);
    assert_eq!(ledger.arrive(4, 4), Arrived::New);
    assert_eq!(counts(&ledger.close(5, true)), (5, 0, 1, 0));
}

#[test]
fn gaps_beyond_the_bound_stay_lost_and_are_told() {
    let numbers: Vec<u32> = (0..=MAX_GAPS as u32 + 2).map(|n| n * 2).collect();
    let balance = booked(&numbers).close(0, false);
    assert_eq!(balance.lost, MAX_GAPS as u64 + 2);
    assert_eq!(balance.untracked, 2);
    assert_eq!(balance.expected, balance.lost + numbers.len() as u64);
}

#[test]
fn what_was_never_published_is_not_owed_unless_it_came() {
    let mut ledger = booked(&[0, 2, 3]);
    for number in [1, 3, 5] {
        ledger.excuse(number..number + 1, 6);
    }
    assert_eq!(counts(&ledger.close(6, false)), (4, 1, 0, 0));
}

#[test]
fn what_may_have_gone_out_before_the_subscriber_came_is_not_owed() {
    // 5 overtook 4, and went out before the subscriber was there.
    let mut ledger = Ledger::owed_from(9);
    for (number, answered) in [(4, 3), (6, 4), (7, 6), (10, 7)] {
        ledger.arrive(number, answered);
    }
    assert_eq!(counts(&ledger.close(11, false)), (6, 2, 0, 0));
    // One that was missing comes all the same.
    assert_eq!(ledger.arrive(5, 4), Arrived::New);
    assert_eq!(counts(&ledger.close(11, false)), (7, 2, 0, 1));
}

#[test]
fn what_may_have_gone_out_after_the_connection_was_over_is_not_owed() {
    let mut ledger = Ledger::owed_from(0);
    for (number, answered) in [(0, 0), (2, 0), (3, 3), (5, 3)] {
        ledger.arrive(number, answered);
    }
    let mut back = ledger.clone();
    ledger.leave();
    assert_eq!(counts(&ledger.close(0, true)), (5, 1, 0, 0));
    back.come_back(6);
    assert_eq!(counts(&back.close(0, false)), (5, 1, 0, 0));
    assert_eq!(back.close(0, true).lost, 2);
}

#[test]
fn who_has_left_is_not_owed_what_came_before_a_later_failure() {
    let mut ledger = booked(&[0, 1, 2]);
    ledger.excuse(50..60, 0);
    assert_eq!(counts(&ledger.close(0, false)), (3, 0, 0, 0));
}

#[test]
fn failures_in_gaps_that_were_given_up_are_no_loss() {
    let count = 3 * MAX_GAPS as u32;
    let mut ledger = booked(&(0..count).map(|n| n * 2).collect::<Vec<_>>());
    (0..count).for_each(|n| ledger.excuse(n * 2 + 1..n * 2 + 2, count * 2));
    assert_eq!(counts(&ledger.close(count * 2, false)), (u64::from(count), 0, 0, 0));
}

#[test]
fn a_gap_that_is_filled_in_pieces_stays_bounded() {
    let mut ledger = booked(&[0, 100_000]);
    (1..50_000).for_each(|n| assert_ne!(ledger.arrive(n * 2, 0), Arrived::Again));
    assert_eq!(ledger.gaps.as_ref().unwrap().ranges.len(), MAX_GAPS);
    let balance = ledger.close(0, false);
    assert_eq!((balance.expected, balance.lost), (100_001, 50_000));
}

proptest! {
    /// Against a set of numbers.
    #[test]
    fn excused_ranges_are_those_of_a_full_record(
        numbers in prop::collection::vec(0u32..40, 0..40),
        excused in prop::collection::vec((0u32..45, 0u32..8), 0..6),
        until in 0u32..45,
    ) {
        let mut ledger = booked(&numbers);
        let next = numbers.iter().max().map_or(0, |n| n + 1);
        let mut excusable = std::collections::BTreeSet::new();
        for (start, len) in excused {
            ledger.excuse(start..start + len, until);
            excusable.extend(start..start + len);
        }
        let end = next.max(until);
        let missing = (0..end).filter(|n| !numbers.contains(n));
        let (not_owed, lost): (Vec<_>, Vec<_>) = missing.partition(|n| excusable.contains(n));
        let balance = ledger.close(until, false);
        prop_assert_eq!(balance.lost, lost.len() as u64);
        prop_assert_eq!(balance.expected, u64::from(end) - not_owed.len() as u64);
    }

    /// Against a ledger that keeps every event.
    #[test]
    fn counts_are_those_of_a_full_record(numbers in prop::collection::vec(0u32..40, 1..80)) {
        let until = 40;
        let balance = booked(&numbers).close(until, false);
        let mut seen = std::collections::BTreeSet::new();
        let (mut doubles, mut late, mut highest) = (0, 0, None);
        for &n in &numbers {
            if !seen.insert(n) {
                doubles += 1;
            } else if highest.is_some_and(|h| n < h) {
                late += 1;
            }
            highest = highest.max(Some(n));
        }
        let lost = u64::from(until) - seen.len() as u64;
        prop_assert_eq!(counts(&balance), (u64::from(until), lost, doubles, late));
    }
}
