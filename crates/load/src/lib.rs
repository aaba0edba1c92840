//! Thousands of subscribers, and a latency that is the server's, not ours.
//!
//! A run has three threads. **Subscribers**: one current-thread runtime, one task for each stream,
//! one read buffer for all, and for each subscriber an account of a few dozen bytes. **Publishers**:
//! they send by a schedule that is a pure function of the seed, and wait for nothing. The caller's
//! own: it takes an interval's counters and histograms from both, and tells.
//!
//! Three times are kept apart for each event and subscriber:
//!
//! | time | from | to |
//! |---|---|---|
//! | slip | when the event was due | when it was sent |
//! | fan-out latency | when the event was due | when the kernel received it |
//! | lag | when the kernel received it | when we read it |
//!
//! So a publisher that falls behind, and a reader that is late, are seen as what they are. Where the
//! kernel's time says nothing, because it joined several events before we read them, an event has
//! bounds in place of a time, and the report says so.
//!
//! Loss, doubles and order are exact: every publisher numbers its events, and every subscriber has
//! an account for each publisher of its topic. An event is owed to a subscriber whose answer's head
//! came half of the plan's `settle` (1 s) before the event was due, because a server may answer before it has
//! entered the subscriber everywhere; and that was still there when the event could arrive.
//!
//! Shards of a run share nothing but its settings and the moment of its start. [`merge::merge`]
//! adds their histograms exactly, and [`judge::judge`] judges the sum.

mod blind;
mod books;
mod capacity;
pub mod clock;
mod conduct;
mod connect;
mod counters;
pub mod environment;
mod facts;
pub mod histogram;
pub mod judge;
pub mod ledger;
mod ledger_of_run;
pub mod merge;
mod message;
pub mod metrics;
mod metronome;
pub mod needs;
pub mod payload;
pub mod plans;
mod population;
mod publisher;
mod result;
mod run;
pub mod schedule;
pub mod settings;
pub mod so_far;
mod stream;
mod subscriber;
pub mod table;
mod timestamp;
mod tracker;
mod unsent;
pub mod watch;
mod worker;

pub use capacity::search;
pub use facts::plan as plan_facts;
pub use run::{Finished, RunError, RunEvent, SoFar, foreign_note, needs, run};
