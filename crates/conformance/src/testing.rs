//! What the unit tests stand on: targets, cases and answers without a network.

use std::time::Instant;

use bytes::BytesMut;
use ssecheck_model::case::Case;
use ssecheck_model::target::Target;
use ssecheck_transport::{DialOptions, Head, HeadParser, HeadProgress, Stamp, Url, Version};

use crate::hook::{Content, HookError, Published};
use crate::judge::{Judgement, judge};
use crate::perform::Stage;
use crate::request::Plan;
use crate::stream::Stream;
use crate::subject::Subject;

/// The head of a plain stream.
pub(crate) const STREAM: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

/// A target file made ready; nobody listens there.
pub(crate) fn subject(yaml: &str) -> Subject {
    let target = Target::load("target.yaml", yaml, &|_| None).unwrap();
    Subject::new(&target, DialOptions::default(), 1.0).unwrap()
}

/// A hub: a target with a publish hook.
pub(crate) fn hub() -> Subject {
    subject("url: http://127.0.0.1:1/\npublish: { url: /publish, body: '{{data}}{{id}}{{event}}' }")
}

/// A case with the connections `main` and `other`, the publication `some`, and one check.
pub(crate) fn case(expect: &str) -> Case {
    let text = format!(
        "id: test/case
title: a case
steps:
  - connect: {{ as: main }}
  - publish: {{ as: some, data: x }}
  - connect: {{ as: other }}
checks:
  - id: test/check
    level: must
    source: a source
    requirement: a requirement
    expect: {expect}
"
    );
    Case::load("case.yaml", &text).unwrap()
}

/// A head as the wire reader gives it.
pub(crate) fn head(raw: &str) -> Head {
    let mut parser = HeadParser::new("GET", Version::Http11, 0);
    match parser.advance(&mut BytesMut::from(raw), Stamp::now()).unwrap() {
        HeadProgress::Done(head) => *head,
        HeadProgress::NeedMore => panic!("no whole head: {raw:?}"),
    }
}

/// An answer with this head and these bytes of the body, all of them taken by a `read` step.
pub(crate) fn answer(raw_head: &str, body: &str) -> Stream {
    let url = Url::parse("http://127.0.0.1:1/").unwrap();
    let mut stream = Stream::new(Plan::bare(url, "GET"));
    stream.head = Some(head(raw_head));
    stream.take(body.as_bytes(), Stamp::now());
    stream.taken = stream.items.len();
    stream
}

/// A stream of these events: an id, if it is not empty, and data.
pub(crate) fn stream(events: &[(&str, &str)]) -> Stream {
    let block = |(id, data): &(&str, &str)| match *id {
        "" => format!("data: {data}\n\n"),
        id => format!("id: {id}\ndata: {data}\n\n"),
    };
    answer(STREAM, &events.iter().map(block).collect::<String>())
}

/// An event that was handed to a hook.
pub(crate) fn published(data: &str, result: Result<(), HookError>) -> Published {
    Published {
        content: Content { data: Some(data.to_owned()), ..Content::default() },
        started: Instant::now(),
        answered: Instant::now(),
        result,
        command: None,
        stream: None,
    }
}

/// Events that a hook took.
pub(crate) fn taken(data: &[&str]) -> Vec<Published> {
    data.iter().map(|data| published(data, Ok(()))).collect()
}

/// The judgement, in one word, of `expect` on streams of these names at a hub.
pub(crate) fn judged_on(expect: &str, streams: Vec<(&str, Stream)>) -> &'static str {
    let (subject, case) = (hub(), case(expect));
    let mut stage = Stage::new(&subject, &case, "tok".to_owned());
    for (name, stream) in streams {
        stage.streams.insert(name.to_owned(), stream);
    }
    word(&judge(&stage, &case.checks[0]).0)
}

/// A case of two checks, the first of which judges bytes.
pub(crate) fn two_checks() -> Case {
    let check = |id, expect| {
        format!("  - {{ id: a/{id}, level: must, source: x, requirement: x, expect: {expect} }}\n")
    };
    let [bytes, time] = [
        check("one", "{ lints: { of: main, none: [] } }"),
        check("two", "{ answered: { of: main } }"),
    ];
    let steps = "steps:\n  - connect: { as: main }\n";
    let text = format!("id: a/case\ntitle: Two checks\n{steps}checks:\n{bytes}{time}");
    Case::load("case.yaml", &text).unwrap()
}

/// A judgement in one word: its reason code, where it has one.
pub(crate) fn word(judgement: &Judgement) -> &'static str {
    match judgement {
        Judgement::Pass => "pass",
        Judgement::NothingSeen(_) => "nothing-seen",
        Judgement::Untestable(_) => "untestable",
        Judgement::Broken(_) => "broken",
        Judgement::Violated(violation) => violation.reason,
    }
}

/// A stream whose bytes came in these pieces, each so many milliseconds after `begun`; the head
/// came then.
pub(crate) fn timed(begun: Instant, raw_head: &str, pieces: &[(u64, &[u8])]) -> Stream {
    let mut stream = answer(raw_head, "");
    stream.arrivals.clear();
    stream.items.clear();
    if let Some(head) = &mut stream.head {
        head.complete = Stamp { at: begun, kernel_at: None };
    }
    for (ms, piece) in pieces {
        let at = begun + std::time::Duration::from_millis(*ms);
        stream.take(piece, Stamp { at, kernel_at: None });
    }
    stream
}
