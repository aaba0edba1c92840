//! Tests of the testbed over sockets.

mod client;
mod cors;
mod framing;
mod http;
mod hub;
mod resources;
mod resumption;
mod state;
mod variations;
