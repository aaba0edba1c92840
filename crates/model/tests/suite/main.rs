//! Tests of the model crate through its public surface.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its own files has failed")]

mod bad;
mod golden;
mod inputs;
mod plans;
mod reports;
mod schemas;
mod shipped;
