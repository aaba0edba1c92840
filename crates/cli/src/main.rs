//! The `ssecheck` command.
fn main() {}
