//! Tests of the testbed over sockets.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail by panicking, like tests")]

mod access;
mod client;
mod cors;
mod delivery;
mod framing;
mod http;
mod http2;
mod hub;
mod lifetime;
mod load;
mod resources;
mod resumption;
mod rights;
mod scripted;
mod state;
mod truth;
mod variations;
