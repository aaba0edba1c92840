//! A whole run against an external parser: vectors, random streams, timing.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use ssecheck_model::baseline::Baseline;
use ssecheck_model::deviations::Deviations;
use ssecheck_model::parser::{Mode, ParserInfo, ParserProfile, ParserReport};
use ssecheck_model::vector::Vector;

use crate::session::{Halt, MAX_DEATHS, Patience, Session};
use ledger::Ledger;

mod blame;
mod cut;
mod known;
mod ledger;
mod matrix;
mod minimal;
mod observe;
mod shapes;
mod timing;
mod truth;
mod vectors;

pub use known::update_baseline;

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
    /// The vectors, usually those that are shipped.
    pub vectors: Vec<Vector>,
    /// Random streams for each feature; 0 leaves them out.
    pub properties: u32,
    /// Whether to run also the features that show nothing but what the baseline file names.
    pub all_features: bool,
    /// Whether to measure how time grows.
    pub timing: bool,
    /// Seed of all that is random.
    pub seed: u64,
    /// How long the adapter may take for one answer.
    pub timeout: Duration,
    /// How long it may take to introduce itself, and for the first answer of a process: many load
    /// their parser only then. At least `timeout`.
    pub startup: Duration,
    /// Deviations that are known; the random streams leave them out.
    pub baseline: Option<Baseline>,
}

impl Default for Settings {
    /// No command and no vectors; 200 random streams for each feature, timing, 5 s for an answer.
    fn default() -> Self {
        Self {
            command: Vec::new(),
            plain: false,
            profile: ParserProfile::default(),
            strict: false,
            vectors: Vec::new(),
            properties: 200,
            all_features: false,
            timing: true,
            seed: 0,
            timeout: Duration::from_secs(5),
            startup: Duration::from_secs(30),
            baseline: None,
        }
    }
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
    /// So many steps of the part are done, from its beginning.
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
    /// The adapter breaks the protocol: nothing can be said about its parser.
    #[error("the adapter breaks the protocol, so nothing can be said about its parser: {0}")]
    Protocol(String),
    /// The baseline file has a pattern that is no glob.
    #[error(transparent)]
    Baseline(Box<ssecheck_model::LoadError>),
}

/// Judges the parser behind an adapter. `stop` ends the run early with what there is, within a
/// fraction of a second.
///
/// # Errors
/// When the adapter cannot be started, does not introduce itself or breaks the protocol, and when a
/// pattern of the baseline file is no glob.
pub fn run(
    settings: &Settings,
    events: &mut dyn FnMut(RunEvent),
    stop: &AtomicBool,
) -> Result<ParserReport, RunError> {
    let known = settings.baseline.clone().map(Deviations::new).transpose();
    let known = known.map_err(|error| RunError::Baseline(Box::new(error)))?;
    settings.vectors.iter().try_for_each(usable)?;
    let patience = Patience { timeout: settings.timeout, startup: settings.startup };
    let mut session = Session::start(&settings.command, settings.plain, patience, stop, events)?;
    let subject = subject(settings, &session);
    session.event(RunEvent::Started(subject.clone()));
    let mut report = ParserReport {
        profile: settings.profile,
        seed: settings.seed,
        subject,
        ..ParserReport::default()
    };
    let mut ledger = Ledger::default();
    let halted = phases(settings, known.as_ref(), &mut session, &mut ledger, &mut report).err();
    session.end();
    report.aborted = match halted {
        Some(Halt::Broken(what)) => return Err(RunError::Protocol(what)),
        Some(Halt::Stopped) => Some("interrupted".to_owned()),
        Some(Halt::Deaths) => Some(format!("the parser died or hung more than {MAX_DEATHS} times")),
        None => None,
    };
    ledger.settle(settings, known.as_ref(), &mut report);
    known::hold(known.as_ref(), &mut report);
    report.set_verdict();
    Ok(report)
}

/// A vector that could not be judged would be lost without a word.
fn usable(vector: &Vector) -> Result<(), RunError> {
    let problem = match (crate::class::find(&vector.class), vector.bytes()) {
        (None, _) => format!("there is no class {}", vector.class),
        (_, None) => "a character above U+00FF stands for no byte".to_owned(),
        _ => return Ok(()),
    };
    Err(RunError::Setup(format!("vector {}: {problem}", vector.id)))
}

fn phases(
    settings: &Settings,
    known: Option<&Deviations>,
    session: &mut Session<'_>,
    ledger: &mut Ledger,
    report: &mut ParserReport,
) -> Result<(), Halt> {
    vectors::run(settings, session, ledger)?;
    if settings.properties > 0 {
        matrix::run(settings, known, session, ledger, &mut report.properties)?;
    }
    if settings.timing {
        timing::run(session, ledger, &mut report.timing)?;
    }
    Ok(())
}

fn subject(settings: &Settings, session: &Session<'_>) -> ParserInfo {
    let hello = session.hello();
    ParserInfo {
        name: hello.parser.clone(),
        version: hello.version.clone(),
        runtime: hello.runtime.clone(),
        command: settings.command.clone(),
        mode: if settings.plain { Mode::Plain } else { Mode::Batch },
        hidden: observe::hidden(&hello.caps),
    }
}
