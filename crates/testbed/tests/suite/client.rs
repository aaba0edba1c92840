//! A client of sockets and little else, so that nothing is hidden or mended.

use std::time::Duration;

use ssecheck_parser::owned::{OwnedEvent, OwnedItem, parse_all};
use ssecheck_testbed::{Config, Switches, Testbed};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest wait for anything; no test ends because of it unless it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// The correct server.
pub(crate) fn correct() -> Testbed {
    Testbed::start(Config::default()).unwrap()
}

/// A server with these switches.
pub(crate) fn with(names: &[&str]) -> Testbed {
    let switches = Switches::parse(names).unwrap();
    Testbed::start(Config { switches, ..Config::default() }).unwrap()
}

/// One connection and what has come over it.
pub(crate) struct Client {
    socket: TcpStream,
    received: Vec<u8>,
}

impl Client {
    pub(crate) async fn send(testbed: &Testbed, request: &str) -> Self {
        let mut client = Self::connect(testbed).await;
        client.socket.write_all(request.as_bytes()).await.unwrap();
        client
    }

    pub(crate) async fn connect(testbed: &Testbed) -> Self {
        let socket = TcpStream::connect(testbed.address()).await.unwrap();
        Self { socket, received: Vec::new() }
    }

    /// GET with these header lines, each ending in CRLF.
    pub(crate) async fn get(testbed: &Testbed, path: &str, headers: &str) -> Self {
        let request = format!("GET {path} HTTP/1.1\r\nHost: testbed\r\n{headers}\r\n");
        Self::send(testbed, &request).await
    }

    /// The head of the hub's stream, whatever it says.
    pub(crate) async fn subscribe_or_refused(testbed: &Testbed) -> Self {
        let mut client = Self::get(testbed, "/events", "").await;
        client.until("\r\n\r\n").await;
        client
    }

    /// A stream of the hub whose opening has come.
    pub(crate) async fn subscribe(testbed: &Testbed, headers: &str) -> Self {
        let mut client = Self::get(testbed, "/events", headers).await;
        client.until("retry: 1000\n").await;
        client
    }

    /// Reads until the text is there; panics if the connection ends before.
    pub(crate) async fn until(&mut self, text: &str) {
        self.until_bytes(text.as_bytes()).await;
    }

    pub(crate) async fn until_bytes(&mut self, part: &[u8]) {
        while !contains(&self.received, part) {
            let more = self.more().await;
            assert!(more, "no {:?} in {:?}", part.escape_ascii().to_string(), self.text());
        }
    }

    /// Reads until what has come ends with the text.
    pub(crate) async fn until_ends_with(&mut self, text: &str) {
        while !self.received.ends_with(text.as_bytes()) {
            assert!(self.more().await, "the connection ended before {text:?}");
        }
    }

    /// Reads what comes first: the retry line of the opening, or the end.
    pub(crate) async fn opening(&mut self) {
        while !contains(&self.received, b"retry: 1000\n") && self.more().await {}
    }

    /// Reads until this many events of the decoded body can be parsed.
    pub(crate) async fn until_events(&mut self, count: usize) {
        while self.events().len() < count {
            assert!(self.more().await, "fewer than {count} events in {:?}", self.text());
        }
    }

    /// Reads to the end, a reset included; says whether it was a proper close.
    pub(crate) async fn until_end(&mut self) -> bool {
        loop {
            let read = self.socket.read_buf(&mut self.received);
            match tokio::time::timeout(PATIENCE, read).await.unwrap() {
                Ok(0) => return true,
                Ok(_) => {}
                Err(_) => return false,
            }
        }
    }

    /// Reads once more; panics if the connection ends.
    pub(crate) async fn until_more(&mut self) {
        assert!(self.more().await, "the connection ended after {:?}", self.text());
    }

    /// One read; false at the end.
    pub(crate) async fn read_once(&mut self) -> bool {
        self.more().await
    }

    async fn more(&mut self) -> bool {
        let read = self.socket.read_buf(&mut self.received);
        let read = tokio::time::timeout(PATIENCE, read).await;
        let read = read.unwrap_or_else(|_| panic!("nothing more after {:?}", self.text()));
        read.unwrap_or_default() > 0
    }

    /// Whether nothing comes for a while.
    pub(crate) async fn is_quiet(&mut self) -> bool {
        let read = self.socket.read_buf(&mut self.received);
        tokio::time::timeout(Duration::from_millis(200), read).await.is_err()
    }

    /// Ends the connection with a TCP RST.
    pub(crate) fn reset(self) {
        self.socket.set_zero_linger().unwrap();
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.received
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    /// The head without interim answers, and with its blank line.
    pub(crate) fn head(&self) -> String {
        let text = self.text();
        let text = text
            .strip_prefix("HTTP/1.1 103")
            .map_or(&*text, |interim| interim.split_once("\r\n\r\n").map_or("", |(_, rest)| rest));
        text.split_inclusive("\r\n\r\n").next().unwrap_or_default().to_owned()
    }

    pub(crate) fn status(&self) -> u16 {
        self.head().split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }

    /// The values of a field, in order.
    pub(crate) fn fields(&self, name: &str) -> Vec<String> {
        let head = self.head();
        let fields = head.lines().skip(1).filter_map(|line| line.split_once(": "));
        let fields = fields.filter(|(one, _)| one.eq_ignore_ascii_case(name));
        fields.map(|(_, value)| value.to_owned()).collect()
    }

    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.fields(name).into_iter().next()
    }

    /// The bytes after the head, as they came.
    pub(crate) fn raw_body(&self) -> &[u8] {
        let interim = self.received.starts_with(b"HTTP/1.1 103");
        let mut rest = self.received.as_slice();
        for _ in 0..=usize::from(interim) {
            let end = rest.windows(4).position(|part| part == b"\r\n\r\n");
            rest = end.map_or(&[][..], |end| &rest[end + 4..]);
        }
        rest
    }

    /// The body without its chunks, as far as it has come.
    pub(crate) fn body(&self) -> Vec<u8> {
        if self.field("transfer-encoding").is_none() {
            return self.raw_body().to_vec();
        }
        dechunk(self.raw_body())
    }

    pub(crate) fn events(&self) -> Vec<OwnedEvent> {
        events(&self.body())
    }

    pub(crate) fn data(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.data).collect()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.events().into_iter().map(|event| event.last_event_id).collect()
    }
}

/// Publishes the JSON and returns the answer.
pub(crate) async fn post(testbed: &Testbed, json: &str) -> Client {
    let length = json.len();
    let head = format!("POST /publish HTTP/1.1\r\nHost: t\r\nContent-Length: {length}\r\n");
    let mut client = Client::send(testbed, &format!("{head}Connection: close\r\n\r\n{json}")).await;
    client.until_end().await;
    client
}

/// Publishes data and returns the event's id.
pub(crate) async fn publish(testbed: &Testbed, data: &str) -> String {
    let answer = post(testbed, &serde_json::json!({ "data": data }).to_string()).await;
    let body: serde_json::Value = serde_json::from_slice(&answer.body()).unwrap();
    body["id"].as_str().unwrap().to_owned()
}

/// The whole answer to a request that ends its connection.
pub(crate) async fn fetch(testbed: &Testbed, path: &str, headers: &str) -> Client {
    let mut client = Client::get(testbed, path, &format!("Connection: close\r\n{headers}")).await;
    client.until_end().await;
    client
}

/// A number that the server tells about itself.
pub(crate) async fn stat(testbed: &Testbed, name: &str) -> u64 {
    let answer = fetch(testbed, "/stats", "").await;
    let stats: serde_json::Value = serde_json::from_slice(&answer.body()).unwrap();
    stats[name].as_u64().unwrap()
}

/// The subscribers that the server counts, once they are this many.
pub(crate) async fn until_subscribers(testbed: &Testbed, count: usize) {
    let poll = async {
        while stat(testbed, "subscribers").await != count as u64 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, poll).await.unwrap();
}

pub(crate) fn events(stream: &[u8]) -> Vec<OwnedEvent> {
    let items = parse_all(stream).unwrap().into_iter();
    let event = |item| if let OwnedItem::Event(event) = item { Some(event) } else { None };
    items.filter_map(|(_, item)| event(item)).collect()
}

pub(crate) fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Takes off chunks, extensions and trailers; stops at what is not complete.
pub(crate) fn dechunk(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = rest.windows(2).position(|part| part == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let digits = line.split(';').next().unwrap_or_default();
        let Ok(size) = usize::from_str_radix(digits, 16) else { break };
        rest = &rest[end + 2..];
        out.extend(&rest[..size.min(rest.len())]);
        if size == 0 || rest.len() < size + 2 {
            break;
        }
        rest = &rest[size + 2..];
    }
    out
}
