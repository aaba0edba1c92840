//! The `start` hook: starts the server before a run and ends it afterwards.

use std::process::Stdio;
use std::time::Duration;

use ssecheck_model::target::{Start, Target};
use ssecheck_transport::{Dialer, Limits, Request, Url, exchange};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use crate::error::SetupError;
use crate::subject::plain;

/// Time between two looks whether the server is ready.
const POLL: Duration = Duration::from_millis(50);
/// How long a server may take to end by itself before it is killed. Several ignore SIGTERM while a
/// stream is open.
const GRACE: Duration = Duration::from_secs(2);

/// A server that was started for the run.
#[derive(Debug)]
pub struct Started {
    child: Child,
}

impl Started {
    /// Starts the server of a target file and waits until it is ready. `None` without `start`.
    ///
    /// # Errors
    /// When the command cannot be started, ends, or is not ready in time.
    pub async fn begin(target: &Target) -> Result<Option<Self>, SetupError> {
        let Some(start) = &target.start else { return Ok(None) };
        let url = Url::parse(&plain(&target.url)).map_err(SetupError::Url)?;
        let ready = url.join(&plain(&start.ready)).map_err(SetupError::Url)?;
        let mut started = Self { child: spawn(start)? };
        match started.ready(start, &ready).await {
            Ok(()) => Ok(Some(started)),
            Err(error) => {
                started.end().await;
                Err(error)
            }
        }
    }

    async fn ready(&mut self, start: &Start, url: &Url) -> Result<(), SetupError> {
        let deadline = Instant::now() + start.timeout.0;
        let dialer = Dialer::default();
        let limits = Limits::all(Duration::from_secs(1));
        loop {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(SetupError::Start(format!("it ended with {status}")));
            }
            let answer = exchange(&dialer, url, &Request::get(url), &limits, 0).await;
            let Err(error) = answer else { return Ok(()) };
            if Instant::now() >= deadline {
                let message = format!("not ready after {}: {error}", start.timeout);
                return Err(SetupError::Start(message));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Ends the server: SIGTERM, and SIGKILL after a grace.
    pub async fn end(mut self) {
        if let Some(pid) = self.child.id() {
            terminate(pid);
            if tokio::time::timeout(GRACE, self.child.wait()).await.is_ok() {
                return;
            }
        }
        // It is gone already when this fails.
        drop(self.child.kill().await);
    }
}

fn spawn(start: &Start) -> Result<Child, SetupError> {
    let words: Vec<String> = start.command.iter().map(plain).collect();
    let Some((program, arguments)) = words.split_first() else {
        return Err(SetupError::Start("the command is empty".to_owned()));
    };
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| SetupError::Start(format!("{program}: {error}")))
}

#[cfg(unix)]
fn terminate(pid: u32) {
    let Ok(pid) = i32::try_from(pid) else { return };
    // It is gone already when this fails.
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::SIGTERM);
}

#[cfg(not(unix))]
fn terminate(_pid: u32) {}
