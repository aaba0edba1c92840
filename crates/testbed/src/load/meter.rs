//! Finds, in the bytes that a socket has taken, the events whose last byte they hold.

use std::sync::Arc;

use ssecheck_parser::{Item, Parser};

use super::dechunk::Dechunk;
use super::truth::now;
use super::{Payload, Truth};
use crate::connection::Connection;

/// Longest head of an answer; after more there is nothing of ours on the connection.
const HEAD_BYTES: usize = 64 * 1024;

#[derive(Debug)]
enum Place {
    /// Before the stream of the hub, or in the head of its answer.
    Head(Vec<u8>),
    /// In a body with chunks, or without.
    Body(Option<Dechunk>, Box<Parser>),
    /// Nothing more to be found.
    Over,
}

/// The meter of one connection.
#[derive(Debug)]
pub(crate) struct Meter {
    truth: Arc<Truth>,
    connection: Arc<Connection>,
    place: Place,
}

impl Meter {
    pub(crate) fn new(truth: &Arc<Truth>, connection: &Arc<Connection>) -> Self {
        let (truth, connection) = (Arc::clone(truth), Arc::clone(connection));
        Self { truth, connection, place: Place::Head(Vec::new()) }
    }

    /// The time to be given to [`Meter::wrote`], taken just before a write.
    pub(super) fn before_write(&self) -> i64 {
        now()
    }

    /// The socket has taken these bytes in one write that began at the time.
    pub(super) fn wrote(&mut self, bytes: &[u8], at: i64) {
        if !self.connection.has_streamed() {
            return;
        }
        if let Some(part) = self.body_of(bytes) {
            self.read(part, at);
        }
    }

    /// The part of the bytes that belongs to the body of the stream.
    fn body_of<'a>(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
        let Place::Head(head) = &mut self.place else { return Some(bytes) };
        let before = head.len();
        head.extend_from_slice(bytes);
        let Some(end) = end_of_head(head) else {
            if head.len() > HEAD_BYTES {
                self.place = Place::Over;
            }
            return None;
        };
        let rest = &bytes[end.saturating_sub(before).min(bytes.len())..];
        head.truncate(end);
        self.place = after_head(head);
        match self.place {
            // An interim answer, or one from before the stream: the next head follows.
            Place::Head(_) => self.body_of(rest),
            _ => Some(rest),
        }
    }

    fn read(&mut self, bytes: &[u8], at: i64) {
        let Place::Body(dechunk, parser) = &mut self.place else { return };
        let truth = &self.truth;
        let mut parse = |data: &[u8]| {
            // A limit of the parser is beyond what can be published.
            let _ = parser.feed_with(data, |_, item| {
                let Item::Event(event) = item else { return };
                if let Some(payload) = Payload::read(event.data) {
                    truth.record(payload, at);
                }
            });
        };
        match dechunk {
            Some(dechunk) => dechunk.feed(bytes, parse),
            None => parse(bytes),
        }
    }
}

fn end_of_head(text: &[u8]) -> Option<usize> {
    text.windows(4).position(|part| part == b"\r\n\r\n").map(|at| at + 4)
}

fn after_head(head: &[u8]) -> Place {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    if text.split(' ').nth(1).is_some_and(|status| status.starts_with('1')) {
        return Place::Head(Vec::new());
    }
    if !text.contains("\r\ncontent-type: text/event-stream") {
        return Place::Over;
    }
    let chunked = text.contains("\r\ntransfer-encoding:").then(Dechunk::default);
    Place::Body(chunked, Box::default())
}
