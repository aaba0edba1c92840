//! A client that loses its connection in the middle of an event.

use ssecheck_model::step::CutPoint;
use ssecheck_parser::owned::OwnedItem;
use ssecheck_parser::{Parser, Span};

use super::Stream;

impl Stream {
    /// Makes the stream what it is to a client that lost everything behind the cut: the bytes up to
    /// there are read anew, so that an unfinished event counts neither as event nor for the id to
    /// resume from (HTML 9.2.5). Without a taken event there is nothing to tear.
    pub(crate) fn tear(&mut self, at: CutPoint) {
        let Some(offset) = self.tear_offset(at) else { return };
        let bytes = std::mem::take(&mut self.bytes);
        let arrivals = std::mem::take(&mut self.arrivals);
        self.items.clear();
        self.lints.clear();
        self.parser = Parser::new();
        (self.end, self.cut) = (None, true);
        let mut start = 0;
        for (end, stamp) in arrivals {
            let end = (end as usize).min(offset);
            if start < end {
                self.parse(&bytes[start..end], stamp);
            }
            start = end;
        }
        self.taken = self.items.len();
    }

    fn tear_offset(&self, at: CutPoint) -> Option<usize> {
        let taken = self.items[..self.taken].iter().rev();
        let is_event = |item: &OwnedItem| matches!(item, OwnedItem::Event(_));
        let span = taken.filter(|seen| is_event(&seen.item)).map(|seen| seen.span).next()?;
        match at {
            CutPoint::Event => None,
            CutPoint::MidEvent => Some(middle(span)),
            CutPoint::MidCharacter => Some(self.in_character(span).unwrap_or_else(|| middle(span))),
        }
    }

    /// The last place within the span that is inside a character.
    fn in_character(&self, span: Span) -> Option<usize> {
        let (start, end) = (span.start as usize, span.end as usize);
        let is_continued = |byte: &u8| (0x80..0xC0).contains(byte);
        self.bytes[start..end].iter().rposition(is_continued).map(|at| start + at)
    }
}

/// Behind the `id` line of most events, so that a client that takes it too early shows.
fn middle(span: Span) -> usize {
    (span.start + span.len() * 2 / 3) as usize
}

#[cfg(test)]
#[path = "tear_tests.rs"]
mod tests;
