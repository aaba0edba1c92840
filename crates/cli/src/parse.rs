//! `ssecheck parse`: what a stream says, as JSON lines.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use serde::Serialize;
use ssecheck_model::exit;
use ssecheck_parser::{FinalState, Item, LimitError, Lint, Parser, Sink, Span};
use ssecheck_report::json;

use crate::args::ParseArgs;
use crate::output::{Done, Stop};

/// How much is read at once, in bytes. What there is less is taken at once, so that a live stream is
/// shown as it comes.
const CHUNK: usize = 64 << 10;

/// One line.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Line<'a> {
    Event { r#type: &'a str, data: &'a str, last_event_id: &'a str, bytes: [u64; 2] },
    Comment { text: &'a str, bytes: [u64; 2] },
    Retry { ms: u64, bytes: [u64; 2] },
    Id { value: &'a str, bytes: [u64; 2] },
    Lint { code: &'static str, about: &'static [&'static str], bytes: [u64; 2] },
    End(End<'a>),
}

#[derive(Debug, Serialize)]
struct End<'a> {
    bytes: u64,
    last_event_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<u64>,
    /// The unfinished block that a client drops.
    #[serde(skip_serializing_if = "Option::is_none")]
    discarded: Option<[u64; 2]>,
    /// Why it ended before the end of the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Writes lines, and remembers the first failure.
struct Lines<W> {
    out: W,
    lints: bool,
    failed: Option<io::Error>,
}

impl<W: Write> Lines<W> {
    fn put(&mut self, line: &Line<'_>) {
        if self.failed.is_none() {
            let text = json::line_of(line);
            self.failed = self.out.write_all(text.as_bytes()).err();
        }
    }

    fn flush(&mut self) {
        if self.failed.is_none() {
            self.failed = self.out.flush().err();
        }
    }
}

impl<W: Write> Sink for Lines<W> {
    const LINTS: bool = true;

    fn item(&mut self, span: Span, item: Item<'_>) {
        let bytes = both(span);
        self.put(&match item {
            Item::Event(event) => Line::Event {
                r#type: event.event_type,
                data: event.data,
                last_event_id: event.last_event_id,
                bytes,
            },
            Item::Comment(text) => Line::Comment { text, bytes },
            Item::Retry(ms) => Line::Retry { ms, bytes },
            Item::Id(value) => Line::Id { value, bytes },
        });
    }

    fn lint(&mut self, lint: Lint) {
        if self.lints {
            let (code, about) = (lint.code.as_str(), lint.code.catalogue_ids());
            self.put(&Line::Lint { code, about, bytes: both(lint.span) });
        }
    }
}

fn both(span: Span) -> [u64; 2] {
    [span.start, span.end]
}

/// Prints the items and lints of a file or of standard input.
pub(crate) fn parse(args: &ParseArgs) -> Done {
    let lines =
        Lines { out: io::BufWriter::new(io::stdout()), lints: !args.no_lints, failed: None };
    match args.file.as_deref().filter(|path| *path != Path::new("-")) {
        None => all(io::stdin().lock(), "standard input", lines),
        Some(path) => {
            let name = path.display().to_string();
            let failed = |error| Stop::usage(format!("cannot read {name}: {error}"));
            all(File::open(path).map_err(failed)?, &name, lines)
        }
    }
}

fn all<W: Write>(mut input: impl Read, name: &str, mut lines: Lines<W>) -> Done {
    let mut parser = Parser::new();
    let mut buffer = vec![0; CHUNK];
    let mut error = None;
    while error.is_none() && lines.failed.is_none() {
        let read = match input.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Stop::usage(format!("cannot read {name}: {error}"))),
        };
        error = parser.feed(&buffer[..read], &mut lines).err();
        lines.flush();
    }
    let state = parser.finish(&mut lines);
    lines.put(&Line::End(end(&state, error)));
    lines.flush();
    match lines.failed {
        Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Stop::setup(format!("cannot write to standard output: {error}")))
        }
        _ if error.is_some() => Ok(exit::FAILED),
        _ => Ok(exit::OK),
    }
}

fn end(state: &FinalState, error: Option<LimitError>) -> End<'_> {
    End {
        bytes: state.bytes,
        last_event_id: &state.last_event_id,
        retry: state.retry,
        discarded: state.pending.map(both),
        error: error.map(|error| error.to_string()),
    }
}
