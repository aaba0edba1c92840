//! What a user of ssecheck writes (cases, targets, load plans) and what a user gets (reports).
//!
//! Everything here is data: no I/O beyond the text handed in, no clock, no network. Input is YAML,
//! read by [`case::Case::load`], [`target::Target::load`] and [`plan::Plan::load`]; every mistake
//! comes back as a [`LoadError`] with file, line, column, the source line, a caret and a cure.
//! Output is [`report::Report`], versioned JSON.

pub mod amount;
pub mod baseline;
mod capability;
pub mod case;
mod case_names;
mod destination;
pub mod deviations;
mod evidence;
pub mod exit;
pub mod expect;
mod expect_names;
mod expect_rules;
mod expected;
pub mod histogram;
pub mod load;
mod load_shapes;
mod metric;
mod mistake;
mod outline;
pub mod parser;
pub mod placed;
pub mod plan;
pub mod plan_bounds;
mod plan_check;
mod plan_events;
mod plan_numbers;
mod plan_shapes;
pub mod report;
pub mod requirement;
pub mod schema;
pub mod secrets;
mod source;
pub mod span;
mod status_pattern;
pub mod step;
mod step_watch;
pub mod suggest;
mod syntax;
pub mod target;
mod target_check;
pub mod template;
pub mod threshold;
pub mod vector;
pub mod verdict;
mod yaml;
mod yaml_error;

pub use yaml_error::{LoadError, Problem};
