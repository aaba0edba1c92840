//! The only file that knows the YAML library (serde-saphyr).
//!
//! serde_yaml is archived, has no positions inside values and keeps the last of two duplicate keys
//! in silence; serde-saphyr has spans, refuses duplicates and bounds aliases. It changes major
//! version about twice a year, so it is pinned exactly and kept here.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_saphyr::{Error, Spanned};

use crate::LoadError;
use crate::suggest::nearest;
use crate::yaml_error::Problem;

/// The largest YAML file that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// How many nodes aliases may expand to: far above any honest file, far below a billion laughs.
const MAX_ALIAS_EVENTS: usize = 20_000;

/// Reads one document. `file` is only for messages.
pub(crate) fn load<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, LoadError> {
    if text.len() > MAX_BYTES {
        let problem = Problem::new("the file is larger than 1 MiB", "split it into several files");
        return Err(LoadError::whole_file(file, problem));
    }
    serde_saphyr::from_str_with_options(text, options())
        .map_err(|error| load_error(file, text, &error))
}

/// Any value with line and column, for [`crate::placed::Placed`].
pub(crate) fn spanned<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<(T, u64, u64), D::Error> {
    let spanned = Spanned::<T>::deserialize(deserializer)?;
    Ok((spanned.value, spanned.referenced.line(), spanned.referenced.column()))
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_ALIAS_EVENTS,
        },
    }
}

fn load_error(file: &str, text: &str, error: &Error) -> LoadError {
    let error = error.without_snippet();
    let (line, column) =
        error.location().map_or((1, 1), |place| (place.line().max(1), place.column().max(1)));
    LoadError::at(file, text, line, column, problem(error, text, line))
}

fn problem(error: &Error, text: &str, line: u64) -> Problem {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => unknown("key", field, expected),
        Error::SerdeUnknownVariant { variant, expected, .. } => unknown("word", variant, expected),
        Error::SerdeMissingField { field, .. } => {
            Problem::new(format!("the key `{field}` is missing here"), format!("add `{field}:`"))
        }
        Error::DuplicateMappingKey { key, .. } => Problem::new(
            format!("the key `{}` stands here twice", key.as_deref().unwrap_or("?")),
            "keep one of the two",
        ),
        Error::SerdeInvalidType { unexpected, expected, .. }
        | Error::SerdeInvalidValue { unexpected, expected, .. } => {
            Problem::new(format!("expected {expected}, found {unexpected}"), "mend the value")
        }
        Error::InvalidScalar { ty, .. } => {
            Problem::new(format!("this is not a value of type {ty}"), "mend the value")
        }
        Error::InvalidBooleanStrict { .. } => {
            Problem::new("expected true or false", "YAML 1.2 has no other words for them")
        }
        Error::MultipleDocuments { .. } => Problem::new(
            "there is a second document in this file",
            "write one document in each file, and no `---` after the first",
        ),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => {
            Problem::new("the aliases in this file expand without end", "write the values out")
        }
        Error::AliasError { error, .. } => problem(error, text, line),
        other => other_problem(other, text, line),
    }
}

fn unknown(what: &str, found: &str, expected: &[&str]) -> Problem {
    let cure = match nearest(found, expected.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("known here: {}", expected.join(", ")),
    };
    Problem::new(format!("unknown {what} `{found}`"), cure).with_length(found.chars().count())
}

fn other_problem(error: &Error, text: &str, line: u64) -> Problem {
    let source_line = text.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default();
    let indent = &source_line[..source_line.len() - source_line.trim_start().len()];
    if indent.contains('\t') {
        return Problem::new("a tab in the indentation", "YAML indents with spaces only");
    }
    let message = error.render();
    Problem::new(message.lines().next().unwrap_or("the YAML is broken").to_owned(), "")
}
