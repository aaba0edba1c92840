//! What a stream must give, and when.

use ssecheck_parser::{Item, Parser};

/// What a parser must say of a stream that comes in given chunks, in the browser profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// What it says, in order.
    pub records: Vec<Due>,
    /// The last event ID at the end.
    pub last_event_id: String,
    /// The last reconnection time in milliseconds, if there was one.
    pub retry: Option<u64>,
}

/// A record, and when it can be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Index of the chunk that has the last byte that it needs.
    pub chunk: usize,
    /// What it is.
    pub record: Record,
}

/// One thing that a stream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// An event.
    Event(SeenEvent),
    /// A valid `retry` field, in milliseconds; saturates.
    Retry(u64),
    /// A comment: all after the colon.
    Comment(String),
    /// A block without data that has an `event`, an `id` or a `retry` field: nothing in the browser
    /// profile. Some interfaces cannot help showing it, and then it looks like this.
    Dataless(SeenEvent),
}

/// An event as the standard has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenEvent {
    /// Its type.
    pub event_type: String,
    /// Its data.
    pub data: String,
    /// The last event ID, its own or an earlier one's.
    pub last_event_id: String,
    /// Whether an `id` field that counts stands in its own block.
    pub own_id: bool,
    /// The reconnection time that its own block has set.
    pub own_retry: Option<u64>,
}

/// What these chunks must give to a parser that starts with this last event ID.
pub fn expected<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, seed: &str) -> Expected {
    // Core shows blocks without data too, and is the same in all else.
    let mut parser =
        Parser::new().with_profile(ssecheck_parser::Profile::Core).with_last_event_id(seed);
    let mut records = Vec::new();
    let mut block = Block::default();
    for (chunk, bytes) in chunks.into_iter().enumerate() {
        let fed = parser.feed_with(bytes, |span, item| {
            records.extend(block.record(span.start, item).map(|record| Due { chunk, record }));
        });
        if fed.is_err() {
            break; // beyond the limits there is nothing to compare
        }
    }
    let (last_event_id, retry) = (parser.last_event_id().to_owned(), parser.retry());
    Expected { records, last_event_id, retry }
}

/// What the block at hand has said before its event.
#[derive(Debug, Default)]
struct Block {
    /// Where the last `id` line that counted begins.
    id_at: Option<u64>,
    /// Where the last `retry` line begins, and its value.
    retry: Option<(u64, u64)>,
}

impl Block {
    fn record(&mut self, start: u64, item: Item<'_>) -> Option<Record> {
        match item {
            Item::Comment(text) => Some(Record::Comment(text.to_owned())),
            Item::Retry(time) => {
                self.retry = Some((start, time));
                Some(Record::Retry(time))
            }
            Item::Id(_) => {
                self.id_at = Some(start);
                None
            }
            Item::Event(event) => {
                let seen = SeenEvent {
                    event_type: event.event_type.to_owned(),
                    data: event.data.to_owned(),
                    last_event_id: event.last_event_id.to_owned(),
                    own_id: self.id_at.is_some_and(|at| at >= start),
                    own_retry: self.retry.filter(|(at, _)| *at >= start).map(|(_, time)| time),
                };
                Some(if event.had_data { Record::Event(seen) } else { Record::Dataless(seen) })
            }
        }
    }
}
