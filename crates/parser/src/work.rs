//! Counts the bytes that are searched, copied or decoded, in tests only: that cost is linear and
//! independent of chunking (I13) is shown by this count, because a clock is not to be trusted on a
//! shared machine.

#[cfg(test)]
thread_local! {
    static BYTES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Adds to the count of this thread; nothing outside of tests.
#[inline]
pub(crate) fn count(bytes: usize) {
    #[cfg(test)]
    BYTES.set(BYTES.get() + bytes);
    #[cfg(not(test))]
    let _ = bytes;
}

#[cfg(test)]
mod tests {
    use super::BYTES;
    use crate::Parser;

    /// So often a byte may be touched on average: searched, copied to the line, copied to the data, checked
    /// alone and checked with its neighbours, and once more for a shrinking buffer.
    const TOUCHES: usize = 6;

    /// Bytes touched in feeding a stream in chunks of this size.
    fn touched(stream: &[u8], chunk: usize) -> usize {
        BYTES.set(0);
        let mut parser = Parser::new();
        for chunk in stream.chunks(chunk) {
            assert_eq!(parser.feed_with(chunk, |_, _| {}), Ok(()));
        }
        BYTES.get()
    }

    #[track_caller]
    fn assert_linear(stream: impl AsRef<[u8]>) {
        let stream = stream.as_ref();
        for chunk in [1, 2, 7, 64, 1000, 1460, 16384, usize::MAX] {
            let touched = touched(stream, chunk);
            assert!(touched >= stream.len(), "the count counts");
            let times = touched / stream.len();
            assert!(times < TOUCHES, "every byte touched {times} times in chunks of {chunk}");
        }
    }

    const LEN: usize = 1 << 18;

    #[test]
    fn p47_one_long_line_is_linear() {
        for name in ["data: ", "id: ", "event: ", ": ", "unknown: "] {
            let len = if name == "id: " { 60_000 } else { LEN };
            assert_linear(format!("{name}{}\n\n", "x".repeat(len)));
        }
        assert_linear(format!("data: {}\n\n", "\u{20AC}".repeat(LEN / 3)));
        assert_linear(format!("data: {}\n\n", "\t".repeat(LEN)));
    }

    #[test]
    fn p47_many_small_events_are_linear() {
        for event in ["data: x\n\n", "data: x\r\n\r\n", "data: x\r\r", "id: 1\ndata\n\n", "\n"] {
            assert_linear(event.repeat(LEN / event.len()));
        }
        let event = format!("id: 1\nevent: e\ndata: {}\n\n", "x".repeat(3000));
        assert_linear(event.repeat(LEN / event.len()));
    }

    #[test]
    fn p47_one_event_of_many_lines_is_linear() {
        for line in ["data: x\n", "data: x\r", "data: x\r\n", "data\n", ": x\n", "unknown\n"] {
            assert_linear(line.repeat(LEN / line.len()) + "\ndata: x\n\n");
        }
    }

    #[test]
    fn a_huge_event_and_small_ones_are_linear() {
        let small = "data: y\n\n".repeat(LEN / 9);
        assert_linear(format!("data: {}\n\n{small}", "x".repeat(LEN)));
        assert_linear(format!("data: {}\ndata: {}\n\n{small}", "x".repeat(LEN), "y".repeat(LEN)));
    }

    #[test]
    fn ill_formed_bytes_are_linear() {
        let event = b"data: \xFF\n\n";
        assert_linear(event.repeat(LEN / event.len()));
        let event = b"data: \xFF\ndata: \xE2\x80\nid: \xFF\nevent: \xFF\n: \xFF\n\n";
        assert_linear(event.repeat(LEN / event.len()));
    }
}
