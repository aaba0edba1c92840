//! Levels, outcomes and verdicts: the words in which a run is judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How binding a requirement is, and so what its violation means.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The standard or an RFC says MUST: a violation is `fail`.
    Must,
    /// Binding once the owner declares the capability: then a violation is `fail`, else `warn`.
    Profile,
    /// The source says SHOULD: a violation is `warn`, and `fail` under `--strict`.
    Should,
    /// Advice without a normative sentence: a violation is always `warn`.
    Practice,
    /// An observation that is never red.
    Survey,
}

impl Level {
    /// The word used in YAML, JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Profile => "profile",
            Self::Should => "should",
            Self::Practice => "practice",
            Self::Survey => "survey",
        }
    }
}

/// What became of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The requirement was seen to hold.
    Pass,
    /// Violated, but the requirement is advice (or SHOULD, without `--strict`).
    Warn,
    /// Violated.
    Fail,
    /// Violated, and the baseline file says so with the same reason: not red.
    Known,
    /// The capability is neither declared nor seen, so there is nothing to judge.
    NotApplicable,
    /// Declared, but a hook is missing, so it could not be judged: red.
    Untestable,
    /// The run broke, not the server.
    Error,
}

impl Outcome {
    /// All outcomes, worst first: the order in which reports list them.
    pub const ALL: [Self; 7] = [
        Self::Fail,
        Self::Error,
        Self::Untestable,
        Self::Warn,
        Self::Known,
        Self::Pass,
        Self::NotApplicable,
    ];

    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Known => "known",
            Self::NotApplicable => "not-applicable",
            Self::Untestable => "untestable",
            Self::Error => "error",
        }
    }

    /// Whether the outcome makes a run red (exit code 1 or 3).
    pub fn is_red(self) -> bool {
        matches!(self, Self::Fail | Self::Untestable | Self::Error)
    }

    /// Whether the check has something to complain of, be it advice.
    pub fn is_complaint(self) -> bool {
        self.is_red() || self == Self::Warn
    }

    /// Whether the check was really carried out.
    pub fn is_executed(self) -> bool {
        matches!(self, Self::Pass | Self::Warn | Self::Fail | Self::Known)
    }
}

/// The verdict over a whole conformance run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything that applies was carried out, and nothing failed.
    Conformant,
    /// At least one check failed.
    Nonconformant,
    /// Nothing failed, but a check could not be carried out, or none was.
    Incomplete,
}

impl Verdict {
    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Conformant => "conformant",
            Self::Nonconformant => "nonconformant",
            Self::Incomplete => "incomplete",
        }
    }
}
