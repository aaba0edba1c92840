//! The schema of reports.

use serde_json::Value;

use super::program::workspace;

/// In what a report does not follow the schema in the repository.
pub(crate) fn errors(report: &Value) -> Vec<String> {
    let path = workspace().join("reports/schema/report.schema.json");
    let text = std::fs::read_to_string(path).expect("it is there");
    let schema: Value = serde_json::from_str(&text).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    validator.iter_errors(report).map(|error| error.to_string()).collect()
}
