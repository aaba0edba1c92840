//! From a URL to a connection: DNS, TCP, TLS, each with its own time limit.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustls::ClientConfig;
use rustls::pki_types::CertificateDer;
use tokio::net::{TcpSocket, lookup_host};
use tokio::time::{Instant as Deadline, timeout, timeout_at};
use tokio_rustls::TlsConnector;

use crate::connection::Connection;
use crate::error::{Error, Kind, Phase};
use crate::limits::{Limits, deadline_in};
use crate::tap::{self, Tap};
use crate::tls::{SetupError, client_config, read_roots, server_name};
use crate::url::Url;
use crate::wire::Wire;

/// How connections are made.
#[derive(Clone, Debug)]
pub struct DialOptions {
    /// PEM text of root certificates trusted beside the system's.
    pub cacert: Option<Vec<u8>>,
    /// Accept any certificate.
    pub insecure: bool,
    /// Size of the kernel's receive buffer in bytes (`SO_RCVBUF`, set before the handshake): small
    /// for slow readers, whose closed window then reaches the server soon.
    pub recv_buffer: Option<u32>,
    /// How many bytes each side of the [`crate::Record`] keeps.
    pub max_recorded: usize,
    /// Ask for the kernel's receive times (Linux).
    pub kernel_time: bool,
    /// Offer HTTP/2 (ALPN `h2`) to https servers instead of HTTP/1.1.
    pub http2: bool,
}

impl Default for DialOptions {
    /// System roots, verification on, 1 MiB recorded in each direction, kernel times.
    fn default() -> Self {
        Self {
            cacert: None,
            insecure: false,
            recv_buffer: None,
            max_recorded: 1024 * 1024,
            kernel_time: true,
            http2: false,
        }
    }
}

/// Makes connections. Cheap to clone; clones share the TLS settings, which are made at the first
/// https URL.
#[derive(Clone, Debug)]
pub struct Dialer {
    options: DialOptions,
    roots: Vec<CertificateDer<'static>>,
    tls: Arc<OnceLock<Result<Arc<ClientConfig>, Kind>>>,
}

/// How a connection came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialed {
    /// The server's address.
    pub peer: SocketAddr,
    /// Ours.
    pub local: SocketAddr,
    /// When dialling began.
    pub started: Instant,
    /// When the name was resolved.
    pub resolved: Instant,
    /// When the TCP handshake was complete.
    pub connected: Instant,
    /// When the TLS handshake was complete.
    pub secured: Option<Instant>,
    /// The TLS version, as `TLSv1_3`.
    pub tls_version: Option<String>,
    /// Addresses that were tried before and failed.
    pub failed: Vec<(SocketAddr, Kind)>,
}

impl Default for Dialer {
    /// A dialer with the default options.
    fn default() -> Self {
        tap::warm_up();
        Self { options: DialOptions::default(), roots: Vec::new(), tls: Arc::default() }
    }
}

impl Dialer {
    /// A dialer with these options. Make it early: the kernel begins to stamp some 25 ms after the
    /// first one of a process was made.
    ///
    /// # Errors
    /// When `cacert` holds no usable certificate.
    pub fn new(options: DialOptions) -> Result<Self, SetupError> {
        if options.kernel_time {
            tap::warm_up();
        }
        let roots = options.cacert.as_deref().map(read_roots).transpose()?.unwrap_or_default();
        Ok(Self { options, roots, tls: Arc::default() })
    }

    /// Connects to the URL's host, trying each of its addresses in turn.
    ///
    /// # Errors
    /// In [`Phase::Dns`], [`Phase::Connect`] (that of the last address) or [`Phase::Tls`].
    pub async fn dial(&self, url: &Url, limits: &Limits) -> Result<Connection, Error> {
        let started = Instant::now();
        let addresses = self.resolve(url, limits).await?;
        self.connect(url, &addresses, None, limits, started).await
    }

    /// Connects to given addresses in place of those of the URL's host, as a run that resolves only
    /// once does.
    ///
    /// # Errors
    /// As [`Dialer::dial`]; no address at all is an error in [`Phase::Dns`].
    pub async fn dial_to(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        limits: &Limits,
    ) -> Result<Connection, Error> {
        self.dial_from(url, addresses, None, limits).await
    }

    /// As [`Dialer::dial_to`] from one of our own addresses, so that thousands of connections need
    /// not share the ports of one. The port is chosen at the connect (`IP_BIND_ADDRESS_NO_PORT`), not
    /// at the bind, which would take it from every other destination too.
    ///
    /// # Errors
    /// As [`Dialer::dial`]; a source that is not ours is an error in [`Phase::Connect`].
    pub async fn dial_from(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        source: Option<IpAddr>,
        limits: &Limits,
    ) -> Result<Connection, Error> {
        self.connect(url, addresses, source, limits, Instant::now()).await
    }

    /// The addresses of the URL's host with its port.
    ///
    /// # Errors
    /// In [`Phase::Dns`]: none found, or the time limit.
    pub async fn resolve(&self, url: &Url, limits: &Limits) -> Result<Vec<SocketAddr>, Error> {
        if let Some(ip) = url.ip() {
            return Ok(vec![SocketAddr::new(ip, url.port())]);
        }
        let found = timeout(limits.dns, lookup_host((url.host(), url.port()))).await;
        match found {
            Err(_) => Err(Error::timed_out(Phase::Dns, limits.dns)),
            Ok(Err(error)) => Err(no_address(url, error.to_string())),
            Ok(Ok(addresses)) => Ok(addresses.collect()),
        }
    }

    async fn connect(
        &self,
        url: &Url,
        addresses: &[SocketAddr],
        source: Option<IpAddr>,
        limits: &Limits,
        started: Instant,
    ) -> Result<Connection, Error> {
        let resolved = Instant::now();
        let deadline = deadline_in(limits.connect);
        let mut failed = Vec::new();
        let mut last = no_address(url, "no address".to_owned());
        for (index, &address) in addresses.iter().enumerate() {
            let left = deadline.saturating_duration_since(Deadline::now());
            let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
            let connecting = self.connect_tcp(address, source);
            match within(share, Phase::Connect, limits.connect, connecting).await {
                Ok((tap, local)) => {
                    let connected = Instant::now();
                    let dialed = Dialed {
                        peer: address,
                        local,
                        started,
                        resolved,
                        connected,
                        secured: None,
                        tls_version: None,
                        failed,
                    };
                    return self.secure(url, tap, dialed, limits).await;
                }
                Err(error) => {
                    failed.push((address, error.kind.clone()));
                    last = error;
                }
            }
        }
        Err(last)
    }

    async fn connect_tcp(
        &self,
        address: SocketAddr,
        source: Option<IpAddr>,
    ) -> io::Result<(Tap, SocketAddr)> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        if let Some(source) = source {
            tap::choose_port_late(&socket);
            socket.bind(SocketAddr::new(source, 0))?;
        }
        if let Some(bytes) = self.options.recv_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        // Before the handshake, so that the first segment has a stamp too.
        let stamped = self.options.kernel_time && tap::enable(&socket);
        let stream = socket.connect(address).await?;
        stream.set_nodelay(true)?;
        let local = stream.local_addr()?;
        Ok((Tap::enabled(stream, stamped), local))
    }

    async fn secure(
        &self,
        url: &Url,
        tap: Tap,
        mut dialed: Dialed,
        limits: &Limits,
    ) -> Result<Connection, Error> {
        if !url.is_https() {
            return Ok(self.finish(Wire::Plain(tap), dialed, limits));
        }
        let config = self.tls_config()?;
        let name = server_name(url).map_err(|text| Error::new(Phase::Tls, Kind::Tls(text)))?;
        let deadline = deadline_in(limits.tls);
        let stream = match timeout_at(deadline, TlsConnector::from(config).connect(name, tap)).await
        {
            Err(_) => return Err(Error::timed_out(Phase::Tls, limits.tls)),
            Ok(Err(error)) => return Err(Error::io(Phase::Tls, &error)),
            Ok(Ok(stream)) => stream,
        };
        dialed.secured = Some(Instant::now());
        dialed.tls_version = stream.get_ref().1.protocol_version().map(|v| format!("{v:?}"));
        Ok(self.finish(Wire::Tls(Box::new(stream)), dialed, limits))
    }

    fn finish(&self, wire: Wire, dialed: Dialed, limits: &Limits) -> Connection {
        Connection::new(wire, dialed, limits.clone(), self.options.max_recorded)
    }

    fn tls_config(&self) -> Result<Arc<ClientConfig>, Error> {
        self.tls
            .get_or_init(|| {
                client_config(&self.roots, self.options.insecure, self.options.http2)
                    .map_err(|error| Kind::Tls(error.to_string()))
            })
            .clone()
            .map_err(|kind| Error::new(Phase::Tls, kind))
    }
}

fn no_address(url: &Url, message: String) -> Error {
    Error::new(Phase::Dns, Kind::NoAddress { host: url.host().to_owned(), message })
}

/// Runs one part of a phase within its share of the phase's limit.
async fn within<T>(
    share: Duration,
    phase: Phase,
    limit: Duration,
    work: impl Future<Output = io::Result<T>>,
) -> Result<T, Error> {
    match timeout(share, work).await {
        Err(_) => Err(Error::timed_out(phase, limit)),
        Ok(result) => result.map_err(|error| Error::io(phase, &error)),
    }
}
