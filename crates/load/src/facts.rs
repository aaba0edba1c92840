//! What a report says of the plan and the machine.

use std::fmt::Write;

use jiff::Timestamp;
use ssecheck_model::load::{Need, PlanFacts, Shard};

use crate::environment::environment;
use crate::population;
use crate::settings::{Settings, Source};

/// The plan with every default filled in.
#[must_use]
pub fn plan(settings: &Settings, needs: Vec<Need>) -> PlanFacts {
    let text = text(settings);
    let publishing = settings.publishing();
    PlanFacts {
        title: settings.title.clone(),
        summary: summary(settings),
        run: format!("{:08x}", settings.run),
        seed: settings.seed,
        peak_subscribers: u64::from(settings.peak()),
        connects_per_second: settings.ramp,
        events_per_second: publishing.map_or(0.0, |p| p.rate),
        publishers: publishing.map_or(0, |p| p.publishers),
        topics: settings.topics(),
        duration_ms: settings.duration.as_millis() as u64,
        interval_ms: settings.interval.as_millis() as u64,
        start_at: start_at(settings),
        config_hash: hash(settings, &text),
        thresholds: settings.thresholds.iter().map(ToString::to_string).collect(),
        text,
        needs,
    }
}

fn start_at(settings: &Settings) -> String {
    let start = Timestamp::try_from(settings.start_at).unwrap_or_default();
    format!("{start:.3}")
}

/// One line that says the shape.
fn summary(settings: &Settings) -> String {
    let mut line = format!("{} subscribers", settings.peak());
    match settings.publishing() {
        Some(publishing) => {
            let _ = write!(line, ", {}/s published", publishing.rate);
            if publishing.topics > 1 {
                let _ = write!(line, " on {} topics", publishing.topics);
            }
        }
        None => line.push_str(", the server's own events"),
    }
    let _ = write!(line, ", {} s", settings.duration.as_secs_f64());
    for shape in shapes(settings) {
        line.push_str(", ");
        line.push_str(shape);
    }
    line
}

fn shapes(settings: &Settings) -> impl Iterator<Item = &'static str> {
    let has = [
        (settings.steps.is_some(), "steps"),
        (settings.spike.is_some(), "spike"),
        (settings.churn > 0.0, "churn"),
        (settings.storm.is_some(), "reconnect storm"),
        (settings.slow.is_some(), "slow readers"),
    ];
    has.into_iter().filter_map(|(is_there, name)| is_there.then_some(name))
}

/// The plan as YAML, for people who want to know years later what was done. Header fields are left
/// out: they may be secret.
fn text(settings: &Settings) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: String| {
        let _ = writeln!(text, "{key}: {value}");
    };
    line("subscribers", settings.subscribers.to_string());
    line("ramp", format!("{}/s", settings.ramp));
    line("settle", format!("{}ms", settings.settle.as_millis()));
    line("duration", format!("{}ms", settings.duration.as_millis()));
    line("drain", format!("{}ms", settings.drain.as_millis()));
    line("interval", format!("{}ms", settings.interval.as_millis()));
    line("seed", settings.seed.to_string());
    line("resumes", settings.resumes.to_string());
    line(
        "request",
        format!("{{ method: {}, url: {} }}", settings.request.method, settings.request.base),
    );
    match &settings.source {
        Source::Publish(p) => {
            line(
                "publish",
                format!(
                    "{{ rate: {}/s, arrival: {:?}, publishers: {}, topics: {}, size: {:?}, connections: {} }}",
                    p.rate, p.arrival, p.publishers, p.topics, p.size, p.connections
                ),
            );
        }
        Source::Server(events) => line("server", format!("{:?}", events.sequence)),
    }
    line("churn", format!("{}%", settings.churn * 100.0));
    line("steps", format!("{:?}", settings.steps));
    line("spike", format!("{:?}", settings.spike));
    line("storm", format!("{:?}", settings.storm));
    line("slow", format!("{:?}", settings.slow));
    text
}

/// Hash of everything that the shards of a run must agree on (FNV-1a, 64 bits).
fn hash(settings: &Settings, text: &str) -> String {
    let whole =
        format!("{} {} {text} {:?}", settings.run, settings.shard.count, settings.thresholds);
    let hash = whole.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// This process's part of the run.
pub(crate) fn shard(settings: &Settings) -> Shard {
    let (first_subscriber, subscribers) = population::range(settings);
    Shard {
        index: settings.shard.index + 1,
        count: settings.shard.count,
        first_subscriber,
        subscribers: u64::from(subscribers),
        environment: environment(),
    }
}
