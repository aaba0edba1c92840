//! A headless browser, opened on a page or driven through a pipe.

use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::scratch::Scratch;

/// The names that it goes by.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];
/// Nothing but the page, no other traffic and no graphics.
const FLAGS: [&str; 14] = [
    "--headless",
    "--no-sandbox", // which needs rights that a container has not
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-proxy-server",
    "--mute-audio",
];

/// How long it may take to end in order.
const GRACE: Duration = Duration::from_secs(5);
/// How often its end is looked for: there is nothing to wait for but its leader.
const POLL: Duration = Duration::from_millis(20);

/// A browser with a page. Dropping it ends it and the processes that it has started.
pub(crate) struct Browser {
    child: Child,
    _profile: Scratch,
}

/// Where there is one; the first in PATH.
pub(crate) fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path).flat_map(|dir| NAMES.map(|name| dir.join(name)));
    places.find(|place| place.is_file())
}

impl Browser {
    /// Opens the page, with a profile of its own.
    ///
    /// # Panics
    /// When it cannot be started.
    pub(crate) fn open(program: &PathBuf, url: &str) -> Self {
        let mut command = Command::new(program);
        command.arg(url).stdin(Stdio::null()).stdout(Stdio::null());
        Self::start(command)
    }

    /// Opens no page. What is written into the first end is for its DevTools, what they say comes out
    /// of the second; messages end with NUL. Where the pipe ends, the browser ends.
    ///
    /// # Panics
    /// When it cannot be started.
    pub(crate) fn piped(program: &PathBuf) -> (Self, ChildStdin, ChildStdout) {
        let mut command = Command::new("sh");
        // It reads from descriptor 3 and writes to 4, which only a shell can set without unsafe code.
        command.args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#]).arg(program);
        command.arg("--remote-debugging-pipe").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut browser = Self::start(command);
        let pipes = (browser.child.stdin.take(), browser.child.stdout.take());
        let (Some(input), Some(output)) = pipes else { unreachable!("both are piped") };
        (browser, input, output)
    }

    fn start(mut command: Command) -> Self {
        let profile = Scratch::new();
        command.args(FLAGS).arg(format!("--user-data-dir={}", profile.path("profile")));
        // Its other files are to go away with the profile.
        command.env("TMPDIR", profile.path(".")).stderr(Stdio::null());
        // A group of its own, so that all its processes can be ended together.
        let child = command.process_group(0).spawn();
        Self { child: child.expect("the browser can be started"), _profile: profile }
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let Ok(group) = i32::try_from(self.child.id()).map(Pid::from_raw) else { return };
        // They may have ended just now. As long as one of them is there, the number is theirs.
        let _ = killpg(group, Signal::SIGTERM);
        let patience = Instant::now() + GRACE;
        while !self.has_ended() && Instant::now() < patience {
            thread::sleep(POLL);
        }
        let _ = killpg(group, Signal::SIGKILL);
        let _ = self.child.wait();
        // Until they are gone, they may write to the profile.
        while killpg(group, None).is_ok() && Instant::now() < patience {
            thread::sleep(POLL);
        }
    }
}

/// What it calls itself.
pub(crate) fn version(program: &PathBuf) -> String {
    let output = Command::new(program).arg("--version").output();
    output.map_or_else(
        |error| error.to_string(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
