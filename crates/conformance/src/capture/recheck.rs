//! Judges captures again.

use std::path::Path;

use ssecheck_model::case::Case;
use ssecheck_model::report::{CheckResult, Conformance, TargetInfo};
use ssecheck_model::verdict::Outcome;

use super::document::{CaseDoc, Manifest, TryDoc};
use super::folder::{self, CaptureError};
use super::{MANIFEST, digest, file_name, read, target};
use crate::outcome::{Gate, gate, not_carried_out};
use crate::perform::{Broken, Stage};
use crate::portability::Survey;
use crate::retry::merged;
use crate::run::{judged, not_run, shut};
use crate::subject::Subject;
use crate::suite::Suite;

/// The reason of checks that a capture cannot tell.
pub(super) const NOT_IN_CAPTURE: &str = "not-in-capture";

/// What judging again came to.
#[derive(Debug)]
pub struct Rechecked {
    /// The result.
    pub conformance: Conformance,
    /// What the capture knows of its target.
    pub target: TargetInfo,
    /// Start of the run that made the capture, RFC 3339 in UTC.
    pub started_at: String,
    /// Whether the user ended that run.
    pub interrupted: bool,
    /// What the reader should know: cases that are gone or new.
    pub notes: Vec<String>,
}

/// Judges the capture in `folder` again by the cases of `suite`. `strict` lets SHOULD count as
/// MUST, as the run may have done itself.
///
/// # Errors
/// When a file cannot be read, is damaged, or has another version.
pub fn recheck(folder: &Path, suite: Suite, strict: bool) -> Result<Rechecked, CaptureError> {
    let manifest = folder::manifest(folder)?;
    let unusable = |reason: String| CaptureError::Damaged {
        path: folder.join(MANIFEST).display().to_string(),
        reason,
    };
    let subject = target::subject(&manifest.target).map_err(unusable)?;
    let strict = strict || manifest.strict;
    let (suite, notes) = chosen(&manifest, suite);
    let (mut checks, mut missing, mut survey) = (Vec::new(), Vec::new(), Survey::default());
    for case in &suite.cases {
        let found = of_case(folder, &manifest, &subject, (case, strict))?;
        if found.missing {
            missing.push(case.id.value.clone());
        }
        checks.extend(found.checks);
        survey.add(found.survey);
    }
    let ended = manifest.ended.as_ref();
    let cut_short = || {
        let word = "the run that made the capture did not come to its end";
        (!missing.is_empty() || ended.is_none()).then(|| word.to_owned())
    };
    let aborted = ended.and_then(|ended| ended.aborted.clone()).or_else(cut_short);
    let mut conformance = Conformance::new(checks, aborted);
    conformance.portability = survey.report();
    Ok(Rechecked {
        conformance,
        target: TargetInfo {
            url: manifest.target.url,
            provides: manifest.target.declared,
            seen: manifest.target.seen,
            testbed: manifest.testbed,
        },
        started_at: manifest.started_at,
        interrupted: manifest.ended.is_some_and(|ended| ended.interrupted),
        notes,
    })
}

/// The cases and checks to judge, and what is to be said about the others.
fn chosen(manifest: &Manifest, mut suite: Suite) -> (Suite, Vec<String>) {
    let mut notes = Vec::new();
    let known = |case: &Case| manifest.cases.iter().find(|planned| planned.id == case.id.value);
    let gone = manifest.cases.iter().filter(|planned| suite.case(&planned.id).is_none());
    let gone: Vec<&str> = gone.map(|planned| planned.id.as_str()).collect();
    if !gone.is_empty() {
        notes.push(format!("cases of the capture that do not exist any more: {}", gone.join(" ")));
    }
    if manifest.selected {
        for case in &mut suite.cases {
            let planned = known(case).map(|planned| planned.checks.clone()).unwrap_or_default();
            case.checks.retain(|check| planned.contains(&check.id.value));
        }
        suite.cases.retain(|case| !case.checks.is_empty());
    }
    let new: Vec<&str> =
        suite.cases.iter().filter(|case| known(case).is_none()).map(|c| c.id.as_str()).collect();
    if !new.is_empty() {
        notes.push(format!("cases that the capture does not know: {}", new.join(" ")));
    }
    (suite, notes)
}

/// The results of one case.
struct OfCase {
    checks: Vec<CheckResult>,
    /// Whether the run should have left a file and did not.
    missing: bool,
    survey: Survey,
}

fn of_case(
    folder: &Path,
    manifest: &Manifest,
    subject: &Subject,
    (case, strict): (&Case, bool),
) -> Result<OfCase, CaptureError> {
    let untold = |why: &str, missing: bool| OfCase {
        checks: untold(subject, case, why),
        missing,
        survey: Survey::default(),
    };
    if !manifest.cases.iter().any(|planned| planned.id == case.id.value) {
        return Ok(untold("the capture was made without this case", false));
    }
    let Some(document) = folder::case(folder, &case.id.value)? else {
        if manifest.ended.as_ref().is_some_and(|ended| ended.aborted.is_some()) {
            // The run said so itself.
            let checks = case.checks.iter().map(|check| not_run(case, check)).collect();
            return Ok(OfCase { checks, missing: true, survey: Survey::default() });
        }
        let applies =
            case.checks.iter().any(|c| matches!(gate(subject, case, c), Gate::Open { .. }));
        return Ok(untold("the run that made the capture ended before this case", applies));
    };
    if document.steps != digest(case) {
        return Ok(untold("the steps of the case have changed since the capture was made", false));
    }
    let damaged = |reason: String| CaptureError::Damaged {
        path: folder.join(file_name(&case.id.value)).display().to_string(),
        reason,
    };
    let mut survey = Survey::default();
    let mut checks = tries(subject, case, (&document, strict), &mut survey).map_err(damaged)?;
    checks.iter_mut().for_each(|check| check.case_ms = document.case_ms);
    Ok(OfCase { checks, missing: false, survey })
}

/// Every check of the case as `not-in-capture`, but those that do not apply anyhow.
fn untold(subject: &Subject, case: &Case, why: &str) -> Vec<CheckResult> {
    let told = |check| match gate(subject, case, check) {
        Gate::Open { .. } => {
            not_carried_out(case, check, Outcome::NotApplicable, NOT_IN_CAPTURE, why)
        }
        closed => shut(case, check, &closed).unwrap_or_else(|| {
            not_carried_out(case, check, Outcome::NotApplicable, NOT_IN_CAPTURE, why)
        }),
    };
    case.checks.iter().map(told).collect()
}

fn tries(
    subject: &Subject,
    case: &Case,
    (document, strict): (&CaseDoc, bool),
    survey: &mut Survey,
) -> Result<Vec<CheckResult>, String> {
    let mut results: Option<Vec<CheckResult>> = None;
    for (attempt, kept) in (1..).zip(&document.tries) {
        let (stage, broken) = read::stage(subject, case, kept)?;
        survey.add(Survey::of(&stage));
        let again = told(&stage, broken.as_ref(), kept, strict);
        results = Some(match results {
            None => again,
            Some(before) => merged(case, before, again, attempt),
        });
    }
    results.ok_or_else(|| "it holds no try".to_owned())
}

/// One try, judged as far as it can be told.
fn told(
    stage: &Stage<'_>,
    broken: Option<&Broken>,
    kept: &TryDoc,
    strict: bool,
) -> Vec<CheckResult> {
    let (subject, case) = (stage.subject, stage.case);
    let gates: Vec<Gate> = case.checks.iter().map(|check| gate(subject, case, check)).collect();
    let mut results = judged(stage, gates, broken, strict);
    for (check, result) in case.checks.iter().zip(&mut results) {
        if let Some(why) = kept.untellable.get(&check.id.value) {
            *result = not_carried_out(case, check, Outcome::NotApplicable, NOT_IN_CAPTURE, why);
        }
    }
    results
}

/// One try, judged by what was kept.
pub(super) fn judged_try(
    subject: &Subject,
    case: &Case,
    kept: &TryDoc,
    strict: bool,
) -> Result<Vec<CheckResult>, String> {
    let (stage, broken) = read::stage(subject, case, kept)?;
    let gates: Vec<Gate> = case.checks.iter().map(|check| gate(subject, case, check)).collect();
    Ok(judged(&stage, gates, broken.as_ref(), strict))
}
