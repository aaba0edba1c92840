//! `ssecheck compare`.

use std::path::{Path, PathBuf};

use ssecheck_model::comparison::Comparison;
use ssecheck_report::compare::{self, Settings};
use ssecheck_report::matrix::Subject;
use ssecheck_report::{html, json, markdown, text};

use crate::args::CompareArgs;
use crate::matrix::names;
use crate::output::{Done, Human, Stop, put};
use crate::report::read;

/// Compares what there is now with what there was before.
pub(crate) fn compare(args: &CompareArgs) -> Done {
    let (a, b) = sides(args)?;
    let all: Vec<PathBuf> = a.iter().chain(b).cloned().collect();
    distinct(args)?;
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

/// Two formats into one file would leave one of them.
fn distinct(args: &CompareArgs) -> Result<(), Stop> {
    let named: Vec<&PathBuf> =
        [&args.json, &args.html, &args.markdown].into_iter().flatten().collect();
    let twice = named.iter().enumerate().find(|(at, path)| named[..*at].contains(path));
    match twice {
        Some((_, path)) => Err(Stop::usage(format!("two formats cannot go to {}", path.display()))),
        None => Ok(()),
    }
}

fn load(paths: &[PathBuf]) -> Result<Vec<Subject>, Stop> {
    let subject = |(path, name): (&PathBuf, String)| Ok(Subject { name, report: read(path)? });
    paths.iter().zip(names(paths)).map(subject).collect()
}

fn write(args: &CompareArgs, done: &Comparison, a: &[Subject], b: &[Subject]) -> Result<(), Stop> {
    let formats = [&args.json, &args.html, &args.markdown];
    let to_stdout = formats.iter().any(|path| path.as_deref() == Some(Path::new("-")));
    let human = Human::new(to_stdout);
    human.write(&text::comparison::render(done, human.style));
    put(args.json.as_deref(), || json::comparison(done))?;
    put(args.html.as_deref(), || html::comparison(done, a, b))?;
    put(args.markdown.as_deref(), || markdown::comparison::render(done))
}
