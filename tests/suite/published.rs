//! What `reports/` publishes: it follows the schema, is what the expectations say, and its pages are
//! what the program makes of the saved reports today.

use std::path::PathBuf;

use crate::interop::SERVERS;
use crate::support::expected;
use crate::support::program::{saved, ssecheck, workspace};
use crate::support::schema;
use crate::support::scratch::Scratch;

/// Rendered one by one; the matrices are made of several.
const PAGES: [&str; 4] =
    ["interop/axum", "latency/nchan-10000", "latency/nchan-76000", "kill-matrix/matrix"];

fn published(path: &str) -> PathBuf {
    workspace().join("reports").join(path)
}

/// The reports of a folder, which may also hold other JSON.
fn reports(folder: &str) -> Vec<String> {
    let entries = std::fs::read_dir(published(folder)).expect("it is there");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let paths = names.map(|name| format!("reports/{folder}/{}", name.display()));
    let mut found: Vec<String> = paths
        .filter(|path| path.ends_with(".json"))
        .filter(|path| saved(path)["schema"] == "ssecheck.report/1")
        .collect();
    found.sort();
    found
}

#[test]
fn every_saved_report_follows_the_schema() {
    for (folder, least) in [("interop", 7), ("latency", 2), ("kill-matrix", 1), ("parsers", 37)] {
        let found = reports(folder);
        assert!(found.len() >= least, "{folder}: {} reports", found.len());
        for path in found {
            let errors = schema::errors(&saved(&path));
            assert!(errors.is_empty(), "{path}: {errors:?}");
        }
    }
}

#[test]
fn the_reports_of_real_servers_say_what_is_expected_of_them() {
    for (name, _) in SERVERS {
        let report = saved(&format!("reports/interop/{name}.json"));
        let differences = expected::differences(name, &report);
        assert!(differences.is_empty(), "{name}: {}", differences.join("\n"));
    }
}

/// Renders into a scratch folder and compares with what is published; `make` gets the place to write.
fn fresh(page: &str, make: impl FnOnce(&str) -> Vec<String>) {
    let scratch = Scratch::new();
    let finished = ssecheck(make(&scratch.path("page.html")));
    assert!(matches!(finished.code, Some(0 | 1)), "{page}: {}", finished.stderr);
    let committed = std::fs::read_to_string(published(page)).unwrap_or_default();
    let stale = committed != scratch.read("page.html");
    assert!(!stale, "reports/{page} is stale: reports/regenerate.sh pages");
}

#[test]
fn the_pages_are_what_the_program_makes_of_the_reports() {
    for name in PAGES {
        let from = published(&format!("{name}.json")).display().to_string();
        fresh(&format!("{name}.html"), |page| {
            ["report", "--allow-doubts", "--from", &from, "--html", page]
                .map(str::to_owned)
                .to_vec()
        });
    }
}

#[test]
fn the_matrices_are_what_the_program_makes_of_the_reports() {
    let parsers = saved("reports/parsers/matrix.json");
    let names = parsers["parsers"].as_array().expect("there are parsers").iter();
    let names: Vec<&str> = names.filter_map(|parser| parser["adapter"].as_str()).collect();
    let servers = SERVERS.map(|(name, _)| name);
    for (folder, names) in [("interop", &servers[..]), ("parsers", &names)] {
        fresh(&format!("{folder}/matrix.html"), |page| {
            let file = |name: &&str| published(&format!("{folder}/{name}.json"));
            let files = names.iter().map(|name| file(name).display().to_string());
            let words = ["--html".to_owned(), page.to_owned()];
            ["matrix".to_owned()].into_iter().chain(files).chain(words).collect()
        });
    }
}
