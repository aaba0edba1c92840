//! A server of raw sockets that does what a test tells it, byte for byte.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinHandle};

/// The head of a stream whose end is the end of the connection.
pub(crate) const STREAM: &str =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
/// A whole answer without a body.
pub(crate) const NO_CONTENT: &str = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

/// A request and the connection that it came on.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Header fields, names in lower case.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) socket: TcpStream,
}

impl Asked {
    async fn read(mut socket: TcpStream) -> Option<Self> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            bytes.push(socket.read_u8().await.ok()?);
        }
        let text = String::from_utf8(bytes).unwrap();
        let mut lines = text.split("\r\n");
        let mut words = lines.next()?.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let field = |line: &str| {
            line.split_once(':')
                .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        };
        let fields: BTreeMap<String, String> = lines.filter_map(field).collect();
        let length = fields.get("content-length").map_or(0, |value| value.parse().unwrap());
        let mut body = vec![0; length];
        socket.read_exact(&mut body).await.ok()?;
        let body = String::from_utf8(body).unwrap();
        Some(Self { method, target, fields, body, socket })
    }

    /// Writes, and tells whether the peer is still there.
    pub(crate) async fn say(&mut self, text: &str) -> bool {
        self.socket.write_all(text.as_bytes()).await.is_ok()
    }

    /// Waits until the peer has left.
    pub(crate) async fn gone(&mut self) {
        while self.socket.read_u8().await.is_ok() {}
    }
}

/// A listener and the task that serves it; both end with this value.
pub(crate) struct Server {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Serves each request by `answer`, all at the same time.
    pub(crate) async fn start<F, A>(answer: F) -> Self
    where
        F: Fn(Asked) -> A + Send + Sync + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let answer = Arc::clone(&answer);
                tokio::spawn(async move {
                    if let Some(asked) = Asked::read(socket).await {
                        answer(asked).await;
                    }
                });
            }
        });
        Self { address, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/events", self.address)
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Aborting it stops the listening: from then on connections are refused.
    pub(crate) fn listening(&self) -> AbortHandle {
        self.task.abort_handle()
    }
}

/// Every subscriber gets what is published, from the moment on when it subscribed.
#[derive(Clone, Default)]
pub(crate) struct Hub(Arc<Mutex<Vec<UnboundedSender<String>>>>);

impl Hub {
    /// A plain hub: it takes publications and serves streams.
    pub(crate) async fn server() -> Server {
        let hub = Self::default();
        Server::start(move |asked| {
            let hub = hub.clone();
            async move {
                let Some(asked) = hub.serve_publish(asked).await else { return };
                hub.serve_stream(asked).await;
            }
        })
        .await
    }

    pub(crate) fn subscribe(&self) -> UnboundedReceiver<String> {
        let (sender, receiver) = unbounded_channel();
        self.0.lock().unwrap().push(sender);
        receiver
    }

    /// Hands `data` to all subscribers that are still there.
    pub(crate) fn publish(&self, data: &str) {
        self.0.lock().unwrap().retain(|sender| sender.send(data.to_owned()).is_ok());
    }

    /// Answers `POST /publish` with the data as body; gives back any other request.
    pub(crate) async fn serve_publish(&self, mut asked: Asked) -> Option<Asked> {
        if !asked.target.starts_with("/publish") {
            return Some(asked);
        }
        assert_eq!(asked.method, "POST");
        let in_query = asked.target.split_once("?data=").map(|(_, data)| data.to_owned());
        self.publish(&in_query.unwrap_or_else(|| asked.body.clone()));
        asked.say(NO_CONTENT).await;
        None
    }

    /// A correct stream: a head, and each event as soon as it is published.
    pub(crate) async fn serve_stream(&self, mut asked: Asked) {
        let mut events = self.subscribe();
        asked.say(STREAM).await;
        while let Some(data) = events.recv().await {
            if !asked.say(&event(&data)).await {
                break;
            }
        }
    }
}

/// One event as it stands on the wire.
pub(crate) fn event(data: &str) -> String {
    let data = data.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<String> = data.split('\n').map(|line| format!("data: {line}\n")).collect();
    format!("{}\n", lines.concat())
}
