use serde_json::Value;
use ssecheck_report::sarif;

use crate::reports::{aborted, everything, hostile};
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

#[test]
fn every_result_has_a_rule_or_a_family_of_its_own() {
    for report in [everything(), hostile(), loads::rich(), parsers::deviating()] {
        let document = document(&sarif::render(&report));
        let run = &document["runs"][0];
        let rules: Vec<&Value> = run["tool"]["driver"]["rules"]
            .as_array()
            .map(|rules| rules.iter().map(|rule| &rule["id"]).collect())
            .expect("rules");
        for result in run["results"].as_array().expect("results") {
            let id = result["ruleId"].as_str().expect("an id");
            let own = id.starts_with("load/") || id.starts_with("baseline/");
            assert!(own || rules.contains(&&result["ruleId"]), "{id}");
        }
    }
}
