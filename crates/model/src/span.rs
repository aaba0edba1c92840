//! Lengths of time as users write them: `250ms`, `10s`, `5m`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A length of time, written `250ms`, `10s`, `5m` or `1h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub Duration);

/// The longest time that may be written: one day. Longer ones are typing mistakes.
pub const MAX_SPAN: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// The number or the unit is missing or wrong.
    #[error("`{0}` is not a length of time: write a number and a unit, like 250ms, 10s, 5m or 1h")]
    Form(String),
    /// Over [`MAX_SPAN`].
    #[error("`{0}` is longer than a day: write 24h or less")]
    TooLong(String),
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        let form = || SpanError::Form(text.to_owned());
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(form)?;
        let number: u64 = text[..digits].parse().map_err(|_| form())?;
        let unit_ms = unit_ms(&text[digits..]).ok_or_else(form)?;
        let too_long = || SpanError::TooLong(text.to_owned());
        let span = Duration::from_millis(number.checked_mul(unit_ms).ok_or_else(too_long)?);
        if span > MAX_SPAN { Err(too_long()) } else { Ok(Self(span)) }
    }
}

fn unit_ms(unit: &str) -> Option<u64> {
    Some(match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    })
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            ms if ms % 1_000 != 0 || ms == 0 => write!(f, "{ms}ms"),
            ms if ms % 60_000 != 0 => write!(f, "{}s", ms / 1_000),
            ms => write!(f, "{}m", ms / 60_000),
        }
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Span {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h)$",
            "description": "A length of time: a number and a unit, like 250ms, 10s, 5m or 1h.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_understood_and_written_back() {
        for text in ["0ms", "250ms", "10s", "5m", "90m", "1500ms"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
        assert_eq!("1h".parse::<Span>().unwrap().0, Duration::from_secs(3600));
    }

    #[test]
    fn a_number_without_unit_and_other_nonsense_is_refused() {
        for text in ["", "10", "s", "10 s", "-1s", "1.5s", "10d", "99999999999999999999s"] {
            assert!(matches!(text.parse::<Span>(), Err(SpanError::Form(_))), "{text}");
        }
        for text in ["25h", "18446744073709551615h"] {
            assert!(matches!(text.parse::<Span>(), Err(SpanError::TooLong(_))), "{text}");
        }
    }
}
