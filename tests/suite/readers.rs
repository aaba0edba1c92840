//! The machine formats, opened by readers of others (`tests/readers`): they take every document, see in it
//! what the JSON says, and refuse a broken one.

mod broken;
mod checks;
mod figures;
mod hostile;
mod points;
mod samples;
mod summary;
mod tools;
