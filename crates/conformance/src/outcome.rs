//! From a judgement to the result of a check.

use ssecheck_model::case::{Case, Check, Need};
use ssecheck_model::report::{CheckResult, Evidence};
use ssecheck_model::verdict::{Level, Outcome};

use crate::judge::Judgement;
use crate::subject::{Subject, Support};

/// What the needs of a check come to, before anything is carried out.
pub(crate) enum Gate {
    /// It can be carried out. `declared` is false when it only rests on what was seen.
    Open { declared: bool },
    /// It does not apply.
    NotApplicable(String),
    /// It was declared, but a hook is missing.
    Untestable(String),
}

/// Whether a check of a case can be carried out on this target.
pub(crate) fn gate(subject: &Subject, case: &Case, check: &Check) -> Gate {
    let mut declared = true;
    for need in case.requires.iter().chain(&check.requires) {
        if let Some(why) = too_long(subject, *need) {
            return Gate::NotApplicable(why);
        }
        match subject.support(*need) {
            Support::Declared => {}
            Support::Seen => declared = false,
            Support::Absent => return Gate::NotApplicable(absent(*need)),
            Support::HookMissing => return Gate::Untestable(hook_missing(*need)),
        }
    }
    Gate::Open { declared }
}

/// Why a promised heartbeat is not awaited, if it is not.
fn too_long(subject: &Subject, need: Need) -> Option<String> {
    let promise = subject.heartbeat.filter(|_| need == Need::Heartbeat)?;
    let awaited = subject.awaited_heartbeat().is_some();
    (!awaited).then(|| format!("a heartbeat every {promise} is awaited only with --soak {promise}"))
}

fn absent(need: Need) -> String {
    match (need, need.capability()) {
        (Need::Stimulus, _) => "the target file has no publish and no echo hook".to_owned(),
        (Need::Unfed, _) => "a stream that a publish hook feeds has no end of its own".to_owned(),
        (Need::Soak, _) => "it takes minutes: ask for it with --soak 125s".to_owned(),
        (Need::Authorization, _) => "the target file sends no authorization".to_owned(),
        (Need::Ids | Need::Retry | Need::Cors, Some(capability)) => {
            format!("`{}` is neither declared nor seen", capability.as_str())
        }
        (_, Some(capability)) => format!("`{}` is not declared", capability.as_str()),
        (_, None) => match need.key() {
            Some(key) => format!("the target file has no `{key}`"),
            None => "the target does not provide what it needs".to_owned(),
        },
    }
}

fn hook_missing(need: Need) -> String {
    let name = need.capability().map_or("publish", |capability| capability.as_str());
    format!("`{name}` is declared, but the target file has no `{name}` hook")
}

/// The result of a check.
pub(crate) fn result(
    case: &Case,
    check: &Check,
    judgement: Judgement,
    evidence: Evidence,
    (declared, strict): (bool, bool),
) -> CheckResult {
    let (outcome, reason, message) = match judgement {
        Judgement::Pass => (Outcome::Pass, None, String::new()),
        Judgement::NothingSeen(why) => (Outcome::NotApplicable, Some("nothing-seen"), why),
        Judgement::Untestable(why) => (Outcome::Untestable, Some("not-brought-about"), why),
        Judgement::Broken(why) => (Outcome::Error, Some("broken"), why),
        Judgement::Violated(violation) => {
            let outcome = violated(check.level, declared, strict);
            (outcome, Some(violation.reason), violation.message)
        }
    };
    base(case, check, outcome, reason, message, evidence)
}

fn violated(level: Level, declared: bool, strict: bool) -> Outcome {
    match level {
        Level::Must => Outcome::Fail,
        Level::Profile if declared => Outcome::Fail,
        Level::Should if strict => Outcome::Fail,
        Level::Profile | Level::Should | Level::Practice => Outcome::Warn,
        Level::Survey => Outcome::Pass,
    }
}

/// The result of a check that was not carried out.
pub(crate) fn not_carried_out(
    case: &Case,
    check: &Check,
    outcome: Outcome,
    reason: &'static str,
    message: &str,
) -> CheckResult {
    let place = Some(case.place(check.id.line, check.id.column));
    let evidence = match outcome {
        Outcome::NotApplicable => Evidence::default(),
        _ => Evidence { place, ..Evidence::default() },
    };
    base(case, check, outcome, Some(reason), message.to_owned(), evidence)
}

fn base(
    case: &Case,
    check: &Check,
    outcome: Outcome,
    reason: Option<&str>,
    message: String,
    evidence: Evidence,
) -> CheckResult {
    let violated = matches!(outcome, Outcome::Fail | Outcome::Warn);
    CheckResult {
        id: check.id.value.clone(),
        case: case.id.value.clone(),
        level: check.level,
        outcome,
        reason: reason.map(str::to_owned),
        requirements: check.requirements.clone(),
        source: check.source.clone(),
        requirement: check.requirement.clone(),
        message,
        note: None,
        fix: check.fix.clone().filter(|_| violated),
        case_ms: 0,
        evidence,
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
