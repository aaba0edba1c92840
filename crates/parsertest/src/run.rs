//! A whole run against an external parser: vectors, random streams, timing.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use ssecheck_model::baseline::Baseline;
use ssecheck_model::parser::{ParserInfo, ParserProfile, ParserReport};

/// What to run, and how.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The adapter: program and arguments.
    pub command: Vec<String>,
    /// Whether it speaks plain mode: one process for each stream.
    pub plain: bool,
    /// Which rules bind the parser.
    pub profile: ParserProfile,
    /// Whether advisory classes are red too.
    pub strict: bool,
    /// Random streams for each feature; 0 leaves them out.
    pub properties: u32,
    /// Whether to measure how time grows.
    pub timing: bool,
    /// Seed of all that is random.
    pub seed: u64,
    /// How long the adapter may take for one answer.
    pub timeout: Duration,
    /// Deviations that are known; the random streams leave them out.
    pub baseline: Option<Baseline>,
}

/// What is going on.
#[derive(Debug, Clone, PartialEq)]
pub enum RunEvent {
    /// The adapter has introduced its parser.
    Started(ParserInfo),
    /// A part begins; `total` is the number of its steps.
    Phase {
        /// In a few words.
        name: &'static str,
        /// Steps.
        total: u64,
    },
    /// So many steps of the part are done.
    Progress(u64),
    /// The adapter died or hung and was started again.
    Restarted {
        /// Which case it was.
        case: String,
        /// What happened.
        what: String,
    },
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The adapter cannot be started, or does not speak the protocol.
    #[error("{0}")]
    Setup(String),
}

/// Judges the parser behind an adapter. `stop` ends the run early with what there is.
///
/// # Errors
/// When the adapter cannot be started or does not introduce itself.
pub fn run(
    settings: &Settings,
    events: &mut dyn FnMut(RunEvent),
    stop: &AtomicBool,
) -> Result<ParserReport, RunError> {
    let _ = (settings, events, stop);
    Err(RunError::Setup("not built yet".to_owned()))
}
