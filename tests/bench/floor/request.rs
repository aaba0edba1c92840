//! Small requests over one kept connection: publishing, and asking for the number of subscribers.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result, ensure};

use crate::connect::{Place, place};

pub(crate) struct Client {
    place: Place,
    stream: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn new(url: &str) -> Result<Self> {
        let place = place(url)?;
        let stream = TcpStream::connect(place.address)?;
        stream.set_nodelay(true)?;
        Ok(Self { place, stream: BufReader::new(stream) })
    }

    pub(crate) fn post(&mut self, body: &str) -> Result<()> {
        let fields =
            format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
        let (status, _) = self.exchange("POST", &fields, body)?;
        ensure!(status.starts_with("HTTP/1.1 2"), "the answer was {:?}", status.trim_end());
        Ok(())
    }

    /// How many subscribers the server counts: the member `subscribers` of the answer. nchan's
    /// answer for a channel that nobody used yet is 404.
    pub(crate) fn subscribers(&mut self) -> Result<u64> {
        let (status, body) = self.exchange("GET", "Accept: text/json\r\n", "")?;
        if status.starts_with("HTTP/1.1 404") {
            return Ok(0);
        }
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        answer["subscribers"].as_u64().context("the answer does not tell the subscribers")
    }

    fn exchange(&mut self, method: &str, fields: &str, body: &str) -> Result<(String, Vec<u8>)> {
        let Place { path, host, .. } = &self.place;
        let request = format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{fields}\r\n{body}");
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut status = String::new();
        self.stream.read_line(&mut status)?;
        let mut answer = vec![0; self.skip_fields()?];
        self.stream.read_exact(&mut answer)?;
        Ok((status, answer))
    }

    /// Reads to the end of the head; the length of the body.
    fn skip_fields(&mut self) -> Result<usize> {
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            ensure!(self.stream.read_line(&mut line)? > 0, "the answer ended in its head");
            let Some((name, value)) = line.split_once(':') else { return Ok(length) };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
        }
    }
}
