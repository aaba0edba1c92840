//! Faults of a proxy before the hub.

use super::{Switch, fault};

pub(super) const SWITCHES: &[Switch] = &[
    fault(
        "proxy-holds",
        "D027",
        &["R64"],
        &[("proxy/prompt", "held-back")],
        "the proxy passes the body on in blocks of 4 kB",
    ),
    fault(
        "proxy-holds-all",
        "D029",
        &["R64"],
        &[("proxy/prompt", "held-back")],
        "the proxy passes the body on when the stream has ended",
    ),
    fault(
        "proxy-head-withheld",
        "D028",
        &["R14"],
        &[("proxy/head-at-once", "head-withheld")],
        "the proxy passes nothing on before the first event",
    ),
    fault(
        "proxy-exact-type",
        "D022",
        &["R02"],
        &[("proxy/status", "status-unexpected")],
        "the stream has a charset, and the proxy knows the bare media type only: 502",
    ),
    fault(
        "proxy-retypes",
        "D022",
        &["R02"],
        &[("proxy/content-type", "media-type-changed")],
        "the proxy says text/plain",
    ),
    fault(
        "proxy-recodes",
        "D024",
        &["R24"],
        &[("proxy/not-recoded", "recoded")],
        "the proxy unpacks what the server has compressed",
    ),
];
