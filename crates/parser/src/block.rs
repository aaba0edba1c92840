//! The block being read: where the values of its fields are.

use crate::Span;

/// Where the value of a field is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Slot<'c> {
    /// The block has no such field.
    #[default]
    Unset,
    /// In the chunk being fed.
    Chunk(&'c [u8]),
    /// In the buffer for this field in [`Carry`].
    Kept,
}

impl Slot<'_> {
    #[inline]
    pub(crate) fn is_set(self) -> bool {
        !matches!(self, Self::Unset)
    }

    #[inline]
    pub(crate) fn bytes<'a>(&'a self, kept: impl FnOnce() -> &'a [u8]) -> &'a [u8] {
        match self {
            Self::Unset => &[],
            Self::Chunk(value) => value,
            Self::Kept => kept(),
        }
    }

    /// Moves a value out of the chunk into `buffer`, so that it survives the chunk.
    fn keep(self, buffer: &mut Vec<u8>) -> Slot<'static> {
        match self {
            Self::Unset => Slot::Unset,
            Self::Kept => Slot::Kept,
            Self::Chunk(value) => {
                buffer.clear();
                buffer.extend_from_slice(value);
                Slot::Kept
            }
        }
    }
}

/// The lines since the last blank line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Block<'c> {
    /// Offset of the first byte, if there is a line at all.
    pub(crate) start: Option<u64>,
    pub(crate) data: Slot<'c>,
    pub(crate) event_type: Slot<'c>,
    pub(crate) id: Slot<'c>,
    pub(crate) id_line: Option<Span>,
    /// Whether a valid `retry` field was read.
    pub(crate) retry: bool,
    /// Whether there is a line that is no comment.
    pub(crate) fields: bool,
}

/// What outlives a chunk: an unfinished line and an unfinished block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Carry {
    /// The bytes of the unfinished line so far.
    pub(crate) line: Vec<u8>,
    /// The data of the block, from `data_from` on.
    pub(crate) data: Vec<u8>,
    pub(crate) data_from: usize,
    pub(crate) event_type: Vec<u8>,
    pub(crate) id: Vec<u8>,
    pub(crate) block: Block<'static>,
}

/// Above this capacity a buffer that is mostly empty is shrunk when a chunk ends.
const GENEROUS: usize = 16 << 10;

impl Carry {
    pub(crate) fn data(&self) -> &[u8] {
        &self.data[self.data_from..]
    }

    /// Bytes of all buffers.
    pub(crate) fn capacity(&self) -> usize {
        let buffers = [&self.line, &self.data, &self.event_type, &self.id];
        buffers.into_iter().map(Vec::capacity).sum()
    }

    /// Makes `block` independent of the chunk.
    pub(crate) fn suspend(&mut self, block: Block<'_>) {
        if let Slot::Chunk(_) = block.data {
            self.data_from = 0;
        }
        self.block = Block {
            data: block.data.keep(&mut self.data),
            event_type: block.event_type.keep(&mut self.event_type),
            id: block.id.keep(&mut self.id),
            start: block.start,
            id_line: block.id_line,
            retry: block.retry,
            fields: block.fields,
        };
        if !block.data.is_set() {
            self.data.clear();
            self.data_from = 0;
        }
        self.shrink();
    }

    /// One huge event must not cost its size for ever.
    fn shrink(&mut self) {
        for buffer in [&mut self.line, &mut self.data, &mut self.event_type, &mut self.id] {
            if buffer.capacity() > GENEROUS && buffer.len() < buffer.capacity() / 4 {
                buffer.shrink_to(buffer.len() * 2);
            }
        }
    }

    pub(crate) fn keep_event_type(&mut self, value: &[u8]) {
        self.event_type.clear();
        self.event_type.extend_from_slice(value);
    }

    pub(crate) fn keep_id(&mut self, value: &[u8]) {
        self.id.clear();
        self.id.extend_from_slice(value);
    }

    /// Adds a line of data to what is there, in the chunk or kept.
    pub(crate) fn append_data(&mut self, before: Slot<'_>, value: &[u8]) {
        if let Slot::Chunk(_) = before {
            self.data_from = 0;
        }
        before.keep(&mut self.data);
        self.data.push(b'\n');
        self.data.extend_from_slice(value);
    }

    /// Takes the line over as the first data of the block without copying it: its value is the
    /// tail of the line.
    pub(crate) fn take_line_as_data(&mut self, line: &mut Vec<u8>, value_len: usize) {
        self.data_from = line.len() - value_len;
        std::mem::swap(&mut self.data, line);
    }
}
