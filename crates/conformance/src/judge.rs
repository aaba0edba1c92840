//! Judges what the steps saw. One file per kind of expectation; every reason code is fixed here.

mod access;
mod cors;
mod delivery;
mod evidence;
mod follow;
mod header;
mod idle;
mod ids;
mod lifetime;
mod lints;
mod pace;
mod resume;
mod sequence;
mod status;
mod unknown;
mod vary;
mod wire;

use ssecheck_model::case::Check;
use ssecheck_model::expect::Expect;
use ssecheck_model::report::{Evidence, Excerpt};

use crate::perform::Stage;
use crate::stream::Stream;

/// What an expectation came to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Judgement {
    /// It holds.
    Pass,
    /// There was nothing to judge.
    NothingSeen(String),
    /// It was declared, but could not be brought about.
    Untestable(String),
    /// It does not hold.
    Violated(Box<Violation>),
    /// It cannot be told, because the run broke.
    Broken(String),
}

/// Why an expectation does not hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Violation {
    /// Stable reason code.
    pub reason: &'static str,
    /// One sentence.
    pub message: String,
    pub expected: Option<String>,
    pub actual: Option<String>,
    pub bytes: Option<Excerpt>,
}

impl Violation {
    pub(crate) fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), expected: None, actual: None, bytes: None }
    }

    pub(crate) fn expected(self, expected: impl Into<String>) -> Self {
        Self { expected: Some(expected.into()), ..self }
    }

    pub(crate) fn actual(self, actual: impl Into<String>) -> Self {
        Self { actual: Some(actual.into()), ..self }
    }

    pub(crate) fn bytes(self, bytes: Option<Excerpt>) -> Self {
        Self { bytes, ..self }
    }
}

impl From<Violation> for Judgement {
    fn from(violation: Violation) -> Self {
        Self::Violated(Box::new(violation))
    }
}

/// `Err` carries a judgement that ends the judging early.
type Early<T> = Result<T, Judgement>;

/// Judges one check and collects its evidence.
pub(crate) fn judge(stage: &Stage<'_>, check: &Check) -> (Judgement, Evidence) {
    let judgement = expectation(stage, &check.expect.value).unwrap_or_else(|early| early);
    let evidence = evidence::evidence(stage, check, &judgement);
    (judgement, evidence)
}

fn expectation(stage: &Stage<'_>, expect: &Expect) -> Early<Judgement> {
    match expect {
        Expect::Status(e) => status::status(stage, e),
        Expect::Answered(e) => status::answered(stage, &e.of),
        Expect::HeadAtOnce(e) => status::head_at_once(stage, e),
        Expect::Redirects(e) => status::redirects(stage, &e.of),
        Expect::Closed(e) => status::closed(stage, &e.of),
        Expect::Alive(e) => status::alive(stage, &e.of),
        Expect::Open(e) => status::open(stage, &e.of),
        Expect::Quiet(e) => status::quiet(stage, &e.of),
        Expect::Waited(e) => status::waited(stage, &e.of),
        Expect::ContentType(e) => header::content_type(stage, &e.of),
        Expect::Charset(e) => header::charset(stage, &e.of),
        Expect::Header(e) => header::header(stage, e),
        Expect::Wire(e) => wire::wire(stage, e),
        Expect::Lints(e) => lints::lints(stage, e),
        Expect::Retry(e) => lints::retry(stage, &e.of),
        Expect::Events(e) => delivery::events(stage, e),
        Expect::Delivered(e) => delivery::delivered(stage, e),
        Expect::NoInjection(e) => delivery::no_injection(stage, e),
        Expect::Receipt(e) => sequence::receipt(stage, e),
        Expect::Prompt(e) => sequence::prompt(stage, e),
        Expect::Paced(e) => pace::paced(stage, e),
        Expect::Intact(e) => pace::intact(stage, e),
        Expect::Streamed(e) => pace::streamed(stage, e),
        Expect::Early(e) => pace::early(stage, &e.of),
        Expect::Heartbeat(e) => idle::heartbeat(stage, e),
        Expect::IdleEvents(e) => idle::idle_events(stage, &e.of),
        Expect::EmptyOpening(e) => idle::empty_opening(stage, &e.of),
        Expect::Followed(e) => follow::followed(stage, e),
        Expect::Private(e) => follow::private(stage, e),
        Expect::Signalled(e) => unknown::signalled(stage, e),
        Expect::Cost(e) => unknown::cost(stage, &e.of),
        Expect::DropTold(e) => lifetime::drop_told(stage, e),
        Expect::SlowReader(e) => lifetime::slow_reader(stage, e),
        Expect::Ended(e) => lifetime::ended(stage, e),
        Expect::Welcomed(e) => lifetime::welcomed(stage, &e.of),
        Expect::Restarted(e) => lifetime::restarted(stage, &e.of),
        Expect::RetryVaries(e) => lifetime::retry_varies(stage, e),
        Expect::Refused(e) => access::refused(stage, e),
        Expect::Unsplit(e) => access::unsplit(stage, &e.of),
        Expect::NotInClear(e) => access::not_in_clear(stage, &e.of),
        Expect::NotStream(e) => access::not_stream(stage, &e.of),
        Expect::KeepsQuery(e) => access::keeps_query(stage, &e.of),
        Expect::EndpointOrigin(e) => access::endpoint_origin(stage, &e.of),
        Expect::Vary(e) => vary::vary(stage, e),
        Expect::SameCoding(e) => vary::same_coding(stage, e),
        Expect::SameType(e) => vary::same_type(stage, e),
        Expect::Resumption(e) => resume::resumption(stage, e),
        Expect::SameEvents(e) => resume::same_events(stage, e),
        Expect::Ids(e) => ids::ids(stage, e),
        Expect::Cors(e) => cors::cors(stage, e),
    }
}

/// The stream of that name, if its step was carried out.
fn stream<'s>(stage: &'s Stage<'_>, name: &str) -> Early<&'s Stream> {
    let absent = || Judgement::NothingSeen(format!("`{name}` was not opened for this target"));
    stage.streams.get(name).ok_or_else(absent)
}

/// A stream whose head is in; without one the run cannot tell.
fn answered<'s>(stage: &'s Stage<'_>, name: &str) -> Early<&'s Stream> {
    let stream = stream(stage, name)?;
    match &stream.head {
        Some(_) => Ok(stream),
        // That nobody is served after a restart is judged there.
        None if stage.restarts.values().any(|restart| restart.answered < stream.started) => {
            Err(Judgement::NothingSeen(format!("`{name}` was not served after the restart")))
        }
        None => Err(Judgement::Broken(format!("`{name}` got no answer: {}", trouble(stream)))),
    }
}

/// A stream that can be judged as one.
fn event_stream<'s>(stage: &'s Stage<'_>, name: &str) -> Early<&'s Stream> {
    let stream = answered(stage, name)?;
    if !stream.is_stream() {
        return Err(no_stream(stream));
    }
    whole(stream)?;
    Ok(stream)
}

/// A stream that went over one of our bounds was not read on, so nothing can be said of the rest.
fn whole(stream: &Stream) -> Early<()> {
    match stream.bound() {
        Some(bound) => Err(Judgement::Broken(format!("reading stopped at a bound: {bound}"))),
        None => Ok(()),
    }
}

/// What is wrong with such an answer is judged by `http/status` and `http/content-type`; to say it
/// again in every check would bury it.
fn no_stream(stream: &Stream) -> Judgement {
    Judgement::NothingSeen(format!("the answer is no event stream: {}", describe(stream)))
}

/// Absence is proved by a fence; without one, and with bytes still flowing, it is not.
fn no_fence() -> Judgement {
    let why = "the marker event did not come, though other bytes did: what is missing may be late";
    Judgement::Broken(why.to_owned())
}

/// What went wrong with a stream that has no head.
fn trouble(stream: &Stream) -> String {
    match (&stream.error, stream.redirect_problem) {
        (Some(error), _) => error.to_string(),
        (None, Some(problem)) => problem.to_owned(),
        (None, None) => "unknown".to_owned(),
    }
}

/// Status and media type in words.
fn describe(stream: &Stream) -> String {
    let Some(head) = &stream.head else { return format!("no answer ({})", trouble(stream)) };
    let media = crate::stream::media_type(head).unwrap_or_else(|| "no media type".to_owned());
    let coding = stream.content_error.iter().map(|error| format!(", {error}"));
    format!("status {}, {media}{}", head.status, coding.collect::<String>())
}
