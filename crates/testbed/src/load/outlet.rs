//! The socket of a connection, with small writes or a meter where a switch wants them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::Meter;

/// Passes reads and writes on.
#[derive(Debug)]
pub(crate) struct Outlet<S> {
    io: S,
    /// Bytes of a write at most.
    most: Option<usize>,
    /// A small write has been done, now it is the turn of others.
    rests: bool,
    meter: Option<Meter>,
}

impl<S> Outlet<S> {
    pub(crate) fn new(io: S, most: Option<usize>, meter: Option<Meter>) -> Self {
        Self { io, most, rests: false, meter }
    }

    pub(crate) fn get_ref(&self) -> &S {
        &self.io
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Outlet<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Outlet<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if std::mem::take(&mut this.rests) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let bytes = &bytes[..bytes.len().min(this.most.unwrap_or(usize::MAX))];
        let at = this.meter.as_ref().map(Meter::before_write);
        let written = ready!(Pin::new(&mut this.io).poll_write(cx, bytes))?;
        this.rests = this.most.is_some();
        if let Some((meter, at)) = this.meter.as_mut().zip(at) {
            meter.wrote(&bytes[..written], at);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let at = this.meter.as_ref().map(Meter::before_write);
        let written = ready!(Pin::new(&mut this.io).poll_write_vectored(cx, pieces))?;
        if let Some((meter, at)) = this.meter.as_mut().zip(at) {
            let mut left = written;
            for piece in pieces {
                let taken = left.min(piece.len());
                meter.wrote(&piece[..taken], at);
                left -= taken;
            }
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.most.is_none() && self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
