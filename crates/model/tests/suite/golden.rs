//! Committed files that must equal what the code makes; `UPDATE_GOLDENS=1` rewrites them.

use std::path::Path;

/// Collects all differences, so that one run shows every one of them.
#[derive(Default)]
pub(crate) struct Goldens {
    differences: Vec<String>,
}

impl Goldens {
    /// Compares `found` with the file, or writes it there.
    pub(crate) fn compare(&mut self, file: &Path, found: &str) {
        if std::env::var_os("UPDATE_GOLDENS").is_some() {
            std::fs::write(file, found).unwrap();
            return;
        }
        let expected = std::fs::read_to_string(file).unwrap_or_default();
        if expected != found {
            let file = file.display();
            self.differences.push(format!("{file}\n--- committed\n{expected}--- now\n{found}"));
        }
    }

    /// Panics when there was a difference, and says how to accept it.
    pub(crate) fn finish(self) {
        assert!(
            self.differences.is_empty(),
            "{}\n{} committed files differ; if that is right, run\n\
             UPDATE_GOLDENS=1 cargo test -p ssecheck-model",
            self.differences.join("\n"),
            self.differences.len()
        );
    }
}
