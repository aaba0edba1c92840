//! Which class a wrong answer counts against.

use ssecheck_model::parser::{Aspect, ClassVerdict};

use crate::class::Class;
use crate::judge::{Difference, Judgement};

/// Classes that are about cuts.
pub(super) const ABOUT_CUTS: &[&str] =
    &["chunk.split", "eol.crlf-split", "eol.empty-chunk", "bom.split", "utf8.split"];

/// The class of parsers that show blocks without data.
pub(super) const DATALESS: &str = "event.dataless-none";

/// A class, and what is held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Charge {
    /// Code of the class.
    pub(super) class: &'static str,
    pub(super) verdict: ClassVerdict,
    pub(super) aspects: Vec<Aspect>,
    /// What should have been said, in words.
    pub(super) expected: String,
    /// What was said.
    pub(super) actual: String,
    /// Whether the class does not show itself like this: it counts only if no class that does is
    /// found guilty.
    pub(super) stray: bool,
}

/// What an answer to a stream for this class is charged with. Where the events are wrong, all else
/// may follow from that, and is not held against another class.
pub(super) fn charges(own: &Class, judgement: &Judgement, chunks: &[Vec<u8>]) -> Vec<Charge> {
    let mut charges: Vec<Charge> = Vec::new();
    let decisive = |aspect| matches!(aspect, Aspect::Error | Aspect::Events);
    let first = judgement.differences.iter().find(|difference| decisive(difference.aspect));
    for difference in &judgement.differences {
        let charge = charge(own, first.unwrap_or(difference), difference, judgement, chunks);
        let same = |other: &&mut Charge| {
            (other.class, other.verdict, other.stray)
                == (charge.class, charge.verdict, charge.stray)
        };
        match charges.iter_mut().find(same) {
            Some(other) => {
                other.aspects.extend(&charge.aspects);
                other.expected = format!("{}; {}", other.expected, charge.expected);
                other.actual = format!("{}; {}", other.actual, charge.actual);
            }
            None => charges.push(charge),
        }
    }
    charges
}

/// The charge for a difference that follows from `first`.
fn charge(
    own: &Class,
    first: &Difference,
    difference: &Difference,
    judgement: &Judgement,
    chunks: &[Vec<u8>],
) -> Charge {
    let (class, stray) = match first.aspect {
        Aspect::Events if judgement.phantoms => (DATALESS, false),
        Aspect::Error => (own.code, false), // an error counts wherever it comes
        Aspect::Late if !own.shows.contains(&Aspect::Late) => {
            (late_class(judgement, chunks), false)
        }
        aspect => (own.code, !own.shows.contains(&aspect)),
    };
    let verdict = match difference.aspect {
        Aspect::Late => ClassVerdict::Late,
        Aspect::Error if judgement.panicked => ClassVerdict::Crash,
        _ => ClassVerdict::Fail,
    };
    let (expected, actual) = (difference.expected.clone(), difference.actual.clone());
    Charge { class, verdict, aspects: vec![difference.aspect], expected, actual, stray }
}

/// Whether it was the CR, after which many parsers want to see one more byte.
fn late_class(judgement: &Judgement, chunks: &[Vec<u8>]) -> &'static str {
    let upto = judgement.late_at.map_or(0, |at| at + 1).min(chunks.len());
    let last = chunks[..upto].iter().rev().find_map(|chunk| chunk.last());
    if last == Some(&b'\r') { "eol.cr-prompt" } else { "event.prompt" }
}
