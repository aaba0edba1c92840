//! What a load run found out beside latency: storms, slow readers, capacity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of subscribers that were all cut at once. Times in milliseconds since the cut.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StormResult {
    /// When the cut was, in milliseconds since connecting began.
    pub at_ms: u64,
    /// Subscribers cut.
    pub cut: u64,
    /// How many of them came back.
    pub back: u64,
    /// When half of those that were cut were back; absent if they never were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_50_ms: Option<u64>,
    /// When 99 % were back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_99_ms: Option<u64>,
    /// When all were back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_100_ms: Option<u64>,
    /// The reconnection time that the server asked for (its last `retry`), in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_ms: Option<u64>,
    /// Most streams opened in one second after it.
    pub most_per_second: u64,
    /// Attempts to come back that failed.
    pub failed_attempts: u64,
    /// Events of the time away that the server sent again.
    pub replayed: u64,
    /// Events of the time away that never came.
    pub lost: u64,
}

/// What became of subscribers that stopped reading, and of the others meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowReaders {
    /// How many stopped.
    pub subscribers: u64,
    /// When they stopped, in milliseconds since connecting began.
    pub from_ms: u64,
    /// When they read on.
    pub until_ms: u64,
    /// How many the server cut.
    pub cut: u64,
    /// How many lost events although their stream stayed open.
    pub dropped: u64,
    /// How many got everything: the server, or the kernel, kept it for them.
    pub buffered: u64,
    /// Events that they lost in all.
    pub lost: u64,
    /// 99th percentile of the others' fan-out before, in microseconds; absent without samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others_p99_before_us: Option<u64>,
    /// The same while they did not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others_p99_during_us: Option<u64>,
    /// Events that the others lost.
    pub others_lost: u64,
}

/// What the capacity search found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Capacity {
    /// What was searched: `subscribers` or `rate`.
    pub of: String,
    /// The most that kept every threshold in every repeat; absent if not even the least did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<f64>,
    /// The least that crossed a threshold; absent if not even the most did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad: Option<f64>,
    /// Every trial, in order.
    pub trials: Vec<Trial>,
    /// How sure the answer is, in one sentence.
    pub confidence: String,
}

/// One run of the capacity search.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trial {
    /// Subscribers or events per second.
    pub value: f64,
    /// Whether every threshold held.
    pub held: bool,
    /// Whether the measurement may be trusted.
    pub trusted: bool,
    /// The thresholds with their values, or why it broke.
    pub message: String,
}
