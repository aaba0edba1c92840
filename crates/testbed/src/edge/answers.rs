//! Taking hyper's answers apart. It knows what hyper writes and no more.

use std::io::{self, ErrorKind};

use bytes::{Buf, Bytes, BytesMut};
use hyper::Method;
use tokio::io::{AsyncRead, AsyncReadExt};

/// The head of an answer.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) status_line: String,
    pub(super) fields: Vec<(String, Vec<u8>)>,
}

impl Head {
    pub(super) fn status(&self) -> u16 {
        self.status_line.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default()
    }

    pub(super) fn get(&self, name: &str) -> Option<&[u8]> {
        let field = self.fields.iter().find(|(one, _)| one.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.as_slice())
    }

    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.fields.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.fields.retain(|(one, _)| !one.eq_ignore_ascii_case(name));
    }

    fn parse(text: &[u8]) -> Option<Self> {
        let mut lines = text.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_end);
        let status_line = String::from_utf8_lossy(lines.next()?).into_owned();
        let field = |line: &[u8]| {
            let colon = line.iter().position(|&byte| byte == b':')?;
            let name = String::from_utf8_lossy(&line[..colon]).into_owned();
            Some((name, line[colon + 1..].trim_ascii_start().to_vec()))
        };
        let fields = lines.filter(|line| !line.is_empty()).map(field).collect::<Option<_>>()?;
        Some(Self { status_line, fields })
    }
}

/// How the body of an answer is delimited (RFC 9112 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Length(u64),
    Chunked,
    Close,
}

impl Framing {
    pub(super) fn of(head: &Head, method: &Method) -> Self {
        if method == Method::HEAD || matches!(head.status(), 100..=199 | 204 | 304) {
            return Self::Length(0);
        }
        if head.get("transfer-encoding").is_some() {
            return Self::Chunked;
        }
        let length = head.get("content-length").and_then(|value| str::from_utf8(value).ok());
        length.and_then(|value| value.parse().ok()).map_or(Self::Close, Self::Length)
    }
}

/// Hyper's output.
#[derive(Debug)]
pub(super) struct Answers<R> {
    io: R,
    buffer: BytesMut,
}

impl<R: AsyncRead + Unpin> Answers<R> {
    pub(super) fn new(io: R) -> Self {
        Self { io, buffer: BytesMut::new() }
    }

    /// The next head; none at the end.
    pub(super) async fn head(&mut self) -> io::Result<Option<Head>> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let text = self.buffer.split_to(end + 4);
                return Head::parse(&text).map(Some).ok_or(ErrorKind::InvalidData.into());
            }
            if !self.more().await? {
                return Ok(None);
            }
        }
    }

    /// The next piece of the body, whole chunks where there are chunks; none at the end.
    pub(super) async fn piece(&mut self, framing: &mut Framing) -> io::Result<Option<Bytes>> {
        match framing {
            Framing::Length(0) => Ok(None),
            Framing::Length(left) => {
                let piece = self.some(*left).await?.ok_or(ErrorKind::UnexpectedEof)?;
                *left -= piece.len() as u64;
                Ok(Some(piece))
            }
            Framing::Close => self.some(u64::MAX).await,
            Framing::Chunked => {
                let size = self.chunk_size().await?;
                let mut chunk = self.exactly(size + 2).await?;
                chunk.truncate(size);
                Ok((size > 0).then_some(chunk))
            }
        }
    }

    async fn chunk_size(&mut self) -> io::Result<usize> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n") {
                let line = self.buffer.split_to(end + 2);
                let digits = str::from_utf8(&line[..end]).unwrap_or_default();
                return usize::from_str_radix(digits, 16)
                    .map_err(|_| ErrorKind::InvalidData.into());
            }
            self.needed().await?;
        }
    }

    async fn exactly(&mut self, size: usize) -> io::Result<Bytes> {
        while self.buffer.len() < size {
            self.needed().await?;
        }
        Ok(self.buffer.split_to(size).freeze())
    }

    async fn some(&mut self, most: u64) -> io::Result<Option<Bytes>> {
        if !self.buffer.has_remaining() && !self.more().await? {
            return Ok(None);
        }
        let size = usize::try_from(most).unwrap_or(usize::MAX).min(self.buffer.len());
        Ok(Some(self.buffer.split_to(size).freeze()))
    }

    async fn needed(&mut self) -> io::Result<()> {
        if self.more().await? { Ok(()) } else { Err(ErrorKind::UnexpectedEof.into()) }
    }

    async fn more(&mut self) -> io::Result<bool> {
        Ok(self.io.read_buf(&mut self.buffer).await? > 0)
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn bodies(mut input: &[u8]) -> Vec<(u16, Vec<u8>)> {
        let mut answers = Answers::new(&mut input);
        let mut out = Vec::new();
        while let Some(head) = answers.head().await.unwrap() {
            let mut framing = Framing::of(&head, &Method::GET);
            let mut body = Vec::new();
            while let Some(piece) = answers.piece(&mut framing).await.unwrap() {
                body.extend(piece);
            }
            out.push((head.status(), body));
        }
        out
    }

    #[tokio::test]
    async fn answers_of_each_framing_are_taken_apart_one_after_the_other() {
        let input = b"HTTP/1.1 204 No Content\r\n\r\n\
            HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc\
            HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n\
            HTTP/1.1 200 OK\r\n\r\nto the end";
        let want: [(u16, &[u8]); 4] =
            [(204, b""), (200, b"abc"), (200, b"def"), (200, b"to the end")];
        assert_eq!(bodies(input).await, want.map(|(code, body)| (code, body.to_vec())));
    }
}
