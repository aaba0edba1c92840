//! A process of ours: its output and its end as events, never waited for without a limit.

use std::io::{Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) use nix::sys::signal::Signal;
use nix::unistd::Pid;

use super::schema::Watched;

/// How much is taken from a pipe at once, in bytes.
const PIPE_READ: usize = 16 * 1024;
/// How long the pipes may stay open once the process has ended: a grandchild may hold them.
const PIPES_GRACE: Duration = Duration::from_secs(1);

#[derive(Clone, Copy)]
enum Pipe {
    Out,
    Err,
}

enum Happened {
    Output(Pipe, Vec<u8>),
    Closed,
    Ended(ExitStatus),
}

/// A running process. Dropping it kills it (SIGKILL), by its own process id.
pub(crate) struct Running {
    pid: Pid,
    events: Receiver<Happened>,
    open_pipes: u8,
    /// All of its standard output so far.
    pub(crate) stdout: Vec<u8>,
    /// All of its standard error so far.
    pub(crate) stderr: Vec<u8>,
    /// How it ended, once it has.
    pub(crate) status: Option<ExitStatus>,
    /// Where it writes a report that has to follow the schema.
    pub(crate) report: Option<Watched>,
}

impl Running {
    /// Starts `command` and writes `stdin` to it.
    ///
    /// # Panics
    /// When the program cannot be started.
    pub(crate) fn start(mut command: Command, stdin: Vec<u8>) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id fits"));
        let (sender, events) = channel();
        let mut input = child.stdin.take().expect("it is piped");
        // A process that does not read its input is not wrong.
        thread::spawn(move || drop(input.write_all(&stdin)));
        forward(child.stdout.take().expect("it is piped"), Pipe::Out, sender.clone());
        forward(child.stderr.take().expect("it is piped"), Pipe::Err, sender.clone());
        thread::spawn(move || {
            let status = child.wait().expect("a child can be waited for");
            let _ = sender.send(Happened::Ended(status));
        });
        let (stdout, stderr) = (vec![], vec![]);
        Self { pid, events, open_pipes: 2, stdout, stderr, status: None, report: None }
    }

    /// Waits until `done`, or until nothing more can happen, or for `limit`; tells whether `done`.
    pub(crate) fn until(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = Instant::now() + limit;
        while !done(self) {
            let left = end.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(happened) => self.note(happened),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return done(self);
                }
            }
        }
        true
    }

    fn note(&mut self, happened: Happened) {
        match happened {
            Happened::Output(Pipe::Out, bytes) => self.stdout.extend(bytes),
            Happened::Output(Pipe::Err, bytes) => self.stderr.extend(bytes),
            Happened::Closed => self.open_pipes -= 1,
            Happened::Ended(status) => self.status = Some(status),
        }
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.status.is_some()
    }

    /// Sends it a signal, unless it is known to have ended.
    pub(crate) fn signal(&self, signal: Signal) {
        if !self.has_ended() {
            // It may have ended just now.
            let _ = nix::sys::signal::kill(self.pid, signal);
        }
    }

    /// Waits for its end and for all of its output. After `limit` it is killed; tells whether it
    /// ended by itself.
    ///
    /// # Panics
    /// When it wrote a report that does not follow the schema.
    pub(crate) fn finish(&mut self, limit: Duration) -> bool {
        let in_time = self.until(limit, Self::has_ended);
        if !in_time {
            self.signal(Signal::SIGKILL);
            self.until(PIPES_GRACE, Self::has_ended);
        }
        self.until(PIPES_GRACE, |running| running.open_pipes == 0);
        let code = self.status.and_then(|status| status.code());
        let objection = self.report.take().and_then(|it| it.objection(code, &self.stdout));
        assert_eq!(objection, None);
        in_time
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.until(Duration::ZERO, Self::has_ended);
        self.signal(Signal::SIGKILL);
    }
}

fn forward(mut from: impl Read + Send + 'static, pipe: Pipe, to: Sender<Happened>) {
    thread::spawn(move || {
        let mut buffer = vec![0; PIPE_READ];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            let _ = to.send(Happened::Output(pipe, buffer[..count].to_vec()));
        }
        let _ = to.send(Happened::Closed);
    });
}
