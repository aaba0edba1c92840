//! The schema of reports.

use serde_json::Value;

use super::program::workspace;

/// In what a report does not follow the schema in the repository.
pub(crate) fn errors(report: &Value) -> Vec<String> {
    validator().iter_errors(report).map(|error| error.to_string()).collect()
}

/// Where it does not, as JSON Pointers.
pub(crate) fn places_of_errors(report: &Value) -> Vec<String> {
    validator().iter_errors(report).map(|error| error.instance_path().to_string()).collect()
}

fn validator() -> jsonschema::Validator {
    let path = workspace().join("reports/schema/report.schema.json");
    let text = std::fs::read_to_string(path).expect("it is there");
    let schema: Value = serde_json::from_str(&text).expect("it is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}
