//! The kernel's receive time of TCP bytes (Linux).

use std::io::{self, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd};
use std::sync::OnceLock;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use nix::cmsg_space;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use socket2::{Domain, Socket, Type};
use tokio::io::{Interest, ReadBuf};
use tokio::net::TcpStream;

use crate::stamp::Stamp;

/// Holds kernel stamping on for the life of the process.
static KEEPER: OnceLock<Option<Socket>> = OnceLock::new();

/// Makes the kernel begin to stamp what it receives. It stamps while any socket asks for it, but
/// begins some 25 ms after the first one asked [measured], so this is best done early; and it stops
/// when the last such socket closes, so that without a keeper every run of connections would have
/// its blind start.
pub(crate) fn warm_up() -> bool {
    let keeper = KEEPER.get_or_init(|| {
        let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).ok()?;
        set(&socket).then_some(socket)
    });
    keeper.is_some()
}

/// Turns `SO_TIMESTAMPNS` on; false where the system refuses it.
pub(crate) fn enable(socket: &impl AsFd) -> bool {
    warm_up() && set(socket)
}

/// Lets a bind to an address leave the port open until the connect. An old kernel that refuses it
/// only has fewer ports to give.
pub(crate) fn choose_port_late(socket: &impl AsFd) {
    let _ = setsockopt(socket, sockopt::IpBindAddressNoPort, &true);
}

fn set(socket: &impl AsFd) -> bool {
    setsockopt(socket, sockopt::ReceiveTimestampns, &true).is_ok()
}

/// Reads by recvmsg, with the room for one control message.
#[derive(Debug)]
pub(crate) struct Receiver {
    control: Vec<u8>,
}

impl Receiver {
    /// For a socket that [`enable`] was called on.
    pub(crate) fn new() -> Self {
        Self { control: cmsg_space!(TimeSpec) }
    }

    pub(crate) fn poll_read(
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
            // A read that did not fill the buffer emptied the socket. Saying so clears the
            // readiness, as tokio's own reads do, and saves the next poll a recvmsg that finds
            // nothing.
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
        let message = recvmsg::<()>(stream.as_raw_fd(), &mut slices, control, MsgFlags::empty())?;
        let realtime = message.cmsgs()?.find_map(|control| match control {
            ControlMessageOwned::ScmTimestampns(time) => Some(Duration::from(time)),
            _ => None,
        });
        Ok((message.bytes, realtime))
    }
}
