//! The published table of `reports/interop`, generated from the expectations that
//! `real_servers` proves.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};
use ssecheck_model::report::{Report, SCHEMA};
use ssecheck_report::matrix::{Subject, markdown};

use crate::support::expected::{self, Expected};
use crate::support::program::workspace;

/// The servers in the order of the table, with the versions of the lock files of `tests/servers`.
pub(super) const SERVERS: [(&str, &str); 7] = [
    ("axum", "axum 0.8.9, hyper, tower-http 0.7"),
    ("node-http", "Node's `http` module (Node 20 or later)"),
    ("express", "express 5.3.0, cors 2.8.6"),
    ("hono", "hono 4.13.19, @hono/node-server 2.1.8"),
    ("sse-starlette", "sse-starlette 3.7.0, starlette 1.10.0, uvicorn 0.54.0, httptools 0.9.0"),
    ("flask", "Flask 3.1.3, flask-cors 6.0.5, gunicorn 27.0.1"),
    ("nchan", "nginx 1.22.1, nchan 1.3.6"),
];

const HEADER: &str = "\
# Real servers, judged

Seven SSE servers that this project did not write, each under a small app of the kind that their
documentation teaches (`tests/servers`), judged by the shipped cases. The cause of a red cell is the
library or the idiom; the notes below the tables quote the bytes.

This page is generated from `tests/servers/expected` and checked by the test suite, which runs
`ssecheck` against all seven and fails on any difference. To reproduce:

```
tests/servers/install.sh
cargo test -p ssecheck-tests real_servers            # compare
UPDATE_GOLDENS=1 cargo test -p ssecheck-tests        # rewrite; a second time for this page
tests/servers/run.sh axum 3000                       # one by hand; then, in another shell:
SSECHECK_PORT=3000 ssecheck run --target tests/servers/targets/axum.yaml
```

**fail**: a MUST, or something that the owner declares, does not hold. *warn*: a SHOULD or advice.
`-`: does not apply (not declared, or nothing came that could be judged). Empty: passed. Checks that
pass everywhere they apply are left out.
";

#[test]
fn the_published_table_is_the_one_of_the_expectations() {
    let page = page();
    let path = workspace().join("reports/interop/README.md");
    if expected::updating() {
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("it can be made");
        expected::write(&path, &page);
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(published == page, "reports/interop/README.md is stale: UPDATE_GOLDENS=1");
}

fn page() -> String {
    let mut page = HEADER.to_owned();
    page.push_str("\n| server | versions |\n|---|---|\n");
    SERVERS
        .iter()
        .for_each(|(name, versions)| page.push_str(&format!("| {name} | {versions} |\n")));
    let declared = SERVERS.map(|(name, _)| expected::load(name));
    let bare = SERVERS.map(|(name, _)| expected::load(&format!("{name}-bare")));
    page.push_str("\n## With the target file: everything that the owner declares\n\n");
    page.push_str(&table(&declared));
    page.push_str("\n## By the URL alone: no hooks, nothing declared\n\n");
    page.push_str(&table(&bare));
    page.push_str("\n## Notes: the bytes behind each cell\n");
    for ((name, _), (declared, bare)) in SERVERS.iter().zip(declared.iter().zip(&bare)) {
        page.push_str(&notes(name, declared, bare));
    }
    page
}

/// One line for each set of checks with the same outcomes.
fn table(runs: &[Expected]) -> String {
    let ids: BTreeSet<&String> = runs.iter().flat_map(|run| run.deviations.keys()).collect();
    let subject = |(name, run): (&str, &Expected)| Subject {
        name: name.to_owned(),
        report: report(run, &ids),
    };
    markdown(&SERVERS.map(|(name, _)| name).into_iter().zip(runs).map(subject).collect::<Vec<_>>())
}

/// What a table needs of the report of a run.
fn report(run: &Expected, ids: &BTreeSet<&String>) -> Report {
    let check = |id: &&String| {
        json!({
            "id": id, "case": "", "level": "must", "outcome": outcome(run, id), "requirements": [],
            "source": "", "requirement": "", "message": "",
        })
    };
    let checks: Vec<Value> = ids.iter().map(check).collect();
    let summary = json!({ "pass": run.pass, "warn": 0, "fail": 0, "not_applicable": 0,
        "untestable": 0, "error": 0 });
    let part = json!({ "verdict": run.verdict, "summary": summary, "checks": checks });
    let tool = json!({ "name": "ssecheck", "version": "" });
    let report = json!({ "schema": SCHEMA, "tool": tool, "started_at": "",
        "target": { "url": "" }, "conformance": part });
    serde_json::from_value(report).expect("it is a report")
}

fn outcome<'a>(run: &'a Expected, id: &str) -> &'a str {
    match run.deviations.get(id) {
        Some(one) => &one.outcome,
        None if run.aborted.is_some() || run.not_applicable.contains(id) => "not-applicable",
        None => "pass",
    }
}

fn notes(name: &str, declared: &Expected, bare: &Expected) -> String {
    let mut notes = format!("\n### {name}\n\n");
    let mut by_reason: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    let only_bare = bare.deviations.iter().filter(|(id, _)| !declared.deviations.contains_key(*id));
    for (id, one) in declared.deviations.iter().chain(only_bare) {
        by_reason.entry((&one.why, &one.reason)).or_default().push(id);
    }
    let mut lines: Vec<String> = by_reason
        .into_iter()
        .map(|((why, reason), ids)| {
            let ids: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
            format!("- {} ({reason}): {why}\n", ids.join(", "))
        })
        .collect();
    lines.sort();
    lines.extend(
        bare.aborted.iter().map(|why| format!("- by its URL alone it cannot be judged: {why}\n")),
    );
    notes.extend(lines);
    notes
}
