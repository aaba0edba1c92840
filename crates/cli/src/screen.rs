//! The terminal: finished lines that stay, and under them a view that is drawn over and over.
//!
//! One for the whole program, because complaints and panics come from everywhere and must not be
//! written into the midst of a view. A view ends above the cursor, which stays visible and at the
//! beginning of a line: however the program ends, the terminal is usable. It is drawn by a thread of
//! its own, so that a terminal that stands still (Ctrl-S) holds up nobody who only counts.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use ssecheck_report::{Style, text};

use crate::output::Human;
use crate::settings;

/// How often a view is drawn anew, if it has changed. The first time comes after the same time, so
/// that what is quick leaves the screen alone.
const TICK: Duration = Duration::from_millis(250);
/// How long nothing may be said where nobody watches.
const SILENCE: Duration = Duration::from_secs(30);
/// Least lines for a view, however low the terminal is.
const LEAST_LINES: usize = 2;

/// One of the two streams to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    Out,
    Err,
}

impl Stream {
    /// Whether a person is watching.
    pub(crate) fn is_terminal(self) -> bool {
        match self {
            Self::Out => io::stdout().is_terminal(),
            Self::Err => io::stderr().is_terminal(),
        }
    }

    /// Columns and lines, if it is a terminal that tells.
    pub(crate) fn size(self) -> Option<(usize, usize)> {
        let size = match self {
            Self::Out => terminal_size::terminal_size_of(io::stdout()),
            Self::Err => terminal_size::terminal_size_of(io::stderr()),
        };
        let (columns, lines) = size?;
        // A terminal that was never told its size has none.
        (columns.0 > 0 && lines.0 > 0).then_some((columns.0.into(), lines.0.into()))
    }

    fn write(self, text: &str) -> io::Result<()> {
        match self {
            Self::Out => {
                io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush())
            }
            Self::Err => io::stderr().write_all(text.as_bytes()),
        }
    }

    /// Whether we are the job that has the terminal. Another one's screen is not ours to draw on.
    #[cfg(unix)]
    fn is_ours(self) -> bool {
        use nix::unistd::{getpgrp, tcgetpgrp};
        let owner = match self {
            Self::Out => tcgetpgrp(io::stdout()),
            Self::Err => tcgetpgrp(io::stderr()),
        };
        // Not our controlling terminal (a container's console): nobody else can have it.
        owner.map_or(true, |owner| owner == getpgrp())
    }

    #[cfg(not(unix))]
    fn is_ours(self) -> bool {
        true
    }
}

/// What is on the screen below the finished lines.
#[derive(Debug, Default)]
struct Screen {
    view: Option<(Stream, Vec<String>)>,
}

static SCREEN: Mutex<Screen> = Mutex::new(Screen { view: None });

fn screen() -> MutexGuard<'static, Screen> {
    SCREEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Screen {
    /// What takes the view away, and leaves the cursor where it began.
    fn erasing(&self) -> String {
        match &self.view {
            Some((_, lines)) if !lines.is_empty() => format!("\r\x1b[{}A\x1b[J", lines.len()),
            _ => String::new(),
        }
    }

    /// What brings it back.
    fn drawing(&self) -> String {
        self.view.iter().flat_map(|(_, lines)| lines).map(|line| format!("{line}\n")).collect()
    }

    fn show(&mut self, stream: Stream, lines: Vec<String>) -> io::Result<()> {
        if self.view.as_ref().is_some_and(|(_, shown)| *shown == lines) {
            return Ok(());
        }
        let erasing = self.erasing();
        self.view = Some((stream, lines));
        // At once, so that nobody sees it without the view.
        stream.write(&(erasing + &self.drawing()))
    }

    fn erase(&mut self) {
        let erasing = self.erasing();
        if let Some((stream, _)) = self.view.take() {
            // There is nothing to clean on a terminal that is gone.
            let _ = stream.write(&erasing);
        }
    }
}

/// Writes finished lines above the view. A stream that nobody reads any more is no error.
pub(crate) fn write(stream: Stream, text: &str) {
    if text.is_empty() {
        return;
    }
    let screen = screen();
    let (erasing, drawing) = (screen.erasing(), screen.drawing());
    let _ = match &screen.view {
        Some((of_view, _)) if *of_view != stream => {
            let _ = of_view.write(&erasing);
            let _ = stream.write(text);
            of_view.write(&drawing)
        }
        _ => stream.write(&format!("{erasing}{text}{drawing}")),
    };
}

/// Takes the view off the screen before a panic's message comes. The lock may be held by the one that
/// panics.
pub(crate) fn clear_for_panic() {
    match SCREEN.try_lock() {
        Ok(mut screen) => screen.erase(),
        Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().erase(),
        Err(TryLockError::WouldBlock) => {}
    }
}

/// What stood on the screen is not above the cursor any more: a shell has written in between. What
/// comes next is drawn below.
pub(crate) fn forget() {
    screen().view = None;
}

/// The width that a view may use: one column less than there are, because some terminals go to the
/// next line when the last column is filled.
fn view_size(stream: Stream) -> (usize, usize) {
    let (columns, lines) = stream.size().unwrap_or((80, 24));
    (columns.saturating_sub(1), lines.saturating_sub(1).max(LEAST_LINES))
}

/// A view while it lasts; without a terminal, a line after a long silence. Ends with its value.
#[derive(Debug)]
pub(crate) struct Live {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Shows what `frame` says in so many columns. Its first line must tell enough alone: it is
    /// what is written, at times, where nobody watches.
    pub(crate) fn start(
        human: Human,
        frame: impl Fn(usize) -> Vec<String> + Send + 'static,
    ) -> Self {
        let (stop, stopped) = channel::<()>();
        let stream = human.stream();
        let step = move |spoken: &mut Instant| match human.is_live() {
            true => draw(stream, &frame),
            false => speak(human, &frame, spoken),
        };
        let work = move || {
            let (mut spoken, mut before, mut late) = (Instant::now(), Instant::now(), false);
            while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                // The process was stopped (Ctrl-Z): the signal that says so must be heard first. On
                // a machine that is always late, every other time is drawn.
                late = !late && before.elapsed() > 2 * TICK;
                before = Instant::now();
                if late {
                    continue;
                }
                // A terminal that is gone is not drawn on again.
                if step(&mut spoken).is_err() {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(work);
        // A run without its view is still a run.
        Self { stop: Some(stop), thread: thread.ok() }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It has told its panic itself.
            let _ = thread.join();
        }
        screen().erase();
    }
}

/// A view that counts steps.
#[derive(Debug)]
pub(crate) struct Counter {
    done: Arc<AtomicU64>,
    _live: Live,
}

impl Counter {
    pub(crate) fn start(human: Human, what: &'static str, total: usize) -> Self {
        let (done, began) = (Arc::new(AtomicU64::new(0)), Instant::now());
        let steps = Arc::clone(&done);
        let live = Live::start(human, move |width| {
            let counts = (steps.load(Ordering::Relaxed), total as u64);
            let style = Style { width, ..human.style };
            text::live::steps(what, counts, began.elapsed(), None, style)
        });
        Self { done, _live: live }
    }

    pub(crate) fn step(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }
}

fn draw(stream: Stream, frame: &impl Fn(usize) -> Vec<String>) -> io::Result<()> {
    if !stream.is_ours() {
        forget();
        return Ok(());
    }
    let (columns, most) = view_size(stream);
    let mut lines: Vec<String> =
        frame(columns).iter().map(|line| crate::secrets::hide(line)).collect();
    lines.truncate(most);
    screen().show(stream, lines)
}

/// A line now and then, so that a log shows that something goes on.
fn speak(
    human: Human,
    frame: &impl Fn(usize) -> Vec<String>,
    spoken: &mut Instant,
) -> io::Result<()> {
    if spoken.elapsed() >= SILENCE {
        *spoken = Instant::now();
        let line = frame(human.style.width).into_iter().next();
        line.iter().for_each(|line| human.write(&format!("{line}\n")));
    }
    Ok(())
}

/// Whether a view can be drawn on a stream: on a terminal that can move its cursor, and where it is
/// not a log that somebody reads later.
pub(crate) fn can_draw(stream: Stream) -> bool {
    let moves =
        settings::environment("TERM").is_some_and(|term| !term.is_empty() && term != "dumb");
    let is_log = settings::environment("CI").is_some_and(|ci| !ci.is_empty() && ci != "false");
    stream.is_terminal() && moves && !is_log
}

/// Whether the user's language is written in UTF-8, as the first of three variables says that is set.
pub(crate) fn speaks_utf8() -> bool {
    let mut named = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(settings::environment);
    let locale = named.find(|value| !value.is_empty()).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}
