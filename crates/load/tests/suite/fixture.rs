//! A load run that nothing is wrong with, to be spoilt by tests.

use ssecheck_load::histogram;
use ssecheck_model::load::{
    Connections, Environment, Events, Generator, Load, Metric, PlanFacts, Publishing, Shard,
};
use ssecheck_model::report::{Report, SCHEMA, TargetInfo, Tool};

/// The histogram of `samples` as a report holds it.
pub(crate) fn put(load: &mut Load, metric: Metric, samples: &[u64]) {
    let mut times = histogram::empty();
    for sample in samples {
        times.record(*sample).unwrap();
    }
    load.latency_us.insert(metric.as_str().to_owned(), histogram::latency(&times));
}

/// 1000 deliveries to 100 subscribers, each after 10 ms, and no doubt about them.
pub(crate) fn sound() -> Load {
    let shard = Shard {
        index: 1,
        count: 1,
        first_subscriber: 0,
        subscribers: 100,
        environment: Environment {
            machine: "m".to_owned(),
            processors: 2,
            ..Environment::default()
        },
    };
    let plan = PlanFacts {
        run: "r1".to_owned(),
        config_hash: "c1".to_owned(),
        peak_subscribers: 100,
        interval_ms: 1_000,
        ..PlanFacts::default()
    };
    let mut load = Load {
        plan,
        shards: vec![shard],
        connections: Connections {
            attempted: 100,
            opened: 100,
            peak: 100,
            ..Connections::default()
        },
        events: Events {
            sequence: "publish".to_owned(),
            expected: 1_000,
            received: 1_000,
            events: 1_000,
            ..Events::default()
        },
        publishing: Some(Publishing {
            scheduled: 10,
            sent: 10,
            acknowledged: 10,
            ..Publishing::default()
        }),
        generator: Generator { kernel_time: true, ..Generator::default() },
        ..Load::default()
    };
    put(&mut load, Metric::Fanout, &[10_000; 1_000]);
    put(&mut load, Metric::FanoutFromActual, &[10_000; 1_000]);
    put(&mut load, Metric::Slip, &[20; 10]);
    put(&mut load, Metric::Lag, &[50; 1_000]);
    load
}

/// A report around `load`.
pub(crate) fn report(load: Load) -> Report {
    Report {
        schema: SCHEMA.to_owned(),
        tool: Tool { name: "ssecheck".to_owned(), version: "1.2.3".to_owned() },
        started_at: "2026-11-20T10:00:00Z".to_owned(),
        duration_ms: 5_000,
        interrupted: false,
        target: TargetInfo {
            url: "http://127.0.0.1:1/".to_owned(),
            provides: Vec::new(),
            seen: Vec::new(),
            testbed: false,
        },
        conformance: None,
        load: Some(load),
        parser: None,
        selftest: None,
    }
}
