//! What was sent and received, kept for evidence.

use crate::limits::MAX_SEGMENTS;
use crate::stamp::Stamp;

/// The bytes of one connection in both directions, after TLS: what the HTTP reader saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// What we wrote.
    pub sent: Side,
    /// What we read.
    pub received: Side,
}

/// One direction, bounded: [`Side::cut`] tells whether later bytes were counted but not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    bytes: Vec<u8>,
    segments: Vec<Segment>,
    total: u64,
    max: usize,
    cut: bool,
}

/// The bytes of one read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Offset of its first byte in the direction.
    pub offset: u64,
    /// How many bytes of it were kept.
    pub len: usize,
    /// When it was read or written.
    pub stamp: Stamp,
}

impl Record {
    pub(crate) fn new(max: usize) -> Self {
        Self { sent: Side::new(max), received: Side::new(max) }
    }
}

impl Side {
    fn new(max: usize) -> Self {
        Self { bytes: Vec::new(), segments: Vec::new(), total: 0, max, cut: false }
    }

    pub(crate) fn push(&mut self, bytes: &[u8], stamp: Stamp) {
        let offset = self.total;
        self.total += bytes.len() as u64;
        let room = if self.cut || self.segments.len() == MAX_SEGMENTS {
            0
        } else {
            self.max - self.bytes.len()
        };
        let len = bytes.len().min(room);
        self.cut |= len < bytes.len();
        if len > 0 {
            self.bytes.extend_from_slice(&bytes[..len]);
            self.segments.push(Segment { offset, len, stamp });
        }
    }

    /// The bytes kept: the first of the direction, without a gap.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The reads or writes that made them up.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// How many bytes there were, kept or not.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Whether bytes were left out because the bound was reached.
    #[must_use]
    pub fn cut(&self) -> bool {
        self.cut
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_stops_at_its_bound_and_says_so() {
        let mut side = Side::new(5);
        side.push(b"abc", Stamp::now());
        assert!(!side.cut());
        side.push(b"def", Stamp::now());
        side.push(b"g", Stamp::now());
        assert_eq!((side.bytes(), side.total(), side.cut()), (&b"abcde"[..], 7, true));
        assert_eq!(
            side.segments().iter().map(|s| (s.offset, s.len)).collect::<Vec<_>>(),
            [(0, 3), (3, 2)]
        );
    }

    #[test]
    fn the_number_of_segments_is_bounded() {
        let mut side = Side::new(usize::MAX);
        for _ in 0..=MAX_SEGMENTS {
            side.push(b"x", Stamp::now());
        }
        assert_eq!((side.segments().len(), side.cut()), (MAX_SEGMENTS, true));
    }
}
