//! The worker's thread: lets subscribers join, tells them what to do, and ends the run.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

use crate::blind::{Blind, TICK};
use crate::books::Telling;
use crate::clock::{Nanos, nanos};
use crate::counters::{Counters, Published};
use crate::metrics::Metrics;
use crate::population::{Group, groups};
use crate::result::Accounts;
use crate::subscriber::live;
use crate::worker::{Command, Shared, StormBooks, Worker, due_before, locked};

/// How often the end of the drain is looked for.
const DRAIN_STEP: Duration = Duration::from_millis(10);
/// How often subscribers are chosen that leave and come again.
const CHURN_STEP: Duration = Duration::from_millis(20);

/// What the threads of a shard tell its main one.
pub(crate) enum News {
    /// The subscribers' interval is over.
    Interval(Box<Snapshot>),
    /// The publishers' interval is over.
    Published(Box<PublishedSnapshot>),
    /// The worker's thread, so that it can be watched.
    Thread(u32),
    /// Nobody is there any more, and nobody will come.
    Deserted,
}

/// What the subscribers counted until the end of an interval, and the times measured in it.
pub(crate) struct Snapshot {
    pub(crate) index: u64,
    pub(crate) counters: Counters,
    pub(crate) metrics: Metrics,
}

/// The same of the publishers.
pub(crate) struct PublishedSnapshot {
    pub(crate) published: Published,
    pub(crate) metrics: Metrics,
}

/// What a worker leaves behind.
pub(crate) struct Legacy {
    pub(crate) counters: Counters,
    /// Times measured since the last interval.
    pub(crate) metrics: Metrics,
    pub(crate) accounts: Accounts,
    pub(crate) storm: Option<StormBooks>,
    pub(crate) slow: u64,
    pub(crate) slow_cut: u64,
    pub(crate) sequence: &'static str,
    pub(crate) stamp_least_us: Option<i64>,
    pub(crate) longest_stall: Nanos,
    pub(crate) ended: Nanos,
}

/// What the main thread tells the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Go on.
    Run,
    /// Publish no more; wait for what is on its way and report.
    Stop,
}

/// The ends of the channels that a thread holds.
#[derive(Clone)]
pub(crate) struct Lines {
    pub(crate) news: mpsc::UnboundedSender<News>,
    pub(crate) order: watch::Receiver<Order>,
    /// True when the publishers have sent their last event.
    pub(crate) published: watch::Receiver<bool>,
}

/// Starts the worker's thread.
pub(crate) fn spawn(
    shared: Shared,
    lines: Lines,
) -> std::io::Result<JoinHandle<std::io::Result<Legacy>>> {
    std::thread::Builder::new().name("subscribers".to_owned()).spawn(move || work(&shared, lines))
}

fn work(shared: &Shared, lines: Lines) -> std::io::Result<Legacy> {
    let blind = Arc::new(Mutex::new(Blind::new(shared.clock)));
    let (park, unpark) = (Arc::clone(&blind), Arc::clone(&blind));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park(move || locked(&park).park())
        .on_thread_unpark(move || locked(&unpark).unpark())
        // All sockets that are ready are told at once: see `Blind`.
        .max_io_events_per_tick(32 * 1024)
        .build()?;
    if let Some(thread) = crate::watch::own_tid() {
        let _ = lines.news.send(News::Thread(thread));
    }
    let worker = Rc::new(Worker::new(shared, Arc::clone(&blind)));
    let local = LocalSet::new();
    let ended = local.block_on(&runtime, conduct(&worker, shared, lines, blind));
    let legacy = finish(&worker, shared, ended);
    // Their sockets close by RST, which leaves nothing in TIME_WAIT.
    drop(local);
    Ok(legacy)
}

/// How a run ended.
#[derive(Debug, Clone, Copy)]
struct Ended {
    at: Nanos,
    /// Before its time.
    stopped: bool,
}

async fn conduct(
    worker: &Rc<Worker>,
    shared: &Shared,
    lines: Lines,
    blind: Arc<Mutex<Blind>>,
) -> Ended {
    let until = |at: Nanos| sleep_until(Instant::from_std(worker.clock.instant(at)));
    let mut order = lines.order.clone();
    tokio::select! {
        () = until(0) => {}
        // Whoever stops a run before its start has nothing to wait for.
        _ = order.wait_for(|order| *order == Order::Stop) => {
            return Ended { at: 0, stopped: true };
        }
    }
    tokio::task::spawn_local(tick(Rc::clone(worker), blind));
    tokio::task::spawn_local(snapshots(Rc::clone(worker), lines.news.clone()));
    let crowd = crowd(worker);
    direct(worker);
    let end = worker.settings.end();
    let stopped = tokio::select! {
        () = until(end) => false,
        () = crowd => {
            let _ = lines.news.send(News::Deserted);
            true
        }
        _ = order.wait_for(|order| *order == Order::Stop) => true,
    };
    let ended = Ended { at: worker.clock.now(), stopped };
    drain(worker, shared, &lines, stopped).await;
    ended
}

/// Fires for [`Blind`], which learns from its lateness that the process was stopped.
async fn tick(worker: Rc<Worker>, blind: Arc<Mutex<Blind>>) {
    let mut due = worker.clock.now();
    loop {
        due = (due + TICK).max(worker.clock.now());
        locked(&blind).tick(due);
        sleep_until(Instant::from_std(worker.clock.instant(due))).await;
    }
}

async fn snapshots(worker: Rc<Worker>, news: mpsc::UnboundedSender<News>) {
    let interval = nanos(worker.settings.interval);
    for index in 0.. {
        sleep_until(Instant::from_std(worker.clock.instant(interval * (index + 1)))).await;
        let mut books = worker.books.borrow_mut();
        let snapshot =
            Snapshot { index, counters: books.counters.clone(), metrics: books.metrics.take() };
        drop(books);
        let _ = news.send(News::Interval(Box::new(snapshot)));
    }
}

/// Lets everybody join; resolves when everybody has come and gone for good.
fn crowd(worker: &Rc<Worker>) -> impl Future<Output = ()> + use<> {
    let lives: Vec<_> = groups(&worker.settings)
        .into_iter()
        .map(|group| tokio::task::spawn_local(join(Rc::clone(worker), group)))
        .collect();
    async move {
        for life in lives {
            let _ = life.await;
        }
    }
}

async fn join(worker: Rc<Worker>, group: Group) {
    let (gone, mut all_gone) = mpsc::channel::<()>(1);
    for member in 0..group.count {
        let due = group.joins_at(member);
        if due > worker.clock.now() {
            sleep_until(Instant::from_std(worker.clock.instant(due))).await;
        }
        let (worker, gone) = (Rc::clone(&worker), gone.clone());
        tokio::task::spawn_local(async move {
            live(worker, group.first + member).await;
            drop(gone);
        });
    }
    drop(gone);
    if let Some(leave) = group.leave {
        sleep_until(Instant::from_std(worker.clock.instant(leave))).await;
        (group.first..group.first + group.count).for_each(|m| worker.tell(m, Command::Quit));
    }
    all_gone.recv().await;
}

/// Starts what the plan has beside constant subscribers.
fn direct(worker: &Rc<Worker>) {
    let base = worker.settings.publish_from();
    if worker.settings.churn > 0.0 {
        tokio::task::spawn_local(churn(Rc::clone(worker)));
    }
    if let Some(storm) = worker.settings.storm {
        tokio::task::spawn_local(cut_all(Rc::clone(worker), base + nanos(storm.at.0)));
    }
    if let Some(slow) = worker.settings.slow {
        let from = base + nanos(slow.at.0);
        let until = from + nanos(slow.pause.0);
        tokio::task::spawn_local(tell_slow(Rc::clone(worker), from, Command::Stall));
        tokio::task::spawn_local(tell_slow(Rc::clone(worker), until, Command::Resume));
    }
}

async fn churn(worker: Rc<Worker>) {
    sleep_until(Instant::from_std(worker.clock.instant(worker.settings.publish_from()))).await;
    let mut owed = 0.0;
    while worker.clock.now() < worker.settings.end() {
        tokio::time::sleep(CHURN_STEP).await;
        let open = worker.books.borrow().counters.open;
        owed += open as f64 * worker.settings.churn * CHURN_STEP.as_secs_f64();
        for _ in 0..owed as u32 {
            let chosen = worker.random.borrow_mut().u32(0..worker.count().max(1));
            if worker.is_open(chosen) {
                worker.tell(chosen, Command::Leave);
                owed -= 1.0;
            }
        }
    }
}

async fn cut_all(worker: Rc<Worker>, at: Nanos) {
    sleep_until(Instant::from_std(worker.clock.instant(at))).await;
    let open: Vec<u32> = (0..worker.count()).filter(|local| worker.is_open(*local)).collect();
    let counters = worker.books.borrow().counters.clone();
    *worker.storm.borrow_mut() = Some(StormBooks {
        at: worker.clock.now(),
        cut: open.len() as u64,
        back: Vec::with_capacity(open.len()),
        failed_before: counters.failed,
        replayed_before: counters.replayed,
        retry: None,
    });
    open.into_iter().for_each(|local| worker.tell(local, Command::Cut));
}

async fn tell_slow(worker: Rc<Worker>, at: Nanos, command: Command) {
    sleep_until(Instant::from_std(worker.clock.instant(at))).await;
    let chosen = (0..worker.count()).filter(|local| worker.is_slow(*local));
    chosen.filter(|local| worker.is_open(*local)).for_each(|local| worker.tell(local, command));
}

/// Waits for what is on its way, but not for ever.
async fn drain(worker: &Worker, shared: &Shared, lines: &Lines, stopped: bool) {
    if worker.settings.publishing().is_none() {
        return;
    }
    let deadline = Instant::now() + worker.settings.drain;
    while Instant::now() < deadline {
        if *lines.published.borrow() && !is_outstanding(worker, shared, stopped) {
            return;
        }
        tokio::time::sleep(DRAIN_STEP).await;
    }
}

/// Whether events are still to come on an open stream.
fn is_outstanding(worker: &Worker, shared: &Shared, stopped: bool) -> bool {
    let until = owed_until(worker, shared, Ended { at: worker.clock.now(), stopped });
    let unsent = locked(&shared.unsent);
    let books = worker.books.borrow();
    let lacks = |local: u32| {
        let publishers = books.publishers_of(books.topic(local));
        let mut accounts = books.ledgers[local as usize].iter().zip(publishers);
        accounts.any(|(ledger, p)| {
            ledger.lacks(until[p as usize], unsent.of(p), worker.settings.resumes)
        })
    };
    (0..worker.count()).filter(|local| worker.is_open(*local)).any(lacks)
}

fn sent(shared: &Shared) -> Vec<u32> {
    shared.sent.iter().map(|sent| sent.load(std::sync::atomic::Ordering::Acquire)).collect()
}

/// Closes all accounts.
fn finish(worker: &Worker, shared: &Shared, ended: Ended) -> Legacy {
    close_accounts(worker, shared, ended);
    let mut books = worker.books.borrow_mut();
    let books = &mut *books;
    for spreads in &mut books.spreads {
        spreads.finish(&mut books.metrics);
    }
    books.counters.late += worker.never_open();
    let void = books.telling.is_void(books.ids_are_assumed);
    if void {
        // Accounts of numbers that mean nothing are no claim.
        worker.accounts.take();
    }
    let slow = || (0..worker.count()).filter(|local| worker.is_slow(*local));
    Legacy {
        counters: books.counters.clone(),
        metrics: books.metrics.take(),
        accounts: worker.accounts.take(),
        storm: worker.storm.take(),
        slow: slow().count() as u64,
        slow_cut: slow().filter(|local| worker.times_ended(*local) > 0).count() as u64,
        sequence: if void { Telling::Nothing.as_str() } else { books.telling.as_str() },
        stamp_least_us: books.stamp_least_us,
        longest_stall: locked(&books.blind).longest_stall(),
        ended: ended.at,
    }
}

fn close_accounts(worker: &Worker, shared: &Shared, ended: Ended) {
    let until = owed_until(worker, shared, ended);
    for local in 0..worker.count() {
        worker.settle_account(local, if worker.is_open(local) { &until } else { &[] });
    }
}

/// How many events of each publisher a subscriber is owed that stayed to the end: of our own what
/// was sent; of another shard's what was due, or after a stop what had been due for a while. Of the
/// server's own events nothing is owed after the last one that came: later ones may be on their way.
fn owed_until(worker: &Worker, shared: &Shared, ended: Ended) -> Vec<u32> {
    if worker.settings.publishing().is_none() {
        return vec![0];
    }
    let settled = match ended.stopped {
        true => ended.at.saturating_sub(nanos(worker.settings.drain)),
        false => ended.at,
    };
    let due = due_before(&mut worker.books.borrow_mut().ended, settled);
    let shard = worker.settings.shard;
    let own = |publisher: usize| publisher as u32 % shard.count == shard.index;
    let sent = sent(shared);
    (0..due.len()).map(|p| if own(p) { sent[p] } else { due[p] }).collect()
}
