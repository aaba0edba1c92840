//! What can go wrong before or around the judging.

use ssecheck_model::LoadError;
use ssecheck_transport::{SetupError as DialSetupError, UrlError};

/// The run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// A URL of the target is wrong.
    #[error("{0}")]
    Url(UrlError),
    /// TLS cannot be set up.
    #[error("{0}")]
    Dial(DialSetupError),
    /// The command of `start` failed.
    #[error("the start command failed: {0}")]
    Start(String),
    /// The target does not answer.
    #[error("the target cannot be reached: {0}")]
    Unreachable(String),
    /// The publish hook does not work.
    #[error("the publish hook does not work: {0}")]
    Publish(String),
}

/// The cases cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SuiteError {
    /// A case file has a mistake.
    #[error("{0}")]
    Load(Box<LoadError>),
    /// A directory or file cannot be read.
    #[error("cannot read {path}: {reason}")]
    Read {
        /// What was read.
        path: String,
        /// Why it failed.
        reason: String,
    },
    /// A directory without a case.
    #[error("there is no case (*.yaml) in {0}")]
    Empty(String),
    /// A `--case` or `--skip` pattern is no glob.
    #[error("`{pattern}` is not a pattern: {reason}")]
    Pattern {
        /// The pattern.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// A pattern that matches nothing would silently check nothing.
    #[error("no case or check matches `{pattern}`{hint}")]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// The nearest id, if one is near.
        hint: String,
    },
}

impl From<LoadError> for SuiteError {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}
