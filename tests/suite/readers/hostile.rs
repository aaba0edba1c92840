//! A report and its twin, in which every text is hostile, give documents of the same structure.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::points::list;
use super::samples::{Sample, all, files, render};
use super::summary::{MOST_BYTES, shapes, tags};
use super::tools::{read, read_tap, ready, sarif_objections, seen};
use crate::support::schema;
use crate::support::scratch::Scratch;

/// What begins something in one of the formats, or acts in a terminal, a log, a page or a spreadsheet.
/// U+FFFD is what becomes of a lone surrogate.
const EVIL: [&str; 34] = [
    "\u{1b}[2J\u{1b}]8;;http://evil/\u{7}",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1,1)",
    "--- \n",
    "...\n",
    "# SKIP none\n",
    " # TODO never",
    "\nok 99 - x\n",
    "\n1..0 # SKIP\n",
    "\nBail out! no\n",
    "::error::owned",
    "\n::stop-commands::x\n",
    "##[error]x",
    "##vso[task.x]y",
    "]]></failure></testcase>",
    "<script>alert(1)</script>",
    "</details><img src=x onerror=y>",
    "&lt;&#60;&#x3c;&amp",
    "|a|b|\n| c |",
    "```\n````\n",
    "`x` *y* _z_ [l](http://e) ![i](j)",
    "\u{202e}gnp\u{2066}\u{200f}",
    "\0\u{1}\u{8}\u{b}\u{c}\u{1f}\u{7f}",
    "\u{80}\u{85}\u{9b}31m",
    "\u{fffd}\u{fffe}\u{feff}",
    "\u{2028}\u{2029}",
    "%0A::error::x%0D",
    "\"} 1\n# EOF\n",
    "\\\" \\n \\",
    "{{7*7}} {% x %}",
    "<!-- --> <![CDATA[",
    "\r\nTag=a,1,2,3\r\n",
];

/// Texts that are read as something, so that another one makes another report: how a report is known,
/// histograms, and the moments at which an interval log begins.
const READ: [&str; 5] = ["schema", "histogram", "hex", "started_at", "start_at"];
/// Maps whose keys are texts of the target or the machine.
const KEYED: [&str; 3] = ["failed_by", "ended_by", "limits"];
/// What a hostile server can send in one piece.
const LONG: usize = 1024 * 1024;

/// How a report becomes its twin.
struct Evil<'a> {
    /// Which kinds of places take any text, by their path without numbers.
    free: HashMap<String, bool>,
    /// One whole report, to ask the schema with.
    whole: &'a Value,
    /// Whether the first text of each kind is a megabyte long.
    long: bool,
}

impl Evil<'_> {
    /// The same text gives the same text, so that what names another thing still does.
    fn text(text: &str) -> String {
        let at = text.bytes().map(usize::from).sum::<usize>() % EVIL.len();
        let rest: String = (1..EVIL.len()).map(|n| EVIL[(at + n) % EVIL.len()]).collect();
        format!("{}{text}{rest}", EVIL[at])
    }

    fn kind(pointer: &str) -> String {
        let words = pointer.split('/').map(|word| match word.parse::<usize>() {
            Ok(_) => "*",
            Err(_) => word,
        });
        words.collect::<Vec<_>>().join("/")
    }

    /// Whether the schema takes any text there: an outcome or a level is none to change.
    fn is_free(&mut self, pointer: &str) -> bool {
        let kind = Self::kind(pointer);
        if let Some(known) = self.free.get(&kind) {
            return *known;
        }
        let mut changed = self.whole.clone();
        *changed.pointer_mut(pointer).expect("it is there") = json!("no such word");
        let free = schema::errors(&changed).is_empty();
        self.free.insert(kind, free);
        free
    }

    fn twin(&mut self, value: &Value, pointer: &str) -> Value {
        match value {
            Value::String(text) => self.of_text(text, pointer),
            Value::Array(all) => {
                let all = all.iter().enumerate();
                all.map(|(at, it)| self.twin(it, &format!("{pointer}/{at}"))).collect()
            }
            Value::Object(all) => Value::Object(self.of_object(all, pointer)),
            other => other.clone(),
        }
    }

    fn of_text(&mut self, text: &str, pointer: &str) -> Value {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let first = !self.free.contains_key(&Self::kind(pointer));
        if text.is_empty() || READ.contains(&name) || !self.is_free(pointer) {
            return json!(text);
        }
        let long = if self.long && first { "x".repeat(LONG) } else { String::new() };
        json!(Self::text(text) + &long)
    }

    fn of_object(&mut self, all: &Map<String, Value>, pointer: &str) -> Map<String, Value> {
        let keyed = KEYED.iter().any(|name| pointer.ends_with(name));
        let one = |(key, value): (&String, &Value)| {
            let pointer = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            let key = if keyed { Self::text(key) } else { key.clone() };
            (key, self.twin(value, &pointer))
        };
        all.iter().map(one).collect()
    }
}

fn hostile(sample: &Sample, long: bool) -> Sample {
    let mut evil = Evil { free: HashMap::new(), whole: &sample.report, long };
    let report = evil.twin(&sample.report, "");
    let changed = evil.free.values().filter(|free| **free).count();
    assert!(changed > 5, "{}: only {changed} kinds of texts", sample.name);
    let name = format!("{}-{}", sample.name, if long { "long" } else { "evil" });
    Sample { name, report }
}

/// What must be the same in both, for each format.
fn structure(format: &str, seen: &Value) -> Value {
    let every = |list: &Value, keys: &[&str]| -> Value {
        let one = |it: &Value| keys.iter().map(|key| it[*key].clone()).collect::<Value>();
        self::list(list).map(one).collect()
    };
    match format {
        "junit" => {
            let cases = list(&seen["suites"]).flat_map(|suite| list(&suite["cases"]));
            let mut results: Vec<String> = cases.map(|case| case["result"].to_string()).collect();
            results.sort();
            json!([seen["counts"], seen["time"], results])
        }
        "tap" => json!([seen["ok"], seen["skipped"], seen["todo"], seen["blocks"]]),
        "tap14" => json!([seen["ok"], seen["counts"], seen["plan"], blocks(seen)]),
        "sarif" => {
            let rules = &seen["document"]["runs"][0]["tool"]["driver"]["rules"];
            json!([
                seen["count"],
                list(rules).count(),
                every(&seen["records"], &["Severity", "Line"])
            ])
        }
        "github" => every(seen, &["kind", "line", "col"]),
        "markdown" => {
            let kinds =
                ["fence", "list_item_open", "heading_open", "strong_open", "link_open", "image"];
            let kinds = kinds.map(|kind| seen["kinds"][kind].clone());
            json!([kinds, shapes(seen), tags(seen)])
        }
        "hlog" => every(seen, &["tag", "count", "start", "percentiles"]),
        "openmetrics" => {
            let samples = |family: &Value| list(&family["samples"]).count();
            let counts: Vec<usize> = list(seen).map(samples).collect();
            json!([every(seen, &["name", "type", "unit"]), counts])
        }
        _ => seen.clone(),
    }
}

/// Which keys each block of a test point has.
fn blocks(seen: &Value) -> Value {
    let keys = |point: &Value| match point["diag"].as_object() {
        Some(block) => block.keys().cloned().collect::<Value>(),
        None => Value::Null,
    };
    list(&seen["points"]).map(keys).collect()
}

/// Nothing that acts on its own, in a document or in what a reader takes from it.
fn assert_harmless(what: &str, text: &str) {
    let acts = |c: &char| {
        (c.is_control() && !matches!(*c, '\n' | '\r'))
            || matches!(*c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(*c, '\u{fffe}' | '\u{feff}')
    };
    assert_eq!(text.chars().find(acts), None, "{what}");
    // The page of a run carries its script in lines of its own; no text of a target is so long.
    let longest = text.lines().map(str::len).max().unwrap_or_default();
    assert!(longest < 600_000, "{what}: a line of {longest} bytes");
}

fn answers(format: &str, files: &[String]) -> Vec<Value> {
    match format {
        "tap14" => read_tap(files),
        other => read(other, files),
    }
}

/// Renders all, and compares the documents of each format with those of the benign report.
fn assert_same_structure(samples: &[Sample], long: bool) {
    let scratch = Scratch::new();
    let twins: Vec<Sample> = samples.iter().map(|sample| hostile(sample, long)).collect();
    samples.iter().chain(&twins).for_each(|sample| render(&scratch, sample));
    let verdicts = ["junit", "tap", "tap14", "sarif", "github", "markdown"];
    let figures = ["csv", "hgrm", "hlog", "openmetrics"];
    for format in verdicts.iter().chain(&figures) {
        let has = |sample: &&Sample| verdicts.contains(format) || !sample.report["load"].is_null();
        let ending = format.trim_end_matches("14");
        let paths = |all: &[Sample]| {
            files(&scratch, all, ending)
                .into_iter()
                .filter(|path| std::path::Path::new(path).exists())
                .collect::<Vec<_>>()
        };
        let [good, bad] = [samples, &twins].map(|all| answers(format, &paths(all)));
        let names: Vec<&str> =
            samples.iter().filter(has).map(|sample| sample.name.as_str()).collect();
        assert!(!names.is_empty() && names.len() == good.len() && names.len() == bad.len());
        for ((name, good), (bad, path)) in
            names.iter().zip(&good).zip(bad.iter().zip(paths(&twins)))
        {
            let what = format!("{name} as {format}");
            let [good, bad] = [good, bad].map(|answer| structure(format, seen(&what, answer)));
            assert!(good == bad, "{what} has another structure:\n{good}\n{bad}");
            let text = std::fs::read_to_string(path).expect("it can be read");
            assert_harmless(&what, &text);
            assert!(*format != "markdown" || text.len() < MOST_BYTES, "{what}: {}", text.len());
        }
    }
    for path in files(&scratch, &twins, "html") {
        assert_harmless(&path, &std::fs::read_to_string(&path).expect("it can be read"));
    }
    let objections = sarif_objections(&files(&scratch, &twins, "sarif"), &scratch.path("log"));
    // That a version begins with a digit is a claim of the report.
    let other = objections.iter().find(|objection| !objection.contains("SARIF2005"));
    assert_eq!(other, None);
}

/// Reports that are not too large to be asked the schema about a hundred times.
fn small() -> Vec<Sample> {
    let mut samples = all();
    samples.retain(|sample| !["load", "selftest"].contains(&sample.name.as_str()));
    for sample in &mut samples {
        let report = &mut sample.report;
        for list in ["/load/series", "/selftest/cells", "/parser/properties/features"] {
            if let Some(Value::Array(all)) = report.pointer_mut(list) {
                all.truncate(3);
            }
        }
    }
    samples
}

#[test]
fn hostile_text_changes_the_structure_of_no_document() {
    if ready(&["python", "node"]) {
        assert_same_structure(&small(), false);
    }
}

#[test]
fn a_megabyte_in_each_kind_of_text_changes_the_structure_of_no_document() {
    if ready(&["python", "node"]) {
        let chosen = ["conformance", "doubtful"];
        let samples: Vec<Sample> = small().into_iter().collect();
        let (few, _): (Vec<_>, Vec<_>) =
            samples.into_iter().partition(|it| chosen.contains(&it.name.as_str()));
        assert_same_structure(&few, true);
    }
}
