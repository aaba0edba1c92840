//! The only file that knows the YAML library (serde-saphyr).
//!
//! serde_yaml is archived, has no positions inside values and keeps the last of two duplicate keys
//! in silence; serde-saphyr has spans, refuses duplicates and bounds aliases. It changes major
//! version about twice a year, so it is pinned exactly and kept here.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_saphyr::{DuplicateKeyPolicy, Error, MergeKeyPolicy, NonFiniteFloatPolicy, Spanned};

use crate::LoadError;
use crate::mistake::{Mistake, Reading};
use crate::outline::Shape;
use crate::placed::Placed;
use crate::yaml_error::Problem;

/// The largest YAML file that is read, in bytes.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;
/// How many nodes aliases may expand to: far above any honest file, far below a billion laughs.
const MAX_ALIAS_EVENTS: usize = 20_000;
/// How deep lists and maps may nest: a case needs seven levels, and a stack of 2 MiB holds 16.
const MAX_DEPTH: usize = 16;

/// Reads one document. `file` is only for messages.
pub(crate) fn load<T: DeserializeOwned + JsonSchema>(
    file: &str,
    text: &str,
) -> Result<T, LoadError> {
    if text.len() > MAX_BYTES {
        let problem = Problem::new("the file is larger than 1 MiB", "split it into several files");
        return Err(LoadError::whole_file(file, problem));
    }
    let value = serde_saphyr::from_str_with_options(text, options(DuplicateKeyPolicy::Error))
        .map_err(|error| load_error::<T>(file, text, error.without_snippet()))?;
    match outline(text).filter(|outline| !outline.nothings().is_empty()) {
        Some(outline) => {
            reading::<T>(text, Some(&outline)).without_value(file).map_or(Ok(value), Err)
        }
        None => Ok(value),
    }
}

/// Any value with line and column, for [`Placed`].
pub(crate) fn spanned<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<(T, u64, u64), D::Error> {
    let spanned = Spanned::<T>::deserialize(deserializer)?;
    Ok((spanned.value, spanned.referenced.line(), spanned.referenced.column()))
}

/// Every key and value of a text with its place; `None` when it is no YAML.
pub(crate) fn outline(text: &str) -> Option<Placed<Shape>> {
    serde_saphyr::from_str_with_options(text, options(DuplicateKeyPolicy::FirstWins)).ok()
}

fn options(duplicate_keys: DuplicateKeyPolicy) -> serde_saphyr::Options {
    serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: duplicate_keys,
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_ALIAS_EVENTS,
        },
    }
}

fn load_error<T: JsonSchema>(file: &str, text: &str, error: &Error) -> LoadError {
    let place = place(error);
    let outline = outline(text);
    reading::<T>(text, outline.as_ref()).explain(file, place, mistake(error))
}

fn reading<'a, T: JsonSchema>(text: &'a str, outline: Option<&'a Placed<Shape>>) -> Reading<'a> {
    Reading { text, outline, schema: crate::schema::of::<T>() }
}

/// Where the mistake is seen: for a value behind an alias, where the alias stands.
fn place(error: &Error) -> (u64, u64) {
    let location = match error {
        Error::AliasError { locations, .. } => locations.primary_location(),
        other => other.location(),
    };
    location.map_or((1, 1), |place| (place.line().max(1), place.column().max(1)))
}

fn mistake(error: &Error) -> Mistake {
    match error {
        Error::SerdeUnknownField { field, expected, .. } => {
            Mistake::UnknownKey { found: field.clone(), known: expected.clone() }
        }
        Error::SerdeUnknownVariant { variant, expected, .. } => {
            Mistake::UnknownWord { found: variant.clone(), known: expected.clone() }
        }
        Error::SerdeMissingField { field, .. } => Mistake::MissingKey(field),
        Error::DuplicateMappingKey { key, .. } => {
            Mistake::Twice(key.clone().unwrap_or_else(|| "?".to_owned()))
        }
        Error::Unexpected { expected, .. } => Mistake::WrongType(expected_words(expected)),
        Error::InvalidBooleanStrict { .. } => Mistake::WrongType("true or false"),
        Error::NullIntoString { .. } => Mistake::WrongType("a text"),
        Error::InvalidScalar { .. }
        | Error::SerdeInvalidType { .. }
        | Error::SerdeInvalidValue { .. }
        | Error::SerdeVariantId { .. }
        | Error::ExternallyTaggedEnumExpectedScalarOrMapping { .. }
        | Error::ExpectedStringKeyForExternallyTaggedEnum { .. }
        | Error::UnexpectedValueForUnitEnumVariant { .. } => Mistake::WrongType("another value"),
        Error::SerdeInvalidLength { .. } => Mistake::WrongLength,
        Error::ExpectedMappingEndAfterEnumVariantValue { .. } => Mistake::SecondWord,
        Error::Message { msg, .. } => Mistake::Value(msg.clone()),
        Error::AliasError { error, .. } => mistake(error),
        other => limit_or_syntax(other),
    }
}

/// Words for what the library expected, where the schema cannot give better ones.
fn expected_words(expected: &str) -> &'static str {
    match expected {
        "mapping start" => "a map",
        "sequence start" => "a list",
        "string scalar" => "a text",
        _ => "another value",
    }
}

fn limit_or_syntax(error: &Error) -> Mistake {
    match error {
        Error::MultipleDocuments { .. } => Mistake::SecondDocument,
        Error::Eof { .. } => Mistake::Empty,
        Error::AliasReplayCounterOverflow { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::RecursiveReferencesRequireWeakTypes { .. } => Mistake::EndlessAliases,
        Error::Budget { .. } => Mistake::TooMuch,
        Error::UnknownAnchor { .. } => Mistake::UnknownAnchor,
        Error::MergeKeyNotAllowed { .. } | Error::MergeValueNotMapOrSeqOfMaps { .. } => {
            Mistake::Merge
        }
        Error::UnsupportedTag { .. } | Error::TaggedEnumMismatch { .. } => Mistake::Tag,
        Error::ExternalMessage { msg, .. } => Mistake::Syntax(msg.clone()),
        other => Mistake::Syntax(other.render()),
    }
}
