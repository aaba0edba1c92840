//! From hyper to the client.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWriteExt};
use tokio::net::tcp::WriteHalf;
use tokio::time::sleep;

use super::answers::{Answers, Framing, Head};
use super::rewrite::{End, Rewrite};
use crate::connection::{Connection, Exchange};
use crate::load::Outlet;
use crate::service::App;

/// How long a head waits for its client to leave, by the fault that dies of that.
const HESITATION: Duration = Duration::from_millis(30);
/// Time for the client's kernel to take the last bytes before a reset.
const BEFORE_RESET: Duration = Duration::from_millis(50);
/// How many bytes of a connection are written one by one: enough for every case about framing, and
/// few enough for the cases that move megabytes.
const BYTEWISE: usize = 8 * 1024;
/// Between the pieces of an endless body.
const PAUSE: Duration = Duration::from_millis(100);

/// Carries hyper's answers until one closes the connection.
///
/// # Errors
///
/// If the client cannot be written to.
pub(super) async fn pump(
    http: impl AsyncRead + Unpin,
    socket: Outlet<WriteHalf<'_>>,
    app: &App,
    connection: &Connection,
) -> io::Result<()> {
    let mut answers = Answers::new(http);
    let bytewise = if app.switches.has("split-everywhere") { BYTEWISE } else { 0 };
    let mut client = Client { socket, bytewise };
    // What hyper leaves unfinished ends the connection like a close.
    while let Ok(Some(head)) = answers.head().await {
        let exchange = if head.status() < 200 { None } else { connection.next_exchange() };
        let exchange = exchange.unwrap_or_else(Exchange::unknown);
        if app.switches.has("dies-on-abort") {
            sleep(HESITATION).await;
        }
        if !client.answer(&mut answers, head, app, connection, &exchange).await? {
            break;
        }
    }
    Ok(())
}

struct Client<'a> {
    socket: Outlet<WriteHalf<'a>>,
    /// How many bytes are still to be written one by one.
    bytewise: usize,
}

impl Client<'_> {
    /// Writes one answer; says whether another may follow.
    async fn answer(
        &mut self,
        answers: &mut Answers<impl AsyncRead + Unpin>,
        head: Head,
        app: &App,
        connection: &Connection,
        exchange: &Exchange,
    ) -> io::Result<bool> {
        let mut framing = Framing::of(&head, &exchange.method);
        let mut rewrite = Rewrite::new(&app.switches, exchange, framing);
        self.write(&rewrite.head(head)).await?;
        connection.note_answer();
        loop {
            match answers.piece(&mut framing).await {
                Ok(Some(piece)) => self.write(&rewrite.piece(&piece)).await?,
                Ok(None) => break,
                Err(_) => return Ok(false),
            }
        }
        self.end(rewrite.end()).await
    }

    async fn end(&mut self, end: End) -> io::Result<bool> {
        match end {
            End::Next(bytes) => self.write(&bytes).await.map(|()| true),
            End::Close(bytes) => self.write(&bytes).await.map(|()| false),
            End::Reset => {
                sleep(BEFORE_RESET).await;
                self.socket.get_ref().as_ref().set_zero_linger()?;
                Ok(false)
            }
            End::Endless(bytes) => loop {
                self.write(&bytes).await?;
                sleep(PAUSE).await;
            },
        }
    }

    async fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (single, rest) = bytes.split_at(self.bytewise.min(bytes.len()));
        self.bytewise -= single.len();
        for some in single.chunks(8) {
            for byte in some {
                self.socket.write_all(&[*byte]).await?;
            }
            // The client gets its turn; after each byte, a busy machine would take seconds.
            tokio::task::yield_now().await;
        }
        self.socket.write_all(rest).await
    }
}
