//! Steps: the things that a case does, in order.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::destination::{Destination, Who};
use crate::placed::Placed;
use crate::span::Span;
pub use crate::step_watch::{Idle, Soak};
use crate::template::Template;

/// The name of a connection, publication, answer or wait inside one case.
pub type Name = Placed<String>;

/// Header fields of a request; `null` removes one that would be sent otherwise.
pub type Fields = BTreeMap<String, Option<Template>>;

/// One thing that a case does.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Open a stream and wait for the head of the answer.
    Connect(Connect),
    /// Read from an open stream until the condition holds, the stream ends, or time is up.
    Read(Read),
    /// Make the target send events, by its publish or echo hook.
    Publish(Publish),
    /// Read for a while and note whether anything came.
    Quiet(Quiet),
    /// End an open stream from our side.
    Cut(Cut),
    /// Open connections and drop them at once.
    Abort(Abort),
    /// Stop reading an open stream, with the smallest receive buffer that the system gives.
    Stall(Stall),
    /// Cut a stream and open it again with its last event id, as `EventSource` does.
    Reconnect(Reconnect),
    /// Ask by OPTIONS whether a browser may send a request, as Fetch does.
    Preflight(Preflight),
    /// One request and its whole answer.
    Request(Request),
    /// Wait for a number to come back, or for a time where only time can prove something.
    Wait(Wait),
    /// Prove on a fresh connection that the target still serves.
    Liveness(Liveness),
    /// Wait until a publication in the background has ended.
    Join(Join),
    /// Read a publication through many connections, each of which is cut and resumed.
    Follow(Follow),
    /// Open streams and publish to each as soon as its head is in.
    Early(Early),
    /// Read streams on which nobody publishes, until their heartbeats are known.
    Idle(Idle),
    /// Read streams for as long as `--soak` says.
    Soak(Soak),
    /// Call the hook that restarts the server.
    Restart(Restart),
    /// Open streams with two cursors in turn, and time their answers.
    Timed(Timed),
    /// Open as many streams as the target's `limit` allows, then one more.
    Crowd(Crowd),
}

/// Open a stream and wait for the head of the answer.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Connect {
    /// Name of the connection.
    #[serde(rename = "as")]
    pub name: Name,
    /// Where to connect: the target's URL unless told otherwise.
    #[serde(default)]
    pub to: Destination,
    /// Who connects: the owner of the target file's header fields unless told otherwise.
    #[serde(default)]
    pub who: Who,
    /// Another URL than that, relative to it.
    pub url: Option<Template>,
    /// Parameters behind those of the URL, as they go on the wire.
    pub query: Option<Template>,
    /// Send the token of the target file's `Authorization` in each parameter of `query_token`, one
    /// after the other, until one is served.
    #[serde(default)]
    pub query_token: bool,
    /// The HTTP method; GET by default.
    pub method: Option<Template>,
    /// `1.0`, `1.1` or `2`.
    #[serde(default)]
    pub version: HttpVersion,
    /// Header fields to add, replace or (with `null`) remove.
    #[serde(default)]
    pub headers: Fields,
    /// Value of `Last-Event-ID`, sent as UTF-8.
    pub last_event_id: Option<Template>,
    /// Value of `Origin`.
    pub origin: Option<Template>,
    /// Body of the request.
    pub body: Option<Template>,
    /// Wait until a marker event has arrived, so that the subscription is known to be live.
    #[serde(default)]
    pub subscribed: bool,
    /// Carry out only when this kind of hook serves `publish` steps.
    pub when: Option<Stimulus>,
    /// How long to wait for the head.
    pub within: Option<Span>,
}

/// The HTTP version of a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub enum HttpVersion {
    /// HTTP/1.0.
    #[serde(rename = "1.0")]
    Http10,
    /// HTTP/1.1.
    #[default]
    #[serde(rename = "1.1")]
    Http11,
    /// HTTP/2, with prior knowledge over plain TCP, by ALPN over TLS.
    #[serde(rename = "2")]
    Http2,
}

/// How the target is made to send a chosen event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stimulus {
    /// A hub: every subscriber gets it.
    Publish,
    /// The stream answered is the event.
    Echo,
}

/// Read from an open stream until the condition holds, the stream ends, or time is up.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// The connection.
    pub from: Name,
    /// Stop after so many events.
    pub events: Option<u32>,
    /// Stop when this publication has arrived (under an echo hook: read its own stream).
    pub publication: Option<Name>,
    /// Publish a marker event and stop when it has arrived: all that was sent before is in.
    #[serde(default)]
    pub fence: bool,
    /// Carry out only when this kind of hook serves `publish` steps.
    pub when: Option<Stimulus>,
    /// How long at most.
    pub within: Option<Span>,
}

/// Make the target send events, by its publish or echo hook.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Name of the publication.
    #[serde(rename = "as")]
    pub name: Name,
    /// How many events; `{{n}}` counts them from 1.
    #[serde(default = "one")]
    pub count: u32,
    /// The data; omitted means the hook gets none.
    pub data: Option<Template>,
    /// The event type.
    pub event: Option<Template>,
    /// The id.
    pub id: Option<Template>,
    /// A comment.
    pub comment: Option<Template>,
    /// How many are on their way at the same time, 64 at most.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 64))]
    pub parallel: u32,
    /// Time between two events.
    pub every: Option<Span>,
    /// Go on with the next step while it is being published; `join` waits for its end.
    #[serde(default)]
    pub background: bool,
    /// Carry out only when this kind of hook is there.
    pub when: Option<Stimulus>,
}

fn one() -> u32 {
    1
}

/// Read for a while and note whether anything came.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// The connection.
    pub from: Name,
    /// How long.
    #[serde(rename = "for")]
    pub span: Span,
}

/// End an open stream from our side.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The connection.
    pub connection: Name,
    /// By FIN or by RST.
    #[serde(default)]
    pub how: CutHow,
    /// Where: what came behind it counts as never received.
    #[serde(default)]
    pub at: CutPoint,
}

/// Where in the stream a client loses its connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutPoint {
    /// Behind the last event that was taken.
    #[default]
    Event,
    /// In the middle of the last event that was taken.
    MidEvent,
    /// In the middle of a character of the last event that was taken (of the event itself, when
    /// it is all ASCII).
    MidCharacter,
}

/// How we end a connection.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutHow {
    /// FIN: the socket is closed in order.
    #[default]
    Close,
    /// RST: the socket is torn down.
    Reset,
}

/// Open connections and drop them at once.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Abort {
    /// How many, one after the other.
    #[serde(default = "one")]
    pub times: u32,
    /// How far each goes.
    pub after: AbortPoint,
    /// By FIN or by RST.
    #[serde(default)]
    pub how: CutHow,
    /// Value of `Last-Event-ID`: with an old id, the client leaves during its backlog.
    pub last_event_id: Option<Template>,
}

/// How far an aborted connection goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AbortPoint {
    /// Until it is connected: nothing is sent.
    Connect,
    /// Until half of the request is sent.
    HalfRequest,
    /// Until the request is sent: the head is not awaited.
    Request,
    /// Until the head is in.
    Head,
}

/// Stop reading an open stream.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stall {
    /// Name of the connection; it is opened by this step with a small receive buffer.
    #[serde(rename = "as")]
    pub name: Name,
}

/// Cut a stream and open it again with its last event id.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reconnect {
    /// The connection to cut.
    pub from: Name,
    /// Name of the new one.
    #[serde(rename = "as")]
    pub name: Name,
    /// How the old one ends.
    #[serde(default)]
    pub how: CutHow,
    /// Wait for the `retry` time that the stream asked for (at most 2 s).
    #[serde(default)]
    pub obey_retry: bool,
    /// Value of `Origin`.
    pub origin: Option<Template>,
    /// How long to wait for the head.
    pub within: Option<Span>,
}

/// Ask by OPTIONS whether a browser may send a request.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Preflight {
    /// Name of the answer.
    #[serde(rename = "as")]
    pub name: Name,
    /// The origin that asks.
    pub origin: Template,
    /// The method that it wants to use.
    #[serde(default = "get")]
    pub method: String,
    /// The header fields that it wants to send, lower-case.
    #[serde(default)]
    pub headers: Vec<String>,
    /// Ask too whether a public page may reach a private network (Private Network Access).
    #[serde(default)]
    pub private_network: bool,
}

fn get() -> String {
    "GET".to_owned()
}

/// One request and its whole answer.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Name of the answer.
    #[serde(rename = "as")]
    pub name: Name,
    /// Where to send it: the target's URL unless told otherwise.
    #[serde(default)]
    pub to: Destination,
    /// Another URL than that, relative to it.
    pub url: Option<Template>,
    /// Take a redirect as the answer.
    #[serde(default)]
    pub unfollowed: bool,
    /// The HTTP method; GET by default.
    pub method: Option<Template>,
    /// `1.0`, `1.1` or `2`.
    #[serde(default)]
    pub version: HttpVersion,
    /// Header fields to add, replace or (with `null`) remove.
    #[serde(default)]
    pub headers: Fields,
    /// Value of `Origin`.
    pub origin: Option<Template>,
    /// Who asks: the owner of the target file's header fields unless told otherwise.
    #[serde(default)]
    pub who: Who,
    /// How long to read the body once the head is in.
    pub within: Option<Span>,
}

/// Wait for a number to come back, or for a time.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wait {
    /// Name of what was waited for.
    #[serde(rename = "as")]
    pub name: Name,
    /// A `request` to a number (`stats`, `work`, `memory`, `runs`), which must not be exceeded any
    /// more.
    pub back_to: Option<Name>,
    /// By how much it may be exceeded.
    #[serde(default)]
    pub plus: u64,
    /// First wait until the credentials of `expiring` have expired.
    #[serde(default)]
    pub expiry: bool,
    /// An earlier `request` to the same number: what it grew by from there to `back_to` it may grow
    /// by once more, so that what a server keeps of everything (its history) is not held against it.
    pub since: Option<Name>,
    /// How long at most; without `back_to`, how long at all. A count of `runs` never comes back, so
    /// it is watched for all this time.
    pub within: Span,
}

/// Prove on a fresh connection that the target still serves.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Liveness {
    /// Name of the probe.
    #[serde(rename = "as")]
    pub name: Name,
    /// How long to wait for the head.
    pub within: Option<Span>,
}

/// Wait until a publication in the background has ended.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The publication.
    pub publication: Name,
}

/// Read a publication through many connections, each of which is cut and resumed with the last id
/// that its client has.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Follow {
    /// Name of the chain of connections.
    #[serde(rename = "as")]
    pub name: Name,
    /// The publication, in the background or done.
    pub publication: Name,
    /// The connection whose last id the first of them resumes from.
    pub from: Name,
    /// How many connections are cut; one more reads to the end.
    pub cuts: u32,
    /// Where each is cut.
    #[serde(default)]
    pub at: CutPoint,
    /// By FIN or by RST.
    #[serde(default)]
    pub how: CutHow,
    /// How long at most.
    pub within: Option<Span>,
}

/// Open streams one after the other, and publish to each as soon as its head is in.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Early {
    /// Name of the chain of connections.
    #[serde(rename = "as")]
    pub name: Name,
    /// How many.
    pub times: u32,
}

/// Call the hook that restarts the server, then come back again and again, as clients do, until
/// one of them is served.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restart {
    /// Name of the restart, and of the last client that came back.
    #[serde(rename = "as")]
    pub name: Name,
    /// How long at most until one is served, from the end of the hook on.
    pub within: Option<Span>,
}

/// Open streams with two cursors in turn, and time their answers.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// Name of the measurement.
    #[serde(rename = "as")]
    pub name: Name,
    /// The cursor that may be slow.
    pub last_event_id: Template,
    /// The cursor to compare with.
    pub against: Template,
    /// How often each is tried.
    pub times: u32,
}

/// Open as many streams as the target's `limit` allows, then one more.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Crowd {
    /// Name of the one more.
    #[serde(rename = "as")]
    pub name: Name,
}
