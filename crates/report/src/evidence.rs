//! What proves an outcome, as lines of text: the body of a finding in every format.

use ssecheck_model::report::{CheckResult, Evidence, Moment};

use crate::sanitize::{BLOCK_LIMIT, VALUE_LIMIT, block, defuse, line, name};
use crate::style::Style;
use crate::wrap::{columns, hang};
use crate::{hexdump, place};

/// Width of the labels `required`, `expected`, `actual` and the gap behind them.
const LABEL: usize = 11;
/// Moments shown from the beginning of a time line.
const FIRST_MOMENTS: usize = 4;
/// Moments shown from its end, where the cause mostly stands.
const LAST_MOMENTS: usize = 8;
/// Longest name of a connection shown in a time line, in characters.
const NAME_LIMIT: usize = 16;

/// The whole body: requirement, expected and actual, bytes, time line, place, command, fix.
/// Paragraphs are parted by an empty line; no line is indented as a whole.
pub(crate) fn lines(check: &CheckResult, style: Style) -> Vec<String> {
    let evidence = &check.evidence;
    let paragraphs = [
        facts(check, style),
        evidence.bytes.as_ref().map(|bytes| hexdump::lines(bytes, style)).unwrap_or_default(),
        timeline(&evidence.timeline, style),
        evidence.place.as_ref().map(|found| place::lines(found, style)).unwrap_or_default(),
        command(evidence, style),
        fix(check, style),
    ];
    let paragraphs: Vec<_> = paragraphs.into_iter().filter(|lines| !lines.is_empty()).collect();
    paragraphs.join(&String::new())
}

/// The same without colour, as one text: for XML and Markdown. Both may be printed into a CI log.
pub(crate) fn text(check: &CheckResult) -> String {
    let lines: Vec<String> = lines(check, Style::PLAIN).iter().map(|line| defuse(line)).collect();
    lines.join("\n")
}

/// `must; HTML 9.2.5; R31; case framing/encoding`.
pub(crate) fn source(check: &CheckResult) -> String {
    let case = if check.case.is_empty() { String::new() } else { format!("case {}", check.case) };
    let ids = check.requirements.join(", ");
    let parts = [check.level.as_str(), &check.source, &ids, &case];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    line(&parts.join("; "), VALUE_LIMIT)
}

fn facts(check: &CheckResult, style: Style) -> Vec<String> {
    let fact = |label: &str, text: &str| hang(label, &line(text, VALUE_LIMIT), LABEL, style.width);
    let optional =
        |label: &str, text: Option<&String>| text.map_or(vec![], |text| fact(label, text));
    [
        fact("required", &check.requirement),
        fact("", &source(check)),
        optional("expected", check.evidence.expected.as_ref()),
        optional("actual", check.evidence.actual.as_ref()),
    ]
    .concat()
}

fn timeline(moments: &[Moment], style: Style) -> Vec<String> {
    if moments.is_empty() {
        return Vec::new();
    }
    let hidden = moments.len().saturating_sub(FIRST_MOMENTS + LAST_MOMENTS);
    let first = if hidden > 0 { FIRST_MOMENTS } else { moments.len() };
    let length = |moment: &Moment| name(&moment.connection, NAME_LIMIT).chars().count();
    let width = moments.iter().map(length).max().unwrap_or_default();
    let row = |moment| self::moment(moment, width, style);
    let mut out = vec![style.bold("time line")];
    out.extend(moments[..first].iter().flat_map(row));
    if hidden > 0 {
        out.push(format!("              ({hidden} more moments)"));
    }
    out.extend(moments[first + hidden..].iter().flat_map(row));
    out
}

fn moment(moment: &Moment, width: usize, style: Style) -> Vec<String> {
    let name = name(&moment.connection, NAME_LIMIT);
    let gap = if width > 0 { "  " } else { "" };
    let label = format!("{:>9.1} ms  {name:width$}{gap}", moment.at_ms);
    hang(&label, &line(&moment.what, VALUE_LIMIT), columns(&label), style.width)
}

fn command(evidence: &Evidence, style: Style) -> Vec<String> {
    let Some(command) = &evidence.reproduce else { return Vec::new() };
    let command = block(command.trim_end(), BLOCK_LIMIT);
    let lines = command.lines().map(|line| format!("  {line}"));
    std::iter::once(style.bold("reproduce")).chain(lines).collect()
}

fn fix(check: &CheckResult, style: Style) -> Vec<String> {
    let Some(fix) = &check.fix else { return Vec::new() };
    let lines = hang("", &line(fix, VALUE_LIMIT), 2, style.width);
    std::iter::once(style.bold("fix")).chain(lines).collect()
}
