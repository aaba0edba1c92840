//! `ssecheck recheck`.

use std::io::Read;
use std::path::Path;
use std::time::Instant;

use ssecheck_conformance::Suite;
use ssecheck_conformance::capture::{
    MAX_PLAIN_BYTES, Rechecked, recheck as of_folder, recheck_stream,
};
use ssecheck_model::exit;
use ssecheck_model::report::{CheckResult, Report};
use ssecheck_model::verdict::Outcome;
use ssecheck_report::{sanitize, text};

use crate::args::{LoadFormatArgs, RecheckArgs};
use crate::output::{Done, Formats, Human, Stop};
use crate::run::tool;
use crate::screen::Counter;
use crate::settings;

/// Judges captures and saved streams again. With several, the exit code is the worst of theirs.
pub(crate) fn recheck(args: &RecheckArgs) -> Done {
    let formats = Formats::open(&args.formats, &LoadFormatArgs::default())?;
    if args.captures.len() > 1 && !formats.is_empty() {
        return Err(Stop::usage(
            "a machine format takes one capture: name one, or run once for each",
        ));
    }
    let suite = settings::whole_suite(args.cases.as_deref())?;
    let human = formats.human();
    let mut reports = Vec::new();
    let counter = Counter::start(human, "captures", args.captures.len());
    for path in &args.captures {
        reports.push(judged(path, &suite, args.strict, human)?);
        counter.step();
    }
    drop(counter);
    if let [report] = reports.as_slice() {
        formats.write(report)?;
    }
    Ok(reports.iter().map(exit_code).max_by_key(|code| rank(*code)).unwrap_or(exit::INCOMPLETE))
}

/// A failure is certain, so it outweighs what could not be told.
fn rank(code: u8) -> usize {
    let order = [exit::OK, exit::INTERRUPTED, exit::INCOMPLETE, exit::FAILED];
    order.iter().position(|known| *known == code).unwrap_or(order.len())
}

fn exit_code(report: &Report) -> u8 {
    match &report.conformance {
        _ if report.interrupted => exit::INTERRUPTED,
        Some(conformance) => conformance.exit_code(),
        None => exit::INCOMPLETE,
    }
}

fn judged(path: &Path, suite: &Suite, strict: bool, human: Human) -> Result<Report, Stop> {
    let clock = Instant::now();
    let is_folder = path.is_dir();
    let rechecked = match is_folder {
        true => of_folder(path, suite.clone(), strict).map_err(Stop::usage)?,
        false => of_file(path, suite, strict)?,
    };
    let notes = rechecked.notes.clone();
    let report = report(rechecked, clock);
    human.write(&text::render(&report, human.style));
    for note in notes {
        human.note(&sanitize::line(&note, sanitize::BLOCK_LIMIT));
    }
    if !is_folder {
        human.write(&list(&report));
    }
    Ok(report)
}

fn report(rechecked: Rechecked, clock: Instant) -> Report {
    Report {
        started_at: rechecked.started_at,
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        interrupted: rechecked.interrupted,
        conformance: Some(rechecked.conformance),
        ..Report::new(tool(), rechecked.target)
    }
}

fn of_file(path: &Path, suite: &Suite, strict: bool) -> Result<Rechecked, Stop> {
    let name = match path == Path::new("-") {
        true => "standard input".to_owned(),
        false => path.display().to_string(),
    };
    let failed = |why: &dyn std::fmt::Display| Stop::usage(format!("cannot read {name}: {why}"));
    let source: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(std::io::stdin()),
        false => Box::new(std::fs::File::open(path).map_err(|error| failed(&error))?),
    };
    let mut bytes = Vec::new();
    source.take(MAX_PLAIN_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    match bytes.len() as u64 {
        0 => return Err(failed(&"it is empty")),
        1..=MAX_PLAIN_BYTES => {}
        _ => {
            let limit = MAX_PLAIN_BYTES >> 20;
            let cure = format!("it is larger than {limit} MiB; cut it: head -c {limit}M {name}");
            return Err(failed(&cure));
        }
    }
    if bytes.starts_with(b"{\"schema\":\"ssecheck.") || bytes.starts_with(b"{\n  \"schema\"") {
        return Err(failed(&"it is one file of a capture: give the folder that it lies in"));
    }
    recheck_stream(&name, &bytes, suite, strict).map_err(|why| failed(&why))
}

/// What was judged, and what was not.
fn list(report: &Report) -> String {
    let checks = report.conformance.as_ref().map_or(&[][..], |part| &part.checks);
    let judged = |check: &&CheckResult| check.outcome != Outcome::NotApplicable;
    let line = |check: &CheckResult| format!("  {:7} {}\n", check.outcome.as_str(), check.id);
    let lines: String = checks.iter().filter(judged).map(line).collect();
    format!("judged:\n{lines}")
}
