//! The steps of shrinking. Each makes a stream simpler, so that shrinking comes to an end: shorter,
//! or as long with fewer chunks, or with plainer bytes, or with cuts at plainer places; or, by a repair,
//! less odd.

use super::repairs::Repair;
use super::shape::Shape;

#[derive(Debug, Clone, Copy)]
pub(super) enum Pass {
    JoinAll,
    /// Without one cut.
    Join,
    /// Without the lines up to the next blank line.
    DropBlock,
    DropLine,
    /// Without so many bytes.
    Drop(usize),
    /// A plainer byte in the place of a character.
    Simplify,
    MoveCut,
    /// Something odd less.
    Repair(Repair),
}

/// The order in which they worked best.
pub(super) const ALL: &[Pass] = &[
    Pass::JoinAll,
    Pass::DropBlock,
    Pass::DropLine,
    Pass::Join,
    Pass::Repair(Repair::LineEnds),
    Pass::Repair(Repair::PlainLines),
    Pass::Repair(Repair::PlainLine),
    Pass::Repair(Repair::Colons),
    Pass::Repair(Repair::Spaces),
    Pass::Repair(Repair::UnknownLine),
    Pass::Repair(Repair::DataLast),
    Pass::Repair(Repair::Fill),
    Pass::Repair(Repair::Complete),
    Pass::Drop(128),
    Pass::Drop(32),
    Pass::Drop(8),
    Pass::Drop(4),
    Pass::Drop(3),
    Pass::Drop(2),
    Pass::Drop(1),
    Pass::Simplify,
    Pass::MoveCut,
];

/// Cuts of longer streams are not moved: there are too many places.
const LONGEST_TO_MOVE: usize = 256;

/// What another character becomes, the plainest first.
const PLAIN: [u8; 3] = [b'x', b'1', b'\n'];

impl Pass {
    /// Whether it is worth its while only if the stream is less odd then.
    pub(super) fn repairs(self) -> bool {
        matches!(self, Self::Repair(_))
    }

    /// How many steps it has; some may not apply.
    pub(super) fn steps(self, shape: &Shape) -> usize {
        let bytes = shape.bytes.len();
        match self {
            Self::JoinAll => 1,
            Self::Join => shape.cuts.len(),
            Self::DropBlock | Self::DropLine => shape.line_starts().len(),
            Self::Drop(count) => (bytes + 1).saturating_sub(count),
            Self::Simplify => bytes * PLAIN.len(),
            Self::MoveCut if bytes > LONGEST_TO_MOVE => 0,
            Self::MoveCut => shape.cuts.len() * (bytes + 1),
            Self::Repair(repair) => repair.steps(shape),
        }
    }

    /// The simpler stream.
    pub(super) fn apply(self, shape: &Shape, step: usize) -> Option<Shape> {
        match self {
            Self::JoinAll => join_all(shape),
            Self::Join => Some(join(shape, step)),
            Self::DropBlock => drop_block(shape, step),
            Self::DropLine => drop_line(shape, step),
            Self::Drop(count) => shape.without(step, count),
            Self::Simplify => simplify(shape, step / PLAIN.len(), step % PLAIN.len()),
            Self::Repair(repair) => repair.apply(shape, step),
            Self::MoveCut => {
                let places = shape.bytes.len() + 1;
                move_cut(shape, step / places, step % places)
            }
        }
    }
}

fn join_all(shape: &Shape) -> Option<Shape> {
    let whole = Shape { bytes: shape.bytes.clone(), cuts: Vec::new() };
    (!shape.cuts.is_empty()).then_some(whole)
}

fn join(shape: &Shape, cut: usize) -> Shape {
    let mut shape = shape.clone();
    shape.cuts.remove(cut);
    shape
}

fn drop_line(shape: &Shape, line: usize) -> Option<Shape> {
    let starts = shape.line_starts();
    let to = starts.get(line + 1).copied().unwrap_or(shape.bytes.len());
    shape.without(starts[line], to - starts[line])
}

fn drop_block(shape: &Shape, line: usize) -> Option<Shape> {
    let starts = shape.line_starts();
    let from = starts[line];
    let blank = |at: &&usize| matches!(shape.bytes.get(**at), Some(b'\n' | b'\r'));
    let blank = starts[line..].iter().position(|at| blank(&at))?;
    let to = starts.get(line + blank + 1).copied().unwrap_or(shape.bytes.len());
    shape.without(from, to - from)
}

fn simplify(shape: &Shape, at: usize, choice: usize) -> Option<Shape> {
    let (byte, plain) = (shape.bytes[at], PLAIN[choice]);
    let simpler = match plain {
        b'\n' => byte == b'\r',
        _ => !matches!(byte, b'\r' | b'\n' | b':' | b' ') && rank(plain) < rank(byte),
    };
    simpler.then(|| shape.spliced(at, at + length_of_character(&shape.bytes[at..]), &[plain]))
}

/// Plainer bytes have a lower rank.
fn rank(byte: u8) -> usize {
    PLAIN.iter().position(|&plain| plain == byte).unwrap_or(PLAIN.len())
}

/// Bytes of the character that begins here, or 1.
fn length_of_character(bytes: &[u8]) -> usize {
    let lengths = 1..=bytes.len().min(4);
    lengths.into_iter().find(|&n| std::str::from_utf8(&bytes[..n]).is_ok()).unwrap_or(1)
}

/// Moves a cut to a plainer place: the start of a line, and among those the first.
fn move_cut(shape: &Shape, cut: usize, to: usize) -> Option<Shape> {
    let rank = |place: usize| (!shape.begins_line(place), place);
    let mut moved = shape.clone();
    let from = std::mem::replace(&mut moved.cuts[cut], to);
    let ascending = moved.cuts.is_sorted();
    (ascending && rank(to) < rank(from)).then_some(moved)
}
