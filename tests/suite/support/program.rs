//! The program under test, `ssecheck`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use super::process::Running;
use super::schema::Watched;

/// The root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ has a parent")
}

/// A JSON file of the repository.
///
/// # Panics
/// When it is not there, or no JSON.
pub(crate) fn saved(path: &str) -> serde_json::Value {
    let text = std::fs::read_to_string(workspace().join(path));
    let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The path of the binary, built once, in the profile of these tests and in their target folder.
///
/// # Panics
/// When it cannot be built.
pub(crate) fn path() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(build)
}

fn build() -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(workspace());
    cargo.args(["build", "--package", "ssecheck", "--message-format=json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    // What cargo tells these tests about their own package would make the build scripts of others
    // run again, and with them half of the build.
    let about_us =
        |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    std::env::vars().filter(|(name, _)| about_us(name)).for_each(|(name, _)| {
        cargo.env_remove(name);
    });
    let output = cargo.output().expect("cargo can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "ssecheck cannot be built:\n{errors}");
    let messages = String::from_utf8_lossy(&output.stdout);
    let found = messages.lines().find_map(executable);
    found.unwrap_or_else(|| panic!("cargo names no binary `ssecheck`:\n{messages}"))
}

fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_ours = message["target"]["name"] == "ssecheck";
    message["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
}

/// One run of the program.
pub(crate) struct Program {
    command: Command,
    stdin: Vec<u8>,
}

/// What a run came to.
pub(crate) struct Finished {
    /// The exit code; `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) stdout: String,
    /// Standard error.
    pub(crate) stderr: String,
}

impl Program {
    /// `ssecheck` with these arguments, in the root of the workspace.
    pub(crate) fn new<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(path());
        command.args(arguments).current_dir(workspace());
        Self { command, stdin: Vec::new() }
    }

    /// Sets a variable of the environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// What it reads on standard input.
    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = text.into();
        self
    }

    /// Starts it and leaves it running. A report that it writes (`--json`) is held to the schema when
    /// it has ended.
    pub(crate) fn start(self) -> Running {
        let words = self.command.get_args().map(|word| word.to_string_lossy().into_owned());
        let report = Watched::of(&words.collect::<Vec<_>>());
        let mut running = Running::start(self.command, self.stdin);
        running.report = report;
        running
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it has not ended within `limit`; it is killed then.
    pub(crate) fn run(self, limit: Duration) -> Finished {
        let name = format!("{:?}", self.command);
        let mut running = self.start();
        let in_time = running.finish(limit);
        let finished = Finished::from(&running);
        assert!(in_time, "not ended after {limit:?}: {name}\n{}", finished.stderr);
        finished
    }
}

/// Far more than any run in these tests takes.
const LIMIT: Duration = Duration::from_secs(120);

/// Runs `ssecheck` with these arguments to its end.
pub(crate) fn ssecheck<S: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = S>,
) -> Finished {
    Program::new(arguments).run(LIMIT)
}

impl From<&Running> for Finished {
    fn from(running: &Running) -> Self {
        Self {
            code: running.status.and_then(|status| status.code()),
            stdout: String::from_utf8_lossy(&running.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&running.stderr).into_owned(),
        }
    }
}
