//! A comparison for its template.

use serde::Serialize;
use ssecheck_model::comparison::*;
use ssecheck_model::load::{Load, Metric};

use super::curves::{Curve, plot_curves};
use super::plot::Plot;
use crate::compare::{Headline, amount, course, kinds, quiet_facts, signed, spread, told_facts};
use crate::counts::{checks, duration};
use crate::load::facts::words;
use crate::load::latency;
use crate::load::units::share;
use crate::matrix::Subject;

/// Most rows of anything: a page is for people.
const MOST: usize = 200;
/// The times whose curves are drawn when both sides have them, beside the main one.
const CURVES: [Metric; 4] = [Metric::Connect, Metric::FirstEvent, Metric::Reconnect, Metric::Lag];
/// Width of the strip on which each run is a dot, in its own units.
const STRIP: f64 = 120.0;

#[derive(Debug, Serialize)]
pub(super) struct Part {
    verdict: &'static str,
    tone: &'static str,
    sentence: String,
    warnings: Vec<Told>,
    notes: Vec<Told>,
    sides: Vec<Side>,
    differences: Vec<Unlike>,
    plots: Vec<Plot>,
    facts: Vec<Row>,
    quiet: String,
    judged: Vec<Row>,
    shown: Vec<Row>,
    changes: Vec<Block>,
    unchanged: Option<String>,
}

#[derive(Debug, Serialize)]
struct Told {
    code: String,
    message: String,
}

#[derive(Debug, Serialize)]
struct Side {
    name: &'static str,
    runs: Vec<[String; 5]>,
}

#[derive(Debug, Serialize)]
struct Unlike {
    what: String,
    a: Vec<String>,
    b: Vec<String>,
    apart: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    about: String,
    a: [String; 2],
    b: [String; 2],
    change: [String; 2],
    finding: &'static str,
    tone: &'static str,
    why: String,
    strip: Vec<Dots>,
}

/// Where the runs of one side lie between 0 and the most.
#[derive(Debug, Serialize)]
struct Dots {
    side: &'static str,
    at: Vec<f64>,
}

#[derive(Debug, Serialize)]
struct Block {
    kind: &'static str,
    tone: &'static str,
    count: usize,
    changes: Vec<[String; 3]>,
}

pub(super) fn heading(it: &Comparison) -> String {
    let side = |runs: &[Run]| match runs {
        [one] => words(&one.name),
        runs => {
            let first = runs.first().map(|run| words(&run.name)).unwrap_or_default();
            format!("{first} and {} more", runs.len().saturating_sub(1))
        }
    };
    format!("{} (B) against {} (A)", side(&it.b), side(&it.a))
}

pub(super) fn part(it: &Comparison, a: &[Subject], b: &[Subject]) -> Part {
    let (warnings, notes): (Vec<&Warning>, Vec<&Warning>) =
        it.warnings.iter().partition(|warning| warning.invalidates);
    let (shown, judged): (Vec<&Figure>, Vec<&Figure>) =
        it.figures.iter().partition(|figure| figure.finding == Finding::Shown);
    let rows = |figures: &[&Figure], headline| {
        figures.iter().take(MOST).map(|it| row(it, headline)).collect()
    };
    let load = it.kind == Compared::Load;
    Part {
        verdict: it.verdict.word(),
        tone: it.verdict.outcome().as_str(),
        sentence: words(&it.sentence),
        warnings: warnings.into_iter().map(told).collect(),
        notes: notes.into_iter().map(told).collect(),
        sides: vec![side("A", &it.a), side("B", &it.b)],
        differences: it.differences.iter().take(MOST).map(unlike).collect(),
        plots: plots(&loads(a), &loads(b)),
        facts: rows(&told_facts(it), Headline::Most),
        quiet: words(&quiet_facts(it).join(", ")),
        judged: rows(&judged, Headline::Median),
        shown: rows(&shown, Headline::Median),
        changes: kinds(&it.checks).into_iter().map(|kind| block(it, kind)).collect(),
        unchanged: (!load).then(|| checks(it.checks_unchanged)),
    }
}

fn told(it: &Warning) -> Told {
    Told { code: words(&it.code), message: words(&it.message) }
}

fn side(name: &'static str, runs: &[Run]) -> Side {
    let run = |it: &Run| {
        let verdict = match it.doubts.is_empty() {
            true => words(&it.verdict),
            false => format!("{}: {}", words(&it.verdict), words(&it.doubts.join(", "))),
        };
        let (url, start) = (words(&it.url), words(&it.started_at));
        [words(&it.name), verdict, url, start, duration(it.duration_ms)]
    };
    Side { name, runs: runs.iter().map(run).collect() }
}

fn unlike(it: &Difference) -> Unlike {
    let [a, b] = [&it.a, &it.b].map(|values| values.iter().map(|value| words(value)).collect());
    Unlike { what: words(&it.what), a, b, apart: it.apart }
}

fn row(it: &Figure, headline: Headline) -> Row {
    let noisy = headline == Headline::Median;
    let side = |side: &Option<Sample>| match side {
        None => ["absent".to_owned(), String::new()],
        Some(sample) => {
            let interval = (noisy && sample.confidence > 0.0).then(|| spread(it, sample));
            [amount(it.unit, headline.of(sample)), interval.unwrap_or_default()]
        }
    };
    let interval = it.change.as_ref().filter(|_| noisy).map(|change| {
        let [low, high] = [change.low, change.high].map(|value| signed(it.unit, value));
        match change.confidence > 0.0 {
            true => format!("{low} to {high} ({})", share(change.confidence)),
            false => signed(it.unit, change.difference),
        }
    });
    Row {
        name: words(&it.name),
        about: words(&it.about),
        a: side(&it.a),
        b: side(&it.b),
        change: [headline.change(it), interval.unwrap_or_default()],
        finding: it.finding.word(),
        tone: it.finding.outcome().as_str(),
        why: words(&it.why),
        strip: strip(it),
    }
}

fn strip(it: &Figure) -> Vec<Dots> {
    let values =
        |side: &Option<Sample>| side.as_ref().map(|side| side.values.clone()).unwrap_or_default();
    let (a, b) = (values(&it.a), values(&it.b));
    let most = a.iter().chain(&b).copied().fold(0.0, f64::max);
    let place = |value: &f64| {
        let share = if most > 0.0 { (value / most).clamp(0.0, 1.0) } else { 0.0 };
        (4.0 + share * (STRIP - 8.0)).round()
    };
    let dots =
        |side: &'static str, values: &[f64]| Dots { side, at: values.iter().map(place).collect() };
    vec![dots("a", &a), dots("b", &b)]
}

fn block(it: &Comparison, kind: ChangeKind) -> Block {
    let of_kind: Vec<&CheckChange> = it.checks.iter().filter(|it| it.kind == kind).collect();
    let told = |it: &&CheckChange| [words(&it.id), course(it), words(&it.message)];
    Block {
        kind: kind.word(),
        tone: kind.outcome().as_str(),
        count: of_kind.len(),
        changes: of_kind.iter().take(MOST).map(told).collect(),
    }
}

fn loads(side: &[Subject]) -> Vec<&Load> {
    side.iter().filter_map(|subject| subject.report.load.as_ref()).collect()
}

/// The curves of both sides, each time on a plot of its own.
fn plots(a: &[&Load], b: &[&Load]) -> Vec<Plot> {
    let main = a.first().and_then(|load| latency::main(load));
    let shown = main.into_iter().chain(CURVES.into_iter().filter(|metric| Some(*metric) != main));
    shown.filter_map(|metric| plot(metric, a, b)).collect()
}

fn plot(metric: Metric, a: &[&Load], b: &[&Load]) -> Option<Plot> {
    let curves = [Curve::of_side("A", a, metric)?, Curve::of_side("B", b, metric)?];
    let own = if latency::is_own_cost(metric) { ": the generator's own cost" } else { "" };
    let several = match a.len().max(b.len()) {
        1 => "",
        _ => " The line is the median of the runs, the room around it holds all of them.",
    };
    let about = format!("{}{own}, by percentile.{several}", metric.describe());
    plot_curves(metric.as_str(), &about, &curves)
}
