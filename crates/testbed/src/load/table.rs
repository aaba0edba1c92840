//! The table of load switches.

/// One switch for load, written `id` or `id=PARAMETER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoadSwitch {
    /// Stable name.
    pub id: &'static str,
    /// The form of the parameter; none where the switch takes no parameter.
    pub parameter: Option<&'static str>,
    /// The parameter where none is given; none where it must be given.
    pub default: Option<&'static str>,
    /// What the server does, in a few words.
    pub summary: &'static str,
}

/// Every load switch.
pub fn load_switches() -> &'static [LoadSwitch] {
    SWITCHES
}

/// The longest time that a parameter may say, in seconds.
pub(super) const LONGEST_SECONDS: u64 = 60;
/// The greatest number that a parameter may be.
pub(super) const GREATEST: u64 = 1_000_000;
/// The most connections a second that can be told apart by timers of a millisecond.
pub(super) const MOST_ACCEPTS: u64 = 1_000;

const NUMBER: &str = "N";
const SPAN: &str = "SPAN";

const SWITCHES: &[LoadSwitch] = &[
    switch(
        "load-delay",
        "uniform:SPAN..SPAN|fixed:SPAN",
        Some("uniform:200ms..1000ms"),
        "each event waits, per subscriber, from its publication on; uniform by a hash; order is kept",
    ),
    switch("load-drop", NUMBER, None, "events with n % N == N-1 go to nobody"),
    switch("load-drop-one", NUMBER, None, "subscriber j gets no events with (n + j) % N == 0"),
    switch("load-double", NUMBER, None, "events with n % N == N-1 are delivered twice in a row"),
    switch(
        "load-swap",
        NUMBER,
        None,
        "events with n % N == N-1 come after the next event (alone after 1 s without one); N from 2",
    ),
    switch(
        "load-stall",
        SPAN,
        Some("500ms"),
        "once, after the 10th event: later ones are taken, delivered and answered only after SPAN",
    ),
    switch("load-slow-accept", NUMBER, Some("50"), "at most N connections a second are accepted"),
    switch(
        "load-close",
        NUMBER,
        None,
        "a stream closes after N events: by FIN for even subscribers, by RST 50 ms later for odd",
    ),
    switch(
        "load-slow-publish",
        SPAN,
        Some("300ms"),
        "a publication is delivered at once and answered after SPAN",
    ),
    switch(
        "load-coalesce",
        SPAN,
        Some("50ms"),
        "the events of each SPAN are one chunk and one write at its end",
    ),
    switch(
        "load-split",
        NUMBER,
        Some("1"),
        "each write has at most N bytes, and others their turn",
    ),
    LoadSwitch {
        id: "load-truth",
        parameter: None,
        default: None,
        summary: "GET /truth tells the latency of each delivery up to its write to the socket",
    },
];

const fn switch(
    id: &'static str,
    form: &'static str,
    default: Option<&'static str>,
    summary: &'static str,
) -> LoadSwitch {
    LoadSwitch { id, parameter: Some(form), default, summary }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Switches, all};

    #[test]
    fn no_load_switch_has_the_name_of_a_fault() {
        let ids: std::collections::BTreeSet<_> = SWITCHES.iter().map(|switch| switch.id).collect();
        assert_eq!(ids.len(), SWITCHES.len());
        assert!(ids.iter().all(|id| id.starts_with("load-")));
        assert!(!all().iter().any(|switch| switch.id.starts_with("load-")));
    }

    #[test]
    fn a_switch_works_without_its_parameter_exactly_where_there_is_a_default() {
        for switch in SWITCHES {
            let optional = switch.parameter.is_none() || switch.default.is_some();
            assert_eq!(Switches::parse([switch.id]).is_ok(), optional, "{}", switch.id);
            if let Some(default) = switch.default {
                let spelled_out = format!("{}={default}", switch.id);
                assert_eq!(Switches::parse([spelled_out]), Switches::parse([switch.id]));
            }
        }
    }
}
