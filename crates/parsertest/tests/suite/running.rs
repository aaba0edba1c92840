//! Runs of the whole judge over the example adapter: `adapter FAULT`.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use ssecheck_model::parser::{ClassResult, ClassVerdict, Deviation, ParserReport};
use ssecheck_model::vector::Vector;
use ssecheck_parsertest::{RunError, Settings, run, vectors};

/// The example, which `cargo test` builds beside the tests.
pub(crate) fn adapter(fault: &[&str]) -> Vec<String> {
    let tests = std::env::current_exe().expect("a test has a file");
    let target: PathBuf = tests.ancestors().nth(2).expect("the target folder").to_owned();
    let adapter = target.join("examples/adapter");
    assert!(adapter.exists(), "no {}: `cargo test` without --test builds it", adapter.display());
    let command =
        std::iter::once(adapter.to_str().expect("a path of text")).chain(fault.iter().copied());
    command.map(ToOwned::to_owned).collect()
}

/// Vectors only, of these groups; with much patience.
pub(crate) fn settings(fault: &[&str], groups: &[&str]) -> Settings {
    Settings {
        command: adapter(fault),
        vectors: shipped(groups),
        properties: 0,
        timing: false,
        timeout: Duration::from_secs(60),
        startup: Duration::from_secs(60),
        ..Settings::default()
    }
}

pub(crate) fn shipped(groups: &[&str]) -> Vec<Vector> {
    let files = vectors::shipped().expect("the vectors load").into_iter();
    let wanted = files.filter(|file| groups.is_empty() || groups.contains(&file.group.as_str()));
    wanted.flat_map(|file| file.vectors).collect()
}

pub(crate) fn report(settings: &Settings) -> ParserReport {
    run(settings, &mut |_| {}, &AtomicBool::new(false)).expect("a report")
}

pub(crate) fn error(settings: &Settings) -> RunError {
    run(settings, &mut |_| {}, &AtomicBool::new(false)).expect_err("it must not run")
}

pub(crate) fn class<'r>(report: &'r ParserReport, code: &str) -> &'r ClassResult {
    report.classes.iter().find(|class| class.class == code).expect(code)
}

pub(crate) fn verdict(report: &ParserReport, code: &str) -> ClassVerdict {
    class(report, code).verdict
}

pub(crate) fn deviation<'r>(report: &'r ParserReport, code: &str) -> &'r Deviation {
    report.deviations.iter().find(|deviation| deviation.class == code).expect(code)
}

/// Codes of the classes that deviate.
pub(crate) fn deviating(report: &ParserReport) -> Vec<&str> {
    report.deviations.iter().map(|deviation| deviation.class.as_str()).collect()
}
