//! A saved ssecheck report as text, JSON, HTML, JUnit, TAP, SARIF, Markdown and GitHub annotations; and the
//! figures of a load run as CSV, OpenMetrics and in the forms of HdrHistogram.
//!
//! Every format is a pure function of a [`ssecheck_model::report::Report`]: no I/O, no clock, no
//! environment. Each module is one format; text that came from the target passes through
//! [`sanitize`] in all of them, because a report is read in terminals, browsers and CI logs.

pub mod compare;
pub mod csv;
pub mod github;
pub mod hgrm;
pub mod hlog;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod matrix;
pub mod openmetrics;
pub mod redact;
pub mod sanitize;
pub mod sarif;
pub mod tap;
pub mod text;

mod counts;
pub mod docs;
mod evidence;
mod groups;
mod hexdump;
mod load;
mod parser;
mod place;
mod samples;
mod selftest;
mod style;
mod tally;
mod verdict;
mod wrap;

pub use samples::NothingToWrite;
pub use style::Style;
