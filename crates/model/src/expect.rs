//! Expectations: what a check demands of what the steps saw.
//!
//! Each kind has its own fixed reason codes, named beside it, so that a check cannot be red for
//! another reason than its own.

use schemars::JsonSchema;
use serde::Deserialize;

pub use crate::expect_rules::{
    CorsRule, HeadAtOnceExpect, HeartbeatExpect, IntactExpect, RefusedExpect, WireExpect, WireRule,
};
use crate::placed::Placed;
pub use crate::status_pattern::StatusPattern;
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
    HeadAtOnce(HeadAtOnceExpect),
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
    /// An event is out before the next one is published. Reason: `held-back`.
    Prompt(PromptExpect),
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
    /// A `wait` step ended in time. Reasons: `subscribers-remain`, `work-remains`,
    /// `memory-grows`, `job-reran`.
    Waited(Of),
    /// A `liveness` probe was answered. Reason: `dead`.
    Alive(Of),
    /// Events of the publication did not arrive in bunches. Reason: `batched`.
    Paced(ReceiptOn),
    /// Events published in parallel are whole. Reason: `interleaved`.
    Intact(IntactExpect),
    /// The events of a finite stream did not all come at its end, on each of these connections.
    /// Reason: `one-burst`.
    Streamed(Several),
    /// What an `early` step published has arrived. Reason: `early-event-lost`.
    Early(Of),
    /// The silences of the stream are no longer than promised. Reason: `silent`.
    Heartbeat(HeartbeatExpect),
    /// No event came on a stream to which nobody has published. Reason: `heartbeat-as-message`.
    IdleEvents(Of),
    /// The stream does not open with an empty event. Reason: `empty-event-on-open`.
    EmptyOpening(Of),
    /// A `follow` step got every event once and in order. Reasons: `lost`, `duplicated`,
    /// `reordered`.
    Followed(FollowedExpect),
    /// Nothing of the publication came on the connection. Reason: `leaked`.
    Private(ReceiptOn),
    /// A client with an unknown id can tell. Reason: `unknown-id-silent`.
    Signalled(SignalledExpect),
    /// The two cursors of a `timed` step cost about the same. Reason: `unknown-id-slow`.
    Cost(Of),
    /// A slow reader that lost events was told, by the end of its stream or by an item. Reason:
    /// `dropped-silently`.
    DropTold(DropToldExpect),
    /// What became of a slow reader. Reasons (all told by a survey): `slow-reader-cut`,
    /// `slow-reader-skipped`, `slow-reader-blocks`.
    SlowReader(ReceiptOn),
    /// The server has ended the stream in order. Reasons: `still-open`, `reset`, `truncated`.
    Ended(Several),
    /// The restart hook was answered while a client was connected. Reason: `restart-hangs`.
    Restarted(Of),
    /// Nobody who came back after the restart got an answer that ends `EventSource` for good.
    /// Reason: `refused-after-restart`.
    Welcomed(Of),
    /// Not every client was told the same `retry`. Reason: `retry-identical`.
    RetryVaries(Several),
    /// The answer was refused by its status. Reasons: `not-refused`, `refused-inside-stream`.
    Refused(RefusedExpect),
    /// The answer is no event stream. Reason: `stream-unasked`.
    NotStream(Of),
    /// Two answers that differ in a negotiated way say so. Reason: `vary-missing`.
    Vary(VaryExpect),
    /// Both answers have the same content coding. Reason: `recoded`.
    SameCoding(Pair),
    /// Both answers have the same media type. Reason: `media-type-changed`.
    SameType(Pair),
    /// The connection is closed behind an answer to a request with `Connection: close`. Reason:
    /// `not-closed`.
    Closed(Of),
    /// Nothing of the query has become a line of the head. Reason: `header-split`.
    Unsplit(Of),
    /// Nothing is served without TLS, and no credentials are asked for. Reasons:
    /// `served-in-clear`, `challenged-in-clear`.
    NotInClear(Of),
    /// A redirect keeps the query. Reason: `query-lost`.
    KeepsQuery(Of),
    /// An `endpoint` event names the target's own origin. Reason: `endpoint-foreign`.
    EndpointOrigin(Of),
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
    /// Judge only when the server has ended this stream, and ids came on it.
    pub once_ended: Option<Name>,
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
    /// Judge only a stream that the server has not ended.
    #[serde(default)]
    pub while_open: bool,
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

/// A slow reader that lost events was told.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DropToldExpect {
    /// The publication.
    pub publication: Name,
    /// The slow reader.
    pub on: Name,
    /// A reader that read all the time: what it did not get either was not lost by slowness.
    pub witness: Name,
}

/// An event is out before the next one is published.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptExpect {
    /// The publication.
    pub publication: Name,
    /// The connection that must show it.
    pub on: Name,
    /// Judge only an answer with a content coding.
    #[serde(default)]
    pub coded: bool,
    /// Judge only when the publication was prompt on this connection: then the difference between
    /// the two is to blame.
    pub unless_late_on: Option<Name>,
}

/// A `follow` step got every event.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowedExpect {
    /// The chain of connections.
    pub of: Name,
    /// What must not happen.
    pub without: Vec<Flaw>,
}

/// A client with an unknown id can tell.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignalledExpect {
    /// The connection with the unknown id.
    pub of: Name,
    /// Two connections with a known id, the newest: where these two differ, a difference says
    /// nothing about the id.
    pub known: [Name; 2],
}

/// Several connections.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Several {
    /// Their names.
    pub of: Vec<Name>,
}

/// Two answers that differ in a negotiated way say so.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VaryExpect {
    /// Their names.
    pub of: [Name; 2],
    /// The request header field in which the two requests differ.
    pub field: String,
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
    /// Judge only when this connection, with the same id, went on right: then the difference
    /// between the two is to blame.
    pub unless_wrong_on: Option<Name>,
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
    /// The connection, or those to compare: `stable` takes two, `unique` any number.
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
