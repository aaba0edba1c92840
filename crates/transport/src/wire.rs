//! TCP or TLS over it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use crate::stamp::Stamp;
use crate::tap::Tap;

/// The byte stream of a connection.
#[derive(Debug)]
pub enum Wire {
    /// TCP.
    Plain(Tap),
    /// TLS; the tap is below it.
    Tls(Box<TlsStream<Tap>>),
}

impl Wire {
    /// The tap on the TCP stream.
    #[must_use]
    pub fn tap(&self) -> &Tap {
        match self {
            Self::Plain(tap) => tap,
            Self::Tls(stream) => stream.get_ref().0,
        }
    }

    /// Makes the coming drop send RST instead of FIN, so that neither side keeps the address in
    /// TIME_WAIT.
    ///
    /// # Errors
    /// When the system refuses it.
    pub fn reset_on_drop(&self) -> io::Result<()> {
        self.tap().reset_on_drop()
    }

    /// The times of the last TCP read. Under TLS these are the times of the last ciphertext, so
    /// plaintext that rustls held back from an earlier read is never stamped too early, but may be
    /// stamped a read too late.
    #[must_use]
    pub fn last_read(&self) -> Stamp {
        self.tap().last_read().unwrap_or_else(Stamp::now)
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tap) => Pin::new(tap).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(tap) => Pin::new(tap).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tap) => Pin::new(tap).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(tap) => Pin::new(tap).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
