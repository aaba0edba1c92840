//! `ssecheck matrix`.

use std::path::{Path, PathBuf};

use ssecheck_model::exit;
use ssecheck_model::report::Report;
use ssecheck_report::matrix::Subject;
use ssecheck_report::{html, markdown, matrix, text};

use crate::args::MatrixArgs;
use crate::output::{Done, Human, Stop, distinct, put};
use crate::report::read;

/// Puts saved reports side by side.
pub(crate) fn matrix(args: &MatrixArgs) -> Done {
    distinct([&args.html, &args.markdown].into_iter().filter_map(|path| path.as_deref()))?;
    let reports = args.reports.iter().map(|path| read(path)).collect::<Result<Vec<_>, _>>()?;
    if let [Report { selftest: Some(_), conformance: None, parser: None, .. }] = &reports[..] {
        return kill_matrix(args, &reports[0]);
    }
    let kinds = kinds(&args.reports, &reports)?;
    same_kind(&args.reports, &kinds)?;
    let subjects: Vec<Subject> = { names(&args.reports).into_iter().zip(reports) }
        .map(|(name, report)| Subject { name, report })
        .collect();
    write(args, || html::matrix(&subjects), || matrix::markdown(&subjects))?;
    if args.html.is_none() && args.markdown.is_none() {
        let human = Human::new(false);
        human.write(&matrix::text(&subjects, human.style));
    }
    Ok(exit::OK)
}

/// A kill matrix is one already.
fn kill_matrix(args: &MatrixArgs, report: &Report) -> Done {
    write(args, || html::render(report), || markdown::render(report))?;
    if let (Some(selftest), None, None) = (&report.selftest, &args.html, &args.markdown) {
        let human = Human::new(false);
        human.write(&text::kill_matrix(selftest, human.style));
    }
    Ok(exit::OK)
}

fn write(
    args: &MatrixArgs,
    html: impl FnOnce() -> String,
    markdown: impl FnOnce() -> String,
) -> Result<(), Stop> {
    put(args.html.as_deref(), html)?;
    put(args.markdown.as_deref(), markdown)
}

/// What a column can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Server,
    Parser,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Server => "a server",
            Self::Parser => "a parser",
        }
    }
}

fn kinds(paths: &[PathBuf], reports: &[Report]) -> Result<Vec<Kind>, Stop> {
    paths.iter().zip(reports).map(|(path, report)| kind(path, report)).collect()
}

fn kind(path: &Path, report: &Report) -> Result<Kind, Stop> {
    let checks = report.conformance.as_ref().map(|part| part.checks.is_empty());
    let classes = report.parser.as_ref().map(|part| part.classes.is_empty());
    let why = match (checks, classes) {
        (Some(false), _) => return Ok(Kind::Server),
        (_, Some(false)) => return Ok(Kind::Parser),
        (Some(true), _) | (_, Some(true)) => "nothing was checked in this run",
        _ if report.selftest.is_some() => "a kill matrix stands alone",
        _ if report.load.is_some() => {
            "a load run has no checks; `ssecheck compare` puts two side by side"
        }
        _ => "it holds no checks: a matrix is made of reports of `run` and of `parser`",
    };
    Err(Stop::usage(format!("{}: {why}", path.display())))
}

fn same_kind(paths: &[PathBuf], kinds: &[Kind]) -> Result<(), Stop> {
    let Some(first) = kinds.first() else { return Ok(()) };
    match kinds.iter().position(|kind| kind != first) {
        None => Ok(()),
        Some(other) => Err(Stop::usage(format!(
            "{} is about {}, {} about {}: they have no checks in common, so make two matrices",
            paths[0].display(),
            first.word(),
            paths[other].display(),
            kinds[other].word(),
        ))),
    }
}

/// The files' names without their endings; with as many folders as tell them from each other, and
/// with a number where nothing does.
pub(crate) fn names(paths: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for path in paths {
        let others = || paths.iter().filter(|other| *other != path);
        let deep = (1..=path.components().count())
            .find(|deep| others().all(|other| tail(other, *deep) != tail(path, *deep)));
        let name = tail(path, deep.unwrap_or(1));
        let numbered = (2..).map(|number| format!("{name} ({number})"));
        let mut free = std::iter::once(name.clone()).chain(numbered);
        names.extend(free.find(|name| !names.contains(name)));
    }
    names
}

/// The last so many parts of a path, without its ending.
fn tail(path: &Path, deep: usize) -> String {
    let path = path.with_extension("");
    let skip = path.components().count().saturating_sub(deep);
    path.components().skip(skip).collect::<PathBuf>().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(paths: &[&str]) -> Vec<String> {
        names(&paths.iter().map(PathBuf::from).collect::<Vec<_>>())
    }

    #[test]
    fn every_column_has_a_name_of_its_own() {
        assert_eq!(named(&["x/axum.json", "nchan.json"]), ["axum", "nchan"]);
        assert_eq!(named(&["a/x.json", "b/x.json"]), ["a/x", "b/x"]);
        assert_eq!(named(&["/c/a/x.json", "/d/a/x.json", "y"]), ["c/a/x", "d/a/x", "y"]);
        assert_eq!(named(&["x.json", "x.json", "x.txt"]), ["x", "x (2)", "x (3)"]);
        assert_eq!(named(&["-"]), ["-"]);
    }
}
