//! `ssecheck serve`, running.

use std::time::Duration;

use super::process::{Running, Signal};
use super::program::Program;

/// Far more than it takes to start or to end.
const LIMIT: Duration = Duration::from_secs(60);

/// A testbed of its own process. Dropping it ends it.
pub(crate) struct Testbed {
    process: Running,
    url: String,
}

impl Testbed {
    /// Starts `ssecheck serve` with these arguments and waits for its URL.
    ///
    /// # Panics
    /// When it prints none.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let mut process = Program::new(["serve"].iter().chain(arguments)).start();
        let ready = process.until(LIMIT, |running| running.stdout.contains(&b'\n'));
        let errors = String::from_utf8_lossy(&process.stderr);
        assert!(ready, "it printed no URL: {errors}");
        let url = String::from_utf8_lossy(&process.stdout).trim_end().to_owned();
        Self { process, url }
    }

    /// The URL of the stream.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The URL of another resource.
    pub(crate) fn at(&self, path: &str) -> String {
        self.url.replace("/events", path)
    }

    /// Sends a signal and gives the exit code, and all that it printed.
    ///
    /// # Panics
    /// When it does not end.
    pub(crate) fn end_by(mut self, signal: Signal) -> (Option<i32>, String) {
        self.process.signal(signal);
        assert!(self.process.finish(LIMIT), "it did not end");
        let printed = String::from_utf8_lossy(&self.process.stdout).into_owned();
        (self.process.status.and_then(|status| status.code()), printed)
    }
}
