//! What a run of `ssecheck parser` found out about a parser.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::exit;
use crate::report::BaselineResult;

/// The result of judging a parser.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ParserReport {
    /// The verdict over all classes.
    pub verdict: ParserVerdict,
    /// Which rules bind the parser.
    pub profile: ParserProfile,
    /// The parser, as it introduced itself.
    pub subject: ParserInfo,
    /// Seed of everything that was random: the same seed gives the same streams and cuts.
    pub seed: u64,
    /// What came of the vectors.
    pub vectors: VectorCounts,
    /// What came of the random streams, one feature at a time.
    pub properties: PropertyCounts,
    /// How time grows with size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timing: Vec<Timing>,
    /// The verdict on each class of deviations, in the order of the catalogue of classes.
    #[serde(default)]
    pub classes: Vec<ClassResult>,
    /// The deviations: for each class that is not as it should be, one minimal example.
    #[serde(default)]
    pub deviations: Vec<Deviation>,
    /// What came of the baseline file, when one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineResult>,
    /// Why the run ended before its end, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<String>,
}

/// The verdict over a parser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParserVerdict {
    /// No class that binds this parser deviates.
    Exact,
    /// At least one does.
    Deviating,
    /// The run ended before its end, or nothing was run.
    #[default]
    Incomplete,
}

impl ParserVerdict {
    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Deviating => "deviating",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Which rules bind a parser. The standard has dispatch steps "for web browsers" and leaves
/// dispatch to all other user agents (HTML 9.2.6).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParserProfile {
    /// All of them, the dispatch steps too.
    #[default]
    Browser,
    /// Only those that bind every user agent.
    Core,
}

impl ParserProfile {
    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Core => "core",
        }
    }
}

/// A parser, as it introduced itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ParserInfo {
    /// Its name, usually that of its package; the command, in plain mode.
    pub name: String,
    /// Its version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// What it runs on.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub runtime: String,
    /// The command that was started.
    pub command: Vec<String>,
    /// How it was spoken to.
    pub mode: Mode,
    /// What it cannot show, in words: what no class could be judged by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
}

/// How an adapter is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// `sse-adapter/1`: one process, many cases.
    #[default]
    Batch,
    /// One process for each stream; no cuts.
    Plain,
}

/// What came of the vectors. Each vector counts once, under the worst that happened to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VectorCounts {
    /// How many there are.
    pub total: usize,
    /// As expected under every cut.
    pub passed: usize,
    /// Something else than expected.
    pub failed: usize,
    /// The parser panicked, or the adapter died.
    pub crashed: usize,
    /// The adapter did not answer in time.
    pub timed_out: usize,
    /// Nothing of it can be seen through this parser's interface.
    pub unobservable: usize,
    /// Not run: the mode cannot carry it, or the run ended before.
    pub not_run: usize,
    /// As expected, but later than needed (advisory).
    pub late: usize,
    /// As expected or not depending on the cuts.
    pub varying: usize,
    /// How many streams were sent: each vector in several cuts.
    pub executions: u64,
}

/// What came of the random streams.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PropertyCounts {
    /// How many streams were sent, without those of shrinking.
    pub streams: u64,
    /// How many of them were read wrongly.
    pub failing: u64,
    /// One entry for each feature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<FeatureResult>,
}

/// What came of the streams with one feature on top of a plain grammar.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureResult {
    /// Name of the feature.
    pub feature: String,
    /// How many streams were sent.
    pub streams: u64,
    /// How many of them were read wrongly.
    pub failing: u64,
    /// Left out, because the classes that it shows are known to deviate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skipped: bool,
    /// The smallest stream that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

/// How time grows with size for one shape of stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// `T1`, `T2` or `T3`.
    pub shape: String,
    /// What the stream is made of.
    pub what: String,
    /// Sizes in bytes.
    pub bytes: Vec<u64>,
    /// Times in milliseconds, the best of several runs; the last may be missing, if it never ended.
    pub ms: Vec<f64>,
    /// Time of the largest over time of the smallest; 16 would be linear, 256 quadratic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// What follows.
    pub verdict: ClassVerdict,
}

/// What is said of one class.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ClassVerdict {
    /// Not judged: the mode cannot carry it, another deviation hides it, or it was left out.
    #[default]
    NotRun,
    /// Nothing of it can be seen through this parser's interface.
    Unobservable,
    /// As the standard says.
    Pass,
    /// As the standard says, but later than needed.
    Late,
    /// As the standard says, but in more than linear time.
    Slow,
    /// Something else than the standard says.
    Fail,
    /// The adapter did not answer in time.
    Timeout,
    /// The parser panicked, or the adapter died.
    Crash,
}

impl ClassVerdict {
    /// All, from the least to the worst.
    pub const ALL: [Self; 8] = [
        Self::NotRun,
        Self::Unobservable,
        Self::Pass,
        Self::Late,
        Self::Slow,
        Self::Fail,
        Self::Timeout,
        Self::Crash,
    ];

    /// The word used in JSON, text and baseline files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotRun => "not-run",
            Self::Unobservable => "unobservable",
            Self::Pass => "pass",
            Self::Late => "late",
            Self::Slow => "slow",
            Self::Fail => "fail",
            Self::Timeout => "timeout",
            Self::Crash => "crash",
        }
    }

    /// Whether something is not as it should be.
    pub fn deviates(self) -> bool {
        self > Self::Pass
    }
}

/// How binding a class is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassLevel {
    /// Binds every user agent.
    #[default]
    Core,
    /// Binds web browsers: it follows from the dispatch steps.
    Browser,
    /// Advice: the result is right, but late or slow. Red under `--strict` only.
    Advisory,
}

impl ClassLevel {
    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Browser => "browser",
            Self::Advisory => "advisory",
        }
    }
}

/// The verdict on one class.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassResult {
    /// Its stable code.
    pub class: String,
    /// How binding it is.
    pub level: ClassLevel,
    /// The verdict.
    pub verdict: ClassVerdict,
    /// Whether this verdict makes the run red.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub red: bool,
    /// What the baseline file says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How many vectors there are.
    pub vectors: usize,
    /// How many of them deviate.
    pub deviating: usize,
    /// In what it deviates, for tables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Aspect>,
}

/// What a parser said differently.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Aspect {
    /// Number, types or data of events.
    Events,
    /// An error ended the stream.
    Error,
    /// The last event ID of an event.
    Id,
    /// The last event ID at the end.
    FinalId,
    /// A reconnection time.
    Retry,
    /// A comment.
    Comment,
    /// Later than needed.
    Late,
    /// More than linear time.
    Time,
}

impl Aspect {
    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Error => "error",
            Self::Id => "id",
            Self::FinalId => "final-id",
            Self::Retry => "retry",
            Self::Comment => "comment",
            Self::Late => "late",
            Self::Time => "time",
        }
    }
}

/// One class that is not as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deviation {
    /// Code of the class.
    pub class: String,
    /// What is wrong.
    pub verdict: ClassVerdict,
    /// The rule in one sentence.
    pub rule: String,
    /// Section of the standard.
    pub source: String,
    /// Ids of the vectors that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<String>,
    /// Known bugs of other parsers that look like this (`K2`), and parser cases (`P08`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalogue: Vec<String>,
    /// The smallest stream that shows it.
    pub example: Example,
}

/// A stream that a parser reads wrongly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// The chunks, each character one byte (see `crate::vector`).
    pub chunks: Vec<String>,
    /// A shell command that prints the stream.
    pub printf: String,
    /// What it should say.
    pub expected: String,
    /// What it says.
    pub actual: String,
}

impl ParserReport {
    /// Judges the classes: the verdict follows from those that are red.
    pub fn set_verdict(&mut self) {
        let red = self.classes.iter().any(|class| class.red);
        let executed = self.classes.iter().any(|class| class.verdict >= ClassVerdict::Pass);
        self.verdict = match (red, self.aborted.is_some() || !executed) {
            (true, _) => ParserVerdict::Deviating,
            (false, true) => ParserVerdict::Incomplete,
            (false, false) => ParserVerdict::Exact,
        };
    }

    /// The exit code that this result deserves (DESIGN section 4).
    pub fn exit_code(&self) -> u8 {
        let stale = self.baseline.as_ref().is_some_and(|baseline| !baseline.problems.is_empty());
        match self.verdict {
            _ if stale => exit::FAILED,
            ParserVerdict::Deviating => exit::FAILED,
            ParserVerdict::Incomplete => exit::INCOMPLETE,
            ParserVerdict::Exact => exit::OK,
        }
    }
}
