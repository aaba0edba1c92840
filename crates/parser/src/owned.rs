//! Items that outlive the call: the borrowed ones, copied.

use std::borrow::Cow;

use crate::{Event, Item, LimitError, Lint, Parser, Sink, Span};

/// An [`Event`] that owns its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnedEvent {
    /// See [`Event::event_type`]. Borrowed for `message`, so that most events need no allocation.
    pub event_type: Cow<'static, str>,
    /// See [`Event::data`].
    pub data: String,
    /// See [`Event::last_event_id`].
    pub last_event_id: String,
    /// See [`Event::had_data`].
    pub had_data: bool,
}

impl OwnedEvent {
    /// The same event, borrowed.
    #[must_use]
    pub fn as_event(&self) -> Event<'_> {
        Event {
            event_type: &self.event_type,
            data: &self.data,
            last_event_id: &self.last_event_id,
            had_data: self.had_data,
        }
    }
}

impl From<Event<'_>> for OwnedEvent {
    #[inline]
    fn from(event: Event<'_>) -> Self {
        Self {
            event_type: match event.event_type {
                "message" => Cow::Borrowed("message"),
                other => Cow::Owned(other.to_owned()),
            },
            data: event.data.to_owned(),
            last_event_id: event.last_event_id.to_owned(),
            had_data: event.had_data,
        }
    }
}

/// An [`Item`] that owns its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OwnedItem {
    /// See [`Item::Event`].
    Event(OwnedEvent),
    /// See [`Item::Comment`].
    Comment(String),
    /// See [`Item::Retry`].
    Retry(u64),
    /// See [`Item::Id`].
    Id(String),
}

impl From<Item<'_>> for OwnedItem {
    #[inline]
    fn from(item: Item<'_>) -> Self {
        match item {
            Item::Event(event) => Self::Event(event.into()),
            Item::Comment(text) => Self::Comment(text.to_owned()),
            Item::Retry(time) => Self::Retry(time),
            Item::Id(id) => Self::Id(id.to_owned()),
        }
    }
}

/// A sink that keeps all items and, if `LINTS`, all lints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collector<const LINTS: bool = false> {
    /// The items so far.
    pub items: Vec<(Span, OwnedItem)>,
    /// The lints so far.
    pub lints: Vec<Lint>,
}

impl<const LINTS: bool> Sink for Collector<LINTS> {
    const LINTS: bool = LINTS;

    fn item(&mut self, span: Span, item: Item<'_>) {
        self.items.push((span, item.into()));
    }

    fn lint(&mut self, lint: Lint) {
        self.lints.push(lint);
    }
}

/// All items of a whole stream, with a default [`Parser`]. An unfinished block at the end yields
/// nothing.
///
/// # Errors
///
/// [`LimitError`] if the stream exceeds the default [`Limits`](crate::Limits).
pub fn parse_all(stream: &[u8]) -> Result<Vec<(Span, OwnedItem)>, LimitError> {
    let mut all = Collector::<false>::default();
    Parser::new().feed(stream, &mut all)?;
    Ok(all.items)
}

/// All lints of a whole stream, those of its end too, with a default [`Parser`].
///
/// # Errors
///
/// [`LimitError`] if the stream exceeds the default [`Limits`](crate::Limits).
pub fn lint_all(stream: &[u8]) -> Result<Vec<Lint>, LimitError> {
    let mut all = Collector::<true>::default();
    let mut parser = Parser::new();
    parser.feed(stream, &mut all)?;
    parser.finish(&mut all);
    Ok(all.lints)
}
