//! Tells when events are due, to within some microseconds.
//!
//! A thread of its own: the runtime's timers go by milliseconds, which would be a slip of half a
//! millisecond in the mean.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, park_timeout};
use std::time::Instant;

use tokio::sync::mpsc;

use crate::clock::{Clock, Nanos};
use crate::schedule::Schedule;

/// One event that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    /// Who publishes it.
    pub(crate) publisher: u32,
    /// Its number, from 0.
    pub(crate) number: u32,
    /// When it is due.
    pub(crate) intended: Nanos,
}

/// The thread; it ends when this is dropped.
pub(crate) struct Metronome {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Metronome {
    /// Tells the events of these publishers when they are due. The channel closes after the last.
    pub(crate) fn start(
        clock: Clock,
        schedules: Vec<(u32, Schedule)>,
    ) -> std::io::Result<(Self, mpsc::UnboundedReceiver<Event>)> {
        let (sender, receiver) = mpsc::unbounded_channel();
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("metronome".to_owned())
            .spawn(move || beat(clock, schedules, &sender, &flag))?;
        Ok((Self { stop, thread: Some(thread) }, receiver))
    }
}

impl Drop for Metronome {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // It only counts and sleeps; a panic in it has been printed.
            let _ = thread.join();
        }
    }
}

fn beat(
    clock: Clock,
    mut schedules: Vec<(u32, Schedule)>,
    events: &mpsc::UnboundedSender<Event>,
    stop: &AtomicBool,
) {
    let mut due: BinaryHeap<Reverse<(Nanos, usize)>> = BinaryHeap::new();
    for (place, (_, schedule)) in schedules.iter_mut().enumerate() {
        due.extend(schedule.next().map(|at| Reverse((at, place))));
    }
    let mut numbers = vec![0; schedules.len()];
    while let Some(Reverse((intended, place))) = due.pop() {
        if !wait_until(clock.instant(intended), stop) {
            return;
        }
        let (publisher, schedule) = &mut schedules[place];
        let event = Event { publisher: *publisher, number: numbers[place], intended };
        numbers[place] += 1;
        if events.send(event).is_err() {
            return;
        }
        due.extend(schedule.next().map(|at| Reverse((at, place))));
    }
}

/// Whether the moment came before the stop.
fn wait_until(moment: Instant, stop: &AtomicBool) -> bool {
    loop {
        if stop.load(Ordering::Acquire) {
            return false;
        }
        let left = moment.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Pace;
    use ssecheck_model::plan::Arrival;
    use std::time::SystemTime;

    fn pace(publishers: u32) -> Pace {
        let (start, end) = (0, 100_000_000);
        Pace { rate: 200.0, arrival: Arrival::Constant, publishers, seed: 1, start, end }
    }

    #[test]
    fn events_come_in_order_never_early_and_each_publisher_counts_its_own() {
        let clock = Clock::starting_at(SystemTime::now());
        let schedules = (0..2).map(|p| (p, pace(2).schedule(p))).collect();
        let (metronome, mut events) = Metronome::start(clock, schedules).unwrap();
        let mut all = Vec::new();
        while let Some(event) = events.blocking_recv() {
            assert!(clock.now() >= event.intended);
            all.push(event);
        }
        drop(metronome);
        assert_eq!(all.len(), 20);
        assert!(all.is_sorted_by_key(|event| event.intended));
        for publisher in 0..2 {
            let numbers: Vec<u32> =
                all.iter().filter(|e| e.publisher == publisher).map(|e| e.number).collect();
            assert_eq!(numbers, (0..10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_drop_ends_a_wait_of_hours() {
        let clock = Clock::starting_at(SystemTime::now() + std::time::Duration::from_secs(7200));
        let (metronome, events) = Metronome::start(clock, vec![(0, pace(1).schedule(0))]).unwrap();
        drop(metronome);
        assert!(events.is_closed() && events.is_empty());
    }
}
