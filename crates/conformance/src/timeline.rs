//! What happened in a case, in order of time.

use std::time::Instant;

use ssecheck_model::report::Moment;
use ssecheck_parser::owned::OwnedItem;

use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::shown;

/// How many items of one stream are told.
const ITEMS: usize = 40;
/// How much of an event's data is told, in characters.
const DATA: usize = 60;

/// The moments of a case.
pub(crate) fn timeline(stage: &Stage<'_>) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (name, stream) in &stage.streams {
        of_stream(name, stream, &mut moments);
    }
    for (name, published) in &stage.publications {
        for one in published {
            let what = match &one.result {
                Ok(()) => format!("published {}", brief(one.content.data.as_deref())),
                Err(error) => format!("publishing failed: {error}"),
            };
            moments.push((one.answered, name.as_str(), what));
            if let Some(stream) = &one.stream {
                of_stream(name, stream, &mut moments);
            }
        }
    }
    moments.sort_by_key(|(at, _, _)| *at);
    let moment = |(at, connection, what): (Instant, &str, String)| Moment {
        at_ms: milliseconds(stage.started, at),
        connection: connection.to_owned(),
        what,
    };
    moments.into_iter().map(moment).collect()
}

fn of_stream<'s>(name: &'s str, stream: &Stream, moments: &mut Vec<(Instant, &'s str, String)>) {
    moments.push((
        stream.started,
        name,
        format!("{} {}", stream.plan.method, stream.plan.shown(stream.plan.url.as_str())),
    ));
    if let Some(dialed) = &stream.dialed {
        moments.push((dialed.connected, name, "connected".to_owned()));
    }
    if let Some(head) = &stream.head {
        moments.push((head.complete.received(), name, format!("head, status {}", head.status)));
    }
    for seen in stream.items.iter().take(ITEMS) {
        moments.push((seen.at, name, item(&seen.item)));
    }
    if let Some((end, at)) = &stream.end {
        moments.push((*at, name, format!("ended by the server: {end:?}")));
    }
}

fn item(item: &OwnedItem) -> String {
    match item {
        OwnedItem::Event(event) => {
            format!("event {} {}", brief(Some(&event.event_type)), brief(Some(&event.data)))
        }
        OwnedItem::Comment(text) => format!("comment {}", brief(Some(text))),
        OwnedItem::Retry(ms) => format!("retry {ms}"),
        OwnedItem::Id(id) => format!("id {}", brief(Some(id))),
    }
}

fn brief(text: Option<&str>) -> String {
    let Some(text) = text else { return "nothing".to_owned() };
    let cut: String = text.chars().take(DATA).collect();
    if cut.len() < text.len() { format!("{cut:?}…") } else { shown(text) }
}

/// Milliseconds between two times, never negative.
fn milliseconds(from: Instant, to: Instant) -> f64 {
    let micros = to.saturating_duration_since(from).as_micros();
    micros as f64 / 1000.0
}
