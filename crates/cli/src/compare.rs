//! `ssecheck compare`.

use std::path::{Path, PathBuf};

use ssecheck_model::comparison::Comparison;
use ssecheck_report::compare::{self, Settings};
use ssecheck_report::matrix::Subject;
use ssecheck_report::{html, json, markdown, text};

use crate::args::CompareArgs;
use crate::matrix::names;
use crate::output::{Done, Human, Stop, distinct, put};
use crate::report::read;

/// Compares what there is now with what there was before.
pub(crate) fn compare(args: &CompareArgs) -> Done {
    let (a, b) = sides(args)?;
    let all: Vec<PathBuf> = a.iter().chain(b).cloned().collect();
    distinct(formats(args))?;
    let mut subjects = load(&all)?;
    let b = subjects.split_off(a.len());
    let a = subjects;
    let settings = Settings {
        tolerance: args.tolerance,
        allow_doubts: args.allow_doubts,
        allow_differences: args.allow_differences,
    };
    let tool = crate::run::tool();
    let done = compare::compare(&a, &b, tool, settings).map_err(Stop::usage)?;
    write(args, &done, &a, &b)?;
    Ok(done.exit_code(args.fail_on_regression))
}

type Sides<'a> = (&'a [PathBuf], &'a [PathBuf]);

fn sides(args: &CompareArgs) -> Result<Sides<'_>, Stop> {
    match (args.reports.as_slice(), args.with.as_slice()) {
        ([a, b], []) => Ok((std::slice::from_ref(a), std::slice::from_ref(b))),
        (_, []) => Err(Stop::usage(
            "give two reports, or several of side A, then --with and several of side B",
        )),
        (a, b) => Ok((a, b)),
    }
}

/// Where the machine formats go that were asked for.
fn formats(args: &CompareArgs) -> impl Iterator<Item = &Path> {
    [&args.json, &args.html, &args.markdown].into_iter().filter_map(|path| path.as_deref())
}

fn load(paths: &[PathBuf]) -> Result<Vec<Subject>, Stop> {
    let subject = |(path, name): (&PathBuf, String)| Ok(Subject { name, report: read(path)? });
    paths.iter().zip(names(paths)).map(subject).collect()
}

fn write(args: &CompareArgs, done: &Comparison, a: &[Subject], b: &[Subject]) -> Result<(), Stop> {
    let human = Human::new(formats(args).any(|path| path == Path::new("-")));
    human.write(&text::comparison::render(done, human.style));
    put(args.json.as_deref(), || json::comparison(done))?;
    put(args.html.as_deref(), || html::comparison(done, a, b))?;
    put(args.markdown.as_deref(), || markdown::comparison::render(done))
}
