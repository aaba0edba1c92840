//! The testbed in a process of its own.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::output::Stop;

/// How long the testbed may take to start, and to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that was started for this run.
pub(crate) struct ServerProcess {
    child: Child,
    pub(crate) url: String,
    pub(crate) pid: u32,
}

impl ServerProcess {
    /// Starts `ssecheck serve` on a free port.
    pub(crate) async fn testbed() -> Result<Self, Stop> {
        let failed = |reason: String| Stop::setup(format!("cannot start the testbed: {reason}"));
        let program = crate::settings::own_program().map_err(|error| failed(error.to_string()))?;
        let mut child = Command::new(program)
            .args(["serve", "--listen", "127.0.0.1:0", "--token", crate::run::TESTBED_TOKEN])
            // The pipe closes with us, so that it ends even when we are killed.
            .arg("--until-stdin-closes")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            // Ctrl-C at the terminal is for us: we end it when we are done.
            .process_group(0)
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let pid = child.id().unwrap_or_default();
        let out = child.stdout.take().ok_or_else(|| failed("no output".to_owned()))?;
        let mut url = String::new();
        let mut out = BufReader::new(out);
        let line = tokio::time::timeout(PATIENCE, out.read_line(&mut url)).await;
        match line {
            Ok(Ok(len)) if len > 0 => Ok(Self { child, url: url.trim().to_owned(), pid }),
            _ => Err(failed("it does not say where it listens".to_owned())),
        }
    }

    /// Ends it.
    pub(crate) async fn end(mut self) {
        // One that has ended already needs no ending.
        let _ = self.child.start_kill();
        let _ = tokio::time::timeout(PATIENCE, self.child.wait()).await;
    }
}
