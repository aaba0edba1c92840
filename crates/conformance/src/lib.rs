//! Performs ssecheck cases against a server and judges what the wire showed.
//!
//! [`Suite`] holds the cases, [`Subject`] the target, [`run`] carries them out. Nothing here
//! prints: [`RunEvent`] tells what happens, and the result is a
//! [`Conformance`](ssecheck_model::report::Conformance).

mod baseline;
pub mod capture;
mod discover;
mod error;
mod hook;
mod judge;
mod open;
mod outcome;
mod perform;
mod portability;
mod request;
mod retry;
mod run;
mod shipped;
mod start;
mod stream;
mod subject;
mod suite;
#[cfg(test)]
mod testing;
mod text;
mod timeline;

pub use baseline::Deviations;
pub use error::{SetupError, SuiteError};
pub use run::{Finished, Options, RunEvent, run};
pub use ssecheck_transport::DialOptions;
pub use start::Started;
pub use subject::Subject;
pub use suite::Suite;

/// File name and text of every case in the binary.
pub fn shipped_files() -> &'static [(&'static str, &'static str)] {
    shipped::SHIPPED
}
