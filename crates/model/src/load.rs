//! The load part of a report: what a run under many subscribers measured, and how far to trust it.
//!
//! Everything that a verdict needs is data in here: thresholds and doubts are judged from a
//! [`Load`], so that the shards of a run can be added up first and judged after. Percentiles are
//! never averaged; only histograms are added.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::load_shapes::{Capacity, SlowReaders, StormResult, Trial};
pub use crate::metric::Metric;

/// The result of a load run, or of one shard of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Load {
    /// What was to be done, as it was understood.
    pub plan: PlanFacts,
    /// The shards that are added up here; a run in one process is shard 1 of 1.
    pub shards: Vec<Shard>,
    /// Connections, attempted and had.
    pub connections: Connections,
    /// Events, expected and received.
    pub events: Events,
    /// What the publishers did; absent when the server's own events were watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publishing: Option<Publishing>,
    /// The measured times by name, in microseconds. The names are [`Metric::as_str`].
    pub latency_us: BTreeMap<String, Latency>,
    /// What became of subscribers that were all cut at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storm: Option<StormResult>,
    /// What became of subscribers that stopped reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_readers: Option<SlowReaders>,
    /// What the capacity search found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// What the server's process used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerUse>,
    /// Subscribers that lost, doubled or reordered most, worst first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub worst: Vec<Worst>,
    /// What the generator noticed about itself.
    pub generator: Generator,
    /// The thresholds, in the order given.
    #[serde(default)]
    pub thresholds: Vec<ThresholdResult>,
    /// Reasons not to trust the figures; those that invalidate first.
    #[serde(default)]
    pub doubts: Vec<Doubt>,
    /// The thresholds that the run was stopped for, with their values, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aborted: Option<String>,
    /// The run over time.
    #[serde(default)]
    pub series: Vec<Interval>,
}

/// What was to be done, with every default filled in.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanFacts {
    /// Title of the plan file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// One line that says the shape: `10000 subscribers, 10/s for 30 s`.
    pub summary: String,
    /// Names this run in every payload.
    pub run: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Most subscribers at a time.
    pub peak_subscribers: u64,
    /// Subscribers that connect per second; 0 for all at once.
    pub connects_per_second: f64,
    /// Events to publish per second, over all publishers; 0 when the server's own are watched.
    pub events_per_second: f64,
    /// Number of publishers.
    pub publishers: u32,
    /// Number of topics.
    pub topics: u32,
    /// Length of the measured time, after connecting, in milliseconds.
    pub duration_ms: u64,
    /// Length of one interval of the series in milliseconds.
    pub interval_ms: u64,
    /// When connecting began, RFC 3339 in UTC with milliseconds.
    pub start_at: String,
    /// Hash of everything that has to be equal in the shards of a run.
    pub config_hash: String,
    /// The plan as it was carried out, as text (YAML), flags included.
    #[serde(default)]
    pub text: String,
    /// The thresholds as they were written.
    #[serde(default)]
    pub thresholds: Vec<String>,
    /// What was checked before the first connection.
    #[serde(default)]
    pub needs: Vec<Need>,
}

/// Something that a run needs of the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// What: `descriptors`, `ports`, `memory`.
    pub name: String,
    /// How much the plan needs.
    pub needed: u64,
    /// How much there is; absent when it cannot be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<u64>,
    /// One sentence with the unit, and the command that mends it when it is short.
    pub message: String,
    /// Whether the run cannot begin for it.
    pub short: bool,
}

/// One process's part of a load run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Shard {
    /// Which one, from 1.
    pub index: u32,
    /// Of how many.
    pub count: u32,
    /// First subscriber, from 0.
    pub first_subscriber: u64,
    /// Number of subscribers.
    pub subscribers: u64,
    /// Where it ran.
    pub environment: Environment,
}

/// The machine that a shard ran on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Environment {
    /// Operating system and kernel, `Linux 6.1.0 x86_64`.
    pub system: String,
    /// Names the machine until its next start, so that shards know whether they share a clock.
    pub machine: String,
    /// Number of processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory_bytes: u64,
    /// Limits of the kernel by name, as `net.ipv4.ip_local_port_range`.
    pub limits: BTreeMap<String, String>,
}

/// Connections, attempted and had.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Connections {
    /// Attempts, reconnects included.
    pub attempted: u64,
    /// Attempts that came to a stream (200, the right type).
    pub opened: u64,
    /// Attempts that did not.
    pub failed: u64,
    /// Failed attempts by cause: `refused`, `reset`, `timeout-connect`, `status-503`, `wrong-type`.
    pub failed_by: BTreeMap<String, u64>,
    /// Most streams open at one moment. For shards: the sum of their peaks.
    pub peak: u64,
    /// Streams that the server, or the network, ended.
    pub ended_early: u64,
    /// The same by cause: `end`, `reset`, `chunk-error`, `too-long`.
    pub ended_by: BTreeMap<String, u64>,
    /// Streams of a subscriber's own (POST) that came to their end.
    pub completed: u64,
    /// Streams opened again by a subscriber that had had one.
    pub reconnected: u64,
    /// Subscribers that were to be connected before publishing began and were not.
    pub late: u64,
    /// Redirects followed.
    pub redirected: u64,
}

/// Events, expected and received. `expected` is `received` plus `lost`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Events {
    /// How loss, doubles and order were told: `publish`, `id`, `pointer`, or `none`: not claimed.
    pub sequence: String,
    /// Deliveries owed: each event counts once for each subscriber that was there for it.
    pub expected: u64,
    /// Deliveries that came, doubles not counted.
    pub received: u64,
    /// Deliveries owed that never came.
    pub lost: u64,
    /// Deliveries that came again.
    pub duplicated: u64,
    /// Deliveries that came after a later event of the same publisher, which was published when
    /// they had been answered.
    pub reordered: u64,
    /// Deliveries that came after a later event of the same publisher while both were being
    /// published at the same time: no order was owed.
    pub overtaken: u64,
    /// Events from before the connection, sent again by the server: counted in `received`, but
    /// without a latency.
    pub replayed: u64,
    /// Events published while a subscriber was away, from a server that does not promise to resume.
    pub missed_away: u64,
    /// Events that are not from this run.
    pub foreign: u64,
    /// All events seen, whatever they are.
    pub events: u64,
    /// Comment lines.
    pub comments: u64,
    /// Blocks that are no event for a browser: no `data`.
    pub dataless_blocks: u64,
    /// Bytes of the streams, without heads and transfer coding.
    pub bytes: u64,
    /// Bytes received, heads and transfer coding included, after decryption.
    pub wire_bytes: u64,
    /// Measured events that have no time of their own: they were read together with a later one.
    pub untimed: u64,
    /// Events from which a subscriber lost something that can no longer be told apart.
    pub untracked: u64,
}

/// What the publishers did.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Publishing {
    /// Events that the schedule asked for until the end of the run.
    pub scheduled: u64,
    /// Requests begun; one whose connection could not be had counts.
    pub sent: u64,
    /// Requests that were answered 2xx.
    pub acknowledged: u64,
    /// Requests that were refused or broke; their events are not owed, unless they came all the same.
    pub failed: u64,
    /// The same by cause: `status-500`, `reset`, `timeout-head`.
    pub failed_by: BTreeMap<String, u64>,
    /// Most requests in flight at a time.
    pub most_in_flight: u64,
    /// Events whose sending had to wait because all connections of the pool were in flight.
    pub waited: u64,
}

/// The distribution of one measured time, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Latency {
    /// Number of samples.
    pub count: u64,
    /// Least.
    pub min: u64,
    /// Mean.
    pub mean: f64,
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p999: u64,
    /// Most.
    pub max: u64,
    /// HdrHistogram, V2 with deflate, base64: 3 significant digits.
    pub histogram: String,
}

/// What the series keeps of one measured time in one interval, in microseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Brief {
    /// Number of samples.
    pub count: u64,
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 99th percentile.
    pub p99: u64,
    /// Most.
    pub max: u64,
    /// HdrHistogram, V2 with deflate, base64: 3 significant digits.
    pub histogram: String,
}

/// One interval of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Its start, in milliseconds since connecting began.
    pub at_ms: u64,
    /// Its length in milliseconds; the last one may be shorter.
    pub length_ms: u64,
    /// Streams open at its end.
    pub open: u64,
    /// Streams opened in it.
    pub opened: u64,
    /// Attempts that failed in it.
    pub failed: u64,
    /// Streams that the server ended in it.
    pub ended_early: u64,
    /// Events received in it.
    pub events: u64,
    /// Comments received in it.
    pub comments: u64,
    /// Bytes received in it, heads and transfer coding included.
    pub wire_bytes: u64,
    /// Events published in it.
    pub published: u64,
    /// Share of one processor that the subscribers' thread used, 0 to 1; the busiest shard's.
    pub worker_cpu: f64,
    /// Share of the whole machine in use, 0 to 1; the busiest machine's.
    pub machine_cpu: f64,
    /// The server's process, if it was watched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<ServerSample>,
    /// The measured times that have samples in it.
    pub latency_us: BTreeMap<String, Brief>,
}

/// The server's process at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerSample {
    /// Processors in use since the sample before: 1.5 is one and a half.
    pub cpu: f64,
    /// Resident memory in bytes.
    pub rss_bytes: u64,
    /// Open descriptors; 0 when they may not be read.
    pub descriptors: u64,
}

/// What the server's process used over the run, its children included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServerUse {
    /// Its process id.
    pub pid: u32,
    /// Number of processes watched.
    pub processes: u32,
    /// Processor time in the run, in milliseconds.
    pub cpu_ms: u64,
    /// Processor time per delivered event, in microseconds.
    pub cpu_us_per_event: f64,
    /// Resident memory before the first connection, in bytes.
    pub rss_before_bytes: u64,
    /// Most resident memory, in bytes.
    pub rss_peak_bytes: u64,
    /// Growth of resident memory per subscriber at the peak, in bytes.
    pub rss_bytes_per_subscriber: f64,
    /// Most open descriptors.
    pub descriptors_peak: u64,
}

/// A subscriber that did badly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Worst {
    /// Its number in the whole run, from 0.
    pub subscriber: u64,
    /// Events owed to it.
    pub expected: u64,
    /// Events that it lost.
    pub lost: u64,
    /// Events that came again.
    pub duplicated: u64,
    /// Events that came late.
    pub reordered: u64,
    /// The first sequence numbers that it lost, as `17` or `20-31`.
    pub missing: Vec<String>,
    /// How often its stream was ended by the server.
    pub ended_early: u32,
}

/// What the generator noticed about itself. Doubts are judged from it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Generator {
    /// Whether receive times are the kernel's.
    pub kernel_time: bool,
    /// Events that were timed without a kernel stamp although the kernel stamps.
    pub without_kernel_stamp: u64,
    /// Reads that found the receive buffer so full that the server may have had to wait.
    pub window_closed: u64,
    /// The largest number of bytes that waited in one socket.
    pub most_waiting_bytes: u64,
    /// Highest share of one processor that the subscribers' thread used in one interval.
    pub worker_cpu_max: f64,
    /// Highest share of the machine in use in one interval.
    pub machine_cpu_max: f64,
    /// Whether the server is known to be on the same machine.
    pub shares_machine: bool,
    /// Largest step of the system's clock against the monotonic one, in microseconds.
    pub clock_step_us: u64,
    /// Processor time of this process, in milliseconds.
    pub cpu_ms: u64,
    /// Most resident memory of this process, in bytes.
    pub rss_peak_bytes: u64,
    /// Resident memory before the first connection, in bytes.
    pub rss_before_bytes: u64,
    /// Longest time in which the subscribers' thread was not run, in microseconds.
    pub longest_stall_us: u64,
    /// Least difference between a time stamp in the payload and its receipt, in microseconds;
    /// below zero when the clocks differ by at least that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp_least_us: Option<i64>,
    /// What is known of the two clocks behind a time stamp in the payload, in one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stamp_clock: Option<String>,
}

/// One threshold and what became of it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThresholdResult {
    /// As it was written.
    pub threshold: String,
    /// The measured value, as text with its unit; `no samples` when there was nothing to judge.
    pub actual: String,
    /// Whether it held. Without samples it did not.
    pub held: bool,
}

/// A reason not to trust a measurement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Doubt {
    /// Stable code, as `merged-reads`.
    pub code: String,
    /// Whether it can have changed a reported figure; otherwise it is a note.
    pub invalidates: bool,
    /// One or two sentences with the numbers.
    pub message: String,
    /// What to do about it.
    pub cure: String,
}

impl Events {
    /// Whether loss, doubles and order could be told at all; where not, zeros would be a claim.
    pub fn are_claimed(&self) -> bool {
        !matches!(self.sequence.as_str(), "none" | "")
    }
}

impl Load {
    /// Whether no doubt can have changed a reported figure.
    pub fn is_trusted(&self) -> bool {
        self.doubts.iter().all(|doubt| !doubt.invalidates)
    }

    /// The exit code that this result deserves (DESIGN section 4). Nothing measured is never
    /// success, and a crossed threshold of an untrusted run proves nothing.
    pub fn exit_code(&self, allow_doubts: bool) -> u8 {
        let silent = self.events.events == 0 && self.thresholds.is_empty();
        let measured = self.connections.opened > 0 && !silent;
        if !measured || !(allow_doubts || self.is_trusted()) {
            crate::exit::INCOMPLETE
        } else if self.thresholds.iter().any(|threshold| !threshold.held) {
            crate::exit::FAILED
        } else {
            crate::exit::OK
        }
    }
}
