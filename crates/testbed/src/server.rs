//! Listening, and the life of connections.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::config::GRACE;
use crate::connection::Connection;
use crate::hub::Hub;
use crate::load::{Meter, Outlet};
use crate::service::{App, answer};
use crate::{Config, Switches, edge, http2};

/// Connections that may wait for `accept`.
const BACKLOG: u32 = 4096;
/// How long the head of a request may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// Pause after a failed `accept`, which is a shortage of descriptors most of the time.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A running server. Dropping it ends it too, but only [`Testbed::shutdown`] waits for the end.
#[derive(Debug)]
pub struct Testbed {
    address: SocketAddr,
    end: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Testbed {
    /// Listens, and serves on the caller's runtime.
    ///
    /// # Errors
    ///
    /// What the system says about the address, or that there is no tokio runtime.
    ///
    /// # Panics
    ///
    /// If the runtime has no I/O or no time driver.
    pub fn start(config: Config) -> io::Result<Self> {
        tokio::runtime::Handle::try_current().map_err(io::Error::other)?;
        let listener = listen(config.listen)?;
        let address = listener.local_addr()?;
        let (end, ending) = watch::channel(false);
        let task = tokio::spawn(serve(listener, Arc::new(app(config)), ending));
        Ok(Self { address, end, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of the server, without a slash at its end: `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The URL of the stream: `http://127.0.0.1:PORT/events`.
    pub fn url(&self) -> String {
        format!("{}/events", self.base_url())
    }

    /// Ends all streams properly, then all connections; those that take more than a second are
    /// dropped.
    pub async fn shutdown(self) {
        let _ = self.end.send(true);
        // The task can only have been aborted with its runtime.
        let _ = self.task.await;
    }
}

fn app(config: Config) -> App {
    let [hub, strangers] = [(); 2].map(|()| Hub::new(config.switches.clone(), config.history));
    let Config { switches, token, heartbeat, retry_ms, scripts, .. } = config;
    let truth = switches.load().truth.then(Arc::default);
    let (memory, jobs) = Default::default();
    App { switches, token, heartbeat, retry_ms, hub, strangers, jobs, memory, truth, scripts }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn serve(listener: TcpListener, app: Arc<App>, mut ending: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    let pace = app.switches.load().accepts.map(|most| Duration::from_nanos(1_000_000_000 / most));
    let told = ending.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((socket, _)) => {
                    connections.spawn(connect(socket, Arc::clone(&app), told.clone()));
                    if let Some(pace) = pace {
                        tokio::time::sleep(pace).await;
                    }
                }
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
            () = is_over(&mut ending) => break,
        }
    }
    drop(listener);
    app.hub.close();
    app.strangers.close();
    let all = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all).await;
    connections.shutdown().await;
}

/// Returns once the testbed is shut down, or dropped.
pub(crate) async fn is_over(ending: &mut watch::Receiver<bool>) {
    let _ = ending.wait_for(|end| *end).await;
}

async fn connect(mut socket: TcpStream, app: Arc<App>, ending: watch::Receiver<bool>) {
    // Without it, only delay is lost.
    let _ = socket.set_nodelay(true);
    let connection = Connection::new();
    let served = async {
        if http2::is_spoken(&socket).await {
            http2::serve(&mut socket, &app, &connection, ending).await;
        } else if edge::is_needed(&app.switches) {
            edge::serve(&mut socket, &app, &connection, ending).await;
        } else {
            let socket = outlet(&mut socket, &app, &connection);
            http(socket, &app, &connection, ending).await;
        }
    };
    tokio::select! {
        biased;
        () = served => {}
        () = connection.is_cut() => {}
    }
    if connection.is_reset() {
        // Without it, the client sees an end instead.
        let _ = socket.set_zero_linger();
    }
}

/// The socket, or a half of it, as load switches want it.
pub(crate) fn outlet<S>(io: S, app: &App, connection: &Arc<Connection>) -> Outlet<S> {
    let meter = app.truth.as_ref().map(|truth| Meter::new(truth, connection));
    Outlet::new(io, app.switches.load().split, meter)
}

/// Serves HTTP/1 on the socket until it ends.
pub(crate) async fn http<S: AsyncRead + AsyncWrite + Unpin>(
    socket: S,
    app: &Arc<App>,
    connection: &Arc<Connection>,
    mut ending: watch::Receiver<bool>,
) {
    let service = service_fn(move |request: Request<Incoming>| async move {
        Ok::<_, Infallible>(answer(app, connection, request).await)
    });
    let mut http = pin!(builder(&app.switches).serve_connection(TokioIo::new(socket), service));
    // What went wrong on a connection is the client's business, who sees it.
    let _ = tokio::select! {
        result = http.as_mut() => result,
        () = is_over(&mut ending) => {
            http.as_mut().graceful_shutdown();
            http.await
        }
    };
}

fn builder(switches: &Switches) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    builder.auto_date_header(!switches.has("no-date"));
    builder
}
