//! The job summary: tables that stay tables, and no markup of the target's.

use serde_json::Value;

use super::points::{self, Kind, list};
use super::samples::{all, files, render};
use super::tools::{read, ready, seen};
use crate::support::scratch::Scratch;

/// Tags of our own.
const OURS: [&str; 3] = ["details", "summary", "br"];
/// GitHub rejects a summary of more bytes as a whole.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// The names of the tags in the raw HTML that a reader of Markdown found.
pub(super) fn tags(seen: &Value) -> Vec<String> {
    let html = list(&seen["html"]).filter_map(Value::as_str);
    let name = |tag: &str| {
        let name = tag.trim_start_matches('/');
        name.chars().take_while(char::is_ascii_alphanumeric).collect::<String>()
    };
    html.flat_map(|html| html.split('<').skip(1).map(name).collect::<Vec<_>>()).collect()
}

/// The shape of each table: cells in each row.
pub(super) fn shapes(seen: &Value) -> Vec<Vec<usize>> {
    let cells = |row: &Value| list(row).count();
    list(&seen["tables"]).map(|table| list(table).map(cells).collect()).collect()
}

#[test]
fn the_summary_has_whole_tables_every_red_point_and_no_foreign_tag() {
    if !ready(&["python"]) {
        return;
    }
    let (scratch, samples) = (Scratch::new(), all());
    samples.iter().for_each(|sample| render(&scratch, sample));
    let files = files(&scratch, &samples, "markdown");
    let answers = read("markdown", &files);
    for ((sample, answer), path) in samples.iter().zip(&answers).zip(&files) {
        let seen = seen(&sample.name, answer);
        assert!(std::fs::metadata(path).is_ok_and(|file| file.len() < MOST_BYTES as u64));
        let foreign = tags(seen).into_iter().find(|tag| !OURS.contains(&tag.as_str()));
        assert_eq!(foreign, None, "{}", sample.name);
        for shape in shapes(seen) {
            assert!(shape.len() > 1, "{}: a table without rows", sample.name);
            assert!(shape.iter().all(|cells| *cells == shape[0]), "{}: {shape:?}", sample.name);
        }
        for forbidden in ["link_open", "image", "hr", "blockquote_open"] {
            assert!(seen["kinds"][forbidden].is_null(), "{}: {forbidden}", sample.name);
        }
        let cells: Vec<&str> = list(&seen["tables"])
            .flat_map(|table| list(table).flat_map(list))
            .filter_map(Value::as_str)
            .collect();
        let matrix = !sample.report["selftest"].is_null();
        let red = points::of(&sample.report).into_iter().filter(|point| {
            let trust = point.name.starts_with("the measurement");
            let stale = ["stale", "unmatched"].contains(&point.reason.as_str());
            [Kind::Fail, Kind::Broken].contains(&point.kind) && !trust && !stale && !matrix
        });
        for point in red {
            assert!(cells.contains(&point.name.as_str()), "{}: {}", sample.name, point.name);
        }
    }
}

/// Counts in the summary's second table row are those of the JSON.
#[test]
fn the_counts_of_the_summary_are_those_of_the_json() {
    if !ready(&["python"]) {
        return;
    }
    let (scratch, samples) = (Scratch::new(), all());
    let sample = &samples[0];
    render(&scratch, sample);
    let answer = &read("markdown", &files(&scratch, &samples[..1], "markdown"))[0];
    let table = &seen(&sample.name, answer)["tables"][0];
    let points = points::of(&sample.report);
    let told = |name: &str| {
        let at = list(&table[0]).position(|it| it == name).expect("a column");
        table[1][at].as_str().expect("a cell").to_owned()
    };
    for (name, kind) in [("pass", Kind::Pass), ("warn", Kind::Warn), ("known", Kind::Known)] {
        assert_eq!(told(name), points::count(&points, &[kind]).to_string(), "{name}");
    }
}
