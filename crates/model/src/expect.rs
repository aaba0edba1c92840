//! Expectations: what a check demands of what the steps saw.
//!
//! Each kind has its own fixed reason codes, named beside it, so that a check cannot be red for
//! another reason than its own.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::placed::Placed;
use crate::step::Name;

/// What a check demands.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// The status is one of these. Reasons: `no-answer`, `status-unexpected`.
    Status(StatusExpect),
    /// The answer has come. Reason: `no-answer`.
    Answered(Of),
    /// The head came before any event was published. Reason: `head-withheld`.
    HeadAtOnce(Of),
    /// The media type is `text/event-stream`. Reasons: `no-answer`, `content-type-missing`,
    /// `content-type-wrong`.
    ContentType(Of),
    /// A `charset` parameter, if any, says UTF-8. Reason: `charset-not-utf-8`.
    Charset(Of),
    /// One header field. Reasons: `header-missing`, `header-present`, `header-repeated`,
    /// `header-value`.
    Header(HeaderExpect),
    /// A rule of HTTP framing. Reasons: see [`WireRule`].
    Wire(WireExpect),
    /// Redirects lead to the answer. Reasons: `redirect-without-location`, `redirect-loop`.
    Redirects(Of),
    /// None of these lints. Reason: the code of the lint.
    Lints(LintsExpect),
    /// Events of the stream. Reasons: `too-few-events`, `events-differ`.
    Events(EventsExpect),
    /// A publication arrives as it was sent. Reasons: `lost`, `data-altered`,
    /// `event-type-altered`, `id-altered`, `not-dispatched`.
    Delivered(DeliveredExpect),
    /// A forged event or field has no effect. Reasons: `event-injected`, `field-injected`.
    NoInjection(NoInjectionExpect),
    /// All events of a publication arrive once and in order. Reasons: `lost`, `duplicated`,
    /// `reordered`, `publish-blocked`.
    Receipt(ReceiptExpect),
    /// An event is out before the next one is published. Reasons: `held-back`, `lost`.
    Prompt(ReceiptOn),
    /// How a stream goes on after a reconnect. Reasons: `resume-gap`, `resume-duplicate`,
    /// `resume-reordered`, `resume-restart`, `resume-live-only`, `resume-nothing`.
    Resumption(ResumptionExpect),
    /// Two connections show the same events. Reason: `events-differ`.
    SameEvents(Pair),
    /// A rule on ids. Reasons: `id-differs`, `id-repeated`, `id-missing`.
    Ids(IdsExpect),
    /// The stream sends a `retry` field. Reason: `retry-missing`.
    Retry(Of),
    /// A rule of the CORS protocol. Reasons: see [`CorsRule`].
    Cors(CorsExpect),
    /// Nothing came in a `quiet` step. Reason: `not-quiet`.
    Quiet(Of),
    /// The server has not ended the stream. Reason: `closed-early`.
    Open(Of),
    /// A `wait` step ended in time. Reason: `subscribers-remain`.
    Waited(Of),
    /// A `liveness` probe was answered. Reason: `dead`.
    Alive(Of),
}

/// A connection, answer, wait or probe.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// Its name.
    pub of: Name,
}

/// Two connections.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Their names.
    pub of: [Name; 2],
}

/// The status is one of these.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StatusExpect {
    /// The connection or answer.
    pub of: Name,
    /// Status codes (`204`) or classes (`2xx`).
    #[serde(default)]
    pub is: Vec<Placed<StatusPattern>>,
    /// Another connection, whose status is right too.
    pub same_as: Option<Name>,
}

/// A status code or a class of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusPattern {
    /// One code.
    Code(u16),
    /// All codes that begin with this digit.
    Class(u16),
}

/// One header field.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderExpect {
    /// The connection or answer.
    pub of: Name,
    /// Name of the field, in any case.
    pub name: String,
    /// Judge only answers with one of these status codes; others are not applicable.
    #[serde(default)]
    pub when_status: Vec<Placed<StatusPattern>>,
    /// Whether it must be there (true) or must not (false).
    pub present: Option<bool>,
    /// It stands on one line at most, with one value (no comma list).
    #[serde(default)]
    pub single: bool,
    /// It holds one of these list members or directives.
    #[serde(default)]
    pub any_of: Vec<String>,
    /// It holds none of these list members or directives.
    #[serde(default)]
    pub none_of: Vec<String>,
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
}

/// None of these lints.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LintsExpect {
    /// The connection.
    pub of: Name,
    /// Codes of lints, as `ssecheck parse` names them.
    pub none: Vec<Placed<String>>,
    /// The publication that tempts the server; not applicable when the hook cannot carry it.
    pub publication: Option<Name>,
    /// The check is not applicable unless the stream had at least one of these.
    pub needs: Option<Seen>,
}

/// What a stream must have shown for a check to say anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Seen {
    /// An `id` field.
    Id,
    /// A `retry` field.
    Retry,
    /// A dispatched event.
    Event,
    /// The server's end of the stream.
    End,
}

/// Events of the stream.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventsExpect {
    /// The connection.
    pub of: Name,
    /// At least so many.
    pub at_least: Option<u32>,
    /// Exactly these data, in this order.
    pub data: Option<Vec<String>>,
}

/// A publication arrives as it was sent.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliveredExpect {
    /// The publication.
    pub publication: Name,
    /// The connection that must show it (under an echo hook: its own stream).
    pub on: Name,
    /// What is compared.
    pub same: Vec<Part>,
}

/// A part of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The data, after CR and CRLF became LF.
    Data,
    /// The event type.
    Event,
    /// The last event id.
    Id,
}

/// A forged event or field has no effect.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoInjectionExpect {
    /// The publication that carries the forgery.
    pub publication: Name,
    /// The connection that would show it.
    pub on: Name,
    /// Text that only the forged event or field holds.
    pub canary: crate::template::Template,
}

/// All events of a publication arrive.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptExpect {
    /// The publication.
    pub publication: Name,
    /// The connection that must show it.
    pub on: Name,
    /// What must not happen.
    pub without: Vec<Flaw>,
}

/// A publication on a connection.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceiptOn {
    /// The publication.
    pub publication: Name,
    /// The connection that must show it.
    pub on: Name,
}

/// What can go wrong with a sequence of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// An event is missing.
    Loss,
    /// An event came twice.
    Duplicate,
    /// Events came in another order.
    Reorder,
}

/// How a stream goes on after a reconnect.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ResumptionExpect {
    /// The connection that was cut.
    pub from: Name,
    /// The connection that resumed.
    pub to: Name,
    /// A connection that shows the whole sequence; without it, the publications are the sequence.
    pub reference: Option<Name>,
    /// Judge only when the id that was sent holds this text; otherwise the target has ids of its own.
    pub only_id_with: Option<crate::template::Template>,
    /// What is right.
    pub is: Vec<Resumption>,
}

/// How a server resumes a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Resumption {
    /// Every event after the id, once, in order.
    ExactlyOnce,
    /// Every event after the id, and some that the client already had.
    AtLeastOnce,
    /// Events after the id are missing, though some came.
    Gap,
    /// Everything from the oldest event on.
    Restart,
    /// Only events published after the reconnect.
    LiveOnly,
    /// Nothing came.
    Nothing,
    /// Every event after the id, in another order.
    Reordered,
}

/// A rule on ids.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IdsExpect {
    /// The connection, or the two to compare.
    pub of: Vec<Name>,
    /// The rule.
    pub rule: IdRule,
}

/// Rules on ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum IdRule {
    /// The same event has the same id on both connections. Reason: `id-differs`.
    Stable,
    /// No id stands at two different events. Reason: `id-repeated`.
    Unique,
    /// When one event has an id, every event has. Reason: `id-missing`.
    EveryEvent,
}

/// A rule of the CORS protocol.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CorsExpect {
    /// The connection or answer.
    pub of: Name,
    /// The rule.
    pub rule: CorsRule,
    /// Judge only answers with one of these status codes; others are not applicable.
    #[serde(default)]
    pub when_status: Vec<Placed<StatusPattern>>,
    /// The header field that a preflight must allow, for `allows-header`.
    pub header: Option<String>,
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
}

impl Expect {
    /// The names of connections, publications and waits that it relies on.
    pub fn names(&self) -> Vec<&Name> {
        match self {
            Self::Status(e) => std::iter::once(&e.of).chain(&e.same_as).collect(),
            Self::Header(e) => vec![&e.of],
            Self::Wire(e) => vec![&e.of],
            Self::Lints(e) => std::iter::once(&e.of).chain(&e.publication).collect(),
            Self::Events(e) => vec![&e.of],
            Self::Cors(e) => vec![&e.of],
            Self::Delivered(e) => vec![&e.publication, &e.on],
            Self::NoInjection(e) => vec![&e.publication, &e.on],
            Self::Receipt(e) => vec![&e.publication, &e.on],
            Self::Prompt(e) => vec![&e.publication, &e.on],
            Self::Resumption(e) => [&e.from, &e.to].into_iter().chain(&e.reference).collect(),
            Self::SameEvents(e) => e.of.iter().collect(),
            Self::Ids(e) => e.of.iter().collect(),
            Self::Answered(e)
            | Self::HeadAtOnce(e)
            | Self::ContentType(e)
            | Self::Charset(e)
            | Self::Redirects(e)
            | Self::Retry(e)
            | Self::Quiet(e)
            | Self::Open(e)
            | Self::Waited(e)
            | Self::Alive(e) => vec![&e.of],
        }
    }
}

impl StatusPattern {
    /// Whether `status` is meant.
    pub fn matches(self, status: u16) -> bool {
        match self {
            Self::Code(code) => code == status,
            Self::Class(class) => status / 100 == class,
        }
    }
}

impl std::fmt::Display for StatusPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => write!(f, "{code}"),
            Self::Class(class) => write!(f, "{class}xx"),
        }
    }
}

impl<'de> Deserialize<'de> for StatusPattern {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_status(&text).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is no status: write a code like 204 or a class like 2xx"
            ))
        })
    }
}

fn parse_status(text: &str) -> Option<StatusPattern> {
    if let Some(class) = text.strip_suffix("xx") {
        let class = class.parse().ok().filter(|c| (1..=5).contains(c))?;
        return Some(StatusPattern::Class(class));
    }
    text.parse().ok().filter(|code| (100..=599).contains(code)).map(StatusPattern::Code)
}

impl JsonSchema for StatusPattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "StatusPattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A status code like 204, or a class like 2xx.",
            "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^[1-5](xx|[0-9]{2})$" },
            ],
        })
    }
}
