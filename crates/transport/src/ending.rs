//! After the answer, and the ways to leave.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::time::{Instant as Deadline, timeout, timeout_at};

use crate::connection::{Connection, Filled, misuse};
use crate::error::{Error, Phase};
use crate::limits::{DRAIN_BYTES, MAX_SURPLUS, READ_BYTES, deadline_in};
use crate::oddity::OddityCode;
use crate::record::Record;
use crate::stamp::Stamp;

/// What came after the end of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surplus {
    /// The first bytes, at most [`MAX_SURPLUS`].
    pub bytes: Vec<u8>,
    /// How many bytes came.
    pub total: u64,
    /// Bytes received on the connection before them.
    pub offset: u64,
    /// When the first came.
    pub first: Option<Stamp>,
    /// What the server did besides.
    pub then: AfterEnd,
}

/// What a server did after the end of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterEnd {
    /// It left the connection open for as long as we looked.
    Open,
    /// It closed the connection (FIN).
    Closed,
    /// It reset the connection (RST).
    Reset,
}

impl Connection {
    /// Looks for surplus bytes after a finished body, or after a head or body that cannot be read
    /// on, until the server closes or `budget` is over.
    ///
    /// # Errors
    /// In [`Phase::Body`]: [`crate::Kind::Misuse`] if the body has not ended, or an error of the
    /// system.
    pub async fn after_end(&mut self, budget: Duration) -> Result<Surplus, Error> {
        if self.end.is_none() {
            return Err(misuse(Phase::Body, "the body has not ended"));
        }
        let deadline = deadline_in(budget);
        let mut surplus = Surplus {
            bytes: Vec::new(),
            total: 0,
            offset: self.used(),
            first: None,
            then: AfterEnd::Open,
        };
        loop {
            self.take_surplus(&mut surplus);
            if Deadline::now() >= deadline {
                return Ok(surplus);
            }
            match timeout_at(deadline, self.fill(Phase::Body)).await {
                Err(_) => return Ok(surplus),
                Ok(filled) => match filled? {
                    Filled::Bytes => continue,
                    Filled::Fin => surplus.then = AfterEnd::Closed,
                    Filled::Reset => surplus.then = AfterEnd::Reset,
                },
            }
            return Ok(surplus);
        }
    }

    fn take_surplus(&mut self, surplus: &mut Surplus) {
        if self.is_http2() {
            // Behind a stream of HTTP/2 the frames of the connection go on.
            self.buffer.clear();
        }
        if self.buffer.is_empty() {
            return;
        }
        surplus.first.get_or_insert(self.last);
        self.oddities.note(OddityCode::Surplus, self.used());
        let keep = self.buffer.len().min(MAX_SURPLUS - surplus.bytes.len());
        surplus.bytes.extend_from_slice(&self.buffer[..keep]);
        surplus.total += self.buffer.len() as u64;
        self.surplus_bytes += self.buffer.len() as u64;
        self.buffer.clear();
    }

    /// Leaves politely: TLS farewell, FIN, then the close. What the server has sent by now is taken
    /// off the socket first (at most [`DRAIN_BYTES`]), since closing a socket with unread bytes
    /// sends RST.
    pub async fn close(mut self) -> Record {
        // A peer that is gone cannot be told goodbye, and that is no fault worth telling.
        let _ = timeout(self.limits.write, self.wire.shutdown()).await;
        self.drain();
        self.record
    }

    fn drain(&self) {
        let mut scratch = vec![0; READ_BYTES];
        let mut left = DRAIN_BYTES;
        while let Ok(len @ 1..) = self.wire.tap().tcp().try_read(&mut scratch) {
            left = left.saturating_sub(len);
            if left == 0 {
                return;
            }
        }
    }

    /// Leaves with RST (`SO_LINGER` 0).
    ///
    /// # Errors
    /// When the option cannot be set; the connection is closed all the same.
    pub fn reset(self) -> Result<Record, Error> {
        let set = self.wire.tap().reset_on_drop();
        set.map_err(|error| Error::io(Phase::Body, &error))?;
        Ok(self.record)
    }

    /// Leaves at once, without any farewell: FIN, or RST if bytes were unread.
    #[must_use]
    pub fn abort(self) -> Record {
        self.record
    }
}
