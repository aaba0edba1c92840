//! What the standard library does not do with processes: pipes that do not block, groups that end.

#[cfg(unix)]
pub(super) use unix::{kill_group, own_group, unblock, wait};

#[cfg(not(unix))]
pub(super) use other::{kill_group, own_group, unblock, wait};

#[cfg(unix)]
mod unix {
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::process::CommandExt as _;
    use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
    use std::time::Duration;

    use nix::fcntl::{FcntlArg, OFlag, fcntl};
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use nix::sys::signal::{Signal, killpg};
    use nix::unistd::Pid;

    /// A wrapper script and the program that it starts end together.
    pub(crate) fn own_group(command: &mut Command) {
        command.process_group(0);
    }

    pub(crate) fn unblock(pipe: &impl AsFd) -> io::Result<()> {
        fcntl(pipe, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        Ok(())
    }

    /// Waits until one of the pipes can be used.
    pub(crate) fn wait(
        stdin: Option<&ChildStdin>,
        stdout: Option<&ChildStdout>,
        stderr: Option<&ChildStderr>,
        within: Duration,
    ) {
        let mut pipes = Vec::with_capacity(3);
        pipes.extend(stdin.map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLOUT)));
        pipes.extend(stdout.map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN)));
        pipes.extend(stderr.map(|pipe| PollFd::new(pipe.as_fd(), PollFlags::POLLIN)));
        // Rounded up: zero would make a busy loop of the last millisecond.
        let within = within + Duration::from_micros(999);
        let timeout = PollTimeout::try_from(within).unwrap_or(PollTimeout::from(50u8));
        let _ = poll(&mut pipes, timeout); // interrupted: the caller looks again
    }

    pub(crate) fn kill_group(child: &mut Child) {
        if let Ok(pid) = i32::try_from(child.id()) {
            let _ = killpg(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

/// Elsewhere no adapter can be started: pipes that do not block need another way there.
#[cfg(not(unix))]
mod other {
    use std::io;
    use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
    use std::time::Duration;

    pub(crate) fn own_group(_: &mut Command) {}

    pub(crate) fn unblock<T>(_: &T) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "adapters run on Unix only"))
    }

    pub(crate) fn wait(
        _: Option<&ChildStdin>,
        _: Option<&ChildStdout>,
        _: Option<&ChildStderr>,
        within: Duration,
    ) {
        std::thread::sleep(within);
    }

    pub(crate) fn kill_group(child: &mut Child) {
        let _ = child.kill();
    }
}
