//! Vectors: parser tests as data, for any language.
//!
//! A file of `scenarios/parser/` holds the vectors of one group. Bytes are written as text in which
//! each character stands for the byte of the same number (U+0000 to U+00FF; the Infra standard calls
//! this isomorphic encoding): `"data: a\n"` reads as it is, `"\u00ef\u00bb\u00bf"` is the byte order
//! mark. Expected texts are plain text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of [`VectorFile::schema`].
pub const SCHEMA: &str = "ssecheck.vectors/1";

/// The vectors of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VectorFile {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// Name of the group, which is the file's name without its extension and the first part of
    /// each id.
    pub group: String,
    /// The vectors.
    pub vectors: Vec<Vector>,
}

/// One parser test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Stable id, `group/name`.
    pub id: String,
    /// Code of the class of deviations that it is for (`eol.cr`).
    pub class: String,
    /// What must happen, in one sentence.
    pub title: String,
    /// Section of the standard.
    pub source: String,
    /// Ids of the catalogue: parser cases (`P07`), known parser bugs (`K2`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub catalogue: Vec<String>,
    /// What a runner should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Tag>,
    /// The last event ID to start with, as after a reconnect. A parser that cannot take one skips
    /// the vector.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<String>,
    /// The stream in its own cuts, isomorphically encoded. A chunk may be empty. After the last one
    /// the stream ends.
    pub chunks: Vec<String>,
    /// What a parser must say.
    pub expect: Said,
    /// What it may say instead, where the standard leaves room (tag `ambiguous`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub or: Vec<Said>,
}

/// What a runner should know of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tag {
    /// The standard leaves room: `or` has the other readings.
    Ambiguous,
    /// Long enough that a parser may have a limit in the way.
    Limit,
    /// What it expects comes from the dispatch steps, which bind web browsers only.
    Browser,
}

/// What a parser says of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// The events in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<SaidEvent>,
    /// The reconnection times in milliseconds, in order. One above 2^32-1 stands for any value from
    /// there up, or for none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retries: Vec<u64>,
    /// The comments in order: all after the colon.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<String>,
    /// The last event ID at the end of the stream.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_event_id: String,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SaidEvent {
    /// Its type; `message` when the key is left out.
    #[serde(default = "message", skip_serializing_if = "is_message")]
    pub event: String,
    /// Its data.
    pub data: String,
    /// The last event ID as of this event, its own or an earlier one's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_event_id: String,
    /// Whether the `id` field stands in this event's own block.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_id: bool,
}

fn message() -> String {
    "message".to_owned()
}

fn is_message(event: &str) -> bool {
    event == "message"
}

/// Bytes as text in which each character stands for the byte of the same number.
pub fn to_text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// The bytes of such a text; `None` if a character is above U+00FF.
pub fn to_bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

impl Vector {
    /// The chunks as bytes; `None` if a character of them is above U+00FF.
    pub fn bytes(&self) -> Option<Vec<Vec<u8>>> {
        self.chunks.iter().map(|chunk| to_bytes(chunk)).collect()
    }
}
