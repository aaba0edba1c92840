//! Faults of who gets what: other clients, and credentials that have expired.

use super::{Switch, fault};

pub(super) const SWITCHES: &[Switch] = &[
    fault(
        "replay-unchecked",
        "D076",
        &["R55"],
        &[("access/replay-private", "leaked")],
        "whoever resumes gets the missed events of everybody; live ones are checked",
    ),
    fault(
        "cursor-chooses-stream",
        "D075",
        &["R56"],
        &[("access/replay-private", "leaked"), ("access/live-private", "leaked")],
        "one store for all: a client gets the stream in which its Last-Event-ID is found",
    ),
    fault(
        "expiry-ignored",
        "D100",
        &["R71"],
        &[("access/expired", "leaked")],
        "credentials are checked when the stream is opened and never again",
    ),
];
