//! The table of switches, and finding one by its name.

mod access;
mod cors;
mod delivery;
mod find;
mod framing;
mod http;
mod ids;
mod proxy;
mod reconnect;
mod restart;
mod rights;
mod variations;

use std::sync::LazyLock;

pub use find::{FindError, find};

/// What a switch does to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Breaks something: the checks named by [`Switch::check`] must turn red, no other.
    Fault,
    /// Unusual but legal: every check must stay green.
    Variation,
}

/// One switchable change of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch {
    /// Stable name.
    pub id: &'static str,
    /// Fault or variation.
    pub kind: Kind,
    /// The defect of the catalogue (`D001`) that this rebuilds; several switches may share one.
    pub defect: Option<&'static str>,
    /// Requirements of the catalogue that it breaks.
    pub breaks: &'static [&'static str],
    /// The path that shows it alone. `/replay` for faults of the end: on `/events` they end the
    /// hub's stream after three sample events, and take with them whatever needs a publication.
    pub on: &'static str,
    /// Check ids that must turn red, each with its reason code, when a target with the path
    /// [`Switch::on`] is judged and no other case has run before on this server.
    pub check: &'static [(&'static str, &'static str)],
    /// Check ids that turn red for this reason when the timing of a run has it so.
    pub may: &'static [(&'static str, &'static str)],
    /// What goes on the wire, in a few words.
    pub summary: &'static str,
}

/// Every fault by family, then every variation. Load switches are [`load_switches`].
///
/// [`load_switches`]: crate::load_switches
pub fn all() -> &'static [Switch] {
    static ALL: LazyLock<Vec<Switch>> = LazyLock::new(|| {
        let families = [
            http::SWITCHES,
            framing::SWITCHES,
            delivery::SWITCHES,
            reconnect::SWITCHES,
            restart::SWITCHES,
            ids::SWITCHES,
            rights::SWITCHES,
            cors::SWITCHES,
            access::SWITCHES,
            proxy::SWITCHES,
            variations::SWITCHES,
        ];
        families.concat()
    });
    &ALL
}

type Checks = &'static [(&'static str, &'static str)];

/// What wrong order is to a client that reconnects: a loss, when it is cut behind the event that came
/// early; the same event again, when it is cut behind the one that came late; else the order itself.
const DISORDER: Checks = &[
    ("last-event-id/under-load", "lost"),
    ("last-event-id/under-load", "duplicated"),
    ("last-event-id/under-load", "reordered"),
];

/// A fault of the catalogue; an empty `defect` is one that the catalogue does not have.
const fn fault(
    id: &'static str,
    defect: &'static str,
    breaks: &'static [&'static str],
    check: Checks,
    summary: &'static str,
) -> Switch {
    let defect = if defect.is_empty() { None } else { Some(defect) };
    Switch { id, kind: Kind::Fault, defect, breaks, on: "/events", check, may: &[], summary }
}

/// A switch that turns these red too, when the timing has it so.
const fn at_times(may: Checks, switch: Switch) -> Switch {
    Switch { may, ..switch }
}

/// A switch that shows alone on the finite stream.
const fn on_replay(switch: Switch) -> Switch {
    Switch { on: "/replay", ..switch }
}

/// A legal variation.
const fn variation(id: &'static str, summary: &'static str) -> Switch {
    let (kind, defect, on) = (Kind::Variation, None, "/events");
    Switch { id, kind, defect, breaks: &[], on, check: &[], may: &[], summary }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_are_unique_kebab_case() {
        let ids: BTreeSet<_> = all().iter().map(|switch| switch.id).collect();
        assert_eq!(ids.len(), all().len());
        let kebab = |id: &str| id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
        assert_eq!(ids.iter().find(|id| !kebab(id)), None);
    }

    #[test]
    fn every_fault_names_a_requirement_and_a_check_and_no_variation_does() {
        for switch in all() {
            let fault = switch.kind == Kind::Fault;
            assert_eq!(!switch.breaks.is_empty(), fault, "{}", switch.id);
            assert_eq!(!switch.check.is_empty(), fault, "{}", switch.id);
        }
    }

    /// A peer that vanishes without FIN or RST cannot be played by a process whose kernel answers
    /// for it, so nobody could see this fault.
    const UNSEEN: &str = "D092";

    #[test]
    fn every_defect_of_the_catalogue_has_a_switch() {
        let rebuilt: BTreeSet<_> = all().iter().filter_map(|switch| switch.defect).collect();
        let missing = (1..=113).map(|n| format!("D{n:03}"));
        let missing: Vec<_> = missing.filter(|id| !rebuilt.contains(id.as_str())).collect();
        assert_eq!(missing, [UNSEEN]);
    }

    #[test]
    fn catalogue_ids_have_their_shape() {
        let shape = |id: &str, head: char, digits: usize| {
            id.strip_prefix(head)
                .is_some_and(|n| n.len() == digits && n.bytes().all(|digit| digit.is_ascii_digit()))
        };
        for switch in all() {
            assert!(switch.defect.is_none_or(|id| shape(id, 'D', 3)), "{}", switch.id);
            assert!(
                switch.breaks.iter().all(|id| shape(id, 'R', 2) || shape(id, 'T', 1)),
                "{}",
                switch.id
            );
        }
    }
}
