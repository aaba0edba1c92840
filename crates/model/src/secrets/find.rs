//! Finds secrets in text and bytes, and puts stars in their place.

use std::collections::BTreeSet;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::forms::forms;

/// What stands in the place of a secret in text.
const STARS: &str = "***";
/// A value that was cut off is known by so many of its first bytes.
const HEAD_BYTES: usize = 8;
/// A form must be this long for its beginning to count, in bytes.
const LONG_BYTES: usize = 12;
/// At the edge of an excerpt this many bytes of a secret count.
const EDGE_BYTES: usize = 4;

/// Finds a fixed set of secrets.
#[derive(Debug, Clone)]
pub struct Mask {
    /// The forms of all values.
    needles: Vec<Vec<u8>>,
    /// Finds the forms and the beginnings of long ones.
    finder: Option<AhoCorasick>,
}

impl Mask {
    pub(super) fn new(values: &BTreeSet<String>) -> Self {
        let forms: BTreeSet<String> = values.iter().flat_map(|value| forms(value)).collect();
        let needles: Vec<Vec<u8>> = forms.into_iter().map(String::into_bytes).collect();
        let heads = needles.iter().filter(|needle| needle.len() >= LONG_BYTES);
        let patterns = needles.iter().map(|needle| &needle[..]);
        let patterns = patterns.chain(heads.map(|needle| &needle[..HEAD_BYTES]));
        let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(patterns);
        let finder = built.ok().filter(|_| !needles.is_empty());
        Self { needles, finder }
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Where secrets stand.
    pub fn found(&self, bytes: &[u8]) -> Vec<Range<usize>> {
        let Some(finder) = &self.finder else { return Vec::new() };
        let matches = finder.find_iter(bytes);
        matches.map(|found| found.start()..self.end(bytes, found.start(), found.end())).collect()
    }

    /// The end of a match, which may be the beginning of a value that was cut off.
    fn end(&self, bytes: &[u8], start: usize, end: usize) -> usize {
        let common = |needle: &Vec<u8>| {
            needle.iter().zip(&bytes[start..]).take_while(|(one, other)| one == other).count()
        };
        let longest = self.needles.iter().map(common).max().unwrap_or_default();
        end.max(start + longest)
    }

    /// `text` with three stars in the place of each secret.
    pub fn text(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut done = 0;
        for found in self.found(text.as_bytes()) {
            let start = boundary(text, found.start, |at| at - 1);
            let end = boundary(text, found.end, |at| at + 1);
            if start >= done {
                out.push_str(&text[done..start]);
                out.push_str(STARS);
            }
            done = done.max(end);
        }
        out + &text[done..]
    }

    /// A star in the place of each byte of a secret; tells whether there was one.
    pub fn bytes(&self, bytes: &mut [u8]) -> bool {
        let found = self.found(bytes);
        found.iter().for_each(|range| star(&mut bytes[range.clone()]));
        !found.is_empty()
    }

    /// As [`Mask::bytes`] for text: of the same length in bytes.
    pub fn same_length(&self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        self.bytes(&mut bytes);
        // A match that ends inside a character leaves no UTF-8 behind.
        String::from_utf8(bytes).unwrap_or_else(|_| self.text(text))
    }

    /// Bytes in hexadecimal, of the same length; the edges of an excerpt may cut a secret in two.
    pub fn hex(&self, hex: &str) -> String {
        let Some(mut bytes) = decoded(hex) else { return self.text(hex) };
        let whole = bytes.clone();
        self.bytes(&mut bytes);
        for needle in self.needles.iter().filter(|needle| needle.len() > EDGE_BYTES) {
            let most = (needle.len() - 1).min(whole.len());
            let first =
                (EDGE_BYTES..=most).rev().find(|n| whole.starts_with(&needle[needle.len() - n..]));
            let last = (EDGE_BYTES..=most).rev().find(|n| whole.ends_with(&needle[..*n]));
            star(&mut bytes[..first.unwrap_or(0)]);
            star(&mut bytes[whole.len() - last.unwrap_or(0)..]);
        }
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn star(bytes: &mut [u8]) {
    bytes.fill(b'*');
}

fn boundary(text: &str, mut at: usize, step: impl Fn(usize) -> usize) -> usize {
    while !text.is_char_boundary(at) {
        at = step(at);
    }
    at
}

fn decoded(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(|pair| byte(pair).filter(|_| pair.len() == 2)).collect()
}
