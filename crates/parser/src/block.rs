//! The block being read: where the values of its fields are.

use crate::{Span, work};

/// Where the value of a field is.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Slot {
    /// The block has no such field.
    #[default]
    Unset,
    /// In the chunk being fed, from the first to before the second index. Never outlives the feed.
    Chunk(usize, usize),
    /// In the buffer for this field in [`Carry`].
    Kept,
}

impl Slot {
    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        !matches!(self, Self::Unset)
    }

    /// Moves a value out of the chunk into `buffer`, so that it survives the chunk.
    fn keep(&mut self, chunk: &[u8], buffer: &mut Vec<u8>) {
        if let Self::Chunk(from, to) = *self {
            work::count(to - from);
            buffer.clear();
            buffer.extend_from_slice(&chunk[from..to]);
            *self = Self::Kept;
        }
    }
}

/// The lines since the last blank line.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Block {
    /// Offset of the first byte, if there is a line at all.
    pub(crate) start: Option<u64>,
    pub(crate) data: Slot,
    pub(crate) event_type: Slot,
    pub(crate) id: Slot,
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
    pub(crate) block: Block,
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

    /// Keeps the block beyond the chunk.
    pub(crate) fn suspend(&mut self, block: Block, chunk: &[u8]) {
        self.block = block;
        self.keep_data(chunk);
        self.block.event_type.keep(chunk, &mut self.event_type);
        self.block.id.keep(chunk, &mut self.id);
        self.shrink();
    }

    fn keep_data(&mut self, chunk: &[u8]) {
        if let Slot::Chunk(..) = self.block.data {
            self.data_from = 0;
        }
        self.block.data.keep(chunk, &mut self.data);
        if !self.block.data.is_set() {
            self.data.clear();
            self.data_from = 0;
        }
    }

    /// One huge event must not cost its size for ever.
    fn shrink(&mut self) {
        for buffer in [&mut self.line, &mut self.data, &mut self.event_type, &mut self.id] {
            if buffer.capacity() > GENEROUS && buffer.len() < buffer.capacity() / 4 {
                work::count(buffer.len());
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

    /// Makes this the first data of the block.
    pub(crate) fn start_data(&mut self, value: &[u8]) {
        work::count(value.len());
        self.data.clear();
        self.data.extend_from_slice(value);
        self.data_from = 0;
    }

    /// Adds a line to the data kept.
    pub(crate) fn append_data(&mut self, value: &[u8]) {
        work::count(value.len());
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
