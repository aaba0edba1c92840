//! The report as JSON, and back: the one format that loses nothing.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;
use serde_json::Value;
use ssecheck_model::comparison::Comparison;
use ssecheck_model::report::{Report, SCHEMA};

use crate::sanitize::{VALUE_LIMIT, is_harmful, line};

/// The report as indented JSON with a line feed at its end.
///
/// Characters that could harm a terminal or a CI log are written as `\u` escapes, so the text is harmless while
/// the data stay what they are; [`read`] gives back the same report.
///
/// # Panics
///
/// Never for a report that was read or made by ssecheck: its types all have a JSON form.
pub fn render(report: &Report) -> String {
    pretty(report)
}

/// A comparison as [`render`] writes a report.
///
/// # Panics
///
/// Never: its types all have a JSON form.
pub fn comparison(comparison: &Comparison) -> String {
    pretty(comparison)
}

/// Any value as indented JSON, made harmless.
pub(crate) fn pretty(value: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(value).expect("keys are texts");
    harmless(&json) + "\n"
}

/// Any value as one line of JSON, made harmless in the same way.
///
/// # Panics
///
/// For a map whose keys are no texts.
pub fn line_of(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("keys are texts");
    harmless(&json) + "\n"
}

fn harmless(json: &str) -> String {
    // Two number signs begin a command in the log of some CI systems.
    let json = json.replace("##", "#\\u0023");
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        // Outside strings, JSON has no character of this kind but the line feed.
        match c != '\n' && is_harmful(c) {
            true => push_escape(&mut out, c),
            false => out.push(c),
        }
    }
    out
}

/// Reads a report that [`render`] wrote.
///
/// # Errors
///
/// One [`ReadError`], the first that applies.
pub fn read(text: &str) -> Result<Report, ReadError> {
    let value: Value = serde_json::from_str(text).map_err(|error| syntax(&error))?;
    let schema = value.get("schema").and_then(Value::as_str).ok_or(ReadError::NotAReport)?;
    match schema {
        SCHEMA => serde_json::from_str(text).map_err(|error| content(&error)),
        other if other.starts_with("ssecheck.report/") => {
            Err(ReadError::OtherVersion { found: line(other, VALUE_LIMIT) })
        }
        _ => Err(ReadError::NotAReport),
    }
}

/// Why a text is not a report that this version can read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The text is not JSON.
    Syntax {
        /// Line of the error, from 1.
        line: usize,
        /// Column of the error, from 1, in bytes.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// JSON, but its `schema` is missing or names no ssecheck report.
    NotAReport,
    /// A report of a version that this program does not know.
    OtherVersion {
        /// The `schema` found; [`SCHEMA`] is the one that can be read.
        found: String,
    },
    /// A report of this version, but a field is missing or has a wrong value.
    Content {
        /// Line of the error, from 1.
        line: usize,
        /// Column of the error, from 1, in bytes.
        column: usize,
        /// What is wrong there.
        message: String,
    },
}

impl Display for ReadError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax { line, column, message } => {
                write!(f, "not valid json: line {line}, column {column}: {message}")
            }
            Self::NotAReport => {
                write!(f, "not an ssecheck report: `schema` should be \"{SCHEMA}\"")
            }
            Self::OtherVersion { found } => {
                write!(f, "report of another version: `schema` is \"{found}\", not \"{SCHEMA}\"")
            }
            Self::Content { line, column, message } => {
                write!(f, "broken ssecheck report: line {line}, column {column}: {message}")
            }
        }
    }
}

impl std::error::Error for ReadError {}

fn syntax(error: &serde_json::Error) -> ReadError {
    ReadError::Syntax { line: error.line(), column: error.column(), message: message(error) }
}

fn content(error: &serde_json::Error) -> ReadError {
    ReadError::Content { line: error.line(), column: error.column(), message: message(error) }
}

/// The error without the position that serde_json appends to it.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    line(text.strip_suffix(&position).unwrap_or(&text), VALUE_LIMIT)
}

fn push_escape(out: &mut String, c: char) {
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.push_str(&format!("\\u{unit:04x}"));
    }
}
