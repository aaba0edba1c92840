//! How time grows with the length of a stream.

use std::time::Duration;

use ssecheck_model::parser::{Aspect, ClassVerdict, Example, Timing};

use super::blame::Charge;
use super::ledger::Ledger;
use super::shapes::{SIZES, Shape};
use super::vectors::charge_of;
use crate::expected::expected;
use crate::judge::judge;
use crate::protocol::{Caps, ChunkCap};
use crate::session::{Gone, Halt, Job, Outcome, Session, Work};

const CLASS: &str = "time.linear";
/// Time of the largest stream over that of the smallest from which on it can be more than linear:
/// linear is 16, quadratic 256.
const OVER_ALL: f64 = 20.0;
/// The factor of time that a parser is given, in any case.
const PATIENCE: f64 = 65.0;
/// Time of the largest stream over that of the one a quarter as long, the price of the way taken off,
/// from which on it is not linear: linear is 4, quadratic 16.
const STEP: f64 = 8.0;
/// The same as measured. It guards against a price that was measured too high, and is reached when
/// the quadratic share of the time at 1 MiB is about as large as all else.
const STEP_AS_MEASURED: f64 = 6.0;
const LAST: usize = SIZES.len() - 1;
/// How long one shape may take, at least.
const BUDGET: Duration = Duration::from_secs(10);
/// Times below this are noise.
const FLOOR: f64 = 0.5;
/// The share of a time that is noise, whatever its length.
const NOISE: f64 = 0.05;
/// Runs of each stream, of which the shortest counts.
const RUNS: u32 = 5;
/// Streams that take longer than this, in milliseconds, are not run so often.
const LONG: f64 = 300.0;
/// How often a suspicious result is measured again; it is believed if it comes each time.
const AGAIN: u32 = 2;

/// Measures the shapes and enters what came of them.
pub(super) fn run(
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    timings: &mut Vec<Timing>,
) -> Result<(), Halt> {
    session.phase("timing", Shape::ALL.len() as u64);
    let caps = session.caps().clone();
    for shape in Shape::ALL {
        let timing = match (shape, caps.chunks) {
            (Shape::LongLine, ChunkCap::None) => left_out(shape, "chunks cannot be sent"),
            _ => Series::new(shape).measure(session, ledger)?,
        };
        enter(shape, &timing, ledger);
        timings.push(timing);
        session.step_by_hand();
    }
    Ok(())
}

fn left_out(shape: Shape, why: &str) -> Timing {
    let what = format!("{}: not measured, {why}", shape.what());
    Timing { shape: shape.code().to_owned(), what, ..Timing::default() }
}

fn enter(shape: Shape, timing: &Timing, ledger: &mut Ledger) {
    match timing.verdict {
        ClassVerdict::Pass => ledger.passed(CLASS),
        ClassVerdict::Slow => {
            let times: Vec<String> = timing.ms.iter().map(|ms| format!("{ms:.1} ms")).collect();
            let mut actual = times.join(", ");
            if timing.ms.len() < timing.bytes.len() {
                actual.push_str(", no end");
            }
            let sizes: Vec<String> = timing.bytes.iter().map(ToString::to_string).collect();
            let charge = Charge {
                class: CLASS,
                verdict: ClassVerdict::Slow,
                aspects: vec![Aspect::Time],
                expected: format!(
                    "time in proportion to {} bytes ({})",
                    sizes.join(" and "),
                    timing.what
                ),
                actual,
                stray: false,
            };
            let (expected, actual) = (charge.expected.clone(), charge.actual.clone());
            let printf = shape.printf(SIZES[LAST]);
            ledger.charge_with(&charge, Example { chunks: Vec::new(), printf, expected, actual });
        }
        _ => {}
    }
}

/// The best times of one shape so far, in milliseconds: of the stream in each of its sizes, and of
/// its twin.
struct Series {
    shape: Shape,
    stream: [f64; SIZES.len()],
    twin: [f64; SIZES.len()],
}

/// What came of one measurement.
enum Measured {
    Done,
    /// It took longer than it may.
    Endless,
    /// It cannot be measured, for this reason.
    Useless(String),
}

impl Series {
    fn new(shape: Shape) -> Self {
        let never = [f64::INFINITY; SIZES.len()];
        Self { shape, stream: never, twin: never }
    }

    fn measure(mut self, session: &mut Session<'_>, ledger: &mut Ledger) -> Result<Timing, Halt> {
        let mut endless = 0;
        // Only what comes each time is believed.
        for _ in 0..=AGAIN {
            match self.round(session, ledger)? {
                None => return Ok(left_out(self.shape, "the parser died over it")),
                Some(Measured::Useless(why)) => return Ok(left_out(self.shape, &why)),
                Some(Measured::Endless) => endless += 1,
                Some(Measured::Done) if !self.is_slow() => break,
                Some(Measured::Done) => {}
            }
            if endless == 2 {
                break;
            }
        }
        let slow =
            if endless == 2 { true } else { self.stream[LAST].is_finite() && self.is_slow() };
        Ok(self.timing(if slow { ClassVerdict::Slow } else { ClassVerdict::Pass }))
    }

    /// Measures all streams anew: what a machine does meanwhile must not stand in one of them only.
    /// `None` if the parser died.
    fn round(
        &mut self,
        session: &mut Session<'_>,
        ledger: &mut Ledger,
    ) -> Result<Option<Measured>, Halt> {
        let shape = self.shape;
        *self = Self::new(shape);
        for (index, bytes) in SIZES.into_iter().enumerate() {
            // So long that a parser in linear time, and four times that, has an end.
            let linear = self.stream[0] * PATIENCE / 1000.0;
            let linear = Duration::try_from_secs_f64(linear).unwrap_or_default();
            let within = if index == 0 { BUDGET } else { BUDGET.max(linear) };
            let chunks = shape.chunks(bytes);
            match several(session, chunks, &mut self.stream[index], within, true)? {
                Sample::Taken => {}
                Sample::Endless if index > 0 => return Ok(Some(Measured::Endless)),
                Sample::Endless => return Ok(Some(useless("it takes too long", bytes))),
                Sample::Wrong => return Ok(Some(useless("the parser reads it wrongly", bytes))),
                Sample::Died(gone) => {
                    ledger.charge_with(&charge_of(CLASS, &gone), died(shape, bytes, &gone));
                    return Ok(None);
                }
            }
            let twin = shape.twin(bytes);
            match several(session, twin, &mut self.twin[index], BUDGET, false)? {
                Sample::Taken | Sample::Wrong => {}
                // Nothing can be taken off then.
                Sample::Endless | Sample::Died(_) => self.twin[index] = 0.0,
            }
        }
        Ok(Some(Measured::Done))
    }

    /// Whether time grows like in no linear parser. The last step decides: the first one is where
    /// small streams end to fit into what an allocator or a cache has at hand.
    fn is_slow(&self) -> bool {
        let raw = |from: usize| self.stream[LAST] / self.stream[from];
        let step = self.ratio(LAST - 1) >= STEP && raw(LAST - 1) >= STEP_AS_MEASURED;
        step && raw(0) >= OVER_ALL
    }

    /// How many times as long the largest stream takes, the price of the way taken off.
    fn ratio(&self, from: usize) -> f64 {
        let net = |at: usize| (self.stream[at] - self.twin[at]).max(self.stream[at] * NOISE);
        net(LAST).max(FLOOR) / net(from).max(FLOOR)
    }

    fn timing(&self, verdict: ClassVerdict) -> Timing {
        let ended = self.stream[LAST].is_finite();
        let times = self.stream.iter().filter(|ms| ms.is_finite());
        Timing {
            shape: self.shape.code().to_owned(),
            what: self.shape.what().to_owned(),
            bytes: SIZES.map(|bytes| bytes as u64).to_vec(),
            ms: times.map(|ms| rounded(*ms)).collect(),
            ratio: ended.then(|| rounded(self.ratio(0))),
            verdict,
        }
    }
}

fn useless(why: &str, bytes: usize) -> Measured {
    Measured::Useless(format!("{why} at {bytes} bytes"))
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn died(shape: Shape, bytes: usize, gone: &Gone) -> Example {
    let (expected, actual) = ("an answer".to_owned(), gone.what.clone());
    Example { chunks: Vec::new(), printf: shape.printf(bytes), expected, actual }
}

/// What came of sending one stream several times.
enum Sample {
    /// The best time is better now, or as it was.
    Taken,
    /// No answer in time.
    Endless,
    Wrong,
    Died(Gone),
}

fn several(
    session: &mut Session<'_>,
    chunks: Vec<Vec<u8>>,
    best: &mut f64,
    within: Duration,
    judged: bool,
) -> Result<Sample, Halt> {
    let caps = session.caps().clone();
    let mut work = Stopwatch { caps: &caps, chunks, within, judged, left: RUNS, best, ended: None };
    session.ask(&mut work)?;
    Ok(work.ended.unwrap_or(Sample::Taken))
}

/// Sends the same stream several times, one after the other.
struct Stopwatch<'w> {
    caps: &'w Caps,
    chunks: Vec<Vec<u8>>,
    within: Duration,
    judged: bool,
    left: u32,
    best: &'w mut f64,
    ended: Option<Sample>,
}

impl Work for Stopwatch<'_> {
    fn next(&mut self) -> Option<Job> {
        if self.left == 0 || self.ended.is_some() {
            return None;
        }
        self.left -= 1;
        let (chunks, within) = (self.chunks.clone(), Some(self.within));
        let (id, types) = (format!("timing {}", self.left), vec!["message".to_owned()]);
        Some(Job { id, chunks, within, types, ..Job::default() })
    }

    fn done(&mut self, _: Job, outcome: Outcome) {
        match outcome {
            Outcome::Answer(answer, took) => {
                let ms = took.as_secs_f64() * 1000.0;
                *self.best = self.best.min(ms);
                if ms > LONG {
                    self.left = self.left.min(1);
                }
                if std::mem::take(&mut self.judged) {
                    let truth = expected(self.chunks.iter().map(Vec::as_slice), "");
                    if !judge(&truth, &answer, self.caps).is_right() {
                        self.ended = Some(Sample::Wrong);
                    }
                }
            }
            Outcome::Gone(gone) if gone.hung => self.ended = Some(Sample::Endless),
            Outcome::Gone(gone) => self.ended = Some(Sample::Died(gone)),
        }
    }

    /// What is on its way at the same time takes time from what is measured.
    fn is_alone(&self) -> bool {
        true
    }

    fn is_planned(&self) -> bool {
        false
    }
}
