//! Items to bytes: events, comments and reconnection times as canonical wire text.
//!
//! Canonical means LF line ends, one space after every colon, `id`, `event`, `data` in this order,
//! and no field that says nothing. What is written parses back to what was given, except that CR
//! and CRLF in data come back as LF.

use std::fmt;

/// An event to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Event<'a> {
    /// The event type. `None`, an empty one and `message` are the same to the receiver; only
    /// `None` writes no field.
    pub event_type: Option<&'a str>,
    /// The id. Empty resets the receiver's last event ID; `None` leaves it as it is.
    pub id: Option<&'a str>,
    /// The data; its lines may end in LF, CR or CRLF. Empty data is written, so that the event is
    /// delivered.
    pub data: &'a str,
}

/// Why a value cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EncodeError {
    /// The event type has a CR or LF at this byte, which would forge a line (R42, D061).
    LineEndInEventType(usize),
    /// The id has a CR or LF at this byte, which would forge a line (R42, D061).
    LineEndInId(usize),
    /// The id has a NUL at this byte, so that receivers would ignore it (R43).
    NulInId(usize),
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LineEndInEventType(at) => write!(f, "line end in event type at byte {at}"),
            Self::LineEndInId(at) => write!(f, "line end in id at byte {at}"),
            Self::NulInId(at) => write!(f, "nul in id at byte {at}"),
        }
    }
}

impl std::error::Error for EncodeError {}

/// Appends an event with its blank line to `out`.
///
/// # Errors
///
/// [`EncodeError`] if the event type or id cannot be written; `out` is unchanged then.
///
/// ```
/// use ssecheck_parser::encode::{Event, event};
///
/// let mut out = String::new();
/// event(&mut out, Event { event_type: Some("note"), id: Some("7"), data: "a\r\nb" })?;
/// assert_eq!(out, "id: 7\nevent: note\ndata: a\ndata: b\n\n");
/// # Ok::<(), ssecheck_parser::encode::EncodeError>(())
/// ```
pub fn event(out: &mut String, event: Event<'_>) -> Result<(), EncodeError> {
    check(&event)?;
    if let Some(id) = event.id {
        field(out, "id", id);
    }
    if let Some(event_type) = event.event_type {
        field(out, "event", event_type);
    }
    for line in lines(event.data) {
        field(out, "data", line);
    }
    out.push('\n');
    Ok(())
}

/// Appends a comment to `out`, one line for each of its lines, without a blank line.
pub fn comment(out: &mut String, text: &str) {
    for line in lines(text) {
        field(out, "", line);
    }
}

/// Appends a reconnection time in milliseconds and a blank line to `out`. No event comes of it.
pub fn retry(out: &mut String, milliseconds: u64) {
    field(out, "retry", &milliseconds.to_string());
    out.push('\n');
}

fn check(event: &Event<'_>) -> Result<(), EncodeError> {
    let line_end = |value: Option<&str>| value.and_then(|value| value.find(['\r', '\n']));
    if let Some(at) = line_end(event.event_type) {
        return Err(EncodeError::LineEndInEventType(at));
    }
    if let Some(at) = line_end(event.id) {
        return Err(EncodeError::LineEndInId(at));
    }
    match event.id.and_then(|id| id.find('\0')) {
        Some(at) => Err(EncodeError::NulInId(at)),
        None => Ok(()),
    }
}

/// The space is always written: a value that starts with one would lose it otherwise.
fn field(out: &mut String, name: &str, value: &str) {
    for part in [name, ": ", value, "\n"] {
        out.push_str(part);
    }
}

/// The lines of a text; CRLF is one line end. An empty text is one empty line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(end) = text.find(['\r', '\n']) else {
            rest = None;
            return Some(text);
        };
        let after = &text[end..];
        rest = Some(after.strip_prefix("\r\n").unwrap_or(&after[1..]));
        Some(&text[..end])
    })
}
