//! The time line of a case as a drawing: one lane for each connection.

use serde::Serialize;
use ssecheck_model::report::Moment;

use crate::sanitize::{line, name};

/// Width of the drawing, in its own units.
const WIDTH: f64 = 720.0;
/// Room for the names of the lanes.
const LEFT: f64 = 96.0;
/// Room for half of the last label of the axis.
const RIGHT: f64 = 28.0;
/// Height of a lane.
const LANE: f64 = 22.0;
/// Height of the axis above the lanes.
const AXIS: f64 = 20.0;
/// Most moments that are drawn and listed.
const MOST: usize = 60;
/// Longest text of a moment, in characters.
const TEXT: usize = 160;
/// Longest name of a lane, in characters.
const NAME: usize = 12;

/// A drawing and what it shows as a list.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Timeline {
    width: f64,
    height: f64,
    left: f64,
    lanes: Vec<Lane>,
    marks: Vec<Mark>,
    ticks: Vec<Tick>,
    /// How many moments in the middle are left out.
    missing: usize,
}

#[derive(Debug, Clone, Serialize)]
struct Lane {
    name: String,
    y: f64,
}

#[derive(Debug, Clone, Serialize)]
struct Mark {
    x: f64,
    y: f64,
    kind: &'static str,
    at: String,
    lane: String,
    text: String,
}

#[derive(Debug, Clone, Serialize)]
struct Tick {
    x: f64,
    label: String,
}

/// The drawing; `None` if nothing happened.
pub(super) fn timeline(moments: &[Moment]) -> Option<Timeline> {
    let shown = shortened(moments);
    let last = shown.iter().map(|moment| moment.at_ms).fold(0.0, f64::max);
    let mut names: Vec<&str> = Vec::new();
    for moment in &shown {
        if !names.contains(&moment.connection.as_str()) {
            names.push(&moment.connection);
        }
    }
    let x = |ms: f64| LEFT + (ms.clamp(0.0, last) / last.max(0.1)) * (WIDTH - LEFT - RIGHT);
    let y = |lane: usize| AXIS + LANE * (lane as f64 + 0.5);
    let mark = |moment: &&Moment| Mark {
        x: x(moment.at_ms),
        y: y(names.iter().position(|name| *name == moment.connection).unwrap_or_default()),
        kind: kind(&moment.what),
        at: milliseconds(moment.at_ms),
        lane: label(&moment.connection),
        text: line(&moment.what, TEXT),
    };
    let lanes = names.iter().enumerate().map(|(at, name)| Lane { name: label(name), y: y(at) });
    (!shown.is_empty()).then(|| Timeline {
        width: WIDTH,
        height: AXIS + LANE * names.len() as f64 + 4.0,
        left: LEFT,
        lanes: lanes.collect(),
        marks: shown.iter().map(mark).collect(),
        ticks: ticks(last)
            .into_iter()
            .map(|ms| Tick { x: x(ms), label: scale(ms, last) })
            .collect(),
        missing: moments.len() - shown.len(),
    })
}

/// The beginning and the end, where the cause mostly stands.
fn shortened(moments: &[Moment]) -> Vec<&Moment> {
    match moments.len() > MOST {
        true => {
            moments[..MOST / 3].iter().chain(&moments[moments.len() - MOST * 2 / 3..]).collect()
        }
        false => moments.iter().collect(),
    }
}

fn label(connection: &str) -> String {
    match connection {
        "" => "(case)".to_owned(),
        connection => name(connection, NAME),
    }
}

/// What a moment is, by its first word; the words are those of the performer.
fn kind(what: &str) -> &'static str {
    match what.split(' ').next().unwrap_or_default() {
        "event" => "event",
        "comment" | "retry" | "id" => "item",
        "published" | "publish" => "publish",
        "connected" | "head," | "head" => "head",
        "ended" | "closed" | "cut" | "reset" | "aborted" | "timeout" => "end",
        word if word.bytes().all(|byte| byte.is_ascii_uppercase()) => "request",
        _ => "other",
    }
}

/// At most six round places on the axis, 0 first.
fn ticks(last: f64) -> Vec<f64> {
    let raw = (last / 5.0).max(0.1);
    let power = 10f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|m| m * power).into_iter().find(|step| *step >= raw);
    let step = step.unwrap_or(raw);
    (0..=5).map(|n| f64::from(n) * step).take_while(|at| *at <= last).collect()
}

fn milliseconds(ms: f64) -> String {
    format!("{ms:.1} ms")
}

fn scale(at: f64, last: f64) -> String {
    match last >= 2000.0 {
        true => format!("{} s", at / 1000.0),
        false => format!("{} ms", (at * 10.0).round() / 10.0),
    }
}
