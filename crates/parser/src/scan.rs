//! The search for the next line end: the parser's inner loop.

use crate::work;

pub(crate) const LF: u8 = b'\n';
pub(crate) const CR: u8 = b'\r';

const WORD: usize = size_of::<u64>();
const ONES: u64 = u64::from_ne_bytes([0x01; WORD]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; WORD]);

/// So many bytes are looked at word by word first: most lines of many streams are short.
const NEAR: usize = 2 * WORD;
/// How far small blocks go on from there.
const MIDDLE: usize = 4 * SMALL;
const SMALL: usize = 32;
const LARGE: usize = 128;
/// Bytes in a vector register that every x86-64 and aarch64 has.
const LANES: usize = 16;

/// Index of the first CR or LF in `bytes`.
#[inline]
pub(crate) fn line_end(bytes: &[u8]) -> Option<usize> {
    let found = match bytes.split_at_checked(NEAR) {
        Some((near, rest)) => by_words(near).or_else(|| by_blocks(rest).map(|at| NEAR + at)),
        None => by_words(bytes),
    };
    work::count(found.map_or(bytes.len(), |at| at + 1));
    found
}

fn by_blocks(bytes: &[u8]) -> Option<usize> {
    let small = |bytes: &[u8]| in_blocks::<SMALL>(bytes, any_control, by_words);
    let Some((middle, far)) = bytes.split_at_checked(MIDDLE) else { return small(bytes) };
    small(middle).or_else(|| in_blocks::<LARGE>(far, least_is_control, small).map(|at| MIDDLE + at))
}

/// Passes over blocks that cannot have a line end, and searches the others and the rest with
/// `inside`.
#[inline]
fn in_blocks<const N: usize>(
    bytes: &[u8],
    may_have_line_end: impl Fn(&[u8]) -> bool,
    inside: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    let blocks = bytes.chunks_exact(N);
    let rest = blocks.remainder();
    let mut at = 0;
    for block in blocks {
        let found = if may_have_line_end(block) { inside(block) } else { None };
        if let Some(found) = found {
            return Some(at + found);
        }
        at += N;
    }
    if rest.is_empty() {
        return None;
    }
    // the last whole block overlaps what was seen, but settles the rest in one go
    match bytes.len().checked_sub(N).map(|last| &bytes[last..]) {
        Some(last) if !may_have_line_end(last) => None,
        _ => inside(rest).map(|found| at + found),
    }
}

// A byte up to CR is asked for, because the compiler makes vector instructions of that. Other control
// characters are false alarms; only tabs are common.

#[inline]
fn any_control(block: &[u8]) -> bool {
    block.iter().fold(false, |any, &byte| any | (byte <= CR))
}

/// The same, with one comparison for the whole block: of the least byte in each lane.
#[inline]
fn least_is_control(block: &[u8]) -> bool {
    let mut least = [u8::MAX; LANES];
    for lanes in block.chunks_exact(LANES) {
        for (least, &byte) in least.iter_mut().zip(lanes) {
            *least = byte.min(*least);
        }
    }
    any_control(&least)
}

#[inline]
fn by_words(bytes: &[u8]) -> Option<usize> {
    let words = bytes.chunks_exact(WORD);
    let rest = words.remainder();
    let mut at = 0;
    for word in words {
        let hits = word.try_into().map_or(0, |word| line_ends(u64::from_le_bytes(word)));
        if hits != 0 {
            return Some(at + hits.trailing_zeros() as usize / 8);
        }
        at += WORD;
    }
    rest.iter().position(|&byte| byte == LF || byte == CR).map(|found| at + found)
}

/// The high bit of the lowest byte that is CR or LF is set, and none below it.
#[inline]
fn line_ends(word: u64) -> u64 {
    let lf = word ^ (ONES * u64::from(LF));
    let cr = word ^ (ONES * u64::from(CR));
    (lf.wrapping_sub(ONES) & !lf | cr.wrapping_sub(ONES) & !cr) & HIGHS
}
