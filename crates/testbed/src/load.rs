//! Known misbehaviour under load, and what was really delivered when.
//!
//! A load generator that reports latency, loss or disorder is believed only once it has found what
//! a server was told to do. These switches are no faults of conformance and no rows of the kill
//! matrix: each has a parameter, and they combine with each other and with legal variations.
//!
//! They act on the number of an event: `n` of the payload that a load generator publishes, or, where
//! there is no such payload, the event's place in the order of publication from 0. Subscribers are
//! numbered from 0 in the order in which their streams open; one that comes back gets a new number.
//!
//! In this order: events are dropped, change places, are doubled, are counted towards the close, wait
//! for the delay, and wait for the end of the coalescing span. What a subscriber that resumes has
//! missed takes the same course. The faults of the kill matrix that act on the order or the ids of
//! one stream (`swapped`, `doubled`, `one-late`, `ids-per-connection`) have no effect beside them.

mod course;
mod dechunk;
mod meter;
mod outlet;
mod parameter;
mod payload;
mod settings;
mod table;
mod truth;

pub(crate) use course::{Course, Step};
pub(crate) use meter::Meter;
pub(crate) use outlet::Outlet;
pub(crate) use payload::Payload;
pub(crate) use settings::Load;
pub use table::{LoadSwitch, load_switches};
pub(crate) use truth::Truth;
