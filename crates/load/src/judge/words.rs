//! Numbers with units, exact to the microsecond: a rounded figure could read like the other side
//! of its threshold.

/// A time: `850 us`, `12.3 ms`, `1.000417 s`.
pub(crate) fn time(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} us"),
        1_000..1_000_000 => format!("{} ms", decimal(us, 1_000)),
        _ => format!("{} s", decimal(us, 1_000_000)),
    }
}

/// A signed time.
pub(crate) fn signed_time(us: i64) -> String {
    let sign = if us < 0 { "-" } else { "" };
    format!("{sign}{}", time(us.unsigned_abs()))
}

/// `value / unit` without the zeros at the end.
fn decimal(value: u64, unit: u64) -> String {
    let digits = unit.ilog10() as usize;
    let text = format!("{}.{:0digits$}", value / unit, value % unit);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A share in percent, to 4 digits after the point: `0.1003 %`.
pub(crate) fn percent(share: f64) -> String {
    let text = format!("{:.4}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A share in whole percent, for processors.
pub(crate) fn whole_percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// `1 event`, `2 events`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// `1 stream was`, `2 streams were`.
pub(crate) fn were(count: u64, what: &str) -> String {
    let verb = if count == 1 { "was" } else { "were" };
    format!("{} {verb}", counted(count, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_keeps_every_microsecond() {
        let written = [0, 999, 1_000, 200_319, 1_000_417, 3_600_000_000].map(time);
        assert_eq!(written, ["0 us", "999 us", "1 ms", "200.319 ms", "1.000417 s", "3600 s"]);
        assert_eq!(signed_time(-1_200), "-1.2 ms");
    }

    #[test]
    fn a_share_is_written_in_percent() {
        assert_eq!([0.0, 0.001_003, 0.5, 1.0].map(percent), ["0 %", "0.1003 %", "50 %", "100 %"]);
    }
}
