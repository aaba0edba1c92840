//! Faults of a restart while clients are connected.

use super::{Switch, fault};

pub(super) const SWITCHES: &[Switch] = &[
    fault(
        "restart-hangs",
        "D089",
        &["R69"],
        &[("liveness/restart-answered", "restart-hangs"), ("liveness/restart-ends", "still-open")],
        "the restart waits until all clients have left by themselves",
    ),
    fault(
        "restart-keeps-streams",
        "D090",
        &["R69"],
        &[("liveness/restart-ends", "still-open")],
        "the restart leaves the old streams open",
    ),
    fault(
        "restart-resets",
        "",
        &["R22", "R69"],
        &[("liveness/restart-ends", "reset"), ("liveness/restart-jitter", "retry-identical")],
        "the restart resets every connection (TCP RST)",
    ),
    fault(
        "restart-503",
        "D081",
        &["R69", "T8"],
        &[("liveness/restart-welcome", "refused-after-restart")],
        "503 for half a second after the restart",
    ),
    fault(
        "restart-dead",
        "D081",
        &["R69", "T8"],
        &[
            ("liveness/restart-served", "status-unexpected"),
            ("liveness/restart-welcome", "refused-after-restart"),
        ],
        "503 to everybody after the restart",
    ),
    fault(
        "restart-forgets",
        "",
        &["R50"],
        &[("liveness/restart-resumes", "events-differ")],
        "the restart loses the history",
    ),
    fault(
        "restart-same-retry",
        "D083",
        &["R59"],
        &[("liveness/restart-jitter", "retry-identical")],
        "before the restart every client is told the same reconnection time",
    ),
];
