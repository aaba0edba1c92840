//! The third-party servers of `tests/servers`.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::ops::Range;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use super::process::{Running, Signal};
use super::program::workspace;
use super::skipped::{say, skip};

/// How long a server may take until it listens; the slowest needs half a second alone.
const START: Duration = Duration::from_secs(30);
/// Time between two attempts to connect; the end of the process is noticed at once.
const POLL: Duration = Duration::from_millis(50);
/// How long a server may take to end in order. gunicorn takes 30 s while streams are open.
const GRACE: Duration = Duration::from_secs(1);
/// The exit code of `run.sh` for a server that is not installed.
const NOT_INSTALLED: i32 = 77;
/// Something outside of these tests may still take the port before the server does.
const ATTEMPTS: usize = 3;
/// Ports for servers that cannot be told to choose one. They lie below the range from which systems
/// choose (Linux from 32768, others from 49152): between a look for a free port and the server's
/// bind, any test that listens on port 0 could be given that port, and would be judged in its place.
const PORTS: Range<u16> = 21_000..31_000;

/// The folder of the servers.
pub(crate) fn servers() -> PathBuf {
    workspace().join("tests/servers")
}

/// A server that listens. Dropping it ends it: SIGTERM, then SIGKILL.
pub(crate) struct Server {
    process: Running,
    port: ReservedPort,
}

impl Server {
    /// Starts a server; `None`, with a loud word, when it is not installed.
    ///
    /// # Panics
    /// When it does not start, or is not installed though `SSECHECK_REQUIRE_SERVERS` is set.
    pub(crate) fn start(name: &str) -> Option<Self> {
        for _ in 0..ATTEMPTS {
            let port = ReservedPort::find();
            let mut process = run(name, port.number);
            if ready(&mut process, port.number) {
                return Some(Self { process, port });
            }
            if process.status.and_then(|status| status.code()) == Some(NOT_INSTALLED) {
                skip(&format!("{name} is not installed (run tests/servers/install.sh)"));
                return None;
            }
            let said = String::from_utf8_lossy(&process.stderr);
            say(&format!("{name}, port {}: {said}", port.number));
        }
        panic!("{name} did not start");
    }

    /// The port, on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port.number
    }

    /// The URL of its stream.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/events", self.port.number)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.signal(Signal::SIGTERM);
        self.process.finish(GRACE);
    }
}

fn run(name: &str, port: u16) -> Running {
    let mut command = Command::new(servers().join("run.sh"));
    command.arg(name).arg(port.to_string());
    Running::start(command, Vec::new())
}

/// A TCP port that nobody listens on, kept from all other tests (of other processes too) by holding
/// the UDP port of the same number.
pub(crate) struct ReservedPort {
    /// The port.
    pub(crate) number: u16,
    _held: UdpSocket,
}

impl ReservedPort {
    /// Finds one.
    ///
    /// # Panics
    /// When none is free.
    pub(crate) fn find() -> Self {
        PORTS.into_iter().find_map(Self::at).expect("a port is free")
    }

    fn at(number: u16) -> Option<Self> {
        let held = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
        Some(Self { number, _held: held })
    }
}

fn ready(process: &mut Running, port: u16) -> bool {
    let end = Instant::now() + START;
    while Instant::now() < end && !process.has_ended() {
        if listens(port) {
            return true;
        }
        process.until(POLL, Running::has_ended);
    }
    false
}

fn listens(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, POLL).is_ok()
}
