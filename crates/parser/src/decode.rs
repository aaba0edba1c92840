//! UTF-8 decoding of values.

use std::borrow::Cow;
use std::ops::Range;

#[cfg(feature = "simdutf8")]
use simdutf8::basic::from_utf8;
#[cfg(not(feature = "simdutf8"))]
use std::str::from_utf8;

use crate::work;

/// How far beyond the bytes needed a check goes on, in bytes: short values are many, and one check
/// of all of them is cheaper than one of each. Bounded so that the first event of a large chunk does
/// not wait for the rest.
const AHEAD: usize = 4096;

/// Decodes as HTML says: ill-formed bytes become U+FFFD, one for each maximal subpart.
#[inline]
pub(crate) fn text(bytes: &[u8]) -> Cow<'_, str> {
    work::count(bytes.len());
    match from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

/// Decodes values of one chunk, in ascending order.
#[derive(Debug)]
pub(crate) struct Decoder<'c> {
    chunk: &'c [u8],
    /// A part of the chunk that is known to be UTF-8, and where it starts.
    known: &'c str,
    start: usize,
    /// Before this offset only single values are checked: there is something ill-formed.
    suspect: usize,
}

impl<'c> Decoder<'c> {
    #[inline]
    pub(crate) fn new(chunk: &'c [u8]) -> Self {
        Self { chunk, known: "", start: 0, suspect: 0 }
    }

    /// Decodes a value, which starts and ends next to ASCII or an end of the chunk. `line_end` is
    /// how far the chunk was looked at.
    #[inline]
    pub(crate) fn text(&mut self, value: Range<usize>, line_end: usize) -> Cow<'c, str> {
        if value.is_empty() {
            return Cow::Borrowed("");
        }
        match self.known(&value) {
            Some(text) => Cow::Borrowed(text),
            None => self.check(value, line_end),
        }
    }

    #[inline]
    fn known(&self, value: &Range<usize>) -> Option<&'c str> {
        let from = value.start.checked_sub(self.start)?;
        self.known.get(from..value.end - self.start)
    }

    fn check(&mut self, value: Range<usize>, line_end: usize) -> Cow<'c, str> {
        if value.start < self.suspect {
            return text(&self.chunk[value]);
        }
        let end = self.end_of_check(line_end);
        work::count(end - value.start);
        match from_utf8(&self.chunk[value.start..end]) {
            Ok(known) => {
                (self.known, self.start) = (known, value.start);
                Cow::Borrowed(&known[..value.len()])
            }
            Err(_) => {
                self.suspect = end;
                text(&self.chunk[value])
            }
        }
    }

    /// Right after an ASCII byte, so that no character is cut.
    fn end_of_check(&self, line_end: usize) -> usize {
        let limit = self.chunk.len().min(line_end + AHEAD);
        let ahead = &self.chunk[line_end..limit];
        line_end + ahead.iter().rposition(u8::is_ascii).map_or(0, |last| last + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::{AHEAD, Decoder};

    #[test]
    fn a_check_ends_before_a_character_that_the_chunk_cuts() {
        let mut decoder = Decoder::new(b"data: a\n: \xC3\xA9\xE2\x82");
        assert_eq!(decoder.text(6..7, 7), "a");
        assert_eq!(decoder.known, "a\n: ", "up to the last ASCII byte");
        assert_eq!(decoder.suspect, 0, "a cut character is not ill-formed");
    }

    #[test]
    fn a_check_goes_no_further_ahead_than_its_bound() {
        let chunk = [b'a'; 3 * AHEAD];
        let mut decoder = Decoder::new(&chunk);
        assert_eq!(decoder.text(4..9, 20), "aaaaa");
        assert_eq!(decoder.known.len(), 20 + AHEAD - 4);
    }

    #[test]
    fn values_before_and_after_a_check_are_read_alike() {
        let mut decoder = Decoder::new(b"one\ntwo\n\xFFx\n");
        assert_eq!(decoder.text(4..7, 7), "two");
        assert_eq!(decoder.text(0..3, 3), "one");
        assert_eq!(decoder.text(8..10, 10), "\u{FFFD}x");
        assert_eq!(decoder.text(4..7, 7), "two");
    }
}
