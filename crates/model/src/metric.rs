//! The times that a load run measures, by name.

/// A time that a load run measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Metric {
    /// Intended publish to kernel receipt, for one event and one subscriber.
    Fanout,
    /// Actual publish to kernel receipt.
    FanoutFromActual,
    /// As [`Metric::Fanout`], for events published on another machine: two clocks.
    FanoutRemote,
    /// A time stamp in the server's own payload to kernel receipt: two clocks, unless the server
    /// is on this machine.
    FanoutFromStamp,
    /// The least that the events without a time of their own can have taken, from intended publish.
    UntimedLow,
    /// The most that they can have taken.
    UntimedHigh,
    /// Intended to actual publish: the publisher's lateness.
    Slip,
    /// Actual publish to the hook's answer.
    Ack,
    /// First to last receipt of the same event over all subscribers of a shard.
    Spread,
    /// Dialling to the end of the answer's head: TCP, TLS and head together.
    Connect,
    /// The TCP handshake.
    ConnectTcp,
    /// The TLS handshake.
    ConnectTls,
    /// End of the request to the end of the answer's head.
    Head,
    /// Request sent to the first event (not comment).
    FirstEvent,
    /// Between two events on one connection.
    Gap,
    /// Between two receipts of anything on one connection.
    IdleGap,
    /// Between two comments on one connection.
    Heartbeat,
    /// Kernel receipt to our own read: our cost, never the server's.
    Lag,
    /// Loss of a connection to the end of the next answer's head.
    Reconnect,
}

impl Metric {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 19] = [
        Self::Fanout,
        Self::FanoutFromActual,
        Self::FanoutRemote,
        Self::FanoutFromStamp,
        Self::UntimedLow,
        Self::UntimedHigh,
        Self::Slip,
        Self::Ack,
        Self::Spread,
        Self::Connect,
        Self::ConnectTcp,
        Self::ConnectTls,
        Self::Head,
        Self::FirstEvent,
        Self::Gap,
        Self::IdleGap,
        Self::Heartbeat,
        Self::Lag,
        Self::Reconnect,
    ];

    /// The name in reports and thresholds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fanout => "fanout",
            Self::FanoutFromActual => "fanout_from_actual",
            Self::FanoutRemote => "fanout_remote",
            Self::FanoutFromStamp => "fanout_from_stamp",
            Self::UntimedLow => "untimed_low",
            Self::UntimedHigh => "untimed_high",
            Self::Slip => "slip",
            Self::Ack => "ack",
            Self::Spread => "spread",
            Self::Connect => "connect",
            Self::ConnectTcp => "connect_tcp",
            Self::ConnectTls => "connect_tls",
            Self::Head => "head",
            Self::FirstEvent => "first_event",
            Self::Gap => "gap",
            Self::IdleGap => "idle_gap",
            Self::Heartbeat => "heartbeat",
            Self::Lag => "lag",
            Self::Reconnect => "reconnect",
        }
    }

    /// What it is, in a few words, for tables and machine formats.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Fanout => "intended publish to receipt",
            Self::FanoutFromActual => "actual publish to receipt",
            Self::FanoutRemote => "intended publish on another machine to receipt",
            Self::FanoutFromStamp => "time stamp in the payload to receipt",
            Self::UntimedLow => "least latency of events without a time of their own",
            Self::UntimedHigh => "most latency of events without a time of their own",
            Self::Slip => "intended to actual publish (the publisher's lateness)",
            Self::Ack => "actual publish to the hook's answer",
            Self::Spread => "first to last receipt of one event",
            Self::Connect => "dial to the end of the answer's head",
            Self::ConnectTcp => "TCP handshake",
            Self::ConnectTls => "TLS handshake",
            Self::Head => "request to the end of the answer's head",
            Self::FirstEvent => "request to the first event",
            Self::Gap => "between two events on one connection",
            Self::IdleGap => "between two receipts on one connection",
            Self::Heartbeat => "between two comments on one connection",
            Self::Lag => "receipt to our own read (the generator's cost)",
            Self::Reconnect => "loss of a connection to the next head",
        }
    }

    /// The metric with that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name)
    }
}
