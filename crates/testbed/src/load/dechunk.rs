//! Chunks off what the server itself has written.

/// Where the decoder is (RFC 9112 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Size(usize),
    /// The rest of a size line: extensions and the line end.
    Extension(usize),
    Data(usize),
    /// The line end after the data.
    AfterData,
    /// The last chunk has begun.
    Over,
}

/// A decoder for correct chunks in pieces of any size.
#[derive(Debug)]
pub(super) struct Dechunk {
    place: Place,
}

impl Default for Dechunk {
    fn default() -> Self {
        Self { place: Place::Size(0) }
    }
}

impl Dechunk {
    /// Hands the data in the piece to the sink.
    pub(super) fn feed(&mut self, mut piece: &[u8], mut sink: impl FnMut(&[u8])) {
        while let Some((&byte, rest)) = piece.split_first() {
            self.place = match self.place {
                Place::Data(left) => {
                    let (data, rest) = piece.split_at(left.min(piece.len()));
                    sink(data);
                    piece = rest;
                    self.place = after_data(left - data.len());
                    continue;
                }
                Place::Size(size) => sized(size, byte),
                Place::Extension(size) if byte == b'\n' => begun(size),
                Place::AfterData if byte == b'\n' => Place::Size(0),
                same => same,
            };
            piece = rest;
        }
    }
}

fn after_data(left: usize) -> Place {
    if left == 0 { Place::AfterData } else { Place::Data(left) }
}

fn sized(size: usize, byte: u8) -> Place {
    match char::from(byte).to_digit(16) {
        Some(digit) => Place::Size(size.saturating_mul(16).saturating_add(digit as usize)),
        None => Place::Extension(size),
    }
}

fn begun(size: usize) -> Place {
    if size == 0 { Place::Over } else { Place::Data(size) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_the_same_however_the_bytes_are_cut() {
        let wire = b"3\r\nabc\r\n1;note=\"a b\"\r\n\n\r\n1a\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\nx: 1\r\n\r\n";
        for size in 1..=wire.len() {
            let (mut decoder, mut data) = (Dechunk::default(), Vec::new());
            for piece in wire.chunks(size) {
                decoder.feed(piece, |some| data.extend_from_slice(some));
            }
            assert_eq!(data, b"abc\nabcdefghijklmnopqrstuvwxyz", "{size}");
        }
    }
}
