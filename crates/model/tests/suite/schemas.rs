//! The committed JSON Schemas are what the types say, and agree with the loader.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use ssecheck_model::case::Case;
use ssecheck_model::schema;
use ssecheck_model::target::Target;

use crate::golden::Goldens;
use crate::{inputs, reports};

fn schema_named(name: &str) -> Value {
    let all = schema::all();
    all.into_iter().find(|(file, _)| *file == name).map(|(_, schema)| schema).unwrap()
}

fn validator(name: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&schema_named(name)).unwrap()
}

/// YAML as an editor's validator sees it.
fn from_yaml(text: &str) -> Option<Value> {
    let options = serde_saphyr::options! { strict_booleans: true };
    serde_saphyr::from_str_with_options(text, options).ok()
}

fn bad(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad").join(kind);
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|end| end == "yaml")).collect()
}

#[test]
fn the_committed_schemas_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../reports/schema");
    let mut goldens = Goldens::default();
    for (name, schema) in schema::all() {
        let text = serde_json::to_string_pretty(&schema).unwrap();
        goldens.compare(&folder.join(name), &format!("{text}\n"));
    }
    goldens.finish();
}

#[test]
fn the_schemas_are_valid_schemas() {
    for (name, schema) in schema::all() {
        assert!(jsonschema::meta::is_valid(&schema), "{name}");
    }
}

#[test]
fn every_shipped_case_follows_the_schema() {
    let validator = validator("case.schema.json");
    for (file, text) in inputs::shipped() {
        let case = from_yaml(&text).unwrap();
        if let Err(error) = validator.validate(&case) {
            panic!("{}: {error} at {}", file.display(), error.instance_path());
        }
    }
}

/// Mistakes that a schema cannot see: names, limits of values, and what two keys say together.
fn beyond_a_schema(kind: &str, name: &str) -> bool {
    if kind == "plan" && beyond_the_plan_schema(name) {
        return true;
    }
    const PARTS: [&str; 22] = [
        "duplicate",
        "variable",
        "filter",
        "name-",
        "id-form",
        "id-without",
        "id-twice",
        "no-steps",
        "no-checks",
        "var-too",
        "var-named",
        "used-before",
        "unknown-connection",
        "count-outside",
        "environment",
        "hook-with",
        "pointer-",
        "start-command",
        "anchor",
        "tag",
        "merge",
        "span-too",
    ];
    PARTS.iter().any(|part| name.contains(part))
}

/// The same for plans: lengths of time and shares are texts there.
fn beyond_the_plan_schema(name: &str) -> bool {
    const PARTS: [&str; 23] = [
        "-after-end",
        "-past-end",
        "-over-max",
        "-over-to",
        "-every-zero",
        "-for-zero",
        "duration-",
        "interval-too",
        "rate-",
        "ramp-zero",
        "churn-",
        "share-zero",
        "precision-zero",
        "peak-",
        "weights-",
        "server-with",
        "request-method",
        "variables-",
        "topics-",
        "hook-",
        "capacity-with",
        "threshold-",
        "only-a-comment",
    ];
    PARTS.iter().any(|part| name.contains(part))
}

const SCHEMAS: [(&str, &str); 3] =
    [("case", "case.schema.json"), ("target", "target.schema.json"), ("plan", "plan.schema.json")];

#[test]
fn the_schema_refuses_what_the_loader_refuses() {
    for (kind, schema) in SCHEMAS {
        let validator = validator(schema);
        let mut judged = 0;
        for file in bad(kind) {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            let Some(value) = from_yaml(&text) else { continue };
            if !beyond_a_schema(kind, &name) {
                assert!(!validator.is_valid(&value), "{kind}/{name}");
                judged += 1;
            }
        }
        assert!(judged >= 12, "only {judged} files for {schema}");
    }
}

#[test]
fn the_design_s_target_file_is_read_and_follows_the_schema() {
    let text = r#"
url: http://127.0.0.1:3000/events
headers: { authorization: "Bearer ${TOKEN}" }
provides: [publish, ids, resume, retry, cors, mcp-2025-11-25]
publish:
  method: POST
  url: /publish
  headers: { content-type: application/json }
  body: '{"event": {{event|json}}, "id": {{id|json}}, "data": {{data|json}}}'
echo: { url: "/echo?data={{data|url}}&event={{event|url}}&id={{id|url}}" }
heartbeat: 15s
cors: { allowed_origin: "https://app.example", denied_origin: "https://evil.example" }
stats: { url: /stats, pointer: /subscribers }
start: { command: [node, server.js], ready: "http://127.0.0.1:3000/", timeout: 20s }
"#;
    Target::load("target.yaml", text, &|_| Some("x".to_owned())).unwrap();
    validator("target.schema.json").validate(&from_yaml(text).unwrap()).unwrap();
}

#[test]
fn reports_follow_their_schema() {
    let validator = validator("report.schema.json");
    for report in [reports::bare(), reports::full()] {
        validator.validate(&serde_json::to_value(&report).unwrap()).unwrap();
    }
}

/// The definition of a type, in the schema of a file.
fn definition(schema: &Value, name: &str) -> Value {
    schema["$defs"][name].clone()
}

#[test]
fn an_editor_can_complete_keys_and_words() {
    let case = schema_named("case.schema.json");
    let connect = definition(&case, "Connect");
    assert!(connect["properties"]["as"].is_object(), "renamed keys keep their YAML name");
    assert!(definition(&case, "Quiet")["properties"]["for"].is_object());
    assert_eq!(connect["required"], json!(["as"]));
    assert_eq!(connect["additionalProperties"], json!(false));
    let steps = definition(&case, "Step")["oneOf"].as_array().unwrap().clone();
    assert!(steps.iter().all(|step| step["properties"].as_object().unwrap().len() == 1));
    assert!(steps.iter().all(|step| step["description"].is_string()));
    let levels = definition(&case, "Level")["oneOf"].as_array().unwrap().clone();
    assert!(levels.iter().any(|level| level["const"] == "must"));
}

#[test]
fn every_key_that_a_user_writes_has_a_description() {
    for (_, name) in SCHEMAS {
        let schema = schema_named(name);
        let definitions = schema["$defs"].as_object().unwrap();
        for (owner, node) in definitions.iter().chain([(&"file".to_owned(), &schema)]) {
            let Some(properties) = node["properties"].as_object() else { continue };
            for (key, property) in properties {
                assert!(property["description"].is_string(), "{name}: {owner}.{key}");
            }
        }
    }
}

/// Whether `null` is among the types of any key with a fixed name.
fn nullable_keys(node: &Value) -> Vec<String> {
    let own = node["properties"].as_object().into_iter().flatten();
    let own = own.filter(|(_, property)| {
        property["type"].as_array().is_some_and(|names| names.contains(&json!("null")))
            || property["anyOf"].to_string().contains("\"null\"")
    });
    let mut keys: Vec<String> = own.map(|(key, _)| key.clone()).collect();
    let inner: Vec<&Value> = match node {
        Value::Object(map) => map.values().collect(),
        Value::Array(items) => items.iter().collect(),
        _ => Vec::new(),
    };
    keys.extend(inner.into_iter().flat_map(nullable_keys));
    keys
}

#[test]
fn a_key_may_be_left_out_but_not_be_null() {
    for (name, schema) in schema::all() {
        assert_eq!(nullable_keys(&schema), Vec::<String>::new(), "{name}");
    }
    let fields = &definition(&schema_named("case.schema.json"), "Connect")["properties"]["headers"];
    assert!(
        fields["additionalProperties"].to_string().contains("\"null\""),
        "null removes a field"
    );
}

#[test]
fn a_wrong_value_is_refused_by_loader_and_schema_alike() {
    let validator = validator("case.schema.json");
    let (_, good) = inputs::shipped().into_iter().next().unwrap();
    assert!(Case::load("x.yaml", &good).is_ok());
    for wrong in ["5", "[a]", "{ a: b }", "true", "nonsense"] {
        let text = good.replacen("steps:", &format!("exclusive: [{wrong}]\nsteps:"), 1);
        assert!(Case::load("x.yaml", &text).is_err(), "{text}");
        assert!(!validator.is_valid(&from_yaml(&text).unwrap()), "{text}");
    }
}
