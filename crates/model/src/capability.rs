//! What an owner can declare about a server.

use schemars::JsonSchema;
use serde::Deserialize;

/// A capability that an owner can declare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// A publish hook makes every subscriber get an event.
    Publish,
    /// Events carry ids.
    Ids,
    /// A reconnect with `Last-Event-ID` goes on after that event.
    Resume,
    /// The stream sends `retry`.
    Retry,
    /// An idle stream sends something within the promised time.
    Heartbeat,
    /// Other origins may read the stream.
    Cors,
    /// Other origins may read it with credentials.
    Credentials,
    /// Events have types.
    Types,
    /// A finished stream answers 204.
    Stop,
    /// The stream can be compressed.
    Compression,
    /// HTTP/2.
    Http2,
    /// The number of subscribers can be read.
    Stats,
    /// The server can be restarted by a hook.
    Restart,
    /// Requests with a foreign `Origin` or `Host` are refused.
    OriginCheck,
    /// OpenAI's streaming format.
    Openai,
    /// Anthropic's streaming format.
    Anthropic,
    /// Model Context Protocol of that date.
    #[serde(rename = "mcp-2024-11-05")]
    Mcp20241105,
    /// Model Context Protocol of that date.
    #[serde(rename = "mcp-2025-11-25")]
    Mcp20251125,
    /// Model Context Protocol of that date.
    #[serde(rename = "mcp-2026-07-28")]
    Mcp20260728,
    /// Mercure.
    Mercure,
}

impl Capability {
    /// All of them, in the order of the docs.
    pub const ALL: [Self; 20] = [
        Self::Publish,
        Self::Ids,
        Self::Resume,
        Self::Retry,
        Self::Heartbeat,
        Self::Cors,
        Self::Credentials,
        Self::Types,
        Self::Stop,
        Self::Compression,
        Self::Http2,
        Self::Stats,
        Self::Restart,
        Self::OriginCheck,
        Self::Openai,
        Self::Anthropic,
        Self::Mcp20241105,
        Self::Mcp20251125,
        Self::Mcp20260728,
        Self::Mercure,
    ];

    /// The word in YAML and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Ids => "ids",
            Self::Resume => "resume",
            Self::Retry => "retry",
            Self::Heartbeat => "heartbeat",
            Self::Cors => "cors",
            Self::Credentials => "credentials",
            Self::Types => "types",
            Self::Stop => "stop",
            Self::Compression => "compression",
            Self::Http2 => "http2",
            Self::Stats => "stats",
            Self::Restart => "restart",
            Self::OriginCheck => "origin-check",
            Self::Openai => "openai",
            Self::Anthropic => "anthropic",
            Self::Mcp20241105 => "mcp-2024-11-05",
            Self::Mcp20251125 => "mcp-2025-11-25",
            Self::Mcp20260728 => "mcp-2026-07-28",
            Self::Mercure => "mercure",
        }
    }

    /// The capability with that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|capability| capability.as_str() == word)
    }
}
