//! The engine against scripted servers on raw sockets, in one binary.

#![expect(clippy::unwrap_used, reason = "the helpers are test code too")]

mod access;
mod faults;
mod following;
mod hooks;
mod jobs;
mod opening;
mod order;
mod runs;
mod server;
mod steps;
