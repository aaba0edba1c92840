//! Side B against side A: two load runs, two groups of them, or two reports of checks.
//!
//! With one run on each side nobody can know how much of a difference is noise, so nothing noisy is
//! judged then, unless the user says how much noise there is. What is counted exactly needs none of
//! that: an event that was lost was lost.

mod checks;
mod differences;
mod figures;
mod judge;
mod statistics;
mod warnings;
mod words;

use std::fmt::{self, Display, Formatter};

use ssecheck_model::comparison::*;
use ssecheck_model::load::Load;
use ssecheck_model::report::{Report, Tool};

pub(crate) use self::judge::is_enough;
pub(crate) use self::words::*;
use crate::load::facts::words;
use crate::load::units::counted;
use crate::load::verdict::LoadVerdict;
use crate::matrix::Subject;

/// Most runs on one side: the exact test looks at all ways to deal them out.
pub const MOST_RUNS: usize = 20;
/// A change of less than this share of A does not count, unless the user says otherwise.
pub const TOLERANCE: f64 = 0.1;

/// What the user decides.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Settings {
    /// How much a figure may change before the change counts, as a share of A. Without it,
    /// [`TOLERANCE`] where the runs are enough to see the noise, and no verdict where not.
    pub tolerance: Option<f64>,
    /// Let runs take part whose figures may be wrong.
    pub allow_doubts: bool,
    /// Judge figures although the sides were not asked the same.
    pub allow_differences: bool,
}

/// Why reports cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotComparable {
    /// The report holds neither a load run nor checks.
    Nothing {
        /// Its name.
        name: String,
    },
    /// Not all of them are of the same kind.
    Mixed {
        /// The first, and what it is.
        first: (String, Compared),
        /// One that is something else.
        other: (String, Compared),
    },
    /// Checks are compared one report with one.
    SeveralOfChecks,
    /// More than [`MOST_RUNS`] on a side.
    TooMany {
        /// How many.
        runs: usize,
    },
    /// One run twice would count its noise as agreement.
    Twice {
        /// Both names.
        names: [String; 2],
    },
    /// A side without any.
    Empty,
}

impl Display for NotComparable {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing { name } => {
                let name = words(name);
                write!(f, "{name}: it is no report of `load`, `run` or `parser`")
            }
            Self::Mixed { first, other } => {
                let [a, b] = [first, other].map(|(name, kind)| (words(name), noun(*kind)));
                write!(f, "{} is {}, {} is {}: only equals are compared", a.0, a.1, b.0, b.1)
            }
            Self::SeveralOfChecks => {
                write!(f, "checks are compared one report with one: they have no noise")
            }
            Self::TooMany { runs } => write!(f, "{runs} runs on a side, at most {MOST_RUNS}"),
            Self::Twice { names: [a, b] } => {
                write!(f, "{} and {} are the same run: each counts once", words(a), words(b))
            }
            Self::Empty => write!(f, "a side has no report"),
        }
    }
}

impl std::error::Error for NotComparable {}

fn noun(kind: Compared) -> &'static str {
    match kind {
        Compared::Load => "a load run",
        Compared::Conformance => "a run of checks",
        Compared::Parser => "a report on a parser",
    }
}

/// Compares side B, what there is now, with side A, what there was before.
///
/// # Errors
///
/// One [`NotComparable`], the first that applies.
pub fn compare(
    a: &[Subject],
    b: &[Subject],
    tool: Tool,
    settings: Settings,
) -> Result<Comparison, NotComparable> {
    let kind = kind(a, b)?;
    let blank = Comparison {
        schema: SCHEMA.to_owned(),
        tool,
        kind,
        verdict: ComparisonVerdict::NoDifference,
        sentence: String::new(),
        a: a.iter().map(run).collect(),
        b: b.iter().map(run).collect(),
        tolerance: None,
        differences: Vec::new(),
        warnings: Vec::new(),
        facts: Vec::new(),
        figures: Vec::new(),
        checks: Vec::new(),
        checks_unchanged: 0,
    };
    match (kind, a, b) {
        (Compared::Load, ..) => Ok(loads(blank, a, b, settings)),
        (_, [a], [b]) => Ok(checks::compare(blank, a, b)),
        _ => Err(NotComparable::SeveralOfChecks),
    }
}

fn kind(a: &[Subject], b: &[Subject]) -> Result<Compared, NotComparable> {
    if a.is_empty() || b.is_empty() {
        return Err(NotComparable::Empty);
    }
    if let Some(runs) = [a.len(), b.len()].into_iter().find(|runs| *runs > MOST_RUNS) {
        return Err(NotComparable::TooMany { runs });
    }
    let all: Vec<&Subject> = a.iter().chain(b).collect();
    let mut kinds = Vec::new();
    for subject in &all {
        let kind = kind_of(&subject.report);
        kinds.push(kind.ok_or_else(|| NotComparable::Nothing { name: subject.name.clone() })?);
    }
    let named = |at: usize| (all[at].name.clone(), kinds[at]);
    if let Some(other) = kinds.iter().position(|kind| *kind != kinds[0]) {
        return Err(NotComparable::Mixed { first: named(0), other: named(other) });
    }
    for (at, one) in all.iter().enumerate() {
        if let Some(same) = all[..at].iter().find(|other| other.report == one.report) {
            return Err(NotComparable::Twice { names: [same.name.clone(), one.name.clone()] });
        }
    }
    Ok(kinds[0])
}

fn kind_of(report: &Report) -> Option<Compared> {
    match (&report.load, &report.parser, &report.conformance) {
        (Some(_), ..) => Some(Compared::Load),
        (None, Some(_), _) => Some(Compared::Parser),
        (None, None, Some(_)) => Some(Compared::Conformance),
        (None, None, None) => None,
    }
}

fn run(subject: &Subject) -> Run {
    let report = &subject.report;
    let checked = crate::parser::as_checks(report);
    let verdict = match (&report.load, &checked.conformance) {
        (Some(load), _) => LoadVerdict::of(load, report.interrupted).word(),
        (None, Some(checks)) => checks.verdict.as_str(),
        (None, None) => "",
    };
    Run {
        name: subject.name.clone(),
        url: report.target.url.clone(),
        started_at: report.started_at.clone(),
        duration_ms: report.duration_ms,
        verdict: verdict.to_owned(),
        doubts: warnings::reasons(report),
    }
}

fn loads(blank: Comparison, a: &[Subject], b: &[Subject], settings: Settings) -> Comparison {
    let differences = differences::of(a, b);
    let apart = !settings.allow_differences && differences.iter().any(|it| it.apart);
    let enough = is_enough(a.len(), b.len());
    let tolerance = settings.tolerance.or(enough.then_some(TOLERANCE));
    let rule = judge::Rule { given: settings.tolerance, apart };
    let [of_a, of_b] = [a, b].map(parts);
    let facts: Vec<Figure> =
        figures::facts(&of_a, &of_b).into_iter().map(|it| judge::fact(it, rule)).collect();
    let figures: Vec<Figure> =
        figures::noisy(&of_a, &of_b).into_iter().map(|it| judge::noisy(it, rule)).collect();
    let mut done = Comparison { tolerance, differences, facts, figures, ..blank };
    done.warnings = warnings::of(&done, a, b, settings);
    done.verdict = verdict(&done);
    done.sentence = sentence(&done);
    done
}

fn parts(subjects: &[Subject]) -> Vec<&Load> {
    subjects.iter().filter_map(|subject| subject.report.load.as_ref()).collect()
}

fn all(it: &Comparison) -> impl Iterator<Item = &Figure> {
    it.facts.iter().chain(&it.figures)
}

/// The figures that came to this.
pub(crate) fn found(it: &Comparison, finding: Finding) -> Vec<&Figure> {
    all(it).filter(|figure| figure.finding == finding).collect()
}

fn verdict(it: &Comparison) -> ComparisonVerdict {
    let any = |finding| !found(it, finding).is_empty();
    match () {
        () if it.warnings.iter().any(|warning| warning.invalidates) => {
            ComparisonVerdict::NotTrusted
        }
        () if any(Finding::Worse) => ComparisonVerdict::Regression,
        () if any(Finding::Better) => ComparisonVerdict::Better,
        () if any(Finding::NoiseUnknown) => ComparisonVerdict::NoiseUnknown,
        () => ComparisonVerdict::NoDifference,
    }
}

fn sentence(it: &Comparison) -> String {
    let names = |finding| {
        let names: Vec<&str> = found(it, finding).iter().map(|it| it.name.as_str()).collect();
        names.join(", ")
    };
    match it.verdict {
        ComparisonVerdict::NotTrusted => {
            let reasons = it.warnings.iter().filter(|warning| warning.invalidates).count();
            format!("{} why nothing is proved", counted(reasons as u64, "reason"))
        }
        ComparisonVerdict::Regression => format!("worse: {}", names(Finding::Worse)),
        ComparisonVerdict::Better => format!("better: {}; nothing worse", names(Finding::Better)),
        ComparisonVerdict::NoDifference => {
            "no figure changed by more than noise and tolerance".to_owned()
        }
        ComparisonVerdict::NoiseUnknown => {
            "nothing that is counted exactly got worse; the runs are too few to judge what is noisy"
                .to_owned()
        }
    }
}
