//! Which events a cursor has missed.

use std::collections::VecDeque;

use crate::Switches;

/// The cursor before the first event.
pub(crate) const START: &str = "0";

/// What a cursor turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// None was sent, or an empty one.
    Absent,
    /// Its event is in the history.
    Known,
    /// No such event, or not any more.
    Unknown,
}

/// The events after the cursor, oldest first, from a history in order; `position` is the number
/// of events up to and with the cursor's. Without a cursor, or with an unknown one, there are none.
///
/// The faults of resumption all act here, on the hub and on the replay alike.
pub(crate) fn resume<T: Clone>(
    switches: &Switches,
    history: &VecDeque<T>,
    cursor: Option<&str>,
    position: Option<usize>,
) -> (Vec<T>, Cursor) {
    let cursor = cursor.filter(|_| !switches.has("cursor-ignored"));
    let kind = match (cursor, position) {
        (None, _) => Cursor::Absent,
        (Some(_), Some(_)) => Cursor::Known,
        (Some(_), None) => Cursor::Unknown,
    };
    let from = match position {
        _ if cursor.is_none() => history.len(),
        _ if switches.has("full-replay") => 0,
        Some(position) if switches.has("resume-skips") => position + 1,
        Some(position) if switches.has("resume-repeats") => position.saturating_sub(1),
        Some(position) => position,
        None => history.len(),
    };
    let mut missed: Vec<T> = history.iter().skip(from).cloned().collect();
    if switches.has("live-before-backlog") && !missed.is_empty() {
        missed.rotate_right(1);
    }
    (missed, kind)
}
