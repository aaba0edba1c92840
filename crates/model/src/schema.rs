//! The JSON Schemas, generated from the types. They are committed under `reports/schema/` and a
//! test fails when they drift.

use serde_json::Value;

/// Every schema with its file name.
pub fn all() -> [(&'static str, Value); 3] {
    [
        ("case.schema.json", schema_for::<crate::case::Case>()),
        ("target.schema.json", schema_for::<crate::target::Target>()),
        ("report.schema.json", schema_for::<crate::report::Report>()),
    ]
}

fn schema_for<T: schemars::JsonSchema>() -> Value {
    schemars::schema_for!(T).to_value()
}
