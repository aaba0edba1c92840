//! `ssecheck matrix`.

use std::path::Path;

use ssecheck_model::exit;
use ssecheck_report::html;
use ssecheck_report::matrix::Subject;

use crate::args::MatrixArgs;
use crate::output::{Done, Stop, replace};
use crate::report::read;

/// Puts saved reports side by side.
pub(crate) fn matrix(args: &MatrixArgs) -> Done {
    let mut subjects = Vec::new();
    for path in &args.reports {
        let report = read(path)?;
        if report.conformance.is_none() && report.parser.is_none() {
            let path = path.display();
            return Err(Stop::usage(format!(
                "{path}: it holds no checks: a matrix is made of reports of `run` and of `parser`"
            )));
        }
        subjects.push(Subject { name: name(path, &args.reports), report });
    }
    replace(&args.html, &html::matrix(&subjects))?;
    Ok(exit::OK)
}

/// The file's name without its ending; with its folder, where another file has the same name.
pub(crate) fn name(path: &Path, all: &[std::path::PathBuf]) -> String {
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let same = all.iter().filter(|other| stem(other) == stem(path)).count();
    match same {
        0 | 1 => stem(path),
        _ => path.with_extension("").to_string_lossy().into_owned(),
    }
}
