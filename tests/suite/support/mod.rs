//! What several modules need: the program under test, other processes, servers, expectations.

pub(crate) mod chromium;
pub(crate) mod expected;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod pty;
pub(crate) mod raw;
pub(crate) mod schema;
pub(crate) mod scratch;
pub(crate) mod server;
pub(crate) mod skipped;
pub(crate) mod testbed;
