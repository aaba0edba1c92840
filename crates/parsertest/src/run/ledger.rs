//! What is held against each class, and what is said of it in the end.

use std::collections::BTreeMap;

use ssecheck_model::deviations::Deviations;
use ssecheck_model::parser::{
    Aspect, ClassLevel, ClassResult, ClassVerdict, Deviation, Example, ParserProfile, ParserReport,
    VectorCounts,
};
use ssecheck_model::vector::{Vector, to_text};

use super::Settings;
use super::blame::Charge;
use crate::class::{self, Class};
use crate::example::printf;
use crate::shrink::is_as_odd;

/// All that was found out.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    classes: BTreeMap<&'static str, Entry>,
    strays: Vec<(Charge, Evidence)>,
    /// Streams that were read wrongly, with their classes.
    streams: Vec<(&'static str, Vec<Vec<u8>>)>,
    pub(super) counts: VectorCounts,
}

/// How good an example is, the best first.
type Size = (bool, usize, usize);

/// What is known of a class.
#[derive(Debug, Default)]
struct Entry {
    /// The worst that was found.
    worst: ClassVerdict,
    aspects: Vec<Aspect>,
    /// The vectors that deviate.
    vectors: Vec<String>,
    /// What shows the worst, as small as it was found.
    proof: Option<(Example, Size)>,
    /// How many of its vectors ended as expected, cannot be seen, were not run.
    passed: usize,
    hidden: usize,
    not_run: usize,
}

/// What shows a deviation.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    /// The vector, if it is one.
    pub(super) vector: Option<String>,
    pub(super) chunks: Vec<Vec<u8>>,
    /// The last event ID that it starts with.
    pub(super) seed: Option<String>,
}

impl Ledger {
    /// Holds something against a class. Strays wait until all else is known.
    pub(super) fn charge(&mut self, charge: Charge, evidence: Evidence) {
        if charge.stray {
            self.strays.push((charge, evidence));
        } else {
            if charge.verdict > ClassVerdict::Slow {
                self.streams.push((charge.class, evidence.chunks.clone()));
            }
            let size = evidence.size();
            let example = evidence.example(&charge);
            self.enter(&charge, evidence.vector, example, size);
        }
    }

    /// Holds something against a class for a stream that is too long to be shown.
    pub(super) fn charge_with(&mut self, charge: &Charge, example: Example) {
        self.enter(charge, None, example, (true, usize::MAX, 0));
    }

    fn enter(&mut self, charge: &Charge, vector: Option<String>, example: Example, size: Size) {
        let entry = self.classes.entry(charge.class).or_default();
        if let Some(id) = vector.filter(|id| !entry.vectors.contains(id)) {
            entry.vectors.push(id);
        }
        for aspect in &charge.aspects {
            if !entry.aspects.contains(aspect) {
                entry.aspects.push(*aspect);
            }
        }
        let smaller = entry.proof.as_ref().is_none_or(|(_, other)| size < *other);
        if charge.verdict > entry.worst || (charge.verdict == entry.worst && smaller) {
            entry.worst = charge.verdict;
            entry.proof = Some((example, size));
        }
    }

    pub(super) fn passed(&mut self, class: &'static str) {
        let entry = self.classes.entry(class).or_default();
        entry.passed += 1;
    }

    pub(super) fn hidden(&mut self, class: &'static str) {
        let entry = self.classes.entry(class).or_default();
        entry.hidden += 1;
    }

    pub(super) fn not_run(&mut self, class: &'static str) {
        let entry = self.classes.entry(class).or_default();
        entry.not_run += 1;
    }

    /// Whether anything is held against a class.
    pub(super) fn deviates(&self, class: &str) -> bool {
        self.classes.get(class).is_some_and(|entry| entry.worst.deviates())
    }

    /// Whether another class than this, and not this one, has a stream that is read wrongly and has
    /// nothing odd beyond these chunks: then they are read wrongly for that reason.
    pub(super) fn explains(&self, chunks: &[Vec<u8>], class: &str) -> bool {
        let alike = self.streams.iter().filter(|(_, other)| is_as_odd(other, chunks));
        let classes: Vec<&str> = alike.map(|(class, _)| *class).collect();
        !classes.is_empty() && !classes.contains(&class)
    }

    /// Settles what strays count against: nothing new if a class that shows itself like that is
    /// found guilty, else the class for which the stream was made. Nothing is dropped.
    fn settle_strays(&mut self) {
        for (mut charge, evidence) in std::mem::take(&mut self.strays) {
            let explained = |aspect: &Aspect| {
                let shows = |class: &&Class| class.shows.contains(aspect);
                class::ALL.iter().filter(shows).any(|class| self.deviates(class.code))
            };
            if !charge.aspects.iter().all(explained) {
                charge.stray = false;
                self.charge(charge, evidence);
            } else if evidence.vector.is_some() {
                // What is wrong for another reason says nothing about its own class.
                self.not_run(charge.class);
            }
        }
    }

    /// Writes the verdicts into the report.
    pub(super) fn settle(
        mut self,
        settings: &Settings,
        known: Option<&Deviations>,
        report: &mut ParserReport,
    ) {
        self.settle_strays();
        report.vectors = self.counts;
        for class in class::ALL {
            let vectors: Vec<&Vector> =
                settings.vectors.iter().filter(|vector| vector.class == class.code).collect();
            let entry = self.classes.remove(class.code).unwrap_or_default();
            let verdict = entry.verdict();
            let note = known.and_then(|known| known.note(class.code, verdict.as_str()));
            report.classes.push(ClassResult {
                class: class.code.to_owned(),
                level: class.level,
                verdict,
                red: note.is_none() && is_red(class.level, verdict, settings),
                note: note.filter(|_| verdict.deviates()).map(ToOwned::to_owned),
                vectors: vectors.len(),
                deviating: vectors
                    .iter()
                    .filter(|vector| entry.vectors.contains(&vector.id))
                    .count(),
                shows: if verdict.deviates() { entry.aspects.clone() } else { Vec::new() },
            });
            if verdict.deviates() {
                report.deviations.push(entry.deviation(class));
            }
        }
    }
}

impl Entry {
    fn verdict(&self) -> ClassVerdict {
        match self {
            _ if self.worst.deviates() => self.worst,
            // One that was not run could have been the one that deviates.
            _ if self.not_run > 0 => ClassVerdict::NotRun,
            _ if self.passed > 0 => ClassVerdict::Pass,
            _ if self.hidden > 0 => ClassVerdict::Unobservable,
            _ => ClassVerdict::NotRun,
        }
    }

    fn deviation(self, class: &Class) -> Deviation {
        Deviation {
            class: class.code.to_owned(),
            verdict: self.worst,
            rule: class.rule.to_owned(),
            source: class.source.to_owned(),
            vectors: self.vectors,
            catalogue: class.catalogue.iter().map(|id| (*id).to_owned()).collect(),
            example: self.proof.map(|(example, _)| example).unwrap_or_default(),
        }
    }
}

/// A parser that dies or hangs is never a matter of advice, nor of the profile.
fn is_red(level: ClassLevel, verdict: ClassVerdict, settings: &Settings) -> bool {
    let browser = settings.profile == ParserProfile::Browser;
    match verdict {
        ClassVerdict::NotRun | ClassVerdict::Unobservable | ClassVerdict::Pass => false,
        ClassVerdict::Crash | ClassVerdict::Timeout => true,
        ClassVerdict::Late | ClassVerdict::Slow => settings.strict,
        ClassVerdict::Fail => match level {
            ClassLevel::Core => true,
            ClassLevel::Browser => browser,
            ClassLevel::Advisory => settings.strict,
        },
    }
}

impl Evidence {
    /// Vectors come first, because they are written to be understood; then few bytes, few chunks.
    fn size(&self) -> Size {
        let bytes = self.chunks.iter().map(Vec::len).sum();
        (self.vector.is_none(), bytes, self.chunks.len())
    }

    fn example(&self, charge: &Charge) -> Example {
        let mut expected = charge.expected.clone();
        if let Some(seed) = &self.seed {
            expected.push_str(&format!(" (started with the last event ID {seed:?})"));
        }
        Example {
            chunks: self.chunks.iter().map(|chunk| to_text(chunk)).collect(),
            printf: printf(&self.chunks.concat()),
            expected,
            actual: charge.actual.clone(),
        }
    }
}
