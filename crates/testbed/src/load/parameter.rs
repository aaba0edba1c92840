//! Parameters of load switches.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::settings::Delay;
use super::table::LONGEST_SECONDS;

/// What the parameter should have been.
pub(super) type Wanted = String;

/// A whole number in the range.
pub(super) fn number(text: &str, range: RangeInclusive<u64>) -> Result<u64, Wanted> {
    let number = digits(text).filter(|number| range.contains(number));
    number.ok_or_else(|| format!("a whole number from {} to {}", range.start(), range.end()))
}

/// A time like `300us`, `250ms` or `2s`.
pub(super) fn span(text: &str) -> Result<Duration, Wanted> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let micros = match unit {
        "us" => Some(1),
        "ms" => Some(1_000),
        "s" => Some(1_000_000),
        _ => None,
    };
    let longest = Duration::from_secs(LONGEST_SECONDS);
    let span = micros.zip(digits(number)).and_then(|(unit, n)| n.checked_mul(unit));
    span.map(Duration::from_micros)
        .filter(|span| *span <= longest)
        .ok_or_else(|| format!("a time up to {LONGEST_SECONDS}s, in whole us, ms or s, like 250ms"))
}

/// `fixed:SPAN` or `uniform:SPAN..SPAN`.
pub(super) fn delay(text: &str) -> Result<Delay, Wanted> {
    let form = || "`fixed:SPAN` or `uniform:SPAN..SPAN`".to_owned();
    let (kind, rest) = text.split_once(':').ok_or_else(form)?;
    let range: RangeInclusive<Duration> = match kind {
        "fixed" => span(rest).map(|span| span..=span)?,
        "uniform" => {
            let (low, high) = rest.split_once("..").ok_or_else(form)?;
            span(low)?..=span(high)?
        }
        _ => return Err(form()),
    };
    if range.is_empty() {
        return Err("a first time that is not above the second".to_owned());
    }
    Ok(Delay { least: *range.start(), most: *range.end() })
}

fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_a_unit_and_a_bound() {
        assert_eq!(span("300us"), Ok(Duration::from_micros(300)));
        assert_eq!(span("60s"), Ok(Duration::from_secs(60)));
        for bad in ["", "5", "ms", "-1s", "1.5s", "61s", "5m", "99999999999999999999s", "1 s", "é"]
        {
            assert!(span(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn numbers_have_bounds() {
        assert_eq!([number("1", 1..=1_000), number("1000", 1..=1_000)], [Ok(1), Ok(1_000)]);
        for bad in ["0", "1001", "+7", "", "7x", "99999999999999999999"] {
            assert!(number(bad, 1..=1_000).is_err(), "{bad}");
        }
    }

    #[test]
    fn delays_are_fixed_or_uniform() {
        let ms = Duration::from_millis;
        assert_eq!(delay("fixed:5ms"), Ok(Delay { least: ms(5), most: ms(5) }));
        assert_eq!(delay("uniform:1ms..2s"), Ok(Delay { least: ms(1), most: ms(2_000) }));
        for bad in ["5ms", "fixed:", "uniform:5ms", "uniform:2s..1s", "normal:1s..2s"] {
            assert!(delay(bad).is_err(), "{bad}");
        }
    }
}
