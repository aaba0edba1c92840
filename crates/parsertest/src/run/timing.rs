//! How time grows with the length of a stream.

use std::time::Duration;

use ssecheck_model::parser::{Aspect, ClassVerdict, Example, Timing};

use super::blame::Charge;
use super::ledger::Ledger;
use super::shapes::{FACTOR, SMALL, Shape};
use super::vectors::charge_of;
use crate::expected::expected;
use crate::judge::judge;
use crate::protocol::{Caps, ChunkCap};
use crate::session::{Gone, Halt, Job, Outcome, Session, Work};

const CLASS: &str = "time.linear";
/// Time of the larger stream over that of the smaller from which on it is not linear any more:
/// linear is 16, quadratic 256.
const SLOW: f64 = 64.0;
/// The same without taking anything off. It guards against a price that was measured too high; a
/// quadratic share as large as the rest of the time at 1 MiB is well above it.
const SLOW_AS_MEASURED: f64 = 24.0;
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
/// How often a suspicious result is measured again before it is believed.
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
            let printf = shape.printf(SMALL * FACTOR);
            ledger.charge_with(&charge, Example { chunks: Vec::new(), printf, expected, actual });
        }
        _ => {}
    }
}

/// The best times of one shape so far, in milliseconds.
struct Series {
    shape: Shape,
    small: f64,
    large: f64,
    small_twin: f64,
    large_twin: f64,
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
        let never = f64::INFINITY;
        Self { shape, small: never, large: never, small_twin: never, large_twin: never }
    }

    fn measure(mut self, session: &mut Session<'_>, ledger: &mut Ledger) -> Result<Timing, Halt> {
        for _ in 0..=AGAIN {
            match self.round(session, ledger)? {
                None => return Ok(left_out(self.shape, "the parser died over it")),
                Some(Measured::Useless(why)) => return Ok(left_out(self.shape, &why)),
                Some(Measured::Endless) => self.large = f64::INFINITY,
                Some(Measured::Done) if !self.is_slow() => {
                    return Ok(self.timing(ClassVerdict::Pass));
                }
                Some(Measured::Done) => {}
            }
            if self.large.is_infinite() && self.small.is_finite() && self.endless_twice(session)? {
                break;
            }
        }
        let verdict = if self.is_slow() { ClassVerdict::Slow } else { ClassVerdict::Pass };
        Ok(self.timing(verdict))
    }

    /// Measures all four streams, keeping the best. `None` if the parser died.
    fn round(
        &mut self,
        session: &mut Session<'_>,
        ledger: &mut Ledger,
    ) -> Result<Option<Measured>, Halt> {
        let (shape, large) = (self.shape, SMALL * FACTOR);
        let mut measured = |chunks: Vec<Vec<u8>>, best: &mut f64, within, judged| {
            let result = several(session, chunks, best, within, judged)?;
            if let Sample::Died(gone) = &result {
                ledger.charge_with(&charge_of(CLASS, gone), died(shape, gone));
            }
            Ok::<_, Halt>(result)
        };
        let steps: [(Vec<Vec<u8>>, &mut f64, bool); 3] = [
            (shape.chunks(SMALL), &mut self.small, true),
            (shape.twin(SMALL), &mut self.small_twin, false),
            (shape.twin(large), &mut self.large_twin, false),
        ];
        for (chunks, best, judged) in steps {
            match measured(chunks, best, BUDGET, judged)? {
                Sample::Died(_) => return Ok(None),
                Sample::Wrong => return Ok(Some(useless("the parser reads it wrongly"))),
                Sample::Endless => {
                    return Ok(Some(useless(&format!("{} bytes take too long", SMALL))));
                }
                Sample::Taken => {}
            }
        }
        // So long that a parser in linear time, and four times that, has an end.
        let within = BUDGET.max(Duration::from_secs_f64(self.small * (SLOW + 1.0) / 1000.0));
        Ok(match measured(shape.chunks(large), &mut self.large, within, true)? {
            Sample::Died(_) => None,
            Sample::Wrong => Some(useless("the parser reads the long one wrongly (a limit?)")),
            Sample::Endless => Some(Measured::Endless),
            Sample::Taken => Some(Measured::Done),
        })
    }

    /// Whether the long stream has no end a second time.
    fn endless_twice(&mut self, session: &mut Session<'_>) -> Result<bool, Halt> {
        let within = BUDGET.max(Duration::from_secs_f64(self.small * (SLOW + 1.0) / 1000.0));
        let chunks = self.shape.chunks(SMALL * FACTOR);
        let mut best = f64::INFINITY;
        let again = several(session, chunks, &mut best, within, false)?;
        self.large = best;
        Ok(matches!(again, Sample::Endless))
    }

    fn is_slow(&self) -> bool {
        let as_measured = self.large / self.small;
        self.large.is_infinite() || (self.ratio() >= SLOW && as_measured >= SLOW_AS_MEASURED)
    }

    /// How many times as long the larger stream takes, the price of the way taken off.
    fn ratio(&self) -> f64 {
        let small = (self.small - self.small_twin).max(FLOOR).max(self.small * NOISE);
        (self.large - self.large_twin).max(FLOOR) / small
    }

    fn timing(&self, verdict: ClassVerdict) -> Timing {
        let ended = self.large.is_finite();
        let times = [Some(self.small), Some(self.large).filter(|_| ended)];
        Timing {
            shape: self.shape.code().to_owned(),
            what: self.shape.what().to_owned(),
            bytes: vec![SMALL as u64, (SMALL * FACTOR) as u64],
            ms: times.into_iter().flatten().map(rounded).collect(),
            ratio: ended.then(|| rounded(self.ratio())),
            verdict,
        }
    }
}

fn useless(why: &str) -> Measured {
    Measured::Useless(why.to_owned())
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn died(shape: Shape, gone: &Gone) -> Example {
    let (expected, actual) = ("an answer".to_owned(), gone.what.clone());
    Example { chunks: Vec::new(), printf: shape.printf(SMALL * FACTOR), expected, actual }
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
