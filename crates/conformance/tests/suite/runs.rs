//! Runs of the engine with small budgets, and how to look at their results.

use std::future::Future;
use std::time::Duration;

use ssecheck_conformance::{DialOptions, Finished, Options, RunEvent, Subject, Suite, run};
use ssecheck_model::case::Case;
use ssecheck_model::report::CheckResult;
use ssecheck_model::target::Target;
use ssecheck_model::verdict::Outcome;

/// Budgets are a tenth of the shipped ones: the servers here answer at once or never.
pub(crate) const SCALE: f64 = 0.1;
/// Longest wait for a whole run; no test comes near it unless it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// The hook of `Hub::serve_publish`.
pub(crate) const HOOK: &str = "publish: { url: /publish, body: '{{data}}' }";

/// A target file made ready, with small budgets.
pub(crate) fn subject(url: &str, rest: &str) -> Subject {
    subject_at(SCALE, url, rest)
}

/// A target file made ready, with budgets of this scale.
pub(crate) fn subject_at(scale: f64, url: &str, rest: &str) -> Subject {
    let target = Target::load("target.yaml", &format!("url: {url}\n{rest}"), &|_| None).unwrap();
    Subject::new(&target, DialOptions::default(), scale).unwrap()
}

/// A suite of these cases.
pub(crate) fn suite(cases: &[&str]) -> Suite {
    let load = |(index, text): (usize, &&str)| Case::load(&format!("{index}.yaml"), text).unwrap();
    Suite { cases: cases.iter().enumerate().map(load).collect() }
}

/// A case with one check of its own id, level `must`.
pub(crate) fn case(id: &str, steps: &str, expect: &str) -> String {
    format!(
        "id: {id}
title: a case
steps:
{steps}
checks:
  - id: {id}
    level: must
    source: a source
    requirement: a requirement
    expect: {expect}
"
    )
}

/// Runs the cases one after the other.
pub(crate) async fn judge(subject: Subject, suite: Suite) -> Finished {
    judge_until(subject, suite, 1, std::future::pending(), |_| {}).await
}

/// Runs the cases, `jobs` at the same time, until `stop`.
pub(crate) async fn judge_until(
    subject: Subject,
    suite: Suite,
    jobs: usize,
    stop: impl Future<Output = ()>,
    tell: impl FnMut(RunEvent<'_>),
) -> Finished {
    let options = Options { jobs, ..Options::default() };
    let finished = run(subject, suite, options, stop, tell);
    tokio::time::timeout(PATIENCE, finished).await.expect("the run must end").unwrap()
}

/// The result of the check `id`.
pub(crate) fn result<'f>(finished: &'f Finished, id: &str) -> &'f CheckResult {
    let found = finished.conformance.checks.iter().find(|check| check.id == id);
    found.unwrap_or_else(|| panic!("no check {id}"))
}

/// The outcome of the check `id` and its reason code.
pub(crate) fn verdict<'f>(finished: &'f Finished, id: &str) -> (Outcome, &'f str) {
    let result = result(finished, id);
    (result.outcome, result.reason.as_deref().unwrap_or_default())
}
