//! Opening a stream: dial, send, wait for the head, follow redirects.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ssecheck_model::step::HttpVersion;
use ssecheck_transport::{Connection, Dialer, Error, Head, Limits};
use tokio::time::Instant as Deadline;

use crate::hook::{Content, publish};
use crate::request::Plan;
use crate::stream::{Hop, Stream};
use crate::subject::Subject;

/// How long to wait for a head, before scaling.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(5);
/// How long a hub may take for a head before an event is published to coax it out, before scaling.
/// Long, because it is a verdict (R14), which a stall of the machine must not bring about; it is
/// waited for once, since a hub that withholds one head withholds the next.
const FIRST_PATIENCE: Duration = Duration::from_secs(3);
/// The same for a hub that is known to withhold its heads.
const KNOWN_PATIENCE: Duration = Duration::from_millis(140);
/// How long to wait for a head after an event before the next is published, before scaling.
const PRIMER_TIME: Duration = Duration::from_millis(700);
/// How many redirects are followed: Fetch allows 20; a server that needs more than 10 loops.
const MAX_REDIRECTS: usize = 10;

/// Opens `plan` and follows redirects. What goes wrong is noted in the stream.
pub(crate) async fn open(subject: &Subject, plan: Plan, budget: Duration) -> Stream {
    open_with(subject, &subject.dialer, plan, budget).await
}

/// The same with another dialler (another receive buffer).
pub(crate) async fn open_with(
    subject: &Subject,
    dialer: &Dialer,
    plan: Plan,
    budget: Duration,
) -> Stream {
    let mut stream = Stream::new(plan);
    loop {
        let asked = ask(subject, dialer, &stream.plan, budget).await;
        stream.head_withheld |= asked.withheld;
        match (asked.connection, asked.answer) {
            (Some(connection), Ok(head)) => match redirect(&mut stream, &head) {
                Some(next) => {
                    drop(connection.abort());
                    stream.plan = next;
                }
                None => {
                    stream.opened(connection, head);
                    return stream;
                }
            },
            (connection, Err(error)) => {
                stream.failed(connection, error);
                return stream;
            }
            (None, Ok(_)) => return stream,
        }
    }
}

/// Opens `plan` and takes the first answer, a redirect too.
pub(crate) async fn open_unfollowed(subject: &Subject, plan: Plan, budget: Duration) -> Stream {
    let mut stream = Stream::new(plan);
    let asked = ask(subject, &subject.dialer, &stream.plan, budget).await;
    match (asked.connection, asked.answer) {
        (Some(connection), Ok(head)) => stream.opened(connection, head),
        (connection, Err(error)) => stream.failed(connection, error),
        (None, Ok(_)) => {}
    }
    stream
}

/// What dialling and asking gave.
struct Asked {
    connection: Option<Connection>,
    answer: Result<Head, Error>,
    withheld: bool,
}

async fn ask(subject: &Subject, dialer: &Dialer, plan: &Plan, budget: Duration) -> Asked {
    let limits = Limits::all(budget);
    let dialer = match plan.version {
        HttpVersion::Http2 => &subject.http2_dialer,
        _ => dialer,
    };
    let mut connection = match dialer.dial(&plan.url, &limits).await {
        Ok(connection) => connection,
        Err(error) => return Asked { connection: None, answer: Err(error), withheld: false },
    };
    let (answer, withheld) = match connection.send(&plan.to_request()).await {
        Ok(()) => head(subject, &mut connection, plan, budget).await,
        Err(error) => (Err(error), false),
    };
    Asked { connection: Some(connection), answer, withheld }
}

/// Waits for the head; tells too whether it came only after an event had been published.
///
/// Many servers send no byte before the first event (R14). Judging such a server by silence would
/// be a false red in every check, so a hub is made to send one.
async fn head(
    subject: &Subject,
    connection: &mut Connection,
    plan: &Plan,
    budget: Duration,
) -> (Result<Head, Error>, bool) {
    let end = Deadline::now() + budget;
    let primes = subject.is_hub() && subject.streams_at(&plan.url) && plan.method == "GET";
    if !primes {
        return (connection.head_until(end).await, false);
    }
    let known_late = subject.late_heads.load(Ordering::Relaxed);
    let primer_time = PRIMER_TIME.mul_f64(subject.time_scale);
    let patience = if known_late { KNOWN_PATIENCE } else { FIRST_PATIENCE };
    let patience = patience.mul_f64(subject.time_scale);
    let mut answer = connection.head_until(end.min(Deadline::now() + patience)).await;
    let mut withheld = false;
    while matches!(&answer, Err(error) if error.is_timeout()) && Deadline::now() < end {
        prime(subject).await;
        answer = connection.head_until(end.min(Deadline::now() + primer_time)).await;
        withheld = answer.is_ok();
    }
    // What withholds it on another path may be a proxy.
    if withheld && plan.url.path() == subject.url.path() {
        subject.late_heads.store(true, Ordering::Relaxed);
    }
    (answer, withheld)
}

async fn prime(subject: &Subject) {
    // Each has data of its own, or two of them would look like one event that came twice.
    let number = subject.primers.fetch_add(1, Ordering::Relaxed);
    let content = Content { data: Some(format!("ssecheck-primer-{number}")), ..Content::default() };
    if let Some(hook) = &subject.publish {
        // A hook that fails is found by the step that needs it.
        publish(subject, hook, content).await;
    }
}

/// The request that follows a redirect, unless the answer is final.
fn redirect(stream: &mut Stream, head: &Head) -> Option<Plan> {
    if !matches!(head.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = head.field("location").map(|value| String::from_utf8_lossy(value).into_owned());
    stream.hops.push(Hop { status: head.status, location: location.clone() });
    if stream.hops.len() > MAX_REDIRECTS {
        stream.redirect_problem = Some("redirect-loop");
        return None;
    }
    let next = location.and_then(|location| stream.plan.url.join(&location).ok());
    match next {
        Some(url) => Some(stream.plan.redirected(url, head.status)),
        None => {
            stream.redirect_problem = Some("redirect-without-location");
            None
        }
    }
}
