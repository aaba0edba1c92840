//! One request and its whole answer, for hooks, preflights and HEAD.

use crate::body::{BodyPart, End, WireFacts};
use crate::dial::{Dialed, Dialer};
use crate::error::{Error, Kind, Phase};
use crate::head::Head;
use crate::limits::{Limits, deadline_in};
use crate::record::Record;
use crate::request::Request;
use crate::url::Url;

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its head.
    pub head: Head,
    /// Its body after transfer decoding, at most as many bytes as were asked for. Content codings
    /// are not undone.
    pub body: Vec<u8>,
    /// How the body ended; `None` if it was longer than asked for.
    pub end: Option<End>,
    /// What the wire showed of the body.
    pub facts: WireFacts,
    /// How the connection came about.
    pub dialed: Dialed,
    /// All bytes.
    pub record: Record,
}

/// Dials, sends `request`, reads the answer with at most `max_body` bytes of body, and closes.
///
/// # Errors
/// In any phase. A body that ends early is no error but an [`End`]; one that does not end within
/// [`Limits::body`] is [`Kind::TimedOut`] in [`Phase::Body`].
pub async fn exchange(
    dialer: &Dialer,
    url: &Url,
    request: &Request,
    limits: &Limits,
    max_body: usize,
) -> Result<Answer, Error> {
    let mut connection = dialer.dial(url, limits).await?;
    let sent = connection.send(request).await;
    // A server may answer and close before it has read the whole request; its answer says why.
    let head = match (sent, connection.head().await) {
        (_, Ok(head)) => head,
        (Err(error), Err(_)) | (Ok(()), Err(error)) => return Err(error),
    };
    let deadline = deadline_in(limits.body);
    let mut body = Vec::new();
    let end = loop {
        let part = connection.read_until(deadline).await.map_err(|error| total(error, limits))?;
        match part {
            BodyPart::End(end) => break Some(end),
            BodyPart::Data(chunk) => {
                let room = max_body - body.len();
                body.extend_from_slice(&chunk.bytes[..chunk.bytes.len().min(room)]);
                if chunk.bytes.len() > room {
                    break None;
                }
            }
        }
    };
    let facts = connection.facts().ok_or(Error::new(Phase::Body, Kind::Misuse("no body")))?;
    let dialed = connection.dialed().clone();
    let record = connection.close().await;
    Ok(Answer { head, body, end, facts, dialed, record })
}

/// Names the whole limit and not the rest that the last read had.
fn total(error: Error, limits: &Limits) -> Error {
    if error.is_timeout() { Error::timed_out(Phase::Body, limits.body) } else { error }
}
