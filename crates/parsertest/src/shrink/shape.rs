//! A stream as its bytes and the places of its cuts.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) bytes: Vec<u8>,
    /// Ascending; a place that repeats is an empty chunk.
    pub(super) cuts: Vec<usize>,
}

impl Shape {
    pub(super) fn new(chunks: &[Vec<u8>]) -> Self {
        Self { bytes: chunks.concat(), cuts: crate::cuts::places_of(chunks) }
    }

    pub(super) fn chunks(&self) -> Vec<Vec<u8>> {
        crate::cuts::at(&self.bytes, &self.cuts).into_iter().map(<[u8]>::to_vec).collect()
    }

    /// Without so many bytes from here on; cuts in them fall together.
    pub(super) fn without(&self, from: usize, count: usize) -> Option<Self> {
        let to = from + count;
        if count == 0 || to > self.bytes.len() {
            return None;
        }
        Some(self.spliced(from, to, b""))
    }

    /// With these bytes in the place of those from here to there. Cuts in them stay as far from the
    /// start as they were, or fall on the new end.
    pub(super) fn spliced(&self, from: usize, to: usize, new: &[u8]) -> Self {
        let bytes = [&self.bytes[..from], new, &self.bytes[to..]].concat();
        let moved = |&cut: &usize| match cut {
            _ if cut <= from => cut,
            _ if cut >= to => cut - to + from + new.len(),
            _ => cut.min(from + new.len()),
        };
        Self { bytes, cuts: self.cuts.iter().map(moved).collect() }
    }

    /// Where lines begin; the first one after a byte order mark.
    pub(super) fn line_starts(&self) -> Vec<usize> {
        let first = if self.bytes.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
        let begins = |&at: &usize| at == first || self.begins_line(at);
        (first..self.bytes.len()).filter(begins).collect()
    }

    /// Whether a line ends right before this place.
    pub(super) fn begins_line(&self, at: usize) -> bool {
        let after = self.bytes.get(at);
        match at.checked_sub(1).map(|before| self.bytes[before]) {
            None | Some(b'\n') => true,
            Some(b'\r') => after != Some(&b'\n'),
            Some(_) => false,
        }
    }
}
