//! The requirements of the catalogue, and why some of them cannot be judged from outside.

use serde::Deserialize;

use crate::LoadError;

/// One requirement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Its id, `R31`.
    pub id: String,
    /// What it demands, in one sentence.
    pub title: String,
    /// Section of the standard, RFC or other source.
    pub source: String,
    /// Why nobody outside the server can see all of it.
    pub unseen: Option<String>,
    /// What would make it visible.
    pub hook: Option<String>,
}

#[derive(Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    /// The requirements, in the order of their ids.
    requirements: Vec<Requirement>,
}

impl Requirement {
    /// Reads a list of requirements.
    ///
    /// # Errors
    /// The first mistake in it, with place and cure.
    pub fn load(file: &str, text: &str) -> Result<Vec<Self>, LoadError> {
        Ok(crate::yaml::load::<Catalogue>(file, text)?.requirements)
    }
}
