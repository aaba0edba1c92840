//! Holds results against a baseline file: what is known, and which entries do not hold.

use globset::{Glob, GlobMatcher};
use ssecheck_model::baseline::{Baseline, Known};
use ssecheck_model::placed::Placed;
use ssecheck_model::report::{
    BaselineFlaw, BaselineProblem, BaselineResult, CheckResult, Conformance,
};
use ssecheck_model::verdict::Outcome;
use ssecheck_model::{LoadError, Problem};

use crate::suite::Suite;

/// A baseline file, ready to be held against results.
#[derive(Debug, Clone)]
pub struct Deviations {
    baseline: Baseline,
    globs: Vec<GlobMatcher>,
}

impl Deviations {
    /// Takes over a baseline file.
    ///
    /// # Errors
    /// When a pattern is no glob.
    pub fn new(baseline: Baseline) -> Result<Self, LoadError> {
        let glob = |known: &Known| {
            let glob = Glob::new(&known.check).map_err(|error| {
                let problem = Problem::new(error.kind().to_string(), "write a check id or a glob");
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

    /// Marks a violated check as known if an entry names it with its reason.
    pub fn cover(&self, check: &mut CheckResult) {
        let (Outcome::Fail | Outcome::Warn, Some(reason)) = (check.outcome, &check.reason) else {
            return;
        };
        let names = |known: &Known, glob: &GlobMatcher| {
            glob.is_match(&check.id) && known.reason.value == *reason
        };
        if let Some((known, _)) = self.entries().find(|(known, glob)| names(known, glob)) {
            check.outcome = Outcome::Known;
            check.note = Some(known.note.value.clone());
        }
    }

    /// What came of the file. `whole` is the suite before anything was selected: an entry for a
    /// check that was not selected says nothing wrong. A run that was cut short proves no entry
    /// wrong.
    pub fn result(&self, conformance: &Conformance, whole: &Suite) -> BaselineResult {
        let problems = match conformance.aborted {
            Some(_) => Vec::new(),
            None => {
                self.entries().filter_map(|one| self.problem(one, conformance, whole)).collect()
            }
        };
        let (file, entries) = (self.baseline.file.clone(), self.baseline.known.len());
        BaselineResult { file, entries, problems }
    }

    fn problem(
        &self,
        (known, glob): (&Known, &GlobMatcher),
        conformance: &Conformance,
        whole: &Suite,
    ) -> Option<BaselineProblem> {
        let named: Vec<&CheckResult> =
            conformance.checks.iter().filter(|check| glob.is_match(&check.id)).collect();
        let (kind, message) = flaw(known, &named, || whole.ids().any(|id| glob.is_match(id)))?;
        let place = self.baseline.place(&known.check);
        Some(BaselineProblem { kind, check: known.check.value.clone(), message, place })
    }

    /// The file as it should be after this run: entries that hold stay as they are, those that do
    /// not are left out, and every failure that none of them names gets one.
    pub fn updated(&self, conformance: &Conformance, whole: &Suite) -> Baseline {
        let holds = |one: &(&Known, &GlobMatcher)| self.problem(*one, conformance, whole).is_none();
        let mut known: Vec<Known> =
            self.entries().filter(holds).map(|(known, _)| known.clone()).collect();
        let failed = conformance.checks.iter().filter(|check| check.outcome == Outcome::Fail);
        known.extend(failed.map(|check| Known {
            check: word(&check.id),
            reason: word(check.reason.as_deref().unwrap_or_default()),
            note: word(&format!("not explained yet: {}", crate::text::shown(&check.message))),
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
    named: &[&CheckResult],
    exists: impl Fn() -> bool,
) -> Option<(BaselineFlaw, String)> {
    let has = |wanted: &[Outcome]| named.iter().find(|check| wanted.contains(&check.outcome));
    let reason = &known.reason.value;
    let covers = named
        .iter()
        .any(|check| check.outcome == Outcome::Known && check.reason.as_ref() == Some(reason));
    if covers || has(&[Outcome::Error, Outcome::Untestable]).is_some() {
        return None; // it holds, or nobody can tell
    }
    if let Some(other) = has(&[Outcome::Fail, Outcome::Warn, Outcome::Known]) {
        let got = other.reason.as_deref().unwrap_or_default();
        let message = format!("{} is violated for the reason {got}, not {reason}", other.id);
        return Some((BaselineFlaw::WrongReason, message));
    }
    match (has(&[Outcome::Pass]), named.is_empty()) {
        (Some(check), _) => {
            let message = format!("{} is not violated any more: remove the entry", check.id);
            Some((BaselineFlaw::Stale, message))
        }
        (None, true) if exists() => None, // not selected for this run
        (None, true) => {
            let message = "no check has this id: `ssecheck cases list` shows them all".to_owned();
            Some((BaselineFlaw::Unmatched, message))
        }
        (None, false) => {
            let message = format!("{} does not apply to this target", named[0].id);
            Some((BaselineFlaw::Unmatched, message))
        }
    }
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
mod tests;
