//! The baseline file: deviations that the owner of a server knows of.
//!
//! ```yaml
//! known:
//!   - check: framing/crlf          # a glob over check ids
//!     reason: data-altered         # the reason code of the report
//!     note: axum 0.8 splits at every CR and LF
//! ```

use schemars::JsonSchema;
use serde::Deserialize;

use crate::LoadError;
use crate::placed::Placed;
use crate::report::Place;
use crate::source::line_of;
use crate::yaml_error::Problem;

/// Deviations that the owner of a server knows of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The deviations.
    #[serde(default)]
    pub known: Vec<Known>,
    /// The file that it was read from.
    #[serde(skip)]
    pub file: String,
    /// The text of that file.
    #[serde(skip)]
    pub text: String,
}

/// One deviation that is known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// A glob over check ids; `*` also matches `/`.
    pub check: Placed<String>,
    /// The reason code that the checks give.
    pub reason: Placed<String>,
    /// Why it is left as it is: an issue, a version, a decision.
    pub note: Placed<String>,
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// The first mistake in it, with place and cure; an entry without a note is one.
    pub fn load(file: &str, text: &str) -> Result<Self, LoadError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut baseline: Self = crate::yaml::load(file, text)?;
        file.clone_into(&mut baseline.file);
        text.clone_into(&mut baseline.text);
        let silent = baseline.known.iter().find(|known| known.note.trim().is_empty());
        silent.map_or(Ok(baseline.clone()), |known| Err(baseline.no_note(&known.note)))
    }

    fn no_note(&self, note: &Placed<String>) -> LoadError {
        let problem = Problem::new("the note is empty", "say why this deviation is left as it is");
        LoadError::at(&self.file, &self.text, note.line, note.column, problem)
    }

    /// Where a word of this file stands.
    pub fn place(&self, word: &Placed<String>) -> Place {
        let text = line_of(&self.text, word.line).to_owned();
        Place { file: self.file.clone(), line: word.line, column: word.column, text, entry: None }
    }

    /// The file as text, in the order of its entries.
    pub fn render(&self) -> String {
        let mut text =
            "# Deviations that are known. Each entry must hold: one that is not violated any \
             more,\n# or for another reason, fails the run (ssecheck run --baseline FILE).\n"
                .to_owned();
        if self.known.is_empty() {
            return text + "known: []\n";
        }
        text.push_str("known:\n");
        for known in &self.known {
            let [check, reason, note] = [&known.check, &known.reason, &known.note].map(quoted);
            text.push_str(&format!("  - check: {check}\n    reason: {reason}\n    note: {note}\n"));
        }
        text
    }
}

/// A JSON string is a YAML string too, whatever stands in it.
fn quoted(text: &Placed<String>) -> String {
    serde_json::Value::from(text.value.as_str()).to_string()
}
