//! Holds results against a baseline file: what is known, and which entries do not hold.

use globset::{Glob, GlobMatcher};

use crate::LoadError;
use crate::baseline::{Baseline, Known};
use crate::placed::Placed;
use crate::report::{BaselineFlaw, BaselineProblem, BaselineResult};
use crate::yaml_error::Problem;

/// A baseline file, ready to be held against results.
#[derive(Debug, Clone)]
pub struct Deviations {
    baseline: Baseline,
    globs: Vec<GlobMatcher>,
}

/// One result, as far as a baseline file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What entries name: the id of a check, the code of a class.
    pub id: String,
    /// Why it is violated, if it is.
    pub reason: Option<String>,
    /// How it stands.
    pub state: State,
    /// What was found, in words: the note of a new entry.
    pub found: String,
}

/// How a result stands towards a baseline file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Violated; an entry of its own if the file is rewritten.
    Violated,
    /// Violated, but mere advice: no entry unless somebody writes one.
    Advice,
    /// Violated, and an entry says so.
    Known,
    /// Not violated.
    Passed,
    /// Nobody can tell.
    Undecided,
    /// It does not apply.
    Inapplicable,
}

/// What an entry for something that does not exist, or does not apply, is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Nothing has this id.
    pub none: &'static str,
    /// What follows the id of something that does not apply.
    pub inapplicable: &'static str,
}

impl Deviations {
    /// Takes over a baseline file.
    ///
    /// # Errors
    /// When a pattern is no glob.
    pub fn new(baseline: Baseline) -> Result<Self, LoadError> {
        let glob = |known: &Known| {
            let glob = Glob::new(&known.check).map_err(|error| {
                let problem = Problem::new(error.kind().to_string(), "write an id or a glob");
                let (line, column) = (known.check.line, known.check.column);
                LoadError::at(&baseline.file, &baseline.text, line, column, problem)
            });
            Ok(glob?.compile_matcher())
        };
        let globs = baseline.known.iter().map(glob).collect::<Result<_, LoadError>>()?;
        Ok(Self { baseline, globs })
    }

    fn entries(&self) -> impl Iterator<Item = (&Known, &GlobMatcher)> {
        self.baseline.known.iter().zip(&self.globs)
    }

    /// The note of the entry that names this violation with its reason.
    pub fn note(&self, id: &str, reason: &str) -> Option<&str> {
        let mut names = self
            .entries()
            .filter(|(known, glob)| glob.is_match(id) && known.reason.value == reason);
        names.next().map(|(known, _)| known.note.value.as_str())
    }

    /// Whether an entry names this id, for whatever reason.
    pub fn names(&self, id: &str) -> bool {
        self.globs.iter().any(|glob| glob.is_match(id))
    }

    /// What came of the file. `ids` are all that there are, selected or not: an entry for something
    /// that was not selected says nothing wrong.
    pub fn result(&self, all: &[Held], words: Words, ids: &[&str]) -> BaselineResult {
        let problem = |one| self.problem(one, all, words, ids);
        self.empty_result(self.entries().filter_map(problem).collect())
    }

    /// What came of the file in a run that was cut short: it proves no entry wrong.
    pub fn unproved(&self) -> BaselineResult {
        self.empty_result(Vec::new())
    }

    fn empty_result(&self, problems: Vec<BaselineProblem>) -> BaselineResult {
        let (file, entries) = (self.baseline.file.clone(), self.baseline.known.len());
        BaselineResult { file, entries, problems }
    }

    fn problem(
        &self,
        (known, glob): (&Known, &GlobMatcher),
        all: &[Held],
        words: Words,
        ids: &[&str],
    ) -> Option<BaselineProblem> {
        let named: Vec<&Held> = all.iter().filter(|held| glob.is_match(&held.id)).collect();
        let (kind, message) =
            flaw(known, &named, words, || ids.iter().any(|id| glob.is_match(id)))?;
        let place = self.baseline.place(&known.check);
        Some(BaselineProblem { kind, check: known.check.value.clone(), message, place })
    }

    /// The file as it should be after this run: entries that hold stay as they are, those that do
    /// not are left out, and every violation that none of them names gets one.
    pub fn updated(&self, all: &[Held], words: Words, ids: &[&str]) -> Baseline {
        let holds = |one: &(&Known, &GlobMatcher)| self.problem(*one, all, words, ids).is_none();
        let mut known: Vec<Known> =
            self.entries().filter(holds).map(|(known, _)| known.clone()).collect();
        let violated = all.iter().filter(|held| held.state == State::Violated);
        known.extend(violated.map(|held| Known {
            check: word(&held.id),
            reason: word(held.reason.as_deref().unwrap_or_default()),
            note: word(&format!("not explained yet: {}", held.found)),
        }));
        Baseline { known, ..self.baseline.clone() }
    }
}

fn word(text: &str) -> Placed<String> {
    Placed { value: text.to_owned(), line: 0, column: 0 }
}

/// What is wrong with an entry that names these results.
fn flaw(
    known: &Known,
    named: &[&Held],
    words: Words,
    exists: impl Fn() -> bool,
) -> Option<(BaselineFlaw, String)> {
    let has = |wanted: &[State]| named.iter().find(|held| wanted.contains(&held.state));
    let reason = &known.reason.value;
    let covers =
        named.iter().any(|held| held.state == State::Known && held.reason.as_ref() == Some(reason));
    if covers || has(&[State::Undecided]).is_some() {
        return None; // it holds, or nobody can tell
    }
    if let Some(other) = has(&[State::Violated, State::Advice, State::Known]) {
        let got = other.reason.as_deref().unwrap_or_default();
        let message = format!("{} is violated for the reason {got}, not {reason}", other.id);
        return Some((BaselineFlaw::WrongReason, message));
    }
    match (has(&[State::Passed]), named.first()) {
        (Some(held), _) => {
            let message = format!("{} is not violated any more: remove the entry", held.id);
            Some((BaselineFlaw::Stale, message))
        }
        (None, None) if exists() => None, // not selected for this run
        (None, None) => Some((BaselineFlaw::Unmatched, words.none.to_owned())),
        (None, Some(held)) => {
            let message = format!("{} {}", held.id, words.inapplicable);
            Some((BaselineFlaw::Unmatched, message))
        }
    }
}
