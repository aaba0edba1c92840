//! The schemas of what the program writes.

use serde_json::Value;

use super::program::workspace;

/// In what a report does not follow the schema in the repository.
pub(crate) fn errors(report: &Value) -> Vec<String> {
    errors_of("report.schema.json", report)
}

/// The same for a comparison.
pub(crate) fn comparison_errors(comparison: &Value) -> Vec<String> {
    errors_of("comparison.schema.json", comparison)
}

fn errors_of(file: &str, value: &Value) -> Vec<String> {
    let path = workspace().join("reports/schema").join(file);
    let text = std::fs::read_to_string(path).expect("it is there");
    let schema: Value = serde_json::from_str(&text).expect("it is JSON");
    let validator = jsonschema::validator_for(&schema).expect("it is a schema");
    validator.iter_errors(value).map(|error| error.to_string()).collect()
}
