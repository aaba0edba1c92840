//! Hand-made reports.

use ssecheck_model::report::{CheckResult, Conformance, Report};
use ssecheck_report::json;

/// What a hostile server could send in any place: a terminal escape, NUL, a bidirectional control,
/// ends of CDATA, scripts, table cells and fences, commands of CI systems, a percent escape.
pub(crate) const HOSTILE: &str = "\u{1b}[2J\0\u{202e}]]></failure><script>alert(1)</script>|a|\n\
    ```\n</details>\n::error::x\n##[add-mask]y %0A::warning::z, \u{9b}31m";

/// Every outcome, and text of the ordinary kind only.
pub(crate) fn everything() -> Report {
    keep(hostile(), |check| check.id != "framing/hostile")
}

/// Every outcome, and one check whose texts all come from a hostile server.
pub(crate) fn hostile() -> Report {
    filled_with(HOSTILE)
}

/// As [`hostile`], with another text in its place.
pub(crate) fn filled_with(text: &str) -> Report {
    let literal = serde_json::to_string(text).expect("a string has a json form");
    let saved = include_str!("fixtures/everything.json");
    json::read(&saved.replace("\"HOSTILE\"", &literal)).expect("the fixture is a report")
}

/// Only checks that passed or do not apply.
pub(crate) fn green() -> Report {
    keep(everything(), |check| {
        !check.outcome.is_red() && check.outcome != ssecheck_model::verdict::Outcome::Warn
    })
}

/// `report` with only the checks that `wanted` says, counted and judged again.
pub(crate) fn keep(mut report: Report, wanted: impl Fn(&CheckResult) -> bool) -> Report {
    let mut checks = std::mem::take(checks(&mut report));
    checks.retain(wanted);
    report.conformance = Some(Conformance::new(checks, None));
    report
}

/// `report` as it is when the server died in the middle of the run.
pub(crate) fn aborted(mut report: Report) -> Report {
    let checks = std::mem::take(checks(&mut report));
    report.conformance = Some(Conformance::new(checks, Some("the server is gone".to_owned())));
    report
}

/// The checks of a report.
pub(crate) fn checks(report: &mut Report) -> &mut Vec<CheckResult> {
    &mut report.conformance.as_mut().expect("the fixture has this part").checks
}
