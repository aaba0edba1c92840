//! Tests of the load generator.

#![expect(clippy::unwrap_used, reason = "the helpers are test code too")]

mod connecting;
mod counts;
mod drive;
mod endings;
mod fixture;
mod hub;
mod hub_serve;
mod judge;
mod merge;
mod needs;
mod own_events;
mod patience;
mod publishing;
mod secure;
mod shapes;
mod slow;
mod stopping;
mod storms;
mod thresholds;
