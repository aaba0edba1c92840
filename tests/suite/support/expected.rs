//! What a server is known to be judged: the files of `tests/servers/expected`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::server::servers;

/// Set to `1`, it rewrites the expectations and what is generated from them.
const UPDATE: &str = "UPDATE_GOLDENS";

/// The verdicts of one run. Every check that is not listed has passed.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    /// Exit code of the run.
    pub(crate) exit: i32,
    /// `conformant`, `nonconformant` or `incomplete`.
    pub(crate) verdict: String,
    /// Part of the reason why the run ended early.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aborted: Option<String>,
    /// How many checks passed.
    pub(crate) pass: u64,
    /// Checks that did not pass, by id.
    pub(crate) deviations: BTreeMap<String, Deviation>,
    /// Checks that do not apply.
    pub(crate) not_applicable: BTreeSet<String>,
}

/// A check that did not pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deviation {
    pub(crate) outcome: String,
    pub(crate) reason: String,
    /// The bytes that make this verdict right.
    pub(crate) why: String,
}

/// Whether expectations are to be rewritten.
pub(crate) fn updating() -> bool {
    std::env::var_os(UPDATE).is_some_and(|value| value == "1")
}

/// The file of an expectation; `name` is that of a server, with `-bare` for a run without a
/// target file.
fn file(name: &str) -> PathBuf {
    servers().join("expected").join(format!("{name}.json"))
}

/// Reads an expectation.
///
/// # Panics
/// When the file is missing (unless expectations are rewritten) or wrong.
pub(crate) fn load(name: &str) -> Expected {
    let path = file(name);
    match fs::read(&path) {
        Ok(text) => serde_json::from_slice(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display())),
        Err(_) if updating() => Expected::default(),
        Err(error) => panic!("{}: {error}", path.display()),
    }
}

/// Holds a run against what is expected of it.
///
/// # Panics
/// When they differ, or when a deviation has no `why`.
pub(crate) fn check(name: &str, exit: Option<i32>, report: &Value) {
    let expected = load(name);
    let judged = Expected::of(exit, report, &expected);
    if updating() {
        let text = serde_json::to_string_pretty(&judged).expect("it is plain data") + "\n";
        write(&file(name), &text);
    } else {
        let differences = expected.differences(&judged, report);
        assert!(
            differences.is_empty(),
            "{name} is judged otherwise than tests/servers/expected says \
             ({UPDATE}=1 rewrites it):\n{}",
            differences.join("\n")
        );
    }
    let unproved: Vec<&String> =
        judged.deviations.iter().filter(|(_, one)| one.why.is_empty()).map(|(id, _)| id).collect();
    assert!(unproved.is_empty(), "{name}: say `why`, with the bytes, for {unproved:?}");
}

/// In what a saved report differs from what is expected of its server.
pub(crate) fn differences(name: &str, report: &Value) -> Vec<String> {
    let expected = load(name);
    // A report does not hold its exit code; the verdict does.
    let judged = Expected::of(Some(expected.exit), report, &expected);
    expected.differences(&judged, report)
}

/// Writes a generated file.
///
/// # Panics
/// When it cannot be written.
pub(crate) fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

impl Expected {
    /// What a report says; what people wrote into `old` is kept where it still holds.
    fn of(exit: Option<i32>, report: &Value, old: &Self) -> Self {
        let conformance = &report["conformance"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut judged = Self {
            exit: exit.unwrap_or(-1),
            verdict: text(&conformance["verdict"]),
            aborted: conformance["aborted"].as_str().map(|reason| match &old.aborted {
                Some(part) if reason.contains(part.as_str()) => part.clone(),
                _ => reason.to_owned(),
            }),
            ..Self::default()
        };
        for check in conformance["checks"].as_array().into_iter().flatten() {
            let id = text(&check["id"]);
            match check["outcome"].as_str() {
                Some("pass") => judged.pass += 1,
                Some("not-applicable") => drop(judged.not_applicable.insert(id)),
                _ => drop(judged.deviations.insert(id.clone(), Deviation::of(check, old, &id))),
            }
        }
        judged
    }

    fn differences(&self, judged: &Self, report: &Value) -> Vec<String> {
        let mut lines = Vec::new();
        let mut differ = |what: &str, wanted: String, got: String| {
            if wanted != got {
                lines.push(format!("  {what}: expected {wanted}, got {got}"));
            }
        };
        differ("exit code", self.exit.to_string(), judged.exit.to_string());
        differ("verdict", self.verdict.clone(), judged.verdict.clone());
        differ("aborted", format!("{:?}", self.aborted), format!("{:?}", judged.aborted));
        differ("passed", self.pass.to_string(), judged.pass.to_string());
        let ids: BTreeSet<&String> = [self, judged].into_iter().flat_map(Self::listed).collect();
        for id in ids {
            let (wanted, got) = (self.outcome(id), judged.outcome(id));
            if wanted != got {
                lines.push(format!("  {id}: expected {wanted}, got {got}{}", evidence(report, id)));
            }
        }
        lines
    }

    fn listed(&self) -> impl Iterator<Item = &String> {
        self.deviations.keys().chain(&self.not_applicable)
    }

    /// The outcome of a check, with its reason code.
    pub(crate) fn outcome(&self, id: &str) -> String {
        match self.deviations.get(id) {
            Some(one) => format!("{} {}", one.outcome, one.reason),
            None if self.not_applicable.contains(id) => "not-applicable".to_owned(),
            None => "pass".to_owned(),
        }
    }
}

impl Deviation {
    fn of(check: &Value, old: &Expected, id: &str) -> Self {
        let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
        let (outcome, reason) = (text("outcome"), text("reason"));
        let known = old.deviations.get(id);
        let known = known.filter(|one| one.outcome == outcome && one.reason == reason);
        let why = known.map(|one| one.why.clone()).unwrap_or_default();
        Self { outcome, reason, why }
    }
}

/// What the report says about a check, for people.
fn evidence(report: &Value, id: &str) -> String {
    let checks = report["conformance"]["checks"].as_array();
    let check = checks.into_iter().flatten().find(|check| check["id"] == id);
    let Some(check) = check else { return "\n      the report has no such check".to_owned() };
    let evidence = &check["evidence"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parts = [
        ("message", text(&check["message"])),
        ("expected", text(&evidence["expected"])),
        ("actual", text(&evidence["actual"])),
        ("bytes", unhex(&text(&evidence["bytes"]["hex"]))),
    ];
    let said = parts.iter().filter(|(_, text)| !text.is_empty());
    said.map(|(name, text)| format!("\n      {name}: {text}")).collect()
}

/// Bytes given in hexadecimal, as ASCII with escapes.
fn unhex(hex: &str) -> String {
    let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap_or_default());
    let bytes: Vec<u8> = pairs.filter_map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    bytes.escape_ascii().to_string()
}
