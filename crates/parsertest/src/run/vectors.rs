//! The vectors: each in many cuts, judged as a whole.

use std::collections::{BTreeMap, VecDeque};

use ssecheck_model::parser::{Aspect, ClassVerdict};
use ssecheck_model::vector::Vector;

use super::blame::{ABOUT_CUTS, Charge, DATALESS, charges};
use super::ledger::{Evidence, Ledger};
use super::{Settings, cut, minimal, observe, truth};
use crate::class::{self, Class};
use crate::cuts;
use crate::expected::{Expected, Record};
use crate::judge::Judgement;
use crate::protocol::{Caps, ChunkCap};
use crate::session::{Gone, Halt, Job, Outcome, Session, Work};

/// So many vectors of a class may kill the parser before the others are left out.
const MAX_KILLS: u32 = 3;

/// Sends all vectors and enters what came of them.
pub(super) fn run(
    settings: &Settings,
    session: &mut Session<'_>,
    ledger: &mut Ledger,
) -> Result<(), Halt> {
    let caps = session.caps().clone();
    let mut work = Vectors::new(settings, &caps);
    let total = work.states.iter().map(|state| state.cuts(settings, &caps).len() as u64).sum();
    session.phase("vectors", total);
    let asked = session.ask(&mut work);
    let settled = work.settle(session, ledger);
    asked.and(settled)
}

/// Everything about the vectors of a run.
struct Vectors<'s> {
    settings: &'s Settings,
    caps: &'s Caps,
    states: Vec<State<'s>>,
    /// Index of the vector whose cuts are at hand.
    next: usize,
    cuts: VecDeque<Job>,
    kills: BTreeMap<&'static str, u32>,
    executions: u64,
}

/// What became of one vector.
struct State<'s> {
    vector: &'s Vector,
    class: &'static Class,
    own: Vec<Vec<u8>>,
    /// In how many cuts it is to be sent.
    planned: u64,
    right: u64,
    wrong: u64,
    /// Whether it was wrong as a whole, or as the vector has it.
    wrong_plainly: bool,
    /// Wrong answers to whole and own cut; else those in the fewest chunks.
    worst: Option<(Vec<Vec<u8>>, Judgement)>,
    late: Option<(Vec<Vec<u8>>, Judgement)>,
    /// Whether no answer left open when its events came.
    timed: bool,
    gone: Option<(Vec<Vec<u8>>, Gone)>,
}

impl<'s> State<'s> {
    fn cuts(&self, settings: &Settings, caps: &Caps) -> Vec<cut::Cut> {
        if !self.can_be_sent(caps) {
            return Vec::new();
        }
        cut::all(&self.own, &self.vector.id, settings.seed, caps)
    }

    fn can_be_sent(&self, caps: &Caps) -> bool {
        self.vector.seed.is_none() || caps.seed
    }

    /// Whether its own cut matters and cannot be sent.
    fn is_cut_lost(&self, caps: &Caps) -> bool {
        let empty = self.own.iter().any(Vec::is_empty);
        (self.own.len() > 1 && caps.chunks == ChunkCap::None) || (empty && !caps.empty_chunks)
    }

    /// Whether all that is wrong is held against another class, so that its own is right.
    fn is_right_but_for_phantoms(&self) -> bool {
        let phantoms = self.worst.as_ref().is_some_and(|(_, judgement)| judgement.phantoms);
        phantoms && self.class.code != DATALESS
    }

    fn judged(&mut self, name: &str, chunks: Vec<Vec<u8>>, judgement: Judgement) {
        self.timed &= judgement.timed || !judgement.is_right();
        if judgement.is_right() {
            self.right += 1;
            if !judgement.differences.is_empty() && fewer(&chunks, &self.late) {
                self.late = Some((chunks, judgement));
            }
            return;
        }
        self.wrong += 1;
        let plainly = name == "whole" || name == "own";
        if !self.wrong_plainly && (plainly || fewer(&chunks, &self.worst)) {
            self.worst = Some((chunks, judgement));
        }
        self.wrong_plainly |= plainly;
    }
}

fn fewer(chunks: &[Vec<u8>], than: &Option<(Vec<Vec<u8>>, Judgement)>) -> bool {
    than.as_ref().is_none_or(|(other, _)| chunks.len() < other.len())
}

impl<'s> Vectors<'s> {
    fn new(settings: &'s Settings, caps: &'s Caps) -> Self {
        let states = settings.vectors.iter().filter_map(|vector| {
            let (class, own) = (class::find(&vector.class)?, vector.bytes()?);
            Some(State {
                vector,
                class,
                own,
                planned: u64::MAX,
                right: 0,
                wrong: 0,
                wrong_plainly: false,
                worst: None,
                late: None,
                timed: true,
                gone: None,
            })
        });
        Self {
            settings,
            caps,
            states: states.collect(),
            next: 0,
            cuts: VecDeque::new(),
            kills: BTreeMap::new(),
            executions: 0,
        }
    }

    fn is_settled(&self, index: usize) -> bool {
        let state = &self.states[index];
        let kills = self.kills.get(state.class.code).copied().unwrap_or_default();
        state.gone.is_some() || kills >= MAX_KILLS
    }

    fn refill(&mut self) -> bool {
        while self.cuts.is_empty() {
            let Some(state) = self.states.get_mut(self.next) else { return false };
            let cuts = state.cuts(self.settings, self.caps);
            state.planned = cuts.len() as u64;
            let types = types(state.vector, &state.own);
            let job = |cut: cut::Cut| Job {
                id: format!("{}/{}", state.vector.id, cut.name),
                chunks: cut.chunks,
                seed: state.vector.seed.clone(),
                types: types.clone(),
                key: self.next,
                ..Job::default()
            };
            self.cuts = cuts.into_iter().map(job).collect();
            self.next += 1;
        }
        true
    }

    /// Enters what came of each vector. Cuts that matter are asked for once more.
    fn settle(self, session: &mut Session<'_>, ledger: &mut Ledger) -> Result<(), Halt> {
        ledger.counts.executions = self.executions;
        ledger.counts.total = self.states.len();
        let mut result = Ok(());
        for (index, state) in self.states.iter().enumerate() {
            let settled = self.is_settled(index);
            self.count(state, settled, ledger);
            let entered = match result {
                Ok(()) => self.enter(state, session, ledger),
                Err(_) => {
                    state.enter_as_it_is(ledger);
                    Ok(())
                }
            };
            result = result.and(entered);
        }
        result
    }

    fn count(&self, state: &State<'_>, settled: bool, ledger: &mut Ledger) {
        let class = state.class.code;
        let shown = observe::shows(state.class, &truth::truth(state.vector, &state.own), self.caps);
        let late_only = state.class.shows == [Aspect::Late];
        let lost = state.is_cut_lost(self.caps);
        let counts = &mut ledger.counts;
        counts.varying += usize::from(state.wrong > 0 && state.right > 0);
        match state {
            State { gone: Some((_, gone)), .. } if gone.hung => counts.timed_out += 1,
            State { gone: Some(_), .. } => counts.crashed += 1,
            State { worst: Some((_, judgement)), .. } if judgement.panicked => counts.crashed += 1,
            _ if state.wrong > 0 => {
                counts.failed += 1;
                if state.is_right_but_for_phantoms() {
                    ledger.passed(class);
                }
            }
            _ if !state.can_be_sent(self.caps) || !shown || (late_only && !state.timed) => {
                counts.unobservable += 1;
                ledger.hidden(class);
            }
            _ if lost && self.caps.chunks != ChunkCap::None => {
                counts.unobservable += 1;
                ledger.hidden(class);
            }
            _ if lost => {
                counts.not_run += 1;
                if ABOUT_CUTS.contains(&class) || late_only {
                    ledger.not_run(class); // the others of its class say as much
                }
            }
            _ if settled || state.right < state.planned => {
                counts.not_run += 1;
                ledger.not_run(class);
            }
            _ if state.late.is_some() => {
                counts.late += 1;
                ledger.passed(class); // of its class all but the moment is right
            }
            _ => {
                counts.passed += 1;
                ledger.passed(class);
            }
        }
    }

    fn enter(
        &self,
        state: &State<'_>,
        session: &mut Session<'_>,
        ledger: &mut Ledger,
    ) -> Result<(), Halt> {
        let Some((chunks, judgement)) = &state.worst else {
            state.enter_as_it_is(ledger);
            return Ok(());
        };
        if state.wrong_plainly || state.own.len() > 1 && state.right == 0 {
            state.enter_as_it_is(ledger);
            return Ok(());
        }
        // Right as a whole, wrong in some cuts: then the cut is what matters.
        let vector = state.vector;
        let is_wrong = |chunks: &[Vec<u8>], answer: &crate::protocol::Answer| {
            !truth::judge_vector(vector, chunks, answer, self.caps).is_right()
        };
        let template =
            Job { seed: vector.seed.clone(), types: types(vector, &state.own), ..Job::default() };
        let joined = minimal::join(session, &template, chunks, &is_wrong)?;
        let (chunks, judgement) = match joined {
            Some((chunks, answer)) => {
                let judgement = truth::judge_vector(vector, &chunks, &answer, self.caps);
                (chunks, judgement)
            }
            None => (chunks.clone(), judgement.clone()),
        };
        let class = cut_class(state.class, &chunks);
        for charge in charges(class, &judgement, &chunks) {
            ledger.charge(charge, state.evidence(&chunks));
        }
        state.enter_late(ledger);
        Ok(())
    }
}

/// What a parser is guilty of that reads a stream rightly as a whole and wrongly in these chunks. A
/// class that is about cuts keeps what is found in it.
fn cut_class(own: &'static Class, chunks: &[Vec<u8>]) -> &'static Class {
    if ABOUT_CUTS.contains(&own.code) {
        return own;
    }
    class::find(cuts::class_of(&chunks.concat(), &places(chunks))).unwrap_or(own)
}

/// Where the stream of these chunks is cut.
pub(super) fn places(chunks: &[Vec<u8>]) -> Vec<usize> {
    let mut at = 0;
    let mut places: Vec<usize> = chunks
        .iter()
        .map(|chunk| {
            at += chunk.len();
            at
        })
        .collect();
    places.pop();
    places
}

impl State<'_> {
    fn evidence(&self, chunks: &[Vec<u8>]) -> Evidence {
        Evidence {
            vector: Some(self.vector.id.clone()),
            chunks: chunks.to_vec(),
            seed: self.vector.seed.clone(),
        }
    }

    fn enter_as_it_is(&self, ledger: &mut Ledger) {
        if let Some((chunks, gone)) = &self.gone {
            let mut charge = charge_of(self.class.code, gone);
            charge.stray |= self.is_uncut(chunks);
            ledger.charge(charge, self.evidence(chunks));
        }
        if let Some((chunks, judgement)) = &self.worst {
            for mut charge in charges(self.class, judgement, chunks) {
                charge.stray |= self.is_uncut(chunks) && charge.class == self.class.code;
                ledger.charge(charge, self.evidence(chunks));
            }
        }
        self.enter_late(ledger);
    }

    /// Whether its class is about cuts, and there is none: then something else is wrong.
    fn is_uncut(&self, chunks: &[Vec<u8>]) -> bool {
        chunks.len() == 1 && self.own.len() > 1 && ABOUT_CUTS.contains(&self.class.code)
    }

    fn enter_late(&self, ledger: &mut Ledger) {
        if let Some((chunks, judgement)) = &self.late {
            for charge in charges(self.class, judgement, chunks) {
                ledger.charge(charge, self.evidence(chunks));
            }
        }
    }
}

/// What a stream that killed the parser is charged with.
pub(super) fn charge_of(class: &'static str, gone: &Gone) -> Charge {
    let verdict = if gone.hung { ClassVerdict::Timeout } else { ClassVerdict::Crash };
    Charge {
        class,
        verdict,
        aspects: vec![if gone.hung { Aspect::Time } else { Aspect::Error }],
        expected: "an answer".to_owned(),
        actual: gone.what.clone(),
        stray: false,
    }
}

impl Work for Vectors<'_> {
    fn next(&mut self) -> Option<Job> {
        while self.refill() {
            let job = self.cuts.pop_front()?;
            if self.is_settled(job.key) {
                self.cuts.clear();
                continue;
            }
            return Some(job);
        }
        None
    }

    fn done(&mut self, job: Job, outcome: Outcome) {
        self.executions += 1;
        let state = &mut self.states[job.key];
        match outcome {
            Outcome::Answer(answer, _) => {
                let judgement = truth::judge_vector(state.vector, &job.chunks, &answer, self.caps);
                let name = job.id.rsplit('/').next().unwrap_or_default();
                state.judged(name, job.chunks, judgement);
            }
            Outcome::Gone(gone) => {
                *self.kills.entry(state.class.code).or_default() += 1;
                state.gone = Some((job.chunks, gone));
            }
        }
    }

    fn wanted(&self, job: &Job) -> bool {
        !self.is_settled(job.key)
    }
}

/// The types of the events that a parser may show.
fn types(vector: &Vector, own: &[Vec<u8>]) -> Vec<String> {
    let mut types = typed(&truth::truth(vector, own));
    types.extend(vector.or.iter().flat_map(|said| said.events.iter().map(|e| e.event.clone())));
    types
}

/// The types of the events of a stream, and the default one.
pub(super) fn typed(truth: &Expected) -> Vec<String> {
    let event = truth.records.iter().filter_map(|due| match &due.record {
        Record::Event(event) | Record::Dataless(event) => Some(event.event_type.clone()),
        _ => None,
    });
    let mut types: Vec<String> = event.chain(["message".to_owned()]).collect();
    types.sort_unstable();
    types.dedup();
    types
}
