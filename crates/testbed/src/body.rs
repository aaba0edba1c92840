//! The body of a stream of the hub.

mod coding;
mod pool;
mod shape;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep};

pub(crate) use coding::{Coding, chunk};
pub(crate) use shape::Shape;

use crate::Switches;
use crate::hub::Feed;
use crate::load::{Course, Step};
use crate::memory::OpenStream;

/// Where the events come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The hub, until it ends the stream.
    Hub {
        /// Events from now on.
        feed: Feed,
        /// Dropped with the stream.
        _open: OpenStream,
    },
    /// Nowhere: what is ready is all.
    Ended,
}

/// What breaks a silence.
#[derive(Debug)]
struct Heartbeat {
    period: Duration,
    text: Bytes,
    /// Of the last piece of the stream. The timer is set anew only when it has run out: it would
    /// cost more per event than anything else here.
    last: Instant,
    timer: Pin<Box<Sleep>>,
    /// Whether there is none before the first event.
    waits: bool,
}

/// Pieces that are ready, then events as they come, with heartbeats in their silences.
#[derive(Debug)]
pub(crate) struct EventBody {
    ready: VecDeque<Bytes>,
    source: Source,
    shape: Shape,
    /// Takes the place of the shape.
    course: Option<Box<Course>>,
    coding: Coding,
    heartbeat: Option<Heartbeat>,
    /// Written when the hub ends the stream because of a restart.
    farewell: Option<Bytes>,
    /// Nothing is written before this has passed.
    start: Option<Pin<Box<Sleep>>>,
    /// When the stream ends, whatever else there is.
    end: Option<Pin<Box<Sleep>>>,
    /// Nothing is written from then on.
    deaf_from: Option<Instant>,
}

impl EventBody {
    /// A finite stream.
    pub(crate) fn finite(pieces: Vec<Bytes>) -> Self {
        Self {
            ready: pieces.into(),
            source: Source::Ended,
            shape: Shape::default(),
            course: None,
            coding: Coding::Identity,
            heartbeat: None,
            farewell: None,
            start: None,
            end: None,
            deaf_from: None,
        }
    }

    /// A stream that goes on with the source once the pieces are written.
    pub(crate) fn endless(pieces: Vec<Bytes>, source: Source, shape: Shape) -> Self {
        Self { source, shape, ..Self::finite(pieces) }
    }

    pub(crate) fn on_course(mut self, course: Option<Box<Course>>) -> Self {
        self.course = course;
        self
    }

    pub(crate) fn coded(mut self, coding: Coding) -> Self {
        self.coding = coding;
        self
    }

    pub(crate) fn with_heartbeat(mut self, period: Duration, text: Bytes) -> Self {
        let (last, timer) = (Instant::now(), Box::pin(sleep(period)));
        self.heartbeat = Some(Heartbeat { period, text, last, timer, waits: false });
        self
    }

    /// The heartbeat as a fault wants it.
    pub(crate) fn with_spoilt_heartbeat(mut self, switches: &Switches) -> Self {
        if switches.has("no-heartbeat") {
            self.heartbeat = None;
        }
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.waits = switches.has("heartbeat-after-first-event");
        }
        self
    }

    /// Writes nothing any more after this time.
    pub(crate) fn deaf_after(mut self, span: Option<Duration>) -> Self {
        self.deaf_from = span.map(|span| Instant::now() + span);
        self
    }

    pub(crate) fn with_farewell(mut self, text: Option<Bytes>) -> Self {
        self.farewell = text;
        self
    }

    pub(crate) fn starting_after(mut self, delay: Duration) -> Self {
        self.start = Some(Box::pin(sleep(delay)));
        self
    }

    pub(crate) fn ending_after(mut self, span: Duration) -> Self {
        self.end = Some(Box::pin(sleep(span)));
        self
    }

    /// Takes what the source has; says whether it has ended.
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let Source::Hub { feed, .. } = &mut self.source else { return Poll::Ready(true) };
        if let Some(course) = &mut self.course {
            let step = std::task::ready!(course.poll(feed, cx, &mut self.ready));
            if step == Step::End {
                self.source = Source::Ended;
            }
            return Poll::Ready(step == Step::End);
        }
        loop {
            match feed.poll_next(cx) {
                Poll::Ready(Some(message)) => self.shape.take(&message, &mut self.ready),
                Poll::Ready(None) => {
                    let farewell = self.farewell.take().filter(|_| feed.is_restarted());
                    self.ready.extend(farewell);
                    self.source = Source::Ended;
                    return Poll::Ready(self.ready.is_empty());
                }
                Poll::Pending => break,
            }
            if !self.ready.is_empty() {
                return Poll::Ready(false);
            }
        }
        self.shape.poll_late(cx, &mut self.ready);
        if self.ready.is_empty() { Poll::Pending } else { Poll::Ready(false) }
    }

    fn poll_heartbeat(&mut self, cx: &mut Context<'_>) -> Poll<Bytes> {
        let waiting = |heartbeat: &&mut Heartbeat| !heartbeat.waits;
        let Some(heartbeat) = self.heartbeat.as_mut().filter(waiting) else {
            return Poll::Pending;
        };
        loop {
            std::task::ready!(heartbeat.timer.as_mut().poll(cx));
            let next = heartbeat.last + heartbeat.period;
            if next <= Instant::now() {
                return Poll::Ready(heartbeat.text.clone());
            }
            heartbeat.timer.as_mut().reset(next);
        }
    }

    fn has_written(&mut self) {
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.last = Instant::now();
        }
    }

    /// The next piece, and whether it is a heartbeat.
    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<(Bytes, bool)>> {
        if self.end.as_mut().is_some_and(|end| end.as_mut().poll(cx).is_ready()) {
            // A timer that has fired must not be asked again; an ended source stays so.
            (self.end, self.source) = (None, Source::Ended);
            self.ready.clear();
        }
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Poll::Ready(Some((piece, false)));
            }
            match self.poll_source(cx) {
                Poll::Ready(true) => return Poll::Ready(None),
                Poll::Ready(false) => self.has_event(),
                Poll::Pending => return self.poll_heartbeat(cx).map(|text| Some((text, true))),
            }
        }
    }

    fn has_event(&mut self) {
        if let Some(heartbeat) = &mut self.heartbeat {
            heartbeat.waits = false;
        }
    }
}

impl Body for EventBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(start) = &mut self.start {
            std::task::ready!(start.as_mut().poll(cx));
            self.start = None;
        }
        if self.deaf_from.is_some_and(|from| from <= Instant::now()) {
            return Poll::Pending;
        }
        if let Some(rest) = self.coding.rest() {
            return Poll::Ready(Some(Ok(Frame::data(rest))));
        }
        let Some((piece, heartbeat)) = std::task::ready!(self.poll_piece(cx)) else {
            return Poll::Ready(self.coding.finish().map(|last| Ok(Frame::data(last))));
        };
        self.has_written();
        Poll::Ready(Some(Ok(Frame::data(self.coding.encode(piece, heartbeat)))))
    }
}

/// What the shape of a stream starts from.
pub(crate) fn backlog(shape: &mut Shape, missed: &[Arc<crate::hub::Message>]) -> Vec<Bytes> {
    let mut pieces = VecDeque::new();
    for message in missed {
        shape.take(message, &mut pieces);
    }
    pieces.into()
}
