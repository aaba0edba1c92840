//! Which load switches are on, and their parameters.

use std::time::Duration;

use super::parameter::{delay, number, span};
use super::table::{GREATEST, MOST_ACCEPTS, load_switches};
use crate::FindError;

/// How long events are held back, by a hash of event and subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delay {
    pub(super) least: Duration,
    pub(super) most: Duration,
}

/// The load switches that are on. The default is none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) delay: Option<Delay>,
    pub(crate) drop: Option<u64>,
    pub(crate) drop_one: Option<u64>,
    pub(crate) double: Option<u64>,
    pub(crate) swap: Option<u64>,
    pub(crate) stall: Option<Duration>,
    /// Connections a second.
    pub(crate) accepts: Option<u64>,
    pub(crate) close: Option<u64>,
    pub(crate) slow_publish: Option<Duration>,
    pub(crate) coalesce: Option<Duration>,
    /// Bytes of a write.
    pub(crate) split: Option<usize>,
    pub(crate) truth: bool,
}

impl Load {
    /// Turns on the switch of this name, `id` or `id=PARAMETER`; says whether there is one.
    pub(crate) fn set(&mut self, name: &str) -> Result<bool, FindError> {
        let (id, given) = name.split_once('=').map_or((name, None), |(id, text)| (id, Some(text)));
        let Some(switch) = load_switches().iter().find(|switch| switch.id == id) else {
            return Ok(false);
        };
        let wrong = |wanted| FindError::Parameter { name: name.to_owned(), wanted };
        match (switch.parameter, given.or(switch.default)) {
            (Some(form), None) => Err(wrong(format!("a parameter, `{id}={form}`"))),
            (None, Some(_)) => Err(wrong("no parameter".to_owned())),
            (_, text) => self.put(id, text.unwrap_or_default()).map_err(wrong).map(|()| true),
        }
    }

    fn put(&mut self, id: &str, text: &str) -> Result<(), String> {
        match id {
            "load-delay" => self.delay = Some(delay(text)?),
            "load-drop" => self.drop = Some(number(text, 1..=GREATEST)?),
            "load-drop-one" => self.drop_one = Some(number(text, 1..=GREATEST)?),
            "load-double" => self.double = Some(number(text, 1..=GREATEST)?),
            "load-swap" => self.swap = Some(number(text, 2..=GREATEST)?),
            "load-stall" => self.stall = Some(span(text)?),
            "load-slow-accept" => self.accepts = Some(number(text, 1..=MOST_ACCEPTS)?),
            "load-close" => self.close = Some(number(text, 1..=GREATEST)?),
            "load-slow-publish" => self.slow_publish = Some(span(text)?),
            "load-coalesce" => self.coalesce = Some(span(text)?).filter(|one| !one.is_zero()),
            "load-split" => self.split = usize::try_from(number(text, 1..=GREATEST)?).ok(),
            _ => self.truth = true,
        }
        Ok(())
    }

    /// Whether the events of a stream take another course than the correct server's.
    pub(crate) fn is_on_streams(&self) -> bool {
        self.drop.or(self.drop_one).or(self.double).or(self.swap).or(self.close).is_some()
            || self.delay.is_some()
            || self.coalesce.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_id_is_left_to_others() {
        let mut load = Load::default();
        assert_eq!(load.set("swapped"), Ok(false));
        assert_eq!(load.set("load-dorp=7"), Ok(false));
        assert_eq!(load, Load::default());
    }

    #[test]
    fn a_bad_parameter_is_told_with_what_is_wanted() {
        let told = |name| Load::default().set(name).unwrap_err().to_string();
        assert_eq!(told("load-drop=0"), "`load-drop=0`: wanted a whole number from 1 to 1000000");
        assert_eq!(told("load-drop"), "`load-drop`: wanted a parameter, `load-drop=N`");
        assert_eq!(told("load-truth=1"), "`load-truth=1`: wanted no parameter");
        assert!(told("load-stall=").contains("a time up to 60s"));
    }

    #[test]
    fn every_switch_of_the_table_changes_something() {
        for switch in load_switches() {
            let name = match (switch.parameter, switch.default) {
                (Some(_), None) => format!("{}=7", switch.id),
                _ => switch.id.to_owned(),
            };
            let mut load = Load::default();
            assert_eq!(load.set(&name), Ok(true));
            assert_ne!(load, Load::default(), "{name}");
        }
    }
}
