//! Servers of raw sockets, for answers that no server library would give.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A listener on 127.0.0.1; it ends with this value, its connections with their peers.
pub(crate) struct Raw {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Raw {
    /// Hands each connection to `answer`, on a thread of its own.
    ///
    /// # Panics
    /// When no port can be bound.
    pub(crate) fn start(answer: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port can be bound");
        let address = listener.local_addr().expect("it has an address");
        let ended = Arc::new(AtomicBool::new(false));
        let (flag, answer) = (Arc::clone(&ended), Arc::new(answer));
        thread::spawn(move || {
            for socket in listener.incoming() {
                if flag.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(socket), answer) = (socket, Arc::clone(&answer)) else { continue };
                thread::spawn(move || answer(socket));
            }
        });
        Self { address, ended }
    }

    /// Reads each request and says these bytes, then whatever `more` gives, until the peer leaves.
    pub(crate) fn saying<M>(head: impl Into<Vec<u8>>, more: M) -> Self
    where
        M: Fn(usize) -> Option<Vec<u8>> + Send + Sync + 'static,
    {
        let head = head.into();
        Self::start(move |mut socket| {
            let method = request(&mut socket);
            let mut alive = socket.write_all(&head).is_ok();
            for piece in (0..).map_while(&more).take_while(|_| method.as_deref() != Some("HEAD")) {
                alive = alive && socket.write_all(&piece).is_ok();
                if !alive {
                    break;
                }
            }
        })
    }

    /// The URL of its root.
    pub(crate) fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // The accept loop wakes up and sees the flag.
        let _ = TcpStream::connect(self.address);
    }
}

/// Reads the head of a request and gives its method.
pub(crate) fn request(socket: &mut impl Read) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if socket.read(&mut byte).ok()? == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    head.split(' ').next().map(str::to_owned)
}
