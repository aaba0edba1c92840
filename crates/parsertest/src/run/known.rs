//! Holds the classes against a baseline file: `check` names classes, `reason` is the verdict.

use ssecheck_model::baseline::Baseline;
use ssecheck_model::deviations::{Deviations, Held, State, Words};
use ssecheck_model::parser::{ClassResult, ClassVerdict, ParserReport};

use crate::class;

const WORDS: Words = Words {
    none: "no class has this code: the report lists them all",
    inapplicable: "cannot be seen through the interface of this parser",
};

/// Writes into the report which entries do not hold.
pub(super) fn hold(known: Option<&Deviations>, report: &mut ParserReport) {
    report.baseline = known.map(|known| match report.aborted {
        Some(_) => known.unproved(),
        None => known.result(&all_held(report), WORDS, &ids()),
    });
}

/// The baseline file as it should be after this run: entries that hold stay as they are, those that
/// do not are left out, and every red class that none of them names gets one. The report is judged
/// again by it.
///
/// # Errors
/// When a pattern is no glob.
pub fn update_baseline(
    baseline: &Baseline,
    report: &mut ParserReport,
) -> Result<Baseline, ssecheck_model::LoadError> {
    let before = Deviations::new(baseline.clone())?;
    let updated = before.updated(&all_held(report), WORDS, &ids());
    let known = Deviations::new(updated.clone())?;
    for class in report.classes.iter_mut().filter(|class| class.verdict.deviates()) {
        class.note = known.note(&class.class, class.verdict.as_str()).map(ToOwned::to_owned);
        class.red &= class.note.is_none();
    }
    hold(Some(&known), report);
    report.set_verdict();
    Ok(updated)
}

fn ids() -> Vec<&'static str> {
    class::ALL.iter().map(|class| class.code).collect()
}

fn all_held(report: &ParserReport) -> Vec<Held> {
    report.classes.iter().map(|class| held(class, report)).collect()
}

fn held(class: &ClassResult, report: &ParserReport) -> Held {
    let deviates = class.verdict.deviates();
    let state = match class.verdict {
        ClassVerdict::NotRun => State::Undecided,
        ClassVerdict::Unobservable => State::Inapplicable,
        ClassVerdict::Pass => State::Passed,
        _ if class.note.is_some() => State::Known,
        _ if class.red => State::Violated,
        _ => State::Advice,
    };
    let deviation = report.deviations.iter().find(|deviation| deviation.class == class.class);
    let found = deviation.map(|deviation| {
        let example = &deviation.example;
        format!("{} should give {}, gives {}", example.printf, example.expected, example.actual)
    });
    Held {
        id: class.class.clone(),
        reason: deviates.then(|| class.verdict.as_str().to_owned()),
        state,
        found: shortened(&found.unwrap_or_default()),
    }
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 160;
    let cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() { cut + "..." } else { cut }
}
