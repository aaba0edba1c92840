//! The chunks as a stream that has the next one only when the parser has dealt with the last.

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_core::Stream;

use crate::protocol::{Case, Seen};

/// A body. Pending until [`drive`] lets the next chunk come.
#[derive(Clone)]
pub struct Feed {
    chunks: Vec<Bytes>,
    given: usize,
    let_in: Arc<AtomicUsize>,
}

impl Feed {
    pub fn new(case: &Case) -> Self {
        let chunks = case.chunks.iter().map(|chunk| Bytes::copy_from_slice(chunk)).collect();
        Self { chunks, given: 0, let_in: Arc::default() }
    }

    /// The next chunk; `None` is the end.
    pub fn poll_chunk(&mut self) -> Poll<Option<Bytes>> {
        if self.given >= self.let_in.load(Ordering::Relaxed) {
            return Poll::Pending;
        }
        let chunk = self.chunks.get(self.given).cloned();
        self.given += 1;
        Poll::Ready(chunk)
    }

    fn gate(&self) -> Gate {
        Gate { chunks: self.chunks.len(), let_in: Arc::clone(&self.let_in) }
    }
}

impl Stream for Feed {
    type Item = Result<Bytes, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_chunk().map(|chunk| chunk.map(Ok))
    }
}

/// Lets the chunks of a feed come.
pub struct Gate {
    chunks: usize,
    let_in: Arc<AtomicUsize>,
}

/// Whether to go on reading.
pub enum Next {
    More,
    Stop,
}

/// Reads the parser that `parser` has made of the feed, chunk by chunk; `each` tells of what it gives.
pub fn drive<S: Stream>(
    feed: Feed,
    parser: impl FnOnce(Feed) -> S,
    seen: &mut Seen,
    mut each: impl FnMut(&mut Seen, S::Item) -> Next,
    finish: impl FnOnce(&mut Seen, &S),
) {
    let gate = feed.gate();
    let mut parser = pin!(parser(feed));
    let mut context = Context::from_waker(Waker::noop());
    for k in 0..=gate.chunks {
        seen.k = k;
        gate.let_in.store(k + 1, Ordering::Relaxed);
        while let Poll::Ready(item) = parser.as_mut().poll_next(&mut context) {
            let Some(item) = item else { return finish(seen, &parser) };
            if let Next::Stop = each(seen, item) {
                return finish(seen, &parser);
            }
        }
    }
    // Pending after the end: it waits for something that never comes.
    finish(seen, &parser);
}
