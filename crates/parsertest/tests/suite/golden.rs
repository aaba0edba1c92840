//! Committed files that must equal what the code makes; `UPDATE_GOLDENS=1` rewrites them.

use std::path::{Path, PathBuf};

/// A file of the workspace.
pub(crate) fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

/// Compares the file with what it should be, or writes it.
pub(crate) fn compare(file: &str, found: &str) {
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        return std::fs::write(path(file), found).expect("the folder is there");
    }
    let committed = std::fs::read_to_string(path(file)).unwrap_or_default();
    assert!(
        committed == found,
        "{file} is stale; if what would stand there is right, run\n\
         UPDATE_GOLDENS=1 cargo test -p ssecheck-parsertest\n{}",
        first_difference(&committed, found)
    );
}

fn first_difference(committed: &str, found: &str) -> String {
    let mut lines = committed.lines().zip(found.lines()).enumerate();
    let differs = lines.find(|(_, (committed, found))| committed != found);
    differs.map_or("one ends earlier".to_owned(), |(at, (committed, found))| {
        format!("line {}\n- {committed}\n+ {found}", at + 1)
    })
}
