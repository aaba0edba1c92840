//! Events that faults hold back: until a buffer is full, or until a timer has run out.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Sleep, sleep};

use crate::Switches;

/// What must be there before anything is written, in bytes.
const THRESHOLD: usize = 4 * 1024;
/// The period of the timer, from the first event on that waits for it.
const PERIOD: Duration = Duration::from_millis(500);

/// Events that wait.
#[derive(Debug, Default)]
pub(super) struct Pool {
    held: VecDeque<Bytes>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Pool {
    /// Keeps what is ready, if a fault wants that.
    pub(super) fn take(&mut self, switches: &Switches, ready: &mut VecDeque<Bytes>) {
        if switches.has("threshold-buffer") {
            self.held.append(ready);
            if self.held.iter().map(Bytes::len).sum::<usize>() >= THRESHOLD {
                ready.append(&mut self.held);
            }
        }
        if switches.has("timer-batched") {
            self.held.append(ready);
            self.timer.get_or_insert_with(|| Box::pin(sleep(PERIOD)));
        }
    }

    /// Gives back what has waited for the timer.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>, ready: &mut VecDeque<Bytes>) {
        let Some(timer) = &mut self.timer else { return };
        if timer.as_mut().poll(cx) == Poll::Ready(()) {
            self.timer = None;
            ready.append(&mut self.held);
        }
    }
}
