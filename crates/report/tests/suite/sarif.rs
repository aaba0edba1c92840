use std::collections::HashSet;

use serde_json::Value;
use ssecheck_report::sarif;

use crate::reports::{aborted, checks, everything, hostile};
use crate::{loads, parsers};

fn document(text: &str) -> Value {
    serde_json::from_str(text).expect("it is JSON")
}

#[test]
fn findings_are_results_with_a_place() {
    insta::assert_snapshot!(sarif::render(&everything()));
}

#[test]
fn a_run_that_was_cut_short_was_not_successful() {
    let report = document(&sarif::render(&aborted(everything())));
    assert_eq!(report["runs"][0]["invocations"][0]["executionSuccessful"], false);
    let whole = document(&sarif::render(&everything()));
    assert_eq!(whole["runs"][0]["invocations"][0]["executionSuccessful"], true);
}

/// What GitHub wants of a result, and an identity of its own for each.
#[test]
fn every_result_has_its_rule_a_file_and_a_fingerprint() {
    for report in [everything(), hostile(), loads::rich(), loads::hostile(), parsers::deviating()] {
        let document = document(&sarif::render(&report));
        let run = &document["runs"][0];
        let results = run["results"].as_array().expect("results");
        assert!(!results.is_empty());
        let mut fingerprints = HashSet::new();
        for result in results {
            let index = result["ruleIndex"].as_u64().expect("an index");
            let rule = &run["tool"]["driver"]["rules"][usize::try_from(index).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(rule["fullDescription"]["text"].as_str().is_some_and(|text| text.len() > 3));
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().expect("a file");
            assert!(!uri.is_empty() && !uri.contains([' ', '\\', '<']), "{uri}");
            assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line > 0));
            let fingerprint = &result["partialFingerprints"]["primaryLocationLineHash"];
            assert!(fingerprints.insert(fingerprint.to_string()), "{result}");
        }
    }
}

#[test]
fn an_absolute_path_is_a_whole_uri() {
    let mut report = everything();
    let failed = checks(&mut report).iter_mut().find(|check| check.id == "framing/utf8");
    let place = failed.expect("it fails").evidence.place.as_mut().expect("it has a place");
    place.file = "/somewhere/my cases/a.yaml".to_owned();
    assert!(sarif::render(&report).contains("\"file:///somewhere/my%20cases/a.yaml\""));
}
