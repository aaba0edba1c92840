//! The ways of being wrong, each with a stable name.

use ssecheck_model::parser::{Aspect, ClassLevel};

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
    pub shows: &'static [Aspect],
}

/// All classes, in the order of reports.
pub const ALL: &[Class] = &[];

/// The class with this code.
pub fn find(code: &str) -> Option<&'static Class> {
    ALL.iter().find(|class| class.code == code)
}
