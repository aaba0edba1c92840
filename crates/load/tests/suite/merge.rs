//! Shards of a run become one report, or are refused.

use proptest::prelude::*;
use ssecheck_load::histogram;
use ssecheck_load::merge::{MergeError, WORST, merge};
use ssecheck_model::load::{
    Capacity, Interval, Load, Metric, Need, ServerSample, ServerUse, SlowReaders, StormResult,
    Worst,
};
use ssecheck_model::report::Report;

use crate::fixture::{put, report, sound};

/// `count` shards with 100 subscribers each.
fn shards(count: u32) -> Vec<Report> {
    let shard = |index| {
        let mut load = sound();
        load.shards[0].index = index;
        load.shards[0].count = count;
        load.shards[0].first_subscriber = u64::from(index - 1) * 100;
        report(load)
    };
    (1..=count).map(shard).collect()
}

fn load(report: &mut Report) -> &mut Load {
    report.load.as_mut().unwrap()
}

fn merged(shards: Vec<Report>) -> Load {
    merge(shards).unwrap().load.unwrap()
}

fn refused(count: u32, spoil: impl FnOnce(&mut Vec<Report>)) -> MergeError {
    let mut shards = shards(count);
    spoil(&mut shards);
    merge(shards).unwrap_err()
}

#[test]
fn nothing_and_other_reports_are_refused() {
    assert_eq!(merge(Vec::new()).unwrap_err(), MergeError::Nothing);
    let error = refused(2, |shards| shards[1].load = None);
    assert_eq!(error, MergeError::NoLoad { position: 2 });
}

type Spoil = fn(&mut Report);

#[test]
fn what_differs_is_named() {
    let cases: [(&str, Spoil); 5] = [
        ("schema", |it| it.schema = "x".to_owned()),
        ("version", |it| it.tool.version = "x".to_owned()),
        ("configuration", |it| load(it).plan.config_hash = "x".to_owned()),
        ("run", |it| load(it).plan.run = "x".to_owned()),
        ("number of shards", |it| load(it).shards[0].count = 4),
    ];
    for (name, spoil) in cases {
        let error = refused(3, |shards| spoil(&mut shards[2]));
        let MergeError::Differs { position: 3, what, .. } = error else { panic!("{error}") };
        assert_eq!(what, name);
    }
    let error = refused(2, |shards| shards[1].tool.version = "9.9.9".to_owned());
    let text = error.to_string();
    assert_eq!(text, "report 2 has the version `ssecheck 9.9.9`, report 1 has `ssecheck 1.2.3`");
}

#[test]
fn a_missing_shard_is_named() {
    let error = refused(5, |shards| {
        shards.remove(3);
        shards.remove(1);
    });
    assert_eq!(error.to_string(), "of 5 shards these are missing: 2, 4");
}

#[test]
fn a_long_list_of_missing_shards_is_cut() {
    let error = refused(1, |shards| load(&mut shards[0]).shards[0].count = u32::MAX);
    assert!(error.to_string().ends_with("20, 21, ..."), "{error}");
}

#[test]
fn a_shard_that_is_there_twice_is_named() {
    let error = refused(3, |shards| shards[2] = shards[1].clone());
    assert_eq!(error, MergeError::Twice { index: 2, count: 3 });
}

#[test]
fn a_shard_number_that_does_not_exist_is_refused() {
    for index in [0, 4] {
        let error = refused(3, |shards| load(&mut shards[0]).shards[0].index = index);
        assert_eq!(error, MergeError::Index { position: 1, index, count: 3 });
    }
}

#[test]
fn a_gap_and_an_overlap_of_subscribers_are_refused() {
    let at = |first| {
        move |shards: &mut Vec<Report>| {
            load(&mut shards[1]).shards[0].first_subscriber = first;
        }
    };
    assert!(refused(2, at(101)).to_string().ends_with("end at 100: a gap"));
    assert!(refused(2, at(99)).to_string().ends_with("end at 100: an overlap"));
    let error = refused(1, |shards| load(&mut shards[0]).shards[0].first_subscriber = 5);
    assert_eq!(error, MergeError::Range { index: 1, expected: 0, found: 5 });
}

#[test]
fn shards_may_differ_in_size_and_be_empty() {
    let mut three = shards(3);
    for (shard, (first, count)) in three.iter_mut().zip([(0, 7), (7, 0), (7, 5)]) {
        let shard = &mut load(shard).shards[0];
        (shard.first_subscriber, shard.subscribers) = (first, count);
    }
    assert_eq!(merged(three).shards.len(), 3);
}

#[test]
fn a_merge_cannot_be_merged_again() {
    let once = merge(shards(2)).unwrap();
    assert_eq!(merge(vec![once]).unwrap_err(), MergeError::Merged { position: 1, shards: 2 });
    let error = refused(2, |shards| load(&mut shards[0]).shards.clear());
    assert_eq!(error, MergeError::Merged { position: 1, shards: 0 });
}

#[test]
fn a_capacity_search_is_refused() {
    let error = refused(1, |shards| load(&mut shards[0]).capacity = Some(Capacity::default()));
    assert_eq!(error, MergeError::Capacity { position: 1 });
}

#[test]
fn a_damaged_histogram_is_refused_with_its_place() {
    let error = refused(2, |shards| {
        load(&mut shards[1]).latency_us.get_mut("slip").unwrap().histogram = "%".to_owned();
    });
    assert!(error.to_string().starts_with("shard 2: slip: not a histogram"), "{error}");
    let error = refused(2, |shards| {
        load(&mut shards[0]).latency_us.get_mut("slip").unwrap().count = 11;
    });
    let samples = MergeError::Samples { index: 1, metric: "slip".to_owned(), count: 11, held: 10 };
    assert_eq!(error, samples);
}

/// The merge of `samples` dealt out to `count` shards, beside one histogram of all of them.
fn assert_bit_exact(samples: &[u64], count: u32) {
    let mut shards = shards(count);
    for (at, shard) in shards.iter_mut().enumerate() {
        let own: Vec<u64> = samples.iter().skip(at).step_by(count as usize).copied().collect();
        put(load(shard), Metric::Fanout, &own);
    }
    let mut alone = sound();
    put(&mut alone, Metric::Fanout, samples);
    let merged = merged(shards);
    assert_eq!(merged.latency_us["fanout"].histogram, alone.latency_us["fanout"].histogram);
    assert_eq!(merged.latency_us["fanout"], alone.latency_us["fanout"]);
}

#[test]
fn the_merge_of_histograms_is_the_histogram_of_all_samples() {
    let samples: Vec<u64> = (0..20_000u64).map(|n| n * n * 7 % 3_600_000_000).collect();
    for count in [2, 3, 8] {
        assert_bit_exact(&samples, count);
    }
    assert_bit_exact(&[histogram::LONGEST_US, 0, 1], 2);
    assert_bit_exact(&[], 3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_samples_merge_bit_exactly(
        samples in prop::collection::vec(0..=histogram::LONGEST_US, 0..200),
        count in 1u32..9,
    ) {
        assert_bit_exact(&samples, count);
    }
}

#[test]
fn shards_may_be_given_in_any_order() {
    let mut backwards = shards(3);
    backwards.reverse();
    assert_eq!(merge(backwards).unwrap(), merge(shards(3)).unwrap());
}

#[test]
fn a_run_in_one_process_merges_to_itself() {
    let mut alone = report(sound());
    ssecheck_load::judge::judge(load(&mut alone));
    assert_eq!(merge(vec![alone.clone()]).unwrap(), alone);
}

#[test]
fn counts_are_added_and_causes_joined() {
    let mut shards = shards(3);
    for (at, shard) in shards.iter_mut().enumerate() {
        let load = load(shard);
        load.connections.failed = at as u64;
        load.connections.failed_by.insert("refused".to_owned(), at as u64);
        load.events.lost = 10;
        load.events.wire_bytes = 1 << at;
    }
    load(&mut shards[1]).connections.failed_by.insert("reset".to_owned(), 1);
    let merged = merged(shards);
    assert_eq!((merged.connections.opened, merged.connections.peak), (300, 300));
    assert_eq!(merged.connections.failed, 3);
    let causes: Vec<_> = merged.connections.failed_by.into_iter().collect();
    assert_eq!(causes, [("refused".to_owned(), 3), ("reset".to_owned(), 1)]);
    assert_eq!((merged.events.lost, merged.events.wire_bytes), (30, 7));
    assert_eq!(merged.publishing.unwrap().sent, 30);
    assert_eq!(merged.shards.len(), 3);
}

#[test]
fn counts_near_the_largest_number_do_not_overflow() {
    let mut shards = shards(2);
    for shard in &mut shards {
        load(shard).events.events = u64::MAX;
        load(shard).connections.failed_by.insert("x".to_owned(), u64::MAX);
    }
    let merged = merged(shards);
    assert_eq!(merged.events.events, u64::MAX);
    assert_eq!(merged.connections.failed_by["x"], u64::MAX);
}

#[test]
fn loss_is_claimed_only_if_every_shard_with_events_can() {
    let mut two = shards(3);
    load(&mut two[1]).events.sequence = "none".to_owned();
    assert_eq!(merged(two.clone()).events.sequence, "none");
    load(&mut two[1]).events.events = 0;
    assert_eq!(merged(two).events.sequence, "publish");
}

#[test]
fn thresholds_and_doubts_are_judged_on_the_merge_only() {
    let mut shards = shards(2);
    for shard in &mut shards {
        let load = load(shard);
        load.plan.thresholds = vec!["received >= 2000".to_owned()];
        ssecheck_load::judge::judge(load);
        assert!(!load.thresholds[0].held);
        put(load, Metric::Spread, &[5]);
    }
    let merged = merged(shards);
    assert_eq!(merged.thresholds.len(), 1);
    assert!(merged.thresholds[0].held, "{:?}", merged.thresholds);
    let codes: Vec<_> = merged.doubts.iter().map(|doubt| doubt.code.as_str()).collect();
    assert_eq!(codes, ["spread-per-shard"]);
}

#[test]
fn the_generators_combine_to_the_worst_of_them() {
    let mut shards = shards(2);
    let one = &mut load(&mut shards[0]).generator;
    (one.worker_cpu_max, one.machine_cpu_max) = (0.2, 0.7);
    (one.cpu_ms, one.longest_stall_us, one.window_closed) = (30, 5, 2);
    (one.stamp_least_us, one.stamp_clock) = (Some(-4), Some("one".to_owned()));
    let two = &mut load(&mut shards[1]).generator;
    (two.worker_cpu_max, two.machine_cpu_max) = (0.6, 0.1);
    (two.cpu_ms, two.longest_stall_us, two.window_closed) = (40, 9, 3);
    (two.stamp_least_us, two.stamp_clock) = (Some(7), Some("two".to_owned()));
    (two.shares_machine, two.kernel_time) = (true, false);
    let all = merged(shards).generator;
    assert_eq!((all.worker_cpu_max, all.machine_cpu_max), (0.6, 0.7));
    assert_eq!((all.cpu_ms, all.longest_stall_us, all.window_closed), (70, 9, 5));
    assert_eq!((all.stamp_least_us, all.stamp_clock.as_deref()), (Some(-4), Some("one; two")));
    assert!(all.shares_machine && !all.kernel_time);
}

#[test]
fn an_interrupted_shard_makes_the_whole_interrupted() {
    let mut shards = shards(2);
    assert!(!merge(shards.clone()).unwrap().interrupted);
    shards[1].interrupted = true;
    assert!(merge(shards).unwrap().interrupted);
}

#[test]
fn the_run_lasts_from_the_first_start_to_the_last_end() {
    let mut shards = shards(3);
    shards[0].started_at = "2026-11-20T10:00:01.5Z".to_owned();
    shards[2].started_at = "2026-11-20T10:00:02Z".to_owned();
    let merged = merge(shards).unwrap();
    assert_eq!((merged.started_at.as_str(), merged.duration_ms), ("2026-11-20T10:00:00Z", 7_000));
}

fn interval(at_ms: u64, open: u64, events: u64) -> Interval {
    let mut load = Load::default();
    put(&mut load, Metric::Fanout, &vec![at_ms + 1; usize::try_from(events).unwrap()]);
    let times = histogram::read(&load.latency_us["fanout"].histogram).unwrap();
    let latency_us = [("fanout".to_owned(), histogram::brief(&times))].into();
    Interval { at_ms, length_ms: 1_000, open, events, latency_us, ..Interval::default() }
}

#[test]
fn intervals_are_laid_over_one_another() {
    let mut shards = shards(2);
    let watched = ServerSample { cpu: 1.5, rss_bytes: 7, descriptors: 9 };
    load(&mut shards[0]).series =
        vec![interval(0, 5, 1), interval(1_000, 6, 2), interval(2_000, 7, 3)];
    load(&mut shards[1]).series =
        vec![interval(0, 10, 10), interval(1_002, 20, 20), interval(1_998, 30, 30)];
    load(&mut shards[1]).series[1].server = Some(watched);
    load(&mut shards[0]).series[1].worker_cpu = 0.5;
    load(&mut shards[1]).series[1].worker_cpu = 0.4;
    let series = merged(shards).series;
    let seen: Vec<_> = series.iter().map(|it| (it.at_ms, it.open, it.events)).collect();
    assert_eq!(seen, [(0, 15, 11), (1_000, 26, 22), (1_998, 37, 33)]);
    let counts: Vec<u64> = series.iter().map(|it| it.latency_us["fanout"].count).collect();
    assert_eq!(counts, [11, 22, 33]);
    assert_eq!(series[1].server, Some(watched));
    assert_eq!((series[1].worker_cpu, series[1].length_ms), (0.5, 1_000));
}

#[test]
fn a_second_look_at_one_interval_does_not_count_its_streams_twice() {
    let mut alone = shards(1);
    load(&mut alone[0]).series = vec![interval(1_000, 6, 2), interval(1_400, 5, 1)];
    let series = merged(alone).series;
    assert_eq!((series.len(), series[0].open, series[0].events), (1, 5, 3));
}

#[test]
fn the_worst_subscribers_of_all_are_kept() {
    let mut shards = shards(2);
    for (at, shard) in shards.iter_mut().enumerate() {
        let worst = |n: u64| Worst { subscriber: n, lost: n % 100, ..Worst::default() };
        let first = at as u64 * 100;
        load(shard).worst = (first + 1..first + 9).rev().map(worst).collect();
    }
    let merged = merged(shards).worst;
    let seen: Vec<_> = merged.iter().map(|it| (it.subscriber, it.lost)).collect();
    assert_eq!(seen.len(), WORST);
    assert_eq!(seen[..4], [(8, 8), (108, 8), (7, 7), (107, 7)]);
}

#[test]
fn the_needs_of_all_shards_are_told() {
    let mut shards = shards(2);
    let need = Need {
        name: "ports".to_owned(),
        needed: 1,
        available: None,
        message: "1 port".to_owned(),
        short: false,
    };
    for shard in &mut shards {
        load(shard).plan.needs = vec![need.clone()];
    }
    let messages: Vec<_> = merged(shards).plan.needs.into_iter().map(|need| need.message).collect();
    assert_eq!(messages, ["shard 1: 1 port", "shard 2: 1 port"]);
}

#[test]
fn the_servers_use_is_counted_per_event_of_all_shards() {
    let mut shards = shards(2);
    load(&mut shards[1]).server = Some(ServerUse {
        pid: 7,
        cpu_ms: 10,
        cpu_us_per_event: 10.0,
        rss_before_bytes: 1_000,
        rss_peak_bytes: 3_000,
        rss_bytes_per_subscriber: 20.0,
        ..ServerUse::default()
    });
    let server = merged(shards).server.unwrap();
    assert_eq!((server.pid, server.cpu_ms), (7, 10));
    assert_eq!((server.cpu_us_per_event, server.rss_bytes_per_subscriber), (5.0, 10.0));
}

#[test]
fn slow_readers_are_added_and_the_others_told_by_the_worst_shard() {
    let mut shards = shards(2);
    for (at, shard) in shards.iter_mut().enumerate() {
        let at = at as u64;
        load(shard).slow_readers = Some(SlowReaders {
            subscribers: 5,
            from_ms: 100 + at,
            until_ms: 200 + at,
            cut: at,
            others_p99_before_us: Some(10 + at),
            others_p99_during_us: (at == 0).then_some(99),
            ..SlowReaders::default()
        });
    }
    let slow = merged(shards).slow_readers.unwrap();
    assert_eq!((slow.subscribers, slow.from_ms, slow.until_ms, slow.cut), (10, 100, 201, 1));
    assert_eq!((slow.others_p99_before_us, slow.others_p99_during_us), (Some(11), Some(99)));
}

/// A shard whose subscribers were cut and came back after `back` milliseconds each.
fn stormed(shard: &mut Report, cut: u64, back: &[u64]) {
    let us: Vec<u64> = back.iter().map(|ms| ms * 1_000).collect();
    let load = load(shard);
    put(load, Metric::Reconnect, &us);
    let rank = |percent: u64| {
        let rank = usize::try_from((cut * percent).div_ceil(100)).unwrap();
        back.get(rank - 1).copied()
    };
    load.storm = Some(StormResult {
        at_ms: 500,
        cut,
        back: back.len() as u64,
        back_50_ms: rank(50),
        back_99_ms: rank(99),
        back_100_ms: rank(100),
        most_per_second: 3,
        ..StormResult::default()
    });
}

#[test]
fn a_storm_over_all_shards_is_that_of_the_whole_crowd() {
    let mut shards = shards(2);
    stormed(&mut shards[0], 100, &(1..=100).collect::<Vec<_>>());
    stormed(&mut shards[1], 100, &(901..=1_000).collect::<Vec<_>>());
    let storm = merged(shards).storm.unwrap();
    assert_eq!((storm.at_ms, storm.cut, storm.back, storm.most_per_second), (500, 200, 200, 6));
    assert_eq!(storm.back_100_ms, Some(1_000));
    // Half of all are back with the 100th; an average of 50 and 950 would say 500.
    let half = storm.back_50_ms.unwrap();
    assert!((100..=101).contains(&half), "{half}");
    let nearly_all = storm.back_99_ms.unwrap();
    assert!((998..=999).contains(&nearly_all), "{nearly_all}");
}

#[test]
fn a_storm_from_which_some_did_not_come_back_has_no_end() {
    let mut shards = shards(2);
    stormed(&mut shards[0], 100, &(1..=100).collect::<Vec<_>>());
    stormed(&mut shards[1], 100, &[7]);
    let storm = merged(shards).storm.unwrap();
    assert_eq!((storm.back, storm.back_99_ms, storm.back_100_ms), (101, None, None));
    let half = storm.back_50_ms.unwrap();
    assert!((98..=100).contains(&half), "the 100th of 101: {half}");
}

#[test]
fn a_storm_is_over_only_with_the_last_of_all() {
    let mut shards = shards(2);
    stormed(&mut shards[0], 100, &(1..=100).collect::<Vec<_>>());
    stormed(&mut shards[1], 100, &(1..=99).collect::<Vec<_>>());
    let storm = merged(shards).storm.unwrap();
    assert_eq!((storm.back, storm.back_100_ms), (199, None));
    let nearly_all = storm.back_99_ms.unwrap();
    assert!((99..=100).contains(&nearly_all), "{nearly_all}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_histogram_with_any_bytes_changed_is_read_or_refused(
        changes in prop::collection::vec((0usize..60, any::<u8>()), 1..6),
        length in 0usize..60,
    ) {
        use base64::Engine;
        use hdrhistogram::serialization::{Serializer, V2Serializer};
        let mut times = histogram::empty();
        times.record_n(1_000, 300).unwrap();
        times.record(2_000_000).unwrap();
        // Without deflate, whose checksum would refuse nearly every change before it is looked at.
        let mut bytes = Vec::new();
        V2Serializer::new().serialize(&times, &mut bytes).unwrap();
        for (at, byte) in changes {
            let at = at % bytes.len();
            // The upper half of the length: the reader makes room for all of it before it looks.
            if !(4..6).contains(&at) {
                bytes[at] = byte;
            }
        }
        bytes.truncate(length.max(bytes.len().saturating_sub(length)));
        let mut shards = shards(2);
        let latency = load(&mut shards[1]).latency_us.get_mut("fanout").unwrap();
        latency.histogram = base64::engine::general_purpose::STANDARD.encode(&bytes);
        latency.count = 301;
        match merge(shards) {
            Ok(merged) => prop_assert_eq!(merged.load.unwrap().latency_us["fanout"].count, 1_301),
            Err(error) => prop_assert!(error.to_string().starts_with("shard 2: fanout: "), "{error}"),
        }
    }
}
