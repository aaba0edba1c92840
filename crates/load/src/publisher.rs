//! The publishers of a shard: they send by the clock and wait for nothing.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use ssecheck_model::load::Metric;
use ssecheck_transport::{BodyPart, Connection, Error, Head, Limits, Url, Wire};
use tokio::sync::mpsc;
use tokio::task::LocalSet;
use tokio::time::{Instant, sleep_until};

use crate::clock::{Nanos, nanos};
use crate::conduct::{Lines, News, Order, PublishedSnapshot};
use crate::connect::cause;
use crate::counters::Published;
use crate::message::HookTemplate;
use crate::metrics::Metrics;
use crate::metronome::{Event, Metronome};
use crate::payload::{self, Payload};
use crate::schedule::Schedule;
use crate::settings::Publishing;
use crate::worker::{Shared, locked};

/// Connections made before the first event, so that it need not wait for one.
const READY_CONNECTIONS: usize = 4;
/// Bytes of a hook's answer that are read before its connection is given up.
const ANSWER_BYTES: usize = 64 * 1024;

/// What the publishers leave behind.
pub(crate) struct Legacy {
    pub(crate) published: Published,
    pub(crate) metrics: Metrics,
}

struct Publisher {
    shared: Shared,
    publishing: Publishing,
    hook: HookTemplate,
    /// Open connections that await no answer, the one used last on top.
    idle: RefCell<Vec<Connection>>,
    /// Connections there are, idle or not.
    connections: Cell<usize>,
    freed: tokio::sync::Notify,
    /// Events that were begun and are not yet on their way.
    unsent: Cell<usize>,
    published: RefCell<Published>,
    metrics: RefCell<Metrics>,
    /// Which events of each publisher have been answered.
    answered: RefCell<HashMap<u32, Answered>>,
}

/// Which events of one publisher have been answered, or failed: all before a number, and some.
#[derive(Debug, Default)]
struct Answered {
    all_before: u32,
    /// As many at most as there are requests in flight.
    more: BTreeSet<u32>,
}

impl Answered {
    fn add(&mut self, number: u32) {
        self.more.insert(number);
        while self.more.remove(&self.all_before) {
            self.all_before += 1;
        }
    }
}

/// Starts the publishers' thread.
pub(crate) fn spawn(
    shared: Shared,
    publishing: Publishing,
    lines: Lines,
    done: tokio::sync::watch::Sender<bool>,
) -> std::io::Result<JoinHandle<std::io::Result<Legacy>>> {
    let builder = std::thread::Builder::new().name("publishers".to_owned());
    builder.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let hook = publishing.hook.clone();
        let template = &shared.settings.request;
        let publisher = Rc::new(Publisher {
            hook: HookTemplate::new(template, &hook, publishing.event.clone()),
            shared,
            publishing,
            idle: RefCell::default(),
            connections: Cell::new(0),
            freed: tokio::sync::Notify::new(),
            unsent: Cell::new(0),
            published: RefCell::default(),
            metrics: RefCell::default(),
            answered: RefCell::default(),
        });
        LocalSet::new().block_on(&runtime, publish(&publisher, lines, &done))?;
        let published = publisher.published.take();
        Ok(Legacy { published, metrics: publisher.metrics.take() })
    })
}

async fn publish(
    publisher: &Rc<Publisher>,
    lines: Lines,
    done: &tokio::sync::watch::Sender<bool>,
) -> std::io::Result<()> {
    tokio::task::spawn_local(snapshots(Rc::clone(publisher), lines.clone()));
    publisher.warm_up().await;
    let (metronome, events) =
        Metronome::start(publisher.shared.clock, schedules(&publisher.shared))?;
    let mut order = lines.order.clone();
    tokio::select! {
        () = keep_schedule(publisher, events) => {}
        _ = order.wait_for(|order| *order == Order::Stop) => {}
    }
    publisher.await_sending().await;
    // Nobody listens any more when this fails.
    let _ = done.send(true);
    drop(metronome);
    publisher.await_answers().await;
    Ok(())
}

/// The schedules of this shard's publishers.
fn schedules(shared: &Shared) -> Vec<(u32, Schedule)> {
    let Some(pace) = shared.settings.pace() else { return Vec::new() };
    let shard = shared.settings.shard;
    let own = (0..pace.publishers).filter(|p| p % shard.count == shard.index);
    own.map(|p| (p, pace.schedule(p))).collect()
}

async fn snapshots(publisher: Rc<Publisher>, lines: Lines) {
    let interval = nanos(publisher.shared.settings.interval);
    for index in 0.. {
        let end = publisher.shared.clock.instant(interval * (index + 1));
        sleep_until(Instant::from_std(end)).await;
        let published = publisher.published.borrow().clone();
        let metrics = publisher.metrics.borrow_mut().take();
        let snapshot = PublishedSnapshot { published, metrics };
        let _ = lines.news.send(News::Published(Box::new(snapshot)));
    }
}

async fn keep_schedule(publisher: &Rc<Publisher>, mut events: mpsc::UnboundedReceiver<Event>) {
    while let Some(event) = events.recv().await {
        publisher.published.borrow_mut().scheduled += 1;
        publisher.dispatch(event).await;
    }
}

impl Event {
    fn topic(&self, topics: u32) -> u32 {
        self.publisher % topics
    }
}

impl Publisher {
    fn limits(&self) -> Limits {
        Limits::default()
    }

    async fn warm_up(&self) {
        let Ok(url) = self.hook.url(0) else { return };
        for _ in 0..READY_CONNECTIONS.min(self.publishing.connections) {
            let Ok(connection) = self.dial(&url).await else { return };
            self.connections.set(self.connections.get() + 1);
            self.idle.borrow_mut().push(connection);
        }
    }

    async fn dial(&self, url: &Url) -> Result<Connection, Error> {
        let dialer = &self.shared.settings.dialer;
        let connection = if url.origin() == self.shared.settings.request.base.origin() {
            dialer.dial_to(url, &self.shared.addresses, &self.limits()).await?
        } else {
            dialer.dial(url, &self.limits()).await?
        };
        let _ = connection.wire().reset_on_drop();
        Ok(connection)
    }

    /// Sends an event as soon as there is a connection for it; neither the writing nor the answer
    /// is waited for here.
    async fn dispatch(self: &Rc<Self>, event: Event) {
        let full = self.connections.get() >= self.publishing.connections;
        let connection = match self.idle_connection() {
            None if full => {
                self.published.borrow_mut().waited += 1;
                self.wait_for_idle().await
            }
            connection => connection,
        };
        if connection.is_none() {
            self.connections.set(self.connections.get() + 1);
        }
        self.unsent.set(self.unsent.get() + 1);
        tokio::task::spawn_local(Rc::clone(self).carry(connection, event));
    }

    /// Sends an event and reads its answer.
    async fn carry(self: Rc<Self>, connection: Option<Connection>, event: Event) {
        let connection = match connection {
            Some(connection) => Ok(connection),
            None => self.dial_for(event).await,
        };
        let sent = match connection {
            Ok(mut connection) => {
                let sent = self.send(&mut connection, event).await;
                sent.map(|sent| (connection, sent))
            }
            Err(cause) => {
                self.mark_sent(event);
                Err(cause)
            }
        };
        self.unsent.set(self.unsent.get() - 1);
        self.freed.notify_waiters();
        let answered = match sent {
            Ok((mut connection, sent)) => {
                let answer = self.read_answer(&mut connection, sent).await;
                answer.map(|reusable| reusable.then_some(connection))
            }
            Err(cause) => Err(cause),
        };
        self.settle(event, answered);
        self.freed.notify_waiters();
    }

    async fn dial_for(&self, event: Event) -> Result<Connection, String> {
        let url = self.hook.url(event.topic(self.publishing.topics));
        let url = url.map_err(|_| "wrong-url".to_owned())?;
        self.dial(&url).await.map_err(|error| cause(&error))
    }

    /// The idle connection used last that the server has not closed.
    fn idle_connection(&self) -> Option<Connection> {
        loop {
            let connection = self.idle.borrow_mut().pop()?;
            if is_open(&connection) {
                return Some(connection);
            }
            self.connections.set(self.connections.get().saturating_sub(1));
        }
    }

    async fn wait_for_idle(&self) -> Option<Connection> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(connection) = self.idle_connection() {
                return Some(connection);
            }
            if self.connections.get() < self.publishing.connections {
                return None;
            }
            freed.await;
        }
    }

    /// Writes the request. Returns when that was.
    async fn send(&self, connection: &mut Connection, event: Event) -> Result<Nanos, String> {
        self.mark_sent(event);
        let clock = &self.shared.clock;
        let topic = event.topic(self.publishing.topics);
        let url = self.hook.url(topic).map_err(|_| "wrong-url".to_owned())?;
        let seed = self.shared.settings.seed;
        let size = payload::size(&self.publishing.size, seed, event.publisher, event.number);
        let sent = clock.now();
        let payload = Payload {
            run: self.shared.settings.run,
            machine: self.shared.machine,
            publisher: event.publisher,
            number: event.number,
            intended_us: clock.unix_us(event.intended),
            sent_us: clock.unix_us(sent),
            answered: self.answered.borrow().get(&event.publisher).map_or(0, |a| a.all_before),
        };
        let message = self.hook.message(url, &payload.write(size as usize), topic);
        self.metrics.borrow_mut().record(Metric::Slip, sent.saturating_sub(event.intended));
        connection.send(&message.to_request()).await.map_err(|error| cause(&error))?;
        Ok(sent)
    }

    fn mark_sent(&self, event: Event) {
        let counter = &self.shared.sent[event.publisher as usize];
        counter.fetch_max(event.number + 1, Ordering::Release);
        let mut published = self.published.borrow_mut();
        published.sent += 1;
        published.in_flight += 1;
        published.most_in_flight = published.most_in_flight.max(published.in_flight);
    }

    /// Books what became of an event; a connection that can carry another one is idle again.
    fn settle(&self, event: Event, answered: Result<Option<Connection>, String>) {
        self.answered.borrow_mut().entry(event.publisher).or_default().add(event.number);
        self.published.borrow_mut().in_flight -= 1;
        let connection = match answered {
            Ok(connection) => {
                self.published.borrow_mut().acknowledged += 1;
                connection
            }
            Err(cause) => {
                self.fail(event, &cause);
                None
            }
        };
        match connection {
            Some(connection) => self.idle.borrow_mut().push(connection),
            None => self.connections.set(self.connections.get().saturating_sub(1)),
        }
    }

    /// Reads the answer; whether the connection can carry another request.
    async fn read_answer(&self, connection: &mut Connection, sent: Nanos) -> Result<bool, String> {
        let head = connection.head().await.map_err(|error| cause(&error))?;
        let acknowledged = self.shared.clock.at(head.complete.received());
        self.metrics.borrow_mut().record(Metric::Ack, acknowledged.saturating_sub(sent));
        if !(200..300).contains(&head.status) {
            return Err(format!("status-{}", head.status));
        }
        let deadline = Instant::now() + self.limits().body;
        let mut read = 0;
        while let BodyPart::Data(chunk) =
            connection.read_until(deadline).await.map_err(|error| cause(&error))?
        {
            read += chunk.bytes.len();
            if read > ANSWER_BYTES {
                return Ok(false);
            }
        }
        Ok(stays_open(&head))
    }

    fn fail(&self, event: Event, cause: &str) {
        self.published.borrow_mut().fail(cause);
        locked(&self.shared.unsent).add(event.publisher, event.number);
    }

    /// Waits until every event that was begun is on its way.
    async fn await_sending(&self) {
        self.wait_until(|| self.unsent.get() == 0).await;
    }

    /// Waits for the answers that are still to come. Those that do not come in time are counted as
    /// neither acknowledged nor failed.
    async fn await_answers(&self) {
        self.wait_until(|| self.published.borrow().in_flight == 0).await;
    }

    async fn wait_until(&self, done: impl Fn() -> bool) {
        let all = async {
            loop {
                let mut freed = std::pin::pin!(self.freed.notified());
                // Registered before the look, so that no notice is missed.
                freed.as_mut().enable();
                if done() {
                    return;
                }
                freed.await;
            }
        };
        let _ = tokio::time::timeout(self.shared.settings.drain, all).await;
    }
}

/// Whether the server has not closed an idle connection: there is nothing to read, or over TLS
/// something of the session (tickets come after the handshake).
fn is_open(connection: &Connection) -> bool {
    let mut byte = [std::mem::MaybeUninit::uninit()];
    let wire = connection.wire();
    match socket2::SockRef::from(wire.tap().tcp()).peek(&mut byte) {
        Ok(len) => len > 0 && matches!(wire, Wire::Tls(_)),
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    }
}

/// Whether another request may follow (RFC 9112 9.3).
fn stays_open(head: &Head) -> bool {
    use ssecheck_transport::{Framing, Version};
    let close = |value: &[u8]| value.to_ascii_lowercase().windows(5).any(|word| word == b"close");
    head.framing != Framing::Close
        && head.version == Version::Http11
        && !head.fields("connection").any(|value| close(value))
}
