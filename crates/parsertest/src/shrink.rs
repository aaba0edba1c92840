//! Makes a stream that a parser reads wrongly small and readable.
//!
//! Each step proposes something simpler and asks whether the parser still reads it wrongly: fewer
//! chunks, fewer bytes (blocks, lines, runs of 128 to 1), LF instead of CR, `x` instead of another
//! letter, a cut at the start of a line. A stream never becomes odd in a way in which it was not odd
//! before (a line without a colon, another line end), so that the example of one mistake does not
//! turn into that of another; and it becomes less odd wherever it can, though that be longer, so that
//! nothing is blamed that has no part in it.

mod oddities;
mod passes;
mod repairs;
mod shape;

use std::collections::HashSet;

use oddities::Oddity;
use passes::Pass;
use shape::Shape;

/// A stream in its chunks.
pub type Chunks = Vec<Vec<u8>>;

/// How much a shrinking may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The largest number of streams to ask for.
    pub executions: usize,
    /// How many of them to propose at once.
    pub round: usize,
}

impl Default for Bounds {
    /// 4,000 streams, 32 at once.
    fn default() -> Self {
        Self { executions: 4_000, round: 32 }
    }
}

/// What is left of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shrunk {
    /// The smallest stream that is still read wrongly.
    pub chunks: Chunks,
    /// How many streams were asked for.
    pub executions: usize,
    /// Whether nothing smaller was left to try; `false` if the bound came first.
    pub finished: bool,
}

/// Shrinks a stream for a parser in this process. `fails` says whether it still reads a stream
/// wrongly, and in the same way.
///
/// ```
/// use ssecheck_parsertest::shrink::shrink;
///
/// // A parser that reads no NUL.
/// let stream = vec![b"id: 4\nda".to_vec(), b"ta: ab\0c\r\nevent: e\r\n\r\ndata: z\n\n".to_vec()];
/// let shrunk = shrink(&stream, 4_000, |chunks| chunks.concat().contains(&0));
/// assert_eq!(shrunk.chunks, [b"data: \0\n\n"]);
/// ```
pub fn shrink(
    chunks: &[Vec<u8>],
    executions: usize,
    mut fails: impl FnMut(&[Vec<u8>]) -> bool,
) -> Shrunk {
    // One at a time: none is asked for in vain.
    let bounds = Bounds { executions, round: 1 };
    shrink_in_rounds(chunks, bounds, |streams| streams.iter().position(|chunks| fails(chunks)))
}

/// Shrinks a stream for a parser that is better asked for many streams at once. `first_failing` gets
/// the candidates of a round, best first, and gives the index of the first one that is still read
/// wrongly, and in the same way.
pub fn shrink_in_rounds(
    chunks: &[Vec<u8>],
    bounds: Bounds,
    first_failing: impl FnMut(&[Chunks]) -> Option<usize>,
) -> Shrunk {
    let shape = Shape::new(chunks);
    let odd = oddities::of(&shape);
    let mut search = Search { shape, odd, bounds, executions: 0, first_failing };
    while search.sweep() && !search.is_over() {}
    let finished = !search.is_over();
    Shrunk { chunks: search.shape.chunks(), executions: search.executions, finished }
}

/// Whether what is odd about two streams is the same, so that they are examples of the same.
pub(crate) fn alike(one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
    oddities::of(&Shape::new(one)) == oddities::of(&Shape::new(other))
}

/// Whether all that is odd about one stream is odd about another too: a parser that stumbles over the
/// one may stumble over the other for no other reason.
pub(crate) fn is_as_odd(one: &[Vec<u8>], other: &[Vec<u8>]) -> bool {
    oddities::of(&Shape::new(one)).is_subset(&oddities::of(&Shape::new(other)))
}

struct Search<F> {
    shape: Shape,
    /// What is odd about it.
    odd: HashSet<Oddity>,
    bounds: Bounds,
    executions: usize,
    first_failing: F,
}

impl<F: FnMut(&[Chunks]) -> Option<usize>> Search<F> {
    /// Tries everything once. Whether anything helped.
    fn sweep(&mut self) -> bool {
        let before = self.shape.clone();
        for pass in passes::ALL {
            self.run(*pass);
        }
        self.shape != before
    }

    fn is_over(&self) -> bool {
        self.executions >= self.bounds.executions
    }

    fn run(&mut self, pass: Pass) {
        let mut step = 0;
        while step < pass.steps(&self.shape) && !self.is_over() {
            let (candidates, next) = self.round(pass, step);
            let chunks: Vec<Chunks> = candidates.iter().map(|(_, shape)| shape.chunks()).collect();
            self.executions += chunks.len();
            let found = if chunks.is_empty() { None } else { (self.first_failing)(&chunks) };
            step = match found.and_then(|index| candidates.into_iter().nth(index)) {
                // The same step again: what followed has moved here.
                Some((step, shape)) => {
                    self.odd = oddities::of(&shape);
                    self.shape = shape;
                    step
                }
                None => next,
            };
        }
    }

    fn is_simpler(&self, pass: Pass, shape: &Shape) -> bool {
        let odd = oddities::of(shape);
        odd.is_subset(&self.odd) && !(pass.repairs() && odd.len() == self.odd.len())
    }

    /// The next candidates of a pass with their steps, and the step after them.
    fn round(&self, pass: Pass, from: usize) -> (Vec<(usize, Shape)>, usize) {
        let room = self.bounds.round.min(self.bounds.executions - self.executions).max(1);
        let steps = from..pass.steps(&self.shape);
        let simpler = steps.filter_map(|step| Some((step, pass.apply(&self.shape, step)?)));
        let simpler = simpler.filter(|(_, shape)| self.is_simpler(pass, shape));
        let candidates: Vec<_> = simpler.take(room).collect();
        let next = match candidates.last() {
            Some((step, _)) if candidates.len() == room => step + 1,
            _ => pass.steps(&self.shape),
        };
        (candidates, next)
    }
}
