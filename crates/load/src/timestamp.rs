//! Values inside the server's JSON data.

use serde_json::Value;
use ssecheck_model::plan::TimeUnit;

/// The value at a JSON Pointer (RFC 6901) in data that are JSON.
pub(crate) fn at_pointer(data: &str, pointer: &str) -> Option<Value> {
    let mut value: Value = serde_json::from_str(data).ok()?;
    value.pointer_mut(pointer).map(Value::take)
}

/// A time stamp in microseconds since the Unix epoch.
pub(crate) fn read(value: &Value, unit: TimeUnit) -> Option<i64> {
    let scaled = |factor: f64| {
        let number = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
        let us = number * factor;
        us.is_finite().then_some(us as i64)
    };
    match unit {
        TimeUnit::S => scaled(1e6),
        TimeUnit::Ms => scaled(1e3),
        TimeUnit::Us => value.as_i64().or_else(|| scaled(1.0)),
        TimeUnit::Ns => value.as_i64().map(|ns| ns / 1000).or_else(|| scaled(1e-3)),
        TimeUnit::Rfc3339 => {
            let stamp: jiff::Timestamp = value.as_str()?.parse().ok()?;
            Some(stamp.as_microsecond())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_gives_the_same_microseconds() {
        let us = 1_790_000_000_250_000_i64;
        let read_at = |data: &str, unit| read(&at_pointer(data, "/a/0").unwrap(), unit);
        assert_eq!(read_at(r#"{"a":[1790000000.25]}"#, TimeUnit::S), Some(us));
        assert_eq!(read_at(r#"{"a":[1790000000250]}"#, TimeUnit::Ms), Some(us));
        assert_eq!(read_at(r#"{"a":["1790000000250"]}"#, TimeUnit::Ms), Some(us));
        assert_eq!(read_at(r#"{"a":[1790000000250000]}"#, TimeUnit::Us), Some(us));
        assert_eq!(read_at(r#"{"a":[1790000000250000000]}"#, TimeUnit::Ns), Some(us));
        assert_eq!(read_at(r#"{"a":["2026-09-21T14:13:20.25Z"]}"#, TimeUnit::Rfc3339), Some(us));
        assert_eq!(read_at(r#"{"a":["soon"]}"#, TimeUnit::Rfc3339), None);
        assert!(at_pointer("no json", "/a").is_none());
    }
}
