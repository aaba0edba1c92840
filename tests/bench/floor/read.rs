//! The reader: one thread, one epoll, one buffer.

use std::os::fd::{AsRawFd, OwnedFd};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use nix::sys::socket::{MsgFlags, recv};
use serde_json::{Value, json};

use crate::ReadArguments;
use crate::connect::{Place, place, subscribe};
use crate::request::Client;
use crate::scan::State;
use crate::stamps::Stamps;
use crate::usage::{cpu_seconds, memory_kb};

const BUFFER: usize = 64 * 1024;
const READY_AT_ONCE: usize = 1024;
/// The silence after the last head that separates greetings (nchan's `: hi`) from what is published.
const SETTLED: Duration = Duration::from_millis(300);
/// For all heads, once all are connected.
const HEADS_WITHIN: Duration = Duration::from_secs(120);

/// For the subscribers that observers sit among.
const OTHERS_WITHIN: Duration = Duration::from_secs(180);

struct Connection {
    stream: OwnedFd,
    state: State,
}

struct Reader {
    epoll: Epoll,
    connections: Vec<Connection>,
    ready: Vec<EpollEvent>,
    buffer: Vec<u8>,
    stamps: Option<Stamps>,
    heads: usize,
    refused: usize,
    closed: usize,
    events: u64,
    bytes: u64,
}

/// Connects, waits until all is quiet, reads until the end; the figures as one JSON object.
pub(crate) fn run(arguments: &ReadArguments) -> Result<Value> {
    let (start, cpu_start) = (Instant::now(), cpu_seconds()?);
    let mut reader = Reader::new(if arguments.count { None } else { Some(Stamps::new()?) })?;
    let failed = reader.connect_all(arguments)?;
    reader.read_heads()?;
    let (connect_seconds, connect_cpu) = (start.elapsed(), cpu_seconds()? - cpu_start);
    // The others may publish already.
    if arguments.beside.is_none() {
        reader.settle()?;
    }
    let idle_kb = memory_kb("VmRSS")?;
    if let Some(file) = &arguments.ready {
        std::fs::write(file, "ready\n")?;
    }
    let (measured, cpu_start) = (Instant::now(), cpu_seconds()?);
    let last = reader.read_until_end(arguments)?;
    let cpu = cpu_seconds()? - cpu_start;
    let mut line = json!({
        "tool": if arguments.count { "floor-count" } else { "floor-stamps" },
        "connections": arguments.connections, "connected": reader.heads - reader.refused,
        "failed": failed, "refused": reader.refused, "closed": reader.closed,
        "connect_seconds": connect_seconds.as_secs_f64(), "connect_cpu_s": connect_cpu,
        "events": reader.events, "bytes": reader.bytes, "cpu_s": cpu,
        "cpu_us_per_event": cpu * 1e6 / reader.events as f64,
        "seconds": last.duration_since(measured).as_secs_f64(),
        "rss_idle_kb": idle_kb, "rss_peak_kb": memory_kb("VmHWM")?,
    });
    if let (Some(stamps), Some(line)) = (&reader.stamps, line.as_object_mut()) {
        line.extend(stamps.summary().as_object().cloned().unwrap_or_default());
    }
    Ok(line)
}

impl Reader {
    fn new(stamps: Option<Stamps>) -> Result<Self> {
        Ok(Self {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            connections: Vec::new(),
            ready: vec![EpollEvent::empty(); READY_AT_ONCE],
            buffer: vec![0; BUFFER],
            stamps,
            heads: 0,
            refused: 0,
            closed: 0,
            events: 0,
            bytes: 0,
        })
    }

    /// One after the other, each waiting for the kernel's handshake only; how many failed.
    fn connect_all(&mut self, arguments: &ReadArguments) -> Result<usize> {
        let place = place(&arguments.url)?;
        self.connections.reserve_exact(arguments.connections);
        let mut step = Step::new(arguments)?;
        let mut results = Vec::with_capacity(arguments.connections);
        for index in 0..arguments.connections {
            step.await_turn(index)?;
            results.push(self.open(&place, arguments.source, index));
        }
        let failed = results.iter().filter(|result| result.is_err()).count();
        ensure!(failed < arguments.connections, "no connection: {:#}", first_error(results));
        Ok(failed)
    }

    fn open(&mut self, place: &Place, source: u8, index: usize) -> Result<()> {
        let stream = subscribe(place, source, index, self.stamps.is_some())?;
        let at = self.connections.len() as u64;
        self.epoll.add(&stream, EpollEvent::new(EpollFlags::EPOLLIN, at))?;
        self.connections.push(Connection { stream, state: State::Head(0) });
        Ok(())
    }

    fn read_heads(&mut self) -> Result<()> {
        let start = Instant::now();
        while self.heads < self.connections.len() {
            let all = self.connections.len();
            ensure!(start.elapsed() < HEADS_WITHIN, "{} heads of {all} came", self.heads);
            self.turn(SETTLED)?;
        }
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        while self.turn(SETTLED)? > 0 {}
        (self.events, self.bytes) = (0, 0);
        if let Some(stamps) = &mut self.stamps {
            stamps.clear();
        }
        Ok(())
    }

    /// Reads until one of the ends; tells when the last bytes came.
    fn read_until_end(&mut self, arguments: &ReadArguments) -> Result<Instant> {
        let start = Instant::now();
        let mut last = start;
        let enough = arguments.events_expected.unwrap_or(u64::MAX);
        while self.events < enough && self.closed < self.connections.len() {
            let quiet = if self.events > 0 { arguments.quiet } else { arguments.seconds };
            let left = arguments.seconds.saturating_sub(start.elapsed());
            if self.turn(quiet.min(left))? > 0 {
                last = Instant::now();
            } else {
                break;
            }
        }
        Ok(last)
    }

    /// Waits once, reads each ready connection once; how many were ready.
    fn turn(&mut self, wait: Duration) -> Result<usize> {
        let wait = EpollTimeout::try_from(wait).unwrap_or(EpollTimeout::MAX);
        let mut ready = std::mem::take(&mut self.ready);
        let count = match self.epoll.wait(&mut ready, wait) {
            Err(Errno::EINTR) => 0,
            result => result?,
        };
        for event in &ready[..count] {
            self.read(usize::try_from(event.data())?)?;
        }
        self.ready = ready;
        Ok(count)
    }

    fn read(&mut self, index: usize) -> Result<()> {
        let stream = &self.connections[index].stream;
        let result = match &mut self.stamps {
            None => recv(stream.as_raw_fd(), &mut self.buffer, MsgFlags::MSG_DONTWAIT)
                .map(|len| (len, None)),
            Some(stamps) => stamps.receive(stream, &mut self.buffer),
        };
        match result {
            Err(Errno::EAGAIN | Errno::EINTR) => {}
            Ok((0, _)) | Err(_) => self.close(index)?,
            Ok((len, received)) => self.take(index, len, received),
        }
        Ok(())
    }

    fn take(&mut self, index: usize, len: usize, received: Option<Duration>) {
        let (bytes, state) = (&self.buffer[..len], &mut self.connections[index].state);
        if *state == State::Head(0) && !bytes.starts_with(b"HTTP/1.1 200") {
            self.refused += 1;
        }
        let in_head = state.in_head();
        self.events += state.blank_lines(bytes);
        self.bytes += len as u64;
        self.heads += usize::from(in_head && !state.in_head());
        if let Some(stamps) = &mut self.stamps {
            stamps.record(bytes, received);
        }
    }

    fn close(&mut self, index: usize) -> Result<()> {
        let connection = &mut self.connections[index];
        self.epoll.delete(&connection.stream)?;
        // A stream that ended before its head counts as refused, so that nobody waits for it.
        if connection.state.in_head() {
            (self.heads, self.refused) = (self.heads + 1, self.refused + 1);
        }
        connection.state = State::Closed;
        self.closed += 1;
        Ok(())
    }
}

/// Keeps observers in step with the other subscribers.
struct Step {
    others: Option<(Client, u64)>,
    observers: usize,
    until: Instant,
}

impl Step {
    fn new(arguments: &ReadArguments) -> Result<Self> {
        let others = match (&arguments.stats, arguments.beside) {
            (Some(stats), Some(number)) => Some((Client::new(stats)?, number)),
            _ => None,
        };
        let until = Instant::now() + OTHERS_WITHIN;
        Ok(Self { others, observers: arguments.connections, until })
    }

    /// Each observer waits for its share of the others: the first for half a share.
    fn await_turn(&mut self, index: usize) -> Result<()> {
        let Some((client, others)) = &mut self.others else { return Ok(()) };
        let share = (2 * index as u64 + 1) * *others / (2 * self.observers as u64);
        while client.subscribers()? < share + index as u64 {
            ensure!(Instant::now() < self.until, "the other subscribers did not come");
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

fn first_error(results: Vec<Result<()>>) -> anyhow::Error {
    results
        .into_iter()
        .find_map(Result::err)
        .unwrap_or_else(|| anyhow::anyhow!("none was asked for"))
}
