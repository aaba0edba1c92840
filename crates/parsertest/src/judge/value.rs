//! Values as adapters send them.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::RETRY_MAX;

/// Text. What is no text is shown as what it is, so that it equals none: an id that became a number
/// is not the id any more.
pub(super) fn text(value: &Value) -> String {
    let bytes = |b64: &Value| BASE64_STANDARD.decode(b64.as_str()?).ok();
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(map) => match map.get("b64").and_then(bytes) {
            // Bytes of an interface that has no text: they are text if they are UTF-8.
            Some(bytes) => String::from_utf8(bytes)
                .unwrap_or_else(|error| format!("(bytes {})", error.as_bytes().escape_ascii())),
            None => format!("({value})"),
        },
        other => format!("(no text: {other})"),
    }
}

/// A reconnection time in decimal digits, or what it is instead.
pub(super) fn time(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.as_f64() {
            // JSON does not tell 3000.0 from 3000, and some languages write the one for the other.
            Some(time) if number.is_f64() && time.fract() == 0.0 && (0.0..9e15).contains(&time) => {
                format!("{time:.0}")
            }
            _ => number.to_string(),
        },
        Value::Object(map) => match map.get("raw") {
            Some(raw) => format!("(no integer: {raw})"),
            None => format!("({value})"),
        },
        other => text(other),
    }
}

/// Whether a reconnection time is so large that a parser may give another large one, or none.
pub(super) fn is_huge(time: &str) -> bool {
    time.parse::<f64>().is_ok_and(|time| time >= RETRY_MAX as f64)
}

/// Whether a reconnection time is right. A huge one may be anything huge, or missing.
pub(super) fn same_time(expected: Option<&str>, seen: Option<&str>) -> bool {
    expected == seen || (expected.is_some_and(is_huge) && seen.is_none_or(is_huge))
}
