//! A scripted SSE hub in a thread of its own: what it sends, to whom and how is the test's choice,
//! and what it did is on record.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustls::ServerConfig;
use tokio::sync::mpsc;

use crate::hub_serve::serve;

/// How the body of a stream is delimited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    Chunked,
    Close,
    Length(u64),
}

/// What becomes of one event for one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deliver {
    Once,
    Twice,
    Never,
    /// After the next one.
    Late,
}

/// How a stream is ended by the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// As the framing says.
    Clean,
    /// FIN.
    Fin,
    /// RST.
    Reset,
}

/// What the hub answers to the request for a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Stream,
    /// A stream that begins with these bytes.
    Begin(String),
    /// These bytes, then FIN.
    Raw(String),
    /// FIN without a byte.
    Close,
    Reset,
    /// Nothing, and no end.
    Silence,
}

/// What the hub does with a publish request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ack {
    /// Sends the event, then 200.
    Ok,
    /// As `Ok`, and the connection ends without a word.
    OkClose,
    /// As `Ok`, but the answer comes later.
    Slow(Duration),
    /// This status, and no event.
    Status(u16),
    /// RST, and no event.
    Reset,
}

/// What a hub does with readers that do not keep up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Backlog {
    Unbounded,
    /// So many events wait; one more, and the stream is cut.
    Cut(usize),
    /// So many events wait; one more is dropped.
    Drop(usize),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) at: Instant,
    pub(crate) body: usize,
}

impl Seen {
    /// The value of a header field.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let line = self.head.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        });
        line.filter(|value| !value.is_empty())
    }
}

type PerEvent<T> = Box<dyn Fn(u64) -> T + Send + Sync>;
type PerStream<T> = Box<dyn Fn(u64, u64) -> T + Send + Sync>;
type PerRequest<T> = Box<dyn Fn(u64, &Seen) -> T + Send + Sync>;
type PerText<T> = Box<dyn Fn(u64, &str) -> T + Send + Sync>;

/// The script of a hub.
pub(crate) struct Script {
    pub(crate) framing: Framing,
    /// Writes every byte by itself.
    pub(crate) bytewise: bool,
    /// How event number n with this data looks on the wire.
    pub(crate) event: PerText<String>,
    /// What becomes of event n (of its topic) for stream s (both from 0).
    pub(crate) deliver: PerStream<Deliver>,
    /// What request number n for a stream is answered.
    pub(crate) answer: PerRequest<Answer>,
    pub(crate) ack: PerEvent<Ack>,
    /// What every stream begins with.
    pub(crate) greeting: String,
    /// Events that are kept and sent to everybody who comes with a `Last-Event-ID` from before.
    pub(crate) resumes: bool,
    /// Everything is sent to everybody who comes.
    pub(crate) replays_all: bool,
    pub(crate) backlog: Backlog,
    /// Events that wait until so many are there, which go out in one write.
    pub(crate) batch: usize,
    pub(crate) send_buffer: Option<usize>,
    pub(crate) tls: Option<Arc<ServerConfig>>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            framing: Framing::Chunked,
            bytewise: false,
            event: Box::new(|_, data| format!("data: {data}\n\n")),
            deliver: Box::new(|_, _| Deliver::Once),
            answer: Box::new(|_, _| Answer::Stream),
            ack: Box::new(|_| Ack::Ok),
            greeting: String::new(),
            resumes: false,
            replays_all: false,
            backlog: Backlog::Unbounded,
            batch: 1,
            send_buffer: None,
            tls: None,
        }
    }
}

/// What a stream is sent.
#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Text(Arc<str>),
    /// Bytes as they are, around the framing.
    Raw(&'static str),
    End(End),
}

/// One open stream, from the hub's side.
pub(crate) struct Outlet {
    pub(crate) number: u64,
    topic: String,
    sender: mpsc::UnboundedSender<Piece>,
    pub(crate) waiting: Arc<AtomicUsize>,
    late: Option<Arc<str>>,
}

/// Events of one topic.
#[derive(Default)]
struct Topic {
    count: u64,
    history: Vec<Arc<str>>,
}

/// What the hub did.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    /// Events written, over all streams.
    pub(crate) events: u64,
    /// Bytes of all streams before the framing.
    pub(crate) bytes: u64,
}

#[derive(Default)]
pub(crate) struct State {
    outlets: Mutex<Vec<Outlet>>,
    topics: Mutex<BTreeMap<String, Topic>>,
    pub(crate) seen: Mutex<Vec<Seen>>,
    pub(crate) streams: AtomicU64,
    pub(crate) published: AtomicU64,
    pub(crate) accepted: AtomicU64,
    pub(crate) tally: Mutex<Tally>,
    /// When streams were ended from the other side, and whether by FIN.
    pub(crate) left: Mutex<Vec<(u64, bool)>>,
}

/// A hub that runs until it is dropped.
pub(crate) struct Hub {
    pub(crate) address: SocketAddr,
    pub(crate) state: Arc<State>,
    pub(crate) script: Arc<Script>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
    secure: bool,
}

impl Hub {
    pub(crate) fn start(script: Script) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let secure = script.tls.is_some();
        let (state, script) = (Arc::new(State::default()), Arc::new(script));
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let (inner, plan) = (Arc::clone(&state), Arc::clone(&script));
        let thread = std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                tokio::select! {
                    () = serve(listener, inner, plan) => {}
                    _ = stopped => {}
                }
            });
        });
        let (stop, thread) = (Some(stop), Some(thread));
        Self { address, state, script, stop, thread, secure }
    }

    /// The URL of its stream.
    pub(crate) fn url(&self) -> String {
        match self.secure {
            true => format!("https://localhost:{}/events", self.address.port()),
            false => format!("http://{}/events", self.address),
        }
    }

    /// Listens no more and closes everything.
    pub(crate) fn stop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    /// The requests so far whose path begins with `path`.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.state.seen.lock().unwrap();
        seen.iter().filter(|request| request.path.starts_with(path)).cloned().collect()
    }

    pub(crate) fn tally(&self) -> Tally {
        *self.state.tally.lock().unwrap()
    }

    /// How many events were published.
    pub(crate) fn published(&self) -> u64 {
        self.state.published.load(Ordering::SeqCst)
    }

    /// Sends events of its own, one each `every`, until the guard is dropped.
    pub(crate) fn ticks(
        &self,
        every: Duration,
        data: impl Fn(u64) -> String + Send + 'static,
    ) -> Ticks {
        let (state, script) = (Arc::clone(&self.state), Arc::clone(&self.script));
        let stop = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let mut number = 0;
            while !flag.load(Ordering::SeqCst) {
                state.emit(&script, "", &data(number));
                number += 1;
                std::thread::park_timeout(every);
            }
        });
        Ticks { stop, thread: Some(thread) }
    }

    /// Ends all streams that are open now.
    pub(crate) fn end_all(&self, end: End) {
        self.state.push_all(&Piece::End(end));
    }

    /// Sends these bytes on all streams without framing.
    pub(crate) fn push_raw(&self, bytes: &'static str) {
        self.state.push_all(&Piece::Raw(bytes));
    }

    pub(crate) fn open(&self) -> usize {
        self.state.outlets.lock().unwrap().len()
    }

    /// Returns when so many streams are open.
    pub(crate) async fn until_open(&self, count: usize) {
        self.until(|hub| hub.open() >= count).await;
    }

    /// Returns when so many events were published.
    pub(crate) async fn until_published(&self, count: u64) {
        self.until(|hub| hub.published() >= count).await;
    }

    /// Looks every few milliseconds: the hub lives in another thread.
    pub(crate) async fn until(&self, holds: impl Fn(&Self) -> bool) {
        while !holds(self) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A hub's own events; they end when this is dropped.
pub(crate) struct Ticks {
    stop: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Drop for Ticks {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl State {
    /// Enters a stream; everything emitted from now on is sent to it.
    pub(crate) fn enter(
        &self,
        script: &Script,
        number: u64,
        topic: &str,
        last_event_id: Option<u64>,
    ) -> (mpsc::UnboundedReceiver<Piece>, Arc<AtomicUsize>) {
        let (sender, pieces) = mpsc::unbounded_channel();
        let topics = self.topics.lock().unwrap();
        let history = topics.get(topic).map_or(&[][..], |topic| &topic.history);
        let from = match last_event_id {
            Some(id) if script.resumes => id as usize + 1,
            _ if script.replays_all => 0,
            _ => history.len(),
        };
        for text in &history[from.min(history.len())..] {
            let _ = sender.send(Piece::Text(Arc::clone(text)));
        }
        let waiting = Arc::new(AtomicUsize::new(0));
        let outlet = Outlet {
            number,
            topic: topic.to_owned(),
            sender,
            waiting: Arc::clone(&waiting),
            late: None,
        };
        self.outlets.lock().unwrap().push(outlet);
        (pieces, waiting)
    }

    pub(crate) fn leave(&self, number: u64, by_fin: bool) {
        self.outlets.lock().unwrap().retain(|outlet| outlet.number != number);
        self.left.lock().unwrap().push((number, by_fin));
    }

    /// Sends one event to everybody of its topic.
    pub(crate) fn emit(&self, script: &Script, topic: &str, data: &str) {
        let mut topics = self.topics.lock().unwrap();
        let events = topics.entry(topic.to_owned()).or_default();
        let number = events.count;
        events.count += 1;
        let text: Arc<str> = (script.event)(number, data).into();
        events.history.push(Arc::clone(&text));
        let mut outlets = self.outlets.lock().unwrap();
        for outlet in outlets.iter_mut().filter(|outlet| outlet.topic == topic) {
            outlet.give(script, number, &text);
        }
    }

    fn push_all(&self, piece: &Piece) {
        for outlet in &*self.outlets.lock().unwrap() {
            let _ = outlet.sender.send(piece.clone());
        }
    }
}

impl Outlet {
    fn give(&mut self, script: &Script, number: u64, text: &Arc<str>) {
        let waiting = self.waiting.load(Ordering::SeqCst);
        match script.backlog {
            Backlog::Cut(most) if waiting >= most => {
                let _ = self.sender.send(Piece::End(End::Reset));
                self.waiting.store(usize::MAX / 2, Ordering::SeqCst);
                return;
            }
            Backlog::Drop(most) if waiting >= most => return,
            _ => {}
        }
        match (script.deliver)(self.number, number) {
            Deliver::Never => {}
            Deliver::Late => {
                self.late = Some(Arc::clone(text));
                return;
            }
            Deliver::Once => self.push(text),
            Deliver::Twice => {
                self.push(text);
                self.push(text);
            }
        }
        if let Some(late) = self.late.take() {
            self.push(&late);
        }
    }

    fn push(&self, text: &Arc<str>) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _ = self.sender.send(Piece::Text(Arc::clone(text)));
    }
}
