//! The edge between HTTP and the socket, for what hyper rightly refuses to write.
//!
//! Where a switch needs it, hyper serves an in-memory pipe, and the edge carries bytes between
//! pipe and socket: it takes hyper's answers apart and writes them again with one thing changed.

mod answers;
mod inward;
mod outward;
mod rewrite;

use std::pin::pin;
use std::sync::Arc;

use tokio::io::{AsyncReadExt, duplex, split};
use tokio::net::TcpStream;
use tokio::sync::watch;

pub(crate) use rewrite::BAD_CHUNK;

use crate::Switches;
use crate::connection::Connection;
use crate::server::{http, outlet};
use crate::service::App;

/// Bytes that the pipe holds.
const PIPE: usize = 16 * 1024;

const SWITCHES: &[&str] = &[
    "head-bare-lf",
    "head-space-before-colon",
    "length-and-chunked",
    "length-wrong",
    "chunk-size-bad",
    "no-last-chunk",
    "reset-at-end",
    "chunked-to-http10",
    "head-streams",
    "stop-body",
    "once-only",
    "dies-on-reset",
    "dies-on-abort",
    "header-case-sensitive",
    "header-splitting",
    "ignores-close",
    "close-delimited",
    "http10-answer",
    "split-everywhere",
    "empty-reason",
    "chunk-extensions",
    "trailers",
    "interim-103",
];

/// Whether a switch acts here.
pub(crate) fn is_needed(switches: &Switches) -> bool {
    switches.any(SWITCHES)
}

/// How a client left.
#[derive(Debug, Clone, Copy, Default)]
struct Departure {
    /// By a reset.
    reset: bool,
    /// After it had sent something.
    spoke: bool,
    /// After the head of an answer had been written.
    answered: bool,
}

/// Serves one connection through the edge.
pub(crate) async fn serve(
    socket: &mut TcpStream,
    app: &Arc<App>,
    connection: &Arc<Connection>,
    ending: watch::Receiver<bool>,
) {
    if app.memory.is_deaf(&app.switches) {
        return say_nothing(socket).await;
    }
    let (inner, outer) = duplex(PIPE);
    let (from_client, to_client) = socket.split();
    let (from_http, to_http) = split(outer);
    let to_client = outlet(to_client, app, connection);
    let pumps = async {
        let mut outward = pin!(outward::pump(from_http, to_client, app, connection));
        tokio::select! {
            mut left = inward::pump(from_client, to_http, &app.switches) => {
                left.answered = connection.is_answered();
                // The system tells of a reset once, to the reader or to the writer.
                left.reset |= outward.await.is_err();
                note(app, connection, left);
            }
            result = outward.as_mut() => {
                let answered = connection.is_answered();
                note(app, connection, Departure { reset: result.is_err(), spoke: true, answered });
            }
        }
    };
    tokio::join!(http(inner, app, connection, ending), pumps);
}

/// Remembers how the client left, for the faults that take offence.
fn note(app: &App, connection: &Connection, left: Departure) {
    let offence = if left.reset { "dies-on-reset" } else { "once-only" };
    if connection.has_streamed() && app.switches.has(offence) {
        app.memory.note_departure();
    }
    if (left.reset || left.spoke) && !left.answered {
        app.memory.note_abort();
    }
}

async fn say_nothing(socket: &mut TcpStream) {
    let mut waste = [0; 1024];
    while socket.read(&mut waste).await.is_ok_and(|read| read > 0) {}
}
