//! Faults of connections that come, go and come back.

use super::{Switch, fault};

pub(super) const SWITCHES: &[Switch] = &[
    fault(
        "once-only",
        "D081",
        &["T8"],
        &[("reconnect/after-close", "status-unexpected")],
        "from the second close (FIN) of a stream on, the next client without Last-Event-ID gets 503",
    ),
    fault(
        "dies-on-reset",
        "D081",
        &["T8"],
        &[("reconnect/after-reset", "status-unexpected")],
        "from the second reset (RST) of a stream on, the next client without Last-Event-ID gets 503",
    ),
    fault(
        "dies-on-abort",
        "D097",
        &["R66"],
        &[("reconnect/survives-aborts", "dead")],
        "after an abort before the head, no new connection is answered",
    ),
    fault(
        "one-at-a-time",
        "D023",
        &["R70"],
        &[("reconnect/concurrent", "no-answer")],
        "a second stream waits until the first has closed",
    ),
    fault(
        "destructive-queue",
        "D078",
        &["R50", "R68"],
        &[("reconnect/all-receive", "lost")],
        "each event goes to one subscriber only",
    ),
    fault(
        "siblings-closed",
        "D099",
        &["R68"],
        &[("reconnect/sibling-open", "closed-early")],
        "the end of one stream ends all others",
    ),
    fault(
        "stop-200",
        "D079",
        &["R06"],
        &[("reconnect/stop-204", "status-unexpected")],
        "the finished resource answers 200 and ends",
    ),
    fault(
        "stop-body",
        "",
        &["R07"],
        &[("reconnect/stop-empty", "body-present")],
        "bytes after the head of 204",
    ),
    fault(
        "subscriber-leak",
        "D091",
        &["R66"],
        &[("reconnect/cleanup", "subscribers-remain")],
        "subscribers that left are still counted",
    ),
    fault(
        "slow-reader-blocks",
        "D095",
        &["R67"],
        &[("reconnect/slow-reader", "publish-blocked")],
        "publishing waits for every subscriber's socket",
    ),
    fault("retry-unit", "D050", &["R45"], &[("retry/digits", "retry-not-digits")], "`retry: 3s`"),
    fault("retry-tiny", "D051", &["R46"], &[("retry/not-tiny", "retry-too-small")], "`retry: 1`"),
    fault("retry-huge", "", &["R46"], &[("retry/fits", "retry-too-large")], "`retry: 99999999999`"),
    fault("no-retry", "", &["R59"], &[("retry/sent", "retry-missing")], "no retry field"),
    fault(
        "refuses-after-retry",
        "D081",
        &["T8"],
        &[("retry/serves-again", "status-unexpected")],
        "503 from 0.5 s to 5 s after the close of a stream",
    ),
];
