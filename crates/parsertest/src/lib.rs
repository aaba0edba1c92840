//! Judges parsers of server-sent event streams, in this process and in any language.
//!
//! What is right is decided by [`ssecheck_parser`], which is held against two other exact parsers
//! and against browsers. [`expected()`] says what a stream must give and when, [`judge`] holds an
//! answer against it, and [`class`] gives each way of being wrong a stable name.

pub mod check;
pub mod class;
pub mod cuts;
mod example;
mod expected;
pub mod feature;
pub mod judge;
pub mod own;
mod process;
pub mod protocol;
mod run;
mod session;
pub mod shrink;
pub mod strategy;
pub mod vectors;

pub use check::{Check, CheckReport, Finding, Seen, check_parser};
pub use example::printf;
pub use expected::{Due, Expected, Record, SeenEvent, expected};
pub use run::{RunError, RunEvent, Settings, run, update_baseline};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
