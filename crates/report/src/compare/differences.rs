//! What was not the same in plan, server and machine. Told before any figure.

use ssecheck_model::comparison::Difference;
use ssecheck_model::load::{Environment, Load};
use ssecheck_model::report::Report;

use crate::load::units::bytes;
use crate::matrix::Subject;

/// What is said where a run does not have it.
const ABSENT: &str = "absent";

/// Something about one run; `apart` when figures under another value are not comparable.
struct Trait {
    what: String,
    value: String,
    apart: bool,
}

fn told(what: impl Into<String>, value: impl Into<String>, apart: bool) -> Trait {
    Trait { what: what.into(), value: value.into(), apart }
}

/// All that is not the same in all runs; what makes figures incomparable first.
pub(super) fn of(a: &[Subject], b: &[Subject]) -> Vec<Difference> {
    let traits = |side: &[Subject]| -> Vec<Vec<Trait>> {
        side.iter().map(|subject| traits(&subject.report)).collect()
    };
    let (a, b) = (traits(a), traits(b));
    let mut names: Vec<(&str, bool)> = Vec::new();
    for it in a.iter().chain(&b).flatten() {
        if !names.iter().any(|(name, _)| *name == it.what) {
            names.push((&it.what, it.apart));
        }
    }
    let difference = |(what, apart): (&str, bool)| {
        let (a, b) = (values(&a, what), values(&b, what));
        let same = a == b && a.len() == 1;
        (!same).then(|| Difference { what: what.to_owned(), a, b, apart })
    };
    let mut differences: Vec<Difference> = names.into_iter().filter_map(difference).collect();
    differences.sort_by_key(|it| !it.apart);
    differences
}

/// The values of a side, each once.
fn values(side: &[Vec<Trait>], what: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for run in side {
        let found = run.iter().find(|it| it.what == what);
        let value = found.map_or(ABSENT, |it| it.value.as_str());
        if !values.iter().any(|known| known == value) {
            values.push(value.to_owned());
        }
    }
    values
}

fn traits(report: &Report) -> Vec<Trait> {
    let mut traits =
        vec![told("url", &report.target.url, false), told("ssecheck", &report.tool.version, false)];
    if let Some(load) = &report.load {
        traits.extend(plan(load, &report.target.url));
        traits.extend(measuring(load));
        let machines = load.shards.iter().map(|shard| &shard.environment);
        traits.extend(machines.take(1).flat_map(environment));
    }
    traits
}

/// The plan as it was carried out, line by line. The URL is told apart, and the seed only says which
/// of many equal runs it was.
fn plan(load: &Load, url: &str) -> Vec<Trait> {
    let text = load.plan.text.replace(url, "(url)");
    let origin = url.split('/').take(3).collect::<Vec<_>>().join("/");
    let text = text.replace(&origin, "(origin)");
    let line = |line: &str| {
        let (key, value) = line.split_once(": ").unwrap_or((line, ""));
        told(format!("plan: {key}"), value, key != "seed")
    };
    match text.trim().is_empty() {
        true => vec![told("plan", &load.plan.summary, true)],
        false => text.lines().map(line).collect(),
    }
}

fn measuring(load: &Load) -> Vec<Trait> {
    let generator = &load.generator;
    let yes = |it: bool| if it { "yes" } else { "no" };
    vec![
        told("shards", load.shards.len().to_string(), false),
        told("receive times of the kernel", yes(generator.kernel_time), true),
        told("server on the same machine", yes(generator.shares_machine), true),
        told("thresholds", load.plan.thresholds.join("; "), false),
    ]
}

fn environment(it: &Environment) -> Vec<Trait> {
    let mut traits = vec![
        told("processors", it.processors.to_string(), true),
        told("system", &it.system, false),
        told("memory", bytes(it.memory_bytes as f64), false),
        told("machine, until its next start", &it.machine, false),
    ];
    traits.extend(it.limits.iter().map(|(name, value)| told(name, value, false)));
    traits
}
