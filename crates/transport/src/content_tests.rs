use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::*;

const TEXT: &[u8] = b"data: hello\n\ndata: world\n\n";

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn raw(text: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn decode_in(coding: Coding, coded: &[u8], size: usize) -> Result<Vec<u8>, ContentError> {
    let mut decoder = Decoder::new(coding, DecodeLimits::default());
    let mut out = Vec::new();
    for piece in coded.chunks(size) {
        out.extend(decoder.feed(piece)?);
    }
    decoder.finish().map(|()| out)
}

fn decode(coding: Coding, coded: &[u8]) -> Result<Vec<u8>, ContentError> {
    decode_in(coding, coded, coded.len().max(1))
}

#[test]
fn every_coding_comes_back_whatever_the_split() {
    let long: Vec<u8> = (0..20_000_u32).flat_map(|n| n.wrapping_mul(n).to_le_bytes()).collect();
    for text in [TEXT, b"", &long] {
        for (coding, coded) in [
            (Coding::Gzip, gzip(text)),
            (Coding::Deflate, zlib(text)),
            (Coding::Deflate, raw(text)),
            (Coding::Identity, text.to_vec()),
        ] {
            for size in [1, 7, 1 << 20] {
                assert!(decode_in(coding, &coded, size).unwrap() == text, "{coding} {size}");
            }
        }
    }
}

#[test]
fn r28_what_was_flushed_is_decoded_at_once() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let mut decoder = Decoder::new(Coding::Gzip, DecodeLimits::default());
    for event in ["data: 1\n\n", "data: 2\n\n"] {
        encoder.write_all(event.as_bytes()).unwrap();
        encoder.flush().unwrap();
        let coded = std::mem::take(encoder.get_mut());
        assert_eq!(decoder.feed(&coded).unwrap(), event.as_bytes());
    }
}

#[test]
fn gzip_headers_with_options_and_several_members_are_read() {
    let mut encoder = flate2::GzBuilder::new()
        .filename("a")
        .comment("b")
        .extra(vec![1, 2, 3])
        .write(Vec::new(), Compression::fast());
    encoder.write_all(TEXT).unwrap();
    let mut coded = encoder.finish().unwrap();
    coded.extend(gzip(b"more"));
    assert_eq!(decode(Coding::Gzip, &coded).unwrap(), [TEXT, b"more"].concat());
}

#[test]
fn every_truncation_is_told() {
    for (coding, coded) in
        [(Coding::Gzip, gzip(TEXT)), (Coding::Deflate, zlib(TEXT)), (Coding::Deflate, raw(TEXT))]
    {
        for end in 1..coded.len() {
            let error = decode(coding, &coded[..end]).unwrap_err();
            assert_eq!(error, ContentError::Truncated { coding, offset: end as u64 });
        }
    }
}

#[test]
fn garbage_is_told_with_its_place() {
    let message = |coding, coded: &[u8]| decode(coding, coded).unwrap_err().to_string();
    assert_eq!(message(Coding::Gzip, TEXT), "gzip body is broken near offset 0: no gzip header");
    let mut wrong = gzip(TEXT);
    let crc = wrong.len() - 8;
    wrong[crc] ^= 1;
    assert!(message(Coding::Gzip, &wrong).ends_with("wrong checksum"));
    assert!(message(Coding::Deflate, b"\x78\x9c\xff\xff\xff").ends_with("invalid deflate data"));
    let mut longer = zlib(TEXT);
    longer.push(b'x');
    assert!(message(Coding::Deflate, &longer).ends_with("bytes after its end"));
}

#[test]
fn what_came_before_a_fault_is_given_first() {
    let mut coded = gzip(TEXT);
    coded.extend(b"junk");
    let mut decoder = Decoder::new(Coding::Gzip, DecodeLimits::default());
    assert_eq!(decoder.feed(&coded).unwrap(), TEXT);
    assert!(matches!(decoder.feed(b"x"), Err(ContentError::Broken { .. })));
    assert!(matches!(decoder.finish(), Err(ContentError::Broken { .. })));
}

#[test]
fn a_compression_bomb_is_stopped_with_little_memory() {
    let coded = gzip(&vec![0; 64 << 20]);
    let limits = DecodeLimits::default();
    let mut decoder = Decoder::new(Coding::Gzip, limits);
    let mut total = 0;
    let error = loop {
        match decoder.feed(&coded) {
            Ok(out) => total += out.len() as u64,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, ContentError::Bomb { .. }));
    assert!(total <= limits.slack + STEP_BYTES as u64, "{total}");
}

#[test]
fn output_is_bounded_in_all() {
    let limits = DecodeLimits { max_output: 100, ..DecodeLimits::default() };
    let coded = raw(&(0..150).collect::<Vec<u8>>());
    let mut decoder = Decoder::new(Coding::Deflate, limits);
    let result = decoder.feed(&coded).and_then(|_| decoder.feed(b""));
    assert!(matches!(result, Err(ContentError::Bomb { .. })));
}

#[test]
fn an_endless_gzip_header_is_refused() {
    let mut coded = vec![0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0];
    coded.resize(MAX_GZIP_HEADER * 2, b'x');
    assert!(decode(Coding::Gzip, &coded).unwrap_err().to_string().ends_with("header too long"));
}

#[test]
fn other_codings_are_named() {
    assert_eq!(Coding::from_field(b" GZip "), Ok(Coding::Gzip));
    assert_eq!(Coding::from_field(b"identity"), Ok(Coding::Identity));
    for other in ["br", "zstd", "gzip, gzip", "none"] {
        let error = Coding::from_field(other.as_bytes()).unwrap_err();
        assert_eq!(error, ContentError::Unsupported(other.to_owned()));
    }
}
