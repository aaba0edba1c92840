use proptest::prelude::*;

use super::*;

fn parse(bytes: &[u8]) -> Result<(Head, Vec<u8>), Kind> {
    parse_in(bytes, bytes.len())
}

/// Parses bytes that come in pieces of `size`.
fn parse_in(bytes: &[u8], size: usize) -> Result<(Head, Vec<u8>), Kind> {
    let mut parser = HeadParser::new("GET", Version::Http11, 0);
    let mut buffer = BytesMut::new();
    let mut pieces = bytes.chunks(size);
    for piece in pieces.by_ref() {
        buffer.extend_from_slice(piece);
        if let HeadProgress::Done(head) = parser.advance(&mut buffer, stamp())? {
            buffer.extend(pieces.flatten());
            return Ok((*head, buffer.to_vec()));
        }
    }
    Err(Kind::Closed { received: bytes.len() as u64 })
}

/// One stamp for all, so that heads can be compared.
fn stamp() -> Stamp {
    static STAMP: std::sync::OnceLock<Stamp> = std::sync::OnceLock::new();
    *STAMP.get_or_init(Stamp::now)
}

fn oddities(bytes: &[u8]) -> Vec<(&'static str, u64)> {
    let (head, _) = parse(bytes).unwrap();
    head.oddities.iter().map(|oddity| (oddity.code.as_str(), oddity.offset)).collect()
}

#[test]
fn a_plain_head_is_read_whole_and_without_oddity() {
    let bytes = b"HTTP/1.1 200 OK\r\nContent-Type: a\r\nX: 1\r\nx:2\r\nContent-Length: 1\r\n\r\nB";
    let (head, rest) = parse(bytes).unwrap();
    assert_eq!((head.version, head.status, &head.reason[..]), (Version::Http11, 200, &b"OK"[..]));
    assert_eq!((&head.raw[..], &rest[..]), (&bytes[..bytes.len() - 1], &b"B"[..]));
    assert_eq!(head.fields("X").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(head.field("content-type").unwrap(), "a");
    assert_eq!(head.fields.iter().map(|field| field.offset).collect::<Vec<_>>(), [17, 34, 40, 45]);
    assert!(head.oddities.is_empty());
}

#[test]
fn an_empty_reason_is_legal() {
    assert_eq!(oddities(b"HTTP/1.1 200 \r\n\r\n"), []);
}

#[test]
fn status_line_faults_are_told() {
    assert_eq!(oddities(b"HTTP/1.1 200\r\n\r\n"), [("status-line-spacing", 8)]);
    assert_eq!(oddities(b"HTTP/1.1  200 OK\r\n\r\n"), [("status-line-spacing", 8)]);
    assert_eq!(oddities(b"http/1.1 200 OK\r\n\r\n"), [("odd-version", 0)]);
    assert_eq!(oddities(b"HTTP/2 200 OK\r\n\r\n"), [("odd-version", 0)]);
    assert_eq!(oddities(b"HTTP/01.1 200 OK\r\n\r\n"), [("odd-version", 0)]);
    assert_eq!(oddities(b"HTTP/1.1 20 OK\r\n\r\n"), [("odd-status", 9)]);
    assert_eq!(oddities(b"HTTP/1.1 999 OK\r\n\r\n"), [("odd-status", 9)]);
    assert_eq!(oddities(b"HTTP/1.1 200 O\x01\r\n\r\n"), [("control-in-reason", 13)]);
    assert_eq!(oddities(b"\r\nHTTP/1.1 200 OK\r\n\r\n"), [("leading-empty-line", 0)]);
}

#[test]
fn field_faults_are_told_and_the_other_fields_read() {
    let (head, _) = parse(b"HTTP/1.1 200 OK\r\nno colon\r\nA : 1\nB: x\r\n y\r\n\r\n").unwrap();
    assert_eq!(head.skipped, [SkippedLine { line: "no colon".into(), offset: 17 }]);
    assert_eq!((head.field("a").unwrap(), head.field("b").unwrap()), (&"1".into(), &"x y".into()));
    let expected =
        [("no-colon", 17), ("bare-lf", 32), ("space-before-colon", 28), ("folded-field", 39)];
    let found: Vec<_> = head.oddities.iter().map(|o| (o.code.as_str(), o.offset)).collect();
    assert_eq!(found, expected);
    assert_eq!(oddities(b"HTTP/1.1 200 OK\r\n A: 1\r\n\r\n"), [("space-before-fields", 17)]);
}

#[test]
fn a_head_may_end_with_bare_lf() {
    let (head, rest) = parse(b"HTTP/1.1 200 OK\nA: 1\n\nbody").unwrap();
    assert_eq!((head.field("a").unwrap(), &rest[..]), (&"1".into(), &b"body"[..]));
    assert_eq!(head.oddities.get(OddityCode::BareLf).unwrap().count, 3);
}

#[test]
fn interim_answers_are_kept_and_101_is_final() {
    let interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\n";
    let (head, _) = parse(format!("{interim}HTTP/1.1 200 OK\r\n\r\n").as_bytes()).unwrap();
    assert_eq!((head.status, head.offset), (200, 56));
    assert_eq!(
        head.interim.iter().map(|h| (h.status, h.offset)).collect::<Vec<_>>(),
        [(100, 0), (103, 25)]
    );
    let (head, _) = parse(b"HTTP/1.1 101 Switching\r\n\r\n").unwrap();
    assert_eq!((head.status, head.framing), (101, Framing::None));
}

#[test]
fn what_is_no_http_is_refused_at_once() {
    for bytes in
        [&b"SSH-2.0-x\r\n"[..], b"<html>", b"HTTX", b"\x15\x03\x01", b" HTTP/1.1 200 OK\r\n"]
    {
        let first = bytes.to_vec();
        assert_eq!(parse(bytes).unwrap_err(), Kind::NotHttp { first });
    }
    for bytes in [&b"HTTP/1.1\r\n\r\n"[..], b"HTTP/x.1 200 OK\r\n\r\n", b"HTTP/1.1 OK\r\n\r\n"] {
        assert!(matches!(parse(bytes), Err(Kind::NotHttp { .. })));
    }
    let kind = parse(&[b'\n'; 1000]).unwrap_err();
    assert_eq!(kind, Kind::NotHttp { first: vec![b'\n'; 64] });
}

#[test]
fn the_bounds_hold_exactly() {
    let lines = |count| format!("HTTP/1.1 200 OK\r\n{}\r\n", "a:b\r\n".repeat(count));
    assert_eq!(parse(lines(MAX_FIELDS).as_bytes()).unwrap().0.fields.len(), MAX_FIELDS);
    let kind = parse(lines(MAX_FIELDS + 1).as_bytes()).unwrap_err();
    assert_eq!(kind, Kind::TooManyFields { limit: MAX_FIELDS });

    let long = |len| format!("HTTP/1.1 200 OK\r\na:{}\r\n\r\n", "b".repeat(len - 23));
    assert_eq!(parse(long(MAX_HEAD_BYTES).as_bytes()).unwrap().0.raw.len(), MAX_HEAD_BYTES);
    let kind = parse(long(MAX_HEAD_BYTES + 1).as_bytes()).unwrap_err();
    assert_eq!(kind, Kind::HeadTooLong { limit: MAX_HEAD_BYTES });

    let interim = |count| "HTTP/1.1 100 \r\n\r\n".repeat(count) + "HTTP/1.1 200 \r\n\r\n";
    assert_eq!(parse(interim(MAX_INTERIM).as_bytes()).unwrap().0.interim.len(), MAX_INTERIM);
    let kind = parse(interim(MAX_INTERIM + 1).as_bytes()).unwrap_err();
    assert_eq!(kind, Kind::TooManyInterim { limit: MAX_INTERIM });
}

/// What a strict parser makes of a head, names and values.
fn strict(bytes: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut response = httparse::Response::new(&mut fields);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {
            Some(response.headers.iter().map(|h| (h.name.to_owned(), h.value.to_vec())).collect())
        }
        Ok(httparse::Status::Partial) | Err(_) => None,
    }
}

/// Pieces that make heads, good and bad.
fn head_bytes() -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<&[u8]> = vec![
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.0 404 \r\n",
        b"http/1.1 200\n",
        b"HTTP/1.1 100 C\r\n\r\n",
        b"A: b\r\n",
        b"Content-Length: 3\r\n",
        b"C : \xff\r\n",
        b" fold\r\n",
        b"no colon\n",
        b"d:\0\r\n",
        b":\r\n",
        b"\r",
        b"\n",
        b"\r\n",
    ];
    let piece = prop::sample::select(pieces);
    prop::collection::vec(piece, 0..8)
        .prop_map(|pieces| [b"HTTP/1.1 200 OK\r\n", &pieces.concat()[..], b"\r\n\r\n"].concat())
}

proptest! {
    #[test]
    fn any_split_gives_the_same_head(bytes in head_bytes(), size in 1..9_usize) {
        prop_assert_eq!(parse_in(&bytes, size), parse(&bytes));
    }

    #[test]
    fn a_head_without_oddity_is_read_alike_by_a_strict_parser(bytes in head_bytes()) {
        let clean = |head: &Head| head.oddities.is_empty() && head.interim.is_empty();
        if let Ok((head, _)) = parse(&bytes) && clean(&head) {
            let fields = head.fields.iter().map(|field| {
                (String::from_utf8(field.name.to_vec()).unwrap(), field.value.to_vec())
            });
            prop_assert_eq!(strict(&bytes), Some(fields.collect()));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let bytes = [b"HTTP/1.1 200 ", &bytes[..], b"\r\n\r\n"].concat();
        prop_assert_eq!(parse_in(&bytes, 1), parse(&bytes));
    }
}
