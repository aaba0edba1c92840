//! What happened in a case, in order of time.

use std::time::Instant;

use ssecheck_model::report::{Arrivals, Moment};
use ssecheck_parser::owned::OwnedItem;

use crate::perform::Stage;
use crate::stream::Stream;
use crate::text::shown;

/// How many items of one stream are told.
const ITEMS: usize = 40;
/// How much of an event's data is told, in characters.
const DATA: usize = 60;

/// How many arrivals of one stream are told.
const ARRIVALS: usize = 48;

/// When bytes came on the connections of a case. Those on which none came have an entry only if we
/// ended them.
pub(crate) fn arrivals(stage: &Stage<'_>) -> Vec<Arrivals> {
    let chains = stage.chains.iter();
    let chained = chains.flat_map(|(name, chain)| chain.iter().map(move |one| (name, one)));
    let published = stage.publications.iter();
    let echoed = published.flat_map(|(name, all)| {
        all.iter().filter_map(move |one| Some((name, one.stream.as_ref()?)))
    });
    let streams = stage.streams.iter().chain(chained).chain(echoed);
    let told = streams.filter(|(_, stream)| stream.cut || !stream.arrivals.is_empty());
    told.map(|(name, stream)| of_arrivals(name, stream, stage.started)).collect()
}

fn of_arrivals(name: &str, stream: &Stream, started: Instant) -> Arrivals {
    let ends = stream.arrivals.iter().map(|(end, _)| *end);
    let begins = std::iter::once(0).chain(ends.clone());
    Arrivals {
        connection: name.to_owned(),
        at_ms: { stream.arrivals.iter().take(ARRIVALS) }
            .map(|(_, stamp)| milliseconds(started, stamp.received()))
            .collect(),
        bytes: ends
            .zip(begins)
            .map(|(end, begin)| end.saturating_sub(begin))
            .take(ARRIVALS)
            .collect(),
        more: stream.arrivals.len().saturating_sub(ARRIVALS) as u64,
        cut: stream.cut,
    }
}

/// The moments of a case.
pub(crate) fn timeline(stage: &Stage<'_>) -> Vec<Moment> {
    let mut moments = Vec::new();
    for (name, stream) in &stage.streams {
        of_stream(name, stream, &mut moments);
    }
    for (name, chain) in &stage.chains {
        chain.iter().for_each(|stream| of_stream(name, stream, &mut moments));
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
    for (name, restart) in &stage.restarts {
        moments.push((restart.started, name.as_str(), "restart hook called".to_owned()));
        let what = match &restart.result {
            Ok(()) => "restart hook answered".to_owned(),
            Err(error) => format!("restart failed: {error}"),
        };
        moments.push((restart.answered, name.as_str(), what));
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
