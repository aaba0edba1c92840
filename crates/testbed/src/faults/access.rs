//! Faults of who gets a stream, and from where.

use super::{Switch, fault};

pub(super) const SWITCHES: &[Switch] = &[
    fault(
        "origin-unchecked",
        "D112",
        &["R80"],
        &[("access/origin-checked", "refused-inside-stream")],
        "where origins are checked, a foreign one is served",
    ),
    fault(
        "host-unchecked",
        "D112",
        &["R80"],
        &[("access/host-checked", "refused-inside-stream")],
        "where hosts are checked, a foreign one is served",
    ),
    fault(
        "query-token",
        "D111",
        &["R81"],
        &[("access/query-token", "refused-inside-stream")],
        "the token is taken from `?access_token=` too",
    ),
    fault(
        "header-splitting",
        "D065",
        &["R82"],
        &[
            ("access/header-split-crlf", "header-split"),
            ("access/header-split-lf", "header-split"),
            ("access/header-split-cr", "header-split"),
            ("access/header-split-nul", "header-split"),
        ],
        "the cursor of the query is written into a field as it is",
    ),
    fault(
        "plain-served",
        "",
        &["R83"],
        &[("access/not-in-clear", "served-in-clear")],
        "the stream is served without TLS too",
    ),
    fault(
        "plain-challenged",
        "",
        &["R83"],
        &[("access/not-in-clear", "challenged-in-clear")],
        "the token is asked for without TLS",
    ),
    fault(
        "endpoint-foreign",
        "D113",
        &["R94"],
        &[("access/endpoint-origin", "endpoint-foreign")],
        "the stream opens with an endpoint on another origin",
    ),
    fault(
        "limit-hangs",
        "D023",
        &["R70"],
        &[("http/limit-answered", "no-answer")],
        "one stream more than the limit waits without a word",
    ),
    fault(
        "no-retry-after",
        "D023",
        &["R15"],
        &[("http/retry-after", "header-missing")],
        "429 without Retry-After",
    ),
];
