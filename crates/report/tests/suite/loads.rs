//! Hand-made load runs.

use std::collections::BTreeMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Serializer, V2DeflateSerializer};
use ssecheck_model::load::*;
use ssecheck_model::report::{Report, SCHEMA, TargetInfo, Tool};

use crate::reports::HOSTILE;

/// A report with this load part alone.
pub(crate) fn report(load: Load) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "ssecheck".to_owned(), version: "0.1.0".to_owned() },
        started_at: "2026-11-21T02:45:30Z".to_owned(),
        duration_ms: 42_300,
        interrupted: false,
        target: TargetInfo {
            url: "http://127.0.0.1:3000/events".to_owned(),
            provides: vec!["publish".to_owned()],
            seen: Vec::new(),
            testbed: false,
        },
        conformance: None,
        load: Some(load),
        parser: None,
        selftest: None,
    }
}

/// The load part of a report.
pub(crate) fn load(report: &mut Report) -> &mut Load {
    report.load.as_mut().expect("made with this part")
}

/// Ten subscribers that were connected and got everything; no threshold, no doubt, no times.
pub(crate) fn minimal() -> Report {
    report(Load {
        plan: PlanFacts {
            summary: "10 subscribers for 1 s".to_owned(),
            run: "m1".to_owned(),
            duration_ms: 1_000,
            interval_ms: 1_000,
            start_at: "2026-11-21T02:45:31.250Z".to_owned(),
            ..PlanFacts::default()
        },
        connections: Connections { attempted: 10, opened: 10, peak: 10, ..Connections::default() },
        events: Events {
            sequence: "none".to_owned(),
            expected: 10,
            received: 10,
            events: 10,
            bytes: 100,
            wire_bytes: 2_100,
            ..Events::default()
        },
        generator: Generator { kernel_time: true, ..Generator::default() },
        ..Load::default()
    })
}

/// As [`minimal`], with thresholds that held.
pub(crate) fn good() -> Report {
    let mut report = minimal();
    load(&mut report).thresholds = vec![threshold("lost == 0", "0", true)];
    report
}

/// Every part, with values of every magnitude.
pub(crate) fn rich() -> Report {
    let mut latency_us = BTreeMap::new();
    let series: Vec<Interval> = (0..3).map(interval).collect();
    for metric in [Metric::Fanout, Metric::FanoutFromActual, Metric::Spread, Metric::Lag] {
        latency_us.insert(
            metric.as_str().to_owned(),
            latency(&(0..3).flat_map(|n| samples(metric, n)).collect::<Vec<_>>()),
        );
    }
    for metric in [Metric::Slip, Metric::Ack, Metric::Connect, Metric::FirstEvent] {
        latency_us.insert(metric.as_str().to_owned(), latency(&samples(metric, 0)));
    }
    report(Load {
        aborted: None,
        plan: plan(),
        shards: vec![shard(1), shard(2)],
        connections: connections(),
        events: events(),
        publishing: Some(publishing()),
        latency_us,
        storm: Some(storm()),
        slow_readers: Some(slow_readers()),
        capacity: Some(capacity()),
        server: Some(server()),
        worst: vec![worst(17), worst(4_711)],
        generator: generator(),
        thresholds: vec![
            threshold("fanout.p99 < 200ms", "79.1 ms", true),
            threshold("lost == 0", "2", false),
            threshold("ack.p99 < 1s", "no samples", false),
        ],
        doubts: vec![
            doubt("slip", true, "The publisher sent 23 of 300 events more than 10 ms late."),
            doubt("late-subscribers", false, "2 subscribers were not connected in time."),
        ],
        series,
    })
}

/// Every text from elsewhere is hostile, and every map has hostile keys.
pub(crate) fn hostile() -> Report {
    let mut report = rich();
    let text = || HOSTILE.to_owned();
    for place in [&mut report.target.url, &mut report.tool.version, &mut report.started_at] {
        *place = text();
    }
    let load = load(&mut report);
    load.plan = PlanFacts {
        title: Some(text()),
        summary: text(),
        run: text(),
        start_at: text(),
        config_hash: text(),
        text: text(),
        thresholds: vec![text()],
        needs: vec![need(HOSTILE, 2, Some(1), HOSTILE, true)],
        ..load.plan.clone()
    };
    let causes =
        || BTreeMap::from([(text(), 3), ("\u{1b}x".to_owned(), 2), ("\\x1bx".to_owned(), 1)]);
    load.connections.failed_by = causes();
    load.connections.ended_by = causes();
    load.publishing.as_mut().expect("rich").failed_by = causes();
    load.events.sequence = text();
    load.worst[0].missing = vec![text()];
    load.generator.stamp_clock = Some(text());
    load.thresholds = vec![threshold(HOSTILE, HOSTILE, false), threshold(HOSTILE, HOSTILE, true)];
    load.doubts = vec![doubt(HOSTILE, true, HOSTILE), doubt(HOSTILE, false, HOSTILE)];
    load.capacity = Some(Capacity { of: text(), confidence: text(), ..capacity() });
    load.capacity.as_mut().expect("set").trials[0].message = text();
    load.latency_us.insert(text(), latency(&[1]));
    load.series[0].latency_us.insert(text(), brief(&[1]));
    for shard in &mut load.shards {
        shard.environment.system = text();
        shard.environment.limits = BTreeMap::from([(text(), text())]);
    }
    report
}

fn plan() -> PlanFacts {
    PlanFacts {
        title: Some("Nightly fan-out".to_owned()),
        summary: "10000 subscribers, 10/s for 30 s".to_owned(),
        run: "k3v9".to_owned(),
        seed: 7,
        peak_subscribers: 10_000,
        connects_per_second: 1_000.0,
        events_per_second: 10.0,
        publishers: 1,
        topics: 1,
        duration_ms: 30_000,
        interval_ms: 10_000,
        start_at: "2026-11-21T02:45:31.250Z".to_owned(),
        config_hash: "9f86d081884c7d65".to_owned(),
        text: "subscribers: 10000\nrate: 10/s\nduration: 30s\n".to_owned(),
        thresholds: vec!["fanout.p99 < 200ms".to_owned(), "lost == 0".to_owned()],
        needs: vec![
            need(
                "descriptors",
                10_064,
                Some(20_000),
                "10064 descriptors per process, the limit is 20000",
                false,
            ),
            need(
                "ports",
                30_000,
                Some(28_000),
                "30000 local ports; there are 28000 now: wait a minute",
                false,
            ),
            need(
                "memory",
                99,
                Some(9),
                "1 GiB of memory, 9 MiB is available: use at most 9 connections",
                true,
            ),
        ],
    }
}

fn need(name: &str, needed: u64, available: Option<u64>, message: &str, short: bool) -> Need {
    Need { name: name.to_owned(), needed, available, message: message.to_owned(), short }
}

fn shard(index: u32) -> Shard {
    Shard {
        index,
        count: 2,
        first_subscriber: u64::from(index - 1) * 5_000,
        subscribers: 5_000,
        environment: Environment {
            system: "Linux 6.1.0 x86_64".to_owned(),
            machine: "3f2a".to_owned(),
            processors: 2,
            memory_bytes: 8 << 30,
            limits: BTreeMap::from([(
                "net.ipv4.ip_local_port_range".to_owned(),
                "32768 60999".to_owned(),
            )]),
        },
    }
}

fn connections() -> Connections {
    let by = |pairs: &[(&str, u64)]| pairs.iter().map(|(k, n)| ((*k).to_owned(), *n)).collect();
    Connections {
        attempted: 10_015,
        opened: 10_003,
        failed: 12,
        failed_by: by(&[("refused", 8), ("status-503", 4)]),
        peak: 10_000,
        ended_early: 3,
        ended_by: by(&[("end", 2), ("reset", 1)]),
        reconnected: 3,
        late: 2,
        completed: 250,
        redirected: 0,
    }
}

fn events() -> Events {
    Events {
        sequence: "publish".to_owned(),
        expected: 3_000_000,
        received: 2_999_998,
        lost: 2,
        duplicated: 1,
        overtaken: 0,
        reordered: 0,
        replayed: 40,
        missed_away: 0,
        foreign: 7,
        events: 3_000_046,
        comments: 20_000,
        dataless_blocks: 0,
        bytes: 327_155_712,
        wire_bytes: 356_515_840,
        untimed: 12,
        untracked: 0,
    }
}

fn publishing() -> Publishing {
    Publishing {
        scheduled: 300,
        sent: 300,
        acknowledged: 299,
        failed: 1,
        failed_by: BTreeMap::from([("status-500".to_owned(), 1)]),
        most_in_flight: 8,
        waited: 4,
    }
}

fn storm() -> StormResult {
    StormResult {
        at_ms: 12_000,
        cut: 10_000,
        back: 9_998,
        back_50_ms: Some(1_200),
        back_99_ms: Some(4_100),
        back_100_ms: None,
        retry_ms: Some(3_000),
        most_per_second: 2_300,
        failed_attempts: 40,
        replayed: 120,
        lost: 3,
    }
}

fn slow_readers() -> SlowReaders {
    SlowReaders {
        subscribers: 100,
        from_ms: 10_000,
        until_ms: 20_000,
        cut: 60,
        dropped: 10,
        buffered: 30,
        lost: 1_234,
        others_p99_before_us: Some(31_200),
        others_p99_during_us: None,
        others_lost: 0,
    }
}

fn capacity() -> Capacity {
    let trial = |value, held, trusted, message: &str| Trial {
        value,
        held,
        trusted,
        message: message.to_owned(),
    };
    Capacity {
        of: "subscribers".to_owned(),
        good: Some(8_000.0),
        bad: Some(10_000.0),
        trials: vec![
            trial(5_000.0, true, true, "fanout.p99 41.0 ms"),
            trial(8_000.0, true, true, "fanout.p99 150 ms"),
            trial(10_000.0, false, true, "fanout.p99 412 ms"),
            trial(9_000.0, true, false, "slip"),
        ],
        confidence: "Each side was tried 3 times.".to_owned(),
    }
}

fn server() -> ServerUse {
    ServerUse {
        pid: 4_242,
        processes: 3,
        cpu_ms: 12_300,
        cpu_us_per_event: 4.1,
        rss_before_bytes: 31_457_280,
        rss_peak_bytes: 169_869_312,
        rss_bytes_per_subscriber: 13_516.8,
        descriptors_peak: 10_020,
    }
}

fn worst(subscriber: u64) -> Worst {
    Worst {
        subscriber,
        expected: 300,
        lost: 1,
        duplicated: u64::from(subscriber == 17),
        reordered: 0,
        missing: vec![(subscriber % 100).to_string()],
        ended_early: 1,
    }
}

fn generator() -> Generator {
    Generator {
        kernel_time: true,
        without_kernel_stamp: 5,
        worker_cpu_max: 0.61,
        machine_cpu_max: 0.884,
        shares_machine: true,
        cpu_ms: 8_200,
        rss_peak_bytes: 25_375_539,
        rss_before_bytes: 8_493_465,
        longest_stall_us: 14_000,
        ..Generator::default()
    }
}

fn threshold(threshold: &str, actual: &str, held: bool) -> ThresholdResult {
    ThresholdResult { threshold: threshold.to_owned(), actual: actual.to_owned(), held }
}

fn doubt(code: &str, invalidates: bool, message: &str) -> Doubt {
    let cure = "Publish less, or from another machine.".to_owned();
    Doubt { code: code.to_owned(), invalidates, message: message.to_owned(), cure }
}

fn interval(n: u64) -> Interval {
    let metrics = [Metric::Fanout, Metric::FanoutFromActual, Metric::Spread, Metric::Lag];
    let times = metrics.map(|metric| (metric.as_str().to_owned(), brief(&samples(metric, n))));
    Interval {
        at_ms: n * 10_000,
        length_ms: if n == 2 { 2_500 } else { 10_000 },
        open: 10_000 - n,
        opened: if n == 0 { 10_000 } else { 1 },
        failed: n,
        ended_early: n / 2,
        events: 500_000,
        comments: 6_000 + n,
        wire_bytes: 90_000_000,
        published: 100,
        worker_cpu: 0.61,
        machine_cpu: 0.5,
        server: (n != 1).then_some(ServerSample {
            cpu: 1.25,
            rss_bytes: 169_869_312,
            descriptors: if n == 0 { 10_020 } else { 0 },
        }),
        latency_us: BTreeMap::from(times),
    }
}

/// A long tail, the same at every call: magnitudes from microseconds to seconds.
fn samples(metric: Metric, interval: u64) -> Vec<u64> {
    let scale = if matches!(metric, Metric::Lag | Metric::Slip) { 1.0 } else { 12.0 };
    let mut state = 1 + interval + 10 * metric as u64;
    let one = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let share = (state >> 11) as f64 / (1u64 << 53) as f64;
        (scale * 150.0 / (1.0 - share * 0.9999)) as u64
    };
    (0..1_000).map(one).collect()
}

fn histogram(samples: &[u64]) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, 3_600_000_000, 3).expect("sound bounds");
    for sample in samples {
        histogram.record(*sample).expect("below an hour");
    }
    histogram
}

/// The figures of `samples`, as a load run writes them.
pub(crate) fn latency(samples: &[u64]) -> Latency {
    let times = histogram(samples);
    let mut bytes = Vec::new();
    V2DeflateSerializer::new().serialize(&times, &mut bytes).expect("memory takes it");
    Latency {
        count: times.len(),
        min: times.min(),
        mean: times.mean(),
        p50: times.value_at_quantile(0.5),
        p90: times.value_at_quantile(0.9),
        p99: times.value_at_quantile(0.99),
        p999: times.value_at_quantile(0.999),
        max: times.max(),
        histogram: STANDARD.encode(bytes),
    }
}

/// The text form of a histogram whose inner bytes are these.
pub(crate) fn deflated(inner: &[u8]) -> String {
    let mut bytes = 0x1c84_9314_u32.to_be_bytes().to_vec();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(inner).expect("memory takes it");
    let deflated = encoder.finish().expect("memory takes it");
    bytes.extend(u32::try_from(deflated.len()).expect("short").to_be_bytes());
    bytes.extend(deflated);
    STANDARD.encode(bytes)
}

/// As [`latency`], for an interval.
pub(crate) fn brief(samples: &[u64]) -> Brief {
    let Latency { count, p50, p90, p99, max, histogram, .. } = latency(samples);
    Brief { count, p50, p90, p99, max, histogram }
}
