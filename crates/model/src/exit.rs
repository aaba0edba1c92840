//! Exit codes of the `ssecheck` command: a contract that other people's scripts rely on.

/// Everything is good.
pub const OK: u8 = 0;
/// A check failed or a threshold was crossed.
pub const FAILED: u8 = 1;
/// Wrong usage, or a bad case, target or plan file.
pub const USAGE: u8 = 2;
/// The target cannot be reached, set-up failed, or nothing was executed.
pub const INCOMPLETE: u8 = 3;
/// A bug of ssecheck itself.
pub const BUG: u8 = 4;
/// Interrupted (Ctrl-C); the partial report was written.
pub const INTERRUPTED: u8 = 130;
