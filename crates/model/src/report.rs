//! The report: everything a run found out, as one versioned JSON document.
//!
//! Every output format is a pure function of a [`Report`], so a saved one can be rendered again.
//! Check ids and reason codes are stable for ever.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::evidence::{Arrivals, Entry, Evidence, Excerpt, Layer, Moment, Place};
use crate::exit;
use crate::verdict::{Level, Outcome, Verdict};

/// The value of [`Report::schema`] that this version writes and reads.
pub const SCHEMA: &str = "ssecheck.report/1";

/// A whole report. Only the parts that ran are present.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Which program wrote it.
    pub tool: Tool,
    /// Start of the run, RFC 3339 in UTC.
    pub started_at: String,
    /// Length of the run in milliseconds.
    #[serde(default)]
    pub duration_ms: u64,
    /// Whether the user stopped the run before its end.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
    /// The server under test.
    pub target: TargetInfo,
    /// The conformance part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conformance: Option<Conformance>,
    /// The load part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<crate::load::Load>,
    /// What was found out about a parser.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parser: Option<crate::parser::ParserReport>,
    /// The kill matrix of ssecheck itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub selftest: Option<Selftest>,
}

/// The kill matrix: which check turns red on which fault of the testbed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Selftest {
    /// How many faults were tried.
    pub faults: usize,
    /// How many of them turned each of their checks red, for its own reason.
    pub killed: usize,
    /// How many checks there are.
    pub checks: usize,
    /// How many of them were seen red.
    pub seen_red: usize,
    /// How often a check was red that should not have been, legal variations included.
    pub false_red: usize,
    /// How many legal variations were tried.
    #[serde(default)]
    pub variations: usize,
    /// The faults and variations that were tried.
    #[serde(default)]
    pub switches: Vec<SwitchInfo>,
    /// Every red check, and every check that should have been red.
    pub cells: Vec<Cell>,
}

/// A fault or a legal variation of the testbed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SwitchInfo {
    /// Its id.
    pub id: String,
    /// Whether it breaks something; else it is unusual but legal.
    pub fault: bool,
    /// The defect of the catalogue that it rebuilds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
    /// The requirements of the catalogue that it breaks.
    #[serde(default)]
    pub breaks: Vec<String>,
    /// What it does, in a few words.
    pub summary: String,
}

/// One cell of the kill matrix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    /// Id of the fault or variation; `reference` for the correct server.
    pub switch: String,
    /// Id of the check.
    pub check: String,
    /// The reason that the fault should give it; absent when it should stay green.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// The reason that it gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// One sentence on what happened.
    #[serde(default)]
    pub message: String,
}

impl Report {
    /// A report in which nothing has run yet.
    pub fn new(tool: Tool, target: TargetInfo) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool,
            started_at: String::new(),
            duration_ms: 0,
            interrupted: false,
            target,
            conformance: None,
            load: None,
            parser: None,
            selftest: None,
        }
    }
}

impl Selftest {
    /// Whether every fault was killed, every check seen red, and nothing was red without reason.
    pub fn is_good(&self) -> bool {
        self.killed == self.faults && self.seen_red == self.checks && self.false_red == 0
    }
}

impl Cell {
    /// Whether the check did what it should. A survey tells its reason and stays green.
    pub fn is_right(&self) -> bool {
        let told =
            self.outcome.is_complaint() || (self.outcome == Outcome::Pass && self.reason.is_some());
        told && self.expected.is_some() && self.expected == self.reason
    }
}

/// Name and version of the program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// Always `ssecheck`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What is known of the server under test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetInfo {
    /// Its URL, without userinfo.
    pub url: String,
    /// Capabilities that the owner declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub provides: Vec<String>,
    /// Capabilities that the run saw without a declaration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// Whether it is the built-in testbed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub testbed: bool,
}

/// The result of a conformance run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Conformance {
    /// The verdict over all checks.
    pub verdict: Verdict,
    /// How many checks had which outcome.
    pub summary: Summary,
    /// Why the run ended before its end, if it did (a dead server, an interrupt).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<String>,
    /// What came of the baseline file, when one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineResult>,
    /// What other clients would make of the streams of the run: a survey, which changes no verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub portability: Vec<Portability>,
    /// One entry for each check, in the order of the cases.
    pub checks: Vec<CheckResult>,
}

/// What clients with one habit would make of the streams of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Portability {
    /// Stable name of the habit.
    pub model: String,
    /// What such a client does, in one sentence.
    pub habit: String,
    /// Real clients that do or did so: a package and its version, or a thread.
    pub clients: Vec<String>,
    /// How many streams were looked at.
    pub streams: usize,
    /// On how many of them such a client sees something else than the standard says.
    pub differing: usize,
    /// The first difference on the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<Divergence>,
}

/// A difference between what the standard says and what a client sees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Divergence {
    /// Id of the case whose stream it is.
    pub case: String,
    /// Name of the connection.
    pub connection: String,
    /// Which event, from 1.
    pub event: u64,
    /// Offset of the event's first byte in the stream; its length, if the standard has no such event.
    pub offset: u64,
    /// What the standard says.
    pub standard: String,
    /// What the client sees.
    pub client: String,
}

/// What came of a baseline file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineResult {
    /// The file.
    pub file: String,
    /// How many entries it has.
    pub entries: usize,
    /// Entries that say something that is not so: each makes the run fail.
    #[serde(default)]
    pub problems: Vec<BaselineProblem>,
}

/// An entry of a baseline file that says something that is not so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaselineProblem {
    /// What is wrong with it.
    pub kind: BaselineFlaw,
    /// The pattern of the entry.
    pub check: String,
    /// One sentence.
    pub message: String,
    /// Where the entry stands.
    pub place: Place,
}

/// What is wrong with an entry of a baseline file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BaselineFlaw {
    /// What it names is not violated any more.
    Stale,
    /// It names no check, or only checks that do not apply.
    Unmatched,
    /// What it names is violated for another reason.
    WrongReason,
}

impl BaselineFlaw {
    /// The word used in JSON and text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Unmatched => "unmatched",
            Self::WrongReason => "wrong-reason",
        }
    }
}

/// Counts of outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Checks that passed.
    pub pass: usize,
    /// Checks that warn.
    pub warn: usize,
    /// Checks that failed.
    pub fail: usize,
    /// Checks that are violated as the baseline file says.
    #[serde(default)]
    pub known: usize,
    /// Checks that do not apply.
    pub not_applicable: usize,
    /// Checks that could not be carried out although declared.
    pub untestable: usize,
    /// Checks in which the run broke.
    pub error: usize,
}

/// One verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CheckResult {
    /// Stable id, `family/name`.
    pub id: String,
    /// Id of the case that it belongs to.
    pub case: String,
    /// How binding it is.
    pub level: Level,
    /// What became of it.
    pub outcome: Outcome,
    /// Stable code of the reason, for every outcome but `pass`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Requirement ids (`R31`).
    pub requirements: Vec<String>,
    /// Section of the standard, RFC or other source.
    pub source: String,
    /// The requirement in one sentence.
    pub requirement: String,
    /// One sentence on what happened.
    pub message: String,
    /// What the baseline file says about a known deviation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// How to mend it, when the case knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Time that the whole case took, in milliseconds.
    #[serde(default)]
    pub case_ms: u64,
    /// What proves the outcome. Empty for checks that passed or do not apply.
    #[serde(default)]
    pub evidence: Evidence,
}

impl Summary {
    /// Counts the outcomes of `checks`.
    pub fn of(checks: &[CheckResult]) -> Self {
        let mut summary = Self::default();
        for check in checks {
            *summary.slot(check.outcome) += 1;
        }
        summary
    }

    /// How many checks had `outcome`.
    pub fn count(mut self, outcome: Outcome) -> usize {
        *self.slot(outcome)
    }

    /// How many checks were really carried out.
    pub fn executed(self) -> usize {
        self.pass + self.warn + self.fail + self.known
    }

    fn slot(&mut self, outcome: Outcome) -> &mut usize {
        match outcome {
            Outcome::Pass => &mut self.pass,
            Outcome::Warn => &mut self.warn,
            Outcome::Fail => &mut self.fail,
            Outcome::Known => &mut self.known,
            Outcome::NotApplicable => &mut self.not_applicable,
            Outcome::Untestable => &mut self.untestable,
            Outcome::Error => &mut self.error,
        }
    }
}

impl Conformance {
    /// Counts and judges `checks`. `aborted` says why the run stopped early, if it did.
    pub fn new(checks: Vec<CheckResult>, aborted: Option<String>) -> Self {
        let summary = Summary::of(&checks);
        let verdict = verdict(summary, aborted.is_some());
        Self { verdict, summary, aborted, baseline: None, portability: Vec::new(), checks }
    }

    /// Takes over what came of a baseline file, and counts and judges again.
    pub fn set_baseline(&mut self, baseline: BaselineResult) {
        self.summary = Summary::of(&self.checks);
        self.verdict = match baseline.problems.is_empty() {
            true => verdict(self.summary, self.aborted.is_some()),
            false => Verdict::Nonconformant,
        };
        self.baseline = Some(baseline);
    }

    /// The entries of the baseline file that say something that is not so.
    pub fn baseline_problems(&self) -> &[BaselineProblem] {
        self.baseline.as_ref().map_or(&[], |baseline| &baseline.problems)
    }

    /// The exit code that this result deserves (DESIGN section 4): a failure outweighs a run that
    /// broke, because it is certain.
    pub fn exit_code(&self) -> u8 {
        if self.summary.fail > 0 || !self.baseline_problems().is_empty() {
            return exit::FAILED;
        }
        match (self.summary.error > 0 || self.aborted.is_some(), self.summary.untestable > 0) {
            (true, _) => exit::INCOMPLETE,
            (false, true) => exit::FAILED,
            (false, false) if self.summary.executed() == 0 => exit::INCOMPLETE,
            (false, false) => exit::OK,
        }
    }
}

fn verdict(summary: Summary, aborted: bool) -> Verdict {
    if summary.fail > 0 {
        Verdict::Nonconformant
    } else if aborted || summary.error + summary.untestable > 0 || summary.executed() == 0 {
        Verdict::Incomplete
    } else {
        Verdict::Conformant
    }
}
