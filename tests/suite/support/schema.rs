//! The schemas of what the program writes, and whoever writes it held to them.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::Value;

use super::program::workspace;

/// In what a report, or a comparison of reports, does not follow its schema in the repository.
pub(crate) fn errors(report: &Value) -> Vec<String> {
    let told =
        |error: jsonschema::ValidationError<'_>| format!("{}: {error}", error.instance_path());
    validator_of(report).iter_errors(report).map(told).collect()
}

/// Where it does not, as JSON Pointers.
pub(crate) fn places_of_errors(report: &Value) -> Vec<String> {
    let place = |error: jsonschema::ValidationError<'_>| error.instance_path().to_string();
    validator_of(report).iter_errors(report).map(place).collect()
}

fn validator_of(report: &Value) -> &'static Validator {
    static REPORT: OnceLock<Validator> = OnceLock::new();
    static COMPARISON: OnceLock<Validator> = OnceLock::new();
    match report["schema"] == "ssecheck.comparison/1" {
        true => COMPARISON.get_or_init(|| validator("comparison.schema.json")),
        false => REPORT.get_or_init(|| validator("report.schema.json")),
    }
}

fn validator(file: &str) -> Validator {
    let path = workspace().join("reports/schema").join(file);
    let text = std::fs::read_to_string(path).expect("it is there");
    let schema: Value = serde_json::from_str(&text).expect("it is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

/// Where a run was told to write its report as JSON. Every run of these tests is watched, so that no
/// test can forget it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Watched {
    /// On standard output, alone there.
    Stdout,
    /// Into this file.
    File(PathBuf),
}

impl Watched {
    /// What the arguments of a run ask for; `None` without `--json`.
    pub(crate) fn of(arguments: &[String]) -> Option<Self> {
        let ours = arguments.split(|word| word == "--").next().unwrap_or_default();
        let path = ours.windows(2).find(|pair| pair[0] == "--json").map(|pair| &pair[1])?;
        match path.as_str() {
            "-" => Some(Self::Stdout),
            path => Some(Self::File(workspace().join(path))),
        }
    }

    /// What is wrong with the report of a run that ended with `code`. A run that was refused has none,
    /// nor has one that ended before there was anything to report.
    pub(crate) fn objection(&self, code: Option<i32>, stdout: &[u8]) -> Option<String> {
        let text = match (code, self) {
            (None | Some(2), _) => return None,
            (_, Self::Stdout) => stdout.to_vec(),
            (_, Self::File(path)) => file(path),
        };
        if text.is_empty() {
            return None;
        }
        let report: Value = match serde_json::from_slice(&text) {
            Ok(report) => report,
            Err(error) => return Some(format!("the report is no JSON: {error}")),
        };
        let errors = errors(&report);
        (!errors.is_empty())
            .then(|| format!("the report breaks its schema:\n{}", errors.join("\n")))
    }
}

/// The text of a regular file; nothing of what is none, which could be read for ever.
fn file(path: &Path) -> Vec<u8> {
    match std::fs::metadata(path) {
        Ok(found) if found.is_file() => std::fs::read(path).expect("a report can be read"),
        _ => Vec::new(),
    }
}
