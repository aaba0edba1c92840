//! What a parser made of a stream, in full.

use ssecheck_parser::owned::{Collector, OwnedItem};
use ssecheck_parser::{FinalState, Lint, Parser, Span};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) items: Vec<(Span, OwnedItem)>,
    pub(crate) lints: Vec<Lint>,
    pub(crate) state: FinalState,
}

impl Outcome {
    /// Items without their spans, for streams whose bytes differ.
    pub(crate) fn said(&self) -> Vec<OwnedItem> {
        self.items.iter().map(|(_, item)| item.clone()).collect()
    }

    /// Events as `type|data|id`.
    pub(crate) fn events(&self) -> Vec<String> {
        self.items.iter().filter_map(|(_, item)| event(item)).collect()
    }
}

fn event(item: &OwnedItem) -> Option<String> {
    let OwnedItem::Event(event) = item else { return None };
    Some(format!("{}|{}|{}", event.event_type, event.data, event.last_event_id))
}

/// Feeds the chunks to this parser, ends the stream and returns all that came out.
pub(crate) fn feed<'a>(parser: &mut Parser, chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut all = Collector::<true>::default();
    for chunk in chunks {
        parser.feed(chunk, &mut all).expect("within the limits");
    }
    let state = parser.finish(&mut all);
    Outcome { items: all.items, lints: all.lints, state }
}

/// A whole stream through a new parser.
pub(crate) fn whole(stream: &[u8]) -> Outcome {
    feed(&mut Parser::new(), [stream])
}

/// Chunks through a new parser.
pub(crate) fn chunked<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    feed(&mut Parser::new(), chunks)
}
