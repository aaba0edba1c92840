//! From the client to hyper.

use std::io::ErrorKind;

use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::tcp::ReadHalf;

use super::Departure;
use crate::Switches;

/// Carries the bytes until the client leaves, and then closes the pipe.
pub(super) async fn pump(
    mut client: ReadHalf<'_>,
    mut http: impl AsyncWrite + Unpin,
    switches: &Switches,
) -> Departure {
    let mut filter = Filter::of(switches);
    let mut left = Departure::default();
    let mut buffer = vec![0; 8 * 1024];
    loop {
        let read = match client.read(&mut buffer).await {
            Ok(0) => break,
            Ok(read) => &buffer[..read],
            Err(wrong) => {
                left.reset = wrong.kind() == ErrorKind::ConnectionReset;
                break;
            }
        };
        left.spoke = true;
        let written = match &mut filter {
            Some(filter) => http.write_all(&filter.pass(read)).await,
            None => http.write_all(read).await,
        };
        if written.is_err() {
            break;
        }
    }
    // A pipe whose other end is gone is closed already.
    let _ = http.shutdown().await;
    left
}

/// Hides a field.
#[derive(Debug)]
struct Filter {
    name: &'static [u8],
    /// Whether it is seen in the two spellings that are usual.
    usual: bool,
    line: Vec<u8>,
}

impl Filter {
    fn of(switches: &Switches) -> Option<Self> {
        let table: &[(_, (&'static [u8], _))] = &[
            ("header-case-sensitive", (b"Last-Event-ID:", true)),
            ("ignores-close", (b"Connection:", false)),
        ];
        let (name, usual) = switches.pick(table)?;
        Some(Self { name, usual, line: Vec::new() })
    }

    /// The lines that are complete. Lines that start like no field name are let go as they come,
    /// so that a body needs no line end.
    fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for &byte in bytes {
            self.line.push(byte);
            if self.line.len() == self.name.len() && self.line.eq_ignore_ascii_case(self.name) {
                self.hide();
            }
            if byte == b'\n' || !self.may_be_name() {
                out.append(&mut self.line);
                if byte != b'\n' {
                    self.line.clear();
                }
            }
        }
        out
    }

    fn hide(&mut self) {
        let usual = self.line == self.name || self.line == self.name.to_ascii_lowercase();
        if !(self.usual && usual) {
            self.line[0] = b'X';
        }
    }

    fn may_be_name(&self) -> bool {
        let compared = self.line.len().min(self.name.len());
        self.line.len() < self.name.len() && self.line.eq_ignore_ascii_case(&self.name[..compared])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spelling_is_hidden_however_the_bytes_are_cut() {
        let head = b"GET / HTTP/1.1\r\nLAST-event-id: 7\r\nLast-Event-ID: 8\r\nlast-event-id: 9\r\n\r\n{\"x\":1}";
        let want = b"GET / HTTP/1.1\r\nXAST-event-id: 7\r\nLast-Event-ID: 8\r\nlast-event-id: 9\r\n\r\n{\"x\":1}";
        let filter = || Filter { name: b"Last-Event-ID:", usual: true, line: Vec::new() };
        assert_eq!(filter().pass(head), want);
        let mut filter = filter();
        let bytewise: Vec<u8> = head.iter().flat_map(|byte| filter.pass(&[*byte])).collect();
        assert_eq!(bytewise, want);
    }
}
