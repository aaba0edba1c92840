//! Steps that do nothing but read, several connections at once.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::span::Span;
use crate::step::Name;

/// Read streams on which nobody publishes: until each has shown a heartbeat, for twice the promised
/// silence at most.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Idle {
    /// The connections that are read.
    pub from: Vec<Name>,
    /// How long when no heartbeat is promised, or none that a run can await.
    pub otherwise: Span,
}

/// Read streams for as long as `--soak` says.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Soak {
    /// The connections that are read.
    pub from: Vec<Name>,
}
