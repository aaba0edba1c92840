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
        let bytes = [&self.bytes[..from], &self.bytes[to..]].concat();
        let moved =
            |&cut: &usize| if cut <= from { cut } else { from.max(cut.saturating_sub(count)) };
        Some(Self { bytes, cuts: self.cuts.iter().map(moved).collect() })
    }

    /// With other bytes in the place of some.
    pub(super) fn with(&self, from: usize, count: usize, byte: u8) -> Option<Self> {
        let mut shape = self.without(from + 1, count - 1).unwrap_or_else(|| self.clone());
        *shape.bytes.get_mut(from)? = byte;
        Some(shape)
    }

    /// Where lines begin.
    pub(super) fn line_starts(&self) -> Vec<usize> {
        (0..self.bytes.len()).filter(|&at| self.begins_line(at)).collect()
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
