//! Who asks, and where.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whose header fields a request carries.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Who {
    /// The header fields of the target file.
    #[default]
    Owner,
    /// None of them: no credentials.
    Nobody,
    /// Those of `stranger` in the target file, at its URL.
    Stranger,
    /// Those of `expiring` in the target file, at its URL.
    Expiring,
}

/// Where a `request` step goes.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Destination {
    /// The URL of the stream.
    #[default]
    Target,
    /// The URL of a finished stream (`stop` in the target file).
    Stop,
    /// The subscriber count (`stats` in the target file).
    Stats,
    /// `refused` in the target file.
    Refused,
    /// `neighbour` in the target file.
    Neighbour,
    /// `redirect` in the target file.
    Redirect,
    /// `via` in the target file.
    Via,
    /// `plain` in the target file.
    Plain,
    /// `work` in the target file.
    Work,
    /// `memory` in the target file.
    Memory,
    /// The stream of `job` in the target file.
    Job,
    /// The count of `job` in the target file.
    Runs,
    /// `echo` in the target file, with plain data; skipped where there is none.
    Echo,
    /// The URL of `limit` in the target file, or that of the stream.
    Limit,
    /// The URL of `origin_check` in the target file, or that of the stream.
    OriginCheck,
}
