//! Serves the page with its plan and takes what the browser saw.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde::Deserialize;

const PAGE: &str = include_str!("../../browser/oracle.html");
/// How long a browser may take to send what it has begun to send.
const READ: Duration = Duration::from_secs(30);

/// What one EventSource dispatched.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Observed {
    pub(crate) number: usize,
    /// `ended` (the stream), `closed` (by an answer that forbids to return) or `timeout`.
    pub(crate) end: String,
    /// How often it was opened.
    pub(crate) opens: usize,
    /// Type, data and last event ID.
    pub(crate) events: Vec<[String; 3]>,
}

/// Some of what the page saw.
#[derive(Debug, Deserialize)]
pub(crate) struct Batch {
    pub(crate) results: Vec<Observed>,
    #[serde(default)]
    pub(crate) done: bool,
    #[serde(default)]
    pub(crate) failed: Option<String>,
}

/// The page's server. It ends with the test process.
pub(crate) struct Page {
    /// Where the page is.
    pub(crate) url: String,
    /// What it sends.
    pub(crate) batches: Receiver<Batch>,
}

impl Page {
    /// Serves the page with this plan.
    ///
    /// # Panics
    /// When no port is free.
    pub(crate) fn serve(plan: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = listener.local_addr().expect("it listens");
        let (sender, batches) = channel();
        let plan: Arc<str> = plan.into();
        thread::spawn(move || {
            for socket in listener.incoming().flatten() {
                let (plan, sender) = (Arc::clone(&plan), sender.clone());
                // What goes wrong on a connection is seen as results that are missing.
                thread::spawn(move || answer(&socket, &plan, &sender));
            }
        });
        Self { url: format!("http://{address}/"), batches }
    }
}

/// Answers one request and closes.
fn answer(mut socket: &TcpStream, plan: &str, results: &Sender<Batch>) -> std::io::Result<()> {
    socket.set_read_timeout(Some(READ))?;
    let mut reader = BufReader::new(socket);
    let (target, fields) = head(&mut reader)?;
    let (kind, body) = match target.as_str() {
        "/" => ("text/html", PAGE),
        "/plan" => ("application/json", plan),
        "/results" => {
            let length = fields.get("content-length").and_then(|length| length.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body)?;
            let _ = results.send(serde_json::from_slice(&body)?);
            ("text/plain", "")
        }
        _ => ("text/plain", "no such page"),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(head.as_bytes())?;
    socket.write_all(body.as_bytes())
}

/// The target of a request and its fields, names in lower case.
fn head(reader: &mut impl BufRead) -> std::io::Result<(String, HashMap<String, String>)> {
    let mut lines = reader.lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut fields = HashMap::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else { break };
        fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    Ok((target, fields))
}
