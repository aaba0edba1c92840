//! The life of one subscriber: connect, read, lose the stream, come back.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use ssecheck_model::load::Metric;
use ssecheck_model::plan::{CutKind, Wait};

use crate::clock::Nanos;
use crate::connect::{Failure, connect};
use crate::stream::{Ending, Stream};
use crate::worker::{Command, Worker};

/// How long browsers wait before they come back when the server does not say (HTML 9.2.2 leaves it
/// to them: "probably in the region of a few seconds").
const RECONNECTION_TIME: Duration = Duration::from_secs(3);
/// The longest `retry` that is obeyed; the run would be over before a longer one.
const LONGEST_RETRY: Duration = Duration::from_secs(600);

/// What a subscriber remembers from one stream to the next.
#[derive(Debug, Default)]
struct Memory {
    last_event_id: String,
    retry: Option<u64>,
    /// When the last stream was lost.
    lost: Option<Nanos>,
    /// Whether it was cut by us, with all others.
    cut: bool,
}

/// What happens after a stream.
enum Next {
    /// As soon as the time is over.
    Again(Duration),
    /// Never.
    Never,
}

/// Lives until there is nothing more to do; otherwise until the worker is dropped.
pub(crate) async fn live(worker: Rc<Worker>, local: u32) {
    let mut memory = Memory::default();
    loop {
        let next = match attempt(&worker, local, &memory).await {
            Ok(stream) => follow(&worker, local, stream, &mut memory).await,
            Err(next) => next,
        };
        let Next::Again(wait) = next else { return };
        if pause(&worker, local, wait).await == Some(Command::Quit) {
            return;
        }
    }
}

async fn attempt(worker: &Worker, local: u32, memory: &Memory) -> Result<Stream, Next> {
    // On the heap, because the future of a connect is much larger than all the rest.
    let opened = Box::pin(connect(worker, local, &memory.last_event_id)).await;
    let opened = opened.map_err(|failure| failed(worker, &failure, memory))?;
    let ready = opened.ready;
    worker.opened(local, ready, memory.lost.is_some());
    if let Some(lost) = memory.lost {
        worker.back(ready.saturating_sub(lost), memory);
    }
    Ok(Stream::begin(worker, local, opened, memory.last_event_id.clone()))
}

fn failed(worker: &Worker, failure: &Failure, memory: &Memory) -> Next {
    worker.books.borrow_mut().counters.fail(&failure.cause);
    if failure.again { Next::Again(reconnection_time(memory)) } else { Next::Never }
}

fn reconnection_time(memory: &Memory) -> Duration {
    memory.retry.map_or(RECONNECTION_TIME, Duration::from_millis).min(LONGEST_RETRY)
}

/// Reads until something ends it.
async fn follow(worker: &Worker, local: u32, mut stream: Stream, memory: &mut Memory) -> Next {
    let mut stalled = false;
    // Whether a command would wake us; it is the same task, and so the same waker, all along.
    let mut listening = false;
    let turn = poll_fn(|cx| {
        // Until there is none, because only then the next one wakes us.
        while !listening || worker.has_commands() {
            let Some(command) = worker.told(local, cx.waker()) else {
                listening = true;
                break;
            };
            listening = false;
            match command {
                Command::Stall => {
                    stalled = true;
                    stream.place.timed = false;
                }
                Command::Resume => stalled = false,
                Command::Cut | Command::Leave | Command::Quit => {
                    return Poll::Ready(Turn::Told(command));
                }
            }
        }
        if stalled { Poll::Pending } else { stream.poll_end(worker, cx).map(Turn::Ended) }
    });
    let turn = turn.await;
    stream.last_event_id().clone_into(&mut memory.last_event_id);
    memory.retry = stream.retry().or(memory.retry);
    memory.lost = Some(worker.clock.now());
    memory.cut = false;
    match turn {
        Turn::Ended(ending) => {
            let next = ended(worker, local, ending, memory);
            if worker.settings.has_own_streams() {
                // The next request is a new one: it continues nothing.
                *memory = Memory::default();
            }
            next
        }
        Turn::Told(command) => told(worker, local, command, &stream, memory),
    }
}

enum Turn {
    Ended(Ending),
    Told(Command),
}

fn ended(worker: &Worker, local: u32, ending: Ending, memory: &Memory) -> Next {
    worker.closed(local);
    if worker.settings.has_own_streams() {
        worker.close_account(local);
        if ending == Ending::Complete {
            worker.books.borrow_mut().counters.completed += 1;
        } else {
            worker.end_early(local, ending.as_str());
        }
        return match worker.settings.request.repeat {
            true => Next::Again(Duration::ZERO),
            false => Next::Never,
        };
    }
    worker.end_early(local, ending.as_str());
    Next::Again(reconnection_time(memory))
}

fn told(
    worker: &Worker,
    local: u32,
    command: Command,
    stream: &Stream,
    memory: &mut Memory,
) -> Next {
    worker.closed(local);
    match command {
        Command::Cut => {
            memory.cut = true;
            cut(worker, stream, memory)
        }
        Command::Leave => {
            stream.close_in_peace();
            worker.close_account(local);
            *memory = Memory::default();
            Next::Again(Duration::ZERO)
        }
        Command::Quit | Command::Stall | Command::Resume => {
            stream.close_in_peace();
            worker.close_account(local);
            Next::Never
        }
    }
}

fn cut(worker: &Worker, stream: &Stream, memory: &Memory) -> Next {
    let Some(storm) = worker.settings.storm else { return Next::Never };
    if storm.how == CutKind::Close {
        stream.close_in_peace();
    }
    let retry = reconnection_time(memory);
    Next::Again(match storm.wait {
        Wait::Retry => retry,
        Wait::Jitter => retry + retry.mul_f64(worker.random.borrow_mut().f64()),
        Wait::Nothing => Duration::ZERO,
        Wait::Fixed(span) => span.0,
    })
}

/// Waits; a command ends the wait.
async fn pause(worker: &Worker, local: u32, wait: Duration) -> Option<Command> {
    if wait.is_zero() {
        return None;
    }
    let mut sleep = pin!(tokio::time::sleep(wait));
    poll_fn(|cx| {
        while let Some(command) = worker.told(local, cx.waker()) {
            if command == Command::Quit {
                return Poll::Ready(Some(command));
            }
        }
        sleep.as_mut().poll(cx).map(|()| None)
    })
    .await
}

impl Worker {
    /// A stream is back after it was lost.
    fn back(&self, after: Nanos, memory: &Memory) {
        let mut books = self.books.borrow_mut();
        books.counters.reconnected += 1;
        books.metrics.record(Metric::Reconnect, after);
        drop(books);
        if memory.cut
            && let Some(storm) = self.storm.borrow_mut().as_mut()
        {
            storm.retry = memory.retry.or(storm.retry);
            storm.back.push(u32::try_from(after / 1_000_000).unwrap_or(u32::MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size<A, B, F: Future>(_: impl Fn(A, B) -> F) -> usize {
        size_of::<F>()
    }

    /// The rest of the 2 KiB that a subscriber may take is buffers of the runtime's and the books.
    #[test]
    fn a_subscriber_takes_little_memory() {
        assert!(size(live) <= 1536, "{} bytes", size(live));
        assert!(size_of::<Stream>() <= 512, "{} bytes", size_of::<Stream>());
    }
}
