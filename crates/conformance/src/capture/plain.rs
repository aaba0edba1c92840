//! A stream in a file: what `curl -N -i` or `curl -N` wrote, or a dump of the wire.

use ssecheck_model::case::{Case, Check};
use ssecheck_model::expect::{Expect, IdRule, WireRule};
use ssecheck_model::report::{CheckResult, Conformance, TargetInfo};
use ssecheck_model::step::{Connect, Destination, HttpVersion, Step, Who};
use ssecheck_model::target::Target;
use ssecheck_model::verdict::Outcome;
use ssecheck_transport::{BodyPart, DialOptions, End, Framing, Head, Replay, Stamp, Url, Version};

use super::Rechecked;
use super::recheck::NOT_IN_CAPTURE;
use crate::discover::note;
use crate::judge::judge;
use crate::outcome::{Gate, gate, not_carried_out, result};
use crate::perform::Stage;
use crate::request::Plan;
use crate::stream::{Hop, MAX_STREAM_BYTES, Stream};
use crate::subject::Subject;
use crate::suite::Suite;

/// The largest file with a stream that is judged, in bytes.
pub const MAX_PLAIN_BYTES: u64 = (MAX_STREAM_BYTES + 1024 * 1024) as u64;
/// How much is read at once, in bytes.
const PIECE: usize = 16 * 1024;
/// The head that stands in for one that is not in the file. No check of heads is judged then.
const STAND_IN: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
/// The URL that stands in for the target's. RFC 6761 6.4: the name can never exist.
const NOWHERE: &str = "http://capture.invalid/";

/// What a file holds.
struct Dump {
    stream: Stream,
    head: bool,
    /// Whether the head was written by a server, and not by a client for HTTP/2.
    http1: bool,
    /// Whether the body is as it was on the wire.
    wire: bool,
}

/// Judges the stream in `bytes` by every check of `suite` that speaks of one stream that is merely
/// read, and that judges bytes. `name` stands for the target in the result.
///
/// # Errors
/// When the bytes hold no stream; a sentence that says why.
pub fn recheck_stream(
    name: &str,
    bytes: &[u8],
    suite: &Suite,
    strict: bool,
) -> Result<Rechecked, String> {
    let mut dump = Dump::of(bytes)?;
    dump.stream.taken = dump.stream.items.len();
    let target = Target::bare(NOWHERE).map_err(|error| error.to_string())?;
    let dial = DialOptions { kernel_time: false, ..DialOptions::default() };
    let mut subject = Subject::new(&target, dial, 1.0).map_err(|error| error.to_string())?;
    note(&mut subject, &dump.stream);
    let mut checks = Vec::new();
    for case in &suite.cases {
        for check in &case.checks {
            checks.push(dump.judged(&subject, (case, check), strict));
        }
    }
    let seen = subject.seen().map(|capability| capability.as_str().to_owned()).collect();
    Ok(Rechecked {
        conformance: Conformance::new(checks, None),
        target: TargetInfo { url: name.to_owned(), provides: Vec::new(), seen, testbed: false },
        started_at: String::new(),
        interrupted: false,
        notes: vec![dump.described()],
    })
}

impl Dump {
    fn of(mut bytes: &[u8]) -> Result<Self, String> {
        let url = Url::parse(NOWHERE).map_err(|error| error.to_string())?;
        let mut stream = Stream::new(Plan::bare(url, "GET"));
        if !is_head(bytes) {
            let head = head_of(STAND_IN)?.0;
            stream.answered(head);
            bytes.chunks(PIECE).for_each(|piece| take(&mut stream, piece));
            return Ok(Self { stream, head: false, http1: false, wire: false });
        }
        let (mut head, mut used) = head_of(bytes)?;
        // Redirects that curl followed, and what a proxy said first.
        while is_head(&bytes[used..]) {
            if (300..400).contains(&head.status) {
                let location = head.field("location");
                let location = location.map(|text| String::from_utf8_lossy(text).into_owned());
                stream.hops.push(Hop { status: head.status, location });
            }
            bytes = &bytes[used..];
            (head, used) = head_of(bytes)?;
        }
        let chunked = head.framing == Framing::Chunked;
        let http1 = matches!(head.version, Version::Http10 | Version::Http11);
        let wire = http1 && (!chunked || looks_chunked(&bytes[used..]));
        stream.answered(head);
        read(bytes, wire, &mut stream);
        Ok(Self { stream, head: true, http1, wire })
    }

    /// What the file was taken for.
    fn described(&self) -> String {
        let chunked = matches!(&self.stream.head, Some(head) if head.framing == Framing::Chunked);
        let form = match (self.head, self.wire, chunked) {
            (false, ..) => "a body alone, as `curl -N` writes it",
            (true, false, _) => {
                "a head and a body without its transfer coding, as `curl -N -i` writes it"
            }
            (true, true, true) => "a head and a chunked body, as on the wire",
            (true, true, false) => "a head and a body",
        };
        let (events, bytes) = (self.stream.events().count(), self.stream.bytes.len());
        format!("taken for {form}: {bytes} bytes of the stream, {events} events")
    }

    fn judged(
        &mut self,
        subject: &Subject,
        (case, check): (&Case, &Check),
        strict: bool,
    ) -> CheckResult {
        let untold =
            |why: &str| not_carried_out(case, check, Outcome::NotApplicable, NOT_IN_CAPTURE, why);
        let declared = match gate(subject, case, check) {
            Gate::Open { declared } => declared,
            shut => {
                let told = crate::run::shut(case, check, &shut);
                return told.unwrap_or_else(|| untold("it cannot be told"));
            }
        };
        let name = passive(case, check).and_then(|name| self.shows(check).map(|()| name));
        let name = match name {
            Ok(name) => name.to_owned(),
            Err(why) => return untold(why),
        };
        let mut stage = Stage::new(subject, case, String::new());
        let url = self.stream.plan.url.clone();
        let held = std::mem::replace(&mut self.stream, Stream::new(Plan::bare(url, "GET")));
        stage.streams.insert(name.clone(), held);
        let (judgement, evidence) = judge(&stage, check);
        if let Some(stream) = stage.streams.remove(&name) {
            self.stream = stream;
        }
        let mut result = result(case, check, judgement, evidence, (declared, strict));
        // The file has no times, and nothing was sent that could be sent again.
        result.evidence.timeline.clear();
        result.evidence.reproduce = None;
        result
    }

    /// Whether the file shows what the check judges.
    fn shows(&self, check: &Check) -> Result<(), &'static str> {
        let head = match (self.head, self.http1) {
            (false, _) => Err("the file has no head"),
            (true, true) => Ok(()),
            (true, false) => Err("the head is not the server's own: curl wrote it for HTTP/2"),
        };
        let ended = match self.stream.end {
            Some(_) => Ok(()),
            None => Err("the file does not tell how the stream ended"),
        };
        match &check.expect.value {
            Expect::Lints(lints) if lints.publication.is_some() => Err("nothing was published"),
            Expect::Lints(lints) => match lints.needs {
                Some(ssecheck_model::expect::Seen::End) => ended,
                _ => Ok(()),
            },
            Expect::Ids(ids) if ids.rule == IdRule::Stable => Err("it compares two connections"),
            Expect::Ids(_) | Expect::Retry(_) | Expect::EmptyOpening(_) => Ok(()),
            Expect::Status(_)
            | Expect::ContentType(_)
            | Expect::Charset(_)
            | Expect::Header(_)
            | Expect::Redirects(_) => self.head.then_some(()).ok_or("the file has no head"),
            Expect::Wire(_) if head.is_err() => head,
            Expect::Wire(wire) => self.shows_wire(wire.rule, ended),
            _ => Err("it needs more than the bytes of one stream"),
        }
    }

    fn shows_wire(
        &self,
        rule: WireRule,
        ended: Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        match rule {
            WireRule::HeadWellFormed
            | WireRule::NoLengthWithChunked
            | WireRule::NoLength
            | WireRule::CodingReal => Ok(()),
            WireRule::ChunksWellFormed | WireRule::ChunkedOnce if self.wire => Ok(()),
            WireRule::ChunksWellFormed | WireRule::ChunkedOnce => {
                Err("the transfer coding is not in the file")
            }
            WireRule::EndsComplete | WireRule::LengthHolds => ended,
            _ => Err("it depends on what was asked for"),
        }
    }
}

/// The one connection of a check, if it is opened as `EventSource` does and merely read.
fn passive<'c>(case: &Case, check: &'c Check) -> Result<&'c str, &'static str> {
    let names = check.expect.value.names();
    let connection = |name: &str| {
        case.steps.iter().find_map(|step| match &step.value {
            Step::Connect(connect) if connect.name.value == name => Some(connect),
            _ => None,
        })
    };
    match names.as_slice() {
        [name] => match connection(name) {
            Some(connect) if is_plain(connect) => Ok(name.value.as_str()),
            Some(_) => Err("it needs a request of its own"),
            None => Err("it needs more than the bytes of one stream"),
        },
        _ => Err("it speaks of more than one stream"),
    }
}

fn is_plain(connect: &Connect) -> bool {
    let asks = connect.url.is_some() || connect.method.is_some() || connect.body.is_some();
    let fields =
        !connect.headers.is_empty() || connect.last_event_id.is_some() || connect.origin.is_some();
    let elsewhere = connect.to != Destination::Target || connect.who != Who::Owner;
    !asks
        && !fields
        && !elsewhere
        && connect.version == HttpVersion::Http11
        && connect.when.is_none()
}

/// Reads the answer; `wire` tells whether its transfer coding is still there.
fn read(bytes: &[u8], wire: bool, stream: &mut Stream) {
    let mut replay = Replay::new("GET", Version::Http11);
    let (mut open, mut coded) = (false, None);
    for piece in bytes.chunks(PIECE) {
        replay.push(piece, Stamp::now());
        if !open {
            open = matches!(replay.head(), Ok(Some(_)));
            if open && !wire {
                replay.body_is_bare();
            }
        }
        while let (true, None, None) = (open, stream.bound(), &stream.end) {
            match replay.part() {
                Ok(Some(BodyPart::Data(chunk))) => {
                    // Clients that undo a content coding leave the field as it was.
                    if !*coded.get_or_insert_with(|| looks_coded(&chunk.bytes)) {
                        stream.uncoded();
                    }
                    stream.take(&chunk.bytes, chunk.stamp);
                }
                Ok(Some(BodyPart::End(End::NoBody)) | None) => break,
                Ok(Some(BodyPart::End(end))) => stream.ended(end),
                Err(error) => {
                    stream.error = Some(error);
                    break;
                }
            }
        }
    }
    stream.facts = replay.facts();
    stream.record = Some(replay.into_record());
}

fn take(stream: &mut Stream, piece: &[u8]) {
    if stream.bound().is_none() {
        stream.take(piece, Stamp::now());
    }
}

fn is_head(bytes: &[u8]) -> bool {
    let digit = bytes.get(5).is_some_and(u8::is_ascii_digit);
    digit && bytes.starts_with(b"HTTP/")
}

/// The head, and how many bytes it takes.
fn head_of(bytes: &[u8]) -> Result<(Head, usize), String> {
    let mut replay = Replay::new("GET", Version::Http11);
    let most = bytes.len().min(ssecheck_transport::MAX_HEAD_BYTES * 2);
    replay.push(&bytes[..most], Stamp::now());
    let head = replay.head().map_err(|error| format!("it begins with no HTTP head: {error}"))?;
    let head = head.ok_or("the head in it is not complete")?;
    Ok((head, usize::try_from(replay.used()).unwrap_or(most)))
}

/// Whether a body begins with a chunk: a size line, and a line end behind so many bytes, as far as
/// the file goes.
fn looks_chunked(body: &[u8]) -> bool {
    let Some(line) = body.iter().take(4096).position(|byte| *byte == b'\n') else { return false };
    let text = body[..line].split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let digits = std::str::from_utf8(text).ok().filter(|text| !text.starts_with('+'));
    let size = digits.and_then(|digits| usize::from_str_radix(digits, 16).ok());
    let Some(end) = size.and_then(|size| size.checked_add(line + 1)) else { return false };
    matches!(body.get(end), None | Some(b'\r' | b'\n'))
}

/// Whether bytes are no text: gzip, zlib and their like have bytes at their start that no UTF-8 has.
fn looks_coded(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(64)];
    let text = match std::str::from_utf8(start) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none(),
    };
    !text || start.iter().any(|byte| *byte < b'\t')
}
