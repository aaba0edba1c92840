//! The machine that a shard runs on, as a report keeps it.

use std::collections::BTreeMap;
use std::fs;

use ssecheck_model::load::Environment;

/// Kernel limits that decide how many connections there can be and how fast they come.
const LIMITS: [&str; 11] = [
    "fs.file-max",
    "fs.nr_open",
    "net.core.netdev_max_backlog",
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_max_tw_buckets",
    "net.ipv4.tcp_mem",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_tw_reuse",
    "net.ipv4.tcp_wmem",
];

const UNKNOWN: &str = "unknown";

/// What can be known of this machine. What cannot is `unknown`, 0 or absent; on other systems than
/// Linux that is most of it.
#[must_use]
pub fn environment() -> Environment {
    Environment {
        system: system(),
        machine: machine(),
        processors: processors(),
        memory_bytes: memory_bytes().unwrap_or(0),
        limits: limits(),
    }
}

/// A kernel setting by its dotted name, in one line with single spaces.
pub(crate) fn sysctl(name: &str) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/sys/{}", name.replace('.', "/"))).ok()?;
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A line of `/proc/meminfo`, in bytes.
pub(crate) fn meminfo(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

fn system() -> String {
    let kernel = sysctl("kernel.ostype").zip(sysctl("kernel.osrelease"));
    let name = kernel.map_or_else(
        || format!("{} {UNKNOWN}", std::env::consts::OS),
        |(name, release)| format!("{name} {release}"),
    );
    format!("{name} {}", std::env::consts::ARCH)
}

/// The boot id, hashed: containers on one kernel share it and its clock; it says no more than that.
fn machine() -> String {
    let boot = sysctl("kernel.random.boot_id").filter(|id| !id.is_empty());
    boot.map_or_else(|| UNKNOWN.to_owned(), |id| format!("{:016x}", fnv1a(id.as_bytes())))
}

/// FNV-1a, 64 bits: the same in every version of this program, which the standard library's hash
/// does not promise.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn processors() -> u32 {
    std::thread::available_parallelism().map_or(0, |count| u32::try_from(count.get()).unwrap_or(0))
}

fn memory_bytes() -> Option<u64> {
    meminfo(&fs::read_to_string("/proc/meminfo").ok()?, "MemTotal")
}

fn limits() -> BTreeMap<String, String> {
    let known = LIMITS.into_iter().filter_map(|name| Some((name.to_owned(), sysctl(name)?)));
    known.chain(descriptors().map(|limit| ("descriptors".to_owned(), limit))).collect()
}

fn descriptors() -> Option<String> {
    let (soft, hard) = rlimit::Resource::NOFILE.get().ok()?;
    Some(format!("{soft} (at most {hard})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMINFO: &str =
        "MemTotal:       24682984 kB\nMemFree:         1 kB\nHugePages_Total:       0\n";

    #[test]
    fn memory_is_read_in_bytes_by_the_whole_name() {
        assert_eq!(meminfo(MEMINFO, "MemTotal"), Some(24_682_984 * 1024));
        assert_eq!(meminfo(MEMINFO, "Mem"), None);
        assert_eq!(meminfo(MEMINFO, "HugePages_Total"), None, "not in kB");
    }

    #[test]
    fn a_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn this_machine_is_described_the_same_way_twice() {
        let (once, again) = (environment(), environment());
        assert_eq!(once, again);
        assert!(once.processors > 0);
        assert!(once.system.ends_with(std::env::consts::ARCH));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_tells_its_machine_and_port_range() {
        let environment = environment();
        assert_ne!(environment.machine, UNKNOWN);
        assert!(environment.memory_bytes > 0);
        let range = &environment.limits["net.ipv4.ip_local_port_range"];
        assert_eq!(range.split(' ').filter_map(|port| port.parse::<u16>().ok()).count(), 2);
    }
}
