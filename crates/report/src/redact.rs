//! Secrets taken out of a whole report, before any format of it is written.

use serde_json::Value;
use ssecheck_model::report::Report;
use ssecheck_model::secrets::Mask;

/// Keys whose texts are words of our own: identifiers, codes, and figures in a coding.
const OURS: [&str; 15] = [
    "schema",
    "tool",
    "started_at",
    "id",
    "case",
    "level",
    "outcome",
    "reason",
    "requirements",
    "source",
    "verdict",
    "layer",
    "histogram",
    "provides",
    "seen",
];

/// The report with stars in the place of every secret: in all texts, and in hexdumps, which keep
/// their length.
///
/// # Errors
/// When a secret is a word that the report cannot do without; nothing may be written then.
pub fn redact(report: &Report, mask: &Mask) -> Result<Report, String> {
    if mask.is_empty() {
        return Ok(report.clone());
    }
    let failed = |error: serde_json::Error| {
        format!("the report cannot be written without a secret of the target file: {error}")
    };
    let mut value = serde_json::to_value(report).map_err(failed)?;
    hide("", &mut value, mask);
    serde_json::from_value(value).map_err(failed)
}

fn hide(key: &str, value: &mut Value, mask: &Mask) {
    match value {
        _ if OURS.contains(&key) => {}
        Value::String(text) if key == "hex" => *text = mask.hex(text),
        Value::String(text) => *text = mask.text(text),
        Value::Array(all) => all.iter_mut().for_each(|one| hide(key, one, mask)),
        Value::Object(all) => {
            let found = std::mem::take(all);
            for (name, mut one) in found {
                hide(&name, &mut one, mask);
                // Names of fields are ours; other keys come from where texts come from.
                let ours =
                    name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'0'..=b'9'));
                all.insert(if ours { name } else { mask.text(&name) }, one);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
