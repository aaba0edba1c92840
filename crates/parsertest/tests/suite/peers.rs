//! `Check` on our parser and on those of others.

use std::convert::Infallible;

use futures_util::{Stream, StreamExt, stream};
use sse_core::{SseDecoder, SseEvent};
use ssecheck_model::parser::{ClassVerdict, ParserProfile};
use ssecheck_parser::owned::{Collector, OwnedItem};
use ssecheck_parser::{LimitError, Parser};
use ssecheck_parsertest::protocol::{CommentCap, IdCap, RetryCap};
use ssecheck_parsertest::{Check, CheckReport, Seen};

fn ours(chunks: &[&[u8]]) -> Result<Vec<Seen>, LimitError> {
    let (mut parser, mut all) = (Parser::new(), Collector::<false>::default());
    for chunk in chunks {
        parser.feed(chunk, &mut all)?;
    }
    let state = parser.finish(&mut all);
    let seen = |item| match item {
        OwnedItem::Event(event) => {
            let id = Some(event.last_event_id);
            Some(Seen::event(Some(event.event_type.into_owned()), event.data, id))
        }
        OwnedItem::Retry(time) => Some(Seen::Retry(time)),
        OwnedItem::Comment(text) => Some(Seen::Comment(text)),
        OwnedItem::Id(_) => None,
    };
    let items = all.items.into_iter().filter_map(|(_, item)| seen(item));
    Ok(items.chain([Seen::LastEventId(state.last_event_id)]).collect())
}

#[test]
fn our_parser_is_clean_over_many_streams() {
    let all = Check::new().streams(150).seed(7);
    let all = all.retries(RetryCap::List).comments(CommentCap::Raw).last_event_id();
    let report = all.report(ours);
    assert!(report.is_clean(), "{report}");
    assert!(report.executions > 15_000, "{}", report.executions);
    all.profile(ParserProfile::Core).streams(20).run(ours);
}

#[test]
fn sse_core_is_clean() {
    Check::new().retries(RetryCap::List).last_event_id().run(|chunks| {
        let (mut decoder, mut out) = (SseDecoder::new(), Vec::new());
        for chunk in chunks {
            let mut rest = *chunk;
            while let Some(item) = decoder.next(&mut rest) {
                out.push(match item.map_err(|error| error.to_string())? {
                    SseEvent::Retry(time) => Seen::Retry(time.into()),
                    SseEvent::Message(event) => {
                        let id = event.last_event_id.as_deref().map(str::to_owned);
                        Seen::event(Some(event.event.to_string()), event.data, id)
                    }
                });
            }
        }
        let id = decoder.last_event_id().map(|id| id.to_string()).unwrap_or_default();
        out.push(Seen::LastEventId(id));
        Ok::<_, String>(out)
    });
}

#[test]
fn sse_parse_is_clean() {
    Check::new().retries(RetryCap::Final).last_event_id().run(|chunks| {
        let (mut parser, mut out) = (sse_parse::SseParser::new(), Vec::new());
        for chunk in chunks {
            parser.feed(chunk);
            while let Some(event) = parser.next_event() {
                out.push(Seen::event(Some(event.event), event.data, Some(event.id)));
            }
        }
        parser.finish();
        out.push(Seen::LastEventId(parser.last_event_id().to_owned()));
        let retry = parser.retry().map(|time| Seen::Retry(time.as_millis() as u64));
        Ok::<_, Infallible>(out.into_iter().chain(retry).collect())
    });
}

/// All of a stream that is always ready; the first error ends it.
fn drained<T, E: std::fmt::Debug>(
    items: impl Stream<Item = Result<T, E>>,
    seen: impl Fn(T) -> Option<Seen>,
) -> Result<Vec<Seen>, String> {
    let all = futures_util::FutureExt::now_or_never(items.collect::<Vec<_>>());
    let all = all.ok_or("pending for ever")?;
    let items: Result<Vec<T>, E> = all.into_iter().collect();
    Ok(items.map_err(|error| format!("{error:?}"))?.into_iter().filter_map(seen).collect())
}

fn eventsource_stream(check: &Check) -> CheckReport {
    check.report(|chunks| {
        let bytes = stream::iter(chunks.to_vec()).map(Ok::<&[u8], Infallible>);
        drained(eventsource_stream::EventStream::new(bytes), |event| {
            Some(Seen::event(Some(event.event), event.data, Some(event.id)))
        })
    })
}

#[test]
fn eventsource_stream_panics_at_a_byte_order_mark_and_fails_on_ill_formed_bytes() {
    let report = eventsource_stream(&Check::new());
    let of = |class| report.find(class).unwrap_or_else(|| panic!("{class}:\n{report}"));
    let bom = of("bom.strip");
    assert_eq!(bom.verdict, ClassVerdict::Crash, "{report}");
    assert!(bom.chunks == [b"\xEF\xBB\xBF"] && bom.actual.starts_with("panic: "), "{report}");
    let ill_formed = of("utf8.invalid");
    assert_eq!(ill_formed.verdict, ClassVerdict::Fail);
    assert_eq!(ill_formed.chunks.concat().len(), b"data: \xFF\n\n".len(), "{report}");
    assert!(report.find("eol.cr-at-end").is_some(), "{report}");
    assert!(report.find("plain").is_none() && report.find("chunk.split").is_none(), "{report}");
}

#[test]
fn sse_stream_deviates_only_as_it_is_known_to() {
    let report = Check::new().ids(IdCap::Own).report(|chunks| {
        let bytes = stream::iter(chunks.to_vec()).map(Ok::<&[u8], Infallible>);
        drained(sse_stream::SseByteStream::new(bytes), |event| {
            let id = event.id;
            Some(Seen::event(event.event, event.data?, id))
        })
    });
    let classes: Vec<&str> = report.findings.iter().map(|found| found.class).collect();
    assert_eq!(classes, ["event.empty-is-message", "utf8.invalid"], "{report}");
}

#[test]
fn sseer_deviates_only_as_it_is_known_to() {
    let report = Check::new().report(|chunks| {
        let bytes = stream::iter(chunks.iter().map(|chunk| Ok::<_, Infallible>(chunk.to_vec())));
        drained(sseer::event_stream::EventStream::new(bytes), |event| {
            let [event_type, id] = [event.event, event.id].map(|text| Some(text.to_string()));
            Some(Seen::event(event_type, event.data.to_string(), id))
        })
    });
    let classes: Vec<&str> = report.findings.iter().map(|found| found.class).collect();
    assert_eq!(classes, ["utf8.invalid"], "{report}");
}
