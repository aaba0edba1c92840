//! `ssecheck merge`.

use ssecheck_load::merge::MergeError;
use ssecheck_model::exit;
use ssecheck_model::report::Report;
use ssecheck_report::text;

use crate::args::MergeArgs;
use crate::output::{Done, Formats, Stop};
use crate::report::read;
use crate::screen::Counter;

/// Joins shards and judges the whole.
pub(crate) fn merge(args: &MergeArgs) -> Done {
    let formats = Formats::open(&args.formats, &args.load_formats)?;
    let human = formats.human();
    let mut shards = Vec::new();
    let counter = Counter::start(human, "shards", args.shards.len());
    for path in &args.shards {
        shards.push(read(path)?);
        counter.step();
    }
    let report = ssecheck_load::merge::merge(shards).map_err(|error| refusal(args, &error))?;
    drop(counter);
    human.write(&text::load::results(&report, human.style));
    formats.write(&report)?;
    Ok(exit_code(&report, args.allow_doubts))
}

/// Names the file that an error is about.
fn refusal(args: &MergeArgs, error: &MergeError) -> Stop {
    let (position, cure) = match error {
        MergeError::NoLoad { position }
        | MergeError::Merged { position, .. }
        | MergeError::Capacity { position }
        | MergeError::Index { position, .. } => (*position, ""),
        MergeError::Differs { position, .. } => (*position, ALIKE),
        _ => return Stop::usage(error),
    };
    let file = position.checked_sub(1).and_then(|at| args.shards.get(at));
    let file = file.map_or_else(String::new, |file| format!("{}: ", file.display()));
    Stop::usage(format!("{file}{error}{cure}"))
}

/// What makes shards those of one run.
const ALIKE: &str = "; shards of one run have the same plan, flags, --start-at and version";

fn exit_code(report: &Report, allow_doubts: bool) -> u8 {
    match &report.load {
        _ if report.interrupted => exit::INTERRUPTED,
        Some(load) => load.exit_code(allow_doubts),
        None => exit::INCOMPLETE,
    }
}
