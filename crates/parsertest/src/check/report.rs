//! What was found, in words.

use std::fmt;

use ssecheck_model::parser::ClassVerdict;

use super::subject::{Fault, Kind};
use super::{Check, covers};
use crate::shrink::Chunks;
use crate::{class, printf};

/// One class of deviations that a parser shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Code of the class; the name of the feature if there is no class for it.
    pub class: &'static str,
    /// `fail` or `crash`.
    pub verdict: ClassVerdict,
    /// The smallest stream that shows it, in its chunks.
    pub chunks: Chunks,
    /// What it should say.
    pub expected: String,
    /// What the parser says.
    pub actual: String,
    /// The feature or the vector that led to it.
    pub source: String,
    pub(super) kind: Kind,
}

impl Finding {
    pub(super) fn new(class: &'static str, source: &str, chunks: Chunks, fault: Fault) -> Self {
        let Fault { kind, expected, actual } = fault;
        let (verdict, source) = (kind.verdict, source.to_owned());
        Self { class, verdict, chunks, expected, actual, source, kind }
    }
}

/// The result of judging a parser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// The deviations, without those that were skipped.
    pub findings: Vec<Finding>,
    /// What was to be skipped, though nothing deviates there.
    pub stale: Vec<String>,
    /// How often the parser was run.
    pub executions: u64,
    seed: u64,
    streams: usize,
}

impl CheckReport {
    pub(super) fn new(mut findings: Vec<Finding>, check: &Check, executions: u64) -> Self {
        let any = |names: &[String], class: &str| names.iter().any(|name| covers(name, class));
        let unused = |name: &&String| !findings.iter().any(|found| covers(name, found.class));
        let stale = check.skip.iter().filter(unused).cloned().collect();
        findings.retain(|found| check.classes.is_empty() || any(&check.classes, found.class));
        findings.retain(|found| !any(&check.skip, found.class));
        Self { findings, stale, executions, seed: check.seed, streams: check.streams }
    }

    /// Whether nothing deviates but what was skipped, and something was run.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.stale.is_empty() && self.executions > 0
    }

    /// The deviation of this class.
    pub fn find(&self, class: &str) -> Option<&Finding> {
        self.findings.iter().find(|found| found.class == class)
    }
}

impl fmt::Display for CheckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.executions == 0 {
            writeln!(f, "nothing was run")?;
        }
        let (seed, streams) = (self.seed, self.streams);
        writeln!(f, "{} deviations from the HTML standard (9.2.6)", self.findings.len())?;
        for found in &self.findings {
            write!(f, "\n{found}")?;
            let mut again = format!("Check::new().seed({seed}).streams({streams})");
            if class::find(found.class).is_some() {
                again.push_str(&format!(".classes([{:?}])", found.class));
            }
            writeln!(f, "  again     {again}, by {}", found.source)?;
        }
        for name in &self.stale {
            writeln!(f, "\nskip({name:?}): nothing deviates there any more")?;
        }
        Ok(())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = class::find(self.class);
        let level = class.map_or("core", |class| class.level.as_str());
        writeln!(f, "{} ({level}): {}", self.class, self.verdict.as_str())?;
        if let Some(class) = class {
            writeln!(f, "  rule      {} ({})", class.rule, class.source)?;
        }
        writeln!(f, "  stream    {}", printf(&self.chunks.concat()))?;
        writeln!(f, "  chunks    {}", literal(&self.chunks))?;
        writeln!(f, "  expected  {}", self.expected)?;
        writeln!(f, "  actual    {}", self.actual)?;
        class.map_or(Ok(()), |class| writeln!(f, "  mend      {}", class.mend))
    }
}

/// The chunks as they are written in Rust.
fn literal(chunks: &[Vec<u8>]) -> String {
    let one = |(at, chunk): (usize, &Vec<u8>)| match at {
        0 => format!("&b\"{}\"[..]", chunk.escape_ascii()),
        _ => format!("b\"{}\"", chunk.escape_ascii()),
    };
    let chunks: Vec<String> = chunks.iter().enumerate().map(one).collect();
    format!("&[{}]", chunks.join(", "))
}
