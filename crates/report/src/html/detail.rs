//! How much of the evidence a page shows, so that no target can make it too large.

use crate::sanitize::{BLOCK_LIMIT, VALUE_LIMIT};

/// How much is shown of each finding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail {
    /// Most moments of a time line.
    pub(super) moments: usize,
    /// Longest value, in characters.
    pub(super) value: usize,
    /// Longest command, in characters; 0 for none.
    pub(super) command: usize,
    /// Whether a time line that several checks of a case have is told once.
    pub(super) shared: bool,
    /// Whether bytes and the case file are shown.
    pub(super) excerpts: bool,
    /// What is left out, for the reader.
    pub(super) left_out: &'static str,
}

/// All of it.
const FULL: Detail = Detail {
    moments: 60,
    value: VALUE_LIMIT,
    command: BLOCK_LIMIT,
    shared: false,
    excerpts: true,
    left_out: "",
};

/// From all of it to the least.
const DETAILS: [Detail; 6] = [
    FULL,
    Detail {
        shared: true,
        left_out: "a time line that several checks of a case have is told once",
        ..FULL
    },
    Detail {
        moments: 20,
        command: 1024,
        shared: true,
        left_out: "a time line is told once for each case, with 20 moments at most",
        ..FULL
    },
    Detail {
        moments: 6,
        value: 160,
        command: 320,
        shared: true,
        left_out: "a time line is told once for each case, with 6 moments at most, and long values are cut",
        ..FULL
    },
    Detail {
        moments: 0,
        value: 80,
        command: 160,
        left_out: "there are no time lines, and values are cut after 80 characters",
        ..FULL
    },
    Detail {
        moments: 0,
        value: 48,
        command: 0,
        excerpts: false,
        left_out: "there are no time lines, bytes, excerpts and commands, and values are cut after 48 characters",
        ..FULL
    },
];

/// The page with as much detail as `limit` bytes hold; with the least, if none fits.
pub(super) fn fitted(limit: usize, page: impl Fn(&Detail) -> String) -> String {
    let mut text = String::new();
    for detail in &DETAILS {
        text = page(detail);
        if text.len() <= limit {
            break;
        }
    }
    text
}
