//! Every mistake in `tests/bad` gives the message that stands beside it.
//!
//! Adding a test is adding two files: `NAME.yaml` and, by `UPDATE_GOLDENS=1`, `NAME.err`.

use std::path::{Path, PathBuf};

use ssecheck_model::LoadError;
use ssecheck_model::baseline::Baseline;
use ssecheck_model::case::Case;
use ssecheck_model::plan::Plan;
use ssecheck_model::target::Target;

use crate::golden::Goldens;

fn files(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad").join(kind);
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    files.sort();
    files
}

fn compare(kind: &str, load: impl Fn(&str, &str) -> Option<LoadError>) {
    let mut goldens = Goldens::default();
    for file in files(kind) {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy();
        let found = load(&name, &text).map_or("no mistake".to_owned(), |error| error.to_string());
        goldens.compare(&file.with_extension("err"), &format!("{found}\n"));
    }
    goldens.finish();
}

#[test]
fn a_mistake_in_a_case_is_told_with_place_and_cure() {
    compare("case", |name, text| Case::load(name, text).err());
}

#[test]
fn a_mistake_in_a_target_file_is_told_with_place_and_cure() {
    let environment = |name: &str| (name == "TOKEN").then(|| "secret".to_owned());
    compare("target", |name, text| Target::load(name, text, &environment).err());
}

#[test]
fn a_mistake_in_a_baseline_file_is_told_with_place_and_cure() {
    compare("baseline", |name, text| Baseline::load(name, text).err());
}

#[test]
fn a_mistake_in_a_plan_is_told_with_place_and_cure() {
    let environment = |name: &str| (name == "TOKEN").then(|| "secret".to_owned());
    compare("plan", |name, text| Plan::load(name, text, &environment).err());
}
