//! The set of switches that are on.

use std::collections::BTreeSet;

use crate::faults::{self, FindError, Switch};
use crate::load::Load;

/// The faults, variations and load switches that are on. Empty is the correct server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Switches {
    on: BTreeSet<&'static str>,
    load: Load,
}

impl Switches {
    /// The switches of the given names: ids, or catalogue ids where these are unambiguous. Load
    /// switches may have a parameter, `load-drop=7`; of several with the same id the last counts.
    ///
    /// # Errors
    ///
    /// [`FindError`] for the first name that is unknown or ambiguous, or whose parameter is bad.
    pub fn parse<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self, FindError> {
        let mut switches = Self::default();
        for name in names {
            let name = name.as_ref();
            if !switches.load.set(name)? {
                switches.insert(faults::find(name)?);
            }
        }
        Ok(switches)
    }

    /// Turns one switch on.
    pub fn insert(&mut self, switch: &'static Switch) {
        self.on.insert(switch.id);
    }

    /// Whether this is the correct server.
    pub fn is_empty(&self) -> bool {
        self.on.is_empty() && self.load == Load::default()
    }

    /// The ids of the faults and variations that are on, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.on.iter().copied()
    }

    /// The load switches.
    pub(crate) fn load(&self) -> &Load {
        &self.load
    }

    /// Whether the switch is on.
    pub(crate) fn has(&self, id: &str) -> bool {
        if self.on.is_empty() {
            return false;
        }
        debug_assert!(faults::all().iter().any(|s| s.id == id), "no switch {id}");
        self.on.contains(id)
    }

    /// Whether one of the switches is on.
    pub(crate) fn any(&self, ids: &[&str]) -> bool {
        ids.iter().any(|id| self.has(id))
    }

    /// The first entry whose switch is on.
    pub(crate) fn pick<T: Copy>(&self, table: &[(&str, T)]) -> Option<T> {
        table.iter().find(|(id, _)| self.has(id)).map(|(_, value)| *value)
    }
}

impl FromIterator<&'static Switch> for Switches {
    fn from_iter<I: IntoIterator<Item = &'static Switch>>(switches: I) -> Self {
        let on = switches.into_iter().map(|switch| switch.id).collect();
        Self { on, load: Load::default() }
    }
}
