//! Figures with units, to three significant digits.

use crate::counts::grouped;

/// A time given in microseconds: `812 us`, `31.2 ms`, `1.05 s`.
pub(crate) fn time(us: u64) -> String {
    let value = us as f64;
    match us {
        0..1_000 => format!("{us} us"),
        1_000..999_500 => format!("{} ms", three(value / 1e3)),
        _ => format!("{} s", three(value / 1e6)),
    }
}

/// A time given in milliseconds, as [`time`].
pub(crate) fn time_ms(ms: u64) -> String {
    time(ms.saturating_mul(1_000))
}

/// A number of bytes: `512 B`, `13.2 KiB`, `1.05 GiB`.
pub(crate) fn bytes(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut value = bytes;
    let mut unit = 0;
    // 999.5 rather than 1,024: four digits are one too many.
    while value.abs() >= 999.5 && unit + 1 < units.len() {
        value /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{value:.0} B"),
        _ => format!("{} {}", three(value), units[unit]),
    }
}

/// Every digit, grouped: `2,999,998`.
pub(crate) fn count(number: u64) -> String {
    grouped(usize::try_from(number).unwrap_or(usize::MAX))
}

/// `1 stream`, `2 streams`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Short enough for a column of nine: `9,999,999`, then `12.3M`.
pub(crate) fn short_count(number: u64) -> String {
    match number {
        0..10_000_000 => count(number),
        _ => magnitude(number as f64),
    }
}

/// A number of any size with a letter for its magnitude: `50.0k`, `1.25M`; below 1,000 as it is.
pub(crate) fn magnitude(number: f64) -> String {
    let letters = ["", "k", "M", "G", "T", "P", "E"];
    let mut value = number;
    let mut letter = 0;
    while value.abs() >= 999.5 && letter + 1 < letters.len() {
        value /= 1e3;
        letter += 1;
    }
    match letter {
        0 => amount(value),
        _ => format!("{}{}", three(value), letters[letter]),
    }
}

/// A number that is often whole: `8,000`, `0.5`, `33.3`.
pub(crate) fn amount(number: f64) -> String {
    match number.fract() == 0.0 && (0.0..1e15).contains(&number) {
        true => count(number as u64),
        false => three(number),
    }
}

/// A share from 0 to 1: `61 %`, `0.3 %`.
pub(crate) fn share(share: f64) -> String {
    let percent = share * 100.0;
    match percent == 0.0 || percent >= 9.95 {
        true => format!("{percent:.0} %"),
        false => format!("{percent:.1} %"),
    }
}

/// Three significant digits, or all digits before the point if those are more.
fn three(value: f64) -> String {
    match value.abs() {
        size if size < 9.995 => format!("{value:.2}"),
        size if size < 99.95 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_the_fitting_unit() {
        assert_eq!(
            [0, 1, 999, 1_000, 9_994, 9_995, 31_249, 99_950, 999_499, 999_500].map(time),
            [
                "0 us", "1 us", "999 us", "1.00 ms", "9.99 ms", "10.0 ms", "31.2 ms", "100 ms",
                "999 ms", "1.00 s"
            ]
        );
        assert_eq!(time(3_600_000_000), "3600 s");
        assert_eq!(time_ms(u64::MAX), time(u64::MAX));
    }

    #[test]
    fn bytes_are_counted_by_1024() {
        assert_eq!(
            [0.0, 512.0, 999.0, 1_000.0, 13_517.0, 1_048_576.0, 1e19].map(bytes),
            ["0 B", "512 B", "999 B", "0.98 KiB", "13.2 KiB", "1.00 MiB", "8.67 EiB"]
        );
        assert_eq!(bytes(-2048.0), "-2.00 KiB");
    }

    #[test]
    fn counts_fit_their_column() {
        assert_eq!(short_count(9_999_999), "9,999,999");
        assert_eq!(short_count(10_000_000), "10.0M");
        assert!(short_count(u64::MAX).len() <= 9);
    }

    #[test]
    fn rates_have_a_letter_for_their_magnitude() {
        assert_eq!(
            [0.0, 12.0, 0.5, 999.6, 50_000.0, 1_250_000.0].map(magnitude),
            ["0", "12", "0.50", "1.00k", "50.0k", "1.25M"]
        );
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(
            [0.0, 0.003, 0.0994, 0.61, 1.0].map(share),
            ["0 %", "0.3 %", "9.9 %", "61 %", "100 %"]
        );
    }
}
