//! Rules of HTTP framing, judged on the wire.

use ssecheck_model::expect::{WireExpect, WireRule};
use ssecheck_transport::{End, Framing, Head, Kind, Oddity, OddityCode};

use super::evidence::{field_excerpt, head_part, shown_field, stream_excerpt, wire_excerpt};
use super::header::{list, values};
use super::{Early, Judgement, Violation, answered, stream};
use crate::perform::Stage;
use crate::stream::{Stream, is_coding};

pub(super) fn wire(stage: &Stage<'_>, expect: &WireExpect) -> Early<Judgement> {
    let name = &expect.of.value;
    let optional = matches!(expect.rule, WireRule::NoBody | WireRule::NoTransferEncoding);
    let seen = stream(stage, name)?;
    if optional && seen.head.is_none() {
        return Ok(Judgement::NothingSeen(format!("`{name}` got no answer")));
    }
    let seen = answered(stage, name)?;
    let Some(head) = &seen.head else { return Ok(Judgement::Pass) };
    Ok(match expect.rule {
        WireRule::HeadWellFormed => head_well_formed(name, head),
        WireRule::NoLengthWithChunked => no_length_with_chunked(name, seen, head),
        WireRule::NoLength if !seen.is_stream() => super::no_stream(seen),
        WireRule::NoLength => no_length(name, head),
        WireRule::LengthHolds => length_holds(name, seen, head),
        WireRule::ChunksWellFormed => chunks_well_formed(name, seen, head),
        WireRule::ChunkedOnce => chunked_once(name, seen, head),
        WireRule::EndsComplete => ends_complete(seen, head),
        WireRule::NoTransferEncoding => no_transfer_encoding(name, head),
        WireRule::NoBody => no_body(name, seen),
        WireRule::CodingReal => coding_real(name, head),
        WireRule::CodingOffered => coding_offered(name, seen, head),
        WireRule::Http2Fields => http2_fields(name, head),
        WireRule::Http2End => http2_end(seen),
    })
}

/// Oddities of the head that break the grammar of RFC 9112. The others are legal or judged apart.
const MALFORMED: [OddityCode; 13] = [
    OddityCode::LeadingEmptyLine,
    OddityCode::OddVersion,
    OddityCode::StatusLineSpacing,
    OddityCode::OddStatus,
    OddityCode::ControlInReason,
    OddityCode::BareLf,
    OddityCode::BareCr,
    OddityCode::SpaceBeforeFields,
    OddityCode::FoldedField,
    OddityCode::SpaceBeforeColon,
    OddityCode::InvalidFieldName,
    OddityCode::NoColon,
    OddityCode::NulInValue,
];

fn head_well_formed(name: &str, head: &Head) -> Judgement {
    let mut odd = head.oddities.iter().filter(|oddity| MALFORMED.contains(&oddity.code));
    let Some(first) = odd.next() else { return Judgement::Pass };
    let message = format!("the head breaks the grammar of HTTP/1.1: {}", first.code);
    Violation::new("head-malformed", message)
        .expected("a head as in RFC 9112")
        .actual(first.code.as_str())
        .bytes(head_part(name, head, first.offset, first.offset + 1))
        .into()
}

fn no_length_with_chunked(name: &str, stream: &Stream, head: &Head) -> Judgement {
    if !head.oddities.has(OddityCode::LengthAndChunked) {
        return Judgement::Pass;
    }
    let message = "the answer has both Content-Length and Transfer-Encoding";
    let lengths = shown_field("content-length", &values(head, "content-length"));
    Violation::new("length-and-chunked", message)
        .expected("one of the two")
        .actual(format!("{lengths}, {:?} framing", stream_framing(stream, head)))
        .bytes(field_excerpt(name, head, "content-length"))
        .into()
}

fn stream_framing(stream: &Stream, head: &Head) -> Framing {
    stream.facts.as_ref().map_or(head.framing, |facts| facts.framing)
}

fn no_length(name: &str, head: &Head) -> Judgement {
    match values(head, "content-length").as_slice() {
        [] => Judgement::Pass,
        // Beside Transfer-Encoding it means nothing, and that is judged apart.
        _ if head.oddities.has(OddityCode::LengthAndChunked) => Judgement::Pass,
        found => Violation::new("content-length-present", "the stream has a Content-Length")
            .expected("no Content-Length")
            .actual(shown_field("content-length", found))
            .bytes(field_excerpt(name, head, "content-length"))
            .into(),
    }
}

fn length_holds(name: &str, stream: &Stream, head: &Head) -> Judgement {
    let odd = [OddityCode::LengthConflict, OddityCode::LengthInvalid];
    let broken = odd.into_iter().find(|code| head.oddities.has(*code));
    let violation = |actual: String| {
        let message = "the body does not have the length that Content-Length announces";
        Violation::new("length-mismatch", message)
            .expected("as many bytes as announced")
            .actual(actual)
            .bytes(field_excerpt(name, head, "content-length"))
            .into()
    };
    match (broken, head.framing, &stream.end) {
        (Some(code), _, _) => violation(code.as_str().to_owned()),
        (None, Framing::Length(length), Some((End::Truncated { missing, .. }, _))) => {
            violation(format!("{} of {length} bytes missing", missing.unwrap_or_default()))
        }
        (None, Framing::Length(_), Some(_)) => Judgement::Pass,
        (None, Framing::Length(_), None) => {
            Judgement::NothingSeen("the body had not ended yet".to_owned())
        }
        _ => Judgement::NothingSeen("there is no Content-Length in force".to_owned()),
    }
}

const CHUNK_ODDITIES: [OddityCode; 4] = [
    OddityCode::ChunkBareLf,
    OddityCode::ChunkBareCr,
    OddityCode::ChunkSizeSpace,
    OddityCode::InvalidTrailer,
];

fn chunks_well_formed(name: &str, stream: &Stream, head: &Head) -> Judgement {
    if head.framing != Framing::Chunked {
        return Judgement::NothingSeen("the body is not chunked".to_owned());
    }
    let wrong = |what: String, at: Option<u64>| {
        Violation::new("chunks-malformed", format!("the chunked coding is broken: {what}"))
            .expected("chunks as in RFC 9112 7.1")
            .actual(what)
            .bytes(at.and_then(|at| wire_excerpt(name, stream, at, at + 1)))
            .into()
    };
    if let Some(error) = &stream.error
        && let Kind::Chunk(chunk) = &error.kind
    {
        return wrong(chunk.to_string(), Some(chunk.offset));
    }
    let oddities = stream.facts.iter().flat_map(|facts| facts.oddities.iter());
    let odd: Option<&Oddity> = { oddities }.find(|odd| CHUNK_ODDITIES.contains(&odd.code));
    match odd {
        Some(odd) => wrong(odd.code.as_str().to_owned(), Some(odd.offset)),
        None => Judgement::Pass,
    }
}

fn chunked_once(name: &str, stream: &Stream, head: &Head) -> Judgement {
    let twice = |actual: &str, bytes| {
        Violation::new("chunked-twice", "the chunked coding is applied twice")
            .expected("one layer of chunks")
            .actual(actual)
            .bytes(bytes)
            .into()
    };
    if head.framing != Framing::Chunked {
        return Judgement::NothingSeen("the body is not chunked".to_owned());
    }
    if head.oddities.has(OddityCode::ChunkedTwice) {
        return twice("chunked listed twice", field_excerpt(name, head, "transfer-encoding"));
    }
    match inner_chunk(&stream.bytes) {
        Some(end) => twice("chunk sizes inside the body", stream_excerpt(name, stream, 0, end)),
        None if stream.bytes.is_empty() => {
            Judgement::NothingSeen("no byte of the body came".to_owned())
        }
        None => Judgement::Pass,
    }
}

/// Whether `body` begins with a whole chunk: size line, as many bytes, CR LF. Gives the length of
/// the size line. A stream cannot look like that by accident: after the size line it would have to
/// have a line break exactly where the number says.
fn inner_chunk(body: &[u8]) -> Option<u64> {
    let line = body.windows(2).take(18).position(|pair| pair == b"\r\n")?;
    let digits = std::str::from_utf8(&body[..line]).ok()?;
    let all_hex = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let size = usize::from_str_radix(digits, 16).ok().filter(|size| all_hex && *size > 0)?;
    let end = (line + 2).checked_add(size)?;
    (body.get(end..end.checked_add(2)?)? == b"\r\n").then_some(line as u64)
}

fn ends_complete(stream: &Stream, head: &Head) -> Judgement {
    let expected = match head.framing {
        Framing::Chunked => "the last chunk (0) before the end",
        _ => "an orderly end",
    };
    let violation = |reason, message: &str, actual: String| {
        Violation::new(reason, message).expected(expected).actual(actual).into()
    };
    match &stream.end {
        None => Judgement::NothingSeen("the server did not end the stream".to_owned()),
        // A body that is too short for its Content-Length is judged apart.
        Some(_) if matches!(head.framing, Framing::Length(_)) => {
            Judgement::NothingSeen("the body is delimited by Content-Length".to_owned())
        }
        Some((End::Truncated { place, .. }, _)) => violation(
            "truncated",
            "the server closed without a complete body",
            format!("{place:?}"),
        ),
        Some((End::Reset, _)) => {
            violation("reset", "the server reset the connection", "RST".to_owned())
        }
        Some(_) => Judgement::Pass,
    }
}

fn no_transfer_encoding(name: &str, head: &Head) -> Judgement {
    match values(head, "transfer-encoding").as_slice() {
        [] => Judgement::Pass,
        found => {
            let message = "an HTTP/1.0 client would read the chunk sizes as data";
            Violation::new("transfer-encoding-present", message)
                .expected("no Transfer-Encoding")
                .actual(shown_field("transfer-encoding", found))
                .bytes(field_excerpt(name, head, "transfer-encoding"))
                .into()
        }
    }
}

fn no_body(name: &str, stream: &Stream) -> Judgement {
    let surplus = stream.surplus.as_ref();
    let Some(surplus) = surplus.filter(|surplus| surplus.total > 0) else {
        return Judgement::Pass;
    };
    let message = format!("{} bytes follow a head that has no body", surplus.total);
    let end = surplus.offset + surplus.total;
    Violation::new("body-present", message)
        .expected("no bytes after the head")
        .actual(surplus.bytes.escape_ascii().to_string().chars().take(80).collect::<String>())
        .bytes(wire_excerpt(name, stream, surplus.offset, end))
        .into()
}

fn coding_real(name: &str, head: &Head) -> Judgement {
    let Some(unreal) = list(head, "content-encoding").into_iter().find(|coding| !is_coding(coding))
    else {
        return Judgement::Pass;
    };
    let message = format!("Content-Encoding names `{unreal}`, which is no content coding");
    Violation::new("content-coding-unreal", message)
        .expected("a registered coding, or no field")
        .actual(unreal)
        .bytes(field_excerpt(name, head, "content-encoding"))
        .into()
}

fn coding_offered(name: &str, stream: &Stream, head: &Head) -> Judgement {
    let offered = stream.plan.field("accept-encoding").unwrap_or_default().to_ascii_lowercase();
    let offers = |coding: &String| {
        !is_coding(coding) || offered.contains(&coding.trim().to_ascii_lowercase())
    };
    let Some(coding) = list(head, "content-encoding").into_iter().find(|coding| !offers(coding))
    else {
        return Judgement::Pass;
    };
    let message = format!("the body is coded with {coding}, which the client did not accept");
    Violation::new("content-coding-not-offered", message)
        .expected(format!("accept-encoding: {offered}"))
        .actual(format!("content-encoding: {coding}"))
        .bytes(field_excerpt(name, head, "content-encoding"))
        .into()
}

/// Fields of one connection, which HTTP/2 forbids (RFC 9113 8.2.2).
const CONNECTION_FIELDS: [&str; 5] =
    ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"];

fn http2_fields(name: &str, head: &Head) -> Judgement {
    let forbidden = CONNECTION_FIELDS.into_iter().find(|field| head.field(field).is_some());
    let te = values(head, "te").iter().any(|value| !value.trim().eq_ignore_ascii_case("trailers"));
    let Some(field) = forbidden.or(te.then_some("te")) else { return Judgement::Pass };
    let message = format!("the answer has `{field}`, which HTTP/2 forbids");
    Violation::new("connection-field-on-http2", message)
        .expected("no field that belongs to one connection")
        .actual(shown_field(field, &values(head, field)))
        .bytes(field_excerpt(name, head, field))
        .into()
}

fn http2_end(stream: &Stream) -> Judgement {
    let violation = |actual: &str| {
        Violation::new("reset", "the server ends the stream without END_STREAM")
            .expected("END_STREAM")
            .actual(actual)
            .into()
    };
    match &stream.end {
        None => Judgement::NothingSeen("the server did not end the stream".to_owned()),
        Some((End::Reset, _)) => violation("RST_STREAM, or the connection was reset"),
        Some((End::Truncated { .. }, _)) => violation("the end of the connection"),
        Some(_) => Judgement::Pass,
    }
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
