//! The report as SARIF 2.1.0, for code scanning:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Every check is a rule; what is not as it should be is a result at its place in the case file. A known
//! deviation is a suppressed result. A run that was cut short is not `executionSuccessful`.
//!
//! GitHub takes no result without a file, and no rule without a full description
//! (<https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning>);
//! what has no place in a file gets a name in its stead. It tells alerts apart by
//! `primaryLocationLineHash` alone, so each result has its own, the same in every run. Of its limits (5,000
//! results shown, 25,000 results or rules taken) a report of some hundred checks stays far away.

mod finding;

use serde_json::{Value, json};
use ssecheck_model::report::Report;

use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, line};
use crate::verdict::cut_short;
use finding::{Finding, Rule};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://github.com/ssecheck/ssecheck";

/// The document, indented, with a line feed at its end.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    let findings = finding::all(report);
    let rules = finding::rules(report, &findings);
    let mut results: Vec<Value> = findings.iter().map(|it| result(report, it, &rules)).collect();
    for (at, result) in results.iter_mut().enumerate() {
        result["partialFingerprints"] = fingerprints(&findings, at);
    }
    let run = json!({
        "tool": { "driver": {
            "name": "ssecheck",
            "version": text(&report.tool.version),
            "informationUri": HOME,
            "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        }},
        "invocations": [invocation(report)],
        "results": results,
        "columnKind": "unicodeCodePoints",
    });
    let document = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    crate::json::pretty(&document)
}

/// One line. Readers trim the id of a rule, and then do not find it.
fn text(text: &str) -> String {
    line(text.trim(), VALUE_LIMIT)
}

fn rule(rule: &Rule) -> Value {
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.description },
        "fullDescription": { "text": rule.description },
        "help": { "text": rule.help },
        "defaultConfiguration": { "level": rule.level },
    })
}

fn result(report: &Report, it: &Finding, rules: &[Rule]) -> Value {
    let mut result = json!({
        "ruleId": it.rule,
        "ruleIndex": rules.iter().position(|rule| rule.id == it.rule),
        "level": it.level,
        "message": { "text": it.message },
        "locations": [location(report, it)],
    });
    if let Some(why) = &it.known {
        result["suppressions"] = json!([{ "kind": "external", "justification": why }]);
    }
    result
}

/// What the next run will give the same finding, too; of equal ones, the first, the second and so on.
fn fingerprints(findings: &[Finding], at: usize) -> Value {
    let key = &findings[at].key;
    let number = findings[..=at].iter().filter(|other| other.key == *key).count();
    json!({
        "ssecheck/v1": key,
        "primaryLocationLineHash": format!("{:016x}:{number}", fnv(key)),
    })
}

fn location(report: &Report, it: &Finding) -> Value {
    let (uri, line, column) = match &it.place {
        Some(place) => (uri(&text(&place.file)), place.line.max(1), place.column.max(1)),
        None => (stand_in(report).to_owned(), 1, 1),
    };
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri },
            "region": { "startLine": line, "startColumn": column },
        },
        "logicalLocations": [{ "name": text(&report.target.url), "kind": "resource" }],
    })
}

/// The name of what was run, where no file is to blame.
fn stand_in(report: &Report) -> &'static str {
    match (&report.load, &report.parser, &report.selftest) {
        (Some(_), ..) => "ssecheck-load",
        (None, Some(_), _) => "ssecheck-parser",
        (None, None, Some(_)) => "ssecheck-selftest",
        (None, None, None) => "ssecheck-run",
    }
}

/// A path as a reference: what is no plain character is percent-encoded.
fn uri(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    let path: String = file.bytes().map(one).collect();
    match path.starts_with('/') {
        true => format!("file://{path}"),
        false => path,
    }
}

/// FNV-1a of 64 bits: short, and the same on every machine.
fn fnv(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

fn invocation(report: &Report) -> Value {
    let cut = cut_short(report);
    let notify = |(reason, message): &(&str, String)| json!({ "level": "error", "message": { "text": text(message) }, "descriptor": { "id": reason } });
    json!({
        "executionSuccessful": cut.is_none(),
        "toolExecutionNotifications": cut.iter().map(notify).collect::<Vec<_>>(),
    })
}
