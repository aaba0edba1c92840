//! What the machine has.

use std::fs;
use std::io;

use crate::environment::{meminfo, sysctl};

/// The limits of open descriptors of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptors {
    /// The one in force.
    pub soft: u64,
    /// The most to which it can be raised without privileges.
    pub hard: u64,
}

/// What the machine has; each is absent where it cannot be known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// Limits of open descriptors.
    pub descriptors: Option<Descriptors>,
    /// First and last local port that the kernel gives out.
    pub ports: Option<(u16, u16)>,
    /// Connections in `TIME_WAIT` now.
    pub time_wait: Option<u64>,
    /// Memory that programs can have without swapping, in bytes.
    pub memory_available: Option<u64>,
}

impl Machine {
    /// Reads all of it from the system.
    #[must_use]
    pub fn read() -> Self {
        let sockets = fs::read_to_string("/proc/net/sockstat").ok();
        let memory = fs::read_to_string("/proc/meminfo").ok();
        Self {
            descriptors: descriptors(),
            ports: sysctl("net.ipv4.ip_local_port_range").and_then(|text| port_range(&text)),
            time_wait: sockets.and_then(|text| time_wait(&text)),
            memory_available: memory.and_then(|text| meminfo(&text, "MemAvailable")),
        }
    }
}

/// Lifts the limit of open descriptors as far as it goes without privileges, and returns it.
///
/// # Errors
/// When the system refuses.
pub fn raise() -> io::Result<u64> {
    rlimit::increase_nofile_limit(u64::MAX)
}

fn descriptors() -> Option<Descriptors> {
    let (soft, hard) = rlimit::Resource::NOFILE.get().ok()?;
    Some(Descriptors { soft, hard })
}

fn port_range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once(' ')?;
    Some((first.parse().ok()?, last.trim().parse().ok()?))
}

/// `tw` in the line `TCP: inuse 5 orphan 0 tw 12 alloc 7 mem 1`.
fn time_wait(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("TCP:"))?;
    let mut words = line.split_whitespace();
    words.find(|word| *word == "tw")?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOCKSTAT: &str = "sockets: used 151\nTCP: inuse 5 orphan 0 tw 8232 alloc 7 mem 1\nUDP: \
                            inuse 1 mem 0\n";

    #[test]
    fn time_wait_is_read_from_the_tcp_line() {
        assert_eq!(time_wait(SOCKSTAT), Some(8_232));
        assert_eq!(time_wait("UDP: inuse 1 tw 3\n"), None);
        assert_eq!(time_wait(""), None);
    }

    #[test]
    fn a_port_range_has_two_ends() {
        assert_eq!(port_range("32768 60999"), Some((32_768, 60_999)));
        assert_eq!(port_range("32768"), None);
        assert_eq!(port_range("a b"), None);
    }

    #[test]
    fn raising_reaches_the_hard_limit_or_leaves_it_be() {
        let before = descriptors().unwrap();
        let raised = raise().unwrap();
        assert!(raised >= before.soft);
        assert_eq!(Machine::read().descriptors.unwrap().soft, raised);
    }
}
