//! `ssecheck cases`, `ssecheck serve --list-faults`, and cases of the user's own.

use std::path::PathBuf;

use crate::support::program::{ssecheck, workspace};
use crate::support::scratch::Scratch;
use crate::support::testbed::Testbed;

fn printed(arguments: &[&str]) -> String {
    let finished = ssecheck(arguments);
    assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.stderr);
    assert_eq!(finished.stderr, "", "{arguments:?}");
    finished.stdout
}

#[test]
fn list_has_one_line_for_each_check_with_level_and_title() {
    let all = printed(&["cases", "list"]);
    let status = all.lines().find(|line| line.starts_with("http/status ")).unwrap_or_default();
    assert!(status.contains(" must "), "{status}");
    let checks = all.lines().count() - 1;
    assert!(
        all.lines().last().is_some_and(|last| last.starts_with(&format!("{checks} checks in")))
    );
    let some = printed(&["cases", "list", "cors/*", "retry/*"]);
    let families = |line: &str| line.starts_with("cors/") || line.starts_with("retry/");
    let (last, lines) = {
        let mut lines: Vec<&str> = some.lines().collect();
        (lines.pop(), lines)
    };
    assert!(lines.iter().all(|line| families(line)) && lines.len() > 5, "{some}");
    assert!(last.is_some_and(|last| last.starts_with(&format!("{} checks", lines.len()))));
}

#[test]
fn list_of_nothing_is_an_error() {
    let finished = ssecheck(["cases", "list", "nothing*"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("`nothing*`"), "{}", finished.stderr);
}

#[test]
fn show_gives_requirement_source_cure_and_the_yaml() {
    let file = std::fs::read_to_string(workspace().join("scenarios/http/answer.yaml"));
    let file = file.expect("it is there");
    let case = printed(&["cases", "show", "http/answer"]);
    assert!(case.contains(&file), "the YAML is in it");
    assert!(case.contains("## http/status\n") && case.contains("## http/date\n"));
    let check = printed(&["cases", "show", "http/status"]);
    for part in ["level: must", "source: HTML 9.2.3; catalogue R01", "**To mend it.**", &file] {
        assert!(check.contains(part), "{part}");
    }
    assert!(!check.contains("## http/date\n"), "only the check that was asked for");
}

#[test]
fn show_of_an_unknown_id_names_the_nearest() {
    let finished = ssecheck(["cases", "show", "http/statsu"]);
    assert_eq!(finished.code, Some(2));
    assert!(finished.stderr.contains("`http/status`"), "{}", finished.stderr);
}

#[test]
fn the_schemas_in_the_repository_are_those_of_the_binary() {
    for kind in ["case", "target", "plan", "baseline", "vectors", "report"] {
        let path = workspace().join(format!("reports/schema/{kind}.schema.json"));
        let committed = std::fs::read_to_string(path).expect("it is there");
        assert!(printed(&["cases", "schema", kind]) == committed, "{kind}.schema.json is stale");
    }
    assert_eq!(printed(&["cases", "schema"]), printed(&["cases", "schema", "case"]));
}

#[test]
fn exported_cases_are_the_shipped_ones() {
    let scratch = Scratch::new();
    let folder = scratch.path("cases");
    assert!(printed(&["cases", "export", &folder]).contains(&folder));
    let exported = printed(&["run", "--cases", &folder, "--list"]);
    assert_eq!(exported, printed(&["run", "--list"]));
    assert_eq!(exported, printed(&["cases", "list"]));
}

#[test]
fn exported_vectors_are_those_of_the_repository() {
    let scratch = Scratch::new();
    let told = printed(&["cases", "export", &scratch.path("all")]);
    let folder = std::fs::read_dir(workspace().join("scenarios/parser")).expect("it is there");
    let files = folder.map(|file| file.expect("it is there").path());
    let is_json = |file: &PathBuf| file.extension().is_some_and(|end| end == "json");
    let files: Vec<_> = files.filter(is_json).collect();
    assert!(told.contains(&format!(" and {} vector files", files.len())), "{told}");
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let text = std::fs::read_to_string(&file).expect("text");
        assert!(scratch.read(&format!("all/parser/{name}")) == text, "{name}");
    }
}

#[test]
fn export_overwrites_nothing() {
    let scratch = Scratch::new();
    let mine = scratch.file("cases/http/answer.yaml", "mine");
    let finished = ssecheck(["cases", "export", &scratch.path("cases")]);
    assert_eq!(finished.code, Some(2), "{}", finished.stdout);
    assert!(finished.stderr.contains(&mine), "{}", finished.stderr);
    assert_eq!(scratch.read("cases/http/answer.yaml"), "mine");
}

const MINE: &str = "id: mine/hello
title: The stream says hello
steps:
  - connect: { as: main }
  - publish: { as: hello, data: 'hello {{token}}' }
  - read: { from: main, fence: true }
  - quiet: { from: main, for: 200ms }
checks:
  - id: mine/hello
    level: must
    source: ourselves
    requirement: What is published arrives.
    requires: [publish]
    expect: { delivered: { publication: hello, on: main, same: [data] } }
  - id: mine/nobody
    level: must
    source: ourselves
    requirement: The stream has exactly this event.
    expect: { events: { of: main, data: [goodbye] } }
";

#[test]
fn a_case_of_the_user_runs_and_a_failure_points_at_its_line() {
    let scratch = Scratch::new();
    let file = scratch.file("mine.yaml", MINE);
    let testbed = Testbed::start(&[]);
    let publish = testbed.at("/publish");
    let arguments = ["run", testbed.url(), "--publish", &publish, "--cases", &file];
    let good = ssecheck(arguments.iter().chain(&["--case", "mine/hello", "--skip", "mine/nobody"]));
    assert_eq!(good.code, Some(0), "{}", good.stdout);
    let bad = ssecheck(arguments);
    assert_eq!(bad.code, Some(1), "{}", bad.stdout);
    assert!(bad.stdout.contains("FAIL  mine/nobody  events-differ"), "{}", bad.stdout);
    assert!(bad.stdout.contains(&format!("{file}:15:9")), "{}", bad.stdout);
}

#[test]
fn the_same_id_in_two_files_is_refused() {
    let scratch = Scratch::new();
    scratch.file("cases/a.yaml", MINE);
    scratch.file("cases/b.yaml", MINE);
    let finished = ssecheck(["run", "--cases", &scratch.path("cases"), "--list"]);
    assert_eq!(finished.code, Some(2), "{}", finished.stdout);
    for word in ["`mine/hello`", "a.yaml", "b.yaml:1:5"] {
        assert!(finished.stderr.contains(word), "{word} in {}", finished.stderr);
    }
}

#[test]
fn an_unknown_lint_is_refused_with_the_nearest() {
    let scratch = Scratch::new();
    let lints = "{ lints: { of: main, none: [nul-in-di] } }";
    let text = MINE.replace("{ events: { of: main, data: [goodbye] } }", lints);
    let finished = ssecheck(["run", "--cases", &scratch.file("a.yaml", &text), "--list"]);
    assert_eq!(finished.code, Some(2), "{}", finished.stdout);
    assert!(finished.stderr.contains("`nul-in-id`"), "{}", finished.stderr);
}

#[test]
fn list_faults_explains_each_and_names_the_checks_that_it_turns_red() {
    let list = printed(&["serve", "--list-faults"]);
    assert!(list.contains("Faults (") && list.contains("Legal variations"), "{list}");
    let after = list.split("  no-date ").nth(1).unwrap_or_default();
    assert!(after.lines().nth(1).is_some_and(|line| line.ends_with("turns red: http/date")));
}
