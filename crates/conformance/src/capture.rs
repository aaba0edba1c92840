//! Captures: what each case saw, kept so that it can be judged again without the server.

mod document;
mod folder;
mod hide;
mod plain;
mod read;
mod recheck;
mod target;
mod write;

use ssecheck_model::case::Case;
use ssecheck_model::report::{CheckResult, Tool};

pub use folder::{CaptureError, files, is_capture};
pub(crate) use hide::found as secrets_found;
pub use plain::{MAX_PLAIN_BYTES, recheck_stream};
pub use recheck::{Rechecked, recheck};

use document::{CaseDoc, Ended, Manifest, PlannedCase, SCHEMA, TryDoc};

use crate::perform::{Broken, Stage};
use crate::stream::MAX_STREAM_BYTES;
use crate::subject::Subject;
use crate::suite::Suite;

/// What each side of a connection must record for captures, in bytes: a whole stream and its head.
pub const RECORDED_BYTES: usize = MAX_STREAM_BYTES + 1024 * 1024;
/// The most received bytes that the file of one case keeps.
const MOST_BYTES: usize = 2 * RECORDED_BYTES;

/// Name of the file that describes a capture.
pub const MANIFEST: &str = "capture.json";

/// Name of the file of a case.
pub fn file_name(case: &str) -> String {
    format!("{}.json", case.replace('/', "--"))
}

/// What `capture.json` says about a run besides what its target says.
#[derive(Debug, Clone)]
pub struct About {
    /// Who makes it.
    pub tool: Tool,
    /// Start of the run, RFC 3339 in UTC.
    pub started_at: String,
    /// Whether the target is the built-in testbed.
    pub testbed: bool,
    /// Whether SHOULD counts as MUST.
    pub strict: bool,
    /// Whether cases or checks were chosen.
    pub selected: bool,
    /// The cases that are to run.
    pub suite: Suite,
}

impl About {
    /// The text of `capture.json`. `ended` tells, when the run is over, why it ended early (if it
    /// did) and whether the user ended it.
    pub fn manifest(&self, subject: &Subject, ended: Option<(Option<String>, bool)>) -> String {
        let planned = |case: &Case| PlannedCase {
            id: case.id.value.clone(),
            checks: case.checks.iter().map(|check| check.id.value.clone()).collect(),
        };
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            tool: self.tool.clone(),
            started_at: self.started_at.clone(),
            target: target::kept(subject),
            testbed: self.testbed,
            strict: self.strict,
            selected: self.selected,
            cases: self.suite.cases.iter().map(planned).collect(),
            ended: ended.map(|(aborted, interrupted)| Ended { aborted, interrupted }),
        };
        let mut value = serde_json::to_value(&manifest).unwrap_or_default();
        let mask = subject.secrets.mask();
        ["target", "ended"].iter().for_each(|key| hide_in(&mut value[key], &mask));
        serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
    }
}

fn hide_in(value: &mut serde_json::Value, mask: &ssecheck_model::secrets::Mask) {
    match value {
        serde_json::Value::String(text) => *text = mask.same_length(text),
        serde_json::Value::Array(all) => all.iter_mut().for_each(|one| hide_in(one, mask)),
        serde_json::Value::Object(all) => all.values_mut().for_each(|one| hide_in(one, mask)),
        _ => {}
    }
}

/// What one try saw, without secrets. What cannot be told from it again is noted in it: it is
/// judged once more here, and every check that comes out otherwise is named.
pub(crate) fn keep(
    stage: &Stage<'_>,
    broken: Option<&Broken>,
    judged: &[CheckResult],
    strict: bool,
) -> Kept {
    let mut kept = write::of_stage(stage, broken);
    let mut secrets = stage.subject.secrets.clone();
    secrets.extend(secrets_found(crate::perform::all_streams(stage)));
    hide::hide(&mut kept, &secrets.mask());
    bound(&mut kept);
    // By what the capture knows of the target, as it will be judged.
    let known = target::subject(&target::kept(stage.subject));
    let again = known.and_then(|known| recheck::judged_try(&known, stage.case, &kept, strict));
    let again = again.unwrap_or_default();
    for result in judged {
        let twin = again.iter().find(|other| other.id == result.id);
        let same = twin
            .is_some_and(|twin| (twin.outcome, &twin.reason) == (result.outcome, &result.reason));
        if !same {
            let why = "what was kept does not show it again".to_owned();
            kept.untellable.insert(result.id.clone(), why);
        }
    }
    Kept(kept)
}

/// What one try saw; nothing, when no check of the case applies.
#[derive(Default)]
pub(crate) struct Kept(TryDoc);

/// Leaves out the bytes of streams that do not fit any more.
fn bound(kept: &mut TryDoc) {
    let mut room = MOST_BYTES;
    let echoes = kept.publications.values_mut().flatten().filter_map(|one| one.stream.as_mut());
    let streams = kept.streams.values_mut().chain(kept.chains.values_mut().flatten());
    for stream in streams.chain(echoes) {
        let received = &mut stream.received.0;
        received.truncate(room);
        room -= received.len();
    }
}

/// The text of the file of a case.
pub(crate) fn case_file(case: &Case, tries: Vec<Kept>, case_ms: u64) -> String {
    let document = CaseDoc {
        schema: SCHEMA.to_owned(),
        case: case.id.value.clone(),
        steps: digest(case),
        case_ms,
        tries: tries.into_iter().map(|kept| kept.0).collect(),
    };
    serde_json::to_string(&document).unwrap_or_default() + "\n"
}

/// What stands in a case's file under `vars` and `steps`, as a number: changes of texts and checks
/// leave it as it is. FNV-1a: nobody gains by a collision.
fn digest(case: &Case) -> String {
    let mut inside = false;
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for line in case.text.lines() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            inside = line.starts_with("vars:") || line.starts_with("steps:");
        }
        if inside && !line.trim().is_empty() && !line.trim_start().starts_with('#') {
            for byte in line.trim_end().bytes().chain([b'\n']) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
#[path = "capture_tests.rs"]
mod tests;
