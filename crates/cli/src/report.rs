//! `ssecheck report`.

use std::io::Read;
use std::path::Path;

use ssecheck_model::report::Report;
use ssecheck_report::{json, text};

use crate::args::ReportArgs;
use crate::output::{Done, Formats, Stop};
use crate::settings;

/// The largest report that is read, in bytes.
const MAX_REPORT: u64 = 256 * 1024 * 1024;

/// Renders a saved report again. The exit code is that of the run.
pub(crate) fn report(args: &ReportArgs) -> Done {
    let report = read(&args.from)?;
    if let (None, Some(flag)) = (&report.load, args.load_formats.first()) {
        let from = args.from.display();
        return Err(Stop::usage(format!(
            "{flag} shows the figures of a load run, and {from} has none"
        )));
    }
    let formats = Formats::open(&args.formats, &args.load_formats)?;
    if formats.is_empty() {
        let human = formats.human();
        match &report.selftest {
            Some(selftest) => human.write(&text::kill_matrix(selftest, human.style)),
            None => human.write(&text::render(&report, human.style)),
        }
    }
    formats.write(&report)?;
    Ok(exit_code(&report, args.allow_doubts))
}

/// A saved report; `-` is standard input.
pub(crate) fn read(path: &Path) -> Result<Report, Stop> {
    let text = match path == Path::new("-") {
        true => from_stdin()?,
        false => settings::read(path)?,
    };
    json::read(&text).map_err(|error| Stop::usage(format!("{}: {error}", path.display())))
}

fn from_stdin() -> Result<String, Stop> {
    let mut text = String::new();
    let read = std::io::stdin().take(MAX_REPORT).read_to_string(&mut text);
    read.map_err(|error| Stop::usage(format!("cannot read standard input: {error}")))?;
    Ok(text)
}

fn exit_code(report: &Report, allow_doubts: bool) -> u8 {
    use ssecheck_model::exit;
    if let (false, Some(parser)) = (report.interrupted, &report.parser) {
        return parser.exit_code();
    }
    match (&report.conformance, &report.selftest, &report.load) {
        _ if report.interrupted => exit::INTERRUPTED,
        (Some(conformance), ..) => conformance.exit_code(),
        (None, Some(selftest), _) if selftest.is_good() => exit::OK,
        (None, Some(_), _) => exit::FAILED,
        (None, None, Some(load)) => load.exit_code(allow_doubts),
        (None, None, None) => exit::INCOMPLETE,
    }
}
