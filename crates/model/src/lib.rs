//! What a user of ssecheck writes (cases, targets) and what a user gets (reports).
//!
//! Everything here is data: no I/O beyond the text handed in, no clock, no network. Input is YAML,
//! read by [`case::Case::load`] and [`target::Target::load`]; every mistake comes back as a
//! [`LoadError`] with file, line, column, the source line, a caret and a cure. Output is
//! [`report::Report`], versioned JSON.

pub mod case;
mod case_names;
pub mod exit;
pub mod expect;
mod expected;
mod mistake;
mod outline;
pub mod placed;
pub mod report;
pub mod schema;
mod source;
pub mod span;
pub mod step;
pub mod suggest;
mod syntax;
pub mod target;
mod target_check;
pub mod template;
pub mod verdict;
mod yaml;
mod yaml_error;

pub use yaml_error::{LoadError, Problem};
