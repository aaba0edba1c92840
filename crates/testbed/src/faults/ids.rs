//! Faults of ids and resumption.

use super::{Switch, fault, on_replay};

pub(super) const SWITCHES: &[Switch] = &[
    fault(
        "cursor-parsed",
        "D074",
        &["R49"],
        &[
            ("last-event-id/unknown", "status-unexpected"),
            ("last-event-id/number", "status-unexpected"),
            ("last-event-id/long", "status-unexpected"),
            ("last-event-id/resume-non-ascii", "resume-nothing"),
        ],
        "500 unless Last-Event-ID is a non-negative integer",
    ),
    fault(
        "cursor-ascii-only",
        "",
        &["R49"],
        &[
            ("last-event-id/non-ascii", "status-unexpected"),
            ("last-event-id/resume-non-ascii", "resume-nothing"),
        ],
        "400 for a Last-Event-ID beyond ASCII",
    ),
    fault(
        "cursor-empty-refused",
        "",
        &["R57"],
        &[("last-event-id/empty", "status-unexpected")],
        "400 for an empty Last-Event-ID",
    ),
    fault(
        "cursor-long-crash",
        "",
        &["R49"],
        &[("last-event-id/long", "no-answer")],
        "the connection is dropped for a Last-Event-ID over 1024 bytes",
    ),
    fault(
        "nul-in-id",
        "D049",
        &["R43"],
        &[("last-event-id/no-nul", "nul-in-id"), ("last-event-id/nul-refused", "nul-in-id")],
        "a second id line with a NUL in each event",
    ),
    fault(
        "nul-accepted",
        "",
        &["R43"],
        &[("last-event-id/nul-refused", "nul-in-id")],
        "a NUL in a published id is written",
    ),
    fault("unsafe-id", "D060", &["R44"], &[("last-event-id/safe", "unsafe-id")], "ids are JSON"),
    fault(
        "long-id",
        "D060",
        &["R44"],
        &[("last-event-id/safe", "long-id")],
        "ids of about 200 bytes",
    ),
    fault(
        "id-constant",
        "D071",
        &["R53"],
        &[
            ("last-event-id/unique", "id-repeated"),
            ("last-event-id/header-case", "resume-nothing"),
            ("last-event-id/resume-no-gap", "resume-live-only"),
        ],
        "every event of the hub has the id 0, so a cursor finds the newest event only",
    ),
    fault(
        "ids-sometimes",
        "D059",
        &["R52"],
        &[
            ("last-event-id/every-event", "id-missing"),
            ("last-event-id/resume-no-duplicate", "resume-duplicate"),
        ],
        "only every third event has an id",
    ),
    fault(
        "ids-per-connection",
        "D070",
        &["R52", "R53"],
        &[("last-event-id/stable", "id-differs")],
        "each connection has ids of its own (which the server understands)",
    ),
    fault(
        "newest-refused",
        "",
        &["R49"],
        &[
            ("last-event-id/newest", "status-unexpected"),
            ("retry/serves-again", "status-unexpected"),
        ],
        "500 if Last-Event-ID is the newest id",
    ),
    fault(
        "cursor-ignored",
        "D066",
        &["R50"],
        &[
            ("last-event-id/header-case", "resume-nothing"),
            ("last-event-id/independent", "resume-gap"),
            ("last-event-id/resume-no-gap", "resume-live-only"),
            ("last-event-id/resume-non-ascii", "resume-nothing"),
        ],
        "Last-Event-ID is ignored: the hub goes on live, the replay starts over",
    ),
    fault(
        "resume-skips",
        "D067",
        &["R50"],
        &[
            ("last-event-id/independent", "resume-gap"),
            ("last-event-id/resume-no-gap", "resume-gap"),
            ("last-event-id/resume-non-ascii", "resume-gap"),
        ],
        "the event after the cursor is skipped",
    ),
    on_replay(fault(
        "replay-skips",
        "",
        &["R50"],
        &[("last-event-id/resume-replay", "resume-gap")],
        "the finite stream skips the event after the cursor, the hub does not",
    )),
    fault(
        "resume-repeats",
        "D068",
        &["R50"],
        &[
            ("last-event-id/independent", "resume-duplicate"),
            ("last-event-id/resume-no-duplicate", "resume-duplicate"),
        ],
        "the event of the cursor is sent again",
    ),
    fault(
        "full-replay",
        "D072",
        &["R50"],
        &[
            ("last-event-id/independent", "resume-restart"),
            ("last-event-id/resume-no-duplicate", "resume-restart"),
        ],
        "any Last-Event-ID gets the whole history",
    ),
    fault(
        "live-before-backlog",
        "D069",
        &["R50"],
        &[
            ("last-event-id/independent", "resume-reordered"),
            ("last-event-id/resume-in-order", "resume-reordered"),
            ("liveness/restart-resumes", "events-differ"),
        ],
        "the newest missed event comes before the older ones",
    ),
    fault(
        "resume-consumes",
        "D078",
        &["R50"],
        &[
            ("last-event-id/independent", "resume-gap"),
            ("liveness/restart-resumes", "events-differ"),
            ("last-event-id/repeatable", "events-differ"),
        ],
        "an event that was replayed is gone from the history",
    ),
    fault(
        "cursors-mixed",
        "D075",
        &["R56"],
        &[("last-event-id/independent", "resume-duplicate")],
        "while a resumed stream is open, its cursor counts for everybody who resumes",
    ),
    fault(
        "header-case-sensitive",
        "",
        &["R50"],
        &[("last-event-id/header-case", "resume-nothing")],
        "only the spellings `Last-Event-ID` and `last-event-id` are recognised",
    ),
];
