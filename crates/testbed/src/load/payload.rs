//! The payload that a load generator publishes.

/// What an event says about itself: `{"ssecheck":"RUN","p":P,"n":N,"t":T,"s":S,...}`, in this order
/// and without white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Payload {
    /// Sequence of the publisher, from 0.
    pub(crate) number: u64,
    /// Intended publication, microseconds since the Unix epoch.
    pub(crate) intended: i64,
    /// Actual publication, microseconds since the Unix epoch.
    pub(crate) actual: i64,
}

impl Payload {
    /// The payload at the start of the data, if there is one.
    pub(crate) fn read(data: &str) -> Option<Self> {
        let rest = data.strip_prefix(r#"{"ssecheck":""#)?;
        let (_, rest) = rest.split_once('"')?;
        let (_, rest) = number(rest, r#","p":"#)?;
        let (sequence, rest) = number(rest, r#","n":"#)?;
        let (intended, rest) = number(rest, r#","t":"#)?;
        let (actual, rest) = number(rest, r#","s":"#)?;
        rest.starts_with([',', '}']).then_some(())?;
        let (intended, actual) = (i64::try_from(intended).ok()?, i64::try_from(actual).ok()?);
        Some(Self { number: sequence, intended, actual })
    }
}

/// The number after the key, and what follows it.
fn number<'a>(text: &'a str, key: &str) -> Option<(u64, &'a str)> {
    let text = text.strip_prefix(key)?;
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    Some((text[..end].parse().ok()?, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_is_read_and_nothing_else_is_taken_for_one() {
        let data = r#"{"ssecheck":"r-1","p":3,"n":41,"t":1700000000000001,"s":1700000000000002}"#;
        let want =
            Payload { number: 41, intended: 1_700_000_000_000_001, actual: 1_700_000_000_000_002 };
        assert_eq!(Payload::read(data), Some(want));
        let padded = data.replace('}', r#","pad":"xx"}"#);
        assert_eq!(Payload::read(&padded), Some(want));
        for end in 0..data.len() {
            assert_eq!(Payload::read(&data[..end]), None, "{}", &data[..end]);
        }
        for (from, to) in [("41", "-1"), ("41", ""), ("\"n\"", " \"n\""), ("3", "é")] {
            assert_eq!(Payload::read(&data.replacen(from, to, 1)), None, "{to}");
        }
        let huge = data.replace("1700000000000001", "18446744073709551615");
        assert_eq!(Payload::read(&huge), None);
    }
}
