//! A child process that is spoken to from one thread: its pipes are polled, so that neither side can
//! block the other, and no thread is left behind whatever the child does.

use std::io::{self, ErrorKind, Read, Write};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

mod os;

/// The longest line that is taken from an adapter.
pub(crate) const LINE_LIMIT: usize = 64 << 20;
/// How much of standard error is kept.
const TAIL: usize = 4 << 10;
/// The longest wait without a look at `stop`, and at whether the process is still there.
const TICK: Duration = Duration::from_millis(50);
/// The most that is read from one pipe before the others have their turn.
const GULP: usize = 1 << 20;

/// A child process, and what is on its way to and from it. Ends with all its children when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    /// What is still to be written, from `written` on.
    queue: Vec<u8>,
    written: usize,
    /// Whether standard input is to be closed once the queue is written.
    closing: bool,
    /// What was read and not taken, from `taken` on; up to `searched` there is no LF in it.
    inbox: Vec<u8>,
    taken: usize,
    searched: usize,
    tail: Vec<u8>,
    buffer: Box<[u8]>,
}

/// What came of waiting for a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// A line, without its LF.
    Line(Vec<u8>),
    /// Standard output was closed; nothing more will come.
    Closed,
    /// A line is longer than [`LINE_LIMIT`].
    TooLong,
    /// The time is over.
    Late,
    /// Somebody wants to stop.
    Stopped,
}

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its status; `None` if it had to be killed.
    pub(crate) status: Option<ExitStatus>,
    /// The last of what it wrote to standard error.
    pub(crate) stderr: String,
}

impl Process {
    /// Starts a command in a process group of its own.
    pub(crate) fn start(command: &[String]) -> io::Result<Self> {
        let Some((program, arguments)) = command.split_first() else {
            return Err(io::Error::new(ErrorKind::InvalidInput, "the command is empty"));
        };
        let mut command = Command::new(program);
        command.args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        os::own_group(&mut command);
        let mut child = command.spawn()?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let buffer = vec![0; 64 << 10].into_boxed_slice();
        let (queue, inbox, tail) = (Vec::new(), Vec::new(), Vec::new());
        let (written, taken, searched, closing) = (0, 0, 0, false);
        let process = Self {
            child,
            stdin,
            stdout,
            stderr,
            queue,
            written,
            closing,
            inbox,
            taken,
            searched,
            tail,
            buffer,
        };
        process.unblock()?;
        Ok(process)
    }

    fn unblock(&self) -> io::Result<()> {
        self.stdin.as_ref().map_or(Ok(()), os::unblock)?;
        self.stdout.as_ref().map_or(Ok(()), os::unblock)?;
        self.stderr.as_ref().map_or(Ok(()), os::unblock)
    }

    /// Puts bytes on the way. They leave while [`next_line`](Self::next_line) waits.
    pub(crate) fn send(&mut self, bytes: &[u8]) {
        if self.stdin.is_some() {
            self.queue.extend_from_slice(bytes);
        }
    }

    /// How many bytes have not left yet.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len() - self.written
    }

    /// Ends standard input once all is written.
    pub(crate) fn close_input(&mut self) {
        self.closing = true;
        self.close_if_written();
    }

    /// Forgets what came on standard error.
    pub(crate) fn forget_stderr(&mut self) {
        self.tail.clear();
    }

    /// Waits for a line on standard output.
    pub(crate) fn next_line(&mut self, until: Instant, stop: &AtomicBool) -> Next {
        loop {
            if let Some(line) = self.take_line() {
                return Next::Line(line);
            }
            if self.inbox.len() - self.taken > LINE_LIMIT {
                return Next::TooLong;
            }
            if let Some(end) = self.pump(until, stop) {
                return self.take_line().map_or(end, Next::Line);
            }
        }
    }

    /// Waits until standard output is closed: gives all that came.
    pub(crate) fn all_output(&mut self, until: Instant, stop: &AtomicBool) -> Next {
        loop {
            if self.inbox.len() > LINE_LIMIT {
                return Next::TooLong;
            }
            match self.pump(until, stop) {
                Some(Next::Closed) => return Next::Line(std::mem::take(&mut self.inbox)),
                Some(other) => return other,
                None => {}
            }
        }
    }

    /// Reads and writes what can be read and written; waits a little if nothing can.
    fn pump(&mut self, until: Instant, stop: &AtomicBool) -> Option<Next> {
        if stop.load(Ordering::Relaxed) {
            return Some(Next::Stopped);
        }
        let left = until.saturating_duration_since(Instant::now());
        let moved = self.turn(left.min(TICK));
        // What a dead process wrote is still there to be read, so it is gone only once nothing moves.
        let gone = !moved && matches!(self.child.try_wait(), Ok(Some(_)) | Err(_));
        if self.stdout.is_none() || gone {
            return Some(Next::Closed);
        }
        left.is_zero().then_some(Next::Late)
    }

    fn take_line(&mut self) -> Option<Vec<u8>> {
        let new = &self.inbox[self.searched..];
        let Some(length) = new.iter().position(|byte| *byte == b'\n') else {
            self.inbox.drain(..self.taken);
            (self.taken, self.searched) = (0, self.inbox.len());
            return None;
        };
        let end = self.searched + length;
        let line = self.inbox[self.taken..end].to_vec();
        (self.taken, self.searched) = (end + 1, end + 1);
        Some(line)
    }

    /// One round over the pipes. Whether anything came from the process.
    fn turn(&mut self, within: Duration) -> bool {
        let writing = self.queued() > 0;
        os::wait(
            self.stdin.as_ref().filter(|_| writing),
            self.stdout.as_ref(),
            self.stderr.as_ref(),
            within,
        );
        self.write();
        let said = self.read_stderr();
        self.read_stdout() || said
    }

    fn write(&mut self) {
        while let (Some(stdin), true) = (&mut self.stdin, self.written < self.queue.len()) {
            match stdin.write(&self.queue[self.written..]) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // It reads no more. What it still has to say decides.
                Err(_) => self.stdin = None,
            }
        }
        if self.stdin.is_none() || self.written == self.queue.len() {
            self.queue.clear();
            self.written = 0;
        } else if self.written > GULP {
            self.queue.drain(..self.written);
            self.written = 0;
        }
        self.close_if_written();
    }

    fn close_if_written(&mut self) {
        if self.closing && self.queued() == 0 {
            self.stdin = None;
        }
    }

    fn read_stdout(&mut self) -> bool {
        let inbox = &mut self.inbox;
        read(&mut self.stdout, &mut self.buffer, &mut |bytes| inbox.extend_from_slice(bytes))
    }

    fn read_stderr(&mut self) -> bool {
        let tail = &mut self.tail;
        read(&mut self.stderr, &mut self.buffer, &mut |bytes| {
            tail.extend_from_slice(bytes);
            let surplus = tail.len().saturating_sub(TAIL);
            tail.drain(..surplus);
        })
    }

    /// Closes standard input, waits for the process to end by itself, and kills what is left of its
    /// group after `grace`.
    pub(crate) fn end(mut self, grace: Duration) -> Ended {
        self.queue.truncate(self.written);
        self.close_input();
        let until = Instant::now() + grace;
        let mut status = None;
        let mut pause = Duration::from_millis(1);
        while status.is_none() && Instant::now() < until {
            // Both pipes are read so that it does not hang in its last words.
            if self.stdout.is_some() || self.stderr.is_some() {
                self.turn(pause);
                self.inbox.clear();
            } else {
                std::thread::sleep(pause);
            }
            pause = (pause * 2).min(TICK);
            status = self.child.try_wait().ok().flatten();
        }
        while self.read_stderr() {} // what a dead process wrote is there already
        (self.taken, self.searched) = (0, 0);
        let stderr = String::from_utf8_lossy(&self.tail).trim().to_owned();
        Ended { status, stderr }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Also after it has ended by itself: its group is all that it may have left behind.
        os::kill_group(&mut self.child);
        let _ = self.child.wait();
    }
}

/// Reads what is there, and closes the pipe at its end. Whether anything was read.
fn read<R: Read>(pipe: &mut Option<R>, buffer: &mut [u8], take: &mut dyn FnMut(&[u8])) -> bool {
    let mut total = 0;
    while let (Some(open), true) = (pipe.as_mut(), total < GULP) {
        match open.read(buffer) {
            Ok(0) => *pipe = None,
            Ok(count) => {
                total += count;
                take(&buffer[..count]);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(_) => *pipe = None,
        }
    }
    total > 0
}
