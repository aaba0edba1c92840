//! The program on a terminal, and what a person would see there.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use super::program::{path, workspace};

/// Far more than any run in these tests takes.
const LIMIT: Duration = Duration::from_secs(120);

/// `ssecheck` on a terminal of its own. Dropping it kills it, by its own process id.
pub(crate) struct Terminal {
    child: Child,
    master: File,
    output: Receiver<Vec<u8>>,
    screen: vt100::Parser,
    /// Every byte that was written.
    pub(crate) raw: Vec<u8>,
    /// The rows that went on in the next one, since the terminal has its present size.
    overflowed: BTreeSet<String>,
}

/// How a terminal is set up.
pub(crate) struct Setup<'a> {
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) env: &'a [(&'a str, &'a str)],
    /// Standard output is a pipe that somebody else reads; only standard error is the terminal.
    pub(crate) stdout: Option<File>,
}

impl Setup<'_> {
    /// As wide as this, and so high that nothing scrolls away.
    pub(crate) fn wide(columns: u16) -> Self {
        Self { columns, rows: 400, env: &[], stdout: None }
    }
}

/// Variables that would change what is tested, wherever the tests run.
const UNSET: [&str; 7] =
    ["CI", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LC_CTYPE", "LANG", "COLORTERM"];

impl Terminal {
    /// Starts it with these arguments.
    ///
    /// # Panics
    /// When there is no terminal to be had.
    pub(crate) fn start(arguments: &[&str], setup: Setup<'_>) -> Self {
        let (master, slave) = pair();
        set_size(&master, setup.columns, setup.rows);
        let same = || slave.try_clone().expect("a descriptor");
        let mut command = Command::new(path());
        command.args(arguments).current_dir(workspace());
        for name in UNSET {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        command.envs(setup.env.iter().copied());
        let stdout = setup.stdout.map_or_else(|| Stdio::from(same()), Stdio::from);
        command.stdin(same()).stdout(stdout).stderr(same());
        let child = command.spawn().expect("ssecheck starts");
        // The descriptors that the command still holds would keep the terminal open.
        drop((command, slave));
        let (sender, output) = channel();
        let mut reader = master.try_clone().expect("a descriptor");
        std::thread::spawn(move || {
            let mut buffer = vec![0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(setup.rows, setup.columns, 0);
        Self { child, master, output, screen, raw: Vec::new(), overflowed: BTreeSet::new() }
    }

    /// What stands on the screen, without the spaces at the ends of lines.
    pub(crate) fn text(&self) -> String {
        let (_, columns) = self.screen.screen().size();
        let rows = self.screen.screen().rows(0, columns);
        let text = rows.map(|row| row.trim_end().to_owned() + "\n").collect::<String>();
        text.trim_end_matches('\n').to_owned() + "\n"
    }

    /// Waits until the screen shows what is wanted; tells whether it does.
    pub(crate) fn shows(&mut self, wanted: impl Fn(&str) -> bool) -> bool {
        let end = Instant::now() + LIMIT;
        while !wanted(&self.text()) {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.take(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return wanted(&self.text());
                }
            }
        }
        true
    }

    /// Waits until the screen shows a text.
    ///
    /// # Panics
    /// When it never does.
    pub(crate) fn expect(&mut self, text: &str) {
        assert!(self.shows(|screen| screen.contains(text)), "no `{text}` on\n{}", self.text());
    }

    fn take(&mut self, bytes: &[u8]) {
        self.raw.extend(bytes);
        self.screen.process(bytes);
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        let rows = (0..).zip(screen.rows(0, columns));
        // The first row alone says what line it is.
        let begins = |row: u16| row == 0 || !screen.row_wrapped(row - 1);
        let over = rows.filter(|(row, _)| screen.row_wrapped(*row) && begins(*row));
        let over = over.map(|(_, text)| text);
        self.overflowed.extend(over);
    }

    /// The lines that did not fit, as far as they did.
    pub(crate) fn overflowed(&self) -> Vec<&str> {
        self.overflowed.iter().map(String::as_str).collect()
    }

    /// The row and column of the cursor, from 0, and whether it is hidden.
    pub(crate) fn cursor(&self) -> ((u16, u16), bool) {
        let screen = self.screen.screen();
        (screen.cursor_position(), screen.hide_cursor())
    }

    /// The colour in which the first sign of a text is written.
    pub(crate) fn color_of(&self, text: &str) -> Option<vt100::Color> {
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        let (row, line) = screen.rows(0, columns).enumerate().find(|(_, it)| it.contains(text))?;
        let column = line[..line.find(text)?].chars().count();
        let cell = screen.cell(u16::try_from(row).ok()?, u16::try_from(column).ok()?)?;
        Some(cell.fgcolor())
    }

    /// Makes the terminal another size, as a person does with a window.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        set_size(&self.master, columns, rows);
        self.screen.screen_mut().set_size(rows, columns);
        self.overflowed.clear();
    }

    /// Stops it, and takes in what it has written until then.
    ///
    /// # Panics
    /// When it does not stop.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::SIGSTOP);
        let status = waitpid(self.pid(), Some(WaitPidFlag::WUNTRACED)).expect("it is ours");
        assert!(matches!(status, WaitStatus::Stopped(..)), "{status:?}");
        // What it wrote is on its way through the terminal; nothing tells when it is all.
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(300)) {
            self.take(&bytes);
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process id fits"))
    }

    /// Writes on the terminal what another program would: the shell, after Ctrl-Z.
    pub(crate) fn written_by_others(&mut self, text: &str) {
        self.take(text.as_bytes());
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // It may have ended just now.
        let _ = kill(self.pid(), signal);
    }

    /// Waits for the end and takes in the rest of what was written.
    ///
    /// # Panics
    /// When it does not end.
    pub(crate) fn end(&mut self) -> Option<i32> {
        while let Ok(bytes) = self.output.recv_timeout(LIMIT) {
            self.take(&bytes);
        }
        // The terminal is closed when the last process that has it ends.
        self.child.wait().expect("it can be waited for").code()
    }

    /// Closes the terminal under the program, as a window that is closed, and waits for its end;
    /// tells whether it came.
    pub(crate) fn hang_up(mut self) -> bool {
        // The reader's descriptor goes with the next bytes, which nobody takes.
        let (_, nobody) = channel();
        self.output = nobody;
        self.master = File::open("/dev/null").expect("it is there");
        let end = Instant::now() + LIMIT;
        while Instant::now() < end {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                ended => return ended.is_ok(),
            }
        }
        false
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // One that has ended is not killed again: `kill` knows.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn pair() -> (File, OwnedFd) {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    let master = openpt(flags).expect("a terminal");
    grantpt(&master).expect("the other end");
    unlockpt(&master).expect("the other end");
    let name = ptsname(&master, Vec::new()).expect("the other end has a name");
    let name = std::ffi::OsStr::from_bytes(name.as_bytes());
    // A terminal that becomes that of the tests would end them when it is closed.
    let not_ours = i32::try_from(OpenptFlags::NOCTTY.bits()).expect("a flag");
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true);
    let slave = std::os::unix::fs::OpenOptionsExt::custom_flags(options, not_ours).open(name);
    (File::from(master), slave.expect("the other end opens").into())
}

fn set_size(master: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(master, size).expect("a terminal has a size");
}
