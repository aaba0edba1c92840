use std::path::PathBuf;

use super::*;

fn text(case: &str, check: &str, expect: &str) -> String {
    format!(
        "id: {case}
title: a case
steps:
  - connect: {{ as: main }}
checks:
  - id: {check}
    level: must
    source: a source
    requirement: a requirement
    expect: {expect}
"
    )
}

const ANSWERED: &str = "{ answered: { of: main } }";

fn suite(ids: &[(&str, &str)]) -> Result<Suite, SuiteError> {
    let load = |(index, (case, check)): (usize, &(&str, &str))| {
        Case::load(&format!("{index}.yaml"), &text(case, check, ANSWERED)).unwrap()
    };
    Suite::checked(ids.iter().enumerate().map(load).collect())
}

fn some() -> Suite {
    suite(&[("http/answer", "http/status"), ("http/other", "http/other"), ("cors/a", "cors/b")])
        .unwrap()
}

fn selected(only: &[&str], skip: &[&str]) -> Vec<String> {
    let owned = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let suite = some().select(&owned(only), &owned(skip)).unwrap();
    suite.cases.iter().flat_map(|case| &case.checks).map(|check| check.id.value.clone()).collect()
}

#[test]
fn a_pattern_chooses_by_the_id_of_case_or_check() {
    assert_eq!(selected(&[], &[]), ["http/status", "http/other", "cors/b"]);
    assert_eq!(selected(&["http/answer"], &[]), ["http/status"]);
    assert_eq!(selected(&["http/status"], &[]), ["http/status"]);
    assert_eq!(selected(&["http/*"], &[]), ["http/status", "http/other"]);
    assert_eq!(selected(&["*"], &[]), ["http/status", "http/other", "cors/b"]);
    assert_eq!(selected(&["*/a", "*other"], &[]), ["http/other", "cors/b"]);
}

#[test]
fn skip_takes_away_from_what_was_chosen() {
    assert_eq!(selected(&[], &["http/*"]), ["cors/b"]);
    assert_eq!(selected(&["http/*"], &["http/other"]), ["http/status"]);
    assert_eq!(selected(&["http/*"], &["*"]), [""; 0]);
}

#[test]
fn a_pattern_without_a_match_is_an_error_that_names_it_and_the_nearest_id() {
    let error = |only: &str, skip: &str| {
        let list = |word: &str| if word.is_empty() { vec![] } else { vec![word.to_owned()] };
        some().select(&list(only), &list(skip)).unwrap_err().to_string()
    };
    let mistyped = error("http/statsu", "");
    assert!(mistyped.contains("`http/statsu`") && mistyped.contains("`http/status`"), "{mistyped}");
    assert!(error("nothing*", "").contains("`nothing*`"));
    assert!(error("", "nothing*").contains("`nothing*`"), "--skip is held to it too");
    assert!(error("", "HTTP/*").contains("`HTTP/*`"), "ids are in lower case");
}

#[test]
fn a_broken_pattern_is_an_error_that_names_it() {
    let error = some().select(&["http/[".to_owned()], &[]).unwrap_err();
    assert!(
        matches!(&error, SuiteError::Pattern { pattern, .. } if pattern == "http/["),
        "{error}"
    );
}

#[test]
fn an_id_in_two_files_is_refused_with_both_places() {
    for ids in [
        [("a/one", "a/x"), ("a/one", "a/y")],
        [("a/one", "a/x"), ("a/two", "a/x")],
        [("a/one", "a/x"), ("a/x", "a/y")],
    ] {
        let error = suite(&ids).unwrap_err().to_string();
        assert!(error.contains("0.yaml") && error.contains("1.yaml"), "{error}");
    }
}

#[test]
fn a_check_may_have_the_id_of_its_own_case() {
    assert_eq!(suite(&[("a/one", "a/one"), ("a/two", "a/two")]).unwrap().checks(), 2);
}

#[test]
fn an_unknown_lint_is_refused_with_the_nearest_one() {
    let lints = "{ lints: { of: main, none: [bom-insde] } }";
    let case = Case::load("case.yaml", &text("a/one", "a/x", lints)).unwrap();
    let error = Suite::checked(vec![case]).unwrap_err().to_string();
    assert!(error.contains("`bom-insde`") && error.contains("`bom-inside`"), "{error}");
    assert!(error.contains("case.yaml:10"), "{error}");
}

#[test]
fn the_shipped_cases_are_right_and_each_check_says_what_and_why() {
    let suite = Suite::shipped().unwrap();
    assert!(suite.checks() >= suite.cases.len());
    for check in suite.cases.iter().flat_map(|case| &case.checks) {
        assert!(!check.source.is_empty() && !check.requirement.is_empty(), "{}", check.id.value);
    }
}

/// A folder of its own that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("ssecheck-{}-{name}", std::process::id()));
        for (file, text) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

#[test]
fn yaml_files_at_any_depth_are_read_in_the_order_of_their_names() {
    let (one, two) = (text("a/one", "a/x", ANSWERED), text("a/two", "a/y", ANSWERED));
    let files = [("z.yaml", one.as_str()), ("deep/er/b.yml", &two), ("notes.txt", "no case: [")];
    let folder = Folder::new("order", &files);
    let suite = Suite::from_path(&folder.0).unwrap();
    let ids: Vec<&str> = suite.cases.iter().map(|case| case.id.value.as_str()).collect();
    assert_eq!(ids, ["a/two", "a/one"]);
    let single = Suite::from_path(&folder.0.join("z.yaml")).unwrap();
    assert_eq!(single.checks(), 1);
}

#[test]
fn a_folder_without_a_case_and_a_path_without_a_file_are_errors() {
    let folder = Folder::new("empty", &[("readme.md", "none")]);
    let error = Suite::from_path(&folder.0).unwrap_err();
    assert!(matches!(&error, SuiteError::Empty(_)), "{error}");
    let error = Suite::from_path(&folder.0.join("absent")).unwrap_err();
    assert!(matches!(&error, SuiteError::Read { path, .. } if path.ends_with("absent")), "{error}");
}
