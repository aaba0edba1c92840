//! The lines of `sse-adapter/1`: one JSON object on each, ended by LF.
//!
//! The adapter speaks first ([`Hello`]); then the runner sends [`Case`]s and the adapter answers
//! each with one [`Answer`], in the same order. Unknown keys are errors: a misspelt one would hide
//! what the parser said.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The number of the protocol.
pub const VERSION: u64 = 1;

/// How the adapter introduces itself and its parser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hello {
    /// Always [`VERSION`].
    pub sse_adapter: u64,
    /// Name of the parser, usually that of its package.
    pub parser: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// What it runs on.
    #[serde(default)]
    pub runtime: String,
    /// What its interface shows.
    #[serde(default)]
    pub caps: Caps,
}

/// What the interface of a parser shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caps {
    /// Which id it gives with an event.
    pub id: IdCap,
    /// Whether an empty `id` field can be told from none (with `own` only).
    pub own_empty: bool,
    /// Which reconnection times it gives.
    pub retry: RetryCap,
    /// What it gives at the end of the stream: `last_event_id`, `retry`.
    #[serde(rename = "final")]
    pub finals: Vec<Final>,
    /// Which comments it gives.
    pub comments: CommentCap,
    /// How chunks reach it.
    pub chunks: ChunkCap,
    /// Whether an empty chunk reaches it.
    pub empty_chunks: bool,
    /// How it gives blocks without data.
    pub dataless: DatalessCap,
    /// Whether the types of events must be named before the stream begins.
    pub needs_types: bool,
    /// Whether it can start with a last event ID.
    pub seed: bool,
    /// How many cases may wait for their answer.
    pub window: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self {
            id: IdCap::Last,
            own_empty: true,
            retry: RetryCap::None,
            finals: Vec::new(),
            comments: CommentCap::None,
            chunks: ChunkCap::Exact,
            empty_chunks: false,
            dataless: DatalessCap::Hidden,
            needs_types: false,
            seed: false,
            window: 1,
        }
    }
}

/// Which id comes with an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdCap {
    /// The last event ID, as the standard has it.
    #[default]
    Last,
    /// That of the event's own block only.
    Own,
    /// None.
    None,
}

/// Which reconnection times are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RetryCap {
    /// Each, as a record of its own.
    List,
    /// Only the last one, at the end.
    Final,
    /// That of the event's own block, with the event.
    Event,
    /// None.
    #[default]
    None,
}

/// Which comments are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommentCap {
    /// All after the colon.
    Raw,
    /// The same without one leading space.
    Strip1,
    /// None.
    #[default]
    None,
}

/// How chunks reach the parser.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChunkCap {
    /// Each is one call or one read.
    #[default]
    Exact,
    /// They may be joined or split on the way: right and wrong can be told, promptness cannot.
    Approx,
    /// The whole stream at once.
    None,
}

/// How blocks without data are given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DatalessCap {
    /// Not at all, as browsers do.
    #[default]
    Hidden,
    /// Marked as such: the adapter sends `"d": false`.
    Flagged,
    /// So that they cannot be told from empty data.
    Visible,
}

/// What is given at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Final {
    /// The last event ID.
    LastEventId,
    /// The last reconnection time.
    Retry,
}

/// One stream to be read by a new parser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Comes back in the answer.
    pub id: String,
    /// The chunks in base64 (RFC 4648 section 4, padded). Each is one call or one read.
    pub chunks: Vec<String>,
    /// The types of events that may come; only with `needs_types`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// The last event ID to start with; only with `seed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event_id: Option<String>,
}

/// What the parser said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// That of the case.
    #[serde(default)]
    pub id: String,
    /// What the caller of the parser saw, in that order.
    #[serde(default)]
    pub out: Vec<Out>,
    /// What it shows at the end.
    #[serde(default, rename = "final")]
    pub finals: Finals,
    /// The first error; what was seen before still counts.
    #[serde(default)]
    pub error: Option<Failure>,
}

/// The answer in plain mode. Beside what the parser said it may say what the interface shows, as
/// [`Hello`] does in batch mode.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PlainAnswer {
    /// As in [`Answer`]; nothing is done with it.
    pub id: String,
    /// As in [`Answer`].
    pub out: Vec<Out>,
    /// As in [`Answer`].
    #[serde(rename = "final")]
    pub finals: Finals,
    /// As in [`Answer`].
    pub error: Option<Failure>,
    /// As in [`Hello`]; chunks are always `none`.
    pub caps: Option<Caps>,
    /// As in [`Hello`]; the command if it is left out.
    pub parser: String,
    /// As in [`Hello`].
    pub version: String,
    /// As in [`Hello`].
    pub runtime: String,
}

/// One thing that the caller saw: `e`, `r` or `c`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Out {
    /// Index of the chunk whose feeding made it visible; the number of chunks, if it was the end of
    /// the stream; absent or null if unknown.
    #[serde(default)]
    pub k: Option<usize>,
    /// An event: type, data, id, each as the parser gives it. `null` is absent; text; or
    /// `{"b64": "..."}` for what is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub e: Option<[Value; 3]>,
    /// False for a block that the parser marks as having no data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub d: Option<bool>,
    /// A reconnection time in milliseconds: a number, a decimal string if it is 2^53 or more, or
    /// `{"raw": "..."}` for what is no integer. Beside `e` it is the time that came with the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r: Option<Value>,
    /// A comment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub c: Option<Value>,
}

/// What a parser shows at the end.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finals {
    /// The last event ID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_event_id: Option<Value>,
    /// The last reconnection time, as [`Out::r`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Value>,
}

/// An error of the parser.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// Index of the chunk at which it came; null if unknown.
    #[serde(default)]
    pub k: Option<usize>,
    /// `utf8`, `parse`, `limit`, `panic` or `other`.
    #[serde(default)]
    pub kind: String,
    /// Its text.
    #[serde(default)]
    pub msg: String,
}
