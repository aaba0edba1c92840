//! A comparison of saved reports: two load runs, two groups of them, or two reports of checks.
//!
//! What was counted exactly and what is noisy are told apart: a count needs no statistics, a time
//! needs several runs on each side before a difference can be told from noise.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exit;
use crate::report::Tool;
use crate::verdict::Outcome;

/// The value of [`Comparison::schema`] that this version writes.
pub const SCHEMA: &str = "ssecheck.comparison/1";

/// What came of comparing side B with side A. A is what there was before, B what there is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Which program compared.
    pub tool: Tool,
    /// What was compared.
    pub kind: Compared,
    /// The verdict over everything.
    pub verdict: ComparisonVerdict,
    /// The verdict in one sentence.
    pub sentence: String,
    /// The runs before.
    pub a: Vec<Run>,
    /// The runs after.
    pub b: Vec<Run>,
    /// Share of A that a change has to exceed with its whole interval before it counts, 0.1 for
    /// 10 %. Absent when the runs are too few to see the noise and the user did not say how much
    /// there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// What is not the same in plan, server or machine.
    #[serde(default)]
    pub differences: Vec<Difference>,
    /// What takes weight from the result; those that take all of it first.
    #[serde(default)]
    pub warnings: Vec<Warning>,
    /// What was counted exactly: losses, failures, thresholds crossed.
    #[serde(default)]
    pub facts: Vec<Figure>,
    /// What is noisy: times, rates, memory.
    #[serde(default)]
    pub figures: Vec<Figure>,
    /// The checks whose outcome is not the same.
    #[serde(default)]
    pub checks: Vec<CheckChange>,
    /// How many checks have the same outcome on both sides.
    #[serde(default)]
    pub checks_unchanged: usize,
}

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compared {
    /// Load runs.
    Load,
    /// The checks of a server.
    Conformance,
    /// The classes of a parser.
    Parser,
}

/// The verdict over a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ComparisonVerdict {
    /// A run is not to be trusted, or the sides were not asked the same: nothing is proved.
    NotTrusted,
    /// Something is worse on B.
    Regression,
    /// Something is better on B, and nothing worse.
    Better,
    /// No difference that could be told from noise.
    NoDifference,
    /// Nothing exact differs, and the runs are too few to judge what is noisy.
    NoiseUnknown,
}

/// One run of a side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// The name that the user knows it by.
    pub name: String,
    /// The URL of its target.
    pub url: String,
    /// Start of the run, RFC 3339 in UTC.
    pub started_at: String,
    /// Length of the run in milliseconds.
    pub duration_ms: u64,
    /// Its own verdict.
    pub verdict: String,
    /// Why it is not to be trusted; empty when it is.
    #[serde(default)]
    pub doubts: Vec<String>,
}

/// Something that is not the same in all runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// What: `plan: rate`, `processors`, `url`.
    pub what: String,
    /// The values on side A, each once.
    pub a: Vec<String>,
    /// The values on side B, each once.
    pub b: Vec<String>,
    /// Whether figures under it are not comparable.
    pub apart: bool,
}

/// A reason to trust the result less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Stable code, as `not-interleaved`.
    pub code: String,
    /// Whether nothing is proved for it.
    pub invalidates: bool,
    /// One or two sentences.
    pub message: String,
}

/// One figure on both sides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// Its name, as in thresholds where it has one there: `fanout.p99`.
    pub name: String,
    /// What it is, in a few words.
    pub about: String,
    /// Its unit.
    pub unit: Unit,
    /// Whether more is better.
    pub more_is_better: bool,
    /// Side A; absent when no run of it has the figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<Sample>,
    /// Side B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<Sample>,
    /// From A to B; absent when a side has no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// What can be said about it.
    pub finding: Finding,
    /// Why, in one sentence.
    pub why: String,
}

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Microseconds.
    Us,
    /// Bytes.
    Bytes,
    /// A number of things.
    Count,
    /// Things per second.
    PerSecond,
}

/// The values of one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// One for each run that has it, in the order of the runs.
    pub values: Vec<f64>,
    /// Their median.
    pub median: f64,
    /// Interval of the median of such runs: order statistics.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How sure the interval is, 0 to 1: 0 for one run, 0.75 for three.
    pub confidence: f64,
}

/// The difference from A to B.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Median of B less median of A.
    pub difference: f64,
    /// Interval of the difference, from the differences of all pairs of runs.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How sure the interval is, 0 to 1: 0 for one run each, 0.9 for three each.
    pub confidence: f64,
    /// The difference as a share of the median of A; absent when that is 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<f64>,
    /// How often chance alone would put the runs of B as high above those of A, exactly.
    pub p_higher: f64,
    /// How often chance alone would put them as low below.
    pub p_lower: f64,
}

/// What can be said about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Finding {
    /// Worse on B.
    Worse,
    /// Better on B.
    Better,
    /// No difference that could be told from noise, or one too small to count.
    NoDifference,
    /// The runs are too few to see the noise.
    NoiseUnknown,
    /// Only one side has it, or the sides were not asked the same.
    NotComparable,
    /// Shown for the reader; it takes no part in the verdict.
    Shown,
}

/// A check whose outcome is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckChange {
    /// Stable id.
    pub id: String,
    /// What kind of change.
    pub kind: ChangeKind,
    /// The outcome on A; absent when A does not have the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a: Option<Outcome>,
    /// The outcome on B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<Outcome>,
    /// The reason on A.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub a_reason: Option<String>,
    /// The reason on B.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b_reason: Option<String>,
    /// What happened on B, or on A when B does not have the check.
    pub message: String,
}

/// How a check changed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// Red on B, and not red on A: a regression.
    NewlyRed,
    /// Red on B; A does not have the check.
    NewAndRed,
    /// Carried out on A; on B it does not apply, or is not there: it cannot be red any more.
    NotCheckedAnyMore,
    /// Red on both, for another reason.
    OtherReason,
    /// Neither is red, but the outcome is another: a warning came or went.
    OtherOutcome,
    /// Red on A, and carried out and not red on B.
    NewlyGreen,
    /// Carried out on B for the first time, and not red.
    New,
}

impl Comparison {
    /// The exit code that it deserves (DESIGN section 4): what is not to be trusted is never
    /// success; a regression is a failure only for who asked for that.
    pub fn exit_code(&self, fail_on_regression: bool) -> u8 {
        match self.verdict {
            ComparisonVerdict::NotTrusted => exit::INCOMPLETE,
            ComparisonVerdict::Regression if fail_on_regression => exit::FAILED,
            _ => exit::OK,
        }
    }
}

impl ComparisonVerdict {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotTrusted => "NOT TRUSTED",
            Self::Regression => "REGRESSION",
            Self::Better => "BETTER",
            Self::NoDifference => "NO DIFFERENCE",
            Self::NoiseUnknown => "NOISE UNKNOWN",
        }
    }

    /// The outcome of a check that stands beside it in colour and sign.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::NotTrusted => Outcome::Error,
            Self::Regression => Outcome::Fail,
            Self::Better | Self::NoDifference => Outcome::Pass,
            Self::NoiseUnknown => Outcome::Warn,
        }
    }
}

impl Finding {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::Better => "better",
            Self::NoDifference => "no difference",
            Self::NoiseUnknown => "noise unknown",
            Self::NotComparable => "not comparable",
            Self::Shown => "not judged",
        }
    }

    /// The outcome of a check that stands beside it in colour and sign.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::Worse => Outcome::Fail,
            Self::Better | Self::NoDifference => Outcome::Pass,
            Self::NoiseUnknown => Outcome::Warn,
            Self::NotComparable => Outcome::Error,
            Self::Shown => Outcome::NotApplicable,
        }
    }
}

impl ChangeKind {
    /// The word for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::NewlyRed => "newly red",
            Self::NewAndRed => "new and red",
            Self::NotCheckedAnyMore => "not checked any more",
            Self::OtherReason => "red for another reason",
            Self::OtherOutcome => "other outcome",
            Self::NewlyGreen => "newly green",
            Self::New => "new",
        }
    }

    /// The outcome of a check that stands beside it in colour and sign.
    pub fn outcome(self) -> Outcome {
        match self {
            Self::NewlyRed | Self::NewAndRed => Outcome::Fail,
            Self::NotCheckedAnyMore | Self::OtherReason => Outcome::Error,
            Self::OtherOutcome => Outcome::Warn,
            Self::NewlyGreen | Self::New => Outcome::Pass,
        }
    }
}
