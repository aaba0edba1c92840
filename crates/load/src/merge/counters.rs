//! Counters of shards, added up.

use std::collections::BTreeMap;

use ssecheck_model::load::{Connections, Events, Generator, Load, Publishing, SlowReaders};

/// Adds counts; a report that was tampered with may not make it overflow.
pub(super) fn sum(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

fn sum_by<'a>(maps: impl Iterator<Item = &'a BTreeMap<String, u64>>) -> BTreeMap<String, u64> {
    let mut all = BTreeMap::new();
    for (cause, count) in maps.flatten() {
        let slot: &mut u64 = all.entry(cause.clone()).or_default();
        *slot = slot.saturating_add(*count);
    }
    all
}

pub(super) fn connections(loads: &[&Load]) -> Connections {
    let of = |count: fn(&Connections) -> u64| sum(loads.iter().map(|it| count(&it.connections)));
    Connections {
        attempted: of(|it| it.attempted),
        opened: of(|it| it.opened),
        failed: of(|it| it.failed),
        failed_by: sum_by(loads.iter().map(|it| &it.connections.failed_by)),
        peak: of(|it| it.peak),
        ended_early: of(|it| it.ended_early),
        ended_by: sum_by(loads.iter().map(|it| &it.connections.ended_by)),
        completed: of(|it| it.completed),
        reconnected: of(|it| it.reconnected),
        late: of(|it| it.late),
        redirected: of(|it| it.redirected),
    }
}

pub(super) fn events(loads: &[&Load]) -> Events {
    let of = |count: fn(&Events) -> u64| sum(loads.iter().map(|it| count(&it.events)));
    Events {
        sequence: sequence(loads),
        expected: of(|it| it.expected),
        received: of(|it| it.received),
        lost: of(|it| it.lost),
        duplicated: of(|it| it.duplicated),
        reordered: of(|it| it.reordered),
        overtaken: of(|it| it.overtaken),
        replayed: of(|it| it.replayed),
        missed_away: of(|it| it.missed_away),
        foreign: of(|it| it.foreign),
        events: of(|it| it.events),
        comments: of(|it| it.comments),
        dataless_blocks: of(|it| it.dataless_blocks),
        bytes: of(|it| it.bytes),
        wire_bytes: of(|it| it.wire_bytes),
        untimed: of(|it| it.untimed),
        untracked: of(|it| it.untracked),
    }
}

/// What told loss and order in all shards that saw events; `none` when they do not agree, because
/// a claim must hold for every subscriber.
fn sequence(loads: &[&Load]) -> String {
    let with_events = loads.iter().filter(|load| load.events.events > 0);
    let mut kinds: Vec<&str> = with_events.map(|load| load.events.sequence.as_str()).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [] => loads[0].events.sequence.clone(),
        [kind] => (*kind).to_owned(),
        _ => "none".to_owned(),
    }
}

pub(super) fn publishing(loads: &[&Load]) -> Option<Publishing> {
    let all: Vec<&Publishing> = loads.iter().filter_map(|it| it.publishing.as_ref()).collect();
    if all.is_empty() {
        return None;
    }
    let of = |count: fn(&Publishing) -> u64| sum(all.iter().map(|it| count(it)));
    Some(Publishing {
        scheduled: of(|it| it.scheduled),
        sent: of(|it| it.sent),
        acknowledged: of(|it| it.acknowledged),
        failed: of(|it| it.failed),
        failed_by: sum_by(all.iter().map(|it| &it.failed_by)),
        most_in_flight: of(|it| it.most_in_flight),
        waited: of(|it| it.waited),
    })
}

/// Percentiles cannot be joined: those of the others' fan-out are the worst shard's.
pub(super) fn slow_readers(loads: &[&Load]) -> Option<SlowReaders> {
    let all: Vec<&SlowReaders> = loads.iter().filter_map(|it| it.slow_readers.as_ref()).collect();
    let of = |count: fn(&SlowReaders) -> u64| sum(all.iter().map(|it| count(it)));
    Some(SlowReaders {
        subscribers: of(|it| it.subscribers),
        from_ms: all.iter().map(|it| it.from_ms).min()?,
        until_ms: all.iter().map(|it| it.until_ms).max()?,
        cut: of(|it| it.cut),
        dropped: of(|it| it.dropped),
        buffered: of(|it| it.buffered),
        lost: of(|it| it.lost),
        others_p99_before_us: all.iter().filter_map(|it| it.others_p99_before_us).max(),
        others_p99_during_us: all.iter().filter_map(|it| it.others_p99_during_us).max(),
        others_lost: of(|it| it.others_lost),
    })
}

pub(super) fn generator(loads: &[&Load]) -> Generator {
    let of = |count: fn(&Generator) -> u64| sum(loads.iter().map(|it| count(&it.generator)));
    let most = |count: fn(&Generator) -> u64| {
        loads.iter().map(|it| count(&it.generator)).max().unwrap_or(0)
    };
    let most_share = |share: fn(&Generator) -> f64| {
        loads.iter().map(|it| share(&it.generator)).fold(0.0, f64::max)
    };
    Generator {
        kernel_time: has_kernel_time(loads),
        without_kernel_stamp: of(|it| it.without_kernel_stamp),
        window_closed: of(|it| it.window_closed),
        most_waiting_bytes: most(|it| it.most_waiting_bytes),
        worker_cpu_max: most_share(|it| it.worker_cpu_max),
        machine_cpu_max: most_share(|it| it.machine_cpu_max),
        shares_machine: loads.iter().any(|it| it.generator.shares_machine),
        clock_step_us: most(|it| it.clock_step_us),
        cpu_ms: of(|it| it.cpu_ms),
        rss_peak_bytes: of(|it| it.rss_peak_bytes),
        rss_before_bytes: of(|it| it.rss_before_bytes),
        longest_stall_us: most(|it| it.longest_stall_us),
        stamp_least_us: loads.iter().filter_map(|it| it.generator.stamp_least_us).min(),
        stamp_clock: stamp_clock(loads),
    }
}

/// Whether all shards that had subscribers took the kernel's times.
fn has_kernel_time(loads: &[&Load]) -> bool {
    let with_subscribers = loads.iter().filter(|load| load.connections.opened > 0);
    let mut times = with_subscribers.map(|load| load.generator.kernel_time).peekable();
    match times.peek() {
        Some(_) => times.all(|kernel| kernel),
        None => loads.iter().all(|load| load.generator.kernel_time),
    }
}

fn stamp_clock(loads: &[&Load]) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for clock in loads.iter().filter_map(|it| it.generator.stamp_clock.as_deref()) {
        if !said.contains(&clock) {
            said.push(clock);
        }
    }
    (!said.is_empty()).then(|| said.join("; "))
}
