//! Field lines of heads and trailers, read leniently.

use bytes::Bytes;

use crate::oddity::{Oddities, OddityCode};

/// One field line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name as sent, without white space before the colon.
    pub name: Bytes,
    /// The value without white space around it; folded lines are joined by one space.
    pub value: Bytes,
    /// Bytes received on the connection before the name.
    pub offset: u64,
}

impl Field {
    /// Whether the name is `name`, whatever the case.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// A line of the head that is no field line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkippedLine {
    /// The line without its line end.
    pub line: Bytes,
    /// Bytes received on the connection before it.
    pub offset: u64,
}

/// What one line between status line and empty line turned out to be.
pub(crate) enum Line {
    Field(Field),
    /// Continues the value of the line before.
    Fold(Bytes),
    NoColon(SkippedLine),
}

/// Reads one line, given without its line end.
pub(crate) fn parse_line(line: &Bytes, offset: u64, oddities: &mut Oddities) -> Line {
    if matches!(line.first(), Some(b' ' | b'\t')) {
        let value = line.slice_ref(trim_ows(line));
        check_value(&value, offset, oddities);
        return Line::Fold(value);
    }
    let Some(colon) = line.iter().position(|&byte| byte == b':') else {
        return Line::NoColon(SkippedLine { line: line.clone(), offset });
    };
    let name = &line[..colon];
    let trimmed = trim_ows(name);
    if trimmed.len() < name.len() {
        oddities.note(OddityCode::SpaceBeforeColon, offset + trimmed.len() as u64);
    }
    if trimmed.is_empty() || !trimmed.iter().copied().all(is_token) {
        oddities.note(OddityCode::InvalidFieldName, offset);
    }
    let value = trim_ows(&line[colon + 1..]);
    let value_offset = offset + (value.as_ptr().addr() - line.as_ptr().addr()) as u64;
    check_value(value, value_offset, oddities);
    Line::Field(Field { name: line.slice_ref(trimmed), value: line.slice_ref(value), offset })
}

/// Notes bytes that RFC 9110 5.5 does not allow in a value. Bytes from 0x80 are allowed (obs-text).
fn check_value(value: &[u8], offset: u64, oddities: &mut Oddities) {
    for (index, &byte) in value.iter().enumerate() {
        let code = match byte {
            0 => OddityCode::NulInValue,
            b'\r' => OddityCode::BareCr,
            b'\t' | b' '..=b'~' | 0x80.. => continue,
            _ => OddityCode::ControlInValue,
        };
        oddities.note(code, offset + index as u64);
    }
}

/// Without spaces and tabs at either end.
pub(crate) fn trim_ows(bytes: &[u8]) -> &[u8] {
    let is_ows = |byte: &u8| matches!(byte, b' ' | b'\t');
    let Some(start) = bytes.iter().position(|byte| !is_ows(byte)) else {
        return &bytes[..0];
    };
    let end = bytes.iter().rposition(|byte| !is_ows(byte)).map_or(start, |last| last + 1);
    &bytes[start..end]
}

/// A byte of a token (RFC 9110 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Splits off the line end: the line, and whether it ended with LF alone. `line` ends with LF.
pub(crate) fn strip_line_end(line: &[u8]) -> (&[u8], bool) {
    let without_lf = line.strip_suffix(b"\n").unwrap_or(line);
    match without_lf.strip_suffix(b"\r") {
        Some(text) => (text, false),
        None => (without_lf, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(line: &'static [u8]) -> (Field, Vec<(&'static str, u64)>) {
        let mut oddities = Oddities::default();
        let Line::Field(field) = parse_line(&Bytes::from_static(line), 100, &mut oddities) else {
            panic!("no field line");
        };
        (field, oddities.iter().map(|oddity| (oddity.code.as_str(), oddity.offset)).collect())
    }

    #[test]
    fn a_plain_line_has_no_oddity() {
        let (field, oddities) = field(b"Content-Type: \t text/event-stream \t");
        assert!(field.is("content-type"));
        assert_eq!((&field.value[..], field.offset), (&b"text/event-stream"[..], 100));
        assert_eq!(oddities, []);
    }

    #[test]
    fn bytes_from_0x80_are_allowed_in_values() {
        assert_eq!(field(b"x: \xe9\x80").1, []);
    }

    #[test]
    fn an_empty_value_is_legal() {
        let (field, oddities) = field(b"x:  ");
        assert_eq!((field.value.len(), oddities.len()), (0, 0));
    }

    #[test]
    fn faults_are_told_with_their_offset() {
        assert_eq!(field(b"x : y").1, [("space-before-colon", 101)]);
        assert_eq!(field(b": y").1, [("invalid-field-name", 100)]);
        assert_eq!(field(b"a b: y").1, [("invalid-field-name", 100)]);
        assert_eq!(field(b"x: a\0b").1, [("nul-in-value", 104)]);
        assert_eq!(field(b"x:a\x01\x7f").1, [("control-in-value", 103)]);
        assert_eq!(field(b"x:a\rb").1, [("bare-cr", 103)]);
    }
}
