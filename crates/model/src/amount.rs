//! Rates and shares as users write them: `100/s`, `30/m`, `5%`.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How often something happens, in times per second; written `100/s`, `0.5/s`, `30/m` or `2/h`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Rate(pub f64);

/// The highest rate that may be written: a million a second. Higher ones are typing mistakes.
pub const MAX_RATE: f64 = 1e6;

/// The lowest rate that may be written: once a day, the longest run.
pub const MIN_RATE: f64 = 1.0 / 86_400.0;

/// A part of a whole from 0 to 1; written `5%` or `0.1%`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Share(pub f64);

/// Why a text is no rate or share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// No rate.
    #[error("`{0}` is not a rate: write a number above 0 and a unit, like 100/s, 30/m or 0.5/s")]
    Rate(String),
    /// Over [`MAX_RATE`].
    #[error("`{0}` is more than a million a second: write 1000000/s or less")]
    TooOften(String),
    /// Under [`MIN_RATE`].
    #[error("`{0}` is less than once a day: write 0.05/h or more")]
    TooSeldom(String),
    /// No share.
    #[error("`{0}` is not a share: write a number from 0 to 100 and `%`, like 5% or 0.1%")]
    Share(String),
}

impl FromStr for Rate {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let form = || AmountError::Rate(text.to_owned());
        let (number, unit) = text.split_once('/').ok_or_else(form)?;
        let seconds = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(form()),
        };
        let rate = plain_number(number).filter(|n| *n > 0.0).ok_or_else(form)? / seconds;
        match rate {
            _ if rate > MAX_RATE => Err(AmountError::TooOften(text.to_owned())),
            _ if rate < MIN_RATE => Err(AmountError::TooSeldom(text.to_owned())),
            _ => Ok(Self(rate)),
        }
    }
}

impl FromStr for Share {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let number = text.strip_suffix('%').and_then(plain_number).filter(|n| *n <= 100.0);
        number.map(|n| Self(n / 100.0)).ok_or_else(|| AmountError::Share(text.to_owned()))
    }
}

/// Digits with at most one point between them: no sign, exponent, `inf` or `nan`.
pub(crate) fn plain_number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let closed = !text.starts_with('.') && !text.ends_with('.');
    (digits && closed)
        .then(|| text.parse().ok())
        .flatten()
        .filter(|number: &f64| number.is_finite())
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/s", self.0)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rounded, as 7 % are 7.000000000000001 hundredths.
        let percent = format!("{:.10}", self.0 * 100.0);
        write!(f, "{}%", percent.trim_end_matches('0').trim_end_matches('.'))
    }
}

macro_rules! text_in_yaml {
    ($type:ty, $name:literal, $pattern:literal, $description:literal) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "pattern": $pattern, "description": $description})
            }
        }
    };
}

text_in_yaml!(
    Rate,
    "Rate",
    "^[0-9]+(\\.[0-9]+)?/(s|m|h)$",
    "How often: a number and a unit, like 100/s, 30/m or 0.5/s."
);
text_in_yaml!(Share, "Share", "^[0-9]+(\\.[0-9]+)?%$", "A share: a number and `%`, like 5%.");

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(text: &str) -> Result<f64, AmountError> {
        text.parse::<Rate>().map(|rate| rate.0)
    }

    #[test]
    fn a_rate_is_counted_per_second_in_every_unit() {
        for (text, expected) in
            [("100/s", 100.0), ("0.5/s", 0.5), ("30/m", 0.5), ("7200/h", 2.0), ("007/s", 7.0)]
        {
            assert_eq!(rate(text), Ok(expected), "{text}");
        }
        assert_eq!("100/m".parse::<Rate>().unwrap().to_string(), "1.6666666666666667/s");
    }

    #[test]
    fn a_text_that_is_no_rate_is_refused() {
        let wrong = [
            "", "/", "/s", "5", "5/", "5/d", "5/S", "5 /s", "5/ s", "-5/s", "+5/s", "0/s", "0.0/h",
            ".5/s", "5./s", "1.2.3/s", "1e3/s", "inf/s", "nan/s", "1_000/s", "5/s/s", "٣/s",
        ];
        for text in wrong {
            assert_eq!(rate(text), Err(AmountError::Rate(text.to_owned())));
        }
    }

    #[test]
    fn a_rate_lies_between_once_a_day_and_a_million_a_second() {
        assert_eq!(rate("1000000/s"), Ok(MAX_RATE));
        assert_eq!(rate("1000000.1/s"), Err(AmountError::TooOften("1000000.1/s".to_owned())));
        assert!(rate("0.05/h").is_ok());
        assert_eq!(rate("0.04/h"), Err(AmountError::TooSeldom("0.04/h".to_owned())));
        let tiny = format!("0.{}1/h", "0".repeat(320));
        assert!(rate(&tiny).is_err(), "it would round to nothing");
        let endless = format!("{}/s", "9".repeat(400));
        assert_eq!(rate(&endless), Err(AmountError::Rate(endless)));
    }

    #[test]
    fn a_share_is_a_part_of_one() {
        for (text, expected) in [("0%", 0.0), ("5%", 0.05), ("0.1%", 0.001), ("100%", 1.0)] {
            assert_eq!(text.parse::<Share>(), Ok(Share(expected)), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_share_is_refused() {
        for text in ["", "%", "5", "0.05", "-5%", "101%", "5 %", "5%%", ".5%", "5.%", "1e1%"] {
            assert_eq!(text.parse::<Share>(), Err(AmountError::Share(text.to_owned())));
        }
    }

    #[test]
    fn a_share_is_written_without_rounding_noise() {
        for text in ["0%", "7%", "14%", "0.1%", "33.3%", "99.999%", "100%"] {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), text);
        }
    }

    proptest! {
        #[test]
        fn a_rate_written_and_read_again_is_the_same(number in 0.05_f64..1e6, unit in "[smh]") {
            let read = format!("{number}/{unit}").parse::<Rate>().unwrap();
            prop_assert_eq!(read.to_string().parse::<Rate>().unwrap(), read);
        }

        #[test]
        fn a_share_written_and_read_again_is_written_the_same(number in 0.0_f64..=100.0) {
            let written = format!("{number}%").parse::<Share>().unwrap().to_string();
            prop_assert_eq!(written.parse::<Share>().unwrap().to_string(), written);
        }
    }
}
