//! TCP with the time of every read.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use crate::stamp::Stamp;

/// A TCP stream that notes when bytes came: our time and, on Linux, the kernel's.
#[derive(Debug)]
pub struct Tap {
    stream: TcpStream,
    last_read: Option<Stamp>,
    #[cfg(target_os = "linux")]
    kernel: Option<linux::Receiver>,
}

impl Tap {
    /// Wraps a connected stream. With `kernel_time` the kernel is asked to stamp what it receives; segments that
    /// it received before carry no stamp. Where that cannot be had, reads have [`Stamp::at`] alone.
    #[must_use]
    pub fn new(stream: TcpStream, kernel_time: bool) -> Self {
        #[cfg(target_os = "linux")]
        let kernel = if kernel_time { linux::Receiver::new(&stream) } else { None };
        #[cfg(not(target_os = "linux"))]
        let _ = kernel_time;
        Self {
            stream,
            last_read: None,
            #[cfg(target_os = "linux")]
            kernel,
        }
    }

    /// Asks for kernel stamps before the handshake, so that the first segment has one too.
    pub(crate) fn prepare(socket: &tokio::net::TcpSocket) {
        #[cfg(target_os = "linux")]
        linux::enable(socket);
        #[cfg(not(target_os = "linux"))]
        let _ = socket;
    }

    /// The times of the last read that gave bytes or the end.
    #[must_use]
    pub fn last_read(&self) -> Option<Stamp> {
        self.last_read
    }

    /// The stream itself. What is read from it directly is not stamped.
    #[must_use]
    pub fn tcp(&self) -> &TcpStream {
        &self.stream
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
        #[cfg(target_os = "linux")]
        if let Some(kernel) = &mut tap.kernel {
            let stamp = std::task::ready!(kernel.poll_read(&tap.stream, cx, buf))?;
            tap.last_read = Some(stamp);
            return Poll::Ready(Ok(()));
        }
        std::task::ready!(Pin::new(&mut tap.stream).poll_read(cx, buf))?;
        tap.last_read = Some(Stamp::now());
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

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, IoSliceMut};
    use std::os::fd::{AsFd, AsRawFd};
    use std::task::{Context, Poll, ready};
    use std::time::{Duration, Instant};

    use nix::cmsg_space;
    use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
    use nix::sys::time::TimeSpec;
    use tokio::io::{Interest, ReadBuf};
    use tokio::net::TcpStream;

    use crate::stamp::Stamp;

    /// Turns `SO_TIMESTAMPNS` on; false where the system refuses it.
    pub(super) fn enable(socket: &impl AsFd) -> bool {
        setsockopt(socket, sockopt::ReceiveTimestampns, &true).is_ok()
    }

    /// Reads by recvmsg, with the room for one control message.
    #[derive(Debug)]
    pub(super) struct Receiver {
        control: Vec<u8>,
    }

    impl Receiver {
        pub(super) fn new(stream: &TcpStream) -> Option<Self> {
            enable(stream).then(|| Self { control: cmsg_space!(TimeSpec) })
        }

        pub(super) fn poll_read(
            &mut self,
            stream: &TcpStream,
            cx: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<Stamp>> {
            loop {
                ready!(stream.poll_read_ready(cx))?;
                match self.try_read(stream, buf) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    result => return Poll::Ready(result),
                }
            }
        }

        fn try_read(&mut self, stream: &TcpStream, buf: &mut ReadBuf<'_>) -> io::Result<Stamp> {
            let room = buf.initialize_unfilled();
            let wanted = room.len();
            let mut received = None;
            let outcome = stream.try_io(Interest::READABLE, || {
                let (len, realtime) = self.receive(stream, room)?;
                received = Some((len, realtime, Instant::now()));
                // A read that did not fill the buffer emptied the socket. Saying so clears the readiness, as
                // tokio's own reads do, and saves the next poll a recvmsg that finds nothing.
                if 0 < len && len < wanted { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
            });
            let Some((len, realtime, at)) = received else {
                return Err(outcome.err().unwrap_or_else(|| io::ErrorKind::WouldBlock.into()));
            };
            buf.advance(len);
            Ok(realtime.map_or(Stamp { at, kernel_at: None }, |r| Stamp::with_realtime(at, r)))
        }

        /// One recvmsg: the number of bytes, and the kernel's receive time since the Unix epoch.
        fn receive(
            &mut self,
            stream: &TcpStream,
            room: &mut [u8],
        ) -> io::Result<(usize, Option<Duration>)> {
            let mut slices = [IoSliceMut::new(room)];
            let control = Some(&mut self.control[..]);
            let message =
                recvmsg::<()>(stream.as_raw_fd(), &mut slices, control, MsgFlags::empty())?;
            let realtime = message.cmsgs()?.find_map(|control| match control {
                ControlMessageOwned::ScmTimestampns(time) => Some(Duration::from(time)),
                _ => None,
            });
            Ok((message.bytes, realtime))
        }
    }
}
