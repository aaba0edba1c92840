//! Holds the results of checks against a baseline file.

use ssecheck_model::LoadError;
use ssecheck_model::baseline::Baseline;
use ssecheck_model::deviations::{Deviations as Known, Held, State, Words};
use ssecheck_model::report::{BaselineResult, CheckResult, Conformance};
use ssecheck_model::verdict::Outcome;

use crate::suite::Suite;

const WORDS: Words = Words {
    none: "no check has this id: `ssecheck cases list` shows them all",
    inapplicable: "does not apply to this target",
};

/// A baseline file, ready to be held against results.
#[derive(Debug, Clone)]
pub struct Deviations(Known);

impl Deviations {
    /// Takes over a baseline file.
    ///
    /// # Errors
    /// When a pattern is no glob.
    pub fn new(baseline: Baseline) -> Result<Self, LoadError> {
        Known::new(baseline).map(Self)
    }

    /// Marks a violated check as known if an entry names it with its reason.
    pub fn cover(&self, check: &mut CheckResult) {
        let (Outcome::Fail | Outcome::Warn, Some(reason)) = (check.outcome, &check.reason) else {
            return;
        };
        if let Some(note) = self.0.note(&check.id, reason) {
            check.outcome = Outcome::Known;
            check.note = Some(note.to_owned());
        }
    }

    /// What came of the file. `whole` is the suite before anything was selected: an entry for a
    /// check that was not selected says nothing wrong. A run that was cut short proves no entry
    /// wrong.
    pub fn result(&self, conformance: &Conformance, whole: &Suite) -> BaselineResult {
        match conformance.aborted {
            Some(_) => self.0.unproved(),
            None => self.0.result(&all_held(conformance), WORDS, &ids(whole)),
        }
    }

    /// The file as it should be after this run: entries that hold stay as they are, those that do
    /// not are left out, and every failure that none of them names gets one.
    pub fn updated(&self, conformance: &Conformance, whole: &Suite) -> Baseline {
        self.0.updated(&all_held(conformance), WORDS, &ids(whole))
    }
}

fn ids(whole: &Suite) -> Vec<&str> {
    whole.ids().collect()
}

fn all_held(conformance: &Conformance) -> Vec<Held> {
    conformance.checks.iter().map(held).collect()
}

fn held(check: &CheckResult) -> Held {
    let state = match check.outcome {
        Outcome::Fail => State::Violated,
        Outcome::Warn => State::Advice,
        Outcome::Known => State::Known,
        Outcome::Pass => State::Passed,
        Outcome::Error | Outcome::Untestable => State::Undecided,
        Outcome::NotApplicable => State::Inapplicable,
    };
    let found = crate::text::shown(&check.message);
    Held { id: check.id.clone(), reason: check.reason.clone(), state, found }
}

#[cfg(test)]
#[path = "baseline_tests.rs"]
mod tests;
