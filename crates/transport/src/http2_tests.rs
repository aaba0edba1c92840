use super::*;
use crate::request::Request;

fn server(frames: &[(u8, u8, u32, &[u8])]) -> BytesMut {
    let mut out = Vec::new();
    for (kind, flags, stream, payload) in frames {
        frame(&mut out, *kind, *flags, *stream, payload);
    }
    BytesMut::from(&out[..])
}

fn section(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in fields {
        hpack::encode(&mut block, name.as_bytes(), value.as_bytes());
    }
    block
}

const OK: [(&str, &str); 2] = [(":status", "200"), ("content-type", "text/event-stream")];

/// Head, body and end of an answer whose bytes come in pieces of this size.
fn read(bytes: &BytesMut, size: usize) -> Result<(Head, Vec<u8>, Option<End>), Kind> {
    let (mut exchange, mut buffer) = (Exchange::new("GET", 0), BytesMut::new());
    let (mut head, mut body, mut end) = (None, Vec::new(), None);
    for piece in bytes.chunks(size) {
        buffer.extend_from_slice(piece);
        while end.is_none() {
            match exchange.advance(&mut buffer, Stamp::now())? {
                Progress::NeedMore => break,
                Progress::Head(found) => head = Some(*found),
                Progress::Part(BodyPart::Data(chunk)) => body.extend_from_slice(&chunk.bytes),
                Progress::Part(BodyPart::End(found)) => end = Some(found),
            }
        }
    }
    Ok((head.unwrap(), body, end))
}

#[test]
fn an_answer_is_read_however_its_bytes_are_cut() {
    let block = section(&OK);
    let (one, two) = block.split_at(7);
    let padded = [&[3][..], b"data: b\n\n", &[0; 3]].concat();
    let bytes = server(&[
        (SETTINGS, 0, 0, &[]),
        (HEADERS, 0, STREAM, one),
        (CONTINUATION, FLAG_END_HEADERS, STREAM, two),
        (PING, 0, 0, &[7; 8]),
        (DATA, 0, STREAM, b"data: a\n\n"),
        (DATA, FLAG_PADDED, STREAM, &padded),
        (DATA, FLAG_END, STREAM, &[]),
    ]);
    for size in [1, 2, 3, 10, 1000] {
        let (head, body, end) = read(&bytes, size).unwrap();
        assert_eq!((head.status, head.framing), (200, Framing::Stream));
        assert_eq!(head.field("content-type").unwrap(), "text/event-stream");
        assert_eq!(body, b"data: a\n\ndata: b\n\n", "{size}");
        assert_eq!(end, Some(End::StreamEnd), "{size}");
    }
}

#[test]
fn forbidden_fields_and_a_reset_are_seen() {
    let block = section(&[OK[0], ("connection", "keep-alive"), ("Transfer-Encoding", "chunked")]);
    let bytes = server(&[
        (HEADERS, FLAG_END_HEADERS, STREAM, &block),
        (RST_STREAM, 0, STREAM, &2_u32.to_be_bytes()),
    ]);
    let (head, _, end) = read(&bytes, 1000).unwrap();
    assert!(head.field("connection").is_some() && head.field("transfer-encoding").is_some());
    assert_eq!(end, Some(End::Reset));
}

#[test]
fn trailers_end_the_stream() {
    let (block, trailers) = (section(&OK), section(&[("x-sum", "1")]));
    let bytes = server(&[
        (HEADERS, FLAG_END_HEADERS, STREAM, &section(&[(":status", "103")])),
        (HEADERS, FLAG_END_HEADERS, STREAM, &block),
        (HEADERS, FLAG_END_HEADERS | FLAG_END, STREAM, &trailers),
    ]);
    let (head, _, end) = read(&bytes, 1000).unwrap();
    assert_eq!((head.interim.len(), end), (1, Some(End::StreamEnd)));
}

#[test]
fn what_is_no_http2_is_refused() {
    let refused = |bytes: BytesMut| read(&bytes, 1000).unwrap_err();
    assert!(matches!(refused(BytesMut::from("HTTP/1.1 400 Bad\r\n\r\n")), Kind::Http2(_)));
    assert!(matches!(refused(server(&[(DATA, 0, STREAM, b"x")])), Kind::Http2(_)));
    assert!(matches!(refused(server(&[(GOAWAY, 0, 0, &[0; 8])])), Kind::Http2(_)));
    assert!(matches!(refused(server(&[(HEADERS, 4, STREAM, &[0xff])])), Kind::Http2(_)));
    assert_eq!(refused(server(&[(RST_STREAM, 0, STREAM, &[0; 4])])), Kind::Reset);
}

#[test]
fn what_is_owed_is_written() {
    let mut exchange = Exchange::new("GET", 0);
    let mut bytes = server(&[
        (SETTINGS, 0, 0, &[]),
        (PING, 0, 0, &[7; 8]),
        (SETTINGS, FLAG_END, 0, &[]),
        (HEADERS, FLAG_END_HEADERS, STREAM, &section(&OK)),
        (DATA, 0, STREAM, b"abc"),
    ]);
    while !matches!(
        exchange.advance(&mut bytes, Stamp::now()).unwrap(),
        Progress::Part(BodyPart::Data(_))
    ) {}
    let owed = server(&[
        (SETTINGS, FLAG_END, 0, &[]),
        (PING, FLAG_END, 0, &[7; 8]),
        (WINDOW_UPDATE, 0, 0, &3_u32.to_be_bytes()),
        (WINDOW_UPDATE, 0, STREAM, &3_u32.to_be_bytes()),
    ]);
    assert_eq!(exchange.out, owed);
}

#[test]
fn a_request_has_its_pseudo_fields_first() {
    let asked = Request::new("GET", "/events").header("Host", "a:1").header("Accept", "*/*");
    let bytes = request(&asked, "http");
    let settings = PREFACE.len() + FRAME_HEAD + 12;
    let headers = settings + FRAME_HEAD + 4 + FRAME_HEAD;
    let fields = hpack::Decoder::default().decode(&bytes[headers..], 10).unwrap();
    let names: Vec<_> = fields.iter().map(|(name, _)| String::from_utf8_lossy(name)).collect();
    assert_eq!(names, [":method", ":scheme", ":authority", ":path", "accept"]);
}
