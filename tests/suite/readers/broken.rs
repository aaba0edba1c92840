//! Each reader refuses a document that is broken: a check that takes everything proves nothing.

use super::samples::{Sample, all, file, load, render};
use super::tools::{read, read_tap, ready, sarif_objections};
use crate::support::scratch::Scratch;

/// A document of the first sample with `from` replaced by `to`, once.
fn spoilt(scratch: &Scratch, source: &str, number: usize, from: &str, to: &str) -> String {
    let whole = scratch.read(source);
    assert!(whole.contains(from), "{source} has no {from:?}");
    scratch.file(&format!("{number}-{source}"), &whole.replacen(from, to, 1))
}

fn rendered(sample: &Sample) -> Scratch {
    let scratch = Scratch::new();
    render(&scratch, sample);
    scratch
}

/// Asserts that the whole document is taken and every spoilt one refused.
fn assert_refused(format: &str, sample: &Sample, changes: &[(&str, &str)]) {
    let scratch = rendered(sample);
    let source = format!("{}.{format}", sample.name);
    let mut files = vec![file(&scratch, &sample.name, format)];
    for (number, (from, to)) in changes.iter().enumerate() {
        files.push(spoilt(&scratch, &source, number, from, to));
    }
    let answers = read(format, &files);
    assert!(answers[0]["refused"].is_null(), "{format}: {}", answers[0]);
    for ((from, to), answer) in changes.iter().zip(&answers[1..]) {
        assert!(answer["refused"].is_string(), "{format}: {from:?} as {to:?} is taken");
    }
}

#[test]
fn formats_of_verdicts() {
    if !ready(&["python"]) {
        return;
    }
    let sample = &all()[0];
    let junit = [
        ("failures=\"", "failures=\"7"),
        ("<failure ", "<failure <"),
        (" type=\"", " kind=\""),
        ("<testcase ", "<test "),
        ("time=\"", "time=\"soon "),
        ("classname=\"", "classname=\"\" class=\""),
        ("</testsuites>", ""),
        ("must", "a & b"),
        ("must", "\u{1}"),
    ];
    assert_refused("junit", sample, &junit);
    let tap = [("1..", "1..9"), ("1..", "plan "), ("\nok 1 ", "\nfine 1 "), ("\nok 1 ", "\n")];
    assert_refused("tap", sample, &tap);
    let github = [("::error ", ":error "), ("line=", "row="), ("::error ", "::error line=1,")];
    assert_refused("github", sample, &github);
    let sarif = [("\"ruleId\": \"", "\"ruleId\": \"no"), ("\"runs\": [", "\"runs\": ")];
    assert_refused("sarif", sample, &sarif);
}

#[test]
fn tap_14() {
    if !ready(&["node"]) {
        return;
    }
    let sample = &all()[0];
    let scratch = rendered(sample);
    let source = format!("{}.tap", sample.name);
    let changes = [
        ("1..", "1..9"),
        ("1..", "# 1.."),
        ("\nok 1 ", "\nok 2 "),
        ("\nok 1 ", "\nfine 1 "),
        ("  ---\n", "  ---\n  a: \"b\n"),
        ("  ...\n", ""),
    ];
    let spoilt =
        |(number, (from, to)): (usize, &(&str, &str))| spoilt(&scratch, &source, number, from, to);
    let files: Vec<String> = changes.iter().enumerate().map(spoilt).collect();
    let whole = &read_tap(&[scratch.path(&source)])[0];
    assert!(whole["refused"].is_null(), "{whole}");
    for (change, answer) in changes.iter().zip(read_tap(&files)) {
        assert!(answer["refused"].is_string(), "{change:?} is taken: {answer}");
    }
}

#[test]
fn sarif_by_its_editors_tool() {
    if !ready(&["node"]) {
        return;
    }
    let sample = &all()[0];
    let scratch = rendered(sample);
    let source = format!("{}.sarif", sample.name);
    for (number, (from, to)) in [
        ("\"startLine\": ", "\"startLine\": -"),
        ("\"fullDescription\"", "\"description\""),
        ("\"physicalLocation\"", "\"place\""),
        ("\"ruleIndex\": ", "\"ruleIndex\": 9"),
        ("\"uri\": \"scenarios", "\"uri\": \"/scenarios"),
        ("\"text\": \"", "\"txt\": \""),
    ]
    .into_iter()
    .enumerate()
    {
        let file = spoilt(&scratch, &source, number, from, to);
        let objections = sarif_objections(&[file], &scratch.path("log"));
        assert!(!objections.is_empty(), "{from:?} as {to:?} is taken");
    }
}

#[test]
fn formats_of_figures() {
    if !ready(&["python"]) {
        return;
    }
    let sample = &load();
    let csv = [("\r\n", "\n"), ("at_ms,", ""), ("at_ms,", "length_ms,"), (",1000,", ",a lot,")];
    assert_refused("csv", sample, &csv);
    let hgrm = [("Percentile", "Share"), ("0.500000000000", "0.5"), (" 1.000000000000 ", " 0.0 ")];
    assert_refused("hgrm", sample, &hgrm);
    let hlog = [("Tag=fanout,", "Tag=fanout,x"), ("HISTF", "HISTX"), (",HISTF", " ")];
    assert_refused("hlog", sample, &hlog);
    let metrics = [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF\nssecheck_more 1\n"),
        (" gauge\n", " counter\n"),
        ("# UNIT ssecheck_duration_seconds seconds", "# UNIT ssecheck_duration_seconds bytes"),
        ("target=\"", "target=\"\""),
        ("ssecheck_events_lost_total 0", "ssecheck_events_lost_total none"),
    ];
    assert_refused("openmetrics", sample, &metrics);
}
