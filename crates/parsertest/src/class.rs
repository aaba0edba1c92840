//! The ways of being wrong, each with a stable name.

use ssecheck_model::parser::{Aspect, ClassLevel};

mod dispatch;
mod fields;
mod lines;
mod stream;

/// A class of deviations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// Stable code: reports and baseline files name it.
    pub code: &'static str,
    /// How binding its rule is.
    pub level: ClassLevel,
    /// The rule in one sentence.
    pub rule: &'static str,
    /// Section of the standard.
    pub source: &'static str,
    /// Ids of the catalogue: parser cases (`P07`), known parser bugs (`K2`).
    pub catalogue: &'static [&'static str],
    /// Through what it can be seen. A parser whose interface shows none of these cannot be judged.
    /// [`Aspect::Error`] stands here only where an error is what wrong parsers give; an error or a
    /// crash of a parser counts in every class.
    pub shows: &'static [Aspect],
    /// How to mend a parser, in one sentence.
    pub mend: &'static str,
}

/// All classes, in the order of reports.
pub const ALL: &[Class] = &joined();

/// The class with this code.
pub fn find(code: &str) -> Option<&'static Class> {
    ALL.iter().find(|class| class.code == code)
}

const PARTS: [&[Class]; 4] = [lines::ALL, fields::ALL, dispatch::ALL, stream::ALL];
const COUNT: usize = PARTS[0].len() + PARTS[1].len() + PARTS[2].len() + PARTS[3].len();

const fn joined() -> [Class; COUNT] {
    let mut all = [PARTS[0][0]; COUNT];
    let (mut next, mut part) = (0, 0);
    while part < PARTS.len() {
        let mut at = 0;
        while at < PARTS[part].len() {
            all[next] = PARTS[part][at];
            (next, at) = (next + 1, at + 1);
        }
        part += 1;
    }
    all
}
