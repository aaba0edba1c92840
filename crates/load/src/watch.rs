//! Watches the processors, this process and the server's, once per interval of a run.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use ssecheck_model::load::{ServerSample, ServerUse};

mod clock;
mod proc;
mod stat;
mod tree;

use clock::Clocks;
use proc::Units;
use stat::{Busy, ProcessStat};
use tree::Process;

/// Shares are of at least this time, back over samples before if need be: the kernel counts in
/// ticks of 10 ms, and of a short last interval one tick would be everything.
const SHORTEST: Duration = Duration::from_millis(500);

/// Why a process cannot be watched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// No process has that number.
    #[error("there is no process {0} to watch")]
    NoProcess(u32),
    /// The system has no `/proc` to watch it by.
    #[error("process {0} cannot be watched: this system has no /proc")]
    NoProc(u32),
}

/// What was used since the sample before, or since [`Watch::new`]. Shares are of the last half
/// second at least.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    /// Share of the whole machine in use, 0 to 1.
    pub machine_cpu: f64,
    /// Share of one processor that the subscribers' thread used, 0 to 1.
    pub worker_cpu: f64,
    /// Processor time of this process, in milliseconds.
    pub process_cpu_ms: u64,
    /// Resident memory of this process at this moment, in bytes.
    pub rss_bytes: u64,
    /// The server's process and all that descend from it; absent when it is not watched, or gone.
    pub server: Option<ServerSample>,
    /// How far the system's clock was set since the sample before, in microseconds. A step that
    /// is smaller than the time between two readings cannot be told.
    pub clock_step_us: u64,
}

/// Watches from one sample to the next.
#[derive(Debug)]
pub struct Watch {
    units: Units,
    /// The newest last; the first one is the last before the last [`SHORTEST`].
    readings: VecDeque<Reading>,
    process_cpu_ms: u64,
    rss_before: u64,
    /// What threads had used when they were looked at last. One that is not here started later.
    threads: BTreeMap<u32, Duration>,
    worker: Duration,
    clocks: Clocks,
    server: Option<Server>,
}

/// What had been used at one moment.
#[derive(Debug, Clone, Copy)]
struct Reading {
    at: Instant,
    busy: Busy,
    worker: Duration,
    server_ticks: u64,
}

/// What is kept of the server's process.
#[derive(Debug)]
struct Server {
    pid: u32,
    processes: BTreeMap<u32, Process>,
    most_processes: usize,
    ticks: u64,
    rss_before: u64,
    rss_peak: u64,
    descriptors_peak: u64,
}

impl Watch {
    /// Begins to watch, and takes what is there now as the level before the run.
    ///
    /// # Errors
    /// When `server_pid` is given and there is no such process, or no `/proc`.
    pub fn new(server_pid: Option<u32>) -> Result<Self, WatchError> {
        let units = Units::read();
        let begin = Reading {
            at: Instant::now(),
            busy: proc::busy(),
            worker: Duration::ZERO,
            server_ticks: 0,
        };
        Ok(Self {
            readings: VecDeque::from([begin]),
            process_cpu_ms: proc::own_cpu_ms(),
            rss_before: proc::own_rss(units),
            threads: proc::threads(units),
            worker: Duration::ZERO,
            clocks: Clocks::read(),
            server: server_pid.map(|pid| Server::new(pid, units)).transpose()?,
            units,
        })
    }

    /// Resident memory of this process when the watch began, in bytes.
    #[must_use]
    pub fn rss_before_bytes(&self) -> u64 {
        self.rss_before
    }

    /// What was used since the sample before. `worker_tid` is the system's number of the
    /// subscribers' thread ([`own_tid`] on it); without it, its share is 0.
    pub fn sample(&mut self, worker_tid: Option<u32>) -> Sample {
        let used = worker_tid.map_or(Duration::ZERO, |tid| self.thread(tid));
        self.worker += used;
        let server = self.server.as_mut().and_then(|server| server.sample(self.units));
        let now = Reading {
            at: Instant::now(),
            busy: proc::busy(),
            worker: self.worker,
            server_ticks: self.server.as_ref().map_or(0, |server| server.ticks),
        };
        let base = self.turn(now);
        let seconds = now.at.duration_since(base.at).as_secs_f64();
        let ticks = now.server_ticks - base.server_ticks;
        let (cpu_ms, clocks) = (proc::own_cpu_ms(), Clocks::read());
        let sample = Sample {
            machine_cpu: now.busy.share_since(base.busy),
            worker_cpu: share(now.worker - base.worker, seconds),
            process_cpu_ms: cpu_ms.saturating_sub(self.process_cpu_ms),
            rss_bytes: proc::own_rss(self.units),
            server: server
                .map(|it| ServerSample { cpu: self.units.processors(ticks, seconds), ..it }),
            clock_step_us: clocks.step_since(self.clocks),
        };
        (self.process_cpu_ms, self.clocks) = (cpu_ms, clocks);
        sample
    }

    /// Keeps a reading, and gives the one that shares count from.
    fn turn(&mut self, now: Reading) -> Reading {
        let is_old = |reading: &Reading| now.at.duration_since(reading.at) >= SHORTEST;
        while self.readings.get(1).is_some_and(is_old) {
            self.readings.pop_front();
        }
        self.readings.push_back(now);
        self.readings[0]
    }

    /// What the server's process used since [`Watch::new`], as of the last sample; absent when none
    /// is watched. `delivered` are the events that its subscribers received.
    #[must_use]
    pub fn server_use(&self, delivered: u64, peak_subscribers: u64) -> Option<ServerUse> {
        let server = self.server.as_ref()?;
        let used = ServerUse {
            pid: server.pid,
            processes: u32::try_from(server.most_processes).unwrap_or(u32::MAX),
            cpu_ms: self.units.milliseconds(server.ticks),
            rss_before_bytes: server.rss_before,
            rss_peak_bytes: server.rss_peak,
            descriptors_peak: server.descriptors_peak,
            ..ServerUse::default()
        };
        Some(per_delivery(used, delivered, peak_subscribers))
    }

    /// What a thread used since it was looked at last.
    fn thread(&mut self, tid: u32) -> Duration {
        let Some(used) = proc::thread_time(tid, self.units) else { return Duration::ZERO };
        let before = self.threads.insert(tid, used).unwrap_or_default();
        used.saturating_sub(before)
    }
}

/// Share of one processor, 0 to 1; 0 when no time has passed.
fn share(used: Duration, seconds: f64) -> f64 {
    if seconds > 0.0 { (used.as_secs_f64() / seconds).min(1.0) } else { 0.0 }
}

/// The system's number of the thread that calls this, for [`Watch::sample`].
#[must_use]
pub fn own_tid() -> Option<u32> {
    proc::own_tid()
}

/// Fills in what counts per event and per subscriber; 0 where there were none.
pub(crate) fn per_delivery(mut used: ServerUse, delivered: u64, peak: u64) -> ServerUse {
    let share = |part: f64, of: u64| if of == 0 { 0.0 } else { part / of as f64 };
    let growth = used.rss_peak_bytes.saturating_sub(used.rss_before_bytes);
    used.cpu_us_per_event = share(used.cpu_ms as f64 * 1_000.0, delivered);
    used.rss_bytes_per_subscriber = share(growth as f64, peak);
    used
}

impl Server {
    fn new(pid: u32, units: Units) -> Result<Self, WatchError> {
        let stats = proc::all_stats().ok_or(WatchError::NoProc(pid))?;
        let alive = stats.iter().any(|stat| stat.pid == pid && !stat.is_dead());
        if !alive {
            return Err(WatchError::NoProcess(pid));
        }
        let processes = tree::members(pid, &BTreeMap::new(), &stats);
        let rss = rss(&processes, &stats, units);
        Ok(Self {
            pid,
            most_processes: processes.len(),
            ticks: 0,
            rss_before: rss,
            rss_peak: rss,
            descriptors_peak: proc::descriptors(processes.keys()),
            processes,
        })
    }

    /// Memory and descriptors now; processor time goes to `ticks`.
    fn sample(&mut self, units: Units) -> Option<ServerSample> {
        let stats = proc::all_stats()?;
        let processes = tree::members(self.pid, &self.processes, &stats);
        let ticks = tree::used(&self.processes, &processes);
        let sample = ServerSample {
            cpu: 0.0,
            rss_bytes: rss(&processes, &stats, units),
            descriptors: proc::descriptors(processes.keys()),
        };
        self.ticks += ticks;
        self.most_processes = self.most_processes.max(processes.len());
        self.rss_peak = self.rss_peak.max(sample.rss_bytes);
        self.descriptors_peak = self.descriptors_peak.max(sample.descriptors);
        let gone = processes.is_empty();
        self.processes = processes;
        (!gone).then_some(sample)
    }
}

/// Resident memory in bytes; pages that several processes share count in each.
fn rss(processes: &BTreeMap<u32, Process>, stats: &[ProcessStat], units: Units) -> u64 {
    let members = stats.iter().filter(|stat| processes.contains_key(&stat.pid));
    members.map(|stat| stat.rss_pages * units.page_bytes).sum()
}

#[cfg(all(test, target_os = "linux"))]
mod tests;
