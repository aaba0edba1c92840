//! The report as SARIF 2.1.0, for code scanning:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Every check is a rule; what is not as it should be is a result at its place in the case file. A known
//! deviation is a suppressed result. A run that was cut short is not `executionSuccessful`.

use serde_json::{Value, json};
use ssecheck_model::load::Load;
use ssecheck_model::report::{CheckResult, Place, Report};
use ssecheck_model::verdict::Outcome;

use crate::load::verdict::{invalidating, notes};
use crate::parser::as_checks;
use crate::sanitize::{VALUE_LIMIT, line};
use crate::verdict::cut_short;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const HOME: &str = "https://github.com/ssecheck/ssecheck";

/// The document, indented, with a line feed at its end.
pub fn render(report: &Report) -> String {
    let report = &*as_checks(report);
    let checks = report.conformance.as_ref().map_or(&[][..], |part| &part.checks);
    let mut results: Vec<Value> = checks.iter().filter_map(|check| result(report, check)).collect();
    results.extend(problems(report));
    results.extend(report.load.iter().flat_map(|load| of_load(report, load)));
    let run = json!({
        "tool": { "driver": {
            "name": "ssecheck",
            "version": text(&report.tool.version),
            "informationUri": HOME,
            "rules": checks.iter().map(rule).collect::<Vec<_>>(),
        }},
        "invocations": [invocation(report)],
        "results": results,
        "columnKind": "unicodeCodePoints",
    });
    let document = json!({ "$schema": SCHEMA, "version": "2.1.0", "runs": [run] });
    crate::json::pretty(&document)
}

fn text(text: &str) -> String {
    line(text, VALUE_LIMIT)
}

fn rule(check: &CheckResult) -> Value {
    let requirement = match check.requirement.is_empty() {
        true => &check.id,
        false => &check.requirement,
    };
    let mut help = crate::evidence::source(check);
    if let Some(fix) = &check.fix {
        help.push_str(&format!(". {}", text(fix)));
    }
    json!({
        "id": text(&check.id),
        "shortDescription": { "text": text(requirement) },
        "help": { "text": help },
    })
}

/// A check that is not as it should be.
fn result(report: &Report, check: &CheckResult) -> Option<Value> {
    let level = match check.outcome {
        Outcome::Fail | Outcome::Error | Outcome::Untestable => "error",
        Outcome::Warn => "warning",
        Outcome::Known => "note",
        Outcome::Pass | Outcome::NotApplicable => return None,
    };
    let reason = text(check.reason.as_deref().unwrap_or_default());
    let mut message = format!("{reason}: {}", text(&check.message));
    for (label, value) in
        [("expected", &check.evidence.expected), ("actual", &check.evidence.actual)]
    {
        if let Some(value) = value {
            message.push_str(&format!("\n{label}: {}", text(value)));
        }
    }
    let mut result = base(report, &text(&check.id), level, &message, check.evidence.place.as_ref());
    if check.outcome == Outcome::Known {
        let why = text(check.note.as_deref().unwrap_or_default());
        result["suppressions"] = json!([{ "kind": "external", "justification": why }]);
    }
    Some(result)
}

fn base(report: &Report, rule: &str, level: &str, message: &str, place: Option<&Place>) -> Value {
    let location = match place {
        Some(place) => physical(place),
        None => {
            json!({ "logicalLocations": [{ "name": text(&report.target.url), "kind": "resource" }] })
        }
    };
    json!({
        "ruleId": rule,
        "level": level,
        "message": { "text": message },
        "locations": [location],
        "partialFingerprints": { "ssecheck/v1": rule },
    })
}

fn physical(place: &Place) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.file) },
        "region": { "startLine": place.line.max(1), "startColumn": place.column.max(1) },
    }})
}

/// A path as a relative reference: what is no plain character is percent-encoded.
fn uri(file: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~".contains(&byte);
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    file.bytes().map(one).collect()
}

/// Entries of the baseline file that do not hold.
fn problems(report: &Report) -> Vec<Value> {
    let problems = report.conformance.as_ref().map_or(&[][..], |part| part.baseline_problems());
    let one = |problem: &ssecheck_model::report::BaselineProblem| {
        let rule = format!("baseline/{}", problem.kind.as_str());
        base(report, &rule, "error", &text(&problem.message), Some(&problem.place))
    };
    problems.iter().map(one).collect()
}

/// Crossed thresholds and doubts.
fn of_load(report: &Report, load: &Load) -> Vec<Value> {
    let mut results = Vec::new();
    for it in load.thresholds.iter().filter(|it| !it.held) {
        let message = format!("{} does not hold: {}", text(&it.threshold), text(&it.actual));
        results.push(base(report, "load/threshold", "error", &message, None));
    }
    let doubts = invalidating(load).map(|it| (it, "error"));
    for (it, level) in doubts.chain(notes(load).map(|it| (it, "note"))) {
        let rule = format!("load/doubt/{}", text(&it.code));
        results.push(base(report, &rule, level, &text(&it.message), None));
    }
    results
}

fn invocation(report: &Report) -> Value {
    let cut = cut_short(report);
    let notify = |(reason, message): &(&str, String)| json!({ "level": "error", "message": { "text": text(message) }, "descriptor": { "id": reason } });
    json!({
        "executionSuccessful": cut.is_none(),
        "toolExecutionNotifications": cut.iter().map(notify).collect::<Vec<_>>(),
    })
}
