//! One line, taken apart (HTML 9.2.6, "interpreting an event stream").

/// What a non-empty line says. A value is always the tail of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    Comment(&'a [u8]),
    Data(&'a [u8]),
    Event(&'a [u8]),
    Id(&'a [u8]),
    Retry(&'a [u8]),
    Unknown,
}

/// Reads a line without its line end. Names are compared byte by byte: no trimming, no case.
#[inline]
pub(crate) fn read(line: &[u8]) -> Field<'_> {
    match line {
        [b'd', b'a', b't', b'a', rest @ ..] => known(rest, Field::Data),
        [b':', text @ ..] => Field::Comment(text),
        [b'i', b'd', rest @ ..] => known(rest, Field::Id),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => known(rest, Field::Event),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => known(rest, Field::Retry),
        _ => Field::Unknown,
    }
}

/// What follows a known name: nothing, or a colon, at most one space, and the value.
#[inline]
fn known<'a>(rest: &'a [u8], field: impl Fn(&'a [u8]) -> Field<'a>) -> Field<'a> {
    match rest {
        [b':', b' ', value @ ..] | [b':', value @ ..] => field(value),
        [] => field(rest),
        _ => Field::Unknown,
    }
}

/// Milliseconds of a `retry` value: one or more ASCII digits and nothing else, saturating.
pub(crate) fn retry(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digit = |byte: &u8| u64::from(byte - b'0');
    Some(value.iter().map(digit).fold(0, |sum: u64, d| sum.saturating_mul(10).saturating_add(d)))
}
