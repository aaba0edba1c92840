//! Events to bytes: the parser's encoder, and around it what the switches do.

mod block;
mod opening;

use bytes::Bytes;
use ssecheck_parser::encode::{self, EncodeError, Event};

pub(crate) use opening::{farewell, opening, priming};

use crate::Switches;

/// One event to be written.
pub(crate) type Fields<'a> = Event<'a>;

/// The wire text of one event with what the switches put around it.
///
/// # Errors
///
/// The encoder's, for fields that cannot be written, unless a fault writes them all the same.
pub(crate) fn event(switches: &Switches, fields: Fields<'_>) -> Result<Bytes, EncodeError> {
    if switches.is_empty() {
        return Ok(Bytes::from(canonical(fields)?));
    }
    encodable(switches, &fields)?;
    let mut out = before(switches).into_bytes();
    out.extend(block::write(switches, &fields)?);
    out.extend(after(switches).as_bytes());
    Ok(line_ends(switches, out))
}

/// The event as the encoder writes it.
pub(crate) fn canonical(fields: Fields<'_>) -> Result<String, EncodeError> {
    let mut out = String::with_capacity(fields.data.len() + 64);
    encode::event(&mut out, fields)?;
    Ok(out)
}

/// A comment in a block of its own.
pub(crate) fn comment(switches: &Switches, text: &str) -> Bytes {
    let mut out = String::new();
    match switches.has("inject-comment") {
        true => out = format!(": {text}\n"),
        false => encode::comment(&mut out, text),
    }
    if !switches.has("no-blank-line") {
        out.push('\n');
    }
    line_ends(switches, out.into_bytes())
}

/// What a client is told whose last event id is unknown (R54): an event of its own type, which
/// `EventSource` can listen for; a comment would be dropped. It has no id, so that the client keeps
/// its own until it gets another.
pub(crate) fn unknown_cursor(switches: &Switches) -> Bytes {
    let text = "event: reset\ndata: the last event id is unknown, this stream is live only\n\n";
    line_ends(switches, text.as_bytes().to_vec())
}

/// What breaks the silence of a stream.
pub(crate) fn heartbeat(switches: &Switches) -> Bytes {
    const TABLE: &[(&str, &str)] = &[
        ("heartbeat-events", "event: ping\ndata: {}\n\n"),
        ("heartbeat-as-message", "data: {\"type\": \"heartbeat\"}\n\n"),
    ];
    match switches.pick(TABLE) {
        Some(text) => line_ends(switches, text.into()),
        None => comment(switches, "heartbeat"),
    }
}

/// Three events as a stream would have them.
pub(crate) fn samples(switches: &Switches) -> Vec<Bytes> {
    let sample = |n: u8| {
        let (id, data) = (format!("sample-{n}"), format!("sample {n}"));
        event(switches, Fields { id: Some(&id), data: &data, ..Fields::default() })
    };
    (1..=3).filter_map(|n| sample(n).ok()).collect()
}

/// Checks what the encoder would, but for the field that an injection fault writes raw.
fn encodable(switches: &Switches, fields: &Fields<'_>) -> Result<(), EncodeError> {
    let mut id = fields.id.map(str::to_owned);
    if switches.has("inject-id") {
        id = id.map(|id| id.replace(['\r', '\n'], ""));
    }
    if switches.has("nul-accepted") {
        id = id.map(|id| id.replace('\0', ""));
    }
    let event_type = fields.event_type.filter(|_| !switches.has("inject-event"));
    canonical(Fields { event_type, id: id.as_deref(), data: "" }).map(|_| ())
}

fn before(switches: &Switches) -> String {
    const TABLE: &[(&str, &str)] = &[
        ("stack-trace", "Traceback (most recent call last):\n  File \"app.py\", line 7\n\n"),
        ("bare-json", "{\"level\": \"warn\", \"text\": \"bare\"}\n\n"),
        ("error-field", "error: {\"code\": 500}\n\n"),
        ("bom-per-event", "\u{feff}\n"),
        ("comment-blocks", ": glued\n"),
    ];
    let mut out = switches.pick(TABLE).unwrap_or_default().to_owned();
    if switches.has("retry-own-block") {
        encode::retry(&mut out, 1_000);
    }
    out
}

fn after(switches: &Switches) -> &'static str {
    const TABLE: &[(&str, &str)] =
        &[("event-without-data", "event: ping\n\n"), ("comment-blocks", ":\n\n")];
    switches.pick(TABLE).unwrap_or_default()
}

/// Turns LF into the line end that a variation wants. Canonical text has no CR of its own.
fn line_ends(switches: &Switches, text: Vec<u8>) -> Bytes {
    const TABLE: &[(&str, &[u8])] = &[("crlf-line-ends", b"\r\n"), ("cr-line-ends", b"\r")];
    let Some(end) = switches.pick(TABLE) else { return Bytes::from(text) };
    let lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
    Bytes::from(lines.join(end))
}
