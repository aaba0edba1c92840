//! The shipped cases are readable, and their ids are unique.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use ssecheck_model::case::Case;

fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|family| family.unwrap().path())
        .filter(|family| !family.ends_with("load") && !family.ends_with("parser"))
        .flat_map(|family| std::fs::read_dir(family).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files.iter().map(|file| load(file)).collect()
}

fn load(file: &Path) -> Case {
    let text = std::fs::read_to_string(file).unwrap();
    Case::load(&file.display().to_string(), &text).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_check_id_is_used_once_and_lies_in_the_family_of_its_case() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        for check in &case.checks {
            assert!(seen.insert(check.id.value.clone()), "{} twice", check.id.value);
            assert_eq!(check.id.split('/').next(), Some(case.family()), "{}", check.id.value);
        }
    }
    assert!(seen.len() >= 45, "only {} checks", seen.len());
}

#[test]
fn every_case_stands_in_the_file_of_its_name() {
    for case in cases() {
        let expected = format!("{}.yaml", case.id.value);
        assert!(case.file.ends_with(&expected), "{} in {}", case.id.value, case.file);
    }
}

#[test]
fn every_requirement_is_an_id_of_the_catalogue() {
    for check in cases().iter().flat_map(|case| &case.checks) {
        for id in &check.requirements {
            let number: u32 = id.strip_prefix('R').and_then(|n| n.parse().ok()).unwrap();
            assert!((1..=97).contains(&number), "{}: {id}", check.id.value);
        }
        assert!(check.requirement.ends_with('.') || check.requirement.ends_with(')'));
    }
}
