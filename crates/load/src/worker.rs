//! One thread with all subscribers of a shard: who is there, what they are told, what they counted.

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Waker;

use ssecheck_model::plan::{Sequence, TimeStamp};
use tokio::sync::Semaphore;

use crate::blind::Blind;
use crate::books::{Books, StampRule, Telling};
use crate::clock::{Clock, Nanos, nanos};
use crate::counters::Counters;
use crate::ledger::Ledger;
use crate::metrics::Metrics;
use crate::population;
use crate::result::Accounts;
use crate::schedule::Cursor;
use crate::settings::{MAX_CONNECTING, Settings, Source, effective_sequence};
use crate::tracker::Spreads;
use crate::unsent::Unsent;

/// The read buffer that all streams of a worker share, in bytes.
const BUFFER: usize = 64 * 1024;

/// What a subscriber is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Command {
    /// Lose the connection, come back later.
    Cut,
    /// Leave and come as a new subscriber.
    Leave,
    /// Leave for good.
    Quit,
    /// Stop reading.
    Stall,
    /// Read on.
    Resume,
}

/// How a worker reaches one of its subscribers.
#[derive(Debug, Default)]
struct Slot {
    command: Option<Command>,
    waker: Option<Waker>,
    open: bool,
    ever_open: bool,
    ended_early: u16,
}

/// What is known of a storm while it lasts.
#[derive(Debug, Default)]
pub(crate) struct StormBooks {
    pub(crate) at: Nanos,
    pub(crate) cut: u64,
    /// For each subscriber that is back, after how many milliseconds.
    pub(crate) back: Vec<u32>,
    pub(crate) failed_before: u64,
    pub(crate) replayed_before: u64,
    /// The last `retry` of the server, in milliseconds.
    pub(crate) retry: Option<u64>,
}

/// Facts of a run that all threads of a shard share.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Clock,
    pub(crate) addresses: Arc<[SocketAddr]>,
    pub(crate) sources: Arc<[IpAddr]>,
    /// A short name of this machine, for payloads.
    pub(crate) machine: u16,
    /// How many events each publisher of this process has sent.
    pub(crate) sent: Arc<[AtomicU32]>,
    /// Events that could not be published.
    pub(crate) unsent: Arc<Mutex<Unsent>>,
}

/// The worker.
pub(crate) struct Worker {
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Clock,
    pub(crate) addresses: Arc<[SocketAddr]>,
    pub(crate) sources: Arc<[IpAddr]>,
    pub(crate) books: RefCell<Books>,
    pub(crate) buffer: RefCell<Box<[u8]>>,
    pub(crate) connecting: Semaphore,
    pub(crate) storm: RefCell<Option<StormBooks>>,
    pub(crate) random: RefCell<fastrand::Rng>,
    pub(crate) accounts: RefCell<Accounts>,
    unsent: Arc<Mutex<Unsent>>,
    slots: RefCell<Vec<Slot>>,
    /// How many of them hold a command.
    commands: Cell<u32>,
    first: u64,
}

impl Worker {
    pub(crate) fn new(shared: &Shared, blind: Arc<Mutex<Blind>>) -> Self {
        let settings = Arc::clone(&shared.settings);
        let (first, count) = population::range(&settings);
        let seed = settings.seed ^ u64::from(settings.shard.index);
        Self {
            books: RefCell::new(books(shared, blind, first, count)),
            buffer: RefCell::new(vec![0; BUFFER].into_boxed_slice()),
            connecting: Semaphore::new(MAX_CONNECTING),
            storm: RefCell::default(),
            random: RefCell::new(fastrand::Rng::with_seed(seed)),
            accounts: RefCell::default(),
            slots: RefCell::new((0..count).map(|_| Slot::default()).collect()),
            commands: Cell::new(0),
            first,
            unsent: Arc::clone(&shared.unsent),
            clock: shared.clock,
            addresses: Arc::clone(&shared.addresses),
            sources: Arc::clone(&shared.sources),
            settings,
        }
    }

    /// The number of a subscriber in the whole run.
    pub(crate) fn global(&self, local: u32) -> u64 {
        self.first + u64::from(local)
    }

    /// How many subscribers there are, come or to come.
    pub(crate) fn count(&self) -> u32 {
        self.slots.borrow().len() as u32
    }

    /// Whether a subscriber is one of those that will stop reading. They are spread evenly.
    pub(crate) fn is_slow(&self, local: u32) -> bool {
        let share = self.settings.slow.map_or(0.0, |slow| slow.share.0);
        let before = |n: u32| (f64::from(n) * share) as u64;
        before(local + 1) > before(local)
    }

    /// Whether a subscriber has a stream now.
    pub(crate) fn is_open(&self, local: u32) -> bool {
        self.slots.borrow()[local as usize].open
    }

    /// How often the server ended a subscriber's stream.
    pub(crate) fn times_ended(&self, local: u32) -> u32 {
        u32::from(self.slots.borrow()[local as usize].ended_early)
    }

    /// Tells a subscriber what to do.
    pub(crate) fn tell(&self, local: u32, command: Command) {
        let slot = &mut self.slots.borrow_mut()[local as usize];
        if slot.command.replace(command).is_none() {
            self.commands.set(self.commands.get() + 1);
        }
        if let Some(waker) = slot.waker.take() {
            waker.wake();
        }
    }

    /// What a subscriber was told, if anything; else it is woken when it is.
    pub(crate) fn told(&self, local: u32, waker: &Waker) -> Option<Command> {
        let slot = &mut self.slots.borrow_mut()[local as usize];
        if slot.command.is_none() && !slot.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            slot.waker = Some(waker.clone());
        }
        let command = slot.command.take();
        if command.is_some() {
            self.commands.set(self.commands.get() - 1);
        }
        command
    }

    /// Whether any subscriber was told something that it has not heard yet: cheaper to ask, once for
    /// each event, than to look at the subscriber's own.
    pub(crate) fn has_commands(&self) -> bool {
        self.commands.get() > 0
    }

    /// A stream is open: from now on its subscriber is owed events.
    pub(crate) fn opened(&self, local: u32, ready: Nanos, again: bool) {
        let slot = &mut self.slots.borrow_mut()[local as usize];
        slot.open = true;
        let first = !std::mem::replace(&mut slot.ever_open, true);
        let mut books = self.books.borrow_mut();
        books.counters.open_one();
        let late = first && ready > self.settings.publish_from() && self.is_initial(local);
        books.counters.late += u64::from(late);
        let topic = books.topic(local) as usize;
        books.audience[topic] += 1;
        books.owe(local, ready, again);
    }

    /// Whether a subscriber belongs to those of the start.
    fn is_initial(&self, local: u32) -> bool {
        local < self.settings.shard.part(self.settings.subscribers)
    }

    /// How many subscribers of the start never had a stream.
    pub(crate) fn never_open(&self) -> u64 {
        let slots = self.slots.borrow();
        let initial = self.settings.shard.part(self.settings.subscribers) as usize;
        slots[..initial].iter().filter(|slot| !slot.ever_open).count() as u64
    }

    /// A stream is over.
    pub(crate) fn closed(&self, local: u32) {
        self.slots.borrow_mut()[local as usize].open = false;
        let mut books = self.books.borrow_mut();
        books.counters.open = books.counters.open.saturating_sub(1);
        let topic = books.topic(local) as usize;
        books.audience[topic] = books.audience[topic].saturating_sub(1);
    }

    /// The server ended a stream.
    pub(crate) fn end_early(&self, local: u32, cause: &str) {
        let slot = &mut self.slots.borrow_mut()[local as usize];
        slot.ended_early = slot.ended_early.saturating_add(1);
        self.books.borrow_mut().counters.end_early(cause);
    }

    /// The subscriber leaves: what it had of the events that were due a while ago is what it got.
    pub(crate) fn close_account(&self, local: u32) {
        let settled = self.clock.now().saturating_sub(self.settings.drain.as_nanos() as Nanos);
        let until = due_before(&mut self.books.borrow_mut().left, settled);
        self.settle_account(local, &until);
    }

    /// Closes the accounts of a subscriber: of each publisher the events before a number were owed.
    pub(crate) fn settle_account(&self, local: u32, until: &[u32]) {
        let over = !self.is_open(local);
        let (mut ledgers, publishers) = {
            let mut books = self.books.borrow_mut();
            let publishers: Vec<u32> = books.publishers_of(books.topic(local)).collect();
            (std::mem::take(&mut books.ledgers[local as usize]), publishers)
        };
        let unsent = locked(&self.unsent);
        let balances = ledgers.iter_mut().zip(publishers).map(|(ledger, publisher)| {
            let owed = until.get(publisher as usize).copied().unwrap_or(0);
            if over {
                ledger.leave();
            }
            unsent.of(publisher).iter().for_each(|numbers| ledger.excuse(numbers.clone(), owed));
            ledger.close(owed, self.settings.resumes)
        });
        self.accounts.borrow_mut().close(self, local, balances);
    }
}

impl Books {
    /// From now on a subscriber is owed what is due after a margin.
    fn owe(&mut self, local: u32, ready: Nanos, again: bool) {
        let moment = ready + self.join_margin;
        if !matches!(self.telling, Telling::Ours { .. }) {
            let seen = self.telling.seen();
            let returning = self.ledgers[local as usize].iter_mut().filter(|_| again);
            returning.for_each(|ledger| ledger.come_back_unsure(seen));
            return;
        }
        let publishers = self.publishers_of(self.topic(local));
        let owed: Vec<u32> =
            publishers.map(|publisher| self.joined[publisher as usize].before(moment)).collect();
        let ledgers = &mut self.ledgers[local as usize];
        if ledgers.is_empty() {
            *ledgers = owed.into_iter().map(Ledger::owed_from).collect();
        } else {
            ledgers.iter_mut().zip(owed).for_each(|(ledger, owed)| ledger.come_back(owed));
        }
    }
}

/// For each publisher, how many events were due before a moment.
pub(crate) fn due_before(cursors: &mut [Cursor], moment: Nanos) -> Vec<u32> {
    cursors.iter_mut().map(|cursor| cursor.before(moment)).collect()
}

fn books(shared: &Shared, blind: Arc<Mutex<Blind>>, first: u64, count: u32) -> Books {
    let settings = &shared.settings;
    let pace = settings.pace();
    let publishers = pace.map_or(1, |pace| pace.publishers);
    let cursors = || {
        let schedules = pace.into_iter().flat_map(|p| (0..publishers).map(move |n| p.schedule(n)));
        schedules.map(Cursor::new).collect()
    };
    Books {
        clock: shared.clock,
        metrics: Metrics::default(),
        counters: Counters::default(),
        blind,
        telling: telling(shared),
        stamp_rule: stamp_rule(settings),
        stamp_least_us: None,
        ledgers: vec![Box::default(); count as usize],
        joined: cursors(),
        left: cursors(),
        ended: cursors(),
        spreads: (0..publishers).map(|_| Spreads::default()).collect(),
        audience: vec![0; settings.topics() as usize],
        first_subscriber: first,
        own_streams: settings.has_own_streams(),
        ids_are_assumed: matches!(&settings.source, Source::Server(e) if e.sequence == Sequence::Auto),
        join_margin: nanos(settings.settle) / 2,
        kernel_time: cfg!(target_os = "linux"),
    }
}

fn telling(shared: &Shared) -> Telling {
    let settings = &shared.settings;
    match &settings.source {
        Source::Publish(publishing) => {
            Telling::Ours { run: settings.run, machine: shared.machine, topics: publishing.topics }
        }
        Source::Server(events) => {
            Telling::of(&effective_sequence(events, settings.has_own_streams()))
        }
    }
}

fn stamp_rule(settings: &Settings) -> Option<StampRule> {
    let Source::Server(events) = &settings.source else { return None };
    let TimeStamp { pointer, unit } = events.timestamp.as_ref()?;
    Some(StampRule { pointer: pointer.value.clone(), unit: *unit })
}

/// A lock that cannot fail: who holds it does nothing that panics.
pub(crate) fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
