//! Everything that leaves the program: human text, machine formats, complaints.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anstream::ColorChoice;
use ssecheck_model::exit;
use ssecheck_model::report::Report;
use ssecheck_report::{
    Style, csv, github, hgrm, hlog, html, json, junit, markdown, openmetrics, sanitize, sarif, tap,
};

use crate::args::{FormatArgs, LoadFormatArgs};
use crate::screen::{self, Stream};

/// Why the program ends before its work is done.
#[derive(Debug)]
pub(crate) struct Stop {
    code: u8,
    message: String,
}

impl Stop {
    /// Wrong usage, or a bad file.
    #[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
    pub(crate) fn usage(message: impl ToString) -> Self {
        Self { code: exit::USAGE, message: message.to_string() }
    }

    /// The target cannot be reached, or set-up failed.
    #[expect(clippy::needless_pass_by_value, reason = "made for map_err")]
    pub(crate) fn setup(message: impl ToString) -> Self {
        Self { code: exit::INCOMPLETE, message: message.to_string() }
    }

    /// Tells the user, and gives the exit code.
    pub(crate) fn tell(&self) -> u8 {
        complain(&self.message);
        self.code
    }

    /// Interrupted before there was anything to report.
    pub(crate) fn interrupted() -> Self {
        Self { code: exit::INTERRUPTED, message: "interrupted".to_owned() }
    }
}

/// The result of a command: an exit code, or why it stopped.
pub(crate) type Done = Result<u8, Stop>;

/// The longest complaint, in characters.
const COMPLAINT: usize = 8192;

/// Writes an error for people on standard error.
pub(crate) fn complain(message: &str) {
    let text = sanitize::block(&crate::secrets::hide(message), COMPLAINT);
    let prefix = if text.starts_with("error") { "" } else { "error: " };
    let text = format!("{prefix}{text}");
    let lines = text.lines().map(|line| complaint_line(line) + "\n");
    screen::write(Stream::Err, &lines.collect::<String>());
}

/// A line of a complaint, wrapped for a terminal; one that shows a file's text, with its number and
/// a bar before it, keeps its columns.
fn complaint_line(line: &str) -> String {
    let number = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let shows = number.trim_start().starts_with(['|', '-', '=']);
    let too_long = |width: &usize| !shows && line.chars().count() > *width;
    match width(Stream::Err).filter(too_long) {
        Some(width) => {
            let style = Style { color: false, width };
            ssecheck_report::text::prose(line, style).trim_end().to_owned()
        }
        None => line.to_owned(),
    }
}

/// Where human text goes: to standard error when standard output carries a machine format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Human {
    stream: Stream,
    live: bool,
    /// Colour and width of the stream.
    pub(crate) style: Style,
}

/// Text wider than this is hard to read; narrower than that is not served.
const WIDTHS: (usize, usize) = (20, 100);

impl Human {
    pub(crate) fn new(machine_on_stdout: bool) -> Self {
        let (stream, choice) = match machine_on_stdout {
            true => (Stream::Err, anstream::AutoStream::choice(&io::stderr())),
            false => (Stream::Out, anstream::AutoStream::choice(&io::stdout())),
        };
        let color = !matches!(choice, ColorChoice::Never);
        let width = width(stream).unwrap_or(Style::PLAIN.width);
        Self { stream, live: screen::can_draw(stream), style: Style { color, width } }
    }

    /// The stream that it is.
    pub(crate) fn stream(self) -> Stream {
        self.stream
    }

    /// Whether a person is watching on a terminal that can be drawn on.
    pub(crate) fn is_live(self) -> bool {
        self.live
    }

    /// Writes a sentence, wrapped.
    pub(crate) fn say(self, text: &str) {
        self.write(&ssecheck_report::text::prose(text, self.style));
    }

    /// Writes a note, wrapped.
    pub(crate) fn note(self, text: &str) {
        self.write(&ssecheck_report::text::entry("note:", text, 6, self.style));
    }

    /// Writes finished lines, without secrets. A closed pipe (`| head`) is no error.
    pub(crate) fn write(self, text: &str) {
        screen::write(self.stream, &crate::secrets::hide(text));
    }
}

/// The columns for text on a stream; `None` where it is no terminal.
pub(crate) fn width(stream: Stream) -> Option<usize> {
    let size = if stream.is_terminal() { stream.size() } else { None };
    size.map(|(columns, _)| columns.clamp(WIDTHS.0, WIDTHS.1))
}

/// Writes text that is the result of a command to standard output; a closed pipe is no error, a
/// full disk is.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let mut out = io::stdout();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::setup(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// An entry of a list on standard output: wrapped where a person reads it, one line in a pipe, where
/// it may be searched.
pub(crate) fn listed(label: &str, text: &str) -> String {
    match width(Stream::Out) {
        Some(width) => {
            let style = Style { color: false, width };
            ssecheck_report::text::entry(label, text, label.len(), style)
        }
        None => format!("{label}{text}").trim_end().to_owned() + "\n",
    }
}

/// Writes a document that was asked for: into a file, or to standard output for `-`.
pub(crate) fn put(path: Option<&Path>, text: impl FnOnce() -> String) -> Result<(), Stop> {
    match path {
        None => Ok(()),
        Some(path) if path == Path::new("-") => print(&text()),
        Some(path) => replace(path, &text()),
    }
}

/// Refuses two formats that go to one place, which would leave one of them.
pub(crate) fn distinct<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<(), Stop> {
    let mut known: Vec<&Path> = Vec::new();
    for path in paths {
        if known.contains(&path) {
            return Err(Stop::usage(format!("two formats cannot go to {}", path.display())));
        }
        known.push(path);
    }
    Ok(())
}

type Render = fn(&Report) -> Result<String, String>;

/// The machine formats that were asked for. Files are created before the run, so that a wrong path
/// fails at once, and appear under their name only when they are whole.
#[derive(Debug)]
pub(crate) struct Formats {
    files: Vec<(PendingFile, Render)>,
    stdout: Option<Render>,
}

#[derive(Debug)]
struct PendingFile {
    path: PathBuf,
    /// Where it is written until it is whole; `None` for what is no regular file (a device, a
    /// pipe, a link), which must be written to and never replaced.
    temporary: Option<PathBuf>,
    file: File,
}

impl Formats {
    /// Creates the files.
    pub(crate) fn open(args: &FormatArgs, load: &LoadFormatArgs) -> Result<Self, Stop> {
        let wanted: [(&Option<PathBuf>, Render); 9] = [
            (&args.json, |report| Ok(json::render(report))),
            (&args.junit, |report| Ok(junit::render(report))),
            (&args.sarif, |report| Ok(sarif::render(report))),
            (&args.html, |report| Ok(html::render(report))),
            (&args.markdown, |report| Ok(markdown::render(report))),
            (&load.csv, |report| csv::series(report).map_err(|error| error.to_string())),
            (&load.hgrm, hgrm_of),
            (&load.hlog, |report| hlog::log(report).map_err(|error| error.to_string())),
            (&load.openmetrics, |report| {
                openmetrics::text(report).map_err(|error| error.to_string())
            }),
        ];
        let mut formats = Self { files: Vec::new(), stdout: None };
        let named = wanted.iter().filter_map(|(path, _)| path.as_deref());
        distinct(named.filter(|path| *path != Path::new("-")))?;
        for (path, render) in wanted {
            match path {
                Some(path) if path == Path::new("-") => formats.claim_stdout(render)?,
                Some(path) => formats.files.push((PendingFile::create(path)?, render)),
                None => {}
            }
        }
        if args.tap {
            formats.claim_stdout(|report| Ok(tap::render(report)))?;
        }
        if args.github {
            formats.claim_stdout(|report| Ok(github::render(report)))?;
        }
        Ok(formats)
    }

    fn claim_stdout(&mut self, render: Render) -> Result<(), Stop> {
        match self.stdout.replace(render) {
            None => Ok(()),
            Some(_) => Err(Stop::usage("only one format can go to standard output")),
        }
    }

    /// Where human text goes beside them.
    pub(crate) fn human(&self) -> Human {
        Human::new(self.stdout.is_some())
    }

    /// Whether nothing was asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && self.stdout.is_none()
    }

    /// Writes all of them.
    pub(crate) fn write(self, report: &Report) -> Result<(), Stop> {
        let mut failed = None;
        for (file, render) in self.files {
            match render(report) {
                Ok(text) => file.finish(&text)?,
                // The others are written all the same.
                Err(error) => {
                    let path = file.path.display().to_string();
                    failed = Some(Stop::setup(format!("nothing to write to {path}: {error}")));
                }
            }
        }
        if let Some(render) = self.stdout {
            print(&render(report).map_err(Stop::setup)?)?;
        }
        failed.map_or(Ok(()), Err)
    }
}

/// Writes a file as a whole: until it is, the old one stays.
pub(crate) fn replace(path: &Path, text: &str) -> Result<(), Stop> {
    PendingFile::create(path)?.finish(text)
}

/// The distribution of the time that matters most of those measured.
fn hgrm_of(report: &Report) -> Result<String, String> {
    let metric = hgrm::default_metric(report).ok_or("no latency of events was measured")?;
    hgrm::distribution(report, metric).map_err(|error| error.to_string())
}

impl PendingFile {
    fn create(path: &Path) -> Result<Self, Stop> {
        let failed = |error| Stop::usage(format!("cannot write {}: {error}", path.display()));
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        let special = std::fs::symlink_metadata(path).is_ok_and(|found| !found.is_file());
        let temporary = (!special).then(|| partial(path));
        let mut options = std::fs::OpenOptions::new();
        let options = options.write(true).create(!special).truncate(!special);
        let file = options.open(temporary.as_deref().unwrap_or(path)).map_err(failed)?;
        Ok(Self { path: path.to_owned(), temporary, file })
    }

    fn finish(mut self, text: &str) -> Result<(), Stop> {
        if self.temporary.is_none() {
            // A link may lead to an old report; a device or pipe has no length to set.
            let _ = self.file.set_len(0);
        }
        let written = self.file.write_all(text.as_bytes()).and_then(|()| self.file.flush());
        let named = written.and_then(|()| match &self.temporary {
            Some(temporary) => std::fs::rename(temporary, &self.path),
            None => Ok(()),
        });
        named.map_err(|error| Stop::setup(format!("cannot write {}: {error}", self.path.display())))
    }
}

impl Drop for PendingFile {
    fn drop(&mut self) {
        if let Some(temporary) = &self.temporary {
            // After a rename there is nothing left to remove.
            let _ = std::fs::remove_file(temporary);
        }
    }
}

/// A name beside `path`, so that the rename stays on one file system.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}
