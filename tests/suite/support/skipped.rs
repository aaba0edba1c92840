//! Tests that need what is not installed: they say so loudly, or fail where it is required.

use std::io::{self, Write};

/// Whether third-party programs have to be there (in CI, where `SSECHECK_REQUIRE_SERVERS` is 1).
pub(crate) fn required() -> bool {
    std::env::var_os("SSECHECK_REQUIRE_SERVERS").is_some_and(|value| value == "1")
}

/// Says that something was skipped.
///
/// # Panics
/// When it is required.
pub(crate) fn skip(message: &str) {
    assert!(!required(), "{message}");
    say(&format!("skipped: {message}"));
}

/// Tells people, past the capture of the test harness, which hides what a passing test prints.
pub(crate) fn say(message: &str) {
    let _ = writeln!(io::stderr(), "{message}");
}
