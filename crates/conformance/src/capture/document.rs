//! The form of captures on disk, `ssecheck.capture/1`. Times are nanoseconds since the case began,
//! bytes are Base64.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ssecheck_model::step::{Destination, HttpVersion};

/// The value of `schema` that this version writes and reads.
pub(crate) const SCHEMA: &str = "ssecheck.capture/1";

/// Bytes, in Base64.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Raw(pub Vec<u8>);

/// `capture.json`: what holds for all cases.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub schema: String,
    pub tool: ssecheck_model::report::Tool,
    pub started_at: String,
    pub target: TargetDoc,
    pub testbed: bool,
    pub strict: bool,
    /// Whether `--case` or `--skip` chose among the cases.
    pub selected: bool,
    /// The cases that were to run.
    pub cases: Vec<PlannedCase>,
    /// How the run ended; absent while it goes on, and when it was killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// A case that was to run, and the checks of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlannedCase {
    pub id: String,
    pub checks: Vec<String>,
}

/// The end of a run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ended {
    /// Why it ended early, if it did.
    pub aborted: Option<String>,
    pub interrupted: bool,
}

/// What the judging needs to know about the target. No credential is in it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct TargetDoc {
    pub url: String,
    /// Names of the header fields of the target file.
    pub fields: Vec<String>,
    pub json_payload: bool,
    pub publish: bool,
    pub echo: bool,
    pub restart: bool,
    pub job: bool,
    pub routes: BTreeMap<String, String>,
    pub pointers: BTreeMap<String, String>,
    pub others: Vec<String>,
    pub expires_after_ms: Option<u64>,
    pub heartbeat_ms: Option<u64>,
    pub limit: Option<u32>,
    pub query_token: Vec<String>,
    pub expose: Vec<String>,
    pub soak_ms: Option<u64>,
    pub allowed_origin: String,
    pub denied_origin: Option<String>,
    pub time_scale: f64,
    pub one_at_a_time: bool,
    pub declared: Vec<String>,
    pub seen: Vec<String>,
}

/// The file of one case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct CaseDoc {
    pub schema: String,
    pub case: String,
    /// What was done, as a digest: a case whose steps have changed since cannot be judged.
    pub steps: String,
    pub case_ms: u64,
    /// Every try, more than one only with `--retries`.
    pub tries: Vec<TryDoc>,
}

/// Everything that the steps of one try saw.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct TryDoc {
    pub token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<BrokenDoc>,
    pub streams: BTreeMap<String, StreamDoc>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub publications: BTreeMap<String, Vec<PublishedDoc>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub waits: BTreeMap<String, WaitedDoc>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub chains: BTreeMap<String, Vec<StreamDoc>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub restarts: BTreeMap<String, RestartedDoc>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub timings: BTreeMap<String, TimingsDoc>,
    /// Begin and end of `idle` steps.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub idles: BTreeMap<String, (i64, i64)>,
    /// Checks whose outcome these bytes do not give again, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub untellable: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BrokenDoc {
    pub message: String,
    pub line: u64,
    pub column: u64,
}

/// One connection.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct StreamDoc {
    /// The URL before any redirect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    pub request: RequestDoc,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<Destination>,
    pub started_ns: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<HopDoc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connected_ns: Option<i64>,
    pub head_withheld: bool,
    /// Everything that was received on the connection.
    pub received: Raw,
    /// The reads that it came in: length, time, and the kernel's time.
    pub reads: Vec<(u64, i64, Option<i64>)>,
    /// How many of these bytes the reader had used when it stopped.
    pub used: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorDoc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<EndDoc>,
    /// What the server did after the end of its answer, when that was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    pub taken: usize,
    pub unfenced: bool,
    pub stalled: bool,
    pub cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disturbed: Option<u64>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RequestDoc {
    pub method: String,
    pub url: String,
    pub version: HttpVersion,
    pub fields: Vec<(String, String)>,
    pub body: Raw,
    /// Names of the fields that came from the target file.
    #[serde(default)]
    pub private: Vec<String>,
    /// Names of the query's parameters whose values are not shown.
    #[serde(default)]
    pub secret_parameters: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HopDoc {
    pub status: u16,
    pub location: Option<String>,
}

/// How a connection ended from the server's side.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct EndDoc {
    pub how: EndHow,
    pub at_ns: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EndHow {
    /// The answer was complete: its bytes say so.
    Complete,
    /// The connection was closed (FIN).
    Fin,
    /// The connection was reset (RST).
    Reset,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ErrorDoc {
    pub phase: String,
    pub kind: KindDoc,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KindDoc {
    TimedOutNs(u64),
    Refused,
    Reset,
    Closed(u64),
    /// The bytes cannot be read on, and reading them again says why.
    Bytes(String),
    Other(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PublishedDoc {
    pub data: Option<String>,
    pub event: Option<String>,
    pub id: Option<String>,
    pub comment: Option<String>,
    pub started_ns: i64,
    pub answered_ns: i64,
    pub failed: Option<HookErrorDoc>,
    pub command: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamDoc>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HookErrorDoc {
    Refused(u16),
    TimedOutNs(u64),
    Unsendable(String),
    Failed(String),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct WaitedDoc {
    pub satisfied: bool,
    pub seen: String,
    pub of: Option<Destination>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RestartedDoc {
    pub started_ns: i64,
    pub answered_ns: i64,
    pub failed: Option<HookErrorDoc>,
}

/// In nanoseconds; none where no answer came in time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct TimingsDoc {
    pub of: Vec<Option<u64>>,
    pub against: Vec<Option<u64>>,
    #[serde(default)]
    pub command: String,
}

/// The word of a value of the model, as YAML writes it.
pub(crate) fn word<T: Serialize>(value: T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// The value of a word.
pub(crate) fn of_word<T: for<'d> Deserialize<'d>>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

impl Serialize for Raw {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::Engine as _;
        serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::Engine as _;
        let text = String::deserialize(deserializer)?;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text);
        bytes.map(Self).map_err(|error| serde::de::Error::custom(format!("no Base64: {error}")))
    }
}
