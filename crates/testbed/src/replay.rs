//! The finite replay resource: six events, resumable, then the end.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;

use crate::Switches;
use crate::hub::{Cursor, resume};
use crate::render::{self, Fields};

/// How long all events are collected by the fault that sends them together.
pub(crate) const COLLECTED: Duration = Duration::from_millis(800);

/// Type and data; the id is the place, from 1.
const EVENTS: [(Option<&str>, &str); 6] = [
    (Some("greeting"), "hello"),
    (None, "line one\nline two\nline three"),
    (None, "caf\u{e9} \u{65e5}\u{672c}\u{8a9e} \u{1f680}"),
    (Some("json"), "{\"n\":4}"),
    (None, ""),
    (Some("done"), "bye"),
];

/// The pieces of the stream from the cursor on; from the start without one or with an unknown one.
pub(crate) fn pieces(switches: &Switches, cursor: Option<&str>) -> Vec<Bytes> {
    let events: VecDeque<Bytes> =
        (1..).zip(EVENTS).filter_map(|one| write(switches, one)).collect();
    let position = cursor.and_then(|id| (1..=EVENTS.len()).find(|n| n.to_string() == id));
    match resume(switches, &events, cursor, position) {
        (_, Cursor::Absent | Cursor::Unknown) => events.into(),
        (missed, Cursor::Known) if switches.has("replay-skips") => {
            missed.into_iter().skip(1).collect()
        }
        (missed, Cursor::Known) => missed,
    }
}

fn write(
    switches: &Switches,
    (id, (event_type, data)): (u8, (Option<&str>, &str)),
) -> Option<Bytes> {
    let id = id.to_string();
    render::event(switches, Fields { event_type, id: Some(&id), data }).ok()
}
