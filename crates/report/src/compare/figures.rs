//! The figures of load runs, with their values on both sides.

use ssecheck_model::comparison::Unit;
use ssecheck_model::load::{Latency, Load, Metric};

use crate::load::latency;

/// What a time has to change by at least, in microseconds: the generator promises its percentiles
/// within 2 % or 100 us.
const TIME_FLOOR: f64 = 100.0;

/// A figure before it is judged.
#[derive(Debug, Clone)]
pub(super) struct Raw {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) unit: Unit,
    pub(super) more_is_better: bool,
    /// Whether it takes part in the verdict.
    pub(super) judged: bool,
    /// The least change that counts, in its unit.
    pub(super) floor: f64,
    pub(super) a: Vec<f64>,
    pub(super) b: Vec<f64>,
}

/// What a run has of a figure.
type Value<'a> = Box<dyn Fn(&Load) -> Option<f64> + 'a>;

/// How one figure is read.
struct Reader<'a> {
    name: String,
    about: String,
    unit: Unit,
    more_is_better: bool,
    judged: bool,
    floor: f64,
    value: Value<'a>,
}

impl<'a> Reader<'a> {
    fn new(
        name: impl Into<String>,
        about: impl Into<String>,
        unit: Unit,
        value: impl Fn(&Load) -> Option<f64> + 'a,
    ) -> Self {
        Self {
            name: name.into(),
            about: about.into(),
            unit,
            more_is_better: false,
            judged: true,
            floor: 0.0,
            value: Box::new(value),
        }
    }

    /// Its values; `None` where no run has one, or where not all of a side have.
    fn raw(self, a: &[&Load], b: &[&Load]) -> Option<Raw> {
        let read = |side: &[&Load]| -> Vec<f64> {
            side.iter().filter_map(|load| (self.value)(load)).collect()
        };
        let (a, b) = (read(a), read(b));
        (!a.is_empty() || !b.is_empty()).then_some(Raw {
            name: self.name,
            about: self.about,
            unit: self.unit,
            more_is_better: self.more_is_better,
            judged: self.judged,
            floor: self.floor,
            a,
            b,
        })
    }
}

/// What is counted exactly; less is better.
pub(super) fn facts(a: &[&Load], b: &[&Load]) -> Vec<Raw> {
    type Count = fn(&Load) -> Option<u64>;
    let counts: [(&str, &str, Count); 10] = [
        ("lost", "deliveries owed that never came", |it| claimed(it, it.events.lost)),
        ("duplicated", "deliveries that came again", |it| claimed(it, it.events.duplicated)),
        ("reordered", "deliveries that came after a later one", |it| {
            claimed(it, it.events.reordered)
        }),
        ("connect.failed", "attempts that came to no stream", |it| Some(it.connections.failed)),
        ("ended_early", "streams that the server or the network ended", |it| {
            Some(it.connections.ended_early)
        }),
        ("late", "subscribers not connected when publishing began", |it| Some(it.connections.late)),
        ("publish.failed", "publications refused or broken", |it| {
            it.publishing.as_ref().map(|it| it.failed)
        }),
        ("storm.away", "subscribers that did not come back after the cut", |it| {
            it.storm.as_ref().map(|it| it.cut.saturating_sub(it.back))
        }),
        ("storm.lost", "events of the time away that never came", |it| {
            it.storm.as_ref().map(|it| it.lost)
        }),
        ("slow_readers.others_lost", "events lost by those who kept reading", |it| {
            it.slow_readers.as_ref().map(|it| it.others_lost)
        }),
    ];
    let counts = counts.into_iter().map(|(name, about, count)| {
        Reader::new(name, about, Unit::Count, move |load: &Load| {
            count(load).map(|count| count as f64)
        })
    });
    counts.chain(thresholds(a, b)).filter_map(|reader| reader.raw(a, b)).collect()
}

fn claimed(load: &Load, count: u64) -> Option<u64> {
    load.events.are_claimed().then_some(count)
}

/// Each threshold: 1 where it was crossed.
fn thresholds<'a>(a: &[&'a Load], b: &[&'a Load]) -> Vec<Reader<'a>> {
    let mut known: Vec<&str> = Vec::new();
    for it in a.iter().chain(b).flat_map(|load| &load.thresholds) {
        if !known.contains(&it.threshold.as_str()) {
            known.push(&it.threshold);
        }
    }
    let reader = |text: &'a str| {
        Reader::new(
            format!("threshold: {text}"),
            "runs that crossed it",
            Unit::Count,
            move |load| {
                let found = load.thresholds.iter().find(|it| it.threshold == text)?;
                Some(f64::from(u8::from(!found.held)))
            },
        )
    };
    known.into_iter().map(reader).collect()
}

/// What is noisy, most asked for first: those that take part in the verdict, then the others.
pub(super) fn noisy(a: &[&Load], b: &[&Load]) -> Vec<Raw> {
    let all: Vec<&Load> = a.iter().chain(b).copied().collect();
    let mut readers: Vec<Reader<'_>> =
        Metric::ALL.into_iter().flat_map(|it| times(it, &all)).collect();
    readers.extend(others(&all));
    let (judged, shown): (Vec<_>, Vec<_>) = readers.into_iter().partition(|it| it.judged);
    judged.into_iter().chain(shown).filter_map(|reader| reader.raw(a, b)).collect()
}

type Figure = fn(&Latency) -> u64;

fn times<'a>(metric: Metric, all: &[&Load]) -> Vec<Reader<'a>> {
    let figures: [(&str, Figure); 5] = [
        ("p50", |it| it.p50),
        ("p90", |it| it.p90),
        ("p99", |it| it.p99),
        ("p99.9", |it| it.p999),
        ("max", |it| it.max),
    ];
    let reader = |(name, figure): (&str, Figure)| {
        let value = move |load: &Load| latency::of(load, metric).map(|it| figure(it) as f64);
        let name_of = format!("{}.{name}", metric.as_str());
        let judged = is_judged(metric, name, all);
        let it = Reader::new(name_of, metric.describe(), Unit::Us, value);
        Reader { judged, floor: TIME_FLOOR, ..it }
    };
    figures.into_iter().map(reader).collect()
}

/// Few, because each figure that is judged is one more that chance can turn red; and none that is
/// one single sample (`max`) or hangs on the publisher's clock alone.
fn is_judged(metric: Metric, figure: &str, all: &[&Load]) -> bool {
    let is_main = all.iter().all(|load| latency::main(load) == Some(metric));
    let own_events = all.iter().all(|load| load.publishing.is_none());
    match (metric, figure) {
        (Metric::Connect | Metric::Reconnect, "p99") => true,
        (Metric::FirstEvent, "p50" | "p99") => own_events,
        (_, "p50" | "p99") => is_main,
        _ => false,
    }
}

fn others<'a>(all: &[&Load]) -> Vec<Reader<'a>> {
    let own_events = all.iter().all(|load| load.publishing.is_none());
    let rate = Reader::new(
        "events_per_second",
        "events received in the measured time",
        Unit::PerSecond,
        |it| {
            let length = it.plan.duration_ms;
            (length > 0).then(|| it.events.received as f64 * 1e3 / length as f64)
        },
    );
    let capacity =
        Reader::new("capacity", "the most that kept every threshold", Unit::Count, |it| {
            it.capacity.as_ref()?.good
        });
    let storm =
        Reader::new("storm.back_99", "until 99 % were back after the cut", Unit::Us, |it| {
            Some(it.storm.as_ref()?.back_99_ms? as f64 * 1e3)
        });
    let cpu = Reader::new("server.cpu", "processor time of the server per event", Unit::Us, |it| {
        Some(it.server.as_ref()?.cpu_us_per_event)
    });
    let memory = Reader::new(
        "server.memory",
        "growth of the server's memory per subscriber",
        Unit::Bytes,
        |it| Some(it.server.as_ref()?.rss_bytes_per_subscriber),
    );
    vec![
        // The schedule of our own publishers fixes it.
        Reader { more_is_better: true, judged: own_events, ..rate },
        Reader { more_is_better: true, ..capacity },
        Reader { floor: TIME_FLOOR, ..storm },
        cpu,
        memory,
    ]
}
