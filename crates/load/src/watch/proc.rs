//! What is read of the system for a sample.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nix::unistd::{SysconfVar, sysconf};

use super::stat::{Busy, ProcessStat};

/// The kernel's units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Units {
    pub(super) ticks_per_second: u64,
    pub(super) page_bytes: u64,
}

impl Units {
    pub(super) fn read() -> Self {
        let read = |name, usual| {
            let value = sysconf(name).ok().flatten().and_then(|value| u64::try_from(value).ok());
            value.filter(|value| *value > 0).unwrap_or(usual)
        };
        Self {
            ticks_per_second: read(SysconfVar::CLK_TCK, 100),
            page_bytes: read(SysconfVar::PAGE_SIZE, 4_096),
        }
    }

    /// Processors in use; 0 when no time has passed.
    pub(super) fn processors(self, ticks: u64, seconds: f64) -> f64 {
        if seconds > 0.0 { ticks as f64 / self.ticks_per_second as f64 / seconds } else { 0.0 }
    }

    pub(super) fn milliseconds(self, ticks: u64) -> u64 {
        ticks.saturating_mul(1_000) / self.ticks_per_second
    }
}

/// Processor time of the whole machine; none where it cannot be read.
pub(super) fn busy() -> Busy {
    let text = fs::read_to_string("/proc/stat").ok();
    text.and_then(|text| Busy::parse(&text)).unwrap_or_default()
}

/// Processor time of this process since its start, in milliseconds.
pub(super) fn own_cpu_ms() -> u64 {
    let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return 0 };
    let us = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    u64::try_from(us / 1_000).unwrap_or(0)
}

/// Resident memory of this process, in bytes; 0 where it cannot be read.
pub(super) fn own_rss(units: Units) -> u64 {
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split_ascii_whitespace().nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0u64) * units.page_bytes
}

/// Processor time of a thread of this process: in nanoseconds where the kernel counts them, else in
/// ticks.
pub(super) fn thread_time(tid: u32, units: Units) -> Option<Duration> {
    let fine = fs::read_to_string(format!("/proc/self/task/{tid}/schedstat")).ok();
    let nanoseconds = fine.and_then(|text| text.split_ascii_whitespace().next()?.parse().ok());
    if let Some(nanoseconds) = nanoseconds {
        return Some(Duration::from_nanos(nanoseconds));
    }
    let stat = ProcessStat::parse(&read_lossy(&format!("/proc/self/task/{tid}/stat"))?)?;
    Some(Duration::from_millis(units.milliseconds(stat.own)))
}

/// Processor time of all threads of this process, by number.
pub(super) fn threads(units: Units) -> BTreeMap<u32, Duration> {
    let entries = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let tids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    tids.filter_map(|tid| Some((tid, thread_time(tid, units)?))).collect()
}

/// The system's number of the calling thread.
pub(super) fn own_tid() -> Option<u32> {
    let line = fs::read_to_string("/proc/thread-self/stat").ok()?;
    Some(ProcessStat::parse(&line)?.pid)
}

/// All processes that can be seen; absent without `/proc`.
pub(super) fn all_stats() -> Option<Vec<ProcessStat>> {
    let entries = fs::read_dir("/proc").ok()?.flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    // A process can end between listing and reading.
    let stat = |pid| ProcessStat::parse(&read_lossy(&format!("/proc/{pid}/stat"))?);
    let stats: Vec<ProcessStat> = pids.filter_map(stat).collect();
    (!stats.is_empty()).then_some(stats)
}

/// A process's name may be any bytes.
fn read_lossy(path: &str) -> Option<String> {
    Some(String::from_utf8_lossy(&fs::read(path).ok()?).into_owned())
}

/// Open descriptors of these processes; those of processes that may not be read are not counted.
pub(super) fn descriptors<'a>(pids: impl Iterator<Item = &'a u32>) -> u64 {
    let open = |pid| fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
    pids.map(|pid| open(pid) as u64).sum()
}
