//! What this process used.

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::{TimeVal, TimeValLike};

/// CPU seconds so far, user and system.
pub(crate) fn cpu_seconds() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok(of(usage.user_time()) + of(usage.system_time()))
}

fn of(time: TimeVal) -> f64 {
    time.num_microseconds() as f64 / 1e6
}

/// Kilobytes by a key of /proc/self/status: VmRSS now, VmHWM at the most.
pub(crate) fn memory_kb(key: &str) -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    let number = line.and_then(|line| line.split_whitespace().next()).context("no such key")?;
    Ok(number.parse()?)
}
