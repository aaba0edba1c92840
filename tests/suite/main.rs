//! Whole-program tests of ssecheck, in one binary.

mod interop;
mod real_servers;
mod support;
