//! Sockets from chosen source addresses.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, ToSocketAddrs};
use std::os::fd::{AsRawFd, OwnedFd};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::socket::{
    AddressFamily, MsgFlags, SockFlag, SockType, SockaddrIn, bind, connect, send, setsockopt,
    socket, sockopt,
};

/// Connections per source address. Linux gives each 28,232 ports by default, and tries one half of
/// them (the even or the odd) first: beyond some 14,000 each connect searches thousands of ports.
/// 19,000 from one address took 5 s of CPU, from two 0.5 s.
const PER_SOURCE: usize = 10_000;

/// Where a URL points.
pub(crate) struct Place {
    pub(crate) address: SocketAddrV4,
    pub(crate) host: String,
    pub(crate) path: String,
}

/// Takes `http://host:port/path` apart.
pub(crate) fn place(url: &str) -> Result<Place> {
    let rest = url.strip_prefix("http://").context("the URL must start with http://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let found =
        host.to_socket_addrs().with_context(|| format!("{host} needs the form host:port"))?;
    let address = found.into_iter().find_map(|address| match address {
        SocketAddr::V4(address) => Some(address),
        SocketAddr::V6(_) => None,
    });
    let address = address.with_context(|| format!("{host} has no IPv4 address"))?;
    ensure!(address.ip().is_loopback(), "{host} is not on this machine");
    Ok(Place { address, host: host.to_owned(), path: path.to_owned() })
}

/// Opens the stream number `index` and asks for its events; the answer is not awaited.
pub(crate) fn subscribe(
    place: &Place,
    first_source: u8,
    index: usize,
    stamps: bool,
) -> Result<OwnedFd> {
    let stream = socket(AddressFamily::Inet, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    let fd = stream.as_raw_fd();
    // Without this, bind takes a port for every destination at once and the range runs out.
    setsockopt(&stream, sockopt::IpBindAddressNoPort, &true)?;
    bind(fd, &SockaddrIn::from(SocketAddrV4::new(source(first_source, index)?, 0)))?;
    if stamps {
        setsockopt(&stream, sockopt::ReceiveTimestampns, &true)?;
    }
    connect(fd, &SockaddrIn::from(place.address))?;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n\r\n",
        place.path, place.host
    );
    let sent = send(fd, request.as_bytes(), MsgFlags::MSG_NOSIGNAL)?;
    ensure!(sent == request.len(), "the request was not taken whole");
    Ok(stream)
}

fn source(first: u8, index: usize) -> Result<Ipv4Addr> {
    let Ok(last) = u8::try_from(usize::from(first) + index / PER_SOURCE) else {
        bail!("no source address left for connection {index}");
    };
    Ok(Ipv4Addr::new(127, 0, 0, last))
}
