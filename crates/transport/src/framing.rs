//! How an answer's body is delimited (RFC 9112 6.3).

use crate::field::trim_ows;
use crate::head::Head;
use crate::oddity::OddityCode;
use crate::request::Version;

/// How the body of an answer is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// There is none: HEAD, 1xx, 204, 304, or a successful CONNECT.
    None,
    /// By the chunked coding.
    Chunked,
    /// By this many bytes.
    Length(u64),
    /// By the close of the connection.
    Close,
    /// By the frames of HTTP/2.
    Stream,
}

impl Framing {
    /// Decides for an answer to a request with this method and version, and notes what is wrong.
    pub(crate) fn decide(method: &str, version: Version, head: &mut Head) -> Self {
        let codings = TransferCodings::read(head);
        let length = Length::read(head);
        note_bodiless(head, &codings, length);
        note_http10(head, version, &codings);
        if has_no_body(method, head.status) {
            return Self::None;
        }
        if codings.present && length != Length::Absent {
            note_field(head, OddityCode::LengthAndChunked, "content-length");
        }
        match (codings.decision(), length) {
            (Some(framing), _) => framing,
            (None, Length::Valid(length)) => Self::Length(length),
            (None, Length::Absent | Length::Useless) => Self::Close,
        }
    }
}

fn has_no_body(method: &str, status: u16) -> bool {
    method == "HEAD"
        || (100..200).contains(&status)
        || matches!(status, 204 | 304)
        || (method == "CONNECT" && (200..300).contains(&status))
}

/// Notes an oddity at the first field line with this name.
fn note_field(head: &mut Head, code: OddityCode, name: &str) {
    let offset = head.fields.iter().find(|field| field.is(name)).map_or(head.offset, |f| f.offset);
    head.oddities.note(code, offset);
}

fn note_bodiless(head: &mut Head, codings: &TransferCodings, length: Length) {
    if !((100..200).contains(&head.status) || head.status == 204) {
        return;
    }
    if codings.present {
        note_field(head, OddityCode::ChunkedWithoutBody, "transfer-encoding");
    }
    if length != Length::Absent {
        note_field(head, OddityCode::LengthWithoutBody, "content-length");
    }
}

fn note_http10(head: &mut Head, version: Version, codings: &TransferCodings) {
    if !codings.present {
        return;
    }
    if version == Version::Http10 {
        note_field(head, OddityCode::ChunkedToHttp10, "transfer-encoding");
    }
    if head.version == Version::Http10 {
        note_field(head, OddityCode::ChunkedInHttp10, "transfer-encoding");
    }
}

/// What the `Transfer-Encoding` lines say.
struct TransferCodings {
    /// There is at least one coding other than `identity`.
    present: bool,
    chunked_last: bool,
}

impl TransferCodings {
    fn read(head: &mut Head) -> Self {
        let mut codings: Vec<(Vec<u8>, u64)> = Vec::new();
        for field in head.fields.iter().filter(|field| field.is("transfer-encoding")) {
            for item in field.value.split(|&byte| byte == b',').map(trim_ows) {
                let name = item.split(|&byte| byte == b';').next().map_or(item, trim_ows);
                if !name.is_empty() {
                    codings.push((name.to_ascii_lowercase(), field.offset));
                }
            }
        }
        let chunked = codings.iter().filter(|(name, _)| name == b"chunked").count();
        for (name, offset) in &codings {
            match &name[..] {
                b"chunked" => {}
                b"identity" => head.oddities.note(OddityCode::IdentityTransferCoding, *offset),
                _ => head.oddities.note(OddityCode::UnknownTransferCoding, *offset),
            }
        }
        codings.retain(|(name, _)| name != b"identity");
        let chunked_last = codings.last().is_some_and(|(name, _)| name == b"chunked");
        if chunked > 1 {
            note_field(head, OddityCode::ChunkedTwice, "transfer-encoding");
        }
        if chunked > 0 && !chunked_last {
            note_field(head, OddityCode::ChunkedNotLast, "transfer-encoding");
        }
        Self { present: !codings.is_empty(), chunked_last }
    }

    fn decision(&self) -> Option<Framing> {
        match (self.present, self.chunked_last) {
            (false, _) => None,
            (true, true) => Some(Framing::Chunked),
            (true, false) => Some(Framing::Close),
        }
    }
}

/// What the `Content-Length` lines say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Absent,
    Valid(u64),
    /// Invalid, or several that differ: no number can be trusted.
    Useless,
}

impl Length {
    fn read(head: &mut Head) -> Self {
        let mut seen: Vec<Option<u64>> = Vec::new();
        for field in head.fields.iter().filter(|field| field.is("content-length")) {
            seen.extend(
                field.value.split(|&byte| byte == b',').map(|item| parse_length(trim_ows(item))),
            );
        }
        let Some(&first) = seen.first() else { return Self::Absent };
        if seen.iter().any(Option::is_none) {
            note_field(head, OddityCode::LengthInvalid, "content-length");
            return Self::Useless;
        }
        if seen.iter().any(|&other| other != first) {
            note_field(head, OddityCode::LengthConflict, "content-length");
            return Self::Useless;
        }
        if seen.len() > 1 {
            note_field(head, OddityCode::LengthRepeated, "content-length");
        }
        first.map_or(Self::Useless, Self::Valid)
    }
}

/// Digits only: Rust's own parser would take a plus sign.
fn parse_length(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::head::{HeadParser, HeadProgress};
    use crate::stamp::Stamp;

    fn decide(
        method: &str,
        version: Version,
        status: &str,
        fields: &str,
    ) -> (Framing, Vec<&'static str>) {
        let mut buffer = BytesMut::from(format!("{status}\r\n{fields}\r\n").as_bytes());
        let mut parser = HeadParser::new(method, version, 0);
        let progress = parser.advance(&mut buffer, Stamp::now()).unwrap();
        let HeadProgress::Done(head) = progress else { panic!("incomplete") };
        (head.framing, head.oddities.iter().map(|oddity| oddity.code.as_str()).collect())
    }

    fn get(fields: &str) -> (Framing, Vec<&'static str>) {
        decide("GET", Version::Http11, "HTTP/1.1 200 OK", fields)
    }

    #[test]
    fn the_plain_cases_have_no_oddity() {
        assert_eq!(get(""), (Framing::Close, vec![]));
        assert_eq!(get("Content-Length: 5\r\n"), (Framing::Length(5), vec![]));
        assert_eq!(get("Transfer-Encoding: Chunked\r\n"), (Framing::Chunked, vec![]));
    }

    #[test]
    fn answers_without_a_body_have_none_whatever_the_fields_say() {
        let length = "Content-Length: 5\r\n";
        for (method, status) in [("HEAD", 200), ("GET", 304), ("CONNECT", 200)] {
            let status = format!("HTTP/1.1 {status} x");
            let got = decide(method, Version::Http11, &status, length);
            assert_eq!(got, (Framing::None, vec![]), "{method} {status}");
        }
    }

    #[test]
    fn r07_a_204_with_framing_fields_is_odd() {
        let status = "HTTP/1.1 204 No Content";
        let got = decide("GET", Version::Http11, status, "Transfer-Encoding: chunked\r\n");
        assert_eq!(got, (Framing::None, vec!["chunked-without-body"]));
        let got = decide("GET", Version::Http11, status, "Content-Length: 0\r\n");
        assert_eq!(got, (Framing::None, vec!["length-without-body"]));
    }

    #[test]
    fn r16_chunked_wins_over_a_length() {
        let got = get("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n");
        assert_eq!(got, (Framing::Chunked, vec!["length-and-chunked"]));
    }

    #[test]
    fn r18_chunked_to_an_http10_request_is_odd_and_decoded() {
        let fields = "Transfer-Encoding: chunked\r\n";
        let got = decide("GET", Version::Http10, "HTTP/1.1 200 OK", fields);
        assert_eq!(got, (Framing::Chunked, vec!["chunked-to-http10"]));
        let got = decide("GET", Version::Http11, "HTTP/1.0 200 OK", fields);
        assert_eq!(got, (Framing::Chunked, vec!["chunked-in-http10"]));
    }

    #[test]
    fn r20_chunked_is_applied_once_and_last() {
        let got = get("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n");
        assert_eq!(got, (Framing::Chunked, vec!["chunked-twice"]));
        let got = get("Transfer-Encoding: chunked, gzip\r\n");
        assert_eq!(got, (Framing::Close, vec!["unknown-transfer-coding", "chunked-not-last"]));
        let got = get("Transfer-Encoding: gzip, chunked\r\n");
        assert_eq!(got, (Framing::Chunked, vec!["unknown-transfer-coding"]));
    }

    #[test]
    fn the_identity_transfer_coding_is_ignored() {
        let got = get("Transfer-Encoding: identity\r\nContent-Length: 3\r\n");
        assert_eq!(got, (Framing::Length(3), vec!["identity-transfer-coding"]));
    }

    #[test]
    fn lengths_must_agree_and_be_numbers() {
        assert_eq!(get("Content-Length: 5, 5\r\n"), (Framing::Length(5), vec!["length-repeated"]));
        assert_eq!(
            get("Content-Length: 5\r\ncontent-length: 6\r\n"),
            (Framing::Close, vec!["length-conflict"])
        );
        for bad in ["+5", "-1", "0x5", "", "5 5", "18446744073709551616"] {
            let got = get(&format!("Content-Length: {bad}\r\n"));
            assert_eq!(got, (Framing::Close, vec!["length-invalid"]), "{bad}");
        }
    }
}
