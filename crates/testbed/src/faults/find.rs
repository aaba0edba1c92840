//! Finding a switch by its name.

use std::fmt;

use super::{Switch, all};
use crate::load::load_switches;

/// Why a name finds no switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindError {
    /// No switch has this id, and none rebuilds this defect.
    Unknown {
        /// What was asked for.
        name: String,
        /// The id that differs least from it.
        nearest: &'static str,
    },
    /// Several switches rebuild this defect.
    Ambiguous {
        /// What was asked for.
        name: String,
        /// The ids of these switches.
        candidates: Vec<&'static str>,
    },
    /// A load switch, where a fault or variation is asked for.
    Load {
        /// What was asked for.
        name: String,
    },
    /// The parameter of a load switch is missing or bad.
    Parameter {
        /// What was asked for.
        name: String,
        /// What the parameter may be.
        wanted: String,
    },
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name, nearest } => {
                write!(f, "no fault or variation `{name}`; the nearest is `{nearest}`")
            }
            Self::Ambiguous { name, candidates } => {
                write!(f, "`{name}` stands for several: {}", candidates.join(", "))
            }
            Self::Load { name } => {
                write!(f, "`{name}` is a switch for load, which breaks no rule that a check judges")
            }
            Self::Parameter { name, wanted } => write!(f, "`{name}`: wanted {wanted}"),
        }
    }
}

impl std::error::Error for FindError {}

/// The switch with this id, or the only one that rebuilds this defect of the catalogue (`D006`).
///
/// # Errors
///
/// [`FindError`] with the nearest id, or with all candidates.
pub fn find(name: &str) -> Result<&'static Switch, FindError> {
    if let Some(switch) = all().iter().find(|switch| switch.id == name) {
        return Ok(switch);
    }
    let id = name.split_once('=').map_or(name, |(id, _)| id);
    if load_switches().iter().any(|switch| switch.id == id) {
        return Err(FindError::Load { name: name.to_owned() });
    }
    let of_defect: Vec<_> = all()
        .iter()
        .filter(|switch| switch.defect.is_some_and(|defect| defect.eq_ignore_ascii_case(name)))
        .collect();
    match of_defect.as_slice() {
        [] => Err(FindError::Unknown { name: name.to_owned(), nearest: nearest(name) }),
        [switch] => Ok(switch),
        several => Err(FindError::Ambiguous {
            name: name.to_owned(),
            candidates: several.iter().map(|switch| switch.id).collect(),
        }),
    }
}

fn nearest(name: &str) -> &'static str {
    let head: Vec<char> = name.chars().take(LONGEST).collect();
    let load = load_switches().iter().map(|switch| switch.id);
    let ids = all().iter().map(|switch| switch.id).chain(load);
    ids.min_by_key(|id| distance(&head, id)).unwrap_or_default()
}

/// Characters of a name that are compared; no id is longer.
const LONGEST: usize = 64;

/// Levenshtein's distance.
fn distance(a: &[char], b: &str) -> usize {
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, b) in b.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &a) in a.iter().enumerate() {
            let changed = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[a.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_and_an_unambiguous_defect_find_the_same_switch() {
        assert_eq!(find("status-201"), find("D006"));
        assert_eq!(find("d006").map(|switch| switch.id), Ok("status-201"));
    }

    #[test]
    fn an_ambiguous_defect_names_its_candidates() {
        let error = find("D014").unwrap_err();
        assert_eq!(error.to_string(), "`D014` stands for several: no-allow, no-challenge");
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let error = find("cors-abesnt").unwrap_err();
        let text = "no fault or variation `cors-abesnt`; the nearest is `cors-absent`";
        assert_eq!(error.to_string(), text);
    }

    #[test]
    fn distance_counts_single_changes() {
        let to = |a: &str, b| distance(&a.chars().collect::<Vec<_>>(), b);
        assert_eq!(
            [to("", "abc"), to("abc", "abc"), to("abc", "axcd"), to("kitten", "sitting")],
            [3, 0, 2, 3]
        );
    }
}
