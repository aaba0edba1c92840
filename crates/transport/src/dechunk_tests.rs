use proptest::prelude::*;

use super::*;

/// All that came of a body: data, error, unused input, facts, oddities.
#[derive(Debug, PartialEq)]
struct Outcome {
    data: Vec<u8>,
    result: Result<bool, ChunkError>,
    surplus: Vec<u8>,
    facts: ChunkFacts,
    oddities: Vec<(&'static str, u64, u64)>,
}

fn decode_in(bytes: &[u8], size: usize) -> Outcome {
    let mut dechunker = Dechunker::new(1000);
    let (mut data, mut at) = (Vec::new(), 0);
    let result = loop {
        let end = bytes.len().min((at / size + 1) * size);
        match dechunker.step(&bytes[at..end]) {
            Err(error) => break Err(error),
            Ok((used, Step::Data(range))) => {
                data.extend_from_slice(&bytes[at + range.start..at + range.end]);
                at += used;
            }
            Ok((used, Step::End)) => {
                at += used;
                break Ok(true);
            }
            Ok((used, Step::NeedMore)) => {
                at += used;
                if at == bytes.len() {
                    break Ok(false);
                }
            }
        }
    };
    let oddities =
        dechunker.oddities().iter().map(|o| (o.code.as_str(), o.offset, o.count)).collect();
    let surplus = if result == Ok(true) { bytes[at..].to_vec() } else { Vec::new() };
    Outcome { data, result, surplus, facts: dechunker.facts().clone(), oddities }
}

fn decode(bytes: &[u8]) -> Outcome {
    decode_in(bytes, bytes.len())
}

fn fault(bytes: &[u8]) -> (ChunkFault, u64) {
    let error = decode(bytes).result.unwrap_err();
    (error.fault, error.offset)
}

#[test]
fn chunks_are_joined_and_counted() {
    let outcome = decode(b"3\r\nabc\r\nA\r\n0123456789\r\n00\r\n\r\nrest");
    assert_eq!((&outcome.data[..], &outcome.surplus[..]), (&b"abc0123456789"[..], &b"rest"[..]));
    assert_eq!((outcome.facts.count, &outcome.facts.sizes[..]), (2, &[3, 10][..]));
    assert!(outcome.facts.last_chunk);
    assert_eq!((outcome.result, &outcome.oddities[..]), (Ok(true), &[][..]));
}

#[test]
fn extensions_and_trailers_are_kept() {
    let outcome = decode(b"1 ; a=\"b\"\r\nx\r\n0;last\r\nA: 1\r\nB:2\r\n\r\n");
    assert_eq!(outcome.facts.extensions, [&b"a=\"b\""[..], b"last"]);
    let names: Vec<_> = outcome.facts.trailers.iter().map(|t| (&t.name[..], t.offset)).collect();
    assert_eq!(names, [(&b"A"[..], 1022), (b"B", 1028)]);
    assert_eq!(outcome.oddities, [("chunk-extension", 1002, 2), ("trailers", 1022, 2)]);
}

#[test]
fn bare_lf_and_spaces_are_told_and_read() {
    let outcome = decode(b"1\nx\n0 \r\n\n");
    assert_eq!((&outcome.data[..], outcome.result), (&b"x"[..], Ok(true)));
    assert_eq!(outcome.oddities, [("chunk-bare-lf", 1001, 3), ("chunk-size-space", 1004, 1)]);
}

#[test]
fn broken_sizes_are_refused_with_their_offset() {
    for bytes in [&b"x"[..], b"\r\n", b";", b"-1\r\n", b"+1\r\n", b"0x1\r\n", b"1 1\r\n", b" \r\n"]
    {
        assert_eq!(fault(bytes), (ChunkFault::InvalidSize, 1000), "{}", bytes.escape_ascii());
    }
    assert_eq!(fault(b"1\r\nx\r\n?"), (ChunkFault::InvalidSize, 1006));
}

#[test]
fn sizes_end_at_64_bits() {
    let outcome = decode(b"ffffffffffffffff\r\nx");
    assert_eq!((outcome.result, &outcome.facts.sizes[..]), (Ok(false), &[u64::MAX][..]));
    assert_eq!(fault(b"10000000000000000\r\n"), (ChunkFault::SizeOverflow, 1000));
    assert_eq!(decode(b"00000000000000000001\r\nx").data, b"x");
}

#[test]
fn data_must_be_followed_by_a_line_end() {
    assert_eq!(fault(b"1\r\nxy"), (ChunkFault::NoLineEndAfterData, 1004));
    assert_eq!(fault(b"1\r\nx\ry"), (ChunkFault::NoLineEndAfterData, 1005));
}

#[test]
fn lines_and_trailers_are_bounded() {
    let line = |len| format!("0;{}\r\n\r\n", "x".repeat(len - 4));
    assert_eq!(decode(line(MAX_CHUNK_LINE).as_bytes()).result, Ok(true));
    let end = 1000 + MAX_CHUNK_LINE as u64;
    assert_eq!(fault(line(MAX_CHUNK_LINE + 1).as_bytes()), (ChunkFault::LineTooLong, end));

    let endless = format!("0\r\na:{}", "x".repeat(MAX_TRAILER_BYTES));
    assert_eq!(fault(endless.as_bytes()).0, ChunkFault::TrailersTooLong);
    let many = format!("0\r\n{}\r\n", "a:b\r\n".repeat(MAX_FIELDS + 1));
    assert_eq!(fault(many.as_bytes()).0, ChunkFault::TrailersTooLong);
}

#[test]
fn many_chunks_are_counted_and_few_kept() {
    let outcome = decode("1;e\r\nx\r\n".repeat(1000).as_bytes());
    assert_eq!((outcome.facts.count, outcome.facts.sizes.len()), (1000, RECORDED_CHUNKS));
    let extensions = (outcome.facts.extension_count, outcome.facts.extensions.len());
    assert_eq!(extensions, (1000, RECORDED_EXTENSIONS));
}

#[test]
fn an_error_stays() {
    let mut dechunker = Dechunker::new(0);
    let error = dechunker.step(b"x").unwrap_err();
    assert_eq!(dechunker.step(b"1\r\n"), Err(error));
}

fn chunked_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::collection::vec(any::<u8>(), 1..40)
            .prop_map(|data| [format!("{:x}\r\n", data.len()).as_bytes(), &data, b"\r\n"].concat()),
        1 => Just(b"1;x\nd\n".to_vec()),
        1 => Just(b"2 \r\nab\r\n".to_vec()),
        1 => Just(b"0\r\nT: 1\r\n\r\n".to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..5),
    ];
    prop::collection::vec(piece, 0..10).prop_map(|pieces| pieces.concat())
}

fn parts() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..20)
}

proptest! {
    #[test]
    fn any_split_gives_the_same_outcome(bytes in chunked_bytes(), size in 1..9_usize) {
        prop_assert_eq!(decode_in(&bytes, size), decode_in(&bytes, usize::MAX));
    }

    #[test]
    fn what_is_chunked_comes_back(parts in parts()) {
        let mut bytes = Vec::new();
        for part in &parts {
            bytes.extend(format!("{:X}\r\n", part.len()).bytes());
            bytes.extend(part);
            bytes.extend(b"\r\n");
        }
        bytes.extend(b"0\r\n\r\n");
        let outcome = decode(&bytes);
        prop_assert_eq!((outcome.data, outcome.result), (parts.concat(), Ok(true)));
        prop_assert_eq!(outcome.oddities, []);
    }
}
