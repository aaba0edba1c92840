//! The pages on the checks are those of the cases, and the table of requirements leaves nothing out.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::expected::{updating, write};
use crate::support::program::{ssecheck, workspace};
use crate::support::scratch::Scratch;

/// What `ssecheck cases docs` writes, by file name.
fn pages() -> BTreeMap<String, String> {
    let scratch = Scratch::new();
    let made = ssecheck(["cases", "docs", &scratch.path("docs")]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let names = std::fs::read_dir(scratch.path("docs")).expect("they are written");
    let name = |entry: std::fs::DirEntry| entry.file_name().into_string().expect("plain names");
    let names = names.map(|entry| name(entry.expect("it can be read")));
    names.map(|name| (name.clone(), scratch.read(&format!("docs/{name}")))).collect()
}

#[test]
fn the_committed_pages_are_those_of_the_cases() {
    let folder = workspace().join("docs/checks");
    for (name, page) in pages() {
        let path = folder.join(&name);
        if updating() {
            write(&path, &page);
        }
        assert!(reads(&path) == page, "docs/checks/{name} is stale: UPDATE_GOLDENS=1 rewrites it");
    }
}

fn reads(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

#[test]
fn every_requirement_has_a_check_or_says_why_not() {
    let pages = pages();
    let table = pages["README.md"].lines().filter(|line| line.starts_with("| R"));
    let rows: Vec<&str> = table.collect();
    let ids: Vec<String> = (1..=83).map(|n| format!("R{n:02}")).collect();
    let found: Vec<&str> = rows.iter().filter_map(|row| row.get(2..5)).collect();
    assert_eq!(found, ids);
    let empty = rows.iter().find(|row| row.ends_with("|  |"));
    assert_eq!(empty, None);
}

#[test]
fn show_prints_the_section_of_the_page() {
    let shown = ssecheck(["cases", "show", "framing/crlf"]).stdout;
    let page = &pages()["framing.md"];
    let start = page.find("## framing/crlf\n").expect("it has a section");
    let end = page[start + 3..].find("\n## ").map_or(page.len(), |at| start + 3 + at);
    assert!(shown.contains(&page[start..end]), "{shown}");
}
