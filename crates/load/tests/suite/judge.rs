//! Each doubt is raised for its reason, at its grade, and not just below it.

use ssecheck_load::judge::{CODES, judge};
use ssecheck_model::load::{Doubt, Load, Metric, Shard};

use crate::fixture::{put, sound};

fn doubts(spoil: impl FnOnce(&mut Load)) -> Vec<Doubt> {
    let mut load = sound();
    spoil(&mut load);
    judge(&mut load);
    load.doubts
}

/// The grade of `code`: whether it invalidates; absent when it is not raised.
fn grade(code: &str, spoil: impl FnOnce(&mut Load)) -> Option<bool> {
    assert!(CODES.contains(&code), "{code} is not in the list");
    let doubts = doubts(spoil);
    let doubt = doubts.iter().find(|doubt| doubt.code == code)?;
    assert!(doubt.message.ends_with('.') && doubt.message.len() < 400, "{}", doubt.message);
    assert!(!doubt.cure.is_empty());
    Some(doubt.invalidates)
}

fn message(spoil: impl FnOnce(&mut Load)) -> String {
    doubts(spoil).swap_remove(0).message
}

const INVALIDATES: Option<bool> = Some(true);
const NOTE: Option<bool> = Some(false);
const SILENT: Option<bool> = None;

#[test]
fn a_sound_run_has_no_doubt() {
    assert_eq!(doubts(|_| {}), []);
}

#[test]
fn doubts_are_judged_anew_each_time() {
    let mut load = sound();
    load.generator.window_closed = 1;
    judge(&mut load);
    load.generator.window_closed = 0;
    judge(&mut load);
    assert_eq!(load.doubts, []);
}

#[test]
fn those_that_invalidate_come_first() {
    let doubts = doubts(|load| {
        load.generator.longest_stall_us = 1_000_000;
        load.connections.late = 3;
        load.events.untracked = 1;
    });
    let codes: Vec<&str> = doubts.iter().map(|doubt| doubt.code.as_str()).collect();
    assert_eq!(codes, ["untracked", "stalled", "late-subscribers"]);
}

fn untimed(low: u64, high: u64, count: usize) -> impl FnOnce(&mut Load) {
    move |load| {
        load.events.untimed = count as u64;
        put(load, Metric::UntimedLow, &vec![low; count]);
        put(load, Metric::UntimedHigh, &vec![high; count]);
    }
}

#[test]
fn merged_reads_invalidate_when_a_bound_moves_a_figure() {
    // 20 of 1020 are beyond the 99th percentile.
    assert_eq!(grade("merged-reads", untimed(10_000, 90_000, 20)), INVALIDATES);
    assert_eq!(grade("merged-reads", untimed(10_000, 10_480, 20)), NOTE, "less than 5 %");
    assert_eq!(grade("merged-reads", untimed(1, 10_000, 2_000)), INVALIDATES, "the lower bound");
    assert_eq!(grade("merged-reads", |load| load.events.untimed = 0), SILENT);
}

#[test]
fn merged_reads_without_any_timed_event_invalidate() {
    let spoil = |load: &mut Load| {
        untimed(1, 2, 20)(load);
        load.latency_us.remove("fanout");
    };
    assert_eq!(grade("merged-reads", spoil), INVALIDATES);
}

#[test]
fn merged_reads_of_the_servers_own_events_are_a_note() {
    assert_eq!(grade("merged-reads", |load| load.events.untimed = 5), NOTE);
}

#[test]
fn merged_reads_name_the_figure_that_may_be_wrong() {
    let message = message(untimed(10_000, 90_000, 20));
    assert!(message.starts_with("20 events (2 %) came in one read"), "{message}");
    assert!(
        message.contains("the p99 of the fan-out may be 90.047 ms, not 10.007 ms"),
        "{message}"
    );
}

#[test]
fn a_closed_window_invalidates() {
    assert_eq!(grade("closed-window", |load| load.generator.window_closed = 1), INVALIDATES);
    assert_eq!(grade("closed-window", |load| load.generator.most_waiting_bytes = 9), SILENT);
}

#[test]
fn slip_invalidates_when_it_is_in_the_figures() {
    let late = |us: u64| {
        move |load: &mut Load| {
            put(load, Metric::Fanout, &vec![10_000 + us; 1_000]);
            put(load, Metric::Slip, &[us; 10]);
        }
    };
    assert_eq!(grade("slip", late(700)), INVALIDATES);
    assert_eq!(grade("slip", late(480)), SILENT, "less than 500 us");
    let message = message(late(5_000));
    assert!(message.contains("The publisher was late by 5.003 ms (p99)"), "{message}");
}

#[test]
fn a_slip_of_few_events_that_moves_no_figure_is_no_doubt() {
    let spoil = |load: &mut Load| put(load, Metric::Slip, &[90_000]);
    assert_eq!(grade("slip", spoil), SILENT);
}

fn lag(us: u64) -> impl FnOnce(&mut Load) {
    move |load| put(load, Metric::Lag, &vec![us; 1_000])
}

fn without_kernel_time(spoil: impl FnOnce(&mut Load)) -> impl FnOnce(&mut Load) {
    move |load| {
        load.generator.kernel_time = false;
        spoil(load);
    }
}

#[test]
fn lag_is_a_note_with_kernel_stamps_and_invalidates_without() {
    assert_eq!(grade("lag", lag(2_100)), NOTE);
    assert_eq!(grade("lag", without_kernel_time(lag(2_100))), INVALIDATES);
    assert_eq!(grade("lag", without_kernel_time(lag(1_990))), SILENT, "below a fifth");
}

#[test]
fn lag_is_measured_against_the_spread_when_nothing_is_published() {
    let watched = |spread: u64| {
        move |load: &mut Load| {
            load.publishing = None;
            load.latency_us.clear();
            put(load, Metric::Spread, &[spread; 10]);
            put(load, Metric::Gap, &[1_000_000; 10]);
            lag(1_000)(load);
        }
    };
    assert_eq!(grade("lag", watched(4_000)), NOTE);
    assert_eq!(grade("lag", watched(6_000)), SILENT);
}

#[test]
fn receive_times_of_our_own_are_noted() {
    assert_eq!(grade("no-kernel-time", without_kernel_time(|_| {})), NOTE);
    assert_eq!(grade("no-kernel-time", |_| {}), SILENT);
}

#[test]
fn events_without_a_stamp_invalidate_when_many_and_read_late() {
    let some = |count: u64, late: u64| {
        move |load: &mut Load| {
            load.events.events = 10_000;
            load.generator.without_kernel_stamp = count;
            lag(late)(load);
        }
    };
    assert_eq!(grade("without-kernel-stamp", some(0, 9_000)), SILENT);
    assert_eq!(grade("without-kernel-stamp", some(9, 9_000)), NOTE, "few");
    assert_eq!(grade("without-kernel-stamp", some(10, 50)), NOTE, "read in time");
    assert_eq!(grade("without-kernel-stamp", some(10, 9_000)), INVALIDATES);
    let none_stamped = without_kernel_time(some(10, 9_000));
    assert_eq!(grade("without-kernel-stamp", none_stamped), SILENT, "`no-kernel-time` says it");
}

#[test]
fn a_saturated_machine_is_always_told() {
    let used = |share: f64, shared: bool| {
        move |load: &mut Load| {
            load.generator.machine_cpu_max = share;
            load.generator.shares_machine = shared;
        }
    };
    assert_eq!(grade("saturated-processor", used(0.95, true)), NOTE);
    assert_eq!(grade("saturated-processor", used(0.95, false)), NOTE);
    assert_eq!(grade("saturated-processor", used(0.94, true)), SILENT);
    let message = message(used(1.0, true));
    assert!(message.contains("share 2 processors, so the server alone may be faster"), "{message}");
}

#[test]
fn processors_of_one_machine_count_once() {
    let message = message(|load| {
        load.generator.machine_cpu_max = 1.0;
        load.shards.push(load.shards[0].clone());
        let mut other = load.shards[0].clone();
        other.environment.machine = "n".to_owned();
        load.shards.push(other);
    });
    assert!(message.contains("the generator has 4 processors"), "{message}");
}

#[test]
fn a_saturated_worker_invalidates_without_kernel_stamps() {
    let used = |share: f64| move |load: &mut Load| load.generator.worker_cpu_max = share;
    assert_eq!(grade("saturated-processor", used(0.9)), NOTE);
    assert_eq!(grade("saturated-processor", without_kernel_time(used(0.9))), INVALIDATES);
    assert_eq!(grade("saturated-processor", without_kernel_time(used(0.89))), SILENT);
}

#[test]
fn attempts_that_failed_for_our_own_lack_invalidate() {
    let failed = |cause: &'static str| {
        move |load: &mut Load| {
            load.connections.failed_by.insert(cause.to_owned(), 1);
        }
    };
    assert_eq!(grade("ports", failed("ports")), INVALIDATES);
    assert_eq!(grade("descriptors", failed("descriptors")), INVALIDATES);
    assert_eq!(grade("ports", failed("refused")), SILENT);
    assert_eq!(grade("descriptors", failed("refused")), SILENT);
}

#[test]
fn publishers_that_failed_for_our_own_lack_invalidate() {
    let failed = |load: &mut Load| {
        let publishing = load.publishing.as_mut().unwrap();
        publishing.failed_by.insert("ports".to_owned(), 2);
    };
    assert_eq!(grade("ports", failed), INVALIDATES);
}

#[test]
fn a_clock_that_was_set_invalidates_what_is_taken_from_it() {
    let stepped = |us: u64| move |load: &mut Load| load.generator.clock_step_us = us;
    assert_eq!(grade("clock-step", stepped(501)), INVALIDATES);
    assert_eq!(grade("clock-step", stepped(500)), SILENT);
    assert_eq!(grade("clock-step", without_kernel_time(stepped(501))), SILENT, "monotonic only");
    let stamped = without_kernel_time(|load: &mut Load| {
        stepped(501)(load);
        put(load, Metric::FanoutFromStamp, &[5]);
    });
    assert_eq!(grade("clock-step", stamped), INVALIDATES);
}

#[test]
fn late_subscribers_are_noted_with_numbers() {
    let late = |count: u64| move |load: &mut Load| load.connections.late = count;
    assert_eq!(grade("late-subscribers", late(1)), NOTE);
    assert_eq!(grade("late-subscribers", late(0)), SILENT);
    let message = message(late(7));
    assert!(message.starts_with("7 of 100 subscribers were not connected"), "{message}");
}

#[test]
fn a_stall_is_a_note_beside_kernel_stamps() {
    let stalled = |us: u64| move |load: &mut Load| load.generator.longest_stall_us = us;
    assert_eq!(grade("stalled", stalled(20_001)), NOTE, "more than a fifth of the p99");
    assert_eq!(grade("stalled", stalled(20_000)), SILENT, "a scheduler's ordinary business");
    assert_eq!(grade("stalled", without_kernel_time(stalled(1_990))), SILENT);
    assert_eq!(grade("stalled", without_kernel_time(stalled(2_100))), NOTE);
    assert_eq!(grade("stalled", without_kernel_time(stalled(100_001))), INVALIDATES);
}

#[test]
fn a_stall_is_long_whatever_was_measured() {
    let stalled = |us: u64| {
        move |load: &mut Load| {
            put(load, Metric::Fanout, &[900_000; 1_000]);
            put(load, Metric::FanoutFromActual, &[900_000; 1_000]);
            load.generator.longest_stall_us = us;
        }
    };
    assert_eq!(grade("stalled", stalled(100_001)), NOTE);
    assert_eq!(grade("stalled", stalled(100_000)), SILENT);
}

#[test]
fn two_clocks_are_noted_and_invalidate_when_they_are_known_to_differ() {
    let stamped = |least: i64| {
        move |load: &mut Load| {
            put(load, Metric::FanoutFromStamp, &[5_000]);
            load.generator.stamp_least_us = Some(least);
            load.generator.stamp_clock = Some("both are on one machine".to_owned());
        }
    };
    assert_eq!(grade("remote-clock", stamped(0)), NOTE);
    assert_eq!(grade("remote-clock", stamped(-1)), INVALIDATES);
    assert_eq!(grade("remote-clock", |load| put(load, Metric::FanoutRemote, &[5])), NOTE);
    assert_eq!(grade("remote-clock", |load| load.generator.stamp_least_us = Some(-9)), SILENT);
    let remote_only = |load: &mut Load| {
        put(load, Metric::FanoutRemote, &[5]);
        load.generator.stamp_least_us = Some(-9);
    };
    assert_eq!(grade("remote-clock", remote_only), NOTE, "no figure is from a stamp");
    let message = message(stamped(-1_500));
    assert!(
        message.contains("both are on one machine. The least difference is -1.5 ms"),
        "{message}"
    );
}

#[test]
fn events_that_can_no_longer_be_told_apart_invalidate() {
    assert_eq!(grade("untracked", |load| load.events.untracked = 1), INVALIDATES);
    assert_eq!(grade("untracked", |load| load.events.untracked = 0), SILENT);
}

#[test]
fn failed_publishes_invalidate_only_beside_losses() {
    let failed = |failed: u64, lost: u64| {
        move |load: &mut Load| {
            load.publishing.as_mut().unwrap().failed = failed;
            load.events.lost = lost;
        }
    };
    assert_eq!(grade("unknown-publishes", failed(1, 0)), NOTE);
    assert_eq!(grade("unknown-publishes", failed(1, 1)), INVALIDATES);
    assert_eq!(grade("unknown-publishes", failed(0, 1)), SILENT);
}

#[test]
fn nothing_received_invalidates_when_something_was_published() {
    let silent = |load: &mut Load| {
        load.events.received = 0;
        load.events.events = 0;
    };
    assert_eq!(grade("nothing-received", silent), INVALIDATES);
    assert_eq!(grade("nothing-received", |load| load.events.received = 1), SILENT);
    let watched = |load: &mut Load| {
        silent(load);
        load.publishing = None;
    };
    assert_eq!(grade("nothing-received", watched), NOTE);
    let unconnected = |load: &mut Load| {
        silent(load);
        load.connections.opened = 0;
    };
    assert_eq!(grade("nothing-received", unconnected), SILENT, "failed for another reason");
}

#[test]
fn foreign_events_alone_are_nothing_received() {
    let foreign = |load: &mut Load| load.events.received = 0;
    assert_eq!(grade("nothing-received", foreign), INVALIDATES);
}

#[test]
fn the_spread_of_several_shards_is_noted() {
    let spread = |shards: usize| {
        move |load: &mut Load| {
            put(load, Metric::Spread, &[5]);
            load.shards = vec![Shard::default(); shards];
        }
    };
    assert_eq!(grade("spread-per-shard", spread(2)), NOTE);
    assert_eq!(grade("spread-per-shard", spread(1)), SILENT);
    let unmeasured = |load: &mut Load| load.shards = vec![Shard::default(); 2];
    assert_eq!(grade("spread-per-shard", unmeasured), SILENT);
}

#[test]
fn a_damaged_histogram_invalidates() {
    let damaged = |text: &'static str| {
        move |load: &mut Load| {
            load.latency_us.get_mut("fanout").unwrap().histogram = text.to_owned();
        }
    };
    assert_eq!(grade("unreadable-histogram", damaged("%")), INVALIDATES);
    assert_eq!(grade("unreadable-histogram", damaged("AAAA")), INVALIDATES);
    let short = |load: &mut Load| load.latency_us.get_mut("fanout").unwrap().count += 1;
    assert_eq!(grade("unreadable-histogram", short), INVALIDATES, "a sample is missing");
    let empty = |load: &mut Load| put(load, Metric::Gap, &[]);
    assert_eq!(grade("unreadable-histogram", empty), SILENT);
}

#[test]
fn nothing_measured_raises_no_false_doubt() {
    let mut load = Load::default();
    load.generator.kernel_time = true;
    judge(&mut load);
    assert_eq!((load.doubts.as_slice(), load.thresholds.as_slice()), (&[][..], &[][..]));
}
