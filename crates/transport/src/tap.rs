//! TCP with the time of every read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

#[cfg(target_os = "linux")]
pub(crate) use crate::kernel_time::{choose_port_late, enable, warm_up};
use crate::stamp::Stamp;

/// Kernel times are for Linux only.
#[cfg(not(target_os = "linux"))]
pub(crate) fn enable<T>(_socket: &T) -> bool {
    false
}

/// Kernel times are for Linux only.
#[cfg(not(target_os = "linux"))]
pub(crate) fn warm_up() -> bool {
    false
}

/// Elsewhere the port is chosen at the bind.
#[cfg(not(target_os = "linux"))]
pub(crate) fn choose_port_late<T>(_socket: &T) {}

/// A TCP stream that notes when bytes came: our time and, on Linux, the kernel's.
#[derive(Debug)]
pub struct Tap {
    stream: TcpStream,
    last_read: Option<Stamp>,
    #[cfg(target_os = "linux")]
    kernel: Option<crate::kernel_time::Receiver>,
}

impl Tap {
    /// Wraps a connected stream. With `kernel_time` the kernel is asked to stamp what it receives;
    /// segments that it received before carry no stamp. Where that cannot be had, reads have
    /// [`Stamp::at`] alone.
    #[must_use]
    pub fn new(stream: TcpStream, kernel_time: bool) -> Self {
        let enabled = kernel_time && enable(&stream);
        Self::enabled(stream, enabled)
    }

    /// Wraps a stream on whose socket [`enable`] was called with this result.
    pub(crate) fn enabled(stream: TcpStream, enabled: bool) -> Self {
        #[cfg(not(target_os = "linux"))]
        let _ = enabled;
        Self {
            stream,
            last_read: None,
            #[cfg(target_os = "linux")]
            kernel: enabled.then(crate::kernel_time::Receiver::new),
        }
    }

    /// The times of the last read that gave bytes. The end of input leaves them: TLS may meet it
    /// while it still holds bytes from before.
    #[must_use]
    pub fn last_read(&self) -> Option<Stamp> {
        self.last_read
    }

    /// The stream itself. What is read from it directly is not stamped.
    #[must_use]
    pub fn tcp(&self) -> &TcpStream {
        &self.stream
    }

    fn poll_stamped(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<Stamp>> {
        #[cfg(target_os = "linux")]
        if let Some(kernel) = &mut self.kernel {
            return kernel.poll_read(&self.stream, cx, buf);
        }
        std::task::ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        Poll::Ready(Ok(Stamp::now()))
    }

    /// Makes the coming drop send RST instead of FIN.
    pub(crate) fn reset_on_drop(&self) -> io::Result<()> {
        SockRef::from(&self.stream).set_linger(Some(std::time::Duration::ZERO))
    }
}

impl AsyncRead for Tap {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let tap = self.get_mut();
        let before = buf.filled().len();
        let stamp = std::task::ready!(tap.poll_stamped(cx, buf))?;
        if buf.filled().len() > before {
            tap.last_read = Some(stamp);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Tap {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
