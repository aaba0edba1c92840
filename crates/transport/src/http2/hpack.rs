//! Field sections of HTTP/2 (HPACK, RFC 7541). Does no I/O, and never panics on what a server sends.
//!
//! The libraries for it panic on truncated input (httlib-hpack, fluke-hpack) or are private to one
//! that hides what a judge wants to see (h2).

use std::collections::VecDeque;

use super::tables::{HUFFMAN, STATIC};

/// The size of the dynamic table until a setting says otherwise, in bytes (RFC 9113 6.5.2).
const TABLE_BYTES: usize = 4096;
/// What an entry counts for beside its name and value (RFC 7541 4.1).
const OVERHEAD: usize = 32;
/// The longest code, in bits.
const LONGEST: u8 = 30;
/// Where a code of all ones ends a string.
const END: usize = 256;

/// Name and value, as they came.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// Turns field sections into fields, in order. Keeps the dynamic table from one to the next.
#[derive(Debug)]
pub(super) struct Decoder {
    table: VecDeque<Pair>,
    bytes: usize,
    most: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self { table: VecDeque::new(), bytes: 0, most: TABLE_BYTES }
    }
}

impl Decoder {
    /// The fields of one section, at most `most`.
    pub(super) fn decode(&mut self, mut block: &[u8], most: usize) -> Option<Vec<Pair>> {
        let mut fields = Vec::new();
        while let Some(&first) = block.first() {
            if first & 0xe0 == 0x20 {
                let size = integer(&mut block, 5)?;
                self.resize(size)?;
                continue;
            }
            if fields.len() == most {
                return None;
            }
            fields.push(self.field(&mut block, first)?);
        }
        Some(fields)
    }

    fn field(&mut self, block: &mut &[u8], first: u8) -> Option<Pair> {
        if first & 0x80 != 0 {
            let index = integer(block, 7)?;
            return self.entry(index);
        }
        let indexed = first & 0x40 != 0;
        let index = integer(block, if indexed { 6 } else { 4 })?;
        let name = if index == 0 { string(block)? } else { self.entry(index)?.0 };
        let pair = (name, string(block)?);
        if indexed {
            self.insert(pair.clone());
        }
        Some(pair)
    }

    fn entry(&self, index: usize) -> Option<Pair> {
        let index = index.checked_sub(1)?;
        match STATIC.get(index) {
            Some((name, value)) => Some((name.as_bytes().to_vec(), value.as_bytes().to_vec())),
            None => self.table.get(index - STATIC.len()).cloned(),
        }
    }

    fn insert(&mut self, pair: Pair) {
        self.bytes += pair.0.len() + pair.1.len() + OVERHEAD;
        self.table.push_front(pair);
        self.evict();
    }

    fn resize(&mut self, most: usize) -> Option<()> {
        self.most = Some(most).filter(|most| *most <= TABLE_BYTES)?;
        self.evict();
        Some(())
    }

    fn evict(&mut self) {
        while self.bytes > self.most {
            let Some((name, value)) = self.table.pop_back() else { break };
            self.bytes -= name.len() + value.len() + OVERHEAD;
        }
    }
}

/// An integer with a prefix of so many bits (RFC 7541 5.1).
fn integer(block: &mut &[u8], prefix: u32) -> Option<usize> {
    let most = (1_usize << prefix) - 1;
    let (first, mut rest) = block.split_first()?;
    let mut value = usize::from(*first) & most;
    if value == most {
        let mut shift = 0;
        loop {
            let (byte, after) = rest.split_first()?;
            rest = after;
            value += usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 21 {
                return None; // longer than any section we take
            }
        }
    }
    *block = rest;
    Some(value)
}

/// A string, plain or Huffman-coded (RFC 7541 5.2).
fn string(block: &mut &[u8]) -> Option<Vec<u8>> {
    let coded = block.first()? & 0x80 != 0;
    let length = integer(block, 7)?;
    let (text, rest) = block.split_at_checked(length)?;
    *block = rest;
    if coded { huffman(text) } else { Some(text.to_vec()) }
}

fn huffman(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 8 / 5);
    let (mut code, mut length) = (0_u32, 0_u8);
    for byte in text {
        for bit in (0..8).rev() {
            code = code << 1 | u32::from(byte >> bit & 1);
            length += 1;
            match HUFFMAN.iter().position(|known| *known == (code, length)) {
                Some(END) => return None,
                Some(symbol) => {
                    out.push(u8::try_from(symbol).ok()?);
                    (code, length) = (0, 0);
                }
                None if length == LONGEST => return None,
                None => {}
            }
        }
    }
    // The padding is the beginning of the code that ends a string: less than a byte of ones.
    (length < 8 && code == (1 << length) - 1).then_some(out)
}

/// One field as a literal that no table holds.
pub(super) fn encode(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.push(0);
    for text in [name, value] {
        encode_length(out, text.len());
        out.extend_from_slice(text);
    }
}

fn encode_length(out: &mut Vec<u8>, length: usize) {
    let Some(mut left) = length.checked_sub(0x7f) else {
        return out.push(length as u8);
    };
    out.push(0x7f);
    while left >= 0x80 {
        out.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    out.push(left as u8);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16);
        digits.chunks(2).map(|pair| byte(pair).unwrap()).collect()
    }

    fn text(fields: &[Pair]) -> Vec<String> {
        let show = String::from_utf8_lossy;
        fields.iter().map(|(name, value)| format!("{}: {}", show(name), show(value))).collect()
    }

    /// RFC 7541 C.6: three answers with Huffman coding.
    #[test]
    fn the_examples_of_the_rfc_decode() {
        let mut decoder = Decoder::default();
        let first = hex(
            "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        );
        let fields = decoder.decode(&first, 100).unwrap();
        let date = "date: Mon, 21 Oct 2013 20:13:21 GMT";
        let place = "location: https://www.example.com";
        assert_eq!(text(&fields), [":status: 302", "cache-control: private", date, place]);
        let second = decoder.decode(&hex("4883 640e ffc1 c0bf"), 100).unwrap();
        assert_eq!(text(&second), [":status: 307", "cache-control: private", date, place]);
    }

    #[test]
    fn what_is_encoded_decodes() {
        let long = vec![b'x'; 1000];
        let mut block = Vec::new();
        encode(&mut block, b"a", b"");
        encode(&mut block, b"long", &long);
        let fields = Decoder::default().decode(&block, 2).unwrap();
        assert_eq!(fields, [(b"a".to_vec(), Vec::new()), (b"long".to_vec(), long)]);
        assert_eq!(Decoder::default().decode(&block, 1), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_decoded_or_refused(blocks: Vec<Vec<u8>>) {
            let mut decoder = Decoder::default();
            for block in blocks {
                let _ = decoder.decode(&block, 64);
                prop_assert!(decoder.bytes <= TABLE_BYTES);
            }
        }
    }
}
