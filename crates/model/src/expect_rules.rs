//! Rules that a check names by one word (of HTTP framing, of CORS), and expectations that compare an
//! answer with others.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::step::Name;

/// Events published in parallel are whole.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntactExpect {
    /// What was published in parallel.
    pub publication: Name,
    /// The connection that must show it.
    pub on: Name,
    /// An event of the same shape that was published alone. Judge only when it arrived unchanged:
    /// then the others' company is to blame.
    pub alone: Name,
}

/// The silences of a stream are no longer than promised.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatExpect {
    /// The connection, read by an `idle` step.
    pub of: Name,
    /// Judge only an answer with a content coding.
    #[serde(default)]
    pub coded: bool,
    /// Judge only when this connection was not silent: then the difference between the two is to
    /// blame.
    pub unless_silent_on: Option<Name>,
}

/// A rule of HTTP framing.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WireExpect {
    /// The connection or answer.
    pub of: Name,
    /// The rule.
    pub rule: WireRule,
}

/// Rules of HTTP framing that a server can break on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WireRule {
    /// The head follows the grammar (RFC 9112 2-5). Reason: `head-malformed`.
    HeadWellFormed,
    /// Not both `Content-Length` and `Transfer-Encoding` (RFC 9112 6.2). Reason:
    /// `length-and-chunked`.
    NoLengthWithChunked,
    /// No `Content-Length` on a stream. Reason: `content-length-present`.
    NoLength,
    /// The body has the length that was announced (RFC 9112 6.3). Reason: `length-mismatch`.
    LengthHolds,
    /// Chunks follow the grammar (RFC 9112 7.1). Reason: `chunks-malformed`.
    ChunksWellFormed,
    /// Chunked is applied once (RFC 9112 6.1). Reason: `chunked-twice`.
    ChunkedOnce,
    /// A stream that the server ends is complete (RFC 9112 8). Reasons: `truncated`, `reset`.
    EndsComplete,
    /// No `Transfer-Encoding`. Reason: `transfer-encoding-present`.
    NoTransferEncoding,
    /// No body. Reason: `body-present`.
    NoBody,
    /// Content codings exist (RFC 9110 8.4). Reason: `content-coding-unreal`.
    CodingReal,
    /// Content codings were offered (RFC 9110 12.5.3). Reason: `content-coding-not-offered`.
    CodingOffered,
    /// No field that HTTP/2 forbids (RFC 9113 8.2.2). Reason: `connection-field-on-http2`.
    Http2Fields,
    /// A stream that the server ends has END_STREAM (RFC 9113 8.1). Reason: `reset`.
    Http2End,
}

/// Rules of the CORS protocol (Fetch 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CorsRule {
    /// The origin may read the answer. Reasons: `acao-missing`, `acao-mismatch`.
    AllowsOrigin,
    /// `Access-Control-Allow-Origin` is one value. Reasons: `acao-repeated`, `acao-malformed`.
    SingleValue,
    /// No `*` together with credentials. Reason: `wildcard-with-credentials`.
    NoWildcardWithCredentials,
    /// `Access-Control-Allow-Credentials` is exactly `true`. Reason: `acac-not-true`.
    CredentialsValue,
    /// The origin may read the answer with credentials. Reasons: `acac-missing`,
    /// `wildcard-with-credentials`, `acao-missing`, `acao-mismatch`.
    AllowsCredentials,
    /// The origin may not read the answer. Reason: `origin-allowed`.
    DeniesOrigin,
    /// A foreign origin is not reflected together with credentials. Reason: `origin-reflected`.
    NotReflected,
    /// An answer that depends on the origin says `Vary: Origin`. Reason: `vary-origin-missing`.
    VaryOrigin,
    /// The preflight has an ok status. Reasons: `no-answer`, `preflight-refused`.
    PreflightOk,
    /// The preflight allows the header field. Reason: `header-not-allowed`.
    AllowsHeader,
    /// The fields of `cors.expose` can be read by a page. Reason: `header-not-exposed`.
    Exposes,
    /// A preflight from a public page to a private network is allowed (Private Network Access).
    /// Reason: `private-network-not-allowed`.
    AllowsPrivateNetwork,
}

/// The head came before any event was published.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeadAtOnceExpect {
    /// The connection.
    pub of: Name,
    /// Judge only when the head came at once on this connection: then the difference between the
    /// two is to blame.
    pub unless_withheld_on: Option<Name>,
}

/// The answer was refused by its status.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefusedExpect {
    /// The connection or answer.
    pub of: Name,
    /// Judge only when this answer is a stream: then the difference between the two requests is
    /// what was refused.
    pub unless_refused: Option<Name>,
    /// Judge only when this answer was refused: then the difference between the two requests is
    /// what was accepted.
    pub only_if_refused: Option<Name>,
}
