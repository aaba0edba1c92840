//! Random streams, one feature at a time.

use ssecheck_model::deviations::Deviations;
use ssecheck_model::parser::{Aspect, ClassVerdict, Example, FeatureResult, PropertyCounts};
use ssecheck_model::vector::to_text;

use super::blame::{Charge, DATALESS, charges};
use super::ledger::{Evidence, Ledger};
use super::vectors::{charge_of, places, typed};
use super::{Settings, minimal};
use crate::class::{self, Class};
use crate::cuts;
use crate::example::printf;
use crate::expected::{Expected, expected};
use crate::feature::{self, Feature};
use crate::judge::{Judgement, judge};
use crate::protocol::{Answer, Caps, ChunkCap};
use crate::session::{Gone, Halt, Job, Outcome, Session, Work};
use crate::shrink::{Bounds, Chunks, shrink_in_rounds};

/// How many streams the search for a smaller example may cost.
const SHRINKING: usize = 600;
/// The class for a feature that has none: a parser that fails there fails in everything.
const EVERYTHING: &str = "data.join";

/// Runs the features and enters what came of them.
pub(super) fn run(
    settings: &Settings,
    known: Option<&Deviations>,
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    counts: &mut PropertyCounts,
) -> Result<(), Halt> {
    let is_known = |feature: &Feature| {
        let mut classes = feature.classes.iter();
        let named = |class: &str| known.is_some_and(|known| known.names(class));
        !settings.all_features && !feature.classes.is_empty() && classes.all(|class| named(class))
    };
    let left_out = feature::ALL.iter().filter(|feature| is_known(feature)).count();
    let total = (feature::ALL.len() - left_out) as u64 * u64::from(settings.properties);
    session.phase("random streams", total);
    for feature in feature::ALL {
        let mut result = FeatureResult { feature: feature.name.to_owned(), ..Default::default() };
        let ran = match is_known(feature) {
            true => {
                result.skipped = true;
                Ok(())
            }
            false => one(feature, settings, session, ledger, &mut result),
        };
        counts.streams += result.streams;
        counts.failing += result.failing;
        counts.features.push(result);
        ran?;
    }
    Ok(())
}

fn one(
    feature: &'static Feature,
    settings: &Settings,
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    result: &mut FeatureResult,
) -> Result<(), Halt> {
    let caps = session.caps().clone();
    let mut work = Streams::new(feature, settings, &caps);
    let asked = session.ask(&mut work);
    (result.streams, result.failing) = (work.streams, work.failing);
    let Streams { worst, late, gone, .. } = work;
    let own = class_of(feature, &[], ledger);
    if let Some((chunks, gone)) = gone {
        let mut charge = charge_of(own.code, &gone);
        charge.stray = feature.classes.is_empty();
        result.example = Some(example(&chunks, &charge));
        if !ledger.explains(&chunks, charge.class) {
            ledger.charge(charge, Evidence { chunks, ..Evidence::default() });
        }
    }
    if let Some((chunks, judgement)) = late {
        for charge in charges(own, &judgement, &chunks) {
            ledger.charge(charge, Evidence { chunks: chunks.clone(), ..Evidence::default() });
        }
    }
    asked?;
    match worst {
        Some((chunks, judgement)) => {
            let finding = Finding { feature, chunks, judgement };
            finding.enter(session, &caps, ledger, result)
        }
        None => Ok(()),
    }
}

/// A stream of a feature that is read wrongly.
struct Finding {
    feature: &'static Feature,
    chunks: Chunks,
    judgement: Judgement,
}

impl Finding {
    fn enter(
        mut self,
        session: &mut Session<'_>,
        caps: &Caps,
        ledger: &mut Ledger,
        result: &mut FeatureResult,
    ) -> Result<(), Halt> {
        let shrunk = self.shrink(session, caps);
        let whole = [self.chunks.concat()];
        let by_cut = self.chunks.len() > 1
            && matches!(answered(session, &whole, caps), Ok(Some(judgement)) if judgement.is_right());
        let own = match by_cut {
            true => {
                let class = cuts::class_of(&whole[0], &places(&self.chunks));
                class::find(class).unwrap_or_else(|| class_of(self.feature, &[], ledger))
            }
            false => class_of(self.feature, &self.judgement.aspects(), ledger),
        };
        for mut charge in charges(own, &self.judgement, &self.chunks) {
            if charge.verdict == ClassVerdict::Fail {
                result.example.get_or_insert_with(|| example(&self.chunks, &charge));
            }
            // The feature says where to look. What is known to be read wrongly explains much that
            // has nothing to do with the feature.
            if charge.verdict == ClassVerdict::Fail && ledger.explains(&self.chunks, charge.class) {
                continue;
            }
            charge.stray |= self.feature.classes.is_empty() && !by_cut && charge.class != DATALESS;
            ledger.charge(charge, Evidence { chunks: self.chunks.clone(), ..Evidence::default() });
        }
        shrunk
    }

    /// Looks for a smaller stream that is read wrongly in the same way.
    fn shrink(&mut self, session: &mut Session<'_>, caps: &Caps) -> Result<(), Halt> {
        let (aspects, phantoms) = (self.judgement.aspects(), self.judgement.phantoms);
        let alike = |judgement: &Judgement| {
            judgement.aspects() == aspects && judgement.phantoms == phantoms
        };
        let mut halted = Ok(());
        let mut died = false;
        let round = caps.window.clamp(1, 32);
        let bounds = Bounds { executions: SHRINKING, round };
        let shrunk = shrink_in_rounds(&self.chunks, bounds, |candidates| {
            if halted.is_err() || died {
                return None;
            }
            let mut work = Candidates::new(candidates, caps);
            halted = session.ask(&mut work);
            died = work.died;
            work.judged.iter().position(|judged| judged.as_ref().is_some_and(&alike))
        });
        halted?;
        // What was found is asked for once more: its words are those of the example.
        if let Some(judgement) = answered(session, &shrunk.chunks, caps)?.filter(&alike) {
            (self.chunks, self.judgement) = (shrunk.chunks, judgement);
        }
        Ok(())
    }
}

fn answered(
    session: &mut Session<'_>,
    chunks: &[Vec<u8>],
    caps: &Caps,
) -> Result<Option<Judgement>, Halt> {
    let truth = truth(chunks);
    let template = Job { types: typed(&truth), ..Job::default() };
    let answer = minimal::ask(session, &template, chunks)?;
    Ok(answer.map(|answer| judge(&truth, &answer, caps)))
}

fn truth(chunks: &[Vec<u8>]) -> Expected {
    expected(chunks.iter().map(Vec::as_slice), "")
}

fn example(chunks: &[Vec<u8>], charge: &Charge) -> Example {
    Example {
        chunks: chunks.iter().map(|chunk| to_text(chunk)).collect(),
        printf: printf(&chunks.concat()),
        expected: charge.expected.clone(),
        actual: charge.actual.clone(),
    }
}

/// The class of a feature that a wrong answer counts against: one that is guilty already, else the
/// first that shows itself like this, else the first.
fn class_of(feature: &Feature, aspects: &[Aspect], ledger: &Ledger) -> &'static Class {
    let classes: Vec<&'static Class> =
        feature.classes.iter().filter_map(|code| class::find(code)).collect();
    let shows = |class: &&&'static Class| class.shows.iter().any(|shown| aspects.contains(shown));
    let guilty = classes.iter().filter(shows).find(|class| ledger.deviates(class.code));
    let found = guilty.or_else(|| classes.iter().find(shows)).or_else(|| classes.first());
    found.copied().or_else(|| class::find(EVERYTHING)).unwrap_or(&class::ALL[0])
}

/// The streams of one feature.
struct Streams<'s> {
    samples: Box<dyn Iterator<Item = Chunks>>,
    left: u32,
    caps: &'s Caps,
    streams: u64,
    failing: u64,
    worst: Option<(Chunks, Judgement)>,
    late: Option<(Chunks, Judgement)>,
    gone: Option<(Chunks, Gone)>,
    name: &'static str,
}

impl<'s> Streams<'s> {
    fn new(feature: &'static Feature, settings: &Settings, caps: &'s Caps) -> Self {
        let (whole, empty) = (caps.chunks == ChunkCap::None, caps.empty_chunks);
        let samples = feature.samples(settings.seed).map(move |sample| {
            let chunks = if whole { vec![&sample.bytes[..]] } else { sample.chunks() };
            let sent = chunks.into_iter().filter(|chunk| empty || !chunk.is_empty());
            sent.map(<[u8]>::to_vec).collect::<Chunks>()
        });
        Self {
            samples: Box::new(samples),
            left: settings.properties,
            caps,
            streams: 0,
            failing: 0,
            worst: None,
            late: None,
            gone: None,
            name: feature.name,
        }
    }
}

fn size(chunks: &[Vec<u8>]) -> (usize, usize) {
    (chunks.iter().map(Vec::len).sum(), chunks.len())
}

fn keep_smaller<T>(best: &mut Option<(Chunks, T)>, chunks: Chunks, found: T) {
    if best.as_ref().is_none_or(|(other, _)| size(&chunks) < size(other)) {
        *best = Some((chunks, found));
    }
}

impl Work for Streams<'_> {
    fn next(&mut self) -> Option<Job> {
        // One death is enough: the next stream of the same feature would be the next death.
        if self.left == 0 || self.gone.is_some() {
            return None;
        }
        self.left -= 1;
        let chunks = self.samples.next()?;
        let truth = truth(&chunks);
        let id = format!("random/{}/{}", self.name, self.left);
        let types = typed(&truth);
        Some(Job { id, chunks, types, ..Job::default() })
    }

    fn done(&mut self, job: Job, outcome: Outcome) {
        self.streams += 1;
        match outcome {
            Outcome::Answer(answer, _) => {
                let judgement = judge(&truth(&job.chunks), &answer, self.caps);
                if !judgement.is_right() {
                    self.failing += 1;
                    keep_smaller(&mut self.worst, job.chunks, judgement);
                } else if !judgement.differences.is_empty() {
                    keep_smaller(&mut self.late, job.chunks, judgement);
                }
            }
            Outcome::Gone(gone) => {
                self.failing += 1;
                self.gone = Some((job.chunks, gone));
            }
        }
    }

    fn wanted(&self, _: &Job) -> bool {
        self.gone.is_none()
    }
}

/// Smaller streams, all asked for at once.
struct Candidates<'c> {
    chunks: &'c [Chunks],
    caps: &'c Caps,
    next: usize,
    judged: Vec<Option<Judgement>>,
    died: bool,
}

impl<'c> Candidates<'c> {
    fn new(chunks: &'c [Chunks], caps: &'c Caps) -> Self {
        Self { chunks, caps, next: 0, judged: vec![None; chunks.len()], died: false }
    }

    fn judge(&self, chunks: &[Vec<u8>], answer: &Answer) -> Judgement {
        judge(&truth(chunks), answer, self.caps)
    }
}

impl Work for Candidates<'_> {
    fn next(&mut self) -> Option<Job> {
        if self.died {
            return None;
        }
        loop {
            let key = self.next;
            let chunks = self.chunks.get(key)?.clone();
            self.next += 1;
            // What cannot be sent as it is proves nothing.
            if self.caps.empty_chunks || !chunks.iter().any(Vec::is_empty) {
                let types = typed(&truth(&chunks));
                return Some(Job {
                    id: format!("smaller {key}"),
                    chunks,
                    types,
                    key,
                    ..Job::default()
                });
            }
        }
    }

    fn done(&mut self, job: Job, outcome: Outcome) {
        match outcome {
            Outcome::Answer(answer, _) => {
                self.judged[job.key] = Some(self.judge(&job.chunks, &answer));
            }
            Outcome::Gone(_) => self.died = true,
        }
    }

    fn wanted(&self, _: &Job) -> bool {
        !self.died
    }

    fn is_planned(&self) -> bool {
        false
    }
}
