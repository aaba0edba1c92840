//! What is looked for in the bytes of a stream.

use std::sync::LazyLock;

use memchr::memmem::Finder;

static STAMP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"t\":"));

/// How far the bytes of one connection were read: the end of the head, then the last byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum State {
    /// In the head, with this many bytes of CR LF CR LF just seen.
    Head(u8),
    /// In the body; whether the last byte was a LF.
    Body(bool),
    Closed,
}

impl State {
    pub(crate) fn in_head(self) -> bool {
        matches!(self, Self::Head(_))
    }

    /// Takes the next bytes and tells how many blank lines they complete. The CR LF of a chunk's
    /// frame makes none.
    pub(crate) fn blank_lines(&mut self, mut bytes: &[u8]) -> u64 {
        if let Self::Head(seen) = *self {
            let end = head_end(seen, bytes);
            *self = end.1;
            bytes = &bytes[end.0..];
        }
        let (Self::Body(after_line), Some(first)) = (*self, bytes.first()) else { return 0 };
        *self = Self::Body(bytes.ends_with(b"\n"));
        u64::from(after_line && *first == b'\n') + pairs(bytes)
    }
}

/// The number of bytes that belong to the head, and the state after them.
fn head_end(mut seen: u8, bytes: &[u8]) -> (usize, State) {
    for (at, byte) in bytes.iter().enumerate() {
        seen = match (seen, byte) {
            (0 | 2, b'\r') | (1 | 3, b'\n') => seen + 1,
            (_, b'\r') => 1,
            _ => 0,
        };
        if seen == 4 {
            return (at + 1, State::Body(false));
        }
    }
    (bytes.len(), State::Head(seen))
}

/// Written so that the compiler makes vector instructions of it.
fn pairs(bytes: &[u8]) -> u64 {
    bytes.iter().zip(&bytes[1..]).map(|(a, b)| u64::from(*a == b'\n' && *b == b'\n')).sum()
}

/// Each number after `"t":` that ends within the bytes.
pub(crate) fn sent_times(bytes: &[u8]) -> impl Iterator<Item = u64> {
    STAMP.find_iter(bytes).filter_map(|at| number(&bytes[at + 4..]))
}

fn number(bytes: &[u8]) -> Option<u64> {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit())?;
    str::from_utf8(&bytes[..end]).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] =
        b"HTTP/1.1 200 OK\r\nA: b\r\n\r\n5\r\n: hi\n\n\r\n9\r\ndata: {\"t\":12}\n\n\r\n";

    #[test]
    fn every_split_counts_the_same_blank_lines() {
        for cut in 0..STREAM.len() {
            let mut state = State::Head(0);
            let (left, right) = STREAM.split_at(cut);
            assert_eq!(state.blank_lines(left) + state.blank_lines(right), 2, "cut at {cut}");
            assert_eq!(state, State::Body(true));
        }
    }

    #[test]
    fn a_head_without_its_blank_line_is_not_over() {
        let mut state = State::Head(0);
        assert_eq!(state.blank_lines(b"HTTP/1.1 200 OK\r\nA: b\r\n"), 0);
        assert!(state.in_head());
    }

    #[test]
    fn a_time_that_may_go_on_in_the_next_read_is_left_out() {
        assert_eq!(sent_times(STREAM).collect::<Vec<_>>(), [12]);
        assert_eq!(sent_times(b"{\"t\":1,\"t\":2").collect::<Vec<_>>(), [1]);
    }
}
