//! What stands on the screen while a load run lasts, and is drawn over and over.

use std::collections::BTreeMap;
use std::time::Duration;

use ssecheck_model::load::{Brief, Doubt, Interval, Metric};
use ssecheck_model::verdict::Outcome;

use crate::load::facts::words;
use crate::load::latency;
use crate::load::units::{count, magnitude, time};
use crate::sanitize::name;
use crate::style::Style;
use crate::text::load::{labelled, worded};
use crate::wrap::{Part, cut, pack};

/// Most doubts shown; all of them stand in the results.
const MOST_DOUBTS: usize = 2;
/// Longest text of a doubt, in characters.
const DOUBT: usize = 140;
/// Most intervals shown as bars, and the columns that the words beside them take.
const BARS: (usize, usize) = (48, 14 + 30);

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// The moment at which all shards begin is still to come.
    #[default]
    Waiting,
    /// Subscribers connect.
    Connecting,
    /// All should be there; the server gets a moment's peace.
    Settling,
    /// The measured time.
    Measuring,
    /// What was published is awaited.
    Draining,
    /// The user has had enough; what was published is awaited.
    Stopping,
}

impl Phase {
    fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Connecting => "connecting",
            Self::Settling => "settling",
            Self::Measuring => "measuring",
            Self::Draining => "draining",
            Self::Stopping => "stopping",
        }
    }
}

/// A load run in its midst.
#[derive(Debug, Clone, Default)]
pub struct LoadProgress {
    /// Where it is.
    pub phase: Phase,
    /// Milliseconds to the end of the phase by the plan; the most it can last where that is open.
    pub phase_left_ms: u64,
    /// Milliseconds to the end of the measured time by the plan.
    pub left_ms: u64,
    /// Which trial of a capacity search it is, in words.
    pub trial: Option<String>,
    /// Subscribers that should be connected by now.
    pub wanted: u64,
    /// Attempts that failed so far.
    pub failed: u64,
    /// Streams that the server ended so far.
    pub ended_early: u64,
    /// Events received so far.
    pub events: u64,
    /// The newest interval.
    pub last: Option<Interval>,
    /// All times so far by metric; without histograms.
    pub so_far: BTreeMap<String, Brief>,
    /// The 99th percentile of the main metric in each interval, in microseconds, oldest first.
    pub p99s: Vec<Option<u64>>,
    /// Doubts so far.
    pub doubts: Vec<Doubt>,
}

impl LoadProgress {
    /// Takes a finished interval in.
    pub fn book(&mut self, interval: Interval) {
        let main = latency::main_of_all(&self.so_far);
        let p99 = main.map(|(metric, _)| interval.latency_us.get(metric.as_str()).map(|it| it.p99));
        // Before the first sample there is nothing to be missed.
        self.p99s.extend(p99);
        self.p99s.drain(..self.p99s.len().saturating_sub(BARS.0));
        self.last = Some(interval);
    }
}

/// The view as lines that hold the width. `ascii`: bars are made of ASCII characters.
pub fn lines(it: &LoadProgress, style: Style, ascii: bool) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(it.trial.iter().flat_map(|trial| labelled("trial", &words(trial), style)));
    lines.extend(labelled(it.phase.word(), &remaining(it), style));
    lines.extend(labelled("connections", &connections(it), style));
    if let Some(last) = &it.last {
        let seconds = last.length_ms.max(1) as f64 / 1e3;
        let rate = magnitude((last.events as f64 / seconds).round());
        let text = format!("{rate}/s, {} so far", count(it.events));
        lines.extend(labelled("events", &text, style));
        lines.extend(times(it, last, style));
        lines.extend(bars(it, last, style, ascii));
    }
    let doubt = |doubt: &Doubt| self::doubt(doubt, style);
    lines.extend(it.doubts.iter().take(MOST_DOUBTS).flat_map(doubt));
    lines
}

/// One line for a doubt when it arises.
pub fn doubt(doubt: &Doubt, style: Style) -> Vec<String> {
    let (word, outcome) = match doubt.invalidates {
        true => ("DOUBT", Outcome::Fail),
        false => ("note", Outcome::Warn),
    };
    let text = format!("so far: {}: {}", words(&doubt.code), name(&doubt.message, DOUBT));
    worded(word, outcome, &text, style)
}

/// A time in whole seconds, rounded up: `18 s`, `2 min 5 s`, `1 h 2 min`.
pub fn whole_seconds(ms: u64) -> String {
    match ms.div_ceil(1000) {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

fn remaining(it: &LoadProgress) -> String {
    let (phase, all) = (whole_seconds(it.phase_left_ms), whole_seconds(it.left_ms));
    match it.phase {
        Phase::Waiting => format!("connecting begins in {phase}"),
        Phase::Connecting | Phase::Settling => {
            format!("{phase} left of it, {all} to the end of the measured time")
        }
        Phase::Measuring => format!("{phase} left"),
        Phase::Draining => format!("waiting for what is on its way, at most {phase} more"),
        Phase::Stopping => "stopped by the user; waiting for what is on its way".to_owned(),
    }
}

fn connections(it: &LoadProgress) -> String {
    let Some(last) = &it.last else { return format!("{} wanted", count(it.wanted)) };
    let mut text = format!("{} open of {}", count(last.open), count(it.wanted));
    for (number, what) in [(it.failed, "failed"), (it.ended_early, "ended early")] {
        if number > 0 {
            text.push_str(&format!(", {} {what}", count(number)));
        }
    }
    text
}

/// `1 s`, `200 ms`.
fn interval_length(it: &Interval) -> String {
    match it.length_ms % 1000 {
        0 => whole_seconds(it.length_ms),
        _ => time(it.length_ms.saturating_mul(1000)),
    }
}

fn figures(it: &Brief) -> String {
    format!("p50 {}, p99 {}, max {}", time(it.p50), time(it.p99), time(it.max))
}

/// The main metric so far and in the last interval, and our own lateness.
fn times(it: &LoadProgress, last: &Interval, style: Style) -> Vec<String> {
    let mut lines = Vec::new();
    let span = interval_length(last);
    if let Some((metric, all)) = latency::main_of_all(&it.so_far) {
        let now = last.latency_us.get(metric.as_str());
        let label = "latency";
        let text = format!("{} so far: {}", metric.as_str(), figures(all));
        lines.extend(labelled(label, &text, style));
        let now = now.map_or_else(|| "no samples".to_owned(), figures);
        lines.extend(labelled("", &format!("in the last {span}: {now}"), style));
    }
    if let Some(lag) = it.so_far.get(Metric::Lag.as_str()) {
        let text = format!("p99 {} so far (our own reading, not the server's)", time(lag.p99));
        lines.extend(labelled("lag", &text, style));
    }
    lines
}

/// The 99th percentile of each interval as a bar from zero up; a gap where there were no samples.
fn bars(it: &LoadProgress, last: &Interval, style: Style, ascii: bool) -> Vec<String> {
    let signs: [char; 8] = match ascii {
        true => ['_', '.', ':', '-', '=', '+', '*', '#'],
        false => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    };
    let room = style.width.saturating_sub(BARS.1).min(BARS.0);
    let shown = &it.p99s[it.p99s.len().saturating_sub(room)..];
    let most = shown.iter().flatten().copied().max().unwrap_or_default();
    if room < signs.len() || shown.len() < 2 || most == 0 {
        return Vec::new();
    }
    let sign = |p99: &Option<u64>| match p99 {
        Some(us) => signs[((us.saturating_mul(7) + most / 2) / most).min(7) as usize],
        None => '·',
    };
    let bars: String = shown.iter().map(sign).collect();
    let bars = if ascii { bars.replace('·', "?") } else { bars };
    let span = interval_length(last);
    let text = format!("{bars} per {span}, highest {}", time(most));
    labelled("p99", &text, style)
}

/// Least time and share of the whole after which time left is estimated.
const ENOUGH: (Duration, f64) = (Duration::from_secs(3), 0.1);
/// Cases that take longer than this are named with their time.
const LONG: Duration = Duration::from_secs(2);

/// How far a run of cases is. No time left: cases differ so much that it would be a guess.
pub fn cases(
    (done, total): (usize, usize),
    red: usize,
    passed: Duration,
    running: &[(&str, Duration)],
    style: Style,
) -> Vec<String> {
    let longest = running.iter().max_by_key(|(_, since)| *since);
    let mut first = vec![format!("{done} of {total} cases"), span(passed)];
    if red > 0 {
        first.push(format!("{red} red so far"));
    }
    if let Some((case, since)) = longest.filter(|(_, since)| *since >= LONG) {
        first.push(format!("{} for {}", name(case, NAME), span(*since)));
    }
    let mut lines = joined(&first, red, style);
    let others = running.iter().filter(|one| longest.is_none_or(|it| it != *one || it.1 < LONG));
    let others: Vec<String> = others.map(|(case, _)| name(case, NAME)).collect();
    if !others.is_empty() {
        let shown = cut(&others.join(", "), style.width.saturating_sub(RUNNING.len()));
        lines.push(style.dim(&format!("{RUNNING}{shown}")));
    }
    lines
}

/// How far a part is whose steps take about the same time each. `red`: what went wrong so far.
pub fn steps(
    what: &str,
    (done, total): (u64, u64),
    passed: Duration,
    red: Option<(usize, &str)>,
    style: Style,
) -> Vec<String> {
    let mut parts = vec![format!("{}: {} of {}", words(what), count(done), count(total))];
    parts.push(span(passed));
    let share = done as f64 / total.max(1) as f64;
    if passed >= ENOUGH.0 && share >= ENOUGH.1 && done < total {
        let left = passed.as_secs_f64() * (1.0 - share) / share;
        parts.push(format!("about {} left", whole_seconds(rounded(left) * 1000)));
    }
    let (red, word) = red.unwrap_or_default();
    if red > 0 {
        parts.push(format!("{red} {word}"));
    }
    joined(&parts, red, style)
}

/// Longest name of a case, in characters.
const NAME: usize = 40;
const RUNNING: &str = "running: ";

fn span(time: Duration) -> String {
    // What has passed is rounded down.
    whole_seconds(time.as_secs() * 1000)
}

/// To a step that fits an estimate: nobody can tell 41 s from 43 s beforehand.
fn rounded(seconds: f64) -> u64 {
    let step = match seconds {
        ..20.0 => 1.0,
        20.0..120.0 => 5.0,
        _ => 30.0,
    };
    ((seconds / step).ceil() * step) as u64
}

/// The parts beside each other; where something is red, the part that says so is the one in colour.
fn joined(parts: &[String], red: usize, style: Style) -> Vec<String> {
    let red_word = format!("{red} ");
    let paint = |text: &str| match red > 0 && text.starts_with(&red_word) && !text.contains(" of ")
    {
        true => style.outcome(Outcome::Fail, text),
        false => text.to_owned(),
    };
    let parts: Vec<Part<'_>> =
        parts.iter().map(|part| (part.clone(), &paint as &dyn Fn(&str) -> String)).collect();
    pack(&parts, 2, style.width)
}
