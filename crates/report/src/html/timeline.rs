//! The time line of a case as a drawing: one lane for each connection.

use serde::Serialize;
use ssecheck_model::report::{Arrivals, Evidence, Moment};

use super::axis::Axis;
use crate::counts::grouped;
use crate::sanitize::{line, name};

/// Height of a lane.
const LANE: f64 = 22.0;
/// Height of the axis above the lanes.
const HEAD: f64 = 20.0;
/// Longest text of a moment, in characters.
const TEXT: usize = 120;
/// Longest name of a lane, in characters.
const NAME: usize = 12;
/// Most lanes drawn.
const LANES: usize = 12;
/// Most arrivals drawn on a lane.
const ARRIVALS: usize = 48;
/// The shortest silence that is told, in milliseconds.
const SILENCE: f64 = 100.0;
/// It is also at least this part of the case.
const PART: f64 = 0.15;
/// So many items of one stream are told; there may be more.
const ITEMS: usize = 40;

/// A drawing and what it shows as a list.
#[derive(Debug, Serialize)]
pub(super) struct Timeline {
    width: f64,
    height: f64,
    left: f64,
    lanes: Vec<Lane>,
    /// A path for each kind of moment.
    marks: Vec<(&'static str, String)>,
    ticks: Vec<Tick>,
    /// Where the axis leaves out time in which nothing happened.
    breaks: Vec<(f64, f64)>,
    moments: Vec<Told>,
    /// How many moments are left out after the first so many.
    missing: (usize, usize),
    /// What the drawing says and the list does not.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Lane {
    name: String,
    y: f64,
    /// A path with a stroke for each arrival of bytes.
    arrivals: String,
    silences: Vec<Silence>,
}

/// Nothing came on a lane for a time.
#[derive(Debug, Serialize)]
struct Silence {
    from: f64,
    to: f64,
    label: String,
}

#[derive(Debug, Serialize)]
struct Tick {
    x: f64,
    label: String,
    anchor: &'static str,
}

#[derive(Debug, Serialize)]
struct Told {
    at: String,
    lane: String,
    text: String,
}

/// One connection while the drawing is made.
struct Track<'a> {
    connection: &'a str,
    moments: Vec<&'a Moment>,
    arrivals: Vec<&'a Arrivals>,
}

/// The drawing with `most` moments at most; `None` if nothing happened or none may be shown.
/// `case_ms` is the time that the case took, or 0.
pub(super) fn timeline(proof: &Evidence, case_ms: u64, most: usize) -> Option<Timeline> {
    if proof.timeline.is_empty() || most == 0 {
        return None;
    }
    let tracks = tracks(proof);
    let end = tracks.iter().flat_map(Track::times).fold(case_ms as f64, f64::max);
    let axis = Axis::new(tracks.iter().flat_map(Track::times).chain([end]));
    let shown = shortened(proof.timeline.len(), most);
    let place = |lane: usize| HEAD + LANE * (lane as f64 + 0.5);
    let lane = |(at, track): (usize, &Track<'_>)| track.lane(place(at), &axis, end);
    let mark = |index: &usize| {
        let moment = &proof.timeline[*index];
        let lane = tracks.iter().position(|track| track.connection == moment.connection)?;
        Some((kind(&moment.what), (axis.x(moment.at_ms), place(lane))))
    };
    Some(Timeline {
        width: axis.width(),
        height: HEAD + LANE * tracks.len() as f64 + 4.0,
        left: axis.left(),
        lanes: tracks.iter().enumerate().map(lane).collect(),
        marks: marks(shown.iter().filter_map(mark)),
        ticks: axis
            .ticks()
            .into_iter()
            .map(|(x, label, anchor)| Tick { x, label, anchor })
            .collect(),
        breaks: axis.breaks(),
        moments: shown.iter().map(|index| told(&proof.timeline[*index])).collect(),
        missing: (most / 3, proof.timeline.len() - shown.len()),
        notes: tracks.iter().filter_map(|track| track.note(end)).collect(),
    })
}

fn tracks(proof: &Evidence) -> Vec<Track<'_>> {
    let mut tracks: Vec<Track<'_>> = Vec::new();
    for moment in &proof.timeline {
        let known = tracks.iter().position(|track| track.connection == moment.connection);
        match known {
            Some(at) => tracks[at].moments.push(moment),
            None if tracks.len() < LANES => tracks.push(Track {
                connection: &moment.connection,
                moments: vec![moment],
                arrivals: Vec::new(),
            }),
            None => {}
        }
    }
    for arrivals in &proof.arrivals {
        let track = tracks.iter_mut().find(|track| track.connection == arrivals.connection);
        track.into_iter().for_each(|track| track.arrivals.push(arrivals));
    }
    tracks
}

/// The first third and the last two thirds of what may be shown: there the cause mostly stands.
fn shortened(total: usize, most: usize) -> Vec<usize> {
    match total > most {
        true => (0..most / 3).chain(total - (most - most / 3)..total).collect(),
        false => (0..total).collect(),
    }
}

/// One path for each kind: a dot, a diamond, a cross, an arrow or a stroke at each place. What looks
/// the same is drawn once.
fn marks(places: impl Iterator<Item = (&'static str, (f64, f64))>) -> Vec<(&'static str, String)> {
    let shape = |kind: &str, (x, y): (f64, f64)| match kind {
        "event" => format!("M{x} {y}h0"),
        "publish" => format!("M{x} {}l5 5-5 5-5-5z", y - 5.0),
        "end" => format!("M{} {}l8 8m0-8-8 8", x - 4.0, y - 4.0),
        "request" => format!("M{} {}l9 5-9 5z", x - 4.0, y - 5.0),
        _ => format!("M{x} {}v10", y - 5.0),
    };
    let mut paths: Vec<(&'static str, Vec<String>)> = Vec::new();
    for (kind, at) in places {
        match paths.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, shapes)) => shapes.push(shape(kind, at)),
            None => paths.push((kind, vec![shape(kind, at)])),
        }
    }
    let joined = |(kind, mut shapes): (&'static str, Vec<String>)| {
        shapes.dedup();
        (kind, shapes.concat())
    };
    paths.into_iter().map(joined).collect()
}

impl Track<'_> {
    fn times(&self) -> impl Iterator<Item = f64> {
        let arrivals = self.arrivals.iter().flat_map(|one| one.at_ms.iter().copied());
        self.moments.iter().map(|moment| moment.at_ms).chain(arrivals)
    }

    fn lane(&self, y: f64, axis: &Axis, end: f64) -> Lane {
        let times = self.arrivals.iter().flat_map(|one| &one.at_ms).take(ARRIVALS);
        let mut places: Vec<f64> = times.map(|at| (axis.x(*at) * 2.0).round() / 2.0).collect();
        places.dedup();
        let silence = |(from, to): (f64, f64)| Silence {
            from: axis.x(from),
            to: axis.x(to),
            label: span(to - from),
        };
        Lane {
            name: label(self.connection),
            y,
            arrivals: places.iter().map(|x| format!("M{x} {}v5", y + 4.0)).collect(),
            silences: self.silences(end).into_iter().map(silence).collect(),
        }
    }

    /// The long silences after the request. None is claimed where not everything is told.
    fn silences(&self, end: f64) -> Vec<(f64, f64)> {
        let items = self.moments.iter().filter(|it| matches!(kind(&it.what), "event" | "item"));
        let partly = items.count() >= ITEMS || self.arrivals.iter().any(|one| one.more > 0);
        let asked = self.moments.iter().find(|moment| kind(&moment.what) == "request");
        let (Some(asked), false) = (asked, partly) else { return Vec::new() };
        let ended = self.moments.iter().any(|moment| kind(&moment.what) == "end")
            || self.arrivals.iter().any(|one| one.cut);
        let mut times: Vec<f64> = self.times().filter(|at| *at >= asked.at_ms).collect();
        if !ended {
            times.push(end);
        }
        times.sort_by(f64::total_cmp);
        let gaps = times.windows(2).map(|pair| (pair[0], pair[1]));
        gaps.filter(|(from, to)| to - from >= SILENCE && to - from >= end * PART).collect()
    }

    /// How many bytes came, and the longest silence.
    fn note(&self, end: f64) -> Option<String> {
        let pieces: usize = self.arrivals.iter().map(|one| one.at_ms.len()).sum();
        let bytes = self
            .arrivals
            .iter()
            .flat_map(|one| &one.bytes)
            .fold(0, |sum: u64, n| sum.saturating_add(*n));
        let more = self.arrivals.iter().fold(0, |sum: u64, one| sum.saturating_add(one.more));
        let number = |number: u64| grouped(usize::try_from(number).unwrap_or(usize::MAX));
        let came = (pieces > 0).then(|| {
            let more = if more > 0 {
                format!(", and {} more arrivals", number(more))
            } else {
                String::new()
            };
            format!("{} bytes of the stream in {} arrivals{more}", number(bytes), grouped(pieces))
        });
        let longest =
            self.silences(end).into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
        let silent = longest.map(|(from, to)| {
            let until =
                if to >= end { "to the end of the case".to_owned() } else { span(to - from) };
            format!(
                "nothing came from {} {}{until}",
                moment(from),
                if to >= end { "" } else { "for " }
            )
        });
        let said: Vec<String> = came.into_iter().chain(silent).collect();
        (!said.is_empty()).then(|| format!("{}: {}.", label(self.connection), said.join("; ")))
    }
}

fn told(moment: &Moment) -> Told {
    Told { at: at(moment.at_ms), lane: label(&moment.connection), text: line(&moment.what, TEXT) }
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
        word if !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase()) => "request",
        _ => "other",
    }
}

fn at(ms: f64) -> String {
    format!("{ms:.1} ms")
}

/// A moment within a sentence.
fn moment(ms: f64) -> String {
    if ms >= 1000.0 { span(ms) } else { at(ms) }
}

/// A length of time.
fn span(ms: f64) -> String {
    match ms >= 1000.0 {
        true => format!("{:.2} s", ms / 1000.0),
        false => format!("{ms:.0} ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(all: &[(f64, &str)]) -> Vec<Moment> {
        let moment = |(at_ms, what): &(f64, &str)| Moment {
            at_ms: *at_ms,
            connection: "main".to_owned(),
            what: (*what).to_owned(),
        };
        all.iter().map(moment).collect()
    }

    fn drawn(proof: &Evidence, case_ms: u64) -> Timeline {
        timeline(proof, case_ms, 60).expect("something happened")
    }

    const OPENED: [(f64, &str); 2] = [(0.0, "GET /"), (1.0, "head, status 200")];

    #[test]
    fn a_silence_is_drawn_and_told() {
        let proof = Evidence { timeline: moments(&OPENED), ..Evidence::default() };
        let line = drawn(&proof, 5_000);
        assert_eq!(line.lanes[0].silences[0].label, "5.00 s");
        assert_eq!(line.notes, ["main: nothing came from 1.0 ms to the end of the case."]);
        assert_eq!(line.breaks.len(), 1, "the axis leaves it out");
    }

    #[test]
    fn no_silence_is_claimed_after_the_end_or_where_not_all_is_told() {
        let ended = [OPENED[0], OPENED[1], (2.0, "ended by the server: Close")];
        let proof = Evidence { timeline: moments(&ended), ..Evidence::default() };
        assert!(drawn(&proof, 5_000).lanes[0].silences.is_empty());
        let cut =
            vec![Arrivals { connection: "main".to_owned(), cut: true, ..Arrivals::default() }];
        let proof = Evidence { timeline: moments(&OPENED), arrivals: cut, ..Evidence::default() };
        assert!(drawn(&proof, 5_000).lanes[0].silences.is_empty());
        let more = vec![Arrivals { connection: "main".to_owned(), more: 1, ..Arrivals::default() }];
        let proof = Evidence { timeline: moments(&OPENED), arrivals: more, ..Evidence::default() };
        assert!(drawn(&proof, 5_000).lanes[0].silences.is_empty());
    }

    #[test]
    fn bytes_that_end_no_event_break_a_silence() {
        let bytes = Arrivals {
            connection: "main".to_owned(),
            at_ms: vec![2_000.0, 4_000.0],
            bytes: vec![1, 2],
            ..Arrivals::default()
        };
        let proof =
            Evidence { timeline: moments(&OPENED), arrivals: vec![bytes], ..Evidence::default() };
        let line = drawn(&proof, 5_000);
        let labels: Vec<&str> = line.lanes[0].silences.iter().map(|it| it.label.as_str()).collect();
        assert_eq!(labels, ["2.00 s", "2.00 s", "1.00 s"]);
        assert!(
            line.notes[0]
                .starts_with("main: 3 bytes of the stream in 2 arrivals; nothing came from")
        );
        assert_eq!(line.lanes[0].arrivals.matches('M').count(), 2);
    }

    #[test]
    fn a_long_time_line_keeps_its_beginning_and_its_end() {
        let many: Vec<(f64, &str)> = (0..1000).map(|at| (f64::from(at), "event x")).collect();
        let proof = Evidence { timeline: moments(&many), ..Evidence::default() };
        let line = drawn(&proof, 0);
        assert_eq!((line.moments.len(), line.missing), (60, (20, 940)));
        assert_eq!(line.marks[0].1.matches('M').count(), 60);
        assert_eq!(
            (line.moments[19].at.as_str(), line.moments[20].at.as_str()),
            ("19.0 ms", "960.0 ms")
        );
    }

    #[test]
    fn times_of_any_size_do_no_harm() {
        for at in [f64::NAN, f64::INFINITY, -1e300, 1e300, f64::MIN_POSITIVE] {
            let proof =
                Evidence { timeline: moments(&[(at, "GET /"), (0.5, "x")]), ..Evidence::default() };
            let line = drawn(&proof, u64::MAX);
            let paths: String = line.marks.iter().map(|(_, path)| path.as_str()).collect();
            assert!(!paths.contains("NaN") && !paths.contains("inf"), "{line:?}");
            assert!((96.0..=720.0).contains(&Axis::new([at].into_iter()).x(at)));
        }
    }
}
