//! Writing an answer again, with one thing changed.

use hyper::{Method, Version};

use super::answers::{Framing, Head};
use crate::Switches;
use crate::body::chunk;
use crate::connection::Exchange;
use crate::service::Resource;

/// The chunk whose size is spoilt, from 1.
pub(crate) const BAD_CHUNK: u32 = 6;

/// What follows the last piece of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// These bytes, then the next answer.
    Next(Vec<u8>),
    /// These bytes, then the connection closes.
    Close(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// These bytes again and again.
    Endless(Vec<u8>),
}

/// The rewriting of one answer.
#[derive(Debug)]
pub(super) struct Rewrite<'a> {
    switches: &'a Switches,
    exchange: &'a Exchange,
    chunked: bool,
    closes: bool,
    pieces: u32,
}

impl<'a> Rewrite<'a> {
    pub(super) fn new(switches: &'a Switches, exchange: &'a Exchange, framing: Framing) -> Self {
        let chunked = framing == Framing::Chunked;
        let closes = framing == Framing::Close;
        Self { switches, exchange, chunked, closes, pieces: 0 }
    }

    fn on_stream(&self, id: &str) -> bool {
        self.exchange.resource.is_stream() && self.switches.has(id)
    }

    fn on_hub(&self, id: &str) -> bool {
        self.exchange.resource == Resource::Events && self.switches.has(id)
    }

    fn on_events_or_replay(&self, id: &str) -> bool {
        self.exchange.resource != Resource::Echo && self.on_stream(id)
    }

    /// The head as it goes out.
    pub(super) fn head(&mut self, mut head: Head) -> Vec<u8> {
        self.change_framing(&mut head);
        if self.on_stream("empty-reason") {
            let code = head.status();
            head.status_line = format!("HTTP/1.1 {code} ");
        }
        if self.on_hub("head-space-before-colon") {
            head.push("X-Padded ", "1");
        }
        if let Some(raw) = &self.exchange.reflected {
            head.fields.push(("x-last-event-id".to_owned(), raw.clone()));
        }
        let mut out = Vec::new();
        if self.on_stream("interim-103") {
            out.extend(b"HTTP/1.1 103 Early Hints\r\nlink: </app.css>; rel=preload\r\n\r\n");
        }
        let end: &[u8] = if self.on_hub("head-bare-lf") { b"\n" } else { b"\r\n" };
        out.extend([head.status_line.as_bytes(), end].concat());
        for (name, value) in &head.fields {
            out.extend([name.as_bytes(), b": ", value, end].concat());
        }
        out.extend(end);
        out
    }

    fn change_framing(&mut self, head: &mut Head) {
        let without_chunks = self.on_stream("close-delimited") || self.on_stream("http10-answer");
        if without_chunks && self.chunked {
            self.close_delimit(head);
            head.push("connection", "close");
        }
        if self.on_stream("http10-answer") {
            head.status_line = head.status_line.replacen("HTTP/1.1", "HTTP/1.0", 1);
        }
        if self.on_events_or_replay("length-wrong") && self.exchange.method == Method::GET {
            self.close_delimit(head);
            head.push("content-length", "4096");
        }
        if self.on_hub("length-and-chunked") && self.chunked {
            head.push("content-length", "1000000");
        }
        let to_http10 = self.exchange.version == Version::HTTP_10 && self.closes;
        if self.on_hub("chunked-to-http10") && to_http10 {
            head.push("transfer-encoding", "chunked");
            self.chunked = true;
        }
        if self.on_stream("trailers") && self.chunked {
            head.push("trailer", "x-events");
        }
    }

    fn close_delimit(&mut self, head: &mut Head) {
        head.remove("transfer-encoding");
        self.chunked = false;
        self.closes = true;
    }

    /// A piece of the body as it goes out.
    pub(super) fn piece(&mut self, piece: &[u8]) -> Vec<u8> {
        self.pieces += 1;
        if !self.chunked {
            return piece.to_vec();
        }
        if self.pieces == BAD_CHUNK && self.on_events_or_replay("chunk-size-bad") {
            return [b"size\r\n", piece, b"\r\n"].concat();
        }
        if self.on_stream("chunk-extensions") {
            let size = format!("{:x};note=\"a b\"\r\n", piece.len());
            return [size.as_bytes(), piece, b"\r\n"].concat();
        }
        chunk(piece).to_vec()
    }

    /// What ends the body.
    pub(super) fn end(&self) -> End {
        if self.exchange.resource == Resource::Finished && self.switches.has("stop-body") {
            return End::Close(b": no content\n\n".to_vec());
        }
        if self.exchange.method == Method::HEAD && self.on_hub("head-streams") {
            return End::Endless(chunk(b": still here\n\n").to_vec());
        }
        if self.on_stream("reset-at-end") {
            return End::Reset;
        }
        if self.chunked && self.on_stream("no-last-chunk") {
            return End::Close(Vec::new());
        }
        let last: &[u8] = match self.chunked {
            true if self.on_stream("trailers") => b"0\r\nx-events: 3\r\n\r\n",
            true => b"0\r\n\r\n",
            false => b"",
        };
        if self.closes { End::Close(last.to_vec()) } else { End::Next(last.to_vec()) }
    }
}
