//! One block of the stream, written by hand where a switch changes how.

use ssecheck_parser::encode::EncodeError;

use super::{Fields, canonical};
use crate::Switches;

/// Switches that change only the values; the encoder still writes the block.
const VALUES: &[&str] = &[
    "lf-deleted",
    "trailing-newline-lost",
    "html-escaped",
    "event-type-dropped",
    "nul-truncates",
    "data-truncated",
    "type-sanitised",
    "id-sanitised",
];

/// Longest data that the fault which cuts longer ones leaves alone, in bytes.
const LONGEST: usize = 64 * 1024;

/// Switches that change how the block is written.
const WRITING: &[&str] = &[
    "latin1",
    "truncated-utf8",
    "field-name-case",
    "leading-space-name",
    "data-prefix-twice",
    "first-line-only",
    "cr-raw",
    "crlf-doubled",
    "leading-space-lost",
    "empty-data-lost",
    "splitlines",
    "inject-data-lf",
    "inject-data-cr",
    "inject-event",
    "inject-id",
    "nul-accepted",
    "no-blank-line",
    "nul-in-id",
    "no-space-after-colon",
    "fields-reordered",
    "event-message-spelled-out",
    "id-repeated-in-block",
    "unknown-field",
];

/// The bytes of the block with its blank line.
pub(super) fn write(switches: &Switches, fields: &Fields<'_>) -> Result<Vec<u8>, EncodeError> {
    if switches.any(WRITING) {
        return Ok(by_hand(switches, fields));
    }
    if !switches.any(VALUES) {
        return Ok(canonical(*fields)?.into_bytes());
    }
    let data = changed(switches, fields.data);
    let event_type = fields.event_type.filter(|_| !switches.has("event-type-dropped"));
    let event_type = event_type.map(|text| sanitised(switches.has("type-sanitised"), text));
    let id = fields.id.map(|text| sanitised(switches.has("id-sanitised"), text));
    let (event_type, id) = (event_type.as_deref(), id.as_deref());
    Ok(canonical(Fields { event_type, id, data: &data })?.into_bytes())
}

/// A name in letters, digits and the characters that many programs allow in names.
fn sanitised(on: bool, text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.{}:\"".contains(c);
    text.chars().map(|c| if !on || plain(c) { c } else { '_' }).collect()
}

fn changed(switches: &Switches, data: &str) -> String {
    if switches.has("html-escaped") {
        let data = data.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        return data.replace('"', "&quot;");
    }
    if switches.has("trailing-newline-lost") {
        let shorter = data.strip_suffix("\r\n").or_else(|| data.strip_suffix(['\r', '\n']));
        return shorter.unwrap_or(data).to_owned();
    }
    if switches.has("nul-truncates") {
        return data.split('\0').next().unwrap_or_default().to_owned();
    }
    if switches.has("data-truncated") {
        let whole = |at: &usize| data.is_char_boundary(*at);
        let end = (0..=LONGEST.min(data.len())).rev().find(whole).unwrap_or_default();
        return data[..end].to_owned();
    }
    if switches.has("lf-deleted") {
        return without_inner_lf(data);
    }
    data.to_owned()
}

/// Deletes LFs but those of a CRLF and the one at the end, which are the business of other faults.
fn without_inner_lf(data: &str) -> String {
    let (body, tail) = data.strip_suffix('\n').map_or((data, ""), |body| (body, "\n"));
    let kept = body.replace("\r\n", "\r").replace('\n', "");
    kept + tail
}

fn by_hand(switches: &Switches, fields: &Fields<'_>) -> Vec<u8> {
    let mut parts =
        [id_lines(switches, fields), event_line(switches, fields), data(switches, fields)];
    if switches.has("fields-reordered") {
        parts.reverse();
    }
    let mut out = parts.concat();
    out.extend(additional(switches, fields.data).into_bytes());
    if !switches.has("no-blank-line") {
        out.push(b'\n');
    }
    out
}

fn id_lines(switches: &Switches, fields: &Fields<'_>) -> Vec<u8> {
    let Some(id) = fields.id else { return Vec::new() };
    let line = line(switches, "id", id.as_bytes());
    if switches.has("id-repeated-in-block") {
        return line.repeat(2);
    }
    if switches.has("nul-in-id") {
        return [line, format!("id: {id}\0\n").into_bytes()].concat();
    }
    line
}

fn event_line(switches: &Switches, fields: &Fields<'_>) -> Vec<u8> {
    let spelled_out = switches.has("event-message-spelled-out").then_some("message");
    let event_type = fields.event_type.or(spelled_out);
    event_type.map(|text| line(switches, "event", text.as_bytes())).unwrap_or_default()
}

/// A line beside the proper ones, without effect on what is dispatched.
fn additional(switches: &Switches, data: &str) -> String {
    let first = data.split(['\r', '\n']).next().unwrap_or_default();
    match switches.pick(&[
        ("field-name-case", "Data: "),
        ("leading-space-name", " data: "),
        ("unknown-field", "trace: "),
    ]) {
        Some("trace: ") => "trace: 7\n".to_owned(),
        Some(name) => format!("{name}{first}\n"),
        None => String::new(),
    }
}

fn data(switches: &Switches, fields: &Fields<'_>) -> Vec<u8> {
    if fields.data.is_empty() && switches.has("empty-data-lost") {
        return Vec::new();
    }
    let raw_lines =
        !fields.data.contains('\r') && switches.any(&["first-line-only", "inject-data-lf"]);
    let lines = lines(switches, fields.data);
    let write = |(at, text): (usize, &String)| {
        let raw = raw_lines && at > 0 && is_written_raw(switches, text);
        if raw { format!("{text}\n").into_bytes() } else { data_line(switches, text) }
    };
    lines.iter().enumerate().flat_map(write).collect()
}

/// An empty line is never written raw: that would be the fault of the event's end.
fn is_written_raw(switches: &Switches, text: &str) -> bool {
    !text.is_empty() && is_field(text) == switches.has("inject-data-lf")
}

/// Whether a client would take the line for a field.
fn is_field(text: &str) -> bool {
    let name = text.split(':').next().unwrap_or_default();
    matches!(name, "event" | "data" | "id" | "retry")
}

/// Splits data into the lines that get a `data:` each.
fn lines(switches: &Switches, data: &str) -> Vec<String> {
    let doubled = switches.has("crlf-doubled");
    let mut data = data.replace("\r\n", if doubled { "\n\n" } else { "\n" });
    if switches.has("splitlines") {
        data = data.replace(['\u{85}', '\u{2028}', '\u{2029}', '\u{b}', '\u{c}'], "\n");
    }
    data.split('\n').flat_map(|line| split_at_cr(switches, line)).collect()
}

/// Splits at each CR but those that the fault leaves in.
fn split_at_cr(switches: &Switches, line: &str) -> Vec<String> {
    let raw = |rest: &str| {
        if is_field(rest) { switches.has("inject-data-cr") } else { switches.has("cr-raw") }
    };
    let mut parts: Vec<String> = Vec::new();
    for part in line.split('\r') {
        match parts.last_mut() {
            Some(last) if raw(part) => *last = format!("{last}\r{part}"),
            _ => parts.push(part.to_owned()),
        }
    }
    parts
}

fn data_line(switches: &Switches, text: &str) -> Vec<u8> {
    let value = encoded(switches, text);
    if switches.has("leading-space-lost") {
        return [b"data:", value.as_slice(), b"\n"].concat();
    }
    if switches.has("data-prefix-twice") {
        return [b"data: data: ", value.as_slice(), b"\n"].concat();
    }
    line(switches, "data", &value)
}

/// UTF-8, but for the two faults of encoding.
fn encoded(switches: &Switches, text: &str) -> Vec<u8> {
    let mut out = text.as_bytes().to_vec();
    if switches.has("latin1") {
        return text.chars().flat_map(latin1).collect();
    }
    if switches.has("truncated-utf8")
        && let Some((at, last)) = text.char_indices().rfind(|(_, c)| is_letter_like(*c))
    {
        out.remove(at + last.len_utf8() - 1);
    }
    out
}

/// Line separators and the byte order mark are the business of other checks.
fn is_letter_like(c: char) -> bool {
    c >= '\u{a0}' && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

fn latin1(c: char) -> Vec<u8> {
    match c {
        '\u{a0}'..='\u{ff}' => vec![c as u8],
        _ => c.to_string().into_bytes(),
    }
}

/// `name: value`, or without the space where a variation wants that and the value allows it.
fn line(switches: &Switches, name: &str, value: &[u8]) -> Vec<u8> {
    let tight = switches.has("no-space-after-colon") && !value.starts_with(b" ");
    let colon: &[u8] = if tight { b":" } else { b": " };
    [name.as_bytes(), colon, value, b"\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wire(id: &str, data: &str) -> String {
        let Ok(switches) = Switches::parse([id]) else { panic!("no switch {id}") };
        let fields = Fields { event_type: Some("t"), id: Some("7"), data };
        String::from_utf8_lossy(&write(&switches, &fields).unwrap()).into_owned()
    }

    #[test]
    fn faults_of_line_breaks_change_only_their_own_kind_of_break() {
        let data = "a\nb\r\nc\rd";
        let of = |id| wire(id, data).replace("id: 7\nevent: t\n", "");
        assert_eq!(of("lf-deleted"), "data: ab\ndata: c\ndata: d\n\n");
        assert_eq!(of("crlf-doubled"), "data: a\ndata: b\ndata: \ndata: c\ndata: d\n\n");
        assert_eq!(of("cr-raw"), "data: a\ndata: b\ndata: c\rd\n\n");
        assert_eq!(of("inject-data-cr"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
    }

    #[test]
    fn injection_needs_a_line_that_reads_as_a_field() {
        let of = |id, data| wire(id, data).replace("id: 7\nevent: t\n", "");
        assert_eq!(of("inject-data-lf", "a\nevent: x\nb"), "data: a\nevent: x\ndata: b\n\n");
        assert_eq!(of("first-line-only", "a\nevent: x\nb"), "data: a\ndata: event: x\nb\n\n");
        assert_eq!(of("inject-data-cr", "a\revent: x"), "data: a\revent: x\n\n");
        assert_eq!(of("cr-raw", "a\revent: x"), "data: a\ndata: event: x\n\n");
    }

    #[test]
    fn a_lost_trailing_newline_is_one() {
        assert_eq!(wire("trailing-newline-lost", "x\n\n"), wire("crlf-doubled", "x\n"));
    }

    #[test]
    fn encoding_faults_spare_separators() {
        let data = |id, data| {
            let Ok(switches) = Switches::parse([id]) else { panic!("no switch {id}") };
            encoded(&switches, data)
        };
        assert_eq!(data("latin1", "é\u{85}"), b"\xe9\xc2\x85");
        assert_eq!(data("truncated-utf8", "é\u{2028}"), b"\xc3\xe2\x80\xa8");
    }
}
