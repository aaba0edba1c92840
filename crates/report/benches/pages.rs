//! How long a page takes: `cargo bench -p ssecheck-report`. The goal is a second.
//!
//! The reports are those published in `reports/`, and one with as many intervals as a run can have.

use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use ssecheck_model::load::Interval;
use ssecheck_model::report::Report;
use ssecheck_report::matrix::Subject;
use ssecheck_report::{html, json};

/// As many as `ssecheck-load` keeps; those of a longer run are longer.
const MOST_INTERVALS: u64 = 300;

fn published(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../reports").join(path)
}

fn read(path: &Path) -> Report {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    json::read(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// All servers or parsers of a folder.
fn subjects(folder: &str) -> Vec<Subject> {
    let files = std::fs::read_dir(published(folder)).expect("a folder of reports");
    let paths = files.map(|file| file.expect("a file").path());
    let single = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "json") && !path.ends_with("matrix.json")
    };
    let subject = |path: PathBuf| Subject { name: path.display().to_string(), report: read(&path) };
    paths.filter(single).map(subject).collect()
}

/// The longest run that there is: the intervals of a real one over and over.
fn long() -> Report {
    let mut report = read(&published("latency/nchan-10000.json"));
    let load = report.load.as_mut().expect("a load run");
    let known = load.series.clone();
    let at = |(n, it): (u64, &Interval)| Interval { at_ms: n * it.length_ms, ..it.clone() };
    load.series = (0..MOST_INTERVALS).zip(known.iter().cycle()).map(at).collect();
    report
}

fn pages(criterion: &mut Criterion) {
    let singles = [
        ("a server", read(&published("interop/flask.json"))),
        ("the kill matrix", read(&published("kill-matrix/matrix.json"))),
        ("a load run of 76,000", read(&published("latency/nchan-76000.json"))),
        ("a load run of 300 intervals", long()),
    ];
    for (name, report) in &singles {
        criterion.bench_function(name, |bencher| bencher.iter(|| html::render(report)));
    }
    for (name, folder) in [("seven servers", "interop"), ("37 parsers", "parsers")] {
        let subjects = subjects(folder);
        assert!(!subjects.is_empty(), "{folder} holds no report");
        criterion.bench_function(name, |bencher| bencher.iter(|| html::matrix(&subjects)));
    }
}

criterion_group!(benches, pages);
criterion_main!(benches);
