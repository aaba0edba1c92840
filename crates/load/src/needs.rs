//! What a run needs of the machine, checked before the first connection.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ssecheck_model::load::Need;

mod machine;

pub use machine::{Descriptors, Machine, raise};

/// Descriptors of a process beside its connections: standard streams, poll, timers, files,
/// libraries.
pub const OTHER_DESCRIPTORS: u64 = 50;

/// Our memory per subscriber without TLS, in bytes.
pub const PLAIN_BYTES: u64 = 2 * 1024;

/// Our memory per subscriber with TLS, in bytes.
pub const TLS_BYTES: u64 = 14 * 1024;

/// The kernel's memory per idle TCP socket, in bytes (measured: 4.9 KB on Linux 6.18).
pub const KERNEL_BYTES: u64 = 5 * 1024;

/// How long the kernel keeps the port of a connection that we closed, in seconds (`TCP_TIMEWAIT_LEN`).
pub const TIME_WAIT_SECONDS: f64 = 60.0;

/// Connections from one loopback address. A usual range has 28,232 ports, but the kernel looks in
/// one half of it first (those of one parity), and long when that is full: 19,000 connects from one
/// address took 5 to 12 s of processor time, from two 0.5 s (measured).
pub const CONNECTIONS_PER_SOURCE: u64 = 10_000;

/// The most loopback addresses that are used.
pub const MOST_SOURCES: u64 = 250;

/// The widest port range that is advised: `10000 65535`.
const WIDE_RANGE: u64 = 65_535 - 10_000 + 1;

/// What a run is going to use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Demand {
    /// Most subscribers of one process at a time.
    pub connections: u64,
    /// Most publish connections of one process.
    pub publish_connections: u64,
    /// Where they connect to; absent when it is not known yet.
    pub peer: Option<SocketAddr>,
    /// Source addresses, which all processes share; none when the kernel chooses.
    pub sources: Vec<IpAddr>,
    /// Whether they use TLS.
    pub tls: bool,
    /// Processes of the run on this machine.
    pub processes: u32,
    /// Connections of one process that are closed and opened again, per second.
    pub reconnects_per_second: f64,
    /// Length of the run in seconds.
    pub seconds: f64,
}

impl Demand {
    fn processes(&self) -> u64 {
        u64::from(self.processes.max(1))
    }

    /// Connections of one process, publishers included.
    fn in_one(&self) -> u64 {
        self.connections.saturating_add(self.publish_connections)
    }

    /// Connections of all processes on this machine.
    fn in_all(&self) -> u64 {
        self.in_one().saturating_mul(self.processes())
    }

    /// Ports that the run itself puts in `TIME_WAIT` at a time.
    fn time_wait(&self) -> u64 {
        let per_second = self.reconnects_per_second * self.processes() as f64;
        (per_second * self.seconds.min(TIME_WAIT_SECONDS)).ceil() as u64
    }

    fn is_loopback(&self) -> bool {
        self.peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
    }
}

/// What `demand` needs of `machine`: descriptors, ports, memory. What cannot be known of the
/// machine is not short. The limit of descriptors is the one in force: call [`raise`] before
/// [`Machine::read`].
#[must_use]
pub fn check(demand: &Demand, machine: &Machine) -> Vec<Need> {
    vec![descriptors(demand, machine), ports(demand, machine), memory(demand, machine)]
}

fn descriptors(demand: &Demand, machine: &Machine) -> Need {
    let needed = demand.in_one().saturating_add(OTHER_DESCRIPTORS);
    let limit = machine.descriptors;
    let short = limit.is_some_and(|limit| needed > limit.soft);
    let cure = limit
        .filter(|_| short)
        .map_or_else(String::new, |limit| format!(": {}", descriptors_cure(demand, limit, needed)));
    let limit_text = limit.map_or_else(|| "unknown".to_owned(), |limit| limit.soft.to_string());
    let message = format!("{needed} descriptors per process, the limit is {limit_text}{cure}");
    let available = limit.map(|limit| limit.soft);
    Need { name: "descriptors".to_owned(), needed, available, message, short }
}

fn descriptors_cure(demand: &Demand, limit: Descriptors, needed: u64) -> String {
    let raise = format!("`ulimit -n {needed}`");
    if needed <= limit.hard {
        return raise;
    }
    let room =
        limit.hard.saturating_sub(demand.publish_connections.saturating_add(OTHER_DESCRIPTORS));
    if room == 0 {
        return format!("{raise} as root, in the shell that starts the run");
    }
    let subscribers = demand.connections.saturating_mul(demand.processes());
    let processes = subscribers.div_ceil(room);
    format!("use `--processes {processes}`, or {raise} as root, in the shell that starts the run")
}

/// A connection needs a port of its own for each pair of source address and destination. Ports in
/// `TIME_WAIT` may belong to other pairs, and the kernel can use some of them again: they are told,
/// but only a range that is too narrow even without them keeps a run from beginning.
fn ports(demand: &Demand, machine: &Machine) -> Need {
    let needed = demand.in_all();
    let sources = (demand.sources.len() as u64).max(1);
    let range = machine.ports.map(|(first, last)| u64::from(last.saturating_sub(first)) + 1);
    let total = range.map(|range| range.saturating_mul(sources));
    let waiting = machine.time_wait.unwrap_or(0);
    let short = total.is_some_and(|total| needed > total);
    let wanted = needed.saturating_add(demand.time_wait());
    let available = total.map(|total| total.saturating_sub(waiting));
    let scarce = available.is_some_and(|available| wanted > available);
    let note = if short || scarce {
        format!(": {}", ports_cure(demand, range.unwrap_or(0), sources, (wanted, waiting), short))
    } else {
        String::new()
    };
    let range = range.map_or_else(|| "an unknown number of".to_owned(), |range| range.to_string());
    let message = format!(
        "{needed} local ports and up to {} in TIME_WAIT by reconnects; there are {range} for each \
         of {sources} source address{}, less {waiting} in TIME_WAIT now{note}",
        demand.time_wait(),
        if sources == 1 { "" } else { "es" },
    );
    Need { name: "ports".to_owned(), needed: wanted, available, message, short }
}

fn ports_cure(
    demand: &Demand,
    range: u64,
    sources: u64,
    (wanted, waiting): (u64, u64),
    short: bool,
) -> String {
    let more = wanted.saturating_add(waiting).div_ceil(range.max(1)).max(sources + 1);
    let wider = "`sysctl -w net.ipv4.ip_local_port_range=\"10000 65535\"`";
    let spread = format!("give {more} source addresses (`--source-ip`, once for each)");
    let widening = range < WIDE_RANGE && demand.in_all() <= WIDE_RANGE.saturating_mul(sources);
    let cure = if widening { format!("{wider}, or {spread}") } else { spread };
    if short {
        cure
    } else {
        format!("they may run out; wait a minute for TIME_WAIT to pass, or {cure}")
    }
}

fn memory(demand: &Demand, machine: &Machine) -> Need {
    let user = if demand.tls { TLS_BYTES } else { PLAIN_BYTES };
    // Over loopback the server's ends are in the same kernel.
    let ends = if demand.is_loopback() { 2 } else { 1 };
    let each = user + ends * KERNEL_BYTES;
    let needed = demand.in_all().saturating_mul(each);
    let available = machine.memory_available;
    let short = available.is_some_and(|available| needed > available);
    let free = available.map_or_else(|| "an unknown amount".to_owned(), mebibytes);
    let cure = if short {
        let fitting = available.unwrap_or(0) / each;
        format!(": use at most {fitting} connections on this machine, and `--shard i/n` on others")
    } else {
        String::new()
    };
    let message = format!(
        "{} of memory ({each} bytes per connection, the server's own not counted), {free} is \
         available{cure}",
        mebibytes(needed)
    );
    Need { name: "memory".to_owned(), needed, available, message, short }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}

/// Source addresses for `connections` to `peer` from this machine, all processes together: on a
/// loopback IPv4 peer 127.0.0.2, 127.0.0.3 and so on, one per [`CONNECTIONS_PER_SOURCE`]; else
/// none, and the kernel chooses. Only Linux answers on all of 127.0.0.0/8.
#[must_use]
pub fn sources(peer: SocketAddr, connections: u64) -> Vec<IpAddr> {
    let loopback = matches!(peer.ip(), IpAddr::V4(ip) if ip.is_loopback());
    if !loopback || !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let count = connections.div_ceil(CONNECTIONS_PER_SOURCE).min(MOST_SOURCES);
    // At most 250, so the last octet ends at 251.
    let octets = (2u8..).take(usize::try_from(count).unwrap_or(0));
    octets.map(|octet| IpAddr::V4(Ipv4Addr::new(127, 0, 0, octet))).collect()
}

/// A sentence when `peer` is neither on this machine nor in a private network (RFC 1918, RFC 4193,
/// link-local): its owner has to agree.
#[must_use]
pub fn foreign_note(peer: SocketAddr) -> Option<String> {
    let ip = peer.ip().to_canonical();
    if is_private(ip) {
        return None;
    }
    Some(format!(
        "{ip} is neither this machine nor in a private network: make sure that you may load it"
    ))
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        IpAddr::V6(ip) => {
            let own = ip.is_loopback() || ip.is_unspecified();
            own || ip.is_unique_local() || ip.is_unicast_link_local()
        }
    }
}
