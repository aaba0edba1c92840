//! Answers, good and hostile, over real sockets. Every fixture listens on 127.0.0.1, port 0.

#![expect(clippy::unwrap_used, reason = "the helpers are test code too")]

mod body;
mod cancel;
mod cut;
mod dial;
mod ending;
mod exchange;
mod flood;
mod head;
mod server;
mod times;
mod tls;
