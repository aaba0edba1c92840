//! The JSON Schemas, generated from the types. They are committed under `reports/schema/` and a
//! test fails when they drift.

use serde_json::Value;

/// Every schema with its file name.
pub fn all() -> [(&'static str, Value); 7] {
    [
        ("case.schema.json", of::<crate::case::Case>()),
        ("baseline.schema.json", of::<crate::baseline::Baseline>()),
        ("target.schema.json", of::<crate::target::Target>()),
        ("plan.schema.json", of::<crate::plan::Plan>()),
        ("vectors.schema.json", of::<crate::vector::VectorFile>()),
        ("report.schema.json", of::<crate::report::Report>()),
        ("comparison.schema.json", of::<crate::comparison::Comparison>()),
    ]
}

/// The schema of one type.
pub(crate) fn of<T: schemars::JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    tightened(&mut schema);
    schema
}

/// Makes the schema refuse what the loader refuses.
fn tightened(node: &mut Value) {
    if let Some(Value::Object(properties)) = node.get_mut("properties") {
        properties.values_mut().for_each(drop_null);
    }
    match node {
        Value::Object(map) => {
            if map.get("format").is_some_and(|format| format == "uint32") {
                map.entry("maximum").or_insert_with(|| u32::MAX.into());
            }
            map.values_mut().for_each(tightened);
        }
        Value::Array(items) => items.iter_mut().for_each(tightened),
        _ => {}
    }
}

/// Takes `null` out of keys that may be left out: a key without value is a mistake there, and no
/// report holds one. Maps with free keys keep it (`null` removes a header field).
fn drop_null(property: &mut Value) {
    let Value::Object(map) = property else { return };
    if let Some(Value::Array(names)) = map.get_mut("type") {
        names.retain(|name| name != "null");
        if let [only] = names.as_slice() {
            let only = only.clone();
            map.insert("type".to_owned(), only);
        }
    }
    if map.get("default").is_some_and(Value::is_null) {
        map.remove("default");
    }
    let Some(Value::Array(variants)) = map.get_mut("anyOf") else { return };
    variants.retain(|variant| variant.get("type").is_none_or(|name| name != "null"));
    if variants.len() == 1
        && let Some(Value::Object(only)) = variants.pop()
    {
        map.remove("anyOf");
        map.extend(only);
    }
}
